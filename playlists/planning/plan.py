"""A planned week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from playlists.planning.problem import Play, Problem, SlotKey
from playlists.planning.programmes import InSlot, in_order, in_slots, programmes_of
from playlists.slot import Programme
from playlists.week import Week


@dataclass(frozen=True)
class WeekPlan:
    """The week's plays, by xóm and start.

    `plays` are all that stand, committed ones (without the missed) among them, and `slots` the slot of each; `added`
    are the new ones, `programmes` the new ones as they are to be dispatched. `same_day` names the xóm whose
    campaign slots, two or more, are all on one day, because two days were not found for them. `proved` says that no
    plan has the campaign on two days in more xóm, nor as many wanted plays where it has: the first two aims of
    docs/planning.md.
    """

    week: Week
    plays: tuple[Play, ...]
    slots: tuple[SlotKey, ...]
    added: tuple[Play, ...]
    programmes: tuple[Programme, ...]
    same_day: tuple[str, ...]
    proved: bool = False

    @property
    def placed(self) -> Iterable[InSlot]:
        """The plays, each with its slot."""
        return zip(self.plays, self.slots, strict=True)


@dataclass(frozen=True)
class Missing:
    """What a plan still lacks in a xóm: `plays` of a bulletin, or of the campaign where `bulletin` is None."""

    xom: str
    bulletin: str | None
    plays: int


def week_plan(problem: Problem, added: Iterable[Play], *, proved: bool = False) -> WeekPlan:
    """The whole week, from the plays that are new."""
    new = in_slots(problem, added)
    sent = in_slots(problem, [play.play for play in problem.committed if play.counts])
    standing = in_order(problem, [*new, *sent]) if sent else new
    heard = campaign_slots(problem, standing)
    most_days = min(2, problem.rules.campaign_min_per_xom)
    return WeekPlan(
        week=problem.week,
        plays=tuple(play for play, _ in standing),
        slots=tuple(slot for _, slot in standing),
        added=tuple(play for play, _ in new),
        programmes=programmes_of(problem, new),
        same_day=tuple(
            xom.id
            for xom in problem.xom
            if len({slot.day for slot in heard[xom.id]}) < min(most_days, len(heard[xom.id]))
        ),
        proved=proved,
    )


def missing(problem: Problem, plan: WeekPlan) -> tuple[Missing, ...]:
    """What the guarantee and the minimums ask and the plan does not hold."""
    heard = Counter((play.xom, play.bulletin) for play, _ in of_week(problem, plan.placed))
    slots = campaign_slots(problem, plan.placed)
    found: list[Missing] = []
    for xom in problem.xom:
        lacking = problem.rules.campaign_min_per_xom - len(slots[xom.id])
        if lacking > 0:
            found.append(Missing(xom.id, None, lacking))
        for bulletin in problem.bulletins:
            lacking = bulletin.plays_min - heard[xom.id, bulletin.id]
            if lacking > 0 and bulletin.targets.includes(xom):
                found.append(Missing(xom.id, bulletin.id, lacking))
    return tuple(found)


def campaign_slots(problem: Problem, placed: Iterable[InSlot]) -> dict[str, set[SlotKey]]:
    """The (day, window) slots of each xóm that hold a campaign play."""
    campaign = {bulletin.id for bulletin in problem.bulletins if bulletin.campaign}
    slots: dict[str, set[SlotKey]] = {xom.id: set() for xom in problem.xom}
    for play, slot in of_week(problem, placed):
        if play.bulletin in campaign:
            slots[play.xom].add(slot)
    return slots


def of_week(problem: Problem, placed: Iterable[InSlot]) -> list[InSlot]:
    """The plays that count in this week; those committed in the weeks beside it only take room and keep their gap."""
    return [entry for entry in placed if entry[1].window is not None or problem.week.contains(entry[0].start)]
