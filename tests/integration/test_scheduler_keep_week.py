"""The week's word kept: make-goods, bounded, inside the rules, and taken back when proof comes late."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from scheduler_cast import WEEK, Device, devices, published, say
from scheduler_cast import slots as slots_in
from sqlmodel import select

from playlists.week import TIMEZONE
from scheduler.station import Station
from scheduler.store.queries import latest_manifests, slots_of_week
from scheduler.store.tables import IncidentRow, SlotRow
from scheduler.usecases.keep_week import keep_week
from scheduler.usecases.verify_log import verify_station


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


@pytest.fixture
def cast(station: Station) -> dict[str, Device]:
    return devices(station)


def end_of(slot: SlotRow) -> datetime:
    return datetime.fromisoformat(slot.end)


def planned(station: Station) -> list[SlotRow]:
    return [slot for slot in slots_in(station) if slot.kind == "planned"]


def make_goods(station: Station) -> list[SlotRow]:
    with station.store.reading() as session:
        return [slot for slot in slots_of_week(session, str(WEEK)) if slot.kind == "make_good"]


def keep(station: Station, now: datetime) -> datetime:
    with station.store.writing() as session:
        return keep_week(session, station, now)


def prove(station: Station, cast: dict[str, Device], slot: SlotRow, now: datetime, *names: str) -> None:
    for name in names:
        say(station, "record", cast[name], cast[name].record(slot), now)


def test_a_failed_slot_is_made_good_at_once_inside_the_rules(station: Station, cast: dict[str, Device]) -> None:
    slot = planned(station)[0]
    now = end_of(slot) + timedelta(seconds=5)
    prove(station, cast, slot, now, "r2")
    say(station, "record", cast["r1"], cast["r1"].record(slot, "interrupted"), now)
    keep(station, now)
    (made,) = make_goods(station)
    start, end = (datetime.fromisoformat(text) for text in (made.start, made.end))
    assert (made.makes_good, made.xom, made.bulletins) == (slot.id, "x1", slot.bulletins)
    assert start >= now + timedelta(minutes=15)
    local = start.astimezone(TIMEZONE), end.astimezone(TIMEZONE)
    windows = ((time(5, 30), time(6)), (time(17), time(17, 30)))
    assert any(a <= local[0].time() and local[1].time() <= b for a, b in windows), "I8: never outside its windows"
    assert made.id in _named(station, "r1")
    assert verify_station(station).findings == ()


def test_i13_missing_proof_is_waited_for_until_the_deadline(station: Station, cast: dict[str, Device]) -> None:
    slot = planned(station)[0]
    deadline = end_of(slot) + timedelta(minutes=30)
    assert keep(station, deadline - timedelta(seconds=1)) == deadline
    assert make_goods(station) == []
    keep(station, deadline)
    assert {made.makes_good for made in make_goods(station)} == {s.id for s in _started(station, deadline)}


def test_i13_f10_one_make_good_for_a_slot_however_often_it_is_looked_at(
    station: Station, cast: dict[str, Device]
) -> None:
    slot = planned(station)[0]
    now = end_of(slot) + timedelta(minutes=31)
    for minute in range(5):
        keep(station, now + timedelta(minutes=minute))
    made = [item for item in make_goods(station) if item.xom == "x1"]
    assert len(made) == 1
    after = datetime.fromisoformat(made[0].end) + timedelta(minutes=31)
    keep(station, after)
    assert not [item for item in make_goods(station) if item.makes_good == made[0].id], "no make-good of a make-good"


def test_i13_a_xom_gets_no_more_make_goods_in_a_week_than_the_rules_say(station: Station) -> None:
    at = WEEK.start
    while at < WEEK.end:
        keep(station, at)
        at += timedelta(hours=1)
    made = [item.xom for item in make_goods(station)]
    assert max(made.count(xom) for xom in ("x1", "x2")) <= station.config.guarantee.make_goods_per_week
    assert len({item.makes_good for item in make_goods(station)}) == len(made)


def test_f10_late_proof_takes_back_a_make_good_that_has_not_begun(station: Station, cast: dict[str, Device]) -> None:
    slot = planned(station)[0]
    now = end_of(slot) + timedelta(minutes=31)
    keep(station, now)
    (made,) = [item for item in make_goods(station) if item.xom == "x1"]
    prove(station, cast, slot, now, "r1")
    keep(station, now + timedelta(minutes=1))
    assert _again(station, made).cancelled_at is None, "r2 has not proven it yet"
    prove(station, cast, slot, now, "r2")
    keep(station, now + timedelta(minutes=2))
    assert _again(station, made).cancelled_at is not None
    assert made.id not in _named(station, "r1"), "and the receivers are told"
    keep(station, now + timedelta(minutes=3))
    assert not [item for item in make_goods(station) if item.xom == "x1" and item.cancelled_at is None]


def test_f10_a_make_good_that_has_begun_stays(station: Station, cast: dict[str, Device]) -> None:
    slot = planned(station)[0]
    now = end_of(slot) + timedelta(minutes=31)
    keep(station, now)
    (made,) = [item for item in make_goods(station) if item.xom == "x1"]
    begun = datetime.fromisoformat(made.start) + timedelta(seconds=1)
    prove(station, cast, slot, begun, "r1", "r2")
    keep(station, begun)
    assert _again(station, made).cancelled_at is None


def test_what_finds_no_place_is_said_once_with_its_reason(station: Station) -> None:
    """The last evening of the week: no window is left."""
    late = WEEK.end - timedelta(minutes=20)
    for minute in range(3):
        keep(station, late + timedelta(minutes=minute))
    with station.store.reading() as session:
        unmet = [row for row in session.exec(select(IncidentRow)) if row.kind == "no-make-good"]
    lost = {slot.id for slot in _started(station, late)}
    assert {row.subject for row in unmet} <= lost
    assert unmet
    assert len({row.id for row in unmet}) == len(unmet)
    assert all(row.values["reason"] for row in unmet)
    assert make_goods(station) == []


def test_after_the_week_nothing_is_made_good(station: Station) -> None:
    keep(station, WEEK.end + timedelta(seconds=1))
    assert make_goods(station) == []


def _started(station: Station, now: datetime) -> list[SlotRow]:
    with station.store.reading() as session:
        every = slots_of_week(session, str(WEEK))
    return [s for s in every if s.kind == "planned" and end_of(s) + timedelta(minutes=30) <= now]


def _again(station: Station, slot: SlotRow) -> SlotRow:
    with station.store.reading() as session:
        return session.get_one(SlotRow, slot.id)


def _named(station: Station, receiver: str) -> list[str]:
    with station.store.reading() as session:
        return latest_manifests(session)[receiver].slots
