"""A changed lexicon: what is read otherwise, and only that, is rendered anew and must be approved before it sounds."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from scheduler_cast import SUNDAY, WEEK, published, slots, written
from sqlmodel import select

from devices.protocol.codec import decode
from devices.protocol.envelope import open_envelope
from devices.protocol.messages import Approval, Manifest
from playlists.week import Week
from scheduler.audit.fold import fold
from scheduler.errors import ConflictError, NotFoundError
from scheduler.station import Station
from scheduler.store.log import read_leaves
from scheduler.store.queries import bulletin_row, latest_manifests, lexicon_rows, slots_of_week, valid_approvals
from scheduler.store.tables import BulletinRow, LexiconRow, SlotRow
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.approve_bulletin import approve_bulletin
from scheduler.usecases.change_lexicon import LexiconChange, add_reading, import_readings, remove_reading
from scheduler.usecases.lexicon_readings import reading
from scheduler.usecases.preview_bulletin import write_preview
from scheduler.usecases.publish_week import publish_week
from scheduler.usecases.verify_log import verify_station
from scheduler.usecases.voice_bulletin import voice_bulletin
from scheduler.usecases.withdraw_bulletin import withdraw_bulletin

LATER = SUNDAY + timedelta(minutes=5)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """Bulletin b001 says “Xin chào bà con.” and is on its way to the receivers for the whole week."""
    return published(tmp_path / "station")


def given(station: Station, written_form: str, spoken: str, **more: object) -> LexiconChange:
    dry_run = bool(more.pop("dry_run", False))
    new = reading(written_form, spoken, LATER, **more)  # type: ignore[arg-type]
    return add_reading(station, new, LATER, dry_run=dry_run)


def bulletin(station: Station, key: str = "b001") -> BulletinRow:
    with station.store.reading() as session:
        return bulletin_row(session, key)


def readings(station: Station) -> list[LexiconRow]:
    with station.store.reading() as session:
        return lexicon_rows(session)


def approved(station: Station, key: str) -> bool:
    with station.store.reading() as session:
        return any(row.bulletin == key for row in valid_approvals(session))


def another(station: Station, **header: object) -> str:
    """One more approved bulletin."""
    text = str(header.pop("text", "Xã họp."))
    manuscript = written(written_text(text), title="Tin khác", **header)
    key = add_bulletin(station, manuscript, SUNDAY).bulletin.id
    voice_bulletin(station, key, SUNDAY)
    approve_bulletin(station, key, "Bà Lan", station.keys.approver(), SUNDAY)
    return key


def written_text(text: str) -> str:
    header = 'title = ""\nfield = "Chỉ đạo, điều hành"\nunit = "UBND xã Thử"\ncampaign = "Nghị quyết 57"\n'
    return f'+++\n{header}valid from = "2026-11-23"\nvalid to = "2026-11-29"\nplays = 2\n+++\n{text}\n'


def every_slot(station: Station, week: Week = WEEK) -> list[SlotRow]:
    with station.store.reading() as session:
        return slots_of_week(session, str(week))


def manifest(station: Station, receiver: str = "r1") -> Manifest:
    """The receiver's newest manifest, in which every slot must be approved clip for clip (I1)."""
    with station.store.reading() as session:
        raw = latest_manifests(session)[receiver].envelope.encode()
    found = Manifest.from_json(decode(open_envelope(raw).payload, limit=len(raw)))
    signed = {Approval.from_json(json.loads(each.payload)).clip.digest for each in found.approvals}
    assert {digest for slot in found.slots for digest in slot.items} <= signed
    return found


def test_e15_a_bulletin_that_is_read_otherwise_is_a_draft_again_and_off_the_air(station: Station) -> None:
    before, coming = bulletin(station), slots(station, "x1") + slots(station, "x2")
    assert coming
    change = given(station, "bà con", "bà con cô bác")
    after = bulletin(station)
    assert (change.bulletins, change.silent, change.receivers) == (("b001",), (), ("r1", "r2", "r3"))
    assert {slot.id for slot in change.cancelled} == {slot.id for slot in coming}
    assert (before.state, after.state) == ("approved", "draft")
    assert after.clip is not None
    assert after.clip != before.clip
    assert (station.audio / f"{after.clip}.mp3").is_file()
    assert not approved(station, "b001")
    assert [*slots(station, "x1"), *slots(station, "x2")] == []
    assert [manifest(station, receiver).slots for receiver in ("r1", "r2", "r3")] == [(), (), ()]
    assert verify_station(station).findings == ()

    approve_bulletin(station, "b001", "Bà Lan", station.keys.approver(), LATER)
    publish_week(station, WEEK, LATER)
    assert len(slots(station, "x1")) >= 2
    assert {after.clip} <= {digest for slot in manifest(station).slots for digest in slot.items}


def test_what_is_read_as_before_is_left_alone(station: Station) -> None:
    before = bulletin(station), every_slot(station), manifest(station)
    for form, spoken in (("QL7B", "quốc lộ bảy bê"), ("bà con", "bà con")):
        change = given(station, form, spoken)
        assert (change.bulletins, change.cancelled, change.receivers) == ((), (), ())
    assert given(station, "chào", "kính chào", before="họ").bulletins == ()
    assert (bulletin(station), every_slot(station), manifest(station)) == before


def test_drafts_follow_but_not_the_withdrawn_the_recorded_the_past_and_the_silent(
    station: Station, tmp_path: Path
) -> None:
    draft = add_bulletin(station, written(title="Nháp"), SUNDAY).bulletin.id
    voice_bulletin(station, draft, SUNDAY)
    silent = add_bulletin(station, written(title="Chưa đọc"), SUNDAY).bulletin.id
    withdrawn = another(station, text="Chào bà con.")
    withdraw_bulletin(station, withdrawn, SUNDAY)
    past = add_bulletin(
        station, written(title="Cũ", valid_from="2026-11-16", valid_to="2026-11-21"), SUNDAY - timedelta(days=6)
    ).bulletin.id
    voice_bulletin(station, past, SUNDAY)
    (tmp_path / "ghi-am.mp3").write_bytes((station.audio / f"{bulletin(station).clip}.mp3").read_bytes())
    recorded = add_bulletin(
        station, written(title="Ghi âm", recording="ghi-am.mp3"), SUNDAY, beside=tmp_path
    ).bulletin.id
    voice_bulletin(station, recorded, SUNDAY)
    kept = {key: bulletin(station, key) for key in (silent, withdrawn, past, recorded)}
    old = bulletin(station, draft).clip
    assert given(station, "bà con", "bà con cô bác").bulletins == ("b001", draft)
    assert bulletin(station, draft).clip not in (None, old)
    assert {key: bulletin(station, key) for key in kept} == kept


def test_a_programme_of_several_keeps_what_is_read_as_before(station: Station) -> None:
    """Two of the bulletins of one programme are read otherwise, the third still sounds."""
    header = {"valid_from": "2026-11-30", "valid_to": "2026-12-06", "plays": 14}
    texts = ("Kính chào bà con.", "Chào bà con xã Thử.", "Xã họp chiều nay.")
    first, second, third = (another(station, text=text, **header) for text in texts)
    publish_week(station, WEEK.next, SUNDAY)
    planned = every_slot(station, WEEK.next)
    assert any({first, second, third} == set(slot.bulletins) for slot in planned), "the plan has them together"
    change = given(station, "bà con", "bà con cô bác")
    assert change.bulletins == ("b001", first, second)
    assert {slot.id for slot in change.cancelled} <= {slot.id for slot in [*planned, *every_slot(station, WEEK)]}
    coming = [slot for slot in every_slot(station, WEEK.next) if slot.cancelled_at is None]
    assert {slot.start for slot in coming} == {slot.start for slot in planned if third in slot.bulletins}
    assert all(slot.bulletins == [third] and slot.end > slot.start for slot in coming)
    assert {slot.id for slot in manifest(station).slots} == {slot.id for slot in coming if "r1" in slot.receivers}
    assert verify_station(station).findings == ()


def test_duplicates_and_unknown_forms_are_named(station: Station) -> None:
    given(station, "ND", "nông dân", before="hội")
    given(station, "ND", "nhân dân")
    for spoken in ("nông dân", "người dân"):
        with pytest.raises(ConflictError, match="nông dân"):
            given(station, "ND", spoken, before="Hội")
    with pytest.raises(NotFoundError):
        remove_reading(station, "nd", LATER)
    with pytest.raises(NotFoundError):
        remove_reading(station, "ND", LATER, before="hội", after="xã")


def test_a_reading_is_taken_back_alone_or_with_all_of_its_form_and_may_come_again(station: Station) -> None:
    for scope in ({}, {"before": "hội"}, {"after": "xã"}):
        given(station, "ND", "nhân dân", **scope)
    (gone,) = remove_reading(station, " ND ", LATER, before="HỘI").removed
    assert (gone.before, gone.removed_at) == ("hội", gone.changed_at)
    assert [(row.before, row.after) for row in readings(station)] == [("", ""), ("", "xã")]
    assert len(remove_reading(station, "ND", LATER).removed) == 2
    assert readings(station) == []
    given(station, "ND", "nông dân", before="hội")
    assert [row.spoken for row in readings(station)] == ["nông dân"]
    assert verify_station(station).findings == ()


def test_to_take_a_reading_back_makes_the_old_sound_again(station: Station) -> None:
    old = bulletin(station).clip
    given(station, "bà con", "bà con cô bác")
    assert remove_reading(station, "bà con", LATER).bulletins == ("b001",)
    assert (bulletin(station).clip, bulletin(station).state) == (old, "draft")
    assert not approved(station, "b001"), "what was approved once is not approved again by itself"


def test_an_import_adds_and_changes_and_keeps_the_rest(station: Station) -> None:
    given(station, "QL7B", "quốc lộ bảy bê")
    given(station, "ND", "nhân dân")
    listed = [reading("ND", "người dân", LATER), reading("bà con", "bà con cô bác", LATER)]
    change = import_readings(station, listed, LATER)
    assert ([row.written for row in change.added], [row.written for row in change.changed]) == (["bà con"], ["ND"])
    assert change.bulletins == ("b001",)
    assert {row.written: row.spoken for row in readings(station)} == {
        "ND": "người dân", "QL7B": "quốc lộ bảy bê", "bà con": "bà con cô bác",
    }  # fmt: skip
    leaves = len(leaves_of(station))
    same = import_readings(station, listed, LATER)
    assert (same.added, same.changed, same.bulletins) == ((), (), ())
    assert len(leaves_of(station)) == leaves, "nothing is written for nothing"


def test_i6_every_change_is_a_leaf_that_holds_it(station: Station) -> None:
    given(station, "QL7B", "quốc lộ bảy bê")
    given(station, "ND", "nông dân", before="hội")
    remove_reading(station, "QL7B", LATER)
    folded = fold(leaves_of(station))["lexicon"]
    assert folded[("QL7B", "", "")]["removed_at"] is not None
    assert folded[("ND", "hội", "")] == readings(station)[0].model_dump()


def test_a_dry_run_says_the_same_and_writes_nothing(station: Station) -> None:
    before = leaves_of(station), bulletin(station), every_slot(station), sorted(station.folder.rglob("*"))
    shown = given(station, "bà con", "bà con cô bác", dry_run=True)
    assert (leaves_of(station), bulletin(station), every_slot(station), sorted(station.folder.rglob("*"))) == before
    done = given(station, "bà con", "bà con cô bác")
    assert (shown.bulletins, shown.receivers) == (done.bulletins, done.receivers)
    assert [slot.id for slot in shown.cancelled] == [slot.id for slot in done.cancelled]


def test_a_bulletin_that_no_voice_can_speak_anew_stays_off_the_air_and_is_named(station: Station) -> None:
    """The lexicon changed all the same; the old sound is not what the commune wants said."""
    long = add_bulletin(station, written(written_text("Làng. " * 90), title="Dài"), SUNDAY).bulletin.id
    voice_bulletin(station, long, SUNDAY)
    change = given(station, "làng", "ô " * 150)
    ((key, why),) = change.silent
    assert (key, "12000 syllables" in str(why)) == (long, True)
    assert (bulletin(station, long).state, bulletin(station, long).clip) == ("draft", None)
    with pytest.raises(ConflictError, match="no sound"):
        approve_bulletin(station, long, "Bà Lan", station.keys.approver(), LATER)
    assert remove_reading(station, "làng", LATER).bulletins == ()
    assert voice_bulletin(station, long, LATER).clip.digest == bulletin(station, long).clip


def test_the_preview_and_the_ident_are_read_with_the_lexicon(station: Station) -> None:
    with station.store.reading() as session:
        ident = next(row for row in valid_approvals(session) if row.kind == "ident")
    given(station, "Thử", "thử nghiệm")
    given(station, "bà con", "bà con cô bác")
    voiced = voice_bulletin(station, "b001", LATER)
    assert "bà con cô bác" in write_preview(station, voiced).transcript.read_text(encoding="utf-8")
    (rewrite,) = [item for item in voiced.reading.rewrites if item.rule == "lexicon"]
    assert (rewrite.written, rewrite.spoken) == ("bà con", "bà con cô bác")
    signed = approve_bulletin(station, "b001", "Bà Lan", station.keys.approver(), LATER)
    assert [sound.kind for sound in signed.sounds] == ["ident"], "the ident says Thử, the sign-off does not"
    assert signed.sounds[0].clip.digest != ident.clip


def leaves_of(station: Station) -> list[bytes]:
    with station.store.reading() as session:
        return [leaf.entry for leaf in read_leaves(session)]


def test_what_stands_in_the_store_is_one_row_for_each_place(station: Station) -> None:
    given(station, "ND", "nông dân")
    remove_reading(station, "ND", LATER)
    given(station, "ND", "nhân dân")
    with station.store.reading() as session:
        assert [row.spoken for row in session.exec(select(LexiconRow))] == ["nhân dân"]
