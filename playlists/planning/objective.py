"""How good a plan is: the figures of docs/planning.md's aims, in their order."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta

from playlists.bulletin import Priority
from playlists.planning.plan import WeekPlan
from playlists.planning.problem import PlannedBulletin, Play, Problem, SlotKey, slot_of
from playlists.week import TIMEZONE

NOON = 12


@dataclass(frozen=True)
class Objective:
    """The first three are to be great, the others small.

    two_days: xóm that hear the campaign on two days or more. priority_plays, normal_plays: plays that stand.
    same_day: plays beyond the first of a bulletin on one day of one xóm. one_half: bulletins of a xóm with two plays or
    more, all before noon or all after it. unfairness: for each topic, the most wishes of it unmet in a xóm less the
    fewest. programmes: rows of plays in one window with no more than a minute between. earliness_h: mean hours from
    Monday 00:00 to a play's start.
    """

    two_days: int
    priority_plays: int
    normal_plays: int
    same_day: int
    one_half: int
    unfairness: int
    programmes: int
    earliness_h: float


def objective(problem: Problem, plan: WeekPlan, programmes: int) -> Objective:
    """The figures of a plan in so many programmes; committed plays that stand count like new ones."""
    bulletins = {bulletin.id: bulletin for bulletin in problem.bulletins}
    xom_by_id = {xom.id: xom for xom in problem.xom}
    heard: dict[tuple[str, str], list[tuple[SlotKey, int]]] = defaultdict(list)
    for play in plan.plays:
        key = slot_of(problem, xom_by_id[play.xom], bulletins[play.bulletin], play.start)
        half = int(play.start.astimezone(TIMEZONE).hour >= NOON)
        heard[play.xom, play.bulletin].append((key, half))
    days: dict[str, set[object]] = defaultdict(set)
    for (xom, bulletin), plays in heard.items():
        if bulletins[bulletin].campaign:
            days[xom].update(key.day for key, _ in plays)
    urgent = sum(bulletins[play.bulletin].priority is Priority.PRIORITY for play in plan.plays)
    offsets = sum(((play.start - problem.week.start) for play in plan.plays), timedelta())
    return Objective(
        two_days=sum(len(found) >= 2 for found in days.values()),
        priority_plays=urgent,
        normal_plays=len(plan.plays) - urgent,
        same_day=sum(len(plays) - len({key.day for key, _ in plays}) for plays in heard.values()),
        one_half=sum(len(plays) > 1 and len({half for _, half in plays}) == 1 for plays in heard.values()),
        unfairness=_unfairness(problem, plan.plays, bulletins),
        programmes=programmes,
        earliness_h=round(offsets / timedelta(hours=1) / len(plan.plays), 2) if plan.plays else 0.0,
    )


def _unfairness(problem: Problem, plays: tuple[Play, ...], bulletins: dict[str, PlannedBulletin]) -> int:
    played = Counter((play.xom, bulletins[play.bulletin].topic) for play in plays)
    unmet: dict[str, list[int]] = {}
    for topic in sorted({bulletin.topic for bulletin in problem.bulletins}):
        for xom in problem.xom:
            wanted = [b.plays_wanted for b in problem.bulletins if b.topic == topic and b.targets.includes(xom)]
            if wanted:
                unmet.setdefault(topic, []).append(sum(wanted) - played[xom.id, topic])
    return sum(max(found) - min(found) for found in unmet.values())
