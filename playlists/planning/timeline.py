"""Xóm that hear each other, planned on one common timeline.

What one of them plays, its neighbours play at the same instant or are silent. The unit is a section: ident, bulletins,
sign-off, heard by a fixed audience. So two neighbours never sound at once with different things.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from random import Random

from playlists.planning.heard import Choice, Heard, Section
from playlists.planning.lane import Block, Lane, Span

TRIES = 100
EFFORT = 20_000  # choices looked at in all tries together

Rank = tuple[float, ...]
Lacking = tuple[int, int, int]


@dataclass(frozen=True)
class Party:
    """Xóm of one component with equal lanes; they always play the same. `neighbours` are other parties."""

    lane: Lane
    size: int
    neighbours: frozenset[int]


def plan_together(parties: Sequence[Party], days: int, least: Callable[[], Lacking]) -> list[list[tuple[int, int]]]:
    """The plays (bulletin, first step) of each party: the try of several that lacks least of what is asked.

    The first try is the plan one would like best, the others follow chance, from fixed seeds. `least` tells what is
    known to lack in any plan: campaign slots, plays of minimums, xóm that hear the campaign on fewer than `days` days.
    """
    best = _Timeline(parties, days)
    best.fill()
    effort = best.effort
    known = least() if any(best.lacking) else best.lacking
    for attempt in range(1, TRIES):
        if best.lacking <= known or effort > EFFORT:
            break
        timeline = _Timeline(parties, days, Random(attempt), wild=attempt % 2 == 0)
        timeline.fill()
        effort += timeline.effort
        if timeline.lacking < best.lacking:
            best = timeline
    best.wishes()
    return [
        sorted((bulletin, start) for bulletin, plays in heard.plays.items() for start, _ in plays)
        for heard in best.heard
    ]


class _Timeline:
    """One try. With `chance` it chooses among what serves most xóm; a wild one serves any xóm."""

    def __init__(
        self, parties: Sequence[Party], days: int, chance: Random | None = None, *, wild: bool = False
    ) -> None:
        self.parties = parties
        self.days = days
        self.chance = chance
        self.wild = wild
        self.heard = [Heard(party.lane) for party in parties]
        self.sections: list[Section] = []
        self.sizes = {demand.bulletin: demand.size for heard in self.heard for demand in heard.lane.demands}
        self.effort = 0

    @property
    def lacking(self) -> Lacking:
        """Campaign slots, plays of minimums, and xóm with too few campaign days."""
        slots = plays = days = 0
        for party, heard in zip(self.parties, self.heard, strict=True):
            slots += party.size * max(0, heard.campaign_missing)
            plays += party.size * sum(max(0, heard.missing(bulletin)) for bulletin in heard.demands)
            days += party.size * (len(heard.campaign_days) < self.days)
        return slots, plays, days

    def fill(self) -> None:
        """Place the guarantee, then the minimums, hardest bulletins first."""
        for days in (self.days, 0):  # two days where they can be had, else the slots at least
            while choice := self._best(self._tokens(days)):
                self._take(choice)
        for bulletin in sorted(self.sizes, key=self._ease):
            while choice := self._best(self._choices(bulletin, self._those_missing(bulletin))):
                self._take(choice)

    def wishes(self) -> None:
        """Add the wanted plays that have room: priority bulletins first, then the others, a play each in turn."""
        self.chance, self.wild = None, False
        urgent = {demand.bulletin for heard in self.heard for demand in heard.lane.demands if demand.priority}
        for waiting in (sorted(urgent), sorted(self.sizes.keys() - urgent)):
            left = waiting
            while left:
                left = [bulletin for bulletin in left if self._wish(bulletin)]

    def _wish(self, bulletin: int) -> bool:
        wishing = {party for party, heard in enumerate(self.heard) if heard.wanting(bulletin) > 0}
        choice = self._best(self._choices(bulletin, wishing))
        if choice is None:
            return False
        self._take(choice)
        return True

    def _those_missing(self, bulletin: int) -> set[int]:
        return {party for party, heard in enumerate(self.heard) if heard.missing(bulletin) > 0}

    def _tokens(self, days: int) -> Iterator[tuple[Choice, set[int]]]:
        """Campaign plays that bring a party a slot, or a day, that it still lacks."""
        for bulletin in sorted(self.sizes):
            short = {
                party
                for party, heard in enumerate(self.heard)
                if heard.wanting(bulletin) > 0
                and heard.demands[bulletin].campaign
                and (heard.campaign_missing > 0 or len(heard.campaign_days) < days)
            }
            for choice, gained in self._choices(bulletin, short):
                new = {party for party in gained if self._brings(self.heard[party], choice, days)}
                if new:
                    yield choice, new

    def _brings(self, heard: Heard, choice: Choice, days: int) -> bool:
        number = heard.block(choice.start, choice.end)
        if number is None:
            return False
        block = heard.lane.blocks[number]
        days_missing = days - len(heard.campaign_days)
        if days_missing > 0 and heard.campaign_missing <= days_missing:
            return block.day not in heard.campaign_days
        return heard.lane.slots[block.slot] not in heard.campaign_slots

    def _choices(self, bulletin: int, needy: set[int]) -> Iterator[tuple[Choice, set[int]]]:
        """Ways to play a bulletin, each with the needy parties it serves."""
        if not needy:
            return
        if self.chance and self.wild:
            needy = {party for party in sorted(needy) if self.chance.random() < 0.6} or needy
        lane, size = self.parties[0].lane, self.sizes[bulletin]
        for section in self.sections if lane.leads else ():
            choice = self._longer(section, bulletin, needy)
            if choice is not None:
                yield choice, needy & choice.audience
        served: set[Span] = set()  # days and halves in which all can be served: later there is no better
        for start, blocks in self._openings(bulletin, needy):
            first = next(iter(blocks.values()))
            if (first.day, first.half) in served:
                continue
            span = start, start + lane.leads + size
            able = {party for party, block in blocks.items() if self.heard[party].keeps_sessions(block, span)}
            while disturbed := {party for party in able if not self._undisturbed(party, able, span)}:
                able -= disturbed
            if able:
                yield Choice(bulletin, start + lane.lead_in, *span, frozenset(able), None), able
            if len(able) == len(needy) and not self.chance:
                served.add((first.day, first.half))

    def _openings(self, bulletin: int, needy: set[int]) -> Iterator[tuple[int, dict[int, Block]]]:
        """Where a section might begin, in order of time, and the block of each needy party that may hear it then.

        At the start of what is free and at the end of what already sounds; by chance also so late that it ends where
        something begins, or the free time does.
        """
        sounding = {(section.start, section.end) for section in self.sections}
        sounding.update(span for party in self.parties for span in party.lane.sounding)
        known = {end for _, end in sounding}
        if self.chance:
            known.update(start - self.sizes[bulletin] - self.parties[0].lane.leads for start, _ in sounding)
        free = {party: list(self.heard[party].openings(bulletin)) for party in sorted(needy)}
        edges = {
            edge
            for openings in free.values()
            for first, last, _ in openings
            for edge in ((first, last) if self.chance else (first,))
        }
        times = sorted(known | edges)
        able: dict[int, dict[int, Block]] = {}
        for party, openings in free.items():
            for first, last, block in openings:
                for start in times[bisect_left(times, first) : bisect_right(times, last)]:
                    able.setdefault(start, {})[party] = block
        return ((start, able[start]) for start in sorted(able))

    def _longer(self, section: Section, bulletin: int, needy: set[int]) -> Choice | None:
        """The bulletin at the end of a section; only without sign-offs may some of its audience fall silent before."""
        lane = self.parties[0].lane
        play, end = section.end - lane.lead_out, section.end + self.sizes[bulletin]
        choice = Choice(bulletin, play, section.start, end, section.audience, section)
        able = frozenset(party for party in section.audience if self.heard[party].may(choice))
        if able != section.audience:
            if lane.lead_out:
                return None
            choice = replace(choice, audience=able & needy)
        served = needy & choice.audience
        heard = choice.audience
        return choice if served and all(self._undisturbed(party, heard, choice.fresh) for party in heard) else None

    def _undisturbed(self, party: int, audience: Set[int], span: Span) -> bool:
        """Whether every neighbour hears the same or nothing meanwhile."""
        for other in self.parties[party].neighbours:
            if other not in audience and self.heard[other].sounds(*span):
                return False
        return True

    def _best(self, choices: Iterable[tuple[Choice, set[int]]]) -> Choice | None:
        ranked = [(self._rank(choice, gained), number, choice) for number, (choice, gained) in enumerate(choices)]
        self.effort += len(ranked)
        return min(ranked)[2] if ranked else None

    def _rank(self, choice: Choice, gained: set[int]) -> Rank:
        """How little one likes the choice: many served, other days, both halves of the day, few sections, early."""
        gain = 0 if self.wild else sum(self.parties[party].size for party in gained)
        if self.chance:
            return (-gain, self.chance.random())
        bulletin = choice.bulletin
        same_day = same_half = 0
        for party in choice.audience:
            heard, size = self.heard[party], self.parties[party].size
            number = heard.block(choice.start, choice.end)
            if number is not None:
                block, halves = heard.lane.blocks[number], heard.halves[bulletin]
                same_day += size * heard.days[bulletin][block.day]
                same_half += size * (halves[block.half] > halves[1 - block.half])
        return (-gain, same_day, same_half, choice.section is None, choice.play)

    def _ease(self, bulletin: int) -> Rank:
        slack = min(
            (
                sum(bounds is not None for bounds in self.heard[party].demands[bulletin].bounds)
                - self.heard[party].missing(bulletin)
                for party in self._those_missing(bulletin)
            ),
            default=0,
        )
        return (slack + (self.chance.random() * 4 if self.chance else 0.0), -self.sizes[bulletin])

    def _take(self, choice: Choice) -> None:
        for party in choice.audience:
            self.heard[party].hear(choice)
        if choice.section and choice.section.audience == choice.audience:
            choice.section.end = choice.end
            return
        if choice.section:
            choice.section.audience -= choice.audience
        self.sections.append(Section(choice.start, choice.end, choice.audience))
