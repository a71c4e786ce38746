"""What receivers say, taken in: counted once, believed only with the right key, kept apart otherwise."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from scheduler_cast import (
    COMMUNE,
    SUNDAY,
    WEEK,
    Device,
    devices,
    published,
    quarantined,
    receipt_in,
    records,
    say,
    slots,
)
from sqlmodel import func, select

from devices.protocol import topics
from devices.protocol.codec import MAX_INTEGER, decode
from devices.protocol.envelope import open_envelope
from devices.protocol.messages import Trust
from devices.signing import SigningKey
from scheduler.catalogue import in_vietnamese
from scheduler.station import Station
from scheduler.store.queries import latest_manifests
from scheduler.store.tables import ContactRow, IncidentRow, LeafRow, OutboxRow, ReceiverRow
from scheduler.usecases.examine_station import examine_station
from scheduler.usecases.ingest import PAYLOAD_KEPT, QUARANTINE_LIMIT, quarantine, receive
from scheduler.usecases.renew_trust import renew_trust
from scheduler.usecases.report_week import Issued, report_week
from scheduler.usecases.verify_log import verify_station
from scheduler.usecases.withdraw_bulletin import withdraw_bulletin

MORNING = WEEK.start + timedelta(hours=7)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


@pytest.fixture
def r1(station: Station) -> Device:
    return devices(station)["r1"]


def leaves(station: Station) -> int:
    with station.store.reading() as session:
        return session.exec(select(func.count()).select_from(LeafRow)).one()


def incidents(station: Station) -> list[IncidentRow]:
    with station.store.reading() as session:
        return list(session.exec(select(IncidentRow)))


def contact(station: Station, receiver: str) -> ContactRow:
    with station.store.reading() as session:
        return session.get_one(ContactRow, receiver)


def test_a_first_hello_with_the_secret_enrols_and_is_receipted(tmp_path: Path) -> None:
    station = published(tmp_path / "station", enrolled=False)
    device = devices(station)["r1"]
    receipt = receipt_in(say(station, "hello", device, device.hello(), SUNDAY))
    assert (receipt.receiver, receipt.through, receipt.keyid) == ("r1", 0, device.key.keyid)
    with station.store.reading() as session:
        assert session.get_one(ReceiverRow, "r1").public == device.key.public.text


def test_b15_a_hello_without_the_secret_enrols_nobody(tmp_path: Path) -> None:
    station = published(tmp_path / "station", enrolled=False)
    thief = Device("r1", b"another secret of thirty-two byt")
    assert say(station, "hello", thief, thief.hello(), SUNDAY) == []
    assert [row.template for row in quarantined(station)] == [
        "expected the proof of the enrolment's secret, but another came"
    ]
    with station.store.reading() as session:
        assert session.get_one(ReceiverRow, "r1").enrolled_at is None


def test_b15_a_second_key_for_an_enrolled_receiver_is_refused(station: Station, r1: Device) -> None:
    other = Device("r1", r1.secret)
    other.key = SigningKey.generate()
    assert say(station, "hello", other, other.hello(), SUNDAY) == []
    with station.store.reading() as session:
        assert session.get_one(ReceiverRow, "r1").public == r1.key.public.text
    assert [row.kind for row in incidents(station)] == ["forged"]


def test_records_of_a_receiver_that_never_said_hello_are_kept_apart(tmp_path: Path) -> None:
    station = published(tmp_path / "station", enrolled=False)
    device = devices(station)["r1"]
    assert say(station, "record", device, device.record(slots(station)[0]), MORNING) == []
    assert (records(station), len(quarantined(station))) == ([], 1)


def test_a5_a10_b2_a_record_a_hundred_times_is_one_row_and_one_leaf(station: Station, r1: Device) -> None:
    raw = r1.record(slots(station)[0])
    before = leaves(station)
    receipts = [receipt_in(say(station, "record", r1, raw, MORNING)).through for _ in range(100)]
    assert receipts == [1] * 100, "each is answered, or the receiver would never stop sending"
    assert (len(records(station)), leaves(station)) == (1, before + 1)


def test_a11_any_order_gives_the_same_rows_and_the_receipt_waits_for_gaps(tmp_path: Path) -> None:
    seen = set()
    for number, order in enumerate(itertools.permutations(range(3))):
        station = published(tmp_path / str(number))
        device = devices(station)["r1"]
        first, second = slots(station)[:2]
        sent = [
            ("report", device.report("adopted", "manifest 1", "adopted", {"version": 1})),
            ("record", device.record(first)),
            ("record", device.record(second, "interrupted")),
        ]
        arrived: set[int] = set()
        for at in order:
            kind, raw = sent[at]
            arrived.add(at + 1)
            through = receipt_in(say(station, kind, device, raw, MORNING)).through
            assert through == next(n for n in range(4) if n + 1 not in arrived)
        seen.add(tuple((row.seq, row.slot, row.result) for row in records(station)))
        station.store.close()
    assert len(seen) == 1


def test_b1_a_record_signed_by_another_receiver_changes_nothing(station: Station, r1: Device) -> None:
    other = devices(station)["r2"]
    slot = slots(station)[0]
    forged = r1.record(slot, key=other.key)
    as_other = other.record(slot)
    assert say(station, "record", r1, forged, MORNING) == []
    assert say(station, "record", r1, as_other, MORNING) == [], "signed by r2, sent on the topic of r1"
    assert say(station, "record", r1, r1.record(slot, receiver="r2"), MORNING) == [], "signed by r1 in the name of r2"
    assert records(station) == []
    assert len(quarantined(station)) == 3
    assert {row.kind for row in incidents(station)} == {"forged"}
    assert {row.subject for row in incidents(station)} == {"r1"}


def test_b3_two_forms_of_one_entry_show_a_copied_card(station: Station, r1: Device) -> None:
    first, second = slots(station)[:2]
    say(station, "record", r1, r1.record(first, seq=1), MORNING)
    assert say(station, "record", r1, r1.record(second, seq=1), MORNING) == []
    (incident,) = incidents(station)
    assert (incident.kind, incident.subject) == ("clone-suspected", "r1")
    assert incident.envelope is not None, "the other stream is kept too"
    assert [row.slot for row in records(station)] == [first.id]
    assert verify_station(station).findings == ()


def test_f16_nothing_of_a_revoked_receiver_is_taken(station: Station, r1: Device) -> None:
    with station.store.writing() as session:
        row = session.get_one(ReceiverRow, "r1")
        row.revoked_at = row.added_at
        session.add(row)
    assert say(station, "record", r1, r1.record(slots(station)[0]), MORNING) == []
    assert records(station) == []


@pytest.mark.parametrize(
    "topic",
    ["", "loa", "loa/1/xa-thu/from/r9/record", "loa/1/other/from/r1/record", "loa/1/xa-thu/to/r1/manifest", "x/\x00/é"],
)
def test_messages_on_foreign_topics_are_kept_apart(station: Station, r1: Device, topic: str) -> None:
    assert receive(station, topic, r1.record(slots(station)[0]), MORNING) == []
    assert (records(station), len(quarantined(station))) == ([], 1)


@pytest.mark.parametrize("payload", [b"", b"{}", b"\xff\xfe", b"[" * 10_000, b"0" * 300_000, b'{"a":1,"a":1}'])
@pytest.mark.parametrize("kind", ["hello", "status", "record", "report"])
def test_b13_what_is_no_message_is_kept_apart(station: Station, r1: Device, kind: str, payload: bytes) -> None:
    assert say(station, kind, r1, payload, MORNING) == []
    (row,) = quarantined(station)
    assert row.payload == payload[:PAYLOAD_KEPT]


def test_i12_the_quarantine_is_bounded(station: Station, r1: Device) -> None:
    before = leaves(station)
    with station.store.writing() as session:
        for number in range(QUARANTINE_LIMIT + 49):
            quarantine(session, f"foreign/{number}", b"x", "foreign", {}, MORNING)
    receive(station, f"foreign/{QUARANTINE_LIMIT + 49}", b"x", MORNING)
    rows = quarantined(station)
    assert len(rows) == QUARANTINE_LIMIT
    assert rows[-1].topic == f"foreign/{QUARANTINE_LIMIT + 49}"
    assert leaves(station) == before


def test_i12_b16_a_flood_of_forgeries_grows_neither_log_nor_incidents(station: Station, r1: Device) -> None:
    before, thief, slot = leaves(station), SigningKey.generate(), slots(station)[0]
    for _ in range(40):
        say(station, "record", r1, r1.record(slot, key=thief), MORNING)
    assert [row.kind for row in incidents(station)] == ["forged"]
    assert leaves(station) == before + 1
    say(station, "record", r1, r1.record(slot, key=thief), MORNING + timedelta(days=1))
    assert leaves(station) == before + 2, "a new day's forgeries are news again"


@pytest.mark.parametrize(
    "subject", ["manifest", "manifest x", "manifest -1", "manifest 99999999999999999999", "trust 1", "①"]
)
def test_a_strange_adoption_is_receipted_and_proves_nothing(station: Station, r1: Device, subject: str) -> None:
    """A signed entry that means nothing must not stop the receipts of those after it."""
    odd = r1.report("adopted", subject, "adopted")
    assert receipt_in(say(station, "report", r1, odd, MORNING)).through == 1
    assert receipt_in(say(station, "record", r1, r1.record(slots(station)[0]), MORNING)).through == 2
    assert verify_station(station).findings == ()


@pytest.mark.parametrize(
    ("reason", "details"),
    [
        ("malformed", {}),
        ("unknown-signer", {"nobody": 1}),
        ("wrong-receiver", {"receiver": "r3", "subject": "x", "expected": "{came.__class__}", "came": "y"}),
        ("a slug of its own", {"a {b}": "{c}"}),
        ("manifest-rollback", {"current": 2, "came": 1}),
    ],
)
def test_i11_no_report_of_a_receiver_breaks_the_stations_report(
    station: Station, r1: Device, reason: str, details: dict[str, str | int]
) -> None:
    raw = r1.report("security", "manifest 9", reason, details, at=MORNING)
    assert receipt_in(say(station, "report", r1, raw, MORNING)).through == 1
    (told,) = report_week(station, WEEK, MORNING, in_vietnamese).report.incidents
    text = told.text.text(in_vietnamese)
    assert "r1" in text
    assert "r3" not in text or reason != "wrong-receiver", "a receiver speaks in its own name"


def test_i11_b12_a_version_out_of_this_world_stops_no_dispatch(station: Station, r1: Device) -> None:
    """One receiver says that it has seen the highest version there is; all of them are told all the same."""
    say(station, "hello", r1, r1.hello(manifest_version=MAX_INTEGER, trust_version=1), MORNING)
    assert withdraw_bulletin(station, "b001", SUNDAY).receivers == ("r1", "r2", "r3")


def test_b11_a_receiver_that_was_away_gets_the_trust_it_missed(station: Station, r1: Device) -> None:
    rules = station.config.rules.model_copy(update={"quiet": ()})
    with station.store.writing() as session:
        renew_trust(session, replace(station, config=station.config.model_copy(update={"rules": rules})), SUNDAY)
    versions = []
    for known in (1, 2):
        replies = say(station, "hello", r1, r1.hello(trust_version=known), SUNDAY)
        sent = [reply.payload for reply in replies if reply.topic == topics.missed_trust(COMMUNE, "r1")]
        versions.append([Trust.from_json(decode(open_envelope(raw).payload)).version for raw in sent])
    assert versions == [[2], []]


def test_i10_doctor_tells_what_a_receiver_refused(station: Station, r1: Device) -> None:
    say(station, "report", r1, r1.report("security", "manifest 9", "bad-signature", at=MORNING), MORNING)
    told = [item.said.text(in_vietnamese) for item in examine_station(station, [], MORNING)]
    assert any("r1" in text and "manifest 9" in text for text in told)
    later = [item.said.text(in_vietnamese) for item in examine_station(station, [], MORNING + timedelta(days=8))]
    assert not any("manifest 9" in text for text in later)


def test_d10_a_hello_with_a_newer_manifest_is_answered_by_one_above_it(station: Station, r1: Device) -> None:
    say(station, "hello", r1, r1.hello(manifest_version=41, trust_version=1), SUNDAY)
    with station.store.reading() as session:
        assert {row.receiver: row.version for row in latest_manifests(session).values()} == {"r1": 42, "r2": 1, "r3": 1}
        assert session.get_one(OutboxRow, topics.manifest(COMMUNE, "r1")).version == 42


def test_heartbeats_are_seen_and_a_will_is_only_a_hint(station: Station, r1: Device) -> None:
    later = MORNING + timedelta(seconds=3)
    say(station, "status", r1, r1.status(MORNING), later)
    seen = contact(station, "r1")
    assert seen.online
    assert seen.status["clock_offset_ms"] == -3000
    will = b'{"boot":"1","commune":"xa-thu","offline":true,"receiver":"r1","spec":1}'
    receive(station, topics.status(COMMUNE, "r1"), will, later)
    assert not contact(station, "r1").online
    assert contact(station, "r1").last_seen == seen.last_seen, "a hint is no sign of life"


def test_a12_a_record_of_last_week_is_booked_to_its_week(station: Station, r1: Device) -> None:
    tuesday = WEEK.end + timedelta(days=1, hours=12)
    before = report_week(station, WEEK, tuesday, in_vietnamese)
    say(station, "record", r1, r1.record(slots(station)[-1]), tuesday)
    after = report_week(station, WEEK, tuesday, in_vietnamese)
    assert (_played(before, "r1"), _played(after, "r1")) == (0, 1)
    assert (before.revision, after.revision) == (1, 2)
    assert before.page.is_file()


def _played(issued: Issued, receiver: str) -> int:
    found = [week for xom in issued.report.xom for week in xom.verdict.receivers if week.id == receiver]
    return sum(week.count("played") for week in found)
