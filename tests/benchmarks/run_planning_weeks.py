"""Ten thousand random weeks through the planner, judged by the referee; tiny and odd ones against every plan there is.

Run: python tests/benchmarks/run_planning_weeks.py [weeks] [first seed]. It prints each fault with its kind and seed and
ends with 1 if there is any: a broken rule, an impossible week that has a plan, a wrong objective at the first two
levels.
It takes about a quarter of an hour of one core.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "property"))

from planning_brute import best_aims
from planning_referee import Referee
from planning_weeks import any_week, later_week, odd_week, planted_week, tiny_week

from playlists.exact.prover import CpSat
from playlists.planning.answered import answer_document
from playlists.planning.document import read_problem
from playlists.planning.solve import solve

AIMS = ("two_days", "priority_plays", "normal_plays")
MAKERS = {"any": any_week, "planted": planted_week, "tiny": tiny_week, "odd": odd_week}
KINDS = "any", "planted", "tiny", "odd", "later"
SAID = {True: "plan", False: "impossible", None: "undecided"}


def answered(problem: dict[str, Any], prover: CpSat) -> dict[str, Any]:
    posed = read_problem(json.dumps(problem))
    return answer_document(posed, solve(posed, prover), 0.0)


def faults(kind: str, problem: dict[str, Any], found: dict[str, Any]) -> list[str]:
    named = Referee(problem).faults(found) if found["feasible"] else []
    if kind == "planted" and found["feasible"] is False:
        named.append("said impossible, but a plan was planted")
    if kind in ("tiny", "odd"):
        best = best_aims(problem)
        if best == "too many":
            return named
        if found["feasible"] is not (best is not None):
            named.append(f"{SAID[found['feasible']]}, but brute force says {best}")
        elif best is not None and tuple(found["objective"][aim] for aim in AIMS) != best:
            named.append(f"the objective is {found['objective']}, but brute force says {best}")
    return named


def main() -> int:
    with CpSat(effort=0.5, budget=float("inf")) as prover:
        return judged(prover)


def judged(prover: CpSat) -> int:
    weeks = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    seen: Counter[tuple[str, str]] = Counter()
    proved: Counter[str] = Counter()
    reasons: Counter[bool] = Counter()
    broken = 0
    began = time.perf_counter()
    for number in range(weeks):
        kind = KINDS[number % len(KINDS)]
        seed = first + number // len(KINDS)
        problem = MAKERS.get(kind, any_week)(seed)
        found = answered(problem, prover)
        if kind == "later":
            plays = found["plays"] if found["feasible"] else found["plan"]["plays"]
            problem = later_week(problem, plays, seed)
            found = answered(problem, prover)
        seen[kind, SAID[found["feasible"]]] += 1
        proved[kind] += bool(found["feasible"] and found["solver"]["proved"])
        reasons.update(reason["minimal"] for reason in found.get("reasons", []))
        for fault in faults(kind, problem, found):
            broken += 1
            print(kind, seed, fault, flush=True)
        if found["feasible"] is None:
            print(kind, seed, "undecided", flush=True)
        if number % 500 == 499:
            print(number + 1, dict(seen), f"{time.perf_counter() - began:.0f} s", flush=True)
    print(f"{weeks} weeks, {broken} faults, {time.perf_counter() - began:.0f} s")
    for (kind, said), count in sorted(seen.items()):
        print(f"{kind:8} {said:11} {count:6}" + (f", proved best {proved[kind]}" if said == "plan" else ""))
    print(f"reasons {reasons.total()}, shown irreducible {reasons[True]}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
