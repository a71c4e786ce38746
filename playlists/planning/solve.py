"""A week's plan that keeps every rule, or the reasons why there is none, or the honest word that neither was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from playlists.errors import PlaylistError
from playlists.planning.alone import days_asked, plan_alone
from playlists.planning.check import violations
from playlists.planning.lane import Lane, instant, lane_of
from playlists.planning.plan import Missing, WeekPlan, missing, week_plan
from playlists.planning.problem import Play, Problem
from playlists.planning.reasons import Reason, explain
from playlists.planning.timeline import Lacking, Party, plan_together

Placed = Sequence[tuple[int, int]]  # (bulletin, first step)


class PlanningError(PlaylistError):
    """The planner's own work did not pass the independent check; nothing of it is used."""


@dataclass(frozen=True)
class Infeasible:
    """No plan keeps every promise. `plan` keeps what can be kept; `missing` is what it lacks, and `reasons` say why."""

    plan: WeekPlan
    missing: tuple[Missing, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Undecided:
    """Neither a plan that keeps every promise was found, nor a proof that there is none. `plan` lacks `missing`."""

    plan: WeekPlan
    missing: tuple[Missing, ...]


def solve(problem: Problem) -> WeekPlan | Infeasible | Undecided:
    """Plan the week. Same problem, same answer; no clock, no chance but fixed seeds.

    Xóm without overlaps are planned each for itself, equal ones once; those that hear each other on a common timeline.
    `Infeasible` rests on a complete search of one xóm's own rules. Raises PlanningError when the independent check
    finds a fault in the plan.
    """
    lanes = {xom.id: lane_of(problem, xom) for xom in problem.xom}
    alone: dict[Lane, Placed] = {}
    placed: dict[str, Placed] = {}
    for component in _components(problem):
        classes = _classes(component, lanes)
        if len(classes) > 1:
            placed.update(_together(problem, classes))
            continue
        (lane, members) = next(iter(classes.items()))
        if lane not in alone:
            alone[lane] = plan_alone(lane).plays
        placed.update(dict.fromkeys(members, alone[lane]))
    plan = week_plan(
        problem,
        [
            Play(xom, problem.bulletins[bulletin].id, instant(problem, start))
            for xom, plays in placed.items()
            for bulletin, start in plays
        ],
    )
    return _answer(problem, plan)


def _answer(problem: Problem, plan: WeekPlan) -> WeekPlan | Infeasible | Undecided:
    lacking = missing(problem, plan)
    promised = {"campaign_min_per_xom", "min_per_week"} if lacking else set()
    faults = [fault for fault in violations(problem, plan) if fault.rule not in promised]
    if faults:
        raise PlanningError(
            "the plan of {week} breaks {rule} in {xom}; keep the plan before it and report this as a fault of Loa",
            week=problem.week,
            rule=faults[0].rule,
            xom=faults[0].xom,
        )
    if not lacking:
        return plan
    short = {entry.xom for entry in lacking}
    reasons = tuple(reason for xom in problem.xom if xom.id in short for reason in explain(problem, xom))
    return Infeasible(plan, lacking, reasons) if reasons else Undecided(plan, lacking)


def _components(problem: Problem) -> Iterator[list[str]]:
    """The xóm in groups that do not hear each other, in the order of the problem."""
    neighbours = _neighbours(problem)
    seen: set[str] = set()
    for xom in problem.xom:
        group = [xom.id] if xom.id not in seen else []
        seen.update(group)
        for member in group:  # grows while it is walked
            fresh = sorted(neighbours[member] - seen)
            seen.update(fresh)
            group.extend(fresh)
        if group:
            yield group


def _neighbours(problem: Problem) -> Mapping[str, set[str]]:
    neighbours: dict[str, set[str]] = {xom.id: set() for xom in problem.xom}
    for left, right in problem.overlaps:
        if left != right:
            neighbours[left].add(right)
            neighbours[right].add(left)
    return neighbours


def _classes(component: Sequence[str], lanes: Mapping[str, Lane]) -> dict[Lane, list[str]]:
    """Xóm with equal lanes; what suits one suits the others at the same instants."""
    classes: dict[Lane, list[str]] = {}
    for xom in component:
        classes.setdefault(lanes[xom], []).append(xom)
    return classes


def _together(problem: Problem, classes: Mapping[Lane, Sequence[str]]) -> Iterator[tuple[str, Placed]]:
    neighbours = _neighbours(problem)
    number = {xom: index for index, members in enumerate(classes.values()) for xom in members}
    parties = [
        Party(
            lane,
            len(members),
            frozenset(number[other] for xom in members for other in neighbours[xom]) - {number[members[0]]},
        )
        for lane, members in classes.items()
    ]
    together = plan_together(parties, max(days_asked(lane) for lane in classes), _least_lacking(parties))
    for members, plays in zip(classes.values(), together, strict=True):
        for xom in members:
            yield xom, plays


def _least_lacking(parties: Sequence[Party]) -> Lacking:
    """What the parties lack when each is planned for itself; together they will hardly lack less."""
    alone = [(party.size, plan_alone(party.lane).lacking) for party in parties]
    slots, plays, days = (sum(size * lacking[level] for size, lacking in alone) for level in range(3))
    return slots, plays, days
