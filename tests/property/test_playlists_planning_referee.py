"""Random weeks judged by the referee, which knows the format alone; tiny ones against every plan there is.

A deterministic sample of tests/benchmarks/run_planning_weeks.py, which goes through ten thousand.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from planning_brute import best_aims
from planning_referee import Referee
from planning_weeks import any_week, later_week, odd_week, planted_week, tiny_week

from playlists.exact.answer import answer
from playlists.planning.answered import answer_document
from playlists.planning.document import read_problem
from playlists.planning.question import Encoding, Finding, Prover, Question
from playlists.planning.solve import solve

AIMS = ("two_days", "priority_plays", "normal_plays")


def prover(question: Question) -> Finding:
    """CP-SAT in this process."""
    return answer(question, effort=0.2)[0]


def answered(problem: dict[str, Any], asked: Prover = prover) -> dict[str, Any]:
    posed = read_problem(json.dumps(problem))
    return answer_document(posed, solve(posed, asked), 0.0)


@pytest.mark.parametrize("block", range(4))
@pytest.mark.parametrize(("make", "size"), [(any_week, 12), (planted_week, 30)])
def test_i7_i8_the_referee_finds_no_fault(make: Callable[[int], dict[str, Any]], size: int, block: int) -> None:
    for seed in range(100 + block * size, 100 + (block + 1) * size):
        problem = make(seed)
        found = answered(problem)
        if found["feasible"]:
            assert Referee(problem).faults(found) == [], seed
        else:
            assert found["missing"], seed
            assert make is not planted_week, f"{seed} has a plan"


@pytest.mark.parametrize("block", range(4))
def test_what_was_sent_stays_in_the_middle_of_the_week(block: int) -> None:
    for seed in range(100 + block * 6, 100 + (block + 1) * 6):
        problem = any_week(seed)
        first = answered(problem)
        plays = first["plays"] if first["feasible"] else first["plan"]["plays"]
        later = later_week(problem, plays, seed)
        found = answered(later)
        if found["feasible"]:
            assert Referee(later).faults(found) == [], seed


@pytest.mark.parametrize("block", range(4))
def test_f8_never_a_false_impossible_never_a_wrong_objective(block: int) -> None:
    for seed in range(block * 30, (block + 1) * 30):
        problem = tiny_week(seed)
        best = best_aims(problem)
        if best == "too many":
            continue
        found = answered(problem)
        assert found["feasible"] is (best is not None), seed
        if best is not None:
            assert tuple(found["objective"][aim] for aim in AIMS) == best, seed
            assert found["solver"]["proved"], seed
            assert Referee(problem).faults(found) == [], seed


def test_a_week_in_whose_symmetries_the_solver_loses_itself_is_solved_without_them() -> None:
    """OR-Tools 9.15 ends with IndexError here (absl::btree_map::at) as long as it uses them."""
    problem = tiny_week(21_633)
    found = answered(problem)
    assert tuple(found["objective"][aim] for aim in AIMS) == best_aims(problem)
    assert found["solver"]["proved"]


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("block", range(4))
def test_f8_sessions_beside_what_was_sent_and_windows_that_overlap_stay_not_open(block: int, flipped: bool) -> None:
    """Each way of writing the rules for the solver finds the plan, and the proof that there is none, by itself."""
    other = {Encoding.INTERVALS: Encoding.ORDER, Encoding.ORDER: Encoding.INTERVALS}

    def asked(question: Question) -> Finding:
        return prover(replace(question, encoding=other[question.encoding]) if flipped else question)

    for seed in range(block * 40, (block + 1) * 40):
        problem = odd_week(seed)
        best = best_aims(problem)
        if best == "too many":
            continue
        found = answered(problem, asked)
        assert found["feasible"] is (best is not None), seed
        if best is None:
            assert all(reason["minimal"] for reason in found["reasons"]), seed
        else:
            assert tuple(found["objective"][aim] for aim in AIMS) == best, seed
            assert Referee(problem).faults(found) == [], seed


def test_the_referee_sees_what_is_broken() -> None:
    """It must be able to fail: a plan with one play moved, doubled, taken out."""
    problem = planted_week(3)
    whole = answered(problem)
    assert Referee(problem).faults(whole) == []
    first = whole["plays"][0]
    for plays in (
        whole["plays"][1:],
        [*whole["plays"], first],
        [{**first, "start": first["start"][:11] + "03:00:00+07:00"}, *whole["plays"][1:]],
        [{**play, "start": first["start"]} for play in whole["plays"]],
    ):
        assert Referee(problem).faults({**whole, "plays": plays})
