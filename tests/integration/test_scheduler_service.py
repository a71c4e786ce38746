"""The station on duty, over a broker in memory: crashes between its steps, a broker that forgets, poison, silence."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from scheduler_cast import COMMUNE, SUNDAY, WEEK, Device, devices, published, quarantined, records, slots
from sqlmodel import func, select

from devices.broker.link import Arrived
from devices.broker.memory import MemoryBroker, MemoryLink
from devices.protocol import topics
from devices.protocol.envelope import open_envelope
from devices.receiver.enrolment import Enrolment
from scheduler.errors import StationError
from scheduler.service.station_service import TAKEN_AT_ONCE, StationService
from scheduler.station import Station
from scheduler.store import outbox
from scheduler.store.tables import IncidentRow, LeafRow, OutboxRow, ReceiverRow
from scheduler.usecases.accounts import STATION_USER, accounts
from scheduler.usecases.enrol_receiver import enrolment_path
from scheduler.usecases.ingest import receive

MORNING = WEEK.start + timedelta(hours=7)


class Air:
    """A station, its broker in memory, and whoever is connected."""

    def __init__(self, folder: Path) -> None:
        self.station: Station = published(folder)
        self.broker = MemoryBroker(lambda: accounts(self.station))
        self.now = MORNING
        self.restart()

    def restart(self) -> None:
        """A new process takes over the station's session at the broker."""
        self.link = self.station_link()
        self.service = StationService(self.station, self.link, self.now)
        self.link.open(lambda: None)

    def station_link(self) -> MemoryLink:
        password = (self.station.folder / "keys" / "broker.password").read_text().strip()
        link = self.broker.link(STATION_USER, password)
        link.subscribe(topics.station_filter(COMMUNE))
        return link

    def receiver(self, name: str) -> MemoryLink:
        password = Enrolment.load(enrolment_path(self.station, name)).broker.password
        link = self.broker.link(name, password)
        for topic_filter in topics.receiver_filters(COMMUNE, name):
            link.subscribe(topic_filter)
        link.open(lambda: None)
        return link

    def step(self, later: timedelta = timedelta()) -> datetime:
        self.now += later
        return self.service.step(self.now)


@pytest.fixture
def air(tmp_path: Path) -> Air:
    return Air(tmp_path / "station")


@pytest.fixture
def r1(air: Air) -> Device:
    return devices(air.station)["r1"]


def arrivals(link: MemoryLink) -> Iterator[Arrived]:
    while (event := link.take()) is not None:
        if isinstance(event, Arrived):
            link.acknowledge(event)
            yield event


def leaves(station: Station) -> int:
    with station.store.reading() as session:
        return session.exec(select(func.count()).select_from(LeafRow)).one()


def send_record(air: Air, device: Device) -> MemoryLink:
    link = air.receiver(device.id)
    assert link.publish(topics.record(COMMUNE, device.id), device.record(slots(air.station)[0]))
    return link


def test_a_record_is_counted_and_receipted(air: Air, r1: Device) -> None:
    air.step()
    link = send_record(air, r1)
    air.step()
    assert [row.receiver for row in records(air.station)] == ["r1"]
    assert topics.receipt(COMMUNE, "r1") in {event.topic for event in arrivals(link)}


def test_a4_killed_before_the_commit_the_record_comes_again(air: Air, r1: Device) -> None:
    air.step()
    send_record(air, r1)
    assert any(isinstance(air.link.take(), Arrived) for _ in range(5)), "taken, and nothing done with it"
    air.link.kill()
    air.restart()
    air.step()
    assert len(records(air.station)) == 1


def test_a5_killed_after_the_commit_the_record_is_there_once(air: Air, r1: Device) -> None:
    air.step()
    send_record(air, r1)
    (event,) = [event for _ in range(5) if isinstance(event := air.link.take(), Arrived)]
    receive(air.station, event.topic, event.payload, air.now)
    before = leaves(air.station)
    air.link.kill()
    air.restart()
    air.step()
    assert (len(records(air.station)), leaves(air.station)) == (1, before)
    again = [event for _ in range(5) if isinstance(event := air.link.take(), Arrived)]
    assert again == [], "the second time it was acknowledged"


def test_a6_poison_is_kept_apart_and_the_next_message_taken(air: Air, r1: Device) -> None:
    """A receiver's row that was spoilt makes each of its messages fail inside; another's goes through."""
    air.step()
    with air.station.store.writing() as session:
        row = session.get_one(ReceiverRow, "r1")
        row.public = "no key"
        session.add(row)
    send_record(air, r1)
    send_record(air, devices(air.station)["r2"])
    air.step()
    assert [row.receiver for row in records(air.station)] == ["r2"]
    assert len(quarantined(air.station)) == 1


def test_d8_what_the_database_cannot_take_is_neither_lost_nor_kept_apart(air: Air, r1: Device) -> None:
    air.step()
    send_record(air, r1)
    with closing(sqlite3.connect(air.station.store.path)) as database, database:
        database.execute("ALTER TABLE inbox RENAME TO away")
    with pytest.raises(StationError, match=r"loa\.db"):
        air.step()
    air.link.kill()
    with closing(sqlite3.connect(air.station.store.path)) as database, database:
        database.execute("ALTER TABLE away RENAME TO inbox")
    air.restart()
    air.step()
    assert (len(records(air.station)), quarantined(air.station)) == (1, [])


def test_a2_a_broker_that_forgot_everything_is_told_again(air: Air) -> None:
    air.step()
    air.broker.stop()
    air.broker.forget_everything()
    air.broker.start()
    air.step()
    told = {event.topic for event in arrivals(air.receiver("r1"))}
    assert told >= {topics.trust(COMMUNE), topics.manifest(COMMUNE, "r1")}


def test_nothing_is_lost_while_the_broker_is_away(air: Air) -> None:
    air.broker.stop()
    for _ in range(3):
        air.step(timedelta(seconds=30))
    with air.station.store.reading() as session:
        assert {row.attempts for row in outbox.waiting(session)} == {0}
    air.broker.start()
    air.step()
    assert topics.manifest(COMMUNE, "r1") in {event.topic for event in arrivals(air.receiver("r1"))}


def test_a1_a_manifest_is_sent_again_with_growing_pauses_until_it_is_answered(air: Air, r1: Device) -> None:
    link = air.receiver("r1")
    sent_at = []
    for _ in range(900):
        air.step(timedelta(seconds=1))
        if any(event.topic == topics.manifest(COMMUNE, "r1") for event in arrivals(link)):
            sent_at.append(air.now)
    pauses = [round((b - a).total_seconds()) for a, b in itertools.pairwise(sent_at)]
    assert pauses == sorted(pauses)
    assert 5 <= len(sent_at) <= 9
    with air.station.store.reading() as session:
        version = session.get_one(OutboxRow, topics.manifest(COMMUNE, "r1")).version
    adopted = r1.report("adopted", f"manifest {version}", "adopted", {"version": version}, at=air.now)
    assert link.publish(topics.report(COMMUNE, "r1"), adopted)
    air.step()
    assert "r1" not in air.service.waiting_for()
    with air.station.store.reading() as session:
        assert session.get_one(OutboxRow, topics.manifest(COMMUNE, "r1")).next_at is None


def test_an_answer_to_an_older_manifest_answers_nothing(air: Air, r1: Device) -> None:
    with air.station.store.writing() as session:
        outbox.put(
            session, topics.manifest(COMMUNE, "r1"), b"{}", kind="manifest", version=2, retain=True,
            now=SUNDAY, receiver="r1",
        )  # fmt: skip
        outbox.answered(session, "r1", "manifest", 1, SUNDAY)
        outbox.answered(session, "r2", "manifest", 2, SUNDAY)
        assert "r1" in {row.receiver for row in outbox.waiting(session)}


def test_i10_silence_is_a_fault_and_speech_ends_it(air: Air, r1: Device) -> None:
    air.step()
    link = air.receiver("r1")
    link.publish(topics.status(COMMUNE, "r1"), r1.status(air.now))
    due = air.step()
    while air.now < MORNING + timedelta(seconds=101):
        air.now = max(due, air.now + timedelta(milliseconds=1))
        due = air.step()
    with air.station.store.reading() as session:
        silent = {row.subject: row for row in session.exec(select(IncidentRow).where(IncidentRow.kind == "silent"))}
    assert set(silent) == {"r1", "r2", "r3"}
    assert max(datetime.fromisoformat(row.opened_at) for row in silent.values()) <= MORNING + timedelta(seconds=101)
    link.publish(topics.status(COMMUNE, "r1"), r1.status(air.now))
    air.step()
    with air.station.store.reading() as session:
        closed = {row.subject for row in session.exec(select(IncidentRow)) if row.closed_at is not None}
    assert closed == {"r1"}


def test_who_cannot_hear_blames_nobody(air: Air) -> None:
    air.step()
    air.broker.stop()
    for _ in range(20):
        air.step(timedelta(minutes=1))
    with air.station.store.reading() as session:
        assert session.exec(select(IncidentRow)).all() == []


def test_the_head_is_signed_within_a_minute_or_two_and_published(air: Air, r1: Device) -> None:
    air.step()
    link = send_record(air, r1)
    air.step()
    air.step(timedelta(seconds=61))
    assert [event for event in arrivals(link) if event.topic.endswith("/receipt")]
    link.publish(topics.record(COMMUNE, "r1"), r1.record(slots(air.station)[1]))
    air.step()
    payloads = [open_envelope(e.payload).payload for e in arrivals(link) if e.topic.endswith("/receipt")]
    assert payloads
    assert b"loa/xa-thu" in payloads[-1], "a receipt carries the newest signed head"


def test_i12_a_flood_does_not_keep_the_week_waiting(air: Air) -> None:
    """One step takes so many messages and no more; the rest is not lost."""
    air.step()
    link = air.receiver("r3")
    for _ in range(TAKEN_AT_ONCE + 50):
        link.publish(topics.report(COMMUNE, "r3"), b"x")
    air.step()
    assert len(quarantined(air.station)) == TAKEN_AT_ONCE
    air.step()
    assert len(quarantined(air.station)) == TAKEN_AT_ONCE + 50
