"""One lane's part of the model: its plays, its room, its programmes or sessions, its promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise

from ortools.sat.python import cp_model

from playlists.exact.writing import Bool, Constraint, Expr, Sound, Writing
from playlists.planning.lane import UNBOUNDED, Block, Demand, Lane, Span
from playlists.planning.positions import is_free
from playlists.planning.question import Encoding, Goal, Placed, Question

IDENT, SIGN_OFF = -1, -2
CAMPAIGN = -1
PROGRAMMES = 4  # in one block, among neighbours


class Party:
    """One lane's part of the model."""

    def __init__(self, writing: Writing, number: int) -> None:
        question = writing.question
        self.writing, self.cp, self.number = writing, writing.cp, number
        self.lane: Lane = question.lanes[number]
        self.heard = any(number in pair for pair in question.pairs)
        self.limited = min(self.lane.session_room, *self.lane.day_sessions) < UNBOUNDED
        self.loose_leads = question.loose and self.heard and self.lane.leads > 0 and self._many(question)
        self.programmed = (self.lane.leads > 0 or self.limited) and not self.loose_leads
        self.sliding = self.limited and self.lane.leads == 0 and question.loose  # sessions may pause inside
        self.positional = self._positional(question)
        self.at: dict[tuple[int, int], Sound] = {
            (demand, block): self._play(demand, block, bounds)
            for demand, asked in enumerate(self.lane.demands)
            for block, bounds in enumerate(asked.bounds)
            if bounds and asked.want > 0
        }
        self.sounds: list[Sound] = list(self.at.values())
        self._intervals: dict[Sound, cp_model.IntervalVar] = {}
        for demand, asked in enumerate(self.lane.demands):
            self._demanded(demand, asked)
        self._rooms()
        if self.positional:
            self._one_at_a_time()
        self.two_days = self._campaign()

    def _many(self, question: Question) -> bool:
        """Whether a block may need more programmes than are worth a model; then idents and sign-offs are left out."""
        smallest = min((demand.size for demand in self.lane.demands), default=1)
        longest = max((block.end - block.start for block in self.lane.blocks), default=0)
        return self.limited or bool(question.fixed) or longest // (smallest + self.lane.leads) > PROGRAMMES

    def plays(self, *, priority: bool) -> list[Bool]:
        demands = self.lane.demands
        return [sound.present for (demand, _), sound in self.at.items() if demands[demand].priority is priority]

    def different(self, where: Callable[[Block], int]) -> Expr:
        """On how many days, or in how many halves of the day, each bulletin is heard, all together."""
        groups: dict[tuple[int, int], list[Bool]] = {}
        for (demand, block), sound in self.at.items():
            groups.setdefault((demand, where(self.lane.blocks[block])), []).append(sound.present)
        return sum(self._any(literals) for literals in groups.values())

    def busy(self) -> Expr:
        """In how many blocks something is heard."""
        groups: dict[int, list[Bool]] = {}
        for (_, block), sound in self.at.items():
            groups.setdefault(block, []).append(sound.present)
        used = []
        for literals in groups.values():
            used.append(self.cp.new_bool_var(""))
            for literal in literals:
                self.cp.add_implication(literal, used[-1])
        return sum(used)

    def lateness(self) -> Expr:
        """Half days from Monday on, of every play."""
        blocks = self.lane.blocks
        return sum((2 * blocks[at].day + blocks[at].half) * sound.present for (_, at), sound in self.at.items())

    def interval(self, sound: Sound) -> cp_model.IntervalVar:
        if sound not in self._intervals:
            self._intervals[sound] = self.cp.new_optional_fixed_size_interval_var(
                sound.start, sound.size, sound.present, ""
            )
        return self._intervals[sound]

    def hint(self, placed: Placed) -> None:
        starts = set(placed)
        for (demand, block), sound in self.at.items():
            bulletin, bounds = self.lane.demands[demand].bulletin, self.lane.demands[demand].bounds[block]
            here = [start for of, start in starts if of == bulletin and bounds and bounds[0] <= start <= bounds[1]]
            self.cp.add_hint(sound.present, bool(here))
            if here and isinstance(sound.start, cp_model.IntVar):
                self.cp.add_hint(sound.start, here[0])

    def _positional(self, question: Question) -> bool:
        """Whether it matters where in its block a play comes to lie."""
        lane, blocks = self.lane, self.lane.blocks
        if self.heard or self.sliding or question.encoding is Encoding.ORDER:
            return True
        if any(early.end > late.start for early, late in pairwise(blocks)):
            return True
        for number, demand in enumerate(lane.demands):
            open_ = [(block, bounds) for block, bounds in enumerate(demand.bounds) if bounds]
            if any(not is_free(lane, number, block) for block, _ in open_):
                return True
            if any(
                late[0] - early[1] < demand.gap <= late[1] - early[0]
                for (_, early), (_, late) in combinations(open_, 2)
            ):
                return True
        return False

    def _play(self, demand: int, block: int, bounds: Span) -> Sound:
        asked, cp = self.lane.demands[demand], self.cp
        start: Expr = cp.new_int_var(*bounds, "") if self.positional else bounds[0]
        return Sound(asked.bulletin, demand, block, cp.new_bool_var(""), start, asked.size, *bounds)

    def _demanded(self, number: int, asked: Demand) -> None:
        """Once in a slot, no more than wanted, far enough apart, and the minimum."""
        cp, blocks = self.cp, self.lane.blocks
        here = [(block, self.at[number, block]) for block in range(len(blocks)) if (number, block) in self.at]
        by_slot: dict[int, list[Bool]] = {}
        for block, sound in here:
            by_slot.setdefault(blocks[block].slot, []).append(sound.present)
        for literals in by_slot.values():
            if len(literals) > 1:
                cp.add_at_most_one(literals)
        if len(by_slot) > asked.want:
            cp.add(sum(sound.present for _, sound in here) <= asked.want)
        if asked.gap:
            for (_, early), (_, late) in combinations(here, 2):
                self._far(early, late, asked.gap)
        if asked.need > 0:
            self._promise(asked.bulletin, sum(sound.present for _, sound in here) >= asked.need, bool(here))

    def _far(self, early: Sound, late: Sound, gap: int) -> None:
        """Two plays of one bulletin start at least a gap apart; the blocks of loose lanes may lie in either order."""
        both = [early.present, late.present]
        if late.earliest - early.latest >= gap:
            return
        if max(late.latest - early.earliest, early.latest - late.earliest) < gap:
            self.cp.add_bool_or(~early.present, ~late.present)
        elif early.latest - late.earliest < gap:
            self.cp.add(late.start >= early.start + gap).only_enforce_if(both)
        else:
            self.writing.either(both, [[late.start >= early.start + gap], [early.start >= late.start + gap]])

    def _promise(self, which: int, constraint: Constraint, able: bool) -> None:
        """A constraint that is promised; where a core is asked for, behind a literal."""
        core = self.writing.question.goal is Goal.CORE
        literal = self.cp.new_bool_var("") if core else None
        if literal is not None:
            self.writing.promises[self.number, which] = literal
        if not able:
            self.cp.add_bool_or(*([~literal] if literal is not None else []))
            return
        promised = self.cp.add(constraint)
        if literal is not None:
            promised.only_enforce_if(literal)

    def _rooms(self) -> None:
        """Room in blocks and days; programmes and sessions where there are such."""
        cp, lane = self.cp, self.lane
        taken: dict[int, list[Expr]] = {day: [] for day in range(7)}
        for (_, block), sound in self.at.items():
            taken[lane.blocks[block].day].append(sound.size * sound.present)
        if self.programmed:
            for day, used in self._programmes():
                taken[day].append(lane.leads * used)
        else:
            for block, place in enumerate(lane.blocks):
                sizes = [sound.size * sound.present for (_, at), sound in self.at.items() if at == block]
                room = place.end - place.start - (lane.leads if self.loose_leads else 0)
                if sizes:
                    cp.add(sum(sizes) <= room)
        for day, loads in taken.items():
            if loads and lane.day_room[day] < UNBOUNDED:
                cp.add(sum(loads) <= max(0, lane.day_room[day]))

    def _programmes(self) -> Iterator[tuple[int, Bool]]:
        """Rows of plays with ident and sign-off, or sessions without; yields each one's day and whether it is used."""
        lane, cp = self.lane, self.cp
        by_day: dict[int, list[Bool]] = {}
        for group in self._stretches():
            first, last = min(lane.blocks[at].start for at in group), max(lane.blocks[at].end for at in group)
            plays = [sound for (_, block), sound in self.at.items() if block in group]
            if not plays:
                continue
            count = self._most(last - first, min(sound.size for sound in plays), len(plays))
            where = {sound: [cp.new_bool_var("") for _ in range(count)] for sound in plays}
            for sound, literals in where.items():
                cp.add(sum(literals) == sound.present)
            before: Expr | None = None
            for row in range(count):
                used = cp.new_bool_var("")
                day = lane.blocks[group[0]].day
                by_day.setdefault(day, []).append(used)
                load = sum(sound.size * where[sound][row] for sound in plays)
                cp.add(load <= (min(last - first, lane.session_room) - lane.leads) * used)
                if self.positional or count > 1:
                    begin, end = cp.new_int_var(first, last, ""), cp.new_int_var(first, last, "")
                    self._row(begin, end, load, used, [(sound, where[sound][row]) for sound in plays])
                    if before is not None:
                        apart = lane.session_gap + 1 if lane.session_room < UNBOUNDED else 0
                        cp.add(begin >= before + apart).only_enforce_if(used)
                        cp.add(end >= before)
                    before = end
                yield day, used
        for day, used_ones in by_day.items():
            if lane.day_sessions[day] < len(used_ones):
                cp.add(sum(used_ones) <= max(0, lane.day_sessions[day]))

    def _stretches(self) -> list[list[int]]:
        """Groups of blocks that share their programmes: each block its own, with sessions alone a whole slot."""
        blocks = range(len(self.lane.blocks))
        if self.lane.leads > 0:
            return [[block] for block in blocks]
        slots: dict[int, list[int]] = {}
        for block in blocks:
            slots.setdefault(self.lane.blocks[block].slot, []).append(block)
        return list(slots.values())

    def _most(self, length: int, smallest: int, plays: int) -> int:
        """How many programmes one stretch may need.

        With idents it hosts one, among neighbours two, or where nothing may be left out, all it can. Of sessions, two
        that follow each other are longer together than one may be, else they could be one.
        """
        lane = self.lane
        if lane.leads > 0:
            if not self.heard or lane.session_room < UNBOUNDED:
                return 1
            return max(
                1, min(plays, length // (smallest + lane.leads), PROGRAMMES if self.writing.question.loose else 2)
            )
        if lane.session_room == UNBOUNDED and (self.sliding or not self.positional):
            return 1
        bounded = 2 * length // max(1, lane.session_room) + 1 if lane.session_room < UNBOUNDED else plays
        return max(1, min(plays, bounded, max(lane.day_sessions), length // smallest))

    def _row(self, begin: Expr, end: Expr, load: Expr, used: Bool, plays: Sequence[tuple[Sound, Bool]]) -> None:
        lane, cp = self.lane, self.cp
        if self.sliding:
            cp.add(end >= begin + load)
            if lane.session_room < UNBOUNDED:
                cp.add(end <= begin + lane.session_room)
        else:
            cp.add(end == begin + load + lane.leads * used)
        for sound, here in plays:
            cp.add(sound.start >= begin + lane.lead_in).only_enforce_if(here)
            cp.add(sound.end + lane.lead_out <= end).only_enforce_if(here)
            self.cp.add_implication(here, used)
        block = self.lane.blocks[plays[0][0].block]
        if lane.lead_in:
            latest = block.end - lane.leads
            self.sounds.append(Sound(IDENT, None, plays[0][0].block, used, begin, lane.lead_in, block.start, latest))
        if lane.lead_out:
            at = end - lane.lead_out
            earliest = block.start + lane.lead_in
            latest = block.end - lane.lead_out
            self.sounds.append(Sound(SIGN_OFF, None, plays[0][0].block, used, at, lane.lead_out, earliest, latest))

    def _one_at_a_time(self) -> None:
        """No two plays of the lane sound at once."""
        if self.writing.question.encoding is Encoding.ORDER:
            for one, other in combinations(self.at.values(), 2):
                if one.meets(other):
                    self.writing.ordered(one, other, may_join=False)
            return
        self.cp.add_no_overlap([self.interval(sound) for sound in self.at.values()])

    def _any(self, literals: Sequence[Bool]) -> Bool:
        """A literal that may be true only where one of these is."""
        found = self.cp.new_bool_var("")
        self.cp.add_bool_or(*literals, ~found)
        return found

    def _campaign(self) -> Expr:
        """The campaign in its slots; whether it is heard on two days."""
        lane, cp = self.lane, self.cp
        slots: dict[int, list[Bool]] = {}
        for (demand, block), sound in self.at.items():
            slot = lane.blocks[block].slot
            if lane.demands[demand].campaign:
                slots.setdefault(slot, []).append(sound.present)
        days: dict[int, list[Bool]] = {}
        fresh: list[Bool] = []
        of_day = {block.slot: block.day for block in lane.blocks}
        for slot, literals in slots.items():
            heard = self._any(literals)
            days.setdefault(of_day[slot], []).append(heard)
            if lane.slots[slot] not in lane.covered:
                fresh.append(heard)
        lacking = lane.campaign_need - len(lane.covered)
        if lacking > 0:
            self._promise(CAMPAIGN, sum(fresh) >= lacking, bool(fresh))
        if len(lane.covered_days) >= 2:
            return 1
        on: list[Bool] = []
        for day, heard_ones in days.items():
            if day not in lane.covered_days:
                on.append(self._any(heard_ones))
        if len(on) + len(lane.covered_days) < 2:
            return 0
        both = cp.new_bool_var("")
        cp.add(sum(on) + len(lane.covered_days) >= 2).only_enforce_if(both)
        return both
