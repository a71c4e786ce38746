"""The week's word kept: make-goods, bounded, inside the rules, and taken back when proof comes late."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
import tomlkit
from scheduler_cast import SUNDAY, WEEK, Device, devices, published, records, say
from scheduler_cast import slots as slots_in
from sqlmodel import select

from playlists.week import TIMEZONE
from scheduler.station import Station, open_station
from scheduler.store.queries import latest_manifests, slots_of_week
from scheduler.store.tables import IncidentRow, SlotRow
from scheduler.usecases.enrol_receiver import add_receiver, revoke_receiver
from scheduler.usecases.keep_week import keep_week
from scheduler.usecases.lift_slots import lift_slots
from scheduler.usecases.pin_bulletin import pin_bulletin
from scheduler.usecases.tell_guarantee import past_weeks, tell_guarantee
from scheduler.usecases.verify_log import verify_station
from scheduler.usecases.week_facts import week_status
from scheduler.usecases.withdraw_bulletin import withdraw_bulletin


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


def test_a_lost_play_too_many_is_neither_made_good_nor_an_incident(station: Station, cast: dict[str, Device]) -> None:
    """b001 is wanted twice and was pinned a third time."""
    pin_bulletin(station, "b001", WEEK.start + timedelta(days=5, hours=17, minutes=10), ["x1"], SUNDAY)
    slot = planned(station)[0]
    now = end_of(slot) + timedelta(seconds=5)
    for receiver in ("r1", "r2"):
        say(station, "record", cast[receiver], cast[receiver].record(slot, "interrupted"), now)
    prove(station, cast, next(s for s in slots_in(station, "x2")), now, "r3")
    keep(station, now)
    assert make_goods(station) == []
    with station.store.reading() as session:
        assert not list(session.exec(select(IncidentRow).where(IncidentRow.kind == "no-make-good")))


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


def incidents(station: Station, kind: str) -> list[IncidentRow]:
    with station.store.reading() as session:
        return sorted((row for row in session.exec(select(IncidentRow)) if row.kind == kind), key=lambda row: row.id)


def with_blackout(station: Station, start: datetime, end: datetime, xom: str = "x1") -> Station:
    path = station.folder / "config.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["rules"]["blackouts"] = [{"from": start, "to": end, "why": "đám tang", "xom": [xom]}]
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return open_station(station.folder)


def test_i7_a_slot_that_a_rule_took_back_is_made_good_before_the_week_begins(station: Station) -> None:
    first = planned(station)[0]
    mourning = with_blackout(station, WEEK.start, end_of(first) + timedelta(hours=1))
    with mourning.store.writing() as session:
        (lifted,) = lift_slots(session, mourning, SUNDAY)
    keep(mourning, SUNDAY + timedelta(seconds=1))
    (made,) = make_goods(mourning)
    assert (made.makes_good, made.xom) == (lifted.id, "x1")
    assert made.start > lifted.end
    assert set(made.receivers) == {"r1", "r2"}
    assert incidents(mourning, "guarantee") == []


def test_i13_one_make_good_for_a_slot_also_where_no_receiver_stands(station: Station) -> None:
    revoke_receiver(station, "r1", "hỏng", SUNDAY)
    revoke_receiver(station, "r2", "hỏng", SUNDAY)
    mourning = with_blackout(station, WEEK.start, end_of(planned(station)[0]) + timedelta(hours=1))
    with mourning.store.writing() as session:
        lift_slots(session, mourning, SUNDAY)
    for second in range(3):
        keep(mourning, SUNDAY + timedelta(seconds=second))
    assert [made.why for made in make_goods(mourning)] == [None]


def test_i7_what_the_week_can_no_longer_hold_is_told_before_it_begins_and_closed_when_it_can(station: Station) -> None:
    mourning = with_blackout(station, WEEK.start, WEEK.end)
    with mourning.store.writing() as session:
        lift_slots(session, mourning, SUNDAY)
    for minute in range(3):
        keep(mourning, SUNDAY + timedelta(minutes=minute))
    (told,) = incidents(mourning, "guarantee")
    assert (told.subject, told.closed_at) == ("x1", None)
    assert "không còn khung giờ nào đủ chỗ" in told.values["reason"]
    (xom, _) = week_status(mourning, WEEK, SUNDAY)
    assert xom.state == "impossible"
    keep(with_blackout(station, WEEK.start, WEEK.start + timedelta(hours=1)), SUNDAY + timedelta(hours=1))
    assert [row.closed_at is None for row in incidents(mourning, "guarantee")] == [False]
    assert {row.closed_at is None for row in incidents(mourning, "no-make-good")} == {False}
    assert len(make_goods(mourning)) == 2


def test_f9_a_dead_receivers_week_is_told_when_nothing_can_mend_it_and_late_proof_closes_it(
    station: Station, cast: dict[str, Device]
) -> None:
    """Both slots surely failed and the make-goods too: known on the day of the last, not at the end of the week."""
    now = WEEK.start
    while now < WEEK.end and not incidents(station, "guarantee"):
        for slot in slots_in(station, "x2"):
            if end_of(slot) <= now and slot.id not in {row.slot for row in records(station)}:
                say(station, "record", cast["r3"], cast["r3"].record(slot, "failed"), now)
        keep(station, now)
        now += timedelta(hours=1)
    (told,) = incidents(station, "guarantee")
    assert told.subject == "x2"
    assert now < WEEK.end
    assert len([made for made in make_goods(station) if made.xom == "x2"]) <= 3
    for slot in slots_in(station, "x2"):
        say(station, "record", cast["r3"], cast["r3"].record(slot), now)
    keep(station, now)
    (told,) = incidents(station, "guarantee")
    assert told.closed_at is not None


def test_past_weeks_are_told_when_their_proof_stays_away(station: Station) -> None:
    for now, known in ((WEEK.end, 0), (WEEK.end + timedelta(days=14), 2)):
        with station.store.writing() as session:
            weeks = past_weeks(session, station, now)
            tell_guarantee(session, station, weeks, now)
        assert (weeks, len(incidents(station, "guarantee"))) == ([WEEK], known)


def test_a_receiver_that_comes_in_the_week_plays_what_is_still_to_come(station: Station) -> None:
    first, *_, last = planned(station)
    now = end_of(first) + timedelta(hours=1)
    revoke_receiver(station, "r1", "hỏng", now)
    revoke_receiver(station, "r2", "hỏng", now)
    add_receiver(station, "r9", "x1", now)
    keep(station, now)
    assert _again(station, first).receivers == ["r1", "r2"], "what was is left as it was"
    assert _again(station, last).receivers == ["r9"]
    assert last.id in _named(station, "r9")
    assert verify_station(station).findings == ()


def test_a_slot_without_any_receiver_left_is_told_at_once(station: Station) -> None:
    now = end_of(planned(station)[0]) + timedelta(minutes=1)
    revoke_receiver(station, "r3", "bị lấy mất", now)
    keep(station, now)
    assert [row.subject for row in incidents(station, "guarantee")] == ["x2"]


def test_the_only_campaign_bulletin_withdrawn_is_told_and_stops_nothing(station: Station) -> None:
    lost = planned(station)[0]
    withdraw_bulletin(station, lost.bulletins[0], end_of(lost) + timedelta(minutes=1))
    keep(station, end_of(lost) + timedelta(minutes=31))
    assert make_goods(station) == []
    assert "không còn tin chuyên mục nào" in incidents(station, "no-make-good")[0].values["reason"]
    assert {row.subject for row in incidents(station, "guarantee")} == {"x1", "x2"}
