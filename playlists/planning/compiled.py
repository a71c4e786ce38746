"""From a xóm's rules, as the commune writes them, to its lane in grid steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from playlists.bulletin import Priority
from playlists.planning.lane import UNBOUNDED, Block, Demand, Lane, Span, merged, remaining
from playlists.planning.problem import (
    NOTHING,
    ONE_DAY,
    SESSION_GAP,
    Committed,
    PlannedBulletin,
    Problem,
    SlotKey,
    openings,
    slot_of,
)
from playlists.planning.sessions import sent_programmes, sessions_of
from playlists.rules import QuietHours, Relay, Window
from playlists.week import TIMEZONE, Week
from playlists.xom import Xom

NOON = timedelta(hours=12)


def lane_of(problem: Problem, xom: Xom, without: frozenset[str] = frozenset(), *, whole: bool = False) -> Lane:
    """Compile a xóm's rules; `without` names rules to leave out (see `rule_names`), for finding reasons.

    A narrow lane is for a quick search: what fits into its blocks keeps the rules. A whole one is for a complete search
    and allows whatever the rules allow: its blocks may overlap where windows do. What has no plan there has none.
    """
    return _Compiler(problem, xom, without, whole=whole).lane()


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


class _Opening(NamedTuple):
    """One window of one day of the week, in steps; `before` are those listed before that it overlaps."""

    key: SlotKey
    day: int
    span: Span
    before: tuple[Span, ...]


@lru_cache(maxsize=1024)
def _steps(windows: tuple[Window, ...], week: Week, grid: timedelta) -> tuple[_Opening, ...]:
    """The openings of the week, by window and day."""
    found: list[_Opening] = []
    for interval, key in openings(windows, week):
        start, end = -((week.start - interval.start) // grid), (interval.end - week.start) // grid
        before = tuple(other.span for other in found if other.span[0] < end and start < other.span[1])
        found.append(_Opening(key, (key.day - week.days[0]).days, (start, end), before))
    return tuple(found)


@lru_cache(maxsize=1024)
def _spans(rule: QuietHours | Relay, week: Week, grid: timedelta) -> tuple[Span, ...]:
    """Every step that a silence touches."""
    return tuple(
        ((interval.start - week.start) // grid, -((week.start - interval.end) // grid))
        for interval in rule.intervals(week)
    )


class _Compiler:
    """Reads one xóm's rules once, into grid steps."""

    def __init__(self, problem: Problem, xom: Xom, without: frozenset[str], *, whole: bool) -> None:
        self.problem = problem
        self.xom = xom
        self.whole = whole
        self.without = without
        rules = problem.rules
        self.grid = rules.grid
        self.lead_in, self.lead_out = self.length(problem.lead_in), self.length(problem.lead_out)
        self.longest = None if "max_session" in without else rules.max_session
        self.most = None if "max_sessions_per_day" in without else rules.max_sessions_per_day
        self.limited = self.longest is not None or self.most is not None
        narrow = self.longest is not None and not whole
        self.session_room = self.longest // self.grid if narrow and self.longest is not None else UNBOUNDED
        self.session_gap = SESSION_GAP // self.grid
        self.rounding = (self.lead_in + self.lead_out) * self.grid - problem.lead_in - problem.lead_out
        self.session_join = max(-1, (SESSION_GAP - self.rounding) // self.grid)
        bulletins = {bulletin.id: bulletin for bulletin in problem.bulletins}
        self.committed = [
            (play, bulletins[play.bulletin], slot_of(problem, xom, bulletins[play.bulletin], play.start))
            for play in problem.committed
            if play.xom == xom.id and play.counts
        ]
        self.own = [  # a play of the weeks beside this one takes room and keeps its gap, but counts there
            entry for entry in self.committed if entry[2].window is not None or problem.week.contains(entry[0].start)
        ]
        self.openings = _steps(xom.windows, problem.week, self.grid)
        self.disjoint = not any(opening.before for opening in self.openings)
        self.standing = sent_programmes(problem, self.own) if self.own else []

    def lane(self) -> Lane:
        problem = self.problem
        blocks, slots, exact = self._blocks()
        places = [(slots[block.slot], block.start + self.lead_in, block.end - self.lead_out) for block in blocks]
        sessions = None
        if self.whole and self.limited:
            sessions = sessions_of(problem, self.own, self.longest, self.most)
        return Lane(
            blocks=blocks,
            slots=slots,
            sounding=tuple(merged(self._sounding(play, bulletin) for play, bulletin, _ in self.committed)),
            demands=tuple(
                self._demand(index, bulletin, places)
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
            exact=sessions is not None or not self.limited if self.whole else exact,
            sessions=sessions,
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
            *((f"quiet:{hours}", _spans(hours, week, self.grid)) for hours in problem.rules.quiet),
            *((f"relay:{relay.name}", _spans(relay, week, self.grid)) for relay in relays),
            *(
                (f"blackout:{shut.why}", ((self.floor(shut.start), self.ceil(shut.end)),))
                for shut in self.xom.blackouts
            ),
        ]
        for name, spans in named:
            if name not in self.without:
                yield from spans
        apart = self.session_gap + 1 if self.session_room < UNBOUNDED else 0
        for play, bulletin, _ in self.committed:
            start, end = self._sounding(play, bulletin)
            yield start - apart, end + apart

    def _sounding(self, play: Committed, bulletin: PlannedBulletin) -> Span:
        """What a committed play takes up, with the ident and the sign-off it may have beside it."""
        end = play.start + self.problem.occupied(bulletin)
        return self.floor(play.start - self.problem.lead_in), self.ceil(end + self.problem.lead_out)

    def _blocks(self) -> tuple[tuple[Block, ...], tuple[SlotKey, ...], bool]:
        """The free blocks in order of time, the slots, and whether narrow blocks show every place there is.

        Where windows overlap, a narrow lane gives the time to the one listed first.
        """
        closed = merged(self._closed())
        slots: list[SlotKey] = []
        blocks: list[Block] = []
        leads = self.lead_in + self.lead_out
        for key, day, span, before in self.openings:
            shut = merged([*closed, *before]) if before and not self.whole else closed
            for start, end in remaining(span, shut):
                if end - start > leads:
                    if not slots or slots[-1] != key:
                        slots.append(key)
                    half = int(start * self.grid % ONE_DAY >= NOON)
                    blocks.append(Block(len(slots) - 1, day, half, start, end, before if self.whole else ()))
        blocks.sort(key=lambda block: (block.start, block.end))
        if not self.limited or self.whole:
            return tuple(blocks), tuple(slots), self.disjoint
        apart = self._set_apart(blocks)
        exact = self.disjoint and leads > 0 and not self.rounding and apart == blocks and not self.own
        return tuple(blocks if self.session_room == UNBOUNDED else apart), tuple(slots), exact

    def _set_apart(self, blocks: Sequence[Block]) -> list[Block]:
        """Keep the programmes of one window so far from each other that each is a session of its own."""
        apart: dict[int, list[Block]] = {}
        for block in blocks:
            row = apart.setdefault(block.slot, [])
            start = max(block.start, row[-1].end + self.session_gap + 1) if row else block.start
            if block.end - start > self.lead_in + self.lead_out:
                row.append(replace(block, start=start))
        return sorted((block for row in apart.values() for block in row), key=lambda block: (block.start, block.end))

    def _day_room(self, day: int) -> int:
        if "daily_cap" in self.without:
            return UNBOUNDED
        sent = (end - start for key, start, end in self.standing if self.day(key) == day)
        return (self.xom.daily_cap - sum(sent, NOTHING)) // self.grid

    def _day_sessions(self, day: int) -> int:
        """The sessions left beside those that were sent, each for itself where something might come between."""
        if self.most is None or self.whole:
            return UNBOUNDED
        left = self.most
        before: tuple[SlotKey, datetime, datetime] | None = None
        for programme in self.standing:
            if self.day(programme[0]) == day:
                joins = before is not None and before[0] == programme[0] and programme[1] - before[2] <= SESSION_GAP
                left -= not (joins and self.disjoint and programme[0].window is not None)
                before = programme
        return left

    def _demand(self, index: int, bulletin: PlannedBulletin, places: Sequence[tuple[SlotKey, int, int]]) -> Demand:
        """What the bulletin asks; `places` are slot, first step and end of the room for plays of each block."""
        size = self.length(bulletin.duration + self.problem.rules.pause)
        apart = NOTHING if f"min_gap:{bulletin.id}" in self.without else bulletin.min_gap
        always = f"valid:{bulletin.id}" in self.without
        valid_from, valid_to = (date.min, date.max) if always else (bulletin.valid_from, bulletin.valid_to)
        bounds = [
            (first, end - size) if end - first >= size and valid_from <= key.day <= valid_to else None
            for key, first, end in places
        ]
        before = [(play, key) for play, of, key in self.committed if of.id == bulletin.id]
        counted = [(play, key) for play, of, key in self.own if of.id == bulletin.id]
        if before:
            bounds = [
                bounded and self._beside(before, apart, key, bounded)
                for (key, _, _), bounded in zip(places, bounds, strict=True)
            ]
        least = 0 if f"min_per_week:{bulletin.id}" in self.without else bulletin.plays_min
        want = UNBOUNDED if f"want_per_week:{bulletin.id}" in self.without else bulletin.plays_wanted
        return Demand(
            bulletin=index,
            size=size,
            need=max(0, least - len(counted)),
            want=max(0, want - len(counted)),
            gap=self.length(apart),
            campaign=bulletin.campaign,
            priority=bulletin.priority is Priority.PRIORITY,
            topic=bulletin.topic,
            bounds=tuple(bounds),
            taken=tuple((self.day(key), int(play.start.astimezone(TIMEZONE).hour >= 12)) for play, key in counted),
        )

    def _beside(
        self, before: Sequence[tuple[Committed, SlotKey]], apart: timedelta, key: SlotKey, bounds: Span
    ) -> Span | None:
        """What committed plays of the same bulletin leave of the bounds of a play in the slot."""
        first, last = bounds
        for play, slot in before:
            if slot == key:
                return None
            if self.floor(play.start) < bounds[0] - self.lead_in:
                first = max(first, self.ceil(play.start + apart))
            else:
                last = min(last, self.floor(play.start - apart))
        return (first, last) if first <= last else None
