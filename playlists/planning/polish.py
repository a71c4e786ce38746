"""A xóm's plan made nicer at the same number of plays: the aims that come after it, one after the other.

Plays move to other blocks, make room for each other, take each other's place. A change is kept only where its own aim
gains and none before it loses; so the search ends, at a plan that no change of its kinds makes better.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations

from playlists.planning.board import Board
from playlists.planning.figure import figure
from playlists.planning.lane import Lane
from playlists.planning.positions import Starts, plays_at, settle, starts_of
from playlists.planning.question import Placed

PUSHES = 600  # plays looked at that might make room for others, for each aim
EXCHANGES = 2_000  # plays looked at that another bulletin's might stand instead of
ORDERS = 100  # orders looked at after each change, where it matters where in its block a play lies

Spread = tuple[int, int]  # plays beyond the first of a bulletin on one day; bulletins in one half of the day alone
Play = tuple[int, int]  # demand, block
Change = tuple[list[Play], list[Play]]  # taken off, put in

NO_LESS: Spread = (0, 0)
MORE: Spread = (0, -1)


def polish(board: Board) -> Starts:
    """Improve the board in place, and give its plays their starts.

    As many plays of priority bulletins, and of the others, as before; every minimum met before, and the campaign's
    slots and days, are kept. What comes out is never worse by `figure`.
    """
    before = settle(board.lane, board.contents).starts or {}
    polishing = _Polishing(board)
    polishing.spread()
    polishing.even()
    polishing.fewer()
    polishing.earlier()
    after = settle(board.lane, board.contents).starts if polishing.trail else None
    if after is None or figure(board.lane, after) > figure(board.lane, before):
        polishing.undo(0)
        return before
    return after


def polished(lane: Lane, placed: Placed) -> Placed:
    """Plays of a lane that were found elsewhere, polished; as they are where that gains nothing.

    What a board cannot hold stays as it is too: several sessions in one block.
    """
    given = starts_of(lane, placed)
    if given is None:
        return placed
    board = Board(lane, careful=False)
    for number, block in given:
        board.put(number, block)
    days = {lane.blocks[block].day for _, block in given}
    tight = [board.room[block] for _, block in given] + [min(board.day_room[day], board.sessions[day]) for day in days]
    if min(tight, default=0) < 0 or settle(lane, board.contents).starts is None:
        return placed
    starts = polish(board)
    return plays_at(lane, starts) if figure(lane, starts) < figure(lane, given) else placed


class _Polishing:
    def __init__(self, board: Board) -> None:
        self.board = board
        self.blocks = board.lane.blocks
        self.demands = board.lane.demands
        self.looks_left = 0
        self.trail: list[Change] = []
        self.halves: dict[tuple[int, int], list[int]] = {}  # the blocks of each half of a day
        for block, place in enumerate(self.blocks):
            self.halves.setdefault((place.day, place.half), []).append(block)

    def spread(self) -> None:
        """Plays of one bulletin apart: what shares its day, or leaves a half of the day without, goes elsewhere."""
        self.looks_left = PUSHES
        for number in range(len(self.demands)):
            while self._lies_badly(number) and self._apart(number):
                pass
        for block in self._used():  # where a day has room for one programme only, all of it moves
            plays = list(self.board.contents[block])
            if any(map(self._lies_badly, plays)):
                self._one_with(
                    (
                        ([(number, block) for number in plays], [(number, free) for number in plays])
                        for free in self._free()
                    ),
                    MORE,
                )

    def even(self) -> None:
        """One play more of a bulletin for one of another beyond its minimum: spread more, else fairer to topics."""
        board = self.board
        wanting = [number for number in range(len(self.demands)) if board.wanting(number) > 0]
        unmet: dict[str, int] = {}
        for number in wanting:
            topic = self.demands[number].topic
            unmet[topic] = unmet.get(topic, 0) + board.wanting(number)
        self.looks_left = EXCHANGES
        for number in wanting:
            while board.wanting(number) > 0 and self._instead(number, unmet):
                pass

    def fewer(self) -> None:
        """Programmes emptied into others, those with the fewest plays first."""
        board = self.board
        self.looks_left = PUSHES
        least = max(map(len, board.blocks), default=0)  # the plays of a bulletin lie in programmes of their own
        for block in sorted(self._used(), key=lambda block: (len(board.contents[block]), -block)):
            used = self._used()
            if len(used) <= least:
                return
            others = [other for other in used if other != block]
            if not self._stuck(block, others):
                self._emptied(block, others)

    def earlier(self) -> None:
        """Programmes to each other's days, or into free blocks; single plays into other programmes."""
        board = self.board
        self.looks_left = PUSHES
        for one, other in combinations(self._used(), 2):
            self._days_exchanged(one, other)
        for block in reversed(self._used()):
            others = [other for other in self._used() if other != block]
            stuck = self._stuck(block, others)
            for free in range(block):
                if board.contents[free] or not all(self._may_move(number, block, free) for number in stuck):
                    continue
                if self._sooner(block, sorted([*others, free])):
                    break
        used = self._used()
        for block in reversed(used):
            before = [other for other in used if other < block]
            for number in list(board.contents[block]):
                self._one_of(self._moves(number, block, before, NO_LESS))

    def undo(self, mark: int) -> None:
        """Take back all changes after the first `mark`."""
        while len(self.trail) > mark:
            off, into = self.trail.pop()
            for number, block in into:
                self.board.take(number, block)
            for number, block in off:
                self.board.put(number, block)

    def _used(self) -> list[int]:
        return [block for block, plays in enumerate(self.board.contents) if plays]

    def _free(self) -> list[int]:
        return [block for block, plays in enumerate(self.board.contents) if not plays]

    def _lies_badly(self, number: int) -> bool:
        return max(self.board.days[number]) > 1 or _in_one_half(self.board.halves[number])

    def _apart(self, number: int) -> bool:
        """Move one play of a bulletin so that it is spread more; into a block that sounds already rather."""
        board = self.board
        ways = sorted(
            (change, not board.contents[target], target, block)
            for block in board.blocks[number]
            for target in board.places[number]
            if target != block and (change := self._moved(number, block, target)) < NO_LESS
        )
        everywhere = range(len(self.blocks))
        return any(self._one_of(self._moves(number, block, [target], MORE)) for _, _, target, block in ways) or any(
            self._one_of(self._pushes(number, block, [target], everywhere, MORE)) for _, _, target, block in ways
        )

    def _instead(self, number: int, unmet: dict[str, int]) -> bool:
        """Play the bulletin once more and another of its kind once less."""
        board, asked = self.board, self.demands[number]
        for other, spare in enumerate(self.demands):
            if spare.priority is not asked.priority or board.missing(other) >= 0 or other == number:
                continue
            fairer = spare.topic != asked.topic and unmet[asked.topic] > unmet.get(spare.topic, 0) + 1
            if not fairer and not self._lies_badly(other):
                continue
            gain = 0 if spare.topic == asked.topic else unmet.get(spare.topic, 0) - unmet[asked.topic] + 1
            for block in board.blocks[other]:
                for target in board.places[number]:
                    self.looks_left -= 1
                    if self.looks_left < 0:
                        return False
                    less, more = self._with(other, block, -1), self._with(number, target)
                    if (less[0] + more[0], less[1] + more[1], gain) < (0, 0, 0) and self._one_of(
                        [([(other, block)], [(number, target)])]
                    ):
                        unmet[spare.topic] = unmet.get(spare.topic, 0) + 1
                        unmet[asked.topic] -= 1
                        return True
        return False

    def _emptied(self, block: int, targets: Sequence[int]) -> bool:
        """Move all plays of a block into the others, the hardest first, or none."""
        board, mark = self.board, len(self.trail)
        plays = sorted(
            board.contents[block], key=lambda number: (-len(board.blocks[number]), -self.demands[number].size)
        )
        for number in plays:
            ways = chain(
                self._moves(number, block, targets, NO_LESS), self._pushes(number, block, targets, targets, NO_LESS)
            )
            if not any(map(self._made, ways)):
                self.undo(mark)
                return False
        return self._stands(mark)

    def _stuck(self, block: int, targets: Sequence[int]) -> list[int]:
        """The plays of a block that none of the targets could take, whatever room were made there."""
        contents = self.board.contents[block]
        return [number for number in contents if not any(self._may_move(number, block, target) for target in targets)]

    def _may_move(self, number: int, block: int, target: int) -> bool:
        if self.demands[number].bounds[target] is None or self._moved(number, block, target) > NO_LESS:
            return False
        slot = self.blocks[target].slot
        return all(other == block or self.blocks[other].slot != slot for other in self.board.blocks[number])

    def _sooner(self, block: int, targets: Sequence[int]) -> bool:
        """Move all plays of a block into others where they lie earlier, all together."""
        mark = len(self.trail)
        if self._emptied(block, targets):
            if sum(self._later(change) for change in self.trail[mark:]) < 0:
                return True
            self.undo(mark)
        return False

    def _later(self, change: Change) -> int:
        """How many steps later the blocks begin."""
        off, into = change
        return sum(self.blocks[block].start for _, block in into) - sum(self.blocks[block].start for _, block in off)

    def _days_exchanged(self, one: int, other: int) -> bool:
        """Two programmes, each on the other's day in the half of the day it had: what they hold is spread as before."""
        blocks, contents = self.blocks, self.board.contents
        first, second = blocks[one], blocks[other]
        if first.day == second.day:
            return False
        for here in self._like(second.day, first.half, (one, other)):
            for there in self._like(first.day, second.half, (one, other)):
                ahead = len(contents[one]) * (first.start - blocks[here].start)
                if ahead + len(contents[other]) * (second.start - blocks[there].start) > 0:
                    off = [(number, one) for number in contents[one]] + [(number, other) for number in contents[other]]
                    into = [(number, here if block == one else there) for number, block in off]
                    if self._one_with([(off, into)], NO_LESS):
                        return True
        return False

    def _like(self, day: int, half: int, own: tuple[int, int]) -> list[int]:
        """Blocks of a half of a day with nothing in them, or with what is to be moved."""
        return [block for block in self.halves.get((day, half), ()) if block in own or not self.board.contents[block]]

    def _one_with(self, ways: Iterable[Change], most: Spread) -> bool:
        """Make one of the changes that does no more than `most` to how all its bulletins are spread."""
        for change in ways:
            mark, numbers = len(self.trail), {number for number, _ in change[0]}
            before = self._spread_of(numbers)
            if self._made(change):
                after = self._spread_of(numbers)
                if (after[0] - before[0], after[1] - before[1]) <= most and self._stands(mark):
                    return True
                self.undo(mark)
        return False

    def _moves(self, number: int, block: int, targets: Iterable[int], most: Spread) -> Iterator[Change]:
        """Ways to move a play into one of the targets."""
        room, size = self.board.room, self.demands[number].size
        for target in targets:
            if room[target] >= size and self._moved(number, block, target) <= most:
                yield [(number, block)], [(number, target)]

    def _pushes(
        self, number: int, block: int, targets: Iterable[int], onward: Iterable[int], most: Spread
    ) -> Iterator[Change]:
        """Ways to move a play into one of the targets that another play leaves for some block onward."""
        board, demands = self.board, self.demands
        size = demands[number].size
        for target in targets:
            change = self._moved(number, block, target)
            if change > most:
                continue
            for other in board.contents[target]:
                if board.room[target] + demands[other].size < size:
                    continue
                for further in onward:
                    self.looks_left -= 1
                    if self.looks_left < 0:
                        return
                    if further != target and demands[other].bounds[further]:
                        more = self._moved(other, target, further)
                        if (change[0] + more[0], change[1] + more[1]) <= most:
                            yield [(number, block), (other, target)], [(number, target), (other, further)]

    def _moved(self, number: int, block: int, target: int) -> Spread:
        """What moving a play does to how its bulletin is spread."""
        here, there = self.blocks[block], self.blocks[target]
        same_day = one_half = 0
        if here.day != there.day:
            days = self.board.days[number]
            same_day = (days[there.day] > 0) - (days[here.day] > 1)
        if here.half != there.half:
            halves = self.board.halves[number]
            if halves[0] + halves[1] > 1:
                one_half = (halves[here.half] == 1) - (halves[there.half] == 0)
        return same_day, one_half

    def _with(self, number: int, block: int, sign: int = 1) -> Spread:
        """What one play more of a bulletin, or less, does to how it is spread."""
        days, place = self.board.days[number], self.blocks[block]
        halves = list(self.board.halves[number])
        before = _in_one_half(halves)
        halves[place.half] += sign
        return sign * (days[place.day] > (sign < 0)), _in_one_half(halves) - before

    def _spread_of(self, numbers: Iterable[int]) -> Spread:
        same_day = one_half = 0
        for number in numbers:
            days = self.board.days[number]
            same_day += sum(days) - sum(map(bool, days))
            one_half += _in_one_half(self.board.halves[number])
        return same_day, one_half

    def _one_of(self, ways: Iterable[Change]) -> bool:
        mark = len(self.trail)
        return any(self._made(change) and self._stands(mark) for change in ways)

    def _made(self, change: Change) -> bool:
        """Make a change if there is room for it and the campaign loses neither slot nor day."""
        board, (off, into) = self.board, change
        campaign = any(self.demands[number].campaign for number, _ in off)
        missing, days = (board.campaign_missing, len(board.campaign_days)) if campaign else (0, 0)
        for number, block in off:
            board.take(number, block)
        done: list[Play] = []
        for number, block in into:
            if not board.fits(number, block):
                break
            board.put(number, block)
            done.append((number, block))
        kept = not campaign or (board.campaign_missing <= max(0, missing) and len(board.campaign_days) >= min(2, days))
        if kept and len(done) == len(into):
            self.trail.append(change)
            return True
        for number, block in done:
            board.take(number, block)
        for number, block in off:
            board.put(number, block)
        return False

    def _stands(self, mark: int) -> bool:
        """Whether the plays can still be given instants; if not, what was changed since goes back."""
        board = self.board
        if board.careful or settle(board.lane, board.contents, ORDERS).starts is not None:
            return True
        self.undo(mark)
        return False


def _in_one_half(halves: Sequence[int]) -> bool:
    return min(halves) == 0 and sum(halves) > 1
