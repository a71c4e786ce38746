"""A complete search for one lane within a number of steps: a plan, a proof that there is none, or neither."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from playlists.planning.board import Board
from playlists.planning.cut import campaign_lacking, overload
from playlists.planning.lane import Lane
from playlists.planning.positions import settle


class Found(Enum):
    """What a search ended with when it has no plan."""

    NOTHING = "no plan exists"
    UNDECIDED = "the steps ran out"


def search(lane: Lane, days: int, steps: int) -> Board | Found:
    """A board with the campaign in its slots, on at least `days` days, and every minimum.

    Fewer plays are never harder to place, so exactly the missing plays of the minimums are placed, then as many
    campaign plays as the guarantee still lacks. `Found.NOTHING` is a proof.
    """
    if lane.exact and (campaign_lacking(lane) or overload(lane)):
        return Found.NOTHING
    looking = _Search(lane, days, steps)
    if looking.minimums(0, -1):
        return looking.board
    return Found.NOTHING if looking.complete else Found.UNDECIDED


class _Search:
    def __init__(self, lane: Lane, days: int, steps: int) -> None:
        self.lane = lane
        self.days = days
        self.steps = steps
        self.board = Board(lane, careful=False)
        self.complete = lane.exact
        likeness = [self._likeness(number) for number in range(len(lane.demands))]
        self.kind = [likeness.index(like) for like in likeness]
        self.asking = sorted(
            (number for number, demand in enumerate(lane.demands) if demand.need > 0),
            key=lambda number: (
                self._slots(number) - lane.demands[number].need,
                -lane.demands[number].size,
                self.kind[number],
            ),
        )
        self.load = [0] * (len(self.asking) + 1)  # steps of sound still to place from each turn on
        for turn in range(len(self.asking) - 1, -1, -1):
            demand = lane.demands[self.asking[turn]]
            self.load[turn] = self.load[turn + 1] + demand.size * demand.need

    def minimums(self, turn: int, after: int) -> bool:
        """Place what is missing from `turn` on; blocks of one bulletin are taken in rising order."""
        if turn == len(self.asking):
            return self._campaign(-1)
        number = self.asking[turn]
        missing = self.board.missing(number)
        if missing == 0:
            return self.minimums(turn + 1, self._after(turn))
        if not self._enough_room(self.load[turn + 1] + missing * self.lane.demands[number].size):
            return False
        if not self._reachable():
            return False
        for block in self._open(number, after):
            if self._spend():
                return False
            self.board.put(number, block)
            if self.minimums(turn, block):
                return True
            self.board.take(number, block)
        return False

    def _campaign(self, after: int) -> bool:
        """Add the campaign plays that the guarantee still lacks, in new slots of rising blocks.

        If that many plays in new slots cannot bring the days, no others can; only where no slot lacks, one play more
        may bring the second day.
        """
        board = self.board
        days = board.campaign_days
        if board.campaign_missing <= 0 and len(days) >= self.days:
            settled = settle(self.lane, board.contents)
            self.complete = self.complete and settled.proved
            return settled.starts is not None
        if (board.campaign_missing <= 0 and after >= 0) or not self._reachable():
            return False
        tried: set[tuple[int, ...]] = set()
        for number, demand in enumerate(self.lane.demands):
            same = (self.kind[number], *board.blocks[number])
            if not demand.campaign or board.wanting(number) <= 0 or same in tried:
                continue
            tried.add(same)
            for block in self._open(number, after):
                day = self.lane.blocks[block].day
                if board.covers(block) if board.campaign_missing > 0 else day in days:
                    continue
                if self._spend():
                    return False
                board.put(number, block)
                if self._campaign(block):
                    return True
                board.take(number, block)
        return False

    def _open(self, number: int, after: int) -> Iterator[int]:
        return (block for block in self.board.places[number] if block > after and self.board.fits(number, block))

    def _after(self, turn: int) -> int:
        """Of two bulletins alike in everything the later one need not start before the earlier one's first block."""
        if turn + 1 == len(self.asking):
            return -1
        this, following = self.asking[turn], self.asking[turn + 1]
        return self.board.blocks[this][0] - 1 if self.kind[this] == self.kind[following] else -1

    def _enough_room(self, load: int) -> bool:
        board = self.board
        by_day = [0] * 7
        for place, room in zip(self.lane.blocks, board.room, strict=True):
            by_day[place.day] += room
        return load <= sum(max(0, min(*room)) for room in zip(by_day, board.day_room, strict=True))

    def _reachable(self) -> bool:
        """Whether enough slots, on enough days, hold or could still take a campaign play."""
        board, blocks = self.board, self.lane.blocks
        lacking = board.campaign_missing
        if lacking <= 0 and len(board.campaign_days) >= self.days:
            return True
        slots: set[int] = set()
        days = set(board.campaign_days)
        plays = 0  # that could bring a new slot, each bulletin no oftener than it is wanted
        for number, demand in enumerate(self.lane.demands):
            if demand.campaign and board.wanting(number) > 0:
                open_ = list(self._open(number, -1))
                fresh = {blocks[block].slot for block in open_ if not board.covers(block)}
                days.update(blocks[block].day for block in open_)
                slots |= fresh
                plays += min(len(fresh), board.wanting(number))
        return min(len(slots), plays) >= lacking and len(days) >= self.days

    def _slots(self, number: int) -> int:
        return len({self.lane.blocks[block].slot for block in self._open(number, -1)})

    def _likeness(self, number: int) -> tuple[object, ...]:
        demand = self.lane.demands[number]
        shape = tuple(bounds or (-1, -1) for bounds in demand.bounds)
        return (demand.size, demand.need, demand.want, demand.gap, demand.campaign, shape)

    def _spend(self) -> bool:
        """Count a step; True when there are none left, and then nothing is proved."""
        self.steps -= 1
        if self.steps < 0:
            self.complete = False
        return self.steps < 0
