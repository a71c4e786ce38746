"""In which blocks it matters where a play comes to lie; in the others it is enough that there is room."""

from __future__ import annotations

from itertools import combinations

from playlists.planning.lane import Lane


def positional(lane: Lane) -> frozenset[int]:
    """The blocks that overlap, whose plays are bound or near what keeps a gap, or whose sessions may reach beyond."""
    found: set[int] = set()
    for (one, early), (other, late) in combinations(enumerate(lane.blocks), 2):
        joins = lane.sessions is not None and early.slot == late.slot and late.start - early.end <= lane.session_gap
        if joins or early.end > late.start:
            found |= {one, other}
    for number, block in enumerate(lane.blocks):
        if block.before or _near_sent(lane, number):
            found.add(number)
    for number, demand in enumerate(lane.demands):
        open_ = [(block, bounds) for block, bounds in enumerate(demand.bounds) if bounds]
        found.update(block for block, _ in open_ if not lane.free[number][block])
        for (one, first), (other, second) in combinations(open_, 2):
            if second[0] - first[1] < demand.gap <= second[1] - first[0]:
                found |= {one, other}
    return frozenset(found)


def _near_sent(lane: Lane, number: int) -> bool:
    """Whether a session in the block may be one with what was sent."""
    sessions, block = lane.sessions, lane.blocks[number]
    return sessions is not None and any(
        start - sessions.units * block.end <= sessions.gap and sessions.units * block.start - end <= sessions.gap
        for _, start, end in sessions.standing
    )
