"""Approval bound to words and sound, withdrawal, and what both do to slots that are on their way (case E15, I1)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scheduler_cast import SUNDAY, WEEK, published, slots, written
from sqlmodel import select

from devices.protocol.codec import decode
from devices.protocol.envelope import open_envelope
from devices.protocol.messages import Approval, Manifest
from devices.signing import SigningKey
from scheduler.errors import ConflictError, NotAllowedError, NotFoundError, StationError
from scheduler.station import Station, open_station
from scheduler.store.queries import bulletin_row, latest_manifests, slots_of_week, valid_approvals
from scheduler.store.tables import ApprovalRow, BulletinRow, SlotRow
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.approve_bulletin import approve_bulletin
from scheduler.usecases.plan_week import plan_week
from scheduler.usecases.publish_week import publish_week
from scheduler.usecases.verify_log import verify_station
from scheduler.usecases.voice_bulletin import voice_bulletin
from scheduler.usecases.withdraw_bulletin import withdraw_bulletin

OTHER_TEXT = "Chào bà con xóm Một."


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


def bulletin(station: Station, key: str = "b001") -> BulletinRow:
    with station.store.reading() as session:
        return bulletin_row(session, key)


def approvals(station: Station, key: str = "b001") -> list[ApprovalRow]:
    with station.store.reading() as session:
        return [row for row in valid_approvals(session) if row.bulletin == key]


def manifest(station: Station, receiver: str = "r1") -> Manifest:
    """The receiver's newest manifest, in which every slot must be approved clip for clip (I1)."""
    with station.store.reading() as session:
        raw = latest_manifests(session)[receiver].envelope.encode()
    found = Manifest.from_json(decode(open_envelope(raw).payload, limit=len(raw)))
    approved = {Approval.from_json(json.loads(each.payload)).clip.digest for each in found.approvals}
    assert {digest for slot in found.slots for digest in slot.items} <= approved
    return found


def approved_anew(station: Station, **header: object) -> str:
    key = add_bulletin(station, written(valid_from="2026-11-30", valid_to="2026-12-06", **header), SUNDAY).bulletin.id
    voice_bulletin(station, key, SUNDAY)
    approve_bulletin(station, key, "Bà Lan", station.keys.approver(), SUNDAY)
    return key


def test_approved_is_never_the_default(station: Station) -> None:
    key = add_bulletin(station, written(title="Tin mới"), SUNDAY).bulletin.id
    assert bulletin(station, key).state == "draft"
    with pytest.raises(ConflictError, match="no sound"):
        approve_bulletin(station, key, "Bà Lan", station.keys.approver(), SUNDAY)
    voice_bulletin(station, key, SUNDAY)
    assert bulletin(station, key).state == "draft"
    assert approvals(station, key) == []


@pytest.mark.parametrize("role", ["schedule", "log", "root", "another"])
def test_only_an_approvers_key_approves(station: Station, role: str) -> None:
    key = add_bulletin(station, written(title="Tin mới"), SUNDAY).bulletin.id
    voice_bulletin(station, key, SUNDAY)
    wrong = SigningKey.generate() if role == "another" else getattr(station.keys, role)
    with pytest.raises(NotAllowedError, match="approver"):
        approve_bulletin(station, key, "Bà Lan", wrong, SUNDAY)
    assert bulletin(station, key).state == "draft"


def test_what_was_not_heard_is_not_approved(station: Station) -> None:
    key = add_bulletin(station, written(title="Tin mới"), SUNDAY).bulletin.id
    voice_bulletin(station, key, SUNDAY)
    with pytest.raises(ConflictError, match="hear it again"):
        approve_bulletin(station, key, "Bà Lan", station.keys.approver(), SUNDAY, seen_clip="0" * 64)
    with pytest.raises(ConflictError, match="draft"):
        approve_bulletin(station, "b001", "Bà Lan", station.keys.approver(), SUNDAY)
    with pytest.raises(NotFoundError):
        approve_bulletin(station, "b999", "Bà Lan", station.keys.approver(), SUNDAY)


def test_e15_a_new_text_ends_approval_and_coming_slots(station: Station) -> None:
    changed = written(plays=3)
    add_bulletin(station, changed, SUNDAY, replaces="b001")
    assert bulletin(station).state == "draft"
    assert approvals(station) == []
    assert slots(station) == []
    assert manifest(station).slots == ()
    assert verify_station(station).findings == ()
    assert publish_week(station, WEEK, SUNDAY).slots == (), "a draft is not planned"


def test_e15_the_same_text_again_changes_nothing(station: Station) -> None:
    before = approvals(station), slots(station), bulletin(station)
    add_bulletin(station, written(), SUNDAY, replaces="b001")
    assert (approvals(station), slots(station), bulletin(station)) == before


def test_e15_another_sound_of_the_same_words_ends_the_approval(station: Station, tmp_path: Path) -> None:
    extra = tmp_path / "extra.toml"
    extra.write_text("[sound]\nbitrate_kbps = 32\n")
    station.store.close()
    station = open_station(station.folder, extra)
    before = bulletin(station)
    voiced = voice_bulletin(station, "b001", SUNDAY)
    assert voiced.clip.digest != before.clip
    assert bulletin(station).state == "draft"
    assert approvals(station) == []
    assert manifest(station).slots == ()
    assert verify_station(station).findings == ()


def test_rendering_the_same_again_keeps_the_approval(station: Station) -> None:
    before = approvals(station), slots(station)
    voice_bulletin(station, "b001", SUNDAY)
    assert (approvals(station), slots(station)) == before


def test_a_withdrawn_bulletin_leaves_the_others_of_its_programme_on_the_air(station: Station) -> None:
    one, two = (approved_anew(station, title=title, plays=14) for title in ("Tin một", "Tin hai"))
    both = [slot for slot in publish_week(station, WEEK.next, SUNDAY).slots if {one, two} <= {*slot.bulletins}]
    assert both, "the two are planned into one programme somewhere"
    withdrawn = withdraw_bulletin(station, one, SUNDAY)
    assert {slot.id for slot in both} <= {slot.id for slot in withdrawn.cancelled}
    with station.store.reading() as session:
        left = [slot for slot in slots_of_week(session, str(WEEK.next)) if slot.cancelled_at is None]
    assert left
    assert all(one not in slot.bulletins for slot in left)
    starts = {(slot.xom, slot.start) for slot in left if two in slot.bulletins}
    assert starts >= {(slot.xom, slot.start) for slot in both}
    for slot in left:
        (whole,) = [old for old in both if (old.xom, old.start) == (slot.xom, slot.start)] or [slot]
        assert slot.end <= whole.end
    assert {slot.id for slot in manifest(station).slots} >= {slot.id for slot in left if "r1" in slot.receivers}
    assert verify_station(station).findings == ()


def test_a_withdrawn_bulletin_is_withdrawn_once_and_not_planned_again(station: Station) -> None:
    withdraw_bulletin(station, "b001", SUNDAY)
    with pytest.raises(ConflictError, match="already"):
        withdraw_bulletin(station, "b001", SUNDAY)
    with pytest.raises(NotFoundError):
        withdraw_bulletin(station, "b999", SUNDAY)
    assert publish_week(station, WEEK, SUNDAY).slots == ()


def test_what_is_on_the_air_is_not_withdrawn_from_under_it(station: Station) -> None:
    slot = slots(station)[0]
    with station.store.reading() as session:
        begun = session.get_one(SlotRow, slot.id)
    at = SUNDAY.fromisoformat(begun.start)
    withdrawn = withdraw_bulletin(station, "b001", at)
    assert slot.id not in {item.id for item in withdrawn.cancelled}


def test_published_slots_stay_and_a_later_revision_only_adds(station: Station) -> None:
    before = slots(station)
    again = publish_week(station, WEEK, SUNDAY)
    assert (again.slots, again.changed, again.receivers) == ((), False, ())
    assert again.revision == 1, "nothing new is said of the week"
    assert slots(station) == before
    withdraw_bulletin(station, "b001", SUNDAY)
    later = publish_week(station, WEEK, SUNDAY)
    assert (later.slots, later.changed, later.revision) == ((), True, 2), "the planner has another word to say"
    assert publish_week(station, WEEK, SUNDAY).revision == 2
    with pytest.raises(ConflictError, match="over"):
        publish_week(station, WEEK, WEEK.end)


def test_a_bulletin_asks_for_nothing_in_weeks_in_which_it_is_not_valid(station: Station) -> None:
    approved_anew(station)
    for week, key in ((WEEK, "b001"), (WEEK.next, "b002")):
        answer = plan_week(station, week, SUNDAY)
        assert (answer.feasible, answer.reasons) == (True, ())
        assert {bulletin.id for bulletin in answer.problem.bulletins} == {key}


def test_why_a_slot_was_taken_back_is_kept_in_vietnamese(station: Station) -> None:
    withdrawn = withdraw_bulletin(station, "b001", SUNDAY)
    assert {slot.why for slot in withdrawn.cancelled} == {"đã rút tin b001"}


def test_unknown_targets_are_refused(station: Station) -> None:
    with pytest.raises(StationError, match="x9"):
        add_bulletin(station, written(targets=["x9"]), SUNDAY)
    with station.store.reading() as session:
        assert len(session.exec(select(BulletinRow)).all()) == 1
