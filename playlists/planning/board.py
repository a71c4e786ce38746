"""A lane's plan while it is being made: which bulletins lie in which block, and what room is left."""

from __future__ import annotations

from playlists.planning.lane import Lane


class Board:
    """Bulletins in blocks, within room, daily cap, sessions, slots and gaps.

    A careful board accepts only plays whose gaps hold wherever in their blocks they come to lie, and leaves plays with
    bounds of their own to a block of their own; what it holds can always be given instants. One that is not careful
    accepts everything that may have instants: `positions.starts` then has the last word.
    """

    def __init__(self, lane: Lane, *, careful: bool) -> None:
        self.lane = lane
        self.careful = careful
        self.room = [min(block.end - block.start, lane.session_room) - lane.leads for block in lane.blocks]
        self.day_room = list(lane.day_room)
        self.sessions = list(lane.day_sessions)
        self.contents: list[list[int]] = [[] for _ in lane.blocks]
        self.blocks: list[list[int]] = [[] for _ in lane.demands]
        self.campaign_slots: dict[int, int] = {}  # slot -> campaign plays placed in it
        self.tied = [0] * len(lane.blocks)  # plays with bounds of their own
        self.days = [[0] * 7 for _ in lane.demands]  # plays of each demand by day, and by half of the day
        self.halves = [[0, 0] for _ in lane.demands]
        for number, demand in enumerate(lane.demands):
            for day, half in demand.taken:
                self.days[number][day] += 1
                self.halves[number][half] += 1
        self.places = [
            [block for block, bounds in enumerate(demand.bounds) if bounds is not None] for demand in lane.demands
        ]
        self._leads = lane.leads
        self._where = [(block.day, block.slot) for block in lane.blocks]
        self.programmes = [0] * 7  # blocks of each day with plays in them
        self._slot_day = {block.slot: block.day for block in lane.blocks}
        self._held = frozenset(slot for slot, key in enumerate(lane.slots) if key in lane.covered)
        self._free = lane.free

    def fits(self, demand: int, block: int) -> bool:
        """Whether the play may be put there as the board stands."""
        size, day = self.lane.demands[demand].size, self.lane.blocks[block].day
        if size > self.room[block] or size > self.day_room[day]:
            return False
        if not self.contents[block] and (size + self._leads > self.day_room[day] or self.sessions[day] <= 0):
            return False
        return self.may(demand, block)

    def may(self, demand: int, block: int) -> bool:
        """Whether the play may lie there as far as its own rules and its other plays go, room left aside."""
        asked, blocks = self.lane.demands[demand], self.lane.blocks
        if asked.bounds[block] is None:
            return False
        slot = blocks[block].slot
        for other in self.blocks[demand]:
            if blocks[other].slot == slot:
                return False
        if asked.gap and not all(self._apart(demand, block, other) for other in self.blocks[demand]):
            return False
        return not self.careful or self._carefully(demand, block)

    def open(self, demand: int) -> list[int]:
        """Every block that the play fits into; the same as asking `fits` of each, in one go."""
        asked, where, held = self.lane.demands[demand], self._where, self.blocks[demand]
        size, room, day_room = asked.size, self.room, self.day_room
        slots = [where[other][1] for other in held]
        gap = held if asked.gap else ()
        careful, free, tied, contents = self.careful, self._free[demand], self.tied, self.contents
        found: list[int] = []
        for block in self.places[demand]:
            day, slot = where[block]
            if size > room[block] or size > day_room[day] or slot in slots:
                continue
            if not contents[block]:
                if size + self._leads > day_room[day] or self.sessions[day] <= 0:
                    continue
            elif careful and not free[block]:
                continue
            if careful and free[block] and tied[block]:
                continue
            for other in gap:
                if not self._apart(demand, block, other):
                    break
            else:
                found.append(block)
        return found

    def put(self, demand: int, block: int) -> None:
        place = self.lane.blocks[block]
        if not self.contents[block]:
            self.day_room[place.day] -= self.lane.leads
            self.sessions[place.day] -= 1
            self.programmes[place.day] += 1
        self._move(demand, block, 1)
        self.contents[block].append(demand)
        self.blocks[demand].append(block)

    def take(self, demand: int, block: int) -> None:
        place = self.lane.blocks[block]
        self.contents[block].remove(demand)
        self.blocks[demand].remove(block)
        self._move(demand, block, -1)
        if not self.contents[block]:
            self.day_room[place.day] += self.lane.leads
            self.sessions[place.day] += 1
            self.programmes[place.day] -= 1

    def missing(self, demand: int) -> int:
        """Plays the demand still lacks of its minimum."""
        return self.lane.demands[demand].need - len(self.blocks[demand])

    def wanting(self, demand: int) -> int:
        """Plays the demand still wishes for."""
        return self.lane.demands[demand].want - len(self.blocks[demand])

    @property
    def campaign_missing(self) -> int:
        """Slots the campaign still lacks."""
        return self.lane.campaign_need - len(self.lane.covered) - len(self.campaign_slots.keys() - self._held)

    @property
    def campaign_days(self) -> frozenset[int]:
        """The days that hear the campaign."""
        return self.lane.covered_days | {self._slot_day[slot] for slot in self.campaign_slots}

    def covers(self, block: int) -> bool:
        """Whether the block's slot holds a campaign play already."""
        slot = self.lane.blocks[block].slot
        return slot in self.campaign_slots or slot in self._held

    def _move(self, demand: int, block: int, sign: int) -> None:
        asked, place = self.lane.demands[demand], self.lane.blocks[block]
        self.room[block] -= sign * asked.size
        self.day_room[place.day] -= sign * asked.size
        self.days[demand][place.day] += sign
        self.halves[demand][place.half] += sign
        if not self._free[demand][block]:
            self.tied[block] += sign
        if asked.campaign:
            count = self.campaign_slots.get(place.slot, 0) + sign
            if count:
                self.campaign_slots[place.slot] = count
            else:
                del self.campaign_slots[place.slot]

    def _carefully(self, demand: int, block: int) -> bool:
        """Whether the play may lie anywhere in the block, beside others that may; or is alone there."""
        return self.tied[block] == 0 if self._free[demand][block] else not self.contents[block]

    def _apart(self, demand: int, block: int, other: int) -> bool:
        asked = self.lane.demands[demand]
        early, late = asked.bounds[min(block, other)], asked.bounds[max(block, other)]
        if early is None or late is None:
            return False
        distance = late[0] - early[1] if self.careful else late[1] - early[0]
        return distance >= asked.gap
