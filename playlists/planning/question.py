"""What is asked of a solver that searches completely: xóm that hear each other, with nothing but numbers in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from playlists.planning.compiled import lane_of
from playlists.planning.lane import Lane, Span, instant
from playlists.planning.problem import Play, Problem
from playlists.xom import Xom

Placed = tuple[tuple[int, int], ...]  # (bulletin, first step) of each play


class Encoding(StrEnum):
    """How the rules are written for the solver: two ways, so that neither is believed alone."""

    INTERVALS = "stretches of time that do not overlap"
    ORDER = "which of two plays comes first"


class Goal(StrEnum):
    ANY = "any plan"
    BEST = "the best plan by two days, then plays of priority bulletins, then of the others"
    CORE = "promises that contradict each other"


@dataclass(frozen=True)
class Fixed:
    """A committed play as the neighbours of `party` hear it; a neighbour may join it where `shared`."""

    party: int
    bulletin: int
    span: Span
    shared: bool


@dataclass(frozen=True)
class Question:
    """Some xóm and what is asked for them.

    `sizes` count the xóm that each lane stands for; `pairs` are lanes that hear each other. A loose question leaves out
    what is not worth saying exactly of idents among neighbours, where another one leaves out plans: what has no plan
    there has none at all, what has one may still break a rule. A thorough one is worth more effort: whether there is a
    plan at all.
    """

    lanes: tuple[Lane, ...]
    sizes: tuple[int, ...]
    pairs: tuple[Span, ...]
    fixed: tuple[Fixed, ...]
    goal: Goal
    loose: bool = False
    encoding: Encoding = Encoding.INTERVALS
    hint: tuple[Placed, ...] = ()
    thorough: bool = False


@dataclass(frozen=True)
class Finding:
    """An answer: `placed` by lane; `impossible` when the search ended without a plan; neither when it was cut short.

    `best` says that no plan is better by the goal. `core` names promises, (lane, bulletin or -1 for the campaign), that
    leave no plan together.
    """

    placed: tuple[Placed, ...] | None = None
    impossible: bool = False
    best: bool = False
    core: tuple[tuple[int, int], ...] = ()


Prover = Callable[[Question], Finding]
"""Something that searches completely, as far as its own limits go. It never raises; cut short, it says neither."""


def no_prover(_question: Question) -> Finding:
    """Nothing but the planner's own search."""
    return Finding()


def overlap_name(left: str, right: str) -> str:
    """The name of a pair of neighbours as a rule that reasons can name."""
    return "overlap:" + "+".join(sorted((left, right)))


def neighbours_of(problem: Problem, without: frozenset[str] = frozenset()) -> Mapping[str, frozenset[str]]:
    """Which xóm each xóm hears."""
    found: dict[str, set[str]] = {xom.id: set() for xom in problem.xom}
    for left, right in problem.overlaps:
        if left != right and overlap_name(left, right) not in without:
            found[left].add(right)
            found[right].add(left)
    return {xom: frozenset(others) for xom, others in found.items()}


def groups(xom: Sequence[Xom], heard: Mapping[str, frozenset[str]]) -> Iterator[tuple[Xom, ...]]:
    """The xóm in groups that do not hear each other, each in the order given."""
    left = {item.id for item in xom}
    for first in xom:
        if first.id not in left:
            continue
        group = {first.id}
        edge = [first.id]
        while edge:
            fresh = (heard[edge.pop()] & left) - group
            group |= fresh
            edge.extend(fresh)
        left -= group
        yield tuple(item for item in xom if item.id in group)


def says_all(question: Question) -> bool:
    """Whether a question that is not loose says the rules to the letter."""
    leads = any(lane.leads for lane in question.lanes)
    return all(lane.exact for lane in question.lanes) and not (question.pairs and leads)


@dataclass(frozen=True)
class Posed:
    """A question and the xóm that each of its lanes stands for."""

    question: Question
    members: tuple[tuple[str, ...], ...]

    def by_xom(self, placed: Sequence[Placed]) -> dict[str, Placed]:
        """What an answer means for every xóm."""
        return {xom: plays for members, plays in zip(self.members, placed, strict=True) for xom in members}


def plays_of(problem: Problem, placed: Mapping[str, Placed]) -> list[Play]:
    """Placed bulletins as plays."""
    return [
        Play(xom, problem.bulletins[bulletin].id, instant(problem, start))
        for xom, plays in placed.items()
        for bulletin, start in plays
    ]


def pose(
    problem: Problem, group: Sequence[str], goal: Goal, *, loose: bool = False, without: frozenset[str] = frozenset()
) -> Posed:
    """The question for a group of xóm. Twins, with equal lanes and equal neighbours, are asked for once."""
    chosen = [xom for xom in problem.xom if xom.id in set(group)]
    lanes = {xom.id: lane_of(problem, xom, without, whole=True) for xom in chosen}
    hears = {xom: others.intersection(lanes) for xom, others in neighbours_of(problem, without).items() if xom in lanes}
    sounding = {
        xom: frozenset((play.bulletin, play.start) for play in problem.committed if play.xom == xom and play.counts)
        for xom in lanes
    }
    twins: dict[tuple[object, ...], list[str]] = {}

    def same(one: str, other: str) -> bool:
        return lanes[one] == lanes[other] and sounding[one] == sounding[other]

    for xom in lanes:  # those that hear each other and the same others; else those that only hear the same others
        mutual = any(same(xom, other) and hears[xom] | {xom} == hears[other] | {other} for other in hears[xom])
        key = lanes[xom], sounding[xom], hears[xom] | {xom} if mutual else hears[xom], mutual
        twins.setdefault(key, []).append(xom)
    members = tuple(tuple(found) for found in twins.values())
    number = {xom: index for index, found in enumerate(members) for xom in found}
    pairs = {
        (number[xom], number[other])
        for xom in lanes
        for other in hears[xom]
        if number[xom] < number[other]
    }  # fmt: skip
    leads = problem.lead_in + problem.lead_out
    fixed: list[Fixed] = []
    if pairs:
        grid, index = problem.rules.grid, {bulletin.id: at for at, bulletin in enumerate(problem.bulletins)}
        for play in problem.committed:
            if play.counts and play.xom in number:
                start = play.start - problem.week.start
                before, after = (start, start) if loose else (start - problem.lead_in, start + problem.lead_out)
                end = after + problem.occupied(problem.bulletin(play.bulletin))
                shared = start % grid == grid * 0 and (loose or not leads)
                span = before // grid, -(-end // grid)
                fixed.append(Fixed(number[play.xom], index[play.bulletin], span, shared))
    question = Question(
        lanes=tuple(lanes[found[0]] for found in members),
        sizes=tuple(len(found) for found in members),
        pairs=tuple(sorted(pairs)),
        fixed=tuple(dict.fromkeys(fixed)),
        goal=goal,
        loose=loose,
    )
    return Posed(question, members)
