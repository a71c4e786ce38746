"""Quick proofs that there is no plan: seconds of sound, or campaign plays, as a flow into what room there is."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from itertools import pairwise

from playlists.planning.lane import Demand, Lane

SOURCE, SINK = -1, -2

Arcs = dict[int, dict[int, int]]  # node -> node -> room left
Rank = tuple[int, int]


def overload(lane: Lane) -> int:
    """The steps of sound that the minimums ask beyond all room; 0 proves nothing.

    Bulletins may be cut into pieces here, each at most its own length in one slot: what does not fit even so does not
    fit at all (max-flow, min-cut).
    """
    slots = len(lane.slots)
    arcs = _arcs()
    for block in lane.blocks:
        room = max(0, min(block.end - block.start, lane.session_room) - lane.leads)
        _join(arcs, block.slot, slots + block.day, room)
    for day in range(7):
        _join(arcs, slots + day, SINK, max(0, lane.day_room[day]))
    asked = 0
    for node, demand in enumerate(lane.demands, slots + 7):
        asked += demand.size * demand.need
        _join(arcs, SOURCE, node, demand.size * demand.need)
        for slot in {block.slot for block, bounds in zip(lane.blocks, demand.bounds, strict=True) if bounds}:
            _join(arcs, node, slot, demand.size)
    return asked - _flow(arcs)


def campaign_lacking(lane: Lane) -> int:
    """The campaign slots asked beyond all there can be; 0 proves nothing.

    Each bulletin in no more slots than it is wanted, each slot once (max-flow, min-cut).
    """
    lacking = lane.campaign_need - len(lane.covered)
    if lacking <= 0:
        return 0
    arcs = _arcs()
    for slot, key in enumerate(lane.slots):
        _join(arcs, slot, SINK, int(key not in lane.covered))
    for node, demand in enumerate(lane.demands, len(lane.slots)):
        _join(arcs, SOURCE, node, demand.want if demand.campaign else 0)
        for slot in {block.slot for block, bounds in zip(lane.blocks, demand.bounds, strict=True) if bounds}:
            _join(arcs, node, slot, 1)
    return max(0, lacking - _flow(arcs))


def none_there_can_be(lanes: Sequence[Lane]) -> bool:
    """Whether a flow proves that there is no plan for lanes of which each hears each other."""
    return any(campaign_lacking(lane) for lane in lanes) or overload_together(lanes) > 0


def overload_together(lanes: Sequence[Lane]) -> int:
    """As `overload`, for lanes of which each hears each other.

    Each bulletin is asked only where it asks most: those plays are of different bulletins or in one lane, so no two of
    them may sound at once, and all must find room in one common time.
    """
    edges = sorted({edge for lane in lanes for block in lane.blocks for edge in (block.start, block.end)})
    cells = list(pairwise(edges))
    arcs = _arcs()
    for number, (start, end) in enumerate(cells):
        _join(arcs, number, SINK, end - start)
    hardest: dict[int, tuple[Rank, Lane, Demand]] = {}
    for lane in lanes:
        for demand in lane.demands:
            places = [block for block, bounds in zip(lane.blocks, demand.bounds, strict=True) if bounds]
            rank = demand.size * demand.need, -sum(block.end - block.start for block in places)
            if demand.bulletin not in hardest or rank > hardest[demand.bulletin][0]:
                hardest[demand.bulletin] = rank, lane, demand
    asked, node = 0, len(cells)
    for _, lane, demand in hardest.values():
        bulletin = node
        asked += demand.size * demand.need
        _join(arcs, SOURCE, bulletin, demand.size * demand.need)
        slots: dict[int, int] = {}
        for block, bounds in zip(lane.blocks, demand.bounds, strict=True):
            if not bounds:
                continue
            if block.slot not in slots:
                node += 1
                slots[block.slot] = node
                _join(arcs, bulletin, node, demand.size)
            for cell in range(bisect_left(edges, block.start), bisect_left(edges, block.end)):
                _join(arcs, slots[block.slot], cell, edges[cell + 1] - edges[cell])
        node += 1
    return asked - _flow(arcs)


def _arcs() -> Arcs:
    return {SOURCE: {}, SINK: {}}


def _join(arcs: Arcs, start: int, end: int, room: int) -> None:
    outward = arcs.setdefault(start, {})
    outward[end] = outward.get(end, 0) + room
    arcs.setdefault(end, {}).setdefault(start, 0)


def _flow(arcs: Arcs) -> int:
    """What can flow from source to sink; uses up the room of the arcs."""
    flow = 0
    while path := _path(arcs):
        room = min(arcs[start][end] for start, end in path)
        for start, end in path:
            arcs[start][end] -= room
            arcs[end][start] += room
        flow += room
    return flow


def _path(arcs: Arcs) -> list[tuple[int, int]]:
    """A shortest way from source to sink with room left, nothing when there is none."""
    came: dict[int, int] = {SOURCE: SOURCE}
    queue = deque([SOURCE])
    while queue and SINK not in came:
        node = queue.popleft()
        for neighbour, room in arcs[node].items():
            if room > 0 and neighbour not in came:
                came[neighbour] = node
                queue.append(neighbour)
    path: list[tuple[int, int]] = []
    node = SINK
    while node in came and node != SOURCE:
        path.append((came[node], node))
        node = came[node]
    return path
