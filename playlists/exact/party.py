"""One lane's part of the model: its plays, its room, its programmes or sessions, its promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from ortools.sat.python import cp_model

from playlists.exact.positional import positional
from playlists.exact.sessions import Stretch, keep_sessions
from playlists.exact.writing import Bool, Constraint, Expr, Sound, Writing
from playlists.planning.lane import UNBOUNDED, Block, Demand, Lane, Span, merged, remaining
from playlists.planning.positions import usual
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
        self.loose_leads = question.loose and self.heard and self.lane.leads > 0 and self._many(question)
        everywhere = self.heard or question.encoding is Encoding.ORDER
        self.positional = frozenset(range(len(self.lane.blocks))) if everywhere else positional(self.lane)
        self.at: dict[tuple[int, int], Sound] = {
            (demand, block): self._play(demand, block, bounds)
            for demand, asked in enumerate(self.lane.demands)
            for block, bounds in enumerate(asked.bounds)
            if bounds and asked.want > 0 and self._starts(demand, block, bounds)
        }
        self.sounds: list[Sound] = list(self.at.values())
        self._intervals: dict[Sound, cp_model.IntervalVar] = {}
        for demand, asked in enumerate(self.lane.demands):
            self._demanded(demand, asked)
        stretches = list(self._rooms())
        self.rows: dict[int, list[Bool]] = {}
        if self.lane.sessions is not None and not self.loose_leads:
            self.rows = keep_sessions(writing, self.lane, self.lane.sessions, stretches)
        self._one_at_a_time([sound for sound in self.sounds if sound.block in self.positional])
        self.two_days = self._campaign()

    def _many(self, question: Question) -> bool:
        """Whether a block may need more programmes than are worth a model; then idents and sign-offs are left out."""
        smallest = min((demand.size for demand in self.lane.demands), default=1)
        longest = max((block.end - block.start for block in self.lane.blocks), default=0)
        return bool(question.fixed) or longest // (smallest + self.lane.leads) > PROGRAMMES

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

    def placed(self, solver: cp_model.CpSolver) -> Placed:
        """The plays of a solution: as it says, or one after the other where that does not matter."""
        found: list[tuple[int, int]] = []
        free: dict[int, list[tuple[int, Sound]]] = {}
        for (demand, block), sound in self.at.items():
            if solver.boolean_value(sound.present):
                if block in self.positional:
                    found.append((sound.kind, solver.value(sound.start)))
                else:
                    free.setdefault(block, []).append((demand, sound))
        for block, chosen in free.items():
            rows: dict[int, list[tuple[int, Sound]]] = {}
            for demand, sound in sorted(chosen, key=lambda entry: usual(self.lane, entry[0])):
                row = next(
                    (n for n, here in enumerate(self.rows.get(sound.present.index, ())) if solver.boolean_value(here)),
                    0,
                )
                rows.setdefault(row, []).append((demand, sound))
            at = self.lane.blocks[block].start + self.lane.lead_in
            for _, row_plays in sorted(rows.items()):
                for _, sound in row_plays:
                    found.append((sound.kind, at))
                    at += sound.size
                at += self.lane.session_gap + 1
        return tuple(sorted(found))

    def _play(self, demand: int, block: int, bounds: Span) -> Sound:
        asked, cp = self.lane.demands[demand], self.cp
        starts = self._starts(demand, block, bounds)
        start: Expr = bounds[0]
        if block in self.positional:
            start = cp.new_int_var_from_domain(cp_model.Domain.from_intervals(starts), "")
        return Sound(asked.bulletin, demand, block, cp.new_bool_var(""), start, asked.size, starts[0][0], starts[-1][1])

    def _starts(self, demand: int, block: int, bounds: Span) -> list[Span]:
        """Where a play may start in a block, first and last: not where it belongs to a window listed before."""
        size = self.lane.demands[demand].size
        elsewhere = merged(
            (start, end - size + 1) for start, end in self.lane.blocks[block].before if end - start >= size
        )
        return [(first, end - 1) for first, end in remaining((bounds[0], bounds[1] + 1), elsewhere)]

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

    def _rooms(self) -> Iterator[Stretch]:
        """Room in blocks and days; yields what sounds without a break: plays, or programmes where there are idents."""
        cp, lane = self.cp, self.lane
        taken: dict[int, list[Expr]] = {day: [] for day in range(7)}
        for block, place in enumerate(lane.blocks):
            plays = [sound for (_, at), sound in self.at.items() if at == block]
            if not plays:
                continue
            taken[place.day] += [sound.size * sound.present for sound in plays]
            if lane.leads > 0 and not self.loose_leads:
                for used, begin, load in self._programmes(block, plays):
                    taken[place.day].append(lane.leads * used)
                    least, most = min(sound.size for sound in plays) + lane.leads, place.end - place.start
                    size = load + lane.leads * used
                    span = place.start, place.end, least, most
                    yield Stretch(lane.slots[place.slot], True, used, begin, size, *span, block not in self.positional)
            else:
                room = place.end - place.start - (lane.leads if self.loose_leads else 0)
                cp.add(sum(sound.size * sound.present for sound in plays) <= room)
                for sound in plays:
                    size, end = sound.size * sound.present, sound.latest + sound.size
                    key = lane.slots[place.slot]
                    span = sound.earliest, end, sound.size, sound.size
                    yield Stretch(key, True, sound.present, sound.start, size, *span, block not in self.positional)
        for day, loads in taken.items():
            if loads and lane.day_room[day] < UNBOUNDED:
                cp.add(sum(loads) <= max(0, lane.day_room[day]))

    def _programmes(self, block: int, plays: Sequence[Sound]) -> Iterator[tuple[Bool, Expr, Expr]]:
        """Rows of plays of one block with ident and sign-off: whether they are there, their begin, their plays' room.

        A block hosts one, among neighbours two, or where nothing may be left out, all it can.
        """
        lane, cp, place = self.lane, self.cp, self.lane.blocks[block]
        length, smallest = place.end - place.start, min(sound.size for sound in plays)
        most = (PROGRAMMES if self.writing.question.loose else 2) if self.heard else 1
        count = max(1, min(len(plays), length // (smallest + lane.leads), most))
        where = {sound: [cp.new_bool_var("") for _ in range(count)] for sound in plays}
        for sound, literals in where.items():
            cp.add(sum(literals) == sound.present)
        before: Expr | None = None
        for row in range(count):
            used = cp.new_bool_var("")
            load = sum(sound.size * where[sound][row] for sound in plays)
            cp.add(load <= (length - lane.leads) * used)
            begin: Expr = place.start
            if block in self.positional:
                begin, end = cp.new_int_var(place.start, place.end, ""), cp.new_int_var(place.start, place.end, "")
                self._row(begin, end, load, used, [(sound, where[sound][row]) for sound in plays])
                if before is not None:
                    cp.add(begin >= before).only_enforce_if(used)
                    cp.add(end >= before)
                before = end
            yield used, begin, load

    def _row(self, begin: Expr, end: Expr, load: Expr, used: Bool, plays: Sequence[tuple[Sound, Bool]]) -> None:
        lane, cp = self.lane, self.cp
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

    def _one_at_a_time(self, sounds: Sequence[Sound]) -> None:
        """No two of these sound at once."""
        if self.writing.question.encoding is Encoding.ORDER:
            for one, other in combinations(sounds, 2):
                if one.meets(other):
                    self.writing.ordered(one, other, may_join=False)
            return
        self.cp.add_no_overlap([self.interval(sound) for sound in sounds])

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
