"""A planned week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from playlists.planning.problem import Play, Problem, SlotKey, slot_of
from playlists.planning.programmes import programmes
from playlists.slot import Programme
from playlists.week import Week


@dataclass(frozen=True)
class WeekPlan:
    """The week's plays, by xóm and start.

    `plays` are all that stand, committed ones (without the missed) among them; `added` are the new ones, `programmes`
    the new ones as they are to be dispatched. `same_day` names the xóm that hear the campaign on one day only, because
    two days were not found for them. `proved` says that no plan has the campaign on two days in more xóm, nor as many
    wanted plays where it has: the first two aims of docs/planning.md.
    """

    week: Week
    plays: tuple[Play, ...]
    added: tuple[Play, ...]
    programmes: tuple[Programme, ...]
    same_day: tuple[str, ...]
    proved: bool = False


@dataclass(frozen=True)
class Missing:
    """What a plan still lacks in a xóm: `plays` of a bulletin, or of the campaign where `bulletin` is None."""

    xom: str
    bulletin: str | None
    plays: int


def week_plan(problem: Problem, added: Iterable[Play], *, proved: bool = False) -> WeekPlan:
    """The whole week, from the plays that are new."""
    new = _ordered(problem, added)
    plays = _ordered(problem, [*new, *(play.play for play in problem.committed if play.counts)])
    slots = campaign_slots(problem, plays)
    least = min(2, problem.rules.campaign_min_per_xom)
    return WeekPlan(
        week=problem.week,
        plays=plays,
        added=new,
        programmes=programmes(problem, new),
        same_day=tuple(
            xom.id for xom in problem.xom if slots[xom.id] and len({slot.day for slot in slots[xom.id]}) < least
        ),
        proved=proved,
    )


def missing(problem: Problem, plan: WeekPlan) -> tuple[Missing, ...]:
    """What the guarantee and the minimums ask and the plan does not hold."""
    heard = Counter((play.xom, play.bulletin) for play in plan.plays)
    slots = campaign_slots(problem, plan.plays)
    found: list[Missing] = []
    for xom in problem.xom:
        lacking = problem.rules.campaign_min_per_xom - len(slots[xom.id])
        if lacking > 0:
            found.append(Missing(xom.id, None, lacking))
        for bulletin in problem.bulletins:
            lacking = bulletin.plays_min - heard[xom.id, bulletin.id] if bulletin.targets.includes(xom) else 0
            if lacking > 0:
                found.append(Missing(xom.id, bulletin.id, lacking))
    return tuple(found)


def campaign_slots(problem: Problem, plays: Iterable[Play]) -> dict[str, set[SlotKey]]:
    """The (day, window) slots of each xóm that hold a campaign play."""
    xom_by_id = {xom.id: xom for xom in problem.xom}
    campaign = {bulletin.id: bulletin for bulletin in problem.bulletins if bulletin.campaign}
    slots: dict[str, set[SlotKey]] = {xom.id: set() for xom in problem.xom}
    for play in plays:
        if play.bulletin in campaign:
            slots[play.xom].add(slot_of(problem, xom_by_id[play.xom], campaign[play.bulletin], play.start))
    return slots


def _ordered(problem: Problem, plays: Iterable[Play]) -> tuple[Play, ...]:
    order = {xom.id: number for number, xom in enumerate(problem.xom)}
    return tuple(sorted(plays, key=lambda play: (order[play.xom], play.start, play.bulletin)))
