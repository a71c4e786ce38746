"""How good a plan is: the figures of docs/planning.md's aims, in their order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from playlists.bulletin import Priority
from playlists.planning.plan import WeekPlan, of_week
from playlists.planning.problem import Play, Problem
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
    heard: dict[tuple[str, str], list[tuple[date, bool]]] = defaultdict(list)
    days: dict[str, set[date]] = defaultdict(set)
    since = timedelta()
    urgent = 0
    counted = of_week(problem, plan.placed)
    for play, slot in counted:
        bulletin = bulletins[play.bulletin]
        heard[play.xom, play.bulletin].append((slot.day, play.start.astimezone(TIMEZONE).hour >= NOON))
        since += play.start - problem.week.start
        urgent += bulletin.priority is Priority.PRIORITY
        if bulletin.campaign:
            days[play.xom].add(slot.day)
    return Objective(
        two_days=sum(len(found) >= 2 for found in days.values()),
        priority_plays=urgent,
        normal_plays=len(counted) - urgent,
        same_day=sum(len(plays) - len({day for day, _ in plays}) for plays in heard.values()),
        one_half=sum(len(plays) > 1 and len({half for _, half in plays}) == 1 for plays in heard.values()),
        unfairness=_unfairness(problem, [play for play, _ in counted]),
        programmes=programmes,
        earliness_h=round(since / timedelta(hours=1) / len(counted), 2) if counted else 0.0,
    )


def _unfairness(problem: Problem, plays: Iterable[Play]) -> int:
    topics = {bulletin.id: bulletin.topic for bulletin in problem.bulletins}
    unmet: Counter[tuple[str, str]] = Counter()  # by topic and xóm, where anything of it is wanted
    for bulletin in problem.bulletins:
        for xom in problem.xom:
            if bulletin.targets.includes(xom):
                unmet[bulletin.topic, xom.id] += bulletin.plays_wanted
    for play in plays:
        if (topics[play.bulletin], play.xom) in unmet:
            unmet[topics[play.bulletin], play.xom] -= 1
    by_topic: dict[str, list[int]] = defaultdict(list)
    for (topic, _), plays_unmet in unmet.items():
        by_topic[topic].append(plays_unmet)
    return sum(max(found) - min(found) for found in by_topic.values())
