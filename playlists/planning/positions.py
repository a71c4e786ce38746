"""From which bulletins share a block to the instant each of them starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, permutations

from playlists.planning.lane import Lane
from playlists.planning.question import Placed

ORDERS = 2_000  # orders of blocks looked at before giving up

Starts = dict[tuple[int, int], int]  # (demand, block) -> first step of the play


@dataclass(frozen=True)
class Settled:
    """A start for every play, or None; `proved` tells that None means there is none."""

    starts: Starts | None
    proved: bool


def settle(lane: Lane, contents: Sequence[Sequence[int]], orders: int = ORDERS) -> Settled:
    """Give every play its start, each as early as the bounds and the gaps allow.

    `contents` gives for each block the demands that play in it. The first order tried in a block is the one listeners
    get: priority bulletins first (Circular 39/2020/TT-BTTTT), then the campaign, then as listed. Other orders are
    tried only where bounds or gaps make a difference.
    """
    settling = _Settling(lane, contents, orders)
    found = settling.from_block(0, {}, {})
    return Settled(found, found is not None or settling.orders_left > 0)


def plays_at(lane: Lane, starts: Starts) -> Placed:
    """The plays as others name them."""
    return tuple(sorted((lane.demands[demand].bulletin, start) for (demand, _), start in starts.items()))


def starts_of(lane: Lane, placed: Placed) -> Starts | None:
    """The same plays with the block each lies in; None where one lies in none."""
    number = {demand.bulletin: number for number, demand in enumerate(lane.demands)}
    starts: Starts = {}
    for bulletin, start in placed:
        for block, bounds in enumerate(lane.demands[number[bulletin]].bounds):
            if bounds and bounds[0] <= start <= bounds[1]:
                starts[number[bulletin], block] = start
                break
    return starts if len(starts) == len(placed) else None


def usual(lane: Lane, demand: int) -> tuple[bool, bool, int]:
    """The order in a programme: priority bulletins first (Circular 39/2020/TT-BTTTT), the campaign, then as listed."""
    asked = lane.demands[demand]
    return not asked.priority, not asked.campaign, asked.bulletin


class _Settling:
    def __init__(self, lane: Lane, contents: Sequence[Sequence[int]], orders: int) -> None:
        self.lane = lane
        self.contents = contents
        self.orders_left = orders
        where: dict[int, list[int]] = {}
        for block, plays in enumerate(contents):
            for demand in plays:
                where.setdefault(demand, []).append(block)
        self.ordered = {block for demand, blocks in where.items() for block in self._ordered(demand, blocks)}

    def from_block(self, block: int, last: dict[int, int], found: Starts) -> Starts | None:
        """Settle the blocks from `block` on; `last` holds each demand's latest start so far."""
        while block < len(self.contents) and not self.contents[block]:
            block += 1
        if block == len(self.contents):
            return found
        for order in self._orders(block):
            self.orders_left -= 1
            if self.orders_left <= 0:
                return None
            times = self._in_order(block, order, last)
            if times is not None:
                here = {(demand, block): start for demand, start in times.items()}
                whole = self.from_block(block + 1, last | times, found | here)
                if whole is not None:
                    return whole
        return None

    def _ordered(self, demand: int, blocks: Sequence[int]) -> Iterator[int]:
        """The blocks in which it matters where the demand comes to lie."""
        asked = self.lane.demands[demand]
        for block in blocks:
            if not self.lane.free[demand][block]:
                yield block
        for early, late in pairwise(blocks):
            before, after = asked.bounds[early], asked.bounds[late]
            if before and after and after[0] - before[1] < asked.gap:
                yield early
                yield late

    def _orders(self, block: int) -> Iterator[tuple[int, ...]]:
        demands = self.lane.demands
        plays = sorted(self.contents[block], key=lambda demand: usual(self.lane, demand))
        yield tuple(plays)
        if block in self.ordered:
            latest = {demand: (demands[demand].bounds[block] or (0, 0))[1] for demand in plays}
            yield tuple(sorted(plays, key=lambda demand: (-demands[demand].gap, latest[demand])))
            yield tuple(sorted(plays, key=lambda demand: (demands[demand].gap, latest[demand])))
            yield from islice(permutations(plays), 1, None)

    def _in_order(self, block: int, order: Sequence[int], last: dict[int, int]) -> dict[int, int] | None:
        """The earliest starts in this order, None when one of them comes too late."""
        demands = self.lane.demands
        earliest = self.lane.blocks[block].start + self.lane.lead_in
        times: dict[int, int] = {}
        for demand in order:
            asked = demands[demand]
            lowest = (asked.bounds[block] or (0, 0))[0]
            times[demand] = max(earliest, lowest, last.get(demand, lowest - asked.gap) + asked.gap)
            earliest = times[demand] + asked.size
        if self.lane.contiguous:  # close the breaks from the end: earlier plays move up to the later ones
            for demand in reversed(order):
                times[demand] = earliest = earliest - demands[demand].size
        late = any(start > (demands[demand].bounds[block] or (0, -1))[1] for demand, start in times.items())
        return None if late else times
