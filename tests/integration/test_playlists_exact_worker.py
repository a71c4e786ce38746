"""The prover's worker process: the same answer on every host, and no harm when it is killed or too slow."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import time, timedelta

from playlists.bulletin import Targets
from playlists.exact.prover import CpSat
from playlists.planning.plan import WeekPlan
from playlists.planning.problem import PlannedBulletin, PlanningRules, Problem
from playlists.planning.question import Finding, Goal, Question, pose
from playlists.planning.solve import Infeasible, Undecided, solve
from playlists.rules import EVERY_DAY, Window
from playlists.week import Week
from playlists.xom import Xom

WEEK = Week(2026, 48)
MINUTE = timedelta(minutes=1)


def tight(*, plays: int) -> Problem:
    """Two xóm that hear each other share 20 minutes a day; each has five bulletins of its own, two minutes each."""
    window = Window(EVERY_DAY, time(5), time(5, 20))
    return Problem(
        WEEK,
        WEEK.start,
        tuple(Xom(name, name.upper(), windows=(window,)) for name in ("x1", "x2")),
        tuple(
            PlannedBulletin(
                f"{xom}-{number}",
                2 * MINUTE,
                campaign=number == 0,
                targets=Targets(False, frozenset({xom})),
                valid_from=WEEK.days[0],
                valid_to=WEEK.days[6],
                plays_min=plays,
                plays_wanted=7,
            )
            for xom in ("x1", "x2")
            for number in range(5)
        ),
        PlanningRules(pause=timedelta(), grid=MINUTE),
        overlaps=(("x1", "x2"),),
    )


def test_what_fits_exactly_is_found_and_proved_best() -> None:
    with CpSat() as prover:
        plan = solve(tight(plays=7), prover)
    assert isinstance(plan, WeekPlan)
    assert plan.proved
    assert len(plan.plays) == 70


def test_one_bulletin_more_is_impossible_and_the_reason_names_the_pair() -> None:
    posed = tight(plays=7)
    window = Window(EVERY_DAY, time(5), time(5, 19))
    posed = replace(posed, xom=tuple(replace(xom, windows=(window,)) for xom in posed.xom))
    with CpSat() as prover:
        answer = solve(posed, prover)
    assert isinstance(answer, Infeasible)
    assert "overlap:x1+x2" in answer.reasons[0].rules
    assert answer.reasons[0].minimal


def three_in_two() -> Problem:
    """Three bulletins of three minutes in two windows of five: by minutes they fit, and each xóm alone has a plan."""
    posed = tight(plays=1)
    monday = frozenset({1})
    windows = Window(monday, time(5), time(5, 5)), Window(monday, time(17), time(17, 5))
    chosen = [bulletin for bulletin in posed.bulletins if bulletin.id in ("x1-0", "x2-1", "x2-2")]
    return replace(
        posed,
        xom=tuple(replace(xom, windows=windows) for xom in posed.xom),
        bulletins=tuple(replace(bulletin, duration=3 * MINUTE) for bulletin in chosen),
        rules=replace(posed.rules, campaign_min_per_xom=0),
    )


class Killed:
    """A prover whose first worker dies in the middle of every question."""

    def __init__(self) -> None:
        self.killed = 0

    def __call__(self, question: Question) -> Finding:
        with CpSat() as worker:
            worker(Question((), (), (), (), Goal.ANY))  # so that there is a worker
            pid = worker.pid
            assert pid is not None
            os.kill(pid, signal.SIGSTOP)  # so that it cannot have answered
            asking: list[Finding] = []
            thread = threading.Thread(target=lambda: asking.append(worker(question)))
            thread.start()
            os.kill(pid, signal.SIGKILL)
            thread.join()
        self.killed += 1
        return asking[0]


def test_f8_a_killed_worker_changes_no_answer() -> None:
    """Where there is none at all the week is left open; where one is killed in each question another answers."""
    assert isinstance(solve(three_in_two(), CpSat(effort=0)), Undecided)
    prover = Killed()
    answer = solve(three_in_two(), prover)
    assert prover.killed
    assert isinstance(answer, Infeasible)
    assert answer.reasons[0].rules == (
        "overlap:x1+x2",
        "min_per_week:x1-0",
        "min_per_week:x2-1",
        "min_per_week:x2-2",
    )


def test_workers_that_hang_are_ended_and_say_nothing() -> None:
    with CpSat(limit=timedelta(milliseconds=1)) as prover:
        assert prover(pose(tight(plays=7), ["x1", "x2"], Goal.BEST).question) == Finding()
        assert prover.pid is None
        assert prover(pose(tight(plays=7), ["x1", "x2"], Goal.ANY).question) == Finding(), "its budget is spent"


def test_the_same_question_has_the_same_answer_whatever_the_hashing() -> None:
    script = (
        "import sys; sys.path.insert(0, 'tests/integration')\n"
        "from test_playlists_exact_worker import *\n"
        "with CpSat() as prover:\n"
        "    finding = prover(pose(tight(plays=6), ['x1', 'x2'], Goal.BEST).question)\n"
        "assert finding.best\n"
        "print(finding.placed)"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(shown) == 1
