"""Xóm that hear each other, against brute force on weeks small enough to look at every pair of plans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import combinations, pairwise, product
from random import Random

import pytest

from playlists.bulletin import Targets
from playlists.exact.answer import answer
from playlists.planning.check import violations
from playlists.planning.plan import WeekPlan, missing, week_plan
from playlists.planning.problem import PlannedBulletin, PlanningRules, Play, Problem
from playlists.planning.question import Finding, Question
from playlists.planning.solve import Infeasible, solve
from playlists.rules import Window
from playlists.week import Week
from playlists.xom import Xom

WEEK = Week(2026, 48)
MINUTE = timedelta(minutes=1)
WEEKS = 25
PROMISES = {"campaign_min_per_xom", "min_per_week"}


def tiny_neighbours(seed: int) -> Problem:
    """Two xóm that hear each other, with windows of a few minutes on one day."""
    chance = Random(seed)
    xom = tuple(
        Xom(
            f"x{number}",
            f"Xóm {number}",
            windows=(
                Window(frozenset({1}), time(5, chance.randint(0, 1)), time(5, chance.randint(4, 5))),
                Window(frozenset({1}), time(17), time(17, chance.randint(2, 4))),
            ),
            daily_cap=chance.randint(4, 9) * MINUTE,
        )
        for number in range(2)
    )
    bulletins = tuple(
        PlannedBulletin(
            f"b{number}",
            chance.randint(1, 3) * MINUTE,
            campaign=number == 0,
            targets=Targets()
            if number == 0 or chance.random() < 0.4
            else Targets(False, frozenset({f"x{chance.randint(0, 1)}"})),
            valid_from=WEEK.days[0],
            valid_to=WEEK.days[6],
            plays_min=chance.choice((0, 1, 1, 2)),
            plays_wanted=2,
            min_gap=chance.choice((0, 0, 12)) * 60 * MINUTE,
        )
        for number in range(chance.randint(2, 3))
    )
    return Problem(
        WEEK,
        WEEK.start,
        xom,
        bulletins,
        PlanningRules(campaign_min_per_xom=chance.randint(0, 2), pause=timedelta(), grid=MINUTE),
        overlaps=(("x0", "x1"),),
        lead_in=chance.choice((0, 1)) * MINUTE,
    )


def plans(problem: Problem, xom: Xom) -> list[tuple[Play, ...]]:
    """Every way to give one xóm its promises, with no more plays than they need."""
    alone = replace(
        problem,
        xom=(xom,),
        overlaps=(),
        bulletins=tuple(bulletin for bulletin in problem.bulletins if bulletin.targets.includes(xom)),
    )
    starts = [
        interval.start + minute * MINUTE
        for window in xom.windows
        for interval in window.intervals(WEEK)
        for minute in range(interval.duration // MINUTE)
    ]

    def ways(bulletin: PlannedBulletin) -> Iterator[tuple[Play, ...]]:
        most = bulletin.plays_wanted if bulletin.campaign else bulletin.plays_min
        for count in range(bulletin.plays_min, most + 1):
            for chosen in combinations(starts, count):
                yield tuple(Play(xom.id, bulletin.id, start) for start in chosen)

    found = []
    for parts in product(*(list(ways(bulletin)) for bulletin in alone.bulletins)):
        plays = tuple(play for part in parts for play in part)
        spans = sorted((play.start, play.start + alone.bulletin(play.bulletin).duration) for play in plays)
        if any(one[1] > other[0] for one, other in pairwise(spans)):
            continue
        plan = week_plan(alone, plays)
        if not missing(alone, plan) and not violations(alone, plan):
            found.append(plays)
    return found


def sounds(problem: Problem, plays: tuple[Play, ...]) -> list[tuple[str, datetime, datetime]]:
    """What is heard, idents included."""
    heard: list[tuple[str, datetime, datetime]] = []
    for play in sorted(plays, key=lambda play: play.start):
        if problem.lead_in and (not heard or heard[-1][2] != play.start):
            heard.append(("ident", play.start - problem.lead_in, play.start))
        heard.append((play.bulletin, play.start, play.start + problem.bulletin(play.bulletin).duration))
    return heard


def agree(one: list[tuple[str, datetime, datetime]], other: list[tuple[str, datetime, datetime]]) -> bool:
    return all(left == right or left[2] <= right[1] or right[2] <= left[1] for left in one for right in other)


def prover(question: Question) -> Finding:
    """CP-SAT in this process."""
    return answer(question, effort=2.0)[0]


@pytest.mark.parametrize("block", range(4))
def test_f8_with_the_prover_nothing_about_neighbours_stays_open(block: int) -> None:
    for seed in range(block * WEEKS, (block + 1) * WEEKS):
        problem = tiny_neighbours(seed)
        left, right = ([sounds(problem, plays) for plays in plans(problem, xom)] for xom in problem.xom)
        possible = any(agree(one, other) for one in left for other in right)
        found = solve(problem, prover)
        assert isinstance(found, WeekPlan if possible else Infeasible), seed
        if isinstance(found, Infeasible):
            assert all(reason.minimal for reason in found.reasons), seed
        else:
            assert found.proved, seed


def test_a_reason_among_neighbours_names_them_and_the_pair() -> None:
    found = solve(tiny_neighbours(147), prover)
    assert isinstance(found, Infeasible)
    (reason,) = found.reasons
    assert (reason.xom, reason.neighbours) == ("x0", ("x1",))
    assert reason.rules == ("overlap:x0+x1", "min_gap:b0", "min_per_week:b0", "min_per_week:b2")


@pytest.mark.parametrize("block", range(4))
def test_neighbours_get_a_plan_where_there_is_one_and_no_false_impossible(block: int) -> None:
    undecided = 0
    for seed in range(block * WEEKS, (block + 1) * WEEKS):
        problem = tiny_neighbours(seed)
        left, right = ([sounds(problem, plays) for plays in plans(problem, xom)] for xom in problem.xom)
        possible = any(agree(one, other) for one in left for other in right)
        answer = solve(problem)
        plan = getattr(answer, "plan", answer)
        assert {fault.rule for fault in violations(problem, plan)} <= PROMISES
        if possible:
            assert not missing(problem, plan), seed
        else:
            assert missing(problem, plan), seed
            undecided += not isinstance(answer, Infeasible)
    assert undecided <= 5, "most of what is impossible is shown by one xóm alone"
