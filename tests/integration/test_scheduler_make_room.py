"""A full week: what makes room for a make-good is foreseen, then done, told to the receivers and on the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from scheduler_air import Air
from scheduler_cast import WEEK, say

from devices.protocol.messages.record import Result
from scheduler.compliance import judge
from scheduler.store.queries import latest_manifests
from scheduler.store.tables import SlotRow
from scheduler.usecases.keep_week import keep_week
from scheduler.usecases.make_goods import programme_of
from scheduler.usecases.publish_week import publish_week
from scheduler.usecases.verify_log import verify_station
from scheduler.usecases.week_facts import counting_rules, week_facts
from scheduler.usecases.what_if import Stretch, Supposed, what_if


@pytest.fixture
def air() -> Iterator[Air]:
    """Xóm x2 has a programme in each of its windows, the campaign in three of them; two windows are closed."""
    air = Air()
    air.settle()
    air.forbid([(at(6, 5), at(6, 6)), (at(7, 16), at(7, 18))], "x2")
    air.settle()
    publish_week(air.station, WEEK, air.now)
    air.settle()
    yield air
    air.close()


def at(day: int, hour: int) -> datetime:
    return WEEK.start + timedelta(days=day - 1, hours=hour)


def start_of(slot: SlotRow) -> datetime:
    return datetime.fromisoformat(slot.start)


def end_of(slot: SlotRow) -> datetime:
    return datetime.fromisoformat(slot.end)


def own(air: Air) -> list[SlotRow]:
    return [slot for slot in air.slots() if slot.xom == "x2" and slot.week == str(WEEK)]


def test_what_is_foreseen_to_make_room_does_so_and_is_told_and_verifies(air: Air) -> None:
    first, second, *_ = (slot for slot in own(air) if slot.campaign)
    cuts = [Stretch("x2", start_of(slot), end_of(slot) + timedelta(minutes=5)) for slot in (first, second)]
    (outlook,) = what_if(air.station, WEEK, Supposed(power_cuts=tuple(cuts)), air.now).outlooks
    assert not outlook.falls
    made = [answer.made for answer in outlook.answers]
    moved = {move.before: move.after for one in made for move in one.moved}
    room = {*moved, *(programme for one in made for programme in one.gives_way)}
    assert room, "no window is free"
    device, heard = air.posts["r3"].device, set()
    for now in sorted({answer.at for answer in outlook.answers}):
        for slot in own(air):  # the rest of what is over by then sounded
            if end_of(slot) + timedelta(minutes=5) <= now and slot.id not in heard:
                heard.add(slot.id)
                result: Result = "interrupted" if slot.id in (first.id, second.id) else "completed"
                say(air.station, "record", device, device.record(slot, result), end_of(slot) + timedelta(minutes=5))
        with air.station.store.writing() as session:
            keep_week(session, air.station, now)
    rows = {programme_of(slot): slot for slot in own(air)}
    gone = {programme: slot for programme, slot in rows.items() if slot.cancelled_at is not None}
    assert gone.keys() == room
    assert all("phát bù" in str(slot.why) for slot in gone.values()), "the reason names what it is for"
    for one in made:
        assert (rows[one.programme].kind, rows[one.programme].makes_good) == ("make_good", one.lost.slot)
    for before, after in moved.items():
        assert (rows[after].kind, rows[after].makes_good) == ("planned", gone[before].id)
    with air.station.store.reading() as session:
        told = set(latest_manifests(session)["r3"].slots)
        facts = week_facts(session, WEEK, now)
        verdicts = judge(facts, counting_rules(session, air.station.config), now)
    assert {rows[one.programme].id for one in made if one.programme.start > now} <= told
    assert not told & {slot.id for slot in gone.values()}
    assert [week.state for week in verdicts if week.id == "x2"] == ["on_track"]
    assert verify_station(air.station).findings == ()
