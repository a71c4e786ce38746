"""Xóm that hear each other, planned on one common timeline.

What one of them plays, its neighbours play at the same instant or are silent. The unit is a section: ident, bulletins,
sign-off, heard by a fixed audience. So two neighbours never sound at once with different things.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from playlists.planning.lane import UNBOUNDED, Block, Demand, Lane, Span, merged

RESTARTS = 6

Rank = tuple[float, ...]


@dataclass(frozen=True)
class Party:
    """Xóm of one component with equal lanes; they always play the same. `neighbours` are other parties."""

    lane: Lane
    size: int
    neighbours: frozenset[int]


@dataclass
class _Section:
    start: int
    end: int
    audience: frozenset[int]


@dataclass(frozen=True)
class _Choice:
    """Bulletin `bulletin` from step `play` on, in a new section from `start` to `end` or at the end of `section`."""

    bulletin: int
    play: int
    start: int
    end: int
    audience: frozenset[int]
    section: _Section | None


@dataclass
class _Heard:
    """What one party plays so far."""

    lane: Lane
    by_bulletin: dict[int, Demand]
    spans: list[Span] = field(default_factory=list)
    plays: dict[int, list[tuple[int, Block]]] = field(default_factory=dict)

    def missing(self, bulletin: int) -> int:
        demand = self.by_bulletin.get(bulletin)
        return demand.need - len(self.plays.get(bulletin, ())) if demand else 0

    def wanting(self, bulletin: int) -> int:
        demand = self.by_bulletin.get(bulletin)
        return demand.want - len(self.plays.get(bulletin, ())) if demand else 0

    @property
    def campaign(self) -> list[Block]:
        return [
            block for bulletin, plays in self.plays.items() if self.by_bulletin[bulletin].campaign for _, block in plays
        ]

    @property
    def campaign_slots(self) -> int:
        return len(self.lane.covered | {self.lane.slots[block.slot] for block in self.campaign})

    @property
    def campaign_days(self) -> set[int]:
        return {*self.lane.covered_days, *(block.day for block in self.campaign)}


def plan_together(parties: Sequence[Party], days: int) -> list[list[tuple[int, int]]]:
    """The plays (bulletin, first step) of each party: the try of several that lacks least of what is asked."""
    best: _Timeline | None = None
    for attempt in range(RESTARTS):
        timeline = _Timeline(parties, days, Random(attempt) if attempt else None)
        timeline.fill()
        if best is None or timeline.lacking < best.lacking:
            best = timeline
        if not any(best.lacking):
            break
    if best is None:
        return []
    best.wishes()
    return [
        sorted((bulletin, start) for bulletin, plays in heard.plays.items() for start, _ in plays)
        for heard in best.heard
    ]


class _Timeline:
    def __init__(self, parties: Sequence[Party], days: int, chance: Random | None) -> None:
        self.parties = parties
        self.days = days
        self.chance = chance
        self.heard = [
            _Heard(party.lane, {demand.bulletin: demand for demand in party.lane.demands}) for party in parties
        ]
        self.sections: list[_Section] = []
        self.bulletins = sorted({bulletin for heard in self.heard for bulletin in heard.by_bulletin})
        self.everyone = range(len(parties))

    @property
    def lacking(self) -> tuple[int, int, int]:
        """Campaign slots, other minimums and second days that are not met."""
        slots = plays = days = 0
        for party, heard in zip(self.parties, self.heard, strict=True):
            slots += party.size * max(0, heard.lane.campaign_need - heard.campaign_slots)
            plays += party.size * sum(max(0, heard.missing(bulletin)) for bulletin in self.bulletins)
            days += party.size * (len(heard.campaign_days) < self.days)
        return slots, plays, days

    def fill(self) -> None:
        """Place the guarantee, then the minimums, hardest bulletins first."""
        while (choice := self._best(self._tokens())) is not None:
            self._take(choice)
        for bulletin in sorted(self.bulletins, key=self._ease):
            while choice := self._best(
                self._choices(bulletin, {party for party in self.everyone if self.heard[party].missing(bulletin) > 0})
            ):
                self._take(choice)

    def wishes(self) -> None:
        """Add the wanted plays that have room: priority bulletins first, then the others, a play each in turn."""
        for priority in (True, False):
            waiting = [
                bulletin
                for bulletin in self.bulletins
                if any(
                    demand.priority is priority
                    for heard in self.heard
                    for demand in heard.lane.demands
                    if demand.bulletin == bulletin
                )
            ]
            while waiting:
                waiting = [bulletin for bulletin in waiting if self._wish(bulletin)]

    def _wish(self, bulletin: int) -> bool:
        wishing = {party for party in self.everyone if self.heard[party].wanting(bulletin) > 0}
        choice = self._best(self._choices(bulletin, wishing))
        if choice is None:
            return False
        self._take(choice)
        return True

    def _tokens(self) -> Iterator[tuple[_Choice, set[int]]]:
        """Campaign plays that bring a party a slot, or a day, that it still lacks."""
        for bulletin in self.bulletins:
            short = {
                party
                for party, heard in enumerate(self.heard)
                if heard.wanting(bulletin) > 0
                and heard.by_bulletin[bulletin].campaign
                and (heard.campaign_slots < heard.lane.campaign_need or len(heard.campaign_days) < self.days)
            }
            for choice, gained in self._choices(bulletin, short):
                new = {party for party in gained if self._brings(party, choice)}
                if new:
                    yield choice, new

    def _brings(self, party: int, choice: _Choice) -> bool:
        heard = self.heard[party]
        block = self._block(party, choice.start, choice.end)
        if block is None:
            return False
        missing = heard.lane.campaign_need - heard.campaign_slots
        if len(heard.campaign_days) < self.days and missing <= self.days - len(heard.campaign_days):
            return block.day not in heard.campaign_days
        return all(block.slot != other.slot for other in heard.campaign) and (
            heard.lane.slots[block.slot] not in heard.lane.covered
        )

    def _choices(self, bulletin: int, needy: set[int]) -> Iterator[tuple[_Choice, set[int]]]:
        """Ways to play a bulletin, each with the needy parties it serves."""
        if not needy:
            return
        sizes = {self.heard[party].by_bulletin[bulletin].size for party in needy}
        size = sizes.pop()
        any_lane = self.parties[0].lane
        if any_lane.leads:
            for section in self.sections:
                end = section.end + size
                choice = _Choice(
                    bulletin, section.end - any_lane.lead_out, section.start, end, section.audience, section
                )
                gained = needy & section.audience
                if gained and all(self._may(party, choice) for party in section.audience) and self._silent(choice):
                    yield choice, gained
        for start in self._times(bulletin, needy):
            play, end = start + any_lane.lead_in, start + any_lane.leads + size
            choice = _Choice(bulletin, play, start, end, frozenset(needy), None)
            audience = frozenset(party for party in needy if self._may(party, choice))
            choice = _Choice(bulletin, play, start, end, audience, None)
            while audience and not self._silent(choice):
                audience = frozenset(party for party in audience if self._undisturbed(party, choice))
                choice = _Choice(bulletin, play, start, end, audience, None)
            if audience:
                yield choice, set(audience)

    def _times(self, bulletin: int, needy: Iterable[int]) -> list[int]:
        """Where a section might begin: at the start of free blocks and at the end of what already sounds."""
        ends = [section.end for section in self.sections]
        ends += [end for party in self.parties for _, end in party.lane.sounding]
        times: set[int] = set()
        for party in needy:
            heard = self.heard[party]
            for block, bounds in zip(heard.lane.blocks, heard.by_bulletin[bulletin].bounds, strict=True):
                if bounds:
                    times.add(bounds[0] - heard.lane.lead_in)
                    times.update(end for end in ends if block.start < end < block.end)
        return sorted(times)

    def _block(self, party: int, start: int, end: int) -> Block | None:
        blocks = self.heard[party].lane.blocks
        return next((block for block in blocks if block.start <= start and end <= block.end), None)

    def _may(self, party: int, choice: _Choice) -> bool:
        """Whether the party's own rules let it hear this."""
        heard = self.heard[party]
        demand = heard.by_bulletin.get(choice.bulletin)
        block = self._block(party, choice.start, choice.end)
        if demand is None or block is None or heard.wanting(choice.bulletin) <= 0:
            return False
        bounds = demand.bounds[heard.lane.blocks.index(block)]
        if bounds is None or not bounds[0] <= choice.play <= bounds[1]:
            return False
        for start, other in heard.plays.get(choice.bulletin, ()):
            if other.slot == block.slot or abs(start - choice.play) < demand.gap:
                return False
        old = (choice.section.start, choice.section.end) if choice.section else None
        spans = [span for span in heard.spans if span != old]
        if any(start < choice.end and choice.start < end for start, end in spans):
            return False
        today = [span for span in spans if self._day_of(heard.lane, span) == block.day]
        room = sum(end - start for start, end in today) + choice.end - choice.start
        return room <= heard.lane.day_room[block.day] and self._keeps_sessions(heard.lane, block, [*today], choice)

    def _keeps_sessions(self, lane: Lane, block: Block, today: list[Span], choice: _Choice) -> bool:
        if lane.session_room == UNBOUNDED and lane.day_sessions[block.day] == UNBOUNDED:
            return True
        by_block: dict[int, list[Span]] = {}
        for span in [*today, (choice.start, choice.end)]:
            slot = next(other.slot for other in lane.blocks if other.start <= span[0] and span[1] <= other.end)
            by_block.setdefault(slot, []).append(span)
        sessions = [session for spans in by_block.values() for session in merged(spans, lane.session_gap)]
        longest = max(end - start for start, end in sessions)
        return longest <= lane.session_room and len(sessions) <= lane.day_sessions[block.day]

    def _day_of(self, lane: Lane, span: Span) -> int:
        return next(block.day for block in lane.blocks if block.start <= span[0] and span[1] <= block.end)

    def _silent(self, choice: _Choice) -> bool:
        return all(self._undisturbed(party, choice) for party in choice.audience)

    def _undisturbed(self, party: int, choice: _Choice) -> bool:
        """Whether every neighbour hears the same or nothing meanwhile."""
        for other in self.parties[party].neighbours - choice.audience:
            spans = (*self.heard[other].spans, *self.parties[other].lane.sounding)
            if any(start < choice.end and choice.start < end for start, end in spans):
                return False
        return True

    def _best(self, choices: Iterable[tuple[_Choice, set[int]]]) -> _Choice | None:
        ranked = ((self._rank(choice, gained), number, choice) for number, (choice, gained) in enumerate(choices))
        best = min(ranked, default=None)
        return best[2] if best else None

    def _rank(self, choice: _Choice, gained: set[int]) -> Rank:
        gain = sum(self.parties[party].size for party in gained)
        if self.chance and self.chance.random() < 0.3:
            return (-gain, self.chance.random())
        same_day = same_half = 0.0
        for party in choice.audience:
            block = self._block(party, choice.start, choice.end)
            plays = self.heard[party].plays.get(choice.bulletin, [])
            demand = self.heard[party].by_bulletin[choice.bulletin]
            before = [*demand.taken, *((other.day, other.half) for _, other in plays)]
            if block is not None and before:
                same_day += self.parties[party].size * sum(day == block.day for day, _ in before)
                same_half += self.parties[party].size * (
                    2 * sum(half == block.half for _, half in before) > len(before)
                )
        return (-gain, same_day, same_half, choice.section is None, choice.play)

    def _ease(self, bulletin: int) -> Rank:
        slack = min(
            (
                sum(bounds is not None for bounds in heard.by_bulletin[bulletin].bounds) - heard.missing(bulletin)
                for heard in self.heard
                if heard.missing(bulletin) > 0
            ),
            default=0,
        )
        size = max(heard.by_bulletin[bulletin].size for heard in self.heard if bulletin in heard.by_bulletin)
        return (slack + (self.chance.random() * 4 if self.chance else 0.0), -size)

    def _take(self, choice: _Choice) -> None:
        old = (choice.section.start, choice.section.end) if choice.section else None
        for party in choice.audience:
            heard = self.heard[party]
            block = self._block(party, choice.start, choice.end)
            assert block is not None
            heard.plays.setdefault(choice.bulletin, []).append((choice.play, block))
            heard.spans = [*(span for span in heard.spans if span != old), (choice.start, choice.end)]
        if choice.section:
            choice.section.end = choice.end
        else:
            self.sections.append(_Section(choice.start, choice.end, choice.audience))
