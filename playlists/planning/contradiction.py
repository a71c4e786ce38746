"""Which rules contradict each other: an irreducible set of them, in one xóm or among neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from playlists.planning.compiled import lane_of, rule_names
from playlists.planning.cut import none_there_can_be
from playlists.planning.exact import Found, search
from playlists.planning.problem import Problem
from playlists.planning.question import (
    Encoding,
    Goal,
    Prover,
    Question,
    groups,
    neighbours_of,
    no_prover,
    overlap_name,
    pose,
    says_all,
)
from playlists.xom import Xom

STEPS = 3_000  # of each question whether the rules left still contradict each other
MOST = 20  # contradictions told of one group
CAMPAIGN = "campaign_min_per_xom"


@dataclass(frozen=True)
class Contradiction:
    """Rules that leave these xóm no plan; `minimal` where it was shown that without any one of them there is one."""

    xom: tuple[Xom, ...]
    rules: tuple[str, ...]
    minimal: bool


def contradictions(problem: Problem, xom: Sequence[Xom], prover: Prover) -> Iterator[Contradiction]:
    """One after the other, the promises of each left out for the next, until what is left may have a plan.

    Nothing is told on the word of one search alone: a flow proves by itself; what the planner's own search or the
    prover says of the rules that are left, the prover must say again by another encoding. (Without a prover the own
    search stands alone; it was compared with brute force.)
    """
    dropped: frozenset[str] = frozenset()
    for _ in range(MOST):
        asking = _Asking(problem, tuple(xom), prover)
        if asking.verdict(dropped) is not Found.NOTHING:
            return
        found = _narrowed(asking, dropped).core(dropped)
        if found is None:
            return
        yield found
        goals = frozenset(name for name in found.rules if is_goal(name))
        dropped |= goals
        if not goals:  # the rules contradict each other with nothing asked: no more can be said
            return


def is_goal(name: str) -> bool:
    return name == CAMPAIGN or name.startswith("min_per_week:")


def _narrowed(asking: _Asking, dropped: frozenset[str]) -> _Asking:
    """Fewer xóm that contradict each other just as well: those of a clique, those of a core, one alone."""
    for group in asking.suspects(dropped) if len(asking.xom) > 1 else ():
        fewer = _Asking(asking.problem, group, asking.prover)
        if len(group) < len(asking.xom) and fewer.verdict(dropped) is Found.NOTHING:
            return _narrowed(fewer, dropped)
    return asking


class _Asking:
    """Questions about some xóm and their rules."""

    def __init__(self, problem: Problem, xom: tuple[Xom, ...], prover: Prover) -> None:
        self.problem = problem
        self.xom = xom
        self.prover = prover
        self.ids = frozenset(item.id for item in xom)

    def names(self) -> list[str]:
        pairs = [
            overlap_name(*pair) for pair in self.problem.overlaps if self.ids.issuperset(pair) and len({*pair}) == 2
        ]
        return list(dict.fromkeys([*pairs, *(name for item in self.xom for name in rule_names(self.problem, item))]))

    def verdict(self, without: frozenset[str]) -> Found | None:
        """NOTHING where there is no plan, None where there is one; groups that do not hear each other by themselves."""
        verdicts = [self._of_group(group, without) for group in groups(self.xom, neighbours_of(self.problem, without))]
        if Found.NOTHING in verdicts:
            return Found.NOTHING
        return Found.UNDECIDED if Found.UNDECIDED in verdicts else None

    def suspects(self, dropped: frozenset[str]) -> Iterator[tuple[Xom, ...]]:
        """Smaller groups worth a look."""
        yield from ((item,) for item in self.xom)
        for clique in _cliques(self.xom, self.problem, dropped):
            if self._overloaded(clique, dropped):
                yield clique
        posed = pose(self.problem, tuple(self.ids), Goal.CORE, loose=True, without=dropped)
        core = {posed.members[party][0] for party, _ in self.prover(posed.question).core}
        if core:
            yield tuple(item for item in self.xom if item.id in core)
        if len(self.xom) <= 8:
            yield from (tuple(item for item in self.xom if item is not out) for out in self.xom)

    def core(self, dropped: frozenset[str]) -> Contradiction | None:
        """An irreducible set of rules that leave no plan; None where it could not be confirmed."""
        names = [name for name in self.names() if name not in dropped]
        goals = [name for name in names if is_goal(name)]
        out = dropped
        for goal in reversed(goals):  # one promise that fails alone is the plainest reason
            others = dropped | (set(goals) - {goal})
            if self.verdict(others) is Found.NOTHING:
                out = others
                break
        shown = True
        for name in sorted(names, key=lambda name: not is_goal(name)):
            if name in out:
                continue
            verdict = self.verdict(out | {name})
            if verdict is Found.NOTHING:
                out |= {name}
            elif verdict is Found.UNDECIDED:
                shown = False
        if not self._confirmed(out):
            return None
        return Contradiction(self.xom, tuple(name for name in names if name not in out), shown)

    def _of_group(self, group: tuple[Xom, ...], without: frozenset[str]) -> Found | None:
        if len(group) == 1:
            found = search(lane_of(self.problem, group[0], without), 0, STEPS)
            if found is not Found.UNDECIDED:
                return found if isinstance(found, Found) else None
        if any(self._overloaded(clique, without) for clique in _cliques(group, self.problem, without)):
            return Found.NOTHING
        tight = self._posed(group, without, loose=False)
        finding = self.prover(tight)
        if finding.placed is not None:
            return None
        if not says_all(tight):
            finding = self.prover(self._posed(group, without, loose=True))
        return Found.NOTHING if finding.impossible else Found.UNDECIDED

    def _confirmed(self, without: frozenset[str]) -> bool:
        """Whether a second way comes to the same: a flow, the prover after the own search, or its other encoding."""
        for group in groups(self.xom, neighbours_of(self.problem, without)):
            if any(self._overloaded(clique, without) for clique in _cliques(group, self.problem, without)):
                return True
            own = len(group) == 1 and search(lane_of(self.problem, group[0], without), 0, STEPS) is Found.NOTHING
            if own and self.prover is no_prover:
                return True
            question = self._posed(group, without, loose=True)
            encoding = Encoding.INTERVALS if own else Encoding.ORDER
            if self.prover(replace(question, encoding=encoding)).impossible:
                return True
        return False

    def _posed(self, group: Sequence[Xom], without: frozenset[str], *, loose: bool) -> Question:
        return pose(self.problem, [item.id for item in group], Goal.ANY, loose=loose, without=without).question

    def _overloaded(self, clique: Sequence[Xom], without: frozenset[str]) -> bool:
        return none_there_can_be([lane_of(self.problem, item, without, whole=True) for item in clique])


def _cliques(xom: Sequence[Xom], problem: Problem, without: frozenset[str]) -> Iterator[tuple[Xom, ...]]:
    """Every largest set of xóm that all hear each other (Bron and Kerbosch 1973, with a pivot); at most a hundred."""
    heard = neighbours_of(problem, without)
    by_id = {item.id: item for item in xom}
    found: list[frozenset[str]] = []

    def grow(clique: frozenset[str], candidates: set[str], done: set[str]) -> None:
        if not candidates and not done:
            found.append(clique)
        if not candidates or len(found) >= 100:
            return
        pivot = max(sorted(candidates | done), key=lambda item: len(candidates & heard[item]))
        for item in sorted(candidates - heard[pivot]):
            grow(clique | {item}, candidates & heard[item], done & heard[item])
            candidates = candidates - {item}
            done = done | {item}

    grow(frozenset(), set(by_id), set())
    for clique in found:
        yield tuple(item for item in xom if item.id in clique)
