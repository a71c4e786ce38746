"""Where a whole programme may go in a week that was sent: ident, bulletins in their order, sign-off, in one piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from playlists.planning.compiled import lane_of
from playlists.planning.lane import Demand, Lane, Span, instant, merged, remaining
from playlists.planning.plan import Missing, missing, week_plan
from playlists.planning.problem import Committed, Play, Problem
from playlists.planning.programmes import programmes
from playlists.planning.question import neighbours_of
from playlists.slot import Programme

Sent = Mapping[str, tuple[Committed, ...]]
"""What was sent out, by xóm."""


@dataclass(frozen=True)
class Wanted:
    """A make-good asked for: as many of these bulletins as fit, or of others of the campaign where none of them is.

    `campaign_only`: it is to hold a campaign bulletin. `carried` are bulletins that it may hold besides.
    """

    xom: str
    bulletins: tuple[str, ...]
    campaign_only: bool = True
    carried: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Place:
    """A programme of these bulletins whose ident begins at step `start`; the smaller `rank`, the better the place."""

    start: int
    bulletins: tuple[str, ...]
    rank: tuple[bool, bool, int, int]


class Ground:
    """The rules of a week, compiled once for each xóm and what was sent to it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = replace(problem, committed=())
        self.xom = {xom.id: xom for xom in problem.xom}
        self.bulletins = {bulletin.id: bulletin for bulletin in problem.bulletins}
        self.neighbours = neighbours_of(problem)
        self._lanes: dict[tuple[str, tuple[Committed, ...]], Lane] = {}
        self._sounding: dict[tuple[str, tuple[Committed, ...]], tuple[Span, ...]] = {}
        self._heard: dict[tuple[str, tuple[Committed, ...]], list[tuple[Play, ...]]] = {}
        self._lacking: dict[tuple[str, tuple[Committed, ...]], tuple[Missing, ...]] = {}
        self._leads = [-(-lead // problem.rules.grid) for lead in (problem.lead_in, problem.lead_out)]
        self._sizes = {item.id: problem.occupied(item) // problem.rules.grid for item in problem.bulletins}

    def lacking(self, sent: Sent, xom: str) -> tuple[Missing, ...]:
        """What the guarantee and the minimums ask of the xóm beyond what was sent."""
        key = xom, sent[xom]
        if key not in self._lacking:
            own = self._own(*key)
            self._lacking[key] = missing(own, week_plan(own, ()))
        return self._lacking[key]

    def is_wanted(self, sent: Sent, wanted: Wanted) -> bool:
        """Whether a bulletin that the make-good may hold is to be played more often than it was sent."""
        names = self.problem.bulletins
        return any(
            demand.want > 0
            and (names[demand.bulletin].id in wanted.bulletins or (wanted.campaign_only and demand.campaign))
            for demand in self._lane(sent, wanted.xom).demands
        )

    def starts(self, sent: Sent, members: Iterable[str], bulletins: Sequence[str]) -> list[int]:
        """The earliest starts of a programme of just these bulletins, at once in all the `members`, one in each room.

        What else sounds in the xóm that hear them is respected.
        """
        here = frozenset(members)
        common: list[Span] | None = None
        for xom in sorted(here):
            lane = self._lane(sent, xom)
            found = _numbers(self.problem, lane, bulletins)
            if found is None:
                return []
            spans = [
                span
                for block, room in self._rooms(sent, xom, lane, here)
                if (span := _leeway(lane, block, room, found)) is not None
            ]
            common = spans if common is None else _both(common, spans)
        return [first for first, _ in common or ()]

    def places(
        self, sent: Sent, wanted: Wanted, must: frozenset[str] = frozenset(), *, bare: bool = False
    ) -> Iterator[Place]:
        """Where a make-good may go that holds all of `must`, the earliest start each; a `bare` one holds no more."""
        lane = self._lane(sent, wanted.xom)
        menu = _menu(self.problem, lane, wanted, must)
        if menu is None:
            return
        for block, room in self._rooms(sent, wanted.xom, lane, frozenset()):
            for core in _cores(self.problem, menu, must, wanted):
                chosen = core if bare else _filled(lane, block, room, core, menu)
                span = _leeway(lane, block, room, chosen) if chosen else None
                if span is not None:
                    bulletins = (self.problem.bulletins[lane.demands[number].bulletin].id for number in chosen)
                    yield self._place(lane, block, span[0], tuple(bulletins))
                    if not bare:
                        break
        yield from self._joined(sent, wanted, lane, [number for number, _ in menu], must)

    def sent_with(self, sent: Sent, members: Iterable[str], bulletins: Sequence[str], start: int) -> Sent:
        """The same with a programme whose ident begins at `start`."""
        added = dict(sent)
        for xom in members:
            new = (Committed(play.xom, play.bulletin, play.start) for play in self.plays(xom, bulletins, start))
            added[xom] = (*sent[xom], *new)
        return added

    def plays(self, xom: str, bulletins: Sequence[str], start: int) -> tuple[Play, ...]:
        """The plays of a programme whose ident begins at `start`."""
        at, found = start + self._leads[0], []
        for bulletin in bulletins:
            found.append(Play(xom, bulletin, instant(self.problem, at)))
            at += self._sizes[bulletin]
        return tuple(found)

    def plays_of(self, programme: Programme) -> tuple[Play, ...]:
        """The plays of a programme that begins on the grid."""
        return self.plays(programme.xom, programme.bulletins, self.step(programme.start))

    def step(self, at: datetime) -> int:
        """The step of the grid that an instant is in."""
        return (at - self.problem.week.start) // self.problem.rules.grid

    def programme(self, xom: str, bulletins: Sequence[str], start: int) -> Programme:
        """As it is to be dispatched."""
        return programmes(self._own(xom, ()), self.plays(xom, bulletins, start))[0]

    def _own(self, xom: str, sent: tuple[Committed, ...]) -> Problem:
        return replace(self.problem, xom=(self.xom[xom],), overlaps=(), committed=sent)

    def _lane(self, sent: Sent, xom: str) -> Lane:
        key = xom, sent[xom]
        if key not in self._lanes:
            self._lanes[key] = lane_of(self._own(*key), self.xom[xom])
        return self._lanes[key]

    def _rooms(self, sent: Sent, xom: str, lane: Lane, silent: frozenset[str]) -> Iterator[tuple[int, Span]]:
        """The free stretches in which no neighbour sounds, those aside that are `silent`, each with its block."""
        loud = merged(span for other in self.neighbours[xom] - silent for span in self._sounds(other, sent[other]))
        for number, block in enumerate(lane.blocks):
            for span in remaining((block.start, block.end), loud):
                yield number, span

    def _sounds(self, xom: str, sent: tuple[Committed, ...]) -> tuple[Span, ...]:
        key = xom, sent
        if key not in self._sounding:
            self._sounding[key] = tuple(self._sound(play) for play in sent if play.counts)
        return self._sounding[key]

    def _programmes(self, xom: str, sent: tuple[Committed, ...]) -> list[tuple[Play, ...]]:
        """The plays of each programme to come; without ident and sign-off any row of plays without a break is one."""
        key = xom, sent
        if key not in self._heard:
            earliest = self.problem.now + self._leads[0] * self.problem.rules.grid
            found = []
            for programme in programmes(self._own(xom, ()), (play.play for play in sent if play.counts)):
                row = self.plays_of(programme)
                parts = [(0, len(row))] if any(self._leads) else combinations(range(len(row) + 1), 2)
                found += [row[first:last] for first, last in parts if row[first].start >= earliest]
            self._heard[key] = found
        return self._heard[key]

    def _sound(self, play: Committed) -> Span:
        """What a play takes up, with the ident and the sign-off it may have beside it."""
        problem = self.problem
        end = play.start + self._sizes[play.bulletin] * problem.rules.grid + problem.lead_out
        begin = play.start - problem.lead_in - problem.week.start
        return begin // problem.rules.grid, -((problem.week.start - end) // problem.rules.grid)

    def _joined(
        self, sent: Sent, wanted: Wanted, lane: Lane, menu: Sequence[int], must: frozenset[str]
    ) -> Iterator[Place]:
        """Together with neighbours: the very programme that one of them hears, at the same instant."""
        known = {self.problem.bulletins[lane.demands[number].bulletin].id for number in menu}
        near = sorted(self.neighbours[wanted.xom])
        seen: set[tuple[int, tuple[str, ...]]] = set()
        for other in near:
            for row in self._programmes(other, sent[other]):
                bulletins = tuple(play.bulletin for play in row)
                if not must <= set(bulletins) <= known:
                    continue
                start = self.step(row[0].start) - self._leads[0]
                if (start, bulletins) in seen or not self._holds_campaign(bulletins, wanted):
                    continue
                seen.add((start, bulletins))
                numbers = _numbers(self.problem, lane, bulletins)
                same = {play for one in near for play in self.plays(one, bulletins, start)}
                silent = {one: tuple(play for play in sent[one] if play.play not in same) for one in near}
                for block, room in self._rooms({**sent, **silent}, wanted.xom, lane, frozenset()):
                    span = None if numbers is None else _leeway(lane, block, room, numbers)
                    if span is not None and span[0] <= start <= span[1]:
                        yield self._place(lane, block, start, bulletins)

    def _holds_campaign(self, bulletins: Iterable[str], wanted: Wanted) -> bool:
        return not wanted.campaign_only or any(self.bulletins[bulletin].campaign for bulletin in bulletins)

    def _place(self, lane: Lane, block: int, start: int, bulletins: tuple[str, ...]) -> Place:
        """The best place is in a slot without campaign, on a day without where there is but one, and holds most."""
        found = lane.blocks[block]
        another_day = len(lane.covered_days) >= 2 or found.day not in lane.covered_days
        rank = lane.slots[found.slot] in lane.covered, not another_day, -len(bulletins), start
        return Place(start, bulletins, rank)


def _numbers(problem: Problem, lane: Lane, bulletins: Sequence[str]) -> list[int] | None:
    """The bulletins as demands of the lane, None where one is not wanted there any more."""
    known = {problem.bulletins[demand.bulletin].id: number for number, demand in enumerate(lane.demands)}
    numbers = [known.get(bulletin, -1) for bulletin in bulletins]
    return numbers if all(number >= 0 and lane.demands[number].want > 0 for number in numbers) else None


def _menu(problem: Problem, lane: Lane, wanted: Wanted, must: frozenset[str]) -> list[tuple[int, Demand]] | None:
    """What a make-good may hold, in the order in which it would sound; None where `must` cannot be in it."""
    names = {number: problem.bulletins[demand.bulletin].id for number, demand in enumerate(lane.demands)}
    playable = [entry for entry in enumerate(lane.demands) if entry[1].want > 0 and any(entry[1].bounds)]
    menu = [entry for entry in playable if names[entry[0]] in wanted.bulletins]
    if wanted.campaign_only and not any(demand.campaign for _, demand in menu):
        menu = [entry for entry in playable if entry[1].campaign]
    menu += [entry for entry in playable if names[entry[0]] in must | wanted.carried and entry not in menu]
    menu.sort(key=lambda entry: (not entry[1].priority, not entry[1].campaign, entry[1].bulletin))
    return menu if must <= {names[number] for number, _ in menu} else None


def _cores(
    problem: Problem, menu: Sequence[tuple[int, Demand]], must: frozenset[str], wanted: Wanted
) -> list[list[int]]:
    """What a make-good holds at least: all of `must`, and a campaign bulletin, each one that might be it."""
    order = [number for number, _ in menu]
    needed = [number for number, demand in menu if problem.bulletins[demand.bulletin].id in must]
    campaign = [number for number, demand in menu if demand.campaign]
    if not wanted.campaign_only or set(campaign) & set(needed):
        return [needed]
    return [sorted([*needed, number], key=order.index) for number in campaign]


def _filled(lane: Lane, block: int, room: Span, core: Sequence[int], menu: Sequence[tuple[int, Demand]]) -> list[int]:
    """The core and as many others of the menu as fit beside it, the campaign first."""
    order, chosen = [number for number, _ in menu], list(core)
    if chosen and _leeway(lane, block, room, chosen) is None:
        return chosen
    for number, _ in sorted(menu, key=lambda entry: (not entry[1].campaign, order.index(entry[0]))):
        tried = sorted([*chosen, number], key=order.index)
        if number not in chosen and _leeway(lane, block, room, tried) is not None:
            chosen = tried
    return chosen


def _leeway(lane: Lane, block: int, room: Span, order: Sequence[int]) -> Span | None:
    """The first and the last start of a programme of these demands in a room of the block, None if it does not fit."""
    day = lane.blocks[block].day
    after = lane.lead_in
    first, last = room
    for number in order:
        bounds = lane.demands[number].bounds[block]
        if bounds is None:
            return None
        first, last = max(first, bounds[0] - after), min(last, bounds[1] - after)
        after += lane.demands[number].size
    length = after + lane.lead_out
    if length > min(lane.session_room, lane.day_room[day]) or lane.day_sessions[day] <= 0:
        return None
    last = min(last, room[1] - length)
    return (first, last) if first <= last else None


def _both(left: Iterable[Span], right: Sequence[Span]) -> list[Span]:
    """Where spans of both lists overlap, ends included."""
    met = [(max(one[0], other[0]), min(one[1], other[1])) for one in left for other in right]
    return sorted(span for span in met if span[0] <= span[1])
