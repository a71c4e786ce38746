"""What if a receiver dies, the power goes, a xóm mourns: who falls short, what the station would do. Writes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from playlists.changes import Change, changes
from playlists.planning.foresight import Outage, Outlook, foresee
from playlists.planning.losses import Ahead, Known
from playlists.planning.plan import WeekPlan
from playlists.planning.problem import PlayState, Problem
from playlists.planning.reasons import Reason
from playlists.planning.solve import Infeasible
from playlists.rules import Blackout
from playlists.slot import Slot
from playlists.week import Week
from scheduler.catalogue import in_vietnamese
from scheduler.errors import ConflictError, NotFoundError
from scheduler.facts import WaiverFact
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.queries import active_receivers, latest_plan
from scheduler.usecases.known_slots import ahead_of, known_slots, loop_of, with_planned
from scheduler.usecases.plan_week import answered, find_material, open_reasons, pose
from scheduler.usecases.published_week import titles
from scheduler.usecases.week_facts import counting_rules, week_facts


@dataclass(frozen=True)
class Stretch:
    """A xóm, by its id or name, and a time."""

    xom: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Supposed:
    """What is to be supposed. `dead` are receivers, each with the instant from which it plays nothing more."""

    dead: tuple[tuple[str, datetime], ...] = ()
    power_cuts: tuple[Stretch, ...] = ()
    mourning: tuple[Stretch, ...] = ()


@dataclass(frozen=True)
class Foreseen:
    """`outlooks` are of the xóm that were spoken of; `moves` and `reasons` what mourning does to the plan.

    `sent` is whether the week is published; else it is supposed as it would be. `waived` are the xóm whose guarantee an
    authority waived, which have no reasons. `xom` and `titles` are names by id.
    """

    week: Week
    now: datetime
    sent: bool
    outlooks: tuple[Outlook, ...]
    moves: tuple[Change, ...]
    reasons: tuple[Reason, ...]
    waived: Mapping[str, WaiverFact]
    dead: Mapping[str, tuple[str, ...]]
    xom: Mapping[str, str]
    titles: Mapping[str, str]

    @property
    def falls(self) -> bool:
        """Whether a xóm falls short in which nobody accepts that."""
        return any(outlook.falls and outlook.xom not in self.waived for outlook in self.outlooks)


def what_if(station: Station, week: Week, supposed: Supposed, now: datetime) -> Foreseen:
    """The rest of the week as it would go, from what is known now.

    Raises NotFoundError for a xóm or a receiver that is not there, ConflictError for a week that is over,
    NotAllowedError when nothing is approved.
    """
    if now >= week.end:
        raise ConflictError("week {week} is over: expected this week or a coming one", week=week)
    with station.store.reading() as session:
        material = find_material(session, station, week)
        problem = pose(session, station, week, material, now)
        facts, counting = week_facts(session, week, now), counting_rules(session, station.config)
        loop, slots = loop_of(station.config, facts, counting), known_slots(session, facts, counting, now)
        ahead = ahead_of(session, facts, counting, material, problem, now)
        sent = latest_plan(session, str(week)) is not None
        dead = _dead(session, supposed)
        named = titles(session)
    reasons: tuple[Reason, ...] = ()
    waived = {xom.id: waiver for waiver in facts.waivers for xom in problem.xom if waiver.concerns(xom.id)}
    if not sent:
        ahead, slots, reasons = _planned(ahead, slots, material.campaign, waived)
    mourning = [replace(stretch, xom=_xom(problem, stretch.xom)) for stretch in supposed.mourning]
    before = [known.slot for known in slots]
    moves: tuple[Change, ...] = ()
    if mourning:
        ahead, slots, gone = _mourned(ahead, slots, mourning, now)
        ahead, slots, reasons = _planned(ahead, slots, material.campaign, waived)
        moves = changes(before, [*gone, *(known.slot for known in slots)])
    outages = [Outage(xom, since, receiver=receiver) for receiver, xom, since in dead]
    outages += [Outage(_xom(problem, cut.xom), cut.start, cut.end) for cut in supposed.power_cuts]
    return Foreseen(
        week=week,
        now=now,
        sent=sent,
        outlooks=foresee(ahead, slots, loop, outages, now, {stretch.xom for stretch in mourning}),
        moves=moves,
        reasons=reasons,
        waived=waived,
        dead={xom.id: tuple(receiver for receiver, place, _ in dead if place == xom.id) for xom in problem.xom},
        xom={xom.id: xom.name for xom in problem.xom},
        titles=named,
    )


def _dead(session: Session, supposed: Supposed) -> list[tuple[str, str, datetime]]:
    """Receiver, its xóm, since when."""
    standing = {row.id.casefold(): row for rows in active_receivers(session).values() for row in rows}
    found = []
    for receiver, since in supposed.dead:
        row = standing.get(receiver.casefold())
        if row is None:
            raise NotFoundError("there is no receiver {id} at work; `loa receiver list` shows them", id=receiver)
        found.append((row.id, row.xom, since))
    return found


def _xom(problem: Problem, named: str) -> str:
    for xom in problem.xom:
        if named.casefold() in (xom.id.casefold(), xom.name.casefold()):
            return xom.id
    raise NotFoundError("there is no xóm {id}; `loa xom list` shows them", id=named)


def _mourned(
    ahead: Ahead, slots: Sequence[Known], mourning: Sequence[Stretch], now: datetime
) -> tuple[Ahead, list[Known], list[Slot]]:
    """The week under the new silences, what is left of it, and what had to be taken back."""

    def silenced(known: Known) -> bool:
        programme = known.slot.programme
        return (
            known.state is PlayState.PLANNED
            and programme.start > now
            and any(
                stretch.xom == programme.xom and stretch.start < programme.end and programme.start < stretch.end
                for stretch in mourning
            )
        )

    why = Sentence("mourning").text(in_vietnamese)
    gone = [known.slot for known in slots if silenced(known)]
    silent = {slot.programme for slot in gone}
    problem = ahead.problem
    posed = replace(
        problem,
        xom=tuple(
            replace(
                xom,
                blackouts=(
                    *xom.blackouts,
                    *(Blackout(one.start, one.end, why) for one in mourning if one.xom == xom.id),
                ),
            )
            for xom in problem.xom
        ),
        committed=tuple(
            play for play in problem.committed if not any(slot.programme.sounds(play.xom, play.start) for slot in gone)
        ),
    )
    taken = [replace(slot, cancelled=True, why=why) for slot in gone]
    movable = tuple(programme for programme in ahead.movable if programme not in silent)
    left = [known for known in slots if not silenced(known)]
    return replace(ahead, problem=posed, movable=movable), left, taken


def _planned(
    ahead: Ahead, slots: Sequence[Known], campaign: frozenset[str], waived: Collection[str]
) -> tuple[Ahead, list[Known], tuple[Reason, ...]]:
    """The week with what publishing would add to it, and why that is not all, where nobody accepts it."""
    answer = answered(ahead.problem)
    planned, new = with_planned(ahead, answer if isinstance(answer, WeekPlan) else answer.plan, campaign)
    reasons = open_reasons(answer.reasons, answer.missing, waived) if isinstance(answer, Infeasible) else ()
    return planned, [*slots, *new], reasons
