"""How many further losses each xóm's week can bear. Writes nothing."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from playlists.planning.endurance import bears
from playlists.planning.losses import Known
from playlists.planning.problem import Committed, Problem
from playlists.slot import Programme, Slot
from playlists.week import Week
from scheduler.errors import NotAllowedError
from scheduler.station import Station
from scheduler.usecases.known_slots import known_slots, loop_of
from scheduler.usecases.lift_slots import lift_slots
from scheduler.usecases.plan_week import Planned, find_material, pose
from scheduler.usecases.week_facts import counting_rules, week_facts


def bears_as_published(station: Station, week: Week, now: datetime) -> dict[str, int | None]:
    """By xóm, for what was sent out; empty once the week is over, or where nothing is approved to be made good with."""
    if now >= week.end:
        return {}
    with station.store.reading() as session:
        try:
            material = find_material(session, station, week)
        except NotAllowedError:
            return {}
        return _bears(session, station, pose(session, station, week, material, now), (), now)


def bears_as_planned(station: Station, answer: Planned, now: datetime) -> dict[str, int | None]:
    """By xóm, for what was sent out and what the plan would add to it, without what publishing it would take back."""
    new = [
        Known(Slot(f"{number}", programme, 0, _is_campaign(answer, programme)))
        for number, programme in enumerate(answer.plan.programmes)
    ]
    added = tuple(Committed(play.xom, play.bulletin, play.start) for play in answer.plan.added)
    problem = replace(answer.problem, committed=(*answer.problem.committed, *added))
    with station.store.writing(dry_run=True) as session:
        lift_slots(session, station, now)
        return _bears(session, station, problem, new, now)


def _bears(
    session: Session, station: Station, problem: Problem, new: list[Known] | tuple[()], now: datetime
) -> dict[str, int | None]:
    facts, counting = week_facts(session, problem.week, now), counting_rules(session, station.config)
    slots = [*known_slots(session, facts, counting, now), *new]
    return bears(problem, slots, loop_of(station.config, facts, counting))


def _is_campaign(answer: Planned, programme: Programme) -> bool:
    return not answer.material.campaign.isdisjoint(programme.bulletins)
