"""What neighbours hear, in an order in which fewer of them fall silent in between.

In one half of a day the plays of xóm that hear each other follow each other in any order. Who does not hear one of them
is silent meanwhile, and a silence of more than a minute makes two programmes of one. So what all hear is put together,
and what only some hear before it or after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from playlists.planning.lane import Span
from playlists.planning.question import Placed
from playlists.planning.timeline import Party

Half = Span  # a day and a half of it


class Heard(NamedTuple):
    """A play, the step at which its room ends, and the parties that hear it, each with the number of its block."""

    start: int
    end: int
    bulletin: int
    where: tuple[Span, ...]

    @property
    def audience(self) -> frozenset[int]:
        return frozenset(party for party, _ in self.where)


def gathered(parties: Sequence[Party], placed: Sequence[Placed]) -> list[Placed]:
    """The plays (bulletin, first step) of each party in fewer programmes where that can be, each in the block it had.

    Nothing changes where programmes have idents or sessions are limited, for there the timeline is made of programmes,
    nor beside programmes that were sent.
    """
    if any(party.lane.contiguous or party.lane.sounding for party in parties):
        return list(placed)
    halves = _halves(parties, placed)
    for half in halves:
        elsewhere = [play for other, plays in halves.items() if other != half for play in plays]
        order = _order(parties, halves[half])
        timed = _timed(parties, order, elsewhere) if order else None
        if timed and _programmes(parties, timed) < _programmes(parties, halves[half]):
            halves[half] = timed
    heard: list[list[Span]] = [[] for _ in parties]
    for plays in halves.values():
        for play in plays:
            for party, _ in play.where:
                heard[party].append((play.bulletin, play.start))
    return [tuple(sorted(plays)) for plays in heard]


def _halves(parties: Sequence[Party], placed: Sequence[Placed]) -> dict[Half, list[Heard]]:
    """What is heard in each half of a day, in order of time."""
    hearing: dict[tuple[int, int, int], list[Span]] = {}
    for number, (party, plays) in enumerate(zip(parties, placed, strict=True)):
        demands = {demand.bulletin: demand for demand in party.lane.demands}
        for bulletin, start in plays:
            demand = demands[bulletin]
            block = next(at for at, span in enumerate(demand.bounds) if span and span[0] <= start <= span[1])
            hearing.setdefault((start, start + demand.size, bulletin), []).append((number, block))
    halves: dict[Half, list[Heard]] = {}
    for (start, end, bulletin), where in sorted(hearing.items()):
        first, at = where[0]
        place = parties[first].lane.blocks[at]
        halves.setdefault((place.day, place.half), []).append(Heard(start, end, bulletin, tuple(where)))
    return halves


def _order(parties: Sequence[Party], plays: Sequence[Heard]) -> list[Heard] | None:
    """The plays by audience: the largest first, each other where it breaks the fewest programmes, rather at the end.

    None where they sound at the same time, or nobody falls silent in between.
    """
    groups: dict[frozenset[int], list[Heard]] = {}
    for play in plays:
        groups.setdefault(play.audience, []).append(play)
    least = sum(parties[number].size for number in frozenset().union(*groups))
    if any(early.end > late.start for early, late in pairwise(plays)) or _programmes(parties, plays) <= least:
        return None
    lengths = {audience: sum(play.end - play.start for play in group) for audience, group in groups.items()}
    order: list[frozenset[int]] = []
    for audience in sorted(groups, key=lambda audience: (-sum(parties[n].size for n in audience), groups[audience])):
        ways = [[*order[:at], audience, *order[at:]] for at in range(len(order), -1, -1)]
        order = min(ways, key=lambda way: _breaks(parties, way, lengths))
    return [play for audience in order for play in groups[audience]]


def _breaks(parties: Sequence[Party], order: Sequence[frozenset[int]], lengths: dict[frozenset[int], int]) -> int:
    """How many programmes more than one each the parties hear."""
    breaks = 0
    silent: dict[int, int] = {}
    for audience in order:
        for number in audience:
            breaks += parties[number].size * (silent.get(number, 0) > parties[number].lane.session_gap)
            silent[number] = 0
        for number in silent.keys() - audience:
            silent[number] += lengths[audience]
    return breaks


def _programmes(parties: Sequence[Party], plays: Sequence[Heard]) -> int:
    """How many programmes all xóm hear, those a pair of parties shares counted in each."""
    count = 0
    last: dict[Span, int] = {}  # party and slot -> end of what it heard last
    for play in plays:
        for number, block in play.where:
            lane = parties[number].lane
            key = number, lane.blocks[block].slot
            count += parties[number].size * (key not in last or play.start - last[key] > lane.session_gap)
            last[key] = play.end
    return count


def _timed(parties: Sequence[Party], order: Sequence[Heard], elsewhere: Sequence[Heard]) -> list[Heard] | None:
    """The plays one after the other, each as early as its windows let it; None where a rule is in the way."""
    timed: list[Heard] = []
    at = 0
    for play in order:
        bounds = [_bounds(parties[number], play.bulletin, block) for number, block in play.where]
        start = max(at, *(first for first, _, _ in bounds))
        at = start + play.end - play.start
        if any(start > last for _, last, _ in bounds):
            return None
        gap = max(gap for _, _, gap in bounds)
        audience = play.audience
        for other in (*elsewhere, *timed):
            if other.start < at and start < other.end:
                return None
            if other.bulletin == play.bulletin and abs(other.start - start) < gap and audience & other.audience:
                return None
        timed.append(play._replace(start=start, end=at))
    return timed


def _bounds(party: Party, bulletin: int, block: int) -> tuple[int, int, int]:
    """The first and the last start the rules leave a play in a block; and its gap to others of the bulletin."""
    demand = next(demand for demand in party.lane.demands if demand.bulletin == bulletin)
    first, last = demand.bounds[block] or (0, -1)
    return first, last, demand.gap
