"""A week's plan that keeps every rule, or the reasons why there is none, or the honest word that neither was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from playlists.errors import PlaylistError
from playlists.planning.alone import Alone, days_asked, plan_alone
from playlists.planning.best import improved
from playlists.planning.check import violations
from playlists.planning.compiled import lane_of
from playlists.planning.gathering import gathered
from playlists.planning.lane import Lane
from playlists.planning.plan import Missing, WeekPlan, missing, week_plan
from playlists.planning.problem import Play, Problem
from playlists.planning.question import Finding, Placed, Prover, Question, groups, neighbours_of, no_prover, plays_of
from playlists.planning.reasons import Reason, explain
from playlists.planning.timeline import Lacking, Party, plan_together


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


def solve(problem: Problem, prover: Prover = no_prover) -> WeekPlan | Infeasible | Undecided:
    """Plan the week. Same problem, same prover, same answer; no clock, no chance but fixed seeds.

    Xóm without overlaps are planned each for itself, equal ones once; those that hear each other on a common timeline.
    What that leaves short of its promises, or of the best by two days and wanted plays, the prover is asked for.
    `Infeasible` is never said on one search alone. Raises PlanningError when the independent check finds a fault in
    the plan.
    """
    lanes = {xom.id: lane_of(problem, xom) for xom in problem.xom}
    alone: dict[Lane, Alone] = {}
    asked: dict[Question, Finding] = {}
    plays: list[Play] = []
    proved = True
    for group in groups(problem.xom, neighbours_of(problem)):
        ids = [xom.id for xom in group]
        classes = _classes(ids, lanes)
        if len(classes) > 1:
            placed = dict(_together(problem, classes, alone))
        else:
            placed = dict.fromkeys(ids, _alone(next(iter(classes)), alone).plays)
        if prover is not no_prover:
            placed, best = improved(problem, group, lanes, placed, lambda question: _once(asked, prover, question))
            proved = proved and best
        plays += plays_of(problem, placed)
    return _answer(problem, week_plan(problem, plays, proved=proved and prover is not no_prover), prover)


def _once(asked: dict[Question, Finding], prover: Prover, question: Question) -> Finding:
    """Equal questions are asked once."""
    if question not in asked:
        asked[question] = prover(question)
    return asked[question]


def _alone(lane: Lane, known: dict[Lane, Alone]) -> Alone:
    if lane not in known:
        known[lane] = plan_alone(lane)
    return known[lane]


def _answer(problem: Problem, plan: WeekPlan, prover: Prover) -> WeekPlan | Infeasible | Undecided:
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
    reasons = tuple(_reasons(problem, {entry.xom for entry in lacking}, prover))
    return Infeasible(plan, lacking, reasons) if reasons else Undecided(plan, lacking)


def _reasons(problem: Problem, short: set[str], prover: Prover) -> Iterator[Reason]:
    """Of each group with something lacking: what contradicts in one xóm, else what contradicts among neighbours."""
    for group in groups(problem.xom, neighbours_of(problem)):
        if short.isdisjoint(xom.id for xom in group):
            continue
        single = [reason for xom in group if xom.id in short for reason in explain(problem, xom, prover=prover)]
        yield from single or (explain(problem, *group, prover=prover) if len(group) > 1 else ())


def _classes(component: Sequence[str], lanes: Mapping[str, Lane]) -> dict[Lane, list[str]]:
    """Xóm with equal lanes; what suits one suits the others at the same instants."""
    classes: dict[Lane, list[str]] = {}
    for xom in component:
        classes.setdefault(lanes[xom], []).append(xom)
    return classes


def _together(
    problem: Problem, classes: Mapping[Lane, Sequence[str]], alone: dict[Lane, Alone]
) -> Iterator[tuple[str, Placed]]:
    neighbours = neighbours_of(problem)
    number = {xom: index for index, members in enumerate(classes.values()) for xom in members}
    parties = [
        Party(
            lane,
            len(members),
            frozenset(number[other] for xom in members for other in neighbours[xom]) - {number[members[0]]},
        )
        for lane, members in classes.items()
    ]
    together = plan_together(parties, max(days_asked(lane) for lane in classes), lambda: _least(parties, alone))
    placed = gathered(parties, [tuple(plays) for plays in together])
    for members, plays in zip(classes.values(), placed, strict=True):
        for xom in members:
            yield xom, plays


def _least(parties: Sequence[Party], alone: dict[Lane, Alone]) -> Lacking:
    """What the parties lack when each is planned for itself; together they will hardly lack less."""
    lacks = [(party.size, _alone(party.lane, alone).lacking) for party in parties]
    slots, plays, days = (sum(size * lacking[level] for size, lacking in lacks) for level in range(3))
    return slots, plays, days
