"""A lane's plan by greedy choice: the guarantee first, then the minimums with ejection and restarts, then wishes."""

from __future__ import annotations

from random import Random

from playlists.planning.board import Board
from playlists.planning.lane import Lane
from playlists.planning.positions import settle

RESTARTS = 12
ORDERS = 100  # orders looked at for each try
DEPTH = 2  # how many bulletins may be pushed on, one by another, to make room for one
PUSHES = 500  # exchanges looked at in one try

Rank = tuple[float, ...]


def minimums(lane: Lane, days: int, attempts: range) -> Board | None:
    """A board with the campaign in its slots, on at least `days` days, and every minimum; None when none was found.

    The first attempt is the plan one would like best; the others look for room in changed orders, from fixed seeds.
    """
    for attempt in attempts:
        filling = _Filling(lane, days, careful=attempt % 2 == 0, chance=Random(attempt) if attempt > 1 else None)
        if filling.fill() and settle(lane, filling.board.contents, ORDERS).starts is not None:
            return filling.board
    return None


def wishes(board: Board) -> bool:
    """Add the wanted plays that have room: priority bulletins first, then the others, a play each in turn.

    Tells whether any was added.
    """
    added = False
    for priority in (True, False):
        waiting = [number for number, demand in enumerate(board.lane.demands) if demand.priority is priority]
        while waiting:
            waiting = [number for number in waiting if board.wanting(number) > 0 and put_best(board, number)]
            added = added or bool(waiting)
    return added


def most_minimums(board: Board) -> None:
    """Add the missing plays of minimums that have room, a play each in turn."""
    waiting = list(range(len(board.lane.demands)))
    while waiting:
        waiting = [number for number in waiting if board.missing(number) > 0 and put_best(board, number)]


def put_best(board: Board, number: int, chance: Random | None = None) -> bool:
    """Put the bulletin where one likes it best; False when it fits nowhere."""
    open_ = board.open(number)
    if board.careful and open_:  # it takes whatever fits
        board.put(number, min(open_, key=lambda block: _rank(board, number, block, chance)))
        return True
    for block in sorted(open_, key=lambda block: _rank(board, number, block, chance)):
        board.put(number, block)
        if settle(board.lane, board.contents, ORDERS).starts is not None:
            return True
        board.take(number, block)
    return False


class _Filling:
    """One try at the minimums."""

    def __init__(self, lane: Lane, days: int, *, careful: bool, chance: Random | None) -> None:
        self.board = Board(lane, careful=careful)
        self.days = days
        self.chance = chance
        self.pushes_left = PUSHES

    def fill(self) -> bool:
        board = self.board
        while self._campaign_short():
            if not self._put_token():
                return False
        for number in self._hardest_first():
            while board.missing(number) > 0:
                if not put_best(board, number, self.chance) and not self._push(number, DEPTH, frozenset()):
                    return False
        return not self._campaign_short()

    def _campaign_short(self) -> bool:
        return self.board.campaign_missing > 0 or len(self.board.campaign_days) < self.days

    def _put_token(self) -> bool:
        """Put a campaign play into a slot that has none, on a new day where that is still needed."""
        board = self.board
        used = board.campaign_days
        missing = board.campaign_missing
        new_day = len(used) < self.days and missing <= self.days - len(used)
        choices = [
            (
                (block_day in used, board.missing(number) <= 0, *_rank(board, number, block, self.chance)),
                number,
                block,
            )
            for number, demand in enumerate(board.lane.demands)
            if demand.campaign and board.wanting(number) > 0
            for block in board.open(number)
            for block_day in (board.lane.blocks[block].day,)
            if not (missing > 0 and board.covers(block)) and not (new_day and block_day in used)
        ]
        if not choices:
            return False
        _, number, block = min(choices)
        board.put(number, block)
        return True

    def _hardest_first(self) -> list[int]:
        board = self.board

        def ease(number: int) -> Rank:
            slots = {board.lane.blocks[block].slot for block in board.open(number)}
            noise = self.chance.random() * 3 if self.chance else 0.0
            return (len(slots) - board.missing(number) + noise, -board.lane.demands[number].size)

        return sorted((number for number in range(len(board.blocks)) if board.missing(number) > 0), key=ease)

    def _push(self, number: int, depth: int, moving: frozenset[int]) -> bool:
        """Make room for a play by moving another one on, and that by another, up to `depth`."""
        board = self.board
        targets = [block for block in range(len(board.lane.blocks)) if board.may(number, block)]
        if self.chance:
            self.chance.shuffle(targets)
        size = board.lane.demands[number].size
        for block in targets:
            day = board.lane.blocks[block].day
            tight_day = board.day_room[day] < size + board.lane.leads
            for elsewhere, place in enumerate(board.lane.blocks):
                if elsewhere != block and not (tight_day and place.day == day and board.room[block] >= size):
                    continue
                for other in list(board.contents[elsewhere]):
                    if other == number or other in moving:
                        continue
                    if elsewhere == block and board.room[block] + board.lane.demands[other].size < size:
                        continue
                    if self._exchange(number, block, other, elsewhere, depth, moving | {number}):
                        return True
                    if self.pushes_left <= 0:
                        return False
        return False

    def _exchange(
        self, number: int, block: int, other: int, elsewhere: int, depth: int, moving: frozenset[int]
    ) -> bool:
        """Take `other` out, put `number` into `block`, and find `other` a new block; undo it all when there is none."""
        board = self.board
        self.pushes_left -= 1
        missing, days = max(0, board.campaign_missing), min(self.days, len(board.campaign_days))
        board.take(other, elsewhere)
        if board.fits(number, block):
            board.put(number, block)
            for target in [target for target in board.open(other) if target != elsewhere]:
                board.put(other, target)
                if board.campaign_missing <= missing and len(board.campaign_days) >= days:
                    return True
                board.take(other, target)
            if depth > 1 and self._push(other, depth - 1, moving):
                return True
            board.take(number, block)
        board.put(other, elsewhere)
        return False


def _rank(board: Board, number: int, block: int, chance: Random | None) -> Rank:
    """How little one likes the bulletin there: other days, both halves of the day, few programmes, early.

    New programmes come on days without one: a bulletin's plays are wanted on as many days.
    """
    if chance:
        return (chance.random(),)
    place = board.lane.blocks[block]
    halves = board.halves[number]
    crowded = halves[place.half] > halves[1 - place.half]
    fresh = not board.contents[block]
    return (board.days[number][place.day], crowded, fresh, fresh and board.programmes[place.day], place.start)
