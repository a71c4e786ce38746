"""Tiny weeks in which every play is a slot of its own, for what may be lost of them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from playlists.bulletin import Targets
from playlists.planning.losses import Ahead, Known, Loop
from playlists.planning.makegood import Lost
from playlists.planning.problem import Committed, PlannedBulletin, PlanningRules, Play, PlayState, Problem
from playlists.planning.programmes import programmes
from playlists.rules import Window
from playlists.slot import Slot
from playlists.week import Week
from playlists.xom import Xom

WEEK = Week(2026, 48)
MINUTE = timedelta(minutes=1)
LOOP = Loop(record_deadline=30 * MINUTE, send=2 * MINUTE, lead_time=15 * MINUTE, weekly_cap=3)


def bulletin(name: str, *, wanted: int, campaign: bool = True, gap_h: float = 0) -> PlannedBulletin:
    return PlannedBulletin(
        name, 5 * MINUTE, campaign, Targets(), WEEK.days[0], WEEK.days[6], 0, wanted, min_gap=timedelta(hours=gap_h)
    )


def windows(*spans: tuple[int, int, int]) -> tuple[Window, ...]:
    """(day, hour, minutes): windows of so many minutes from the full hour on."""
    return tuple(Window(frozenset({day}), time(hour), time(hour, minutes)) for day, hour, minutes in spans)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return WEEK.start + timedelta(days=day - 1, hours=hour, minutes=minute)


def posed(
    xom: Xom,
    plays: list[tuple[str, datetime]],
    bulletins: tuple[PlannedBulletin, ...],
    *,
    required: int = 2,
    now: datetime = WEEK.start,
) -> tuple[Problem, list[Known]]:
    """A week in which these plays were dispatched, each a slot of its own, and none has been played yet."""
    rules = PlanningRules(campaign_min_per_xom=required, pause=timedelta(), grid=MINUTE)
    committed = tuple(Committed(xom.id, name, start) for name, start in plays)
    problem = Problem(WEEK, now, (xom,), bulletins, rules, committed=committed)
    campaign = {found.id for found in bulletins if found.campaign}
    slots = []
    for name, start in plays:
        (programme,) = programmes(problem, [Play(xom.id, name, start)])
        slots.append(Known(Slot(f"{start:%a%H%M}", programme, 1, name in campaign)))
    return problem, slots


def known(slots: list[Known], *states: PlayState) -> list[Known]:
    return [Known(entry.slot, state) for entry, state in zip(slots, states, strict=False)] + slots[len(states) :]


def ahead(problem: Problem, slots: list[Known]) -> Ahead:
    """The week as the loop sees it now: what is lost asks for its make-good, what is to come may make room."""
    made_good = {entry.slot.makes_good for entry in slots}
    pending = tuple(
        Lost(entry.slot.id, entry.slot.programme, entry.state)
        for entry in slots
        if entry.slot.campaign
        and entry.slot.makes_good is None
        and entry.slot.id not in made_good
        and entry.state in (PlayState.MISSED, PlayState.UNKNOWN)
    )
    again = [entry.slot.programme.xom for entry in slots if entry.slot.makes_good is not None]
    movable = tuple(entry.slot.programme for entry in slots if entry.state is PlayState.PLANNED)
    return Ahead(problem, pending, {xom: again.count(xom) for xom in again}, movable)
