"""One xóm's week on the grid: the free blocks left by the rules, and what is asked to be placed in them.

Everything here counts in grid steps from the week's Monday 00:00, so that the search is plain integer work. Xóm with
equal lanes are planned once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from playlists.bulletin import Priority
from playlists.planning.problem import SESSION_GAP, Committed, PlannedBulletin, Problem, SlotKey, slot_of
from playlists.week import TIMEZONE
from playlists.xom import Xom

UNBOUNDED = 1 << 40  # more steps, plays or sessions than any week holds
NOON = 12
MICROSECOND = timedelta(microseconds=1)

Span = tuple[int, int]


@dataclass(frozen=True)
class Block:
    """A free stretch inside one window of one day; it hosts at most one programme, ident and sign-off included.

    `slot` indexes `Lane.slots`; `half` is 0 before noon and 1 after.
    """

    slot: int
    day: int
    half: int
    start: int
    end: int


@dataclass(frozen=True)
class Demand:
    """What one bulletin asks of the xóm beyond its committed plays.

    `bulletin` indexes `Problem.bulletins`. `bounds` gives for each block the first and the last start the rules leave
    a play on its own, None where it may not go at all. `taken` are day and half of its committed plays.
    """

    bulletin: int
    size: int
    need: int
    want: int
    gap: int
    campaign: bool
    priority: bool
    topic: str
    bounds: tuple[Span | None, ...]
    taken: tuple[Span, ...]


@dataclass(frozen=True)
class Lane:
    """The xóm's week. `sounding` is what committed programmes take up, `covered` are the slots they give the campaign.

    Two stretches may be one session when no more than `session_gap` apart, and surely are when no more than
    `session_join`: the room of idents and sign-offs is rounded up to the grid. `exact` is False where the blocks do not
    show every place the rules would allow (windows that overlap each other, sessions that could be stretched, or follow
    each other in one window); then a search that finds nothing proves nothing.
    """

    blocks: tuple[Block, ...]
    slots: tuple[SlotKey, ...]
    sounding: tuple[Span, ...]
    demands: tuple[Demand, ...]
    day_room: tuple[int, ...]
    day_sessions: tuple[int, ...]
    session_room: int
    session_gap: int
    session_join: int
    lead_in: int
    lead_out: int
    campaign_need: int
    covered: frozenset[SlotKey]
    covered_days: frozenset[int]
    exact: bool

    @property
    def leads(self) -> int:
        return self.lead_in + self.lead_out

    @property
    def contiguous(self) -> bool:
        """Whether the plays of a block must follow each other without a break."""
        return self.leads > 0 or min(self.session_room, *self.day_sessions) < UNBOUNDED


def lane_of(problem: Problem, xom: Xom, without: frozenset[str] = frozenset(), *, loose: bool = False) -> Lane:
    """Compile a xóm's rules; `without` names rules to leave out (see `rule_names`), for finding reasons.

    A loose lane allows whatever the rules allow and perhaps more: its blocks may overlap where windows do, and sessions
    beside committed plays are not bounded. What is impossible in a loose lane is impossible.
    """
    return _Compiler(problem, xom, without, loose=loose).lane()


def rule_names(problem: Problem, xom: Xom) -> tuple[str, ...]:
    """Every rule of the xóm that `lane_of` can leave out, by name; what a reason should rather name comes last."""
    rules = problem.rules
    targeted = [bulletin for bulletin in problem.bulletins if bulletin.targets.includes(xom)]
    limits = [
        ("max_sessions_per_day", rules.max_sessions_per_day is not None),
        ("max_session", rules.max_session is not None),
        ("daily_cap", True),
        *((f"min_gap:{bulletin.id}", bool(bulletin.min_gap)) for bulletin in targeted),
        *((f"valid:{bulletin.id}", True) for bulletin in targeted),
        *((f"want_per_week:{bulletin.id}", True) for bulletin in targeted if bulletin.campaign),
        *((f"quiet:{hours}", True) for hours in rules.quiet),
        *((f"relay:{relay.name}", True) for relay in problem.relays if relay.concerns(xom.id)),
        *((f"blackout:{blackout.why}", True) for blackout in xom.blackouts),
        ("now", problem.now > problem.week.start),
        *((f"min_per_week:{bulletin.id}", bulletin.plays_min > 0) for bulletin in targeted),
        ("campaign_min_per_xom", rules.campaign_min_per_xom > 0),
    ]
    return tuple(dict.fromkeys(name for name, present in limits if present))


def instant(problem: Problem, step: int) -> datetime:
    """The instant of a grid step, in Vietnamese time."""
    return problem.week.start + step * problem.rules.grid


def merged(spans: Iterable[Span], gap: int = 0) -> list[Span]:
    """The spans in order, those joined that touch or lie no more than `gap` apart."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + gap:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def remaining(span: Span, closed: Iterable[Span]) -> Iterator[Span]:
    """What is left of a span when the closed ones, in order and apart, are cut out."""
    start, end = span
    for shut, opened in closed:
        if opened <= start:
            continue
        if shut >= end:
            break
        if shut > start:
            yield start, shut
        start = opened
    if start < end:
        yield start, end


class _Compiler:
    """Reads one xóm's rules once, into grid steps."""

    def __init__(self, problem: Problem, xom: Xom, without: frozenset[str], *, loose: bool) -> None:
        self.problem = problem
        self.xom = xom
        self.loose = loose
        sessions = {"max_session", "max_sessions_per_day"}
        beside = loose and any(play.xom == xom.id and play.counts for play in problem.committed)
        self.without = without | sessions if beside else without
        self.grid = problem.rules.grid
        self.lead_in, self.lead_out = self.length(problem.lead_in), self.length(problem.lead_out)
        session = problem.rules.max_session
        self.session_room = UNBOUNDED if session is None or "max_session" in self.without else session // self.grid
        self.session_gap = SESSION_GAP // self.grid
        self.limited = self.session_room < UNBOUNDED or (
            problem.rules.max_sessions_per_day is not None and "max_sessions_per_day" not in self.without
        )
        rounding = (self.lead_in + self.lead_out) * self.grid - problem.lead_in - problem.lead_out
        self.session_join = max(-1, (SESSION_GAP - rounding) // self.grid)
        bulletins = {bulletin.id: bulletin for bulletin in problem.bulletins}
        self.committed = [
            (play, bulletins[play.bulletin], slot_of(problem, xom, bulletins[play.bulletin], play.start))
            for play in problem.committed
            if play.xom == xom.id and play.counts
        ]
        self.own = [  # a play of the weeks beside this one takes room and keeps its gap, but counts there
            entry for entry in self.committed if entry[2].window is not None or problem.week.contains(entry[0].start)
        ]

    def lane(self) -> Lane:
        blocks, slots, exact = self._blocks()
        problem = self.problem
        return Lane(
            blocks=blocks,
            slots=slots,
            sounding=tuple(merged(self._sounding(play, bulletin) for play, bulletin, _ in self.committed)),
            demands=tuple(
                self._demand(index, bulletin, blocks, slots)
                for index, bulletin in enumerate(problem.bulletins)
                if bulletin.targets.includes(self.xom)
            ),
            day_room=tuple(self._day_room(day) for day in range(7)),
            day_sessions=tuple(self._day_sessions(day) for day in range(7)),
            session_room=self.session_room,
            session_gap=self.session_gap,
            session_join=self.session_join,
            lead_in=self.lead_in,
            lead_out=self.lead_out,
            campaign_need=0 if "campaign_min_per_xom" in self.without else problem.rules.campaign_min_per_xom,
            covered=frozenset(key for _, bulletin, key in self.own if bulletin.campaign),
            covered_days=frozenset(self.day(key) for _, bulletin, key in self.own if bulletin.campaign),
            exact=exact,
        )

    def floor(self, instant: datetime) -> int:
        return (instant - self.problem.week.start) // self.grid

    def ceil(self, instant: datetime) -> int:
        return -((self.problem.week.start - instant) // self.grid)

    def length(self, duration: timedelta) -> int:
        return -(-duration // self.grid)

    def day(self, key: SlotKey) -> int:
        return (key.day - self.problem.week.days[0]).days

    def _closed(self) -> Iterator[Span]:
        problem, week = self.problem, self.problem.week
        relays = [relay for relay in problem.relays if relay.concerns(self.xom.id)]
        if "now" not in self.without:
            yield -UNBOUNDED, self.ceil(problem.now)
        named = [
            *((f"quiet:{hours}", hours.intervals(week)) for hours in problem.rules.quiet),
            *((f"relay:{relay.name}", relay.intervals(week)) for relay in relays),
            *((f"blackout:{blackout.why}", (blackout.interval,)) for blackout in self.xom.blackouts),
        ]
        for name, intervals in named:
            if name not in self.without:
                for interval in intervals:
                    yield self.floor(interval.start), self.ceil(interval.end)
        apart = self.session_gap + 1 if self.session_room < UNBOUNDED else 0
        for play, bulletin, _ in self.committed:
            start, end = self._sounding(play, bulletin)
            yield start - apart, end + apart

    def _sounding(self, play: Committed, bulletin: PlannedBulletin) -> Span:
        """What a committed play takes up, with the ident and the sign-off it may have beside it."""
        end = play.start + self.problem.occupied(bulletin)
        return self.floor(play.start - self.problem.lead_in), self.ceil(end + self.problem.lead_out)

    def _blocks(self) -> tuple[tuple[Block, ...], tuple[SlotKey, ...], bool]:
        """The free blocks in order of time; where windows overlap, the time belongs to the one listed first."""
        closed = list(self._closed())
        slots: list[SlotKey] = []
        blocks: list[Block] = []
        given: list[Span] = []
        for number, window in enumerate(self.xom.windows):
            for day, date in enumerate(self.problem.week.days):
                interval = window.on(date)
                if interval is None:
                    continue
                span = self.ceil(interval.start), self.floor(interval.end)
                key = SlotKey(date, number)
                for start, end in remaining(span, merged(closed if self.loose else [*closed, *given])):
                    if end - start > self.lead_in + self.lead_out:
                        if not slots or slots[-1] != key:
                            slots.append(key)
                        half = int(instant(self.problem, start).hour >= NOON)
                        blocks.append(Block(len(slots) - 1, day, half, start, end))
                given.append(span)
        exact = len(merged(given, -1)) == len(given) and not (self.limited and self.lead_in + self.lead_out == 0)
        blocks.sort(key=lambda block: (block.start, block.end))
        if self.session_room == UNBOUNDED or self.loose:
            return tuple(blocks), tuple(slots), exact
        apart = self._set_apart(blocks)
        return tuple(apart), tuple(slots), exact and apart == blocks and not self.committed

    def _set_apart(self, blocks: Sequence[Block]) -> list[Block]:
        """Keep the programmes of one window so far from each other that each is a session of its own."""
        apart: list[Block] = []
        for block in blocks:
            start = block.start
            if apart and apart[-1].slot == block.slot:
                start = max(start, apart[-1].end + self.session_gap + 1)
            if block.end - start > self.lead_in + self.lead_out:
                apart.append(replace(block, start=start))
        return apart

    def _day_room(self, day: int) -> int:
        if "daily_cap" in self.without:
            return UNBOUNDED
        spans = [self._sounding(play, bulletin) for play, bulletin, key in self.own if self.day(key) == day]
        return self.xom.daily_cap // self.grid - sum(end - start for start, end in merged(spans))

    def _day_sessions(self, day: int) -> int:
        most = self.problem.rules.max_sessions_per_day
        if most is None or "max_sessions_per_day" in self.without:
            return UNBOUNDED
        held: dict[SlotKey, list[Span]] = {}
        for play, bulletin, key in self.own:
            if self.day(key) == day:
                start = (play.start - self.problem.lead_in - self.problem.week.start) // MICROSECOND
                length = self.problem.lead_in + self.problem.occupied(bulletin) + self.problem.lead_out
                held.setdefault(key, []).append((start, start + length // MICROSECOND))
        return most - sum(len(merged(spans, SESSION_GAP // MICROSECOND)) for spans in held.values())

    def _demand(
        self, index: int, bulletin: PlannedBulletin, blocks: Sequence[Block], slots: Sequence[SlotKey]
    ) -> Demand:
        size = self.length(bulletin.duration + self.problem.rules.pause)
        gap = 0 if f"min_gap:{bulletin.id}" in self.without else self.length(bulletin.min_gap)
        before = [(play, key) for play, of, key in self.committed if of.id == bulletin.id]
        counted = [(play, key) for play, of, key in self.own if of.id == bulletin.id]
        used = {key for _, key in before}
        always = f"valid:{bulletin.id}" in self.without
        bounds: list[Span | None] = []
        for block in blocks:
            key = slots[block.slot]
            first, last = block.start + self.lead_in, block.end - self.lead_out - size
            for play, _ in before:
                if self.floor(play.start) < block.start:
                    first = max(first, self.ceil(play.start) + gap)
                else:
                    last = min(last, self.floor(play.start) - gap)
            allowed = key not in used and (always or bulletin.valid_from <= key.day <= bulletin.valid_to)
            bounds.append((first, last) if allowed and first <= last else None)
        least = 0 if f"min_per_week:{bulletin.id}" in self.without else bulletin.plays_min
        want = UNBOUNDED if f"want_per_week:{bulletin.id}" in self.without else bulletin.plays_wanted
        return Demand(
            bulletin=index,
            size=size,
            need=max(0, least - len(counted)),
            want=max(0, want - len(counted)),
            gap=gap,
            campaign=bulletin.campaign,
            priority=bulletin.priority is Priority.PRIORITY,
            topic=bulletin.topic,
            bounds=tuple(bounds),
            taken=tuple((self.day(key), int(play.start.astimezone(TIMEZONE).hour >= NOON)) for play, key in counted),
        )
