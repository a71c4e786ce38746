"""The planner against brute force on weeks small enough to look at every plan there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import combinations, pairwise
from random import Random

import pytest

from playlists.bulletin import Targets
from playlists.planning.check import violations
from playlists.planning.plan import WeekPlan, missing, week_plan
from playlists.planning.problem import PlannedBulletin, PlanningRules, Play, Problem, SlotKey, slot_of
from playlists.planning.solve import Infeasible, Undecided, solve
from playlists.rules import Blackout, Window
from playlists.week import Week
from playlists.xom import Xom

WEEK = Week(2026, 48)
MINUTE = timedelta(minutes=1)
WEEKS = 60
PROMISES = {"campaign_min_per_xom", "min_per_week"}


def tiny_week(seed: int) -> Problem:
    """One or two xóm, up to three windows of some minutes, up to three bulletins, a grid of a minute."""
    chance = Random(seed)
    days = chance.sample(range(1, 8), chance.choice((1, 2, 2, 3)))
    windows = [Window(frozenset(days), time(5), time(5, chance.randint(3, 8)))]
    if len(days) < 3 and chance.random() < 0.6:
        windows.append(Window(frozenset(days[:1]), time(17), time(17, chance.randint(3, 6))))
    blackouts = []
    if chance.random() < 0.4:
        start = WEEK.start + timedelta(days=days[0] - 1, hours=chance.choice((5, 17)), minutes=chance.randint(0, 4))
        blackouts.append(Blackout(start, start + chance.randint(1, 5) * MINUTE, "tang lễ"))
    count = chance.choice((1, 1, 2))
    xom = tuple(
        Xom(
            f"x{number}",
            f"Xóm {number}",
            windows=tuple(windows),
            daily_cap=chance.randint(3, 9) * MINUTE,
            blackouts=tuple(blackouts) if number == 0 else (),
        )
        for number in range(count)
    )
    bulletins = []
    for number in range(chance.randint(1, 3)):
        least = chance.choice((0, 1, 1, 2))
        first, last = sorted((chance.randint(0, 6), chance.randint(0, 6))) if chance.random() < 0.3 else (0, 6)
        bulletins.append(
            PlannedBulletin(
                f"b{number}",
                chance.randint(1, 4) * MINUTE,
                campaign=number == 0 or chance.random() < 0.3,
                targets=Targets(),
                valid_from=WEEK.days[first],
                valid_to=WEEK.days[last],
                plays_min=least,
                plays_wanted=max(1, least, chance.choice((1, 2, 2))),
                min_gap=chance.choice((0, 0, 718, 720, 722, 1440)) * MINUTE,
            )
        )
    return Problem(
        WEEK,
        WEEK.start,
        xom,
        tuple(bulletins),
        PlanningRules(campaign_min_per_xom=chance.choice((1, 2, 2)), pause=timedelta(), grid=MINUTE),
        lead_in=chance.choice((0, 0, 1)) * MINUTE,
    )


@dataclass(frozen=True)
class Choice:
    """One play that breaks no rule on its own, in a form that is quick to compare."""

    play: Play
    start: int
    end: int
    slot: SlotKey


def choices(problem: Problem, xom: Xom, bulletin: PlannedBulletin) -> list[Choice]:
    """The plays that break no rule on their own, by the checker."""
    found = []
    for window in xom.windows:
        for interval in window.intervals(problem.week):
            for minute in range(interval.duration // MINUTE):
                play = Play(xom.id, bulletin.id, interval.start + minute * MINUTE)
                if keeps_rules(problem, [play]):
                    start = (play.start - problem.week.start) // MINUTE
                    slot = slot_of(problem, xom, bulletin, play.start)
                    found.append(Choice(play, start, start + bulletin.duration // MINUTE, slot))
    return found


def every_plan(problem: Problem, xom: Xom) -> Iterator[WeekPlan]:
    """Every plan for one xóm that holds exactly the minimums, or more of the campaign, and breaks no rule."""
    cap = xom.daily_cap // MINUTE
    candidates = [choices(problem, xom, bulletin) for bulletin in problem.bulletins]
    gaps = [bulletin.min_gap // MINUTE for bulletin in problem.bulletins]

    def choose(number: int, chosen: tuple[Choice, ...]) -> Iterator[WeekPlan]:
        if number == len(problem.bulletins):
            plays = [choice.play for choice in chosen]
            if keeps_rules(problem, plays):
                yield week_plan(problem, plays)
            return
        bulletin = problem.bulletins[number]
        most = max(bulletin.plays_min, bulletin.plays_wanted if bulletin.campaign else 0)
        for count in range(bulletin.plays_min, most + 1):
            for more in combinations(candidates[number], count):
                if agree(more, gaps[number]) and fit((*chosen, *more), cap):
                    yield from choose(number + 1, (*chosen, *more))

    yield from choose(0, ())


def agree(plays: Sequence[Choice], gap: int) -> bool:
    pairs = list(combinations(plays, 2))
    return all(one.slot != other.slot and abs(other.start - one.start) >= gap for one, other in pairs)


def fit(plays: Sequence[Choice], cap: int) -> bool:
    load = Counter[date]()
    for choice in plays:
        load[choice.slot.day] += choice.end - choice.start
    spans = sorted((choice.start, choice.end) for choice in plays)
    return max(load.values(), default=0) <= cap and all(one[1] <= other[0] for one, other in pairwise(spans))


def keeps_rules(problem: Problem, plays: Sequence[Play]) -> bool:
    return all(fault.rule in PROMISES for fault in violations(problem, week_plan(problem, plays)))


@pytest.mark.parametrize("block", range(10))
def test_f8_i7_no_plan_is_missed_and_none_is_invented(block: int) -> None:
    for seed in range(block * WEEKS, (block + 1) * WEEKS):
        problem = tiny_week(seed)
        answer = solve(problem)
        assert not isinstance(answer, Undecided), seed
        plan = answer if isinstance(answer, WeekPlan) else answer.plan
        possible = True
        for xom in problem.xom:
            alone = replace(problem, xom=(xom,))
            some = two_days = False
            for found in every_plan(alone, xom):
                if not missing(alone, found):
                    some, two_days = True, not found.same_day
                if two_days:
                    break
            possible = possible and some
            lacking = [entry for entry in missing(problem, plan) if entry.xom == xom.id]
            assert bool(lacking) is not some, seed
            assert not two_days or xom.id not in plan.same_day, seed
            if any(entry.bulletin is None for entry in lacking):  # then not even the campaign alone finds its slots
                bare = replace(alone, bulletins=tuple(replace(found, plays_min=0) for found in problem.bulletins))
                assert all(missing(bare, found) for found in every_plan(bare, xom)), seed
        assert isinstance(answer, Infeasible) is not possible, seed
