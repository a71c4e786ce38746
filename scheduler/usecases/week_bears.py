"""How many further losses each xóm's week can bear. Writes nothing."""

from datetime import datetime

from sqlmodel import Session

from playlists.planning.endurance import bears
from playlists.planning.losses import Ahead, Known, Loop
from playlists.planning.problem import Problem
from playlists.week import Week
from scheduler.errors import NotAllowedError
from scheduler.station import Station
from scheduler.usecases.known_slots import ahead_of, known_slots, loop_of, with_planned
from scheduler.usecases.lift_slots import lift_slots
from scheduler.usecases.plan_week import Material, Planned, find_material, pose
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
        ahead, slots, loop = _known(session, station, pose(session, station, week, material, now), material, now)
    return bears(ahead, slots, loop)


def bears_as_planned(station: Station, answer: Planned, now: datetime) -> dict[str, int | None]:
    """By xóm, for what was sent out and what the plan would add to it, without what publishing it would take back."""
    with station.store.writing(dry_run=True) as session:
        lift_slots(session, station, now)
        ahead, slots, loop = _known(session, station, answer.problem, answer.material, now)
    planned, new = with_planned(ahead, answer.plan, answer.material.campaign)
    return bears(planned, [*slots, *new], loop)


def _known(
    session: Session, station: Station, problem: Problem, material: Material, now: datetime
) -> tuple[Ahead, list[Known], Loop]:
    facts, counting = week_facts(session, problem.week, now), counting_rules(session, station.config)
    ahead = ahead_of(session, facts, counting, material, problem, now)
    return ahead, known_slots(session, facts, counting, now), loop_of(station.config, facts, counting)
