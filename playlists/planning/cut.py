"""A quick proof of overload: minutes of sound as a flow from the minimums through slots and days."""

from __future__ import annotations

from collections import deque

from playlists.planning.lane import Lane

SOURCE, SINK = -1, -2

Arcs = dict[int, dict[int, int]]  # node -> node -> room left


def overload(lane: Lane) -> int:
    """The steps of sound that the minimums ask beyond all room; 0 proves nothing.

    Bulletins may be cut into pieces here, each at most its own length in one slot: what does not fit even so does not
    fit at all (max-flow, min-cut).
    """
    slots = len(lane.slots)
    demands = range(slots + 7, slots + 7 + len(lane.demands))
    arcs: Arcs = {node: {} for node in (SOURCE, SINK, *range(slots + 7), *demands)}

    def join(start: int, end: int, room: int) -> None:
        arcs[start][end] = arcs[start].get(end, 0) + room
        arcs[end].setdefault(start, 0)

    for block in lane.blocks:
        join(block.slot, slots + block.day, max(0, min(block.end - block.start, lane.session_room) - lane.leads))
    for day in range(7):
        join(slots + day, SINK, max(0, lane.day_room[day]))
    asked = 0
    for node, demand in zip(demands, lane.demands, strict=True):
        asked += demand.size * demand.need
        join(SOURCE, node, demand.size * demand.need)
        for slot in {block.slot for block, bounds in zip(lane.blocks, demand.bounds, strict=True) if bounds}:
            join(node, slot, demand.size)
    while path := _path(arcs):
        room = min(arcs[start][end] for start, end in path)
        for start, end in path:
            arcs[start][end] -= room
            arcs[end][start] += room
        asked -= room
    return asked


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
