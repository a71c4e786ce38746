"""A xóm without acoustic neighbours: greedy first, then the complete search, then the most that can be kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

from playlists.planning.board import Board
from playlists.planning.exact import Found, search
from playlists.planning.greedy import RESTARTS, minimums, most_minimums, wishes
from playlists.planning.lane import Lane
from playlists.planning.polish import polish
from playlists.planning.positions import plays_at

GLANCE = 300  # steps of the complete search that settle what is plainly impossible
STEPS = 20_000  # steps of the complete search once greedy has failed
CAMPAIGN_STEPS = 500_000  # enough for every pair of campaign plays a week can hold


@dataclass(frozen=True)
class Alone:
    """A lane's plays (bulletin, first step); campaign slots, plays of minimums and (0 or 1) a second day it lacks."""

    plays: tuple[tuple[int, int], ...]
    lacking: tuple[int, int, int]


def plan_alone(lane: Lane) -> Alone:
    """Plan one lane.

    Every minimum and the campaign on two days where a plan was found; else the same on one day; else the campaign in
    as many slots as there is room for, found by a complete search, and of the minimums what fits beside it.
    """
    days = days_asked(lane)
    board = _whole(lane, days) or _whole(lane, 0) or _campaign_first(lane)
    wishes(board)
    starts = polish(board)
    if wishes(board):
        starts = polish(board)
    lacking = sum(max(0, board.missing(number)) for number in range(len(lane.demands)))
    return Alone(
        plays=plays_at(lane, starts),
        lacking=(max(0, board.campaign_missing), lacking, int(len(board.campaign_days) < days)),
    )


def days_asked(lane: Lane) -> int:
    """On how many days the campaign should be heard, where that can be."""
    return min(2, lane.campaign_need)


def _whole(lane: Lane, days: int) -> Board | None:
    board = minimums(lane, days, range(1))
    if board is None and search(lane, days, GLANCE) is Found.NOTHING:
        return None
    board = board or minimums(lane, days, range(1, RESTARTS))
    if board is not None:
        return board
    found = search(lane, days, STEPS)
    return found if isinstance(found, Board) else None


def _campaign_first(lane: Lane) -> Board:
    """As many campaign slots as can be, on two days if possible; then of the minimums what still has room."""
    bare = replace(lane, demands=tuple(replace(demand, need=0) for demand in lane.demands))
    for slots in range(min(lane.campaign_need, len(lane.covered) + len(lane.slots)), 0, -1):
        for days in dict.fromkeys((min(2, slots), 0)):
            found = search(replace(bare, campaign_need=slots), days, CAMPAIGN_STEPS)
            if isinstance(found, Board):
                return _with_minimums(lane, found)
    return _with_minimums(lane, Board(lane, careful=False))


def _with_minimums(lane: Lane, seeds: Board) -> Board:
    board = Board(lane, careful=False)
    for block, demands in enumerate(seeds.contents):
        for demand in demands:
            board.put(demand, block)
    most_minimums(board)
    return board
