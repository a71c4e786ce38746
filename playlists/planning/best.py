"""From a good plan to the best by the first two aims, where a prover is at hand and there may be something to gain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from playlists.planning.check import violations
from playlists.planning.compiled import lane_of
from playlists.planning.cut import none_there_can_be
from playlists.planning.figure import figure
from playlists.planning.lane import Lane, instant
from playlists.planning.plan import week_plan
from playlists.planning.polish import polished
from playlists.planning.positions import starts_of
from playlists.planning.problem import Problem, slot_of
from playlists.planning.question import Goal, Placed, Prover, plays_of, pose, says_all
from playlists.xom import Xom

Aims = tuple[int, int, int, int]  # minus what lacks of the promises; two days, priority plays, other plays


def improved(
    problem: Problem, group: Sequence[Xom], lanes: Mapping[str, Lane], placed: Mapping[str, Placed], prover: Prover
) -> tuple[dict[str, Placed], bool]:
    """The plan of xóm that hear each other, or a better one; and whether no other is better.

    The prover is asked only where the plan does not reach what simple counting allows. Its answers are read by the
    independent check before they are taken.
    """
    best = dict(placed)
    reached = _aims(problem, group, lanes, best)
    whole = {xom.id: lanes[xom.id] if lanes[xom.id].exact else lane_of(problem, xom, whole=True) for xom in group}
    if all(a >= b for a, b in zip(reached, _most(whole, group), strict=True)):
        return best, True
    if len(group) == 1 and none_there_can_be(list(whole.values())):
        return best, False
    part = _part(problem, group)
    tight = pose(problem, [xom.id for xom in group], Goal.BEST)
    exact = says_all(tight.question)
    asked = [tight] if exact else [tight, pose(problem, [xom.id for xom in group], Goal.BEST, loose=True)]
    if reached[0] < 0:  # any plan first: it is found, or shown not to be there, much sooner than the best
        asked.insert(0, replace(tight, question=replace(tight.question, goal=Goal.ANY, thorough=True)))
    for posed in asked:
        all_said = exact or posed.question.loose
        finding = prover(replace(posed.question, hint=tuple(best[members[0]] for members in posed.members)))
        if finding.impossible and all_said:
            break
        if finding.placed is None:
            continue
        found = posed.by_xom(finding.placed)
        if len(posed.members) == 1:
            nicer = dict.fromkeys(found, polished(lanes[group[0].id], finding.placed[0]))
            found = nicer if _keeps(part, nicer) else found  # a narrow lane does not know every plan
        aims = _aims(problem, group, lanes, found)
        better = aims > reached or (aims == reached and _nicer(lanes, found, best))
        if better and _keeps(part, found):
            best, reached = found, aims
        if finding.best and all_said and reached >= aims:
            return best, True
    return best, False


def _part(problem: Problem, group: Sequence[Xom]) -> Problem:
    ids = {xom.id for xom in group}
    return replace(
        problem,
        xom=tuple(group),
        overlaps=tuple(pair for pair in problem.overlaps if ids.issuperset(pair)),
        committed=tuple(play for play in problem.committed if play.xom in ids),
    )


def _keeps(part: Problem, placed: Mapping[str, Placed]) -> bool:
    """Whether the independent check finds nothing wrong."""
    return not violations(part, week_plan(part, plays_of(part, placed)))


def _aims(problem: Problem, group: Sequence[Xom], lanes: Mapping[str, Lane], placed: Mapping[str, Placed]) -> Aims:
    """How far placed plays come, counted with the committed ones; whether they keep the rules is not asked here."""
    lacking = two_days = count = others = 0
    for xom in group:
        lane, plays = lanes[xom.id], placed[xom.id]
        heard = Counter(bulletin for bulletin, _ in plays)
        slots = lane.covered.union(
            slot_of(problem, xom, problem.bulletins[bulletin], instant(problem, start))
            for bulletin, start in plays
            if problem.bulletins[bulletin].campaign
        )
        lacking += max(0, lane.campaign_need - len(slots))
        lacking += sum(max(0, demand.need - heard[demand.bulletin]) for demand in lane.demands)
        two_days += len({slot.day for slot in slots}) >= 2
        count += sum(heard[demand.bulletin] for demand in lane.demands if demand.priority)
        others += len(plays)
    return -lacking, two_days, count, others - count


def _nicer(lanes: Mapping[str, Lane], found: Mapping[str, Placed], best: Mapping[str, Placed]) -> bool:
    """Whether a plan is better by the lower aims, counted in every xóm for itself."""
    totals: list[list[int]] = []
    for placed in (found, best):
        starts = {xom: starts_of(lanes[xom], plays) for xom, plays in placed.items()}
        figures = [figure(lanes[xom], known) for xom, known in starts.items() if known is not None]
        if len(figures) < len(placed):
            return False
        totals.append([sum(level) for level in zip(*figures, strict=True)])
    return totals[0] < totals[1]


def _most(lanes: Mapping[str, Lane], group: Sequence[Xom]) -> Aims:
    """What no plan can exceed: every wish met as far as slots and room go."""
    totals = [_most_plays(lanes[xom.id]) for xom in group]
    two_days = sum(_days_open(lanes[xom.id]) >= 2 for xom in group)
    return 0, two_days, sum(urgent for urgent, _ in totals), sum(others for _, others in totals)


def _days_open(lane: Lane) -> int:
    """On how many days the campaign is heard or could be."""
    campaign = [demand for demand in lane.demands if demand.campaign and demand.want > 0]
    open_ = {
        place.day for demand in campaign for place, bounds in zip(lane.blocks, demand.bounds, strict=True) if bounds
    }
    return len(open_ | lane.covered_days)


def _most_plays(lane: Lane) -> tuple[int, int]:
    """At most so many plays of priority bulletins and of others: each in slots of its own, the shortest first."""
    by_day = [0] * 7
    for block in lane.blocks:
        by_day[block.day] += block.end - block.start
    room = sum(max(0, min(*pair)) for pair in zip(by_day, lane.day_room, strict=True))
    found: list[int] = []
    for priority in (True, False):
        sizes: list[int] = []
        for demand in lane.demands:
            if demand.priority is priority:
                slots = {block.slot for block, bounds in zip(lane.blocks, demand.bounds, strict=True) if bounds}
                sizes += [demand.size] * min(demand.want, len(slots))
        fitting = _fitting(sorted(sizes), room)
        found.append(len(fitting))
        room -= sum(fitting)
    return found[0], found[1]


def _fitting(sizes: Sequence[int], room: int) -> Sequence[int]:
    taken: list[int] = []
    for size in sizes:
        if size > room:
            break
        taken.append(size)
        room -= size
    return taken
