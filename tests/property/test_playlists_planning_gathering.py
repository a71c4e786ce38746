"""Neighbours in another order: fewer programmes, every rule kept, every play in the window it had."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from hypothesis import HealthCheck, given, settings
from test_playlists_planning_properties import MINUTE, broken, weeks

from playlists.bulletin import Targets
from playlists.planning.answered import answer_document
from playlists.planning.compiled import lane_of
from playlists.planning.gathering import gathered
from playlists.planning.plan import WeekPlan, week_plan
from playlists.planning.problem import NOTHING, PlannedBulletin, PlanningRules, Problem
from playlists.planning.question import Placed, neighbours_of, plays_of
from playlists.planning.timeline import Party, plan_together
from playlists.rules import Window
from playlists.week import Week
from playlists.xom import Xom

LEVELS = ("two_days", "priority_plays", "normal_plays", "same_day", "one_half", "unfairness")


def parties_of(posed: Problem) -> list[Party]:
    """Each xóm a party of its own."""
    number = {xom.id: index for index, xom in enumerate(posed.xom)}
    heard = neighbours_of(posed)
    return [Party(lane_of(posed, xom), 1, frozenset(number[other] for other in heard[xom.id])) for xom in posed.xom]


def plan_of(posed: Problem, placed: list[Placed]) -> WeekPlan:
    return week_plan(posed, plays_of(posed, dict(zip((xom.id for xom in posed.xom), placed, strict=True))))


def figures(posed: Problem, plan: WeekPlan) -> dict[str, float]:
    found: dict[str, float] = answer_document(posed, plan, 0.0)["objective"]
    return found


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(weeks())
def test_gathering_breaks_no_rule_and_makes_no_more_programmes(posed: Problem) -> None:
    rules = replace(posed.rules, max_session=None, max_sessions_per_day=None)
    pairs = tuple((one.id, other.id) for one in posed.xom for other in posed.xom if one.id < other.id)
    posed = replace(posed, rules=rules, lead_in=NOTHING, lead_out=NOTHING, overlaps=posed.overlaps or pairs)
    parties = parties_of(posed)
    placed = [tuple(plays) for plays in plan_together(parties, 2, lambda: (0, 0, 0))]
    before, after = plan_of(posed, placed), plan_of(posed, gathered(parties, placed))
    assert broken(posed, after) <= broken(posed, before)
    was, now = figures(posed, before), figures(posed, after)
    if all((window.start.hour < 12) == (window.end.hour < 12) for xom in posed.xom for window in xom.windows):
        assert [now[level] for level in LEVELS] == [was[level] for level in LEVELS]
    assert now["programmes"] <= was["programmes"]
    assert sorted((play.xom, play.bulletin) for play in after.plays) == sorted(
        (play.xom, play.bulletin) for play in before.plays
    )
    if now["programmes"] == was["programmes"]:
        assert after == before


def posed() -> Problem:
    """Two xóm that hear each other; b1 is for the first alone, and takes two minutes."""
    week = Week(2026, 48)
    windows = (Window(frozenset({1}), time(5), time(5, 30)),)
    bulletins = [
        PlannedBulletin(f"b{number}", MINUTE, False, Targets(), week.days[0], week.days[6], plays_min=1, plays_wanted=1)
        for number in range(3)
    ]
    bulletins[1] = replace(bulletins[1], duration=2 * MINUTE, targets=Targets(False, frozenset({"x0"}), frozenset()))
    return Problem(
        week,
        week.start,
        (Xom("x0", "Xóm 0", windows=windows), Xom("x1", "Xóm 1", windows=windows)),
        tuple(bulletins),
        PlanningRules(campaign_min_per_xom=0, pause=NOTHING),
        overlaps=(("x0", "x1"),),
    )


def test_what_only_some_hear_comes_after_what_all_hear() -> None:
    problem = posed()
    parties = parties_of(problem)
    first = parties[0].lane.blocks[0].start
    size = 60 // int(problem.rules.grid.total_seconds())
    apart: list[Placed] = [
        ((0, first), (1, first + size), (2, first + 3 * size)),
        ((0, first), (2, first + 3 * size)),
    ]
    assert figures(problem, plan_of(problem, apart))["programmes"] == 3
    together = gathered(parties, apart)
    assert together == [
        ((0, first), (1, first + 2 * size), (2, first + size)),
        ((0, first), (2, first + size)),
    ]
    assert figures(problem, plan_of(problem, together))["programmes"] == 2


def test_with_idents_the_sections_stay() -> None:
    problem = replace(posed(), lead_in=MINUTE)
    parties = parties_of(problem)
    placed = [tuple(plays) for plays in plan_together(parties, 0, lambda: (0, 0, 0))]
    assert gathered(parties, placed) == placed
