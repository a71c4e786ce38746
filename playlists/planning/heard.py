"""What the xóm of one kind hear while a common timeline is being made, and what their own rules still allow."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass

from playlists.planning.lane import UNBOUNDED, Block, Demand, Lane, Span, merged, remaining


@dataclass
class Section:
    """A programme on the common timeline, ident and sign-off included, and the parties that hear it."""

    start: int
    end: int
    audience: frozenset[int]


@dataclass(frozen=True)
class Choice:
    """Bulletin `bulletin` from step `play` on, in a new section from `start` to `end` or at the end of `section`."""

    bulletin: int
    play: int
    start: int
    end: int
    audience: frozenset[int]
    section: Section | None

    @property
    def fresh(self) -> Span:
        """The stretch that did not sound before."""
        return (self.section.end if self.section else self.start), self.end


class Heard:
    """One lane's share of the timeline."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.demands: dict[int, Demand] = {demand.bulletin: demand for demand in lane.demands}
        self.plays: dict[int, list[tuple[int, Block]]] = {bulletin: [] for bulletin in self.demands}
        self.days = {bulletin: [0] * 7 for bulletin in self.demands}  # its plays, committed ones too, by day
        self.halves = {bulletin: [0, 0] for bulletin in self.demands}  # and by half of the day
        for demand in lane.demands:
            for day, half in demand.taken:
                self.days[demand.bulletin][day] += 1
                self.halves[demand.bulletin][half] += 1
        self.campaign_slots = set(lane.covered)
        self.campaign_days = set(lane.covered_days)
        self._begins = [block.start for block in lane.blocks]
        self._spans: list[Span] = []  # in order and apart, and so are those of each block
        self._in_block: list[list[Span]] = [[] for _ in lane.blocks]
        self._load = [0] * 7
        self._unlimited = [min(lane.session_room, sessions) == UNBOUNDED for sessions in lane.day_sessions]

    def missing(self, bulletin: int) -> int:
        """Plays the bulletin still lacks of its minimum."""
        return self.demands[bulletin].need - len(self.plays[bulletin]) if bulletin in self.demands else 0

    def wanting(self, bulletin: int) -> int:
        """Plays the bulletin still wishes for."""
        return self.demands[bulletin].want - len(self.plays[bulletin]) if bulletin in self.demands else 0

    @property
    def campaign_missing(self) -> int:
        return self.lane.campaign_need - len(self.campaign_slots)

    def block(self, start: int, end: int) -> int | None:
        """The number of the block that holds the stretch whole."""
        number = bisect_right(self._begins, start) - 1
        return number if number >= 0 and end <= self.lane.blocks[number].end else None

    def sounds(self, start: int, end: int) -> bool:
        """Whether anything is heard in the stretch, committed programmes included."""
        for spans in (self._spans, self.lane.sounding):
            before = bisect_right(spans, (end - 1, UNBOUNDED)) - 1
            if before >= 0 and spans[before][1] > start:
                return True
        return False

    def openings(self, bulletin: int) -> Iterator[tuple[int, int, Block]]:
        """Where a new section of the bulletin alone may begin: from a first to a last step, in the block."""
        demand, lane = self.demands[bulletin], self.lane
        size = demand.size + lane.leads
        held = {block.slot for _, block in self.plays[bulletin]}
        for block, bounds, spans in zip(lane.blocks, demand.bounds, self._in_block, strict=True):
            if bounds is None or block.slot in held or size > lane.day_room[block.day] - self._load[block.day]:
                continue
            free = [(bounds[0] - lane.lead_in, bounds[1] - lane.lead_in + 1)]
            shut = [(start - size + 1, end) for start, end in spans]
            if demand.gap:
                plays = (start - lane.lead_in for start, _ in self.plays[bulletin])
                shut += [(start - demand.gap + 1, start + demand.gap) for start in plays]
            for first, after in remaining(free[0], merged(shut)) if shut else free:
                yield first, after - 1, block

    def may(self, choice: Choice) -> bool:
        """Whether the lane's own rules let it hear this."""
        if self.wanting(choice.bulletin) <= 0:
            return False
        number = self.block(choice.start, choice.end)
        if number is None:
            return False
        demand, block = self.demands[choice.bulletin], self.lane.blocks[number]
        bounds = demand.bounds[number]
        if bounds is None or not bounds[0] <= choice.play <= bounds[1]:
            return False
        for start, other in self.plays[choice.bulletin]:
            if other.slot == block.slot or abs(start - choice.play) < demand.gap:
                return False
        start, end = choice.fresh
        if end - start > self.lane.day_room[block.day] - self._load[block.day] or self.sounds(start, end):
            return False
        return self.keeps_sessions(block, choice.fresh)

    def hear(self, choice: Choice) -> None:
        """Take the choice into the lane's week."""
        number = self.block(choice.start, choice.end)
        assert number is not None, "only what may be heard is heard"
        block = self.lane.blocks[number]
        start, end = choice.fresh
        self.plays[choice.bulletin].append((choice.play, block))
        self.days[choice.bulletin][block.day] += 1
        self.halves[choice.bulletin][block.half] += 1
        self._load[block.day] += end - start
        for spans in (self._spans, self._in_block[number]):
            if choice.section:
                spans.remove((choice.start, choice.section.end))
            insort(spans, (choice.start, choice.end))
        if self.demands[choice.bulletin].campaign:
            self.campaign_slots.add(self.lane.slots[block.slot])
            self.campaign_days.add(block.day)

    def keeps_sessions(self, block: Block, fresh: Span) -> bool:
        """Whether what would sound anew in the block leaves the day's sessions within their number and length."""
        if self._unlimited[block.day]:
            return True
        lane = self.lane
        by_slot: dict[int, list[Span]] = {block.slot: [fresh]}
        for span in self._spans:
            number = self.block(*span)
            if number is not None and lane.blocks[number].day == block.day:
                by_slot.setdefault(lane.blocks[number].slot, []).append(span)
        longest = max(end - start for spans in by_slot.values() for start, end in merged(spans, lane.session_gap))
        count = sum(len(merged(spans, lane.session_join)) for spans in by_slot.values())
        return longest <= lane.session_room and count <= lane.day_sessions[block.day]
