"""Programmes placed by hand: pinned to an instant, or played today. The planner plans around them.

The rules hold as for the planner. What is in the way is asked about; what is taken off is made good elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Literal

from sqlmodel import Session

from playlists.planning.makegood import Unmet
from playlists.planning.problem import Problem
from playlists.planning.settling import (
    Choice,
    Declined,
    InTheWay,
    Placed,
    Sounding,
    Standing,
    Wish,
    programme,
    settle_all,
)
from playlists.rules import EVERY_DAY, Window
from playlists.slot import Programme
from playlists.week import Week
from playlists.xom import WHOLE_DAY
from scheduler.audit.entry import instant_text, read_instant
from scheduler.catalogue import in_vietnamese
from scheduler.errors import ConflictError, NotAllowedError
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import bulletin_row, slots_of_week
from scheduler.store.tables import SlotRow
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.make_goods import lost_slot, make_goods, next_plan, programme_of
from scheduler.usecases.plan_week import Material, find_material, pose
from scheduler.usecases.publish_week import slots_of
from scheduler.usecases.refusals import Refusal, refusal
from scheduler.usecases.week_facts import week_facts

PESTERING = frozenset({"once_per_window", "min_gap", "daily_cap", "max_sessions_per_day", "max_session"})
"""Rules an authority sets aside beside the windows; quiet hours, relays and silences nobody does (I8)."""


@dataclass(frozen=True)
class HandPlaced:
    """What was done; with `conflicts` nothing: they need a choice.

    `unmet` was taken off and finds no other place, `needless` was and needs none. `sounding` is sent out already.
    """

    slots: tuple[SlotRow, ...] = ()
    taken_off: tuple[SlotRow, ...] = ()
    made_good: tuple[Programme, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    needless: tuple[Unmet, ...] = ()
    conflicts: tuple[InTheWay, ...] = ()
    refused: tuple[Refusal, ...] = ()
    sounding: tuple[Standing, ...] = ()


@dataclass(frozen=True)
class Desk:
    """The week as it lies before the operator: the problem and what was sent out."""

    material: Material
    problem: Problem
    standing: tuple[Standing, ...]
    lifted: frozenset[str]


def desk(session: Session, station: Station, week: Week, now: datetime, authority: str | None = None) -> Desk:
    """Raises NotAllowedError when nothing is approved, ConflictError for a week that is over."""
    if now >= week.end:
        raise ConflictError("week {week} is over: expected this week or a coming one", week=week)
    material = find_material(session, station, week)
    problem = pose(session, station, week, material, now)
    standing = tuple(
        Standing(row.id, programme_of(row), read_instant(row.start) < problem.now)
        for row in slots_of_week(session, str(week))
        if row.cancelled_at is None and row.end > instant_text(now)
    )
    if authority is None:
        return Desk(material, problem, standing, frozenset())
    return Desk(material, _as_authority_has_it(problem), standing, PESTERING)


def place_by_hand(
    session: Session,
    station: Station,
    week: Week,
    wishes: Sequence[Wish],
    kind: Literal["pinned", "play_now"],
    choice: Choice | None,
    now: datetime,
    *,
    authority: str | None = None,
) -> HandPlaced:
    """Place what can be placed and dispatch it; nothing at all while a conflict waits for its choice.

    Raises NotFoundError for a bulletin nobody knows, NotAllowedError for one that is not approved for
    the week, ConflictError for a week that is over.
    """
    table = desk(session, station, week, now, authority)
    _check_approved(session, table.material, week, wishes)
    answers = settle_all(table.problem, wishes, table.standing, choice, table.lifted)
    conflicts = tuple(answer for answer in answers if isinstance(answer, InTheWay))
    refused = tuple(
        refusal(station, table.problem, answer, windows=authority is None)
        for answer in answers
        if isinstance(answer, Declined)
    )
    placed = [answer for answer in answers if isinstance(answer, Placed)]
    sounding = tuple(answer.standing for answer in answers if isinstance(answer, Sounding))
    if conflicts or not placed:
        return HandPlaced(conflicts=conflicts, refused=refused, sounding=sounding)
    plan = next_plan(session, week, "by_hand", now)
    programmes = [programme(table.problem, answer.wish) for answer in placed]
    slots = slots_of(session, week, plan.revision, programmes, table.material, kind=kind, authority=authority)
    instead = [(session.get_one(SlotRow, item.slot), answer.wish) for answer in placed for item in answer.taken_off]
    taken_off = [_taken_off(row, wish, now) for row, wish in instead]
    append(session, kind, now, [plan, *slots, *taken_off])
    lost = [
        lost_slot(row, failed=True, taken_back=True)
        for row, wish in instead
        if not {*row.bulletins} <= {*wish.bulletins}
    ]
    facts = week_facts(session, week, now)
    again = make_goods(session, station, facts, lost, now, campaign_only=False) if lost else None
    dispatch(session, station, now)
    return HandPlaced(
        slots=tuple(slots),
        taken_off=tuple(taken_off),
        made_good=tuple(made.programme for made in again.made) if again else (),
        unmet=again.unmet if again else (),
        needless=again.needless if again else (),
        refused=refused,
        sounding=sounding,
    )


def _check_approved(session: Session, material: Material, week: Week, wishes: Sequence[Wish]) -> None:
    for bulletin in dict.fromkeys(bulletin for wish in wishes for bulletin in wish.bulletins):
        if bulletin in material.clips:
            continue
        row = bulletin_row(session, bulletin)
        start, end = date.fromisoformat(row.valid_from), date.fromisoformat(row.valid_to)
        if start > week.days[-1] or end < week.days[0]:
            raise NotAllowedError(
                "bulletin {id} is valid from {start} to {end}, not in week {week}",
                id=bulletin,
                start=f"{start:%d/%m/%Y}",
                end=f"{end:%d/%m/%Y}",
                week=week,
            )
        raise NotAllowedError("bulletin {id} is not approved; see `loa bulletin approve`", id=bulletin)


def _as_authority_has_it(problem: Problem) -> Problem:
    """Open the whole day, with no bound on its minutes and sessions."""
    open_all_day = (Window(EVERY_DAY, time(), time()),)
    return replace(
        problem,
        xom=tuple(replace(xom, windows=open_all_day, daily_cap=WHOLE_DAY) for xom in problem.xom),
        rules=replace(problem.rules, max_sessions_per_day=None, max_session=None),
    )


def _taken_off(row: SlotRow, wish: Wish, now: datetime) -> SlotRow:
    why = Sentence("gave way to {bulletins}, placed by hand", bulletins=", ".join(wish.bulletins)).text(in_vietnamese)
    return SlotRow(**{**row.model_dump(), "cancelled_at": instant_text(now), "why": why})
