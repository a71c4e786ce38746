"""Room made for a make-good where there is none: which dispatched programmes give way, and where they go instead.

The last resort of the closed loop (docs/planning.md, "Make-goods"). A complete search over whole programmes within a
number of steps: what a xóm would lack first, then the fewest programmes touched, then the fewest plays given up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from playlists.planning.vacancy import Ground, Place, Sent, Wanted
from playlists.slot import Programme

MOST = 3  # sounds that are moved or given up for one make-good
STEPS = 3_000  # lookings for a place, for all losses of one look together; a fraction of a millisecond each

Short = tuple[int, int]  # campaign slots and plays of minimums that a xóm lacks


@dataclass(frozen=True)
class Sound:
    """One programme, sent to several xóm that hear each other at the same instant; it moves, or gives way, in all.

    `cost` counts the programmes that were dispatched; those that are not yet may be put elsewhere freely.
    """

    programmes: tuple[Programme, ...]
    cost: int
    extra: bool

    @property
    def xom(self) -> tuple[str, ...]:
        return tuple(programme.xom for programme in self.programmes)

    @property
    def bulletins(self) -> tuple[str, ...]:
        return self.programmes[0].bulletins


@dataclass(frozen=True)
class Rearranged:
    """The make-good's place, the programmes that give way to it, and those that are moved, each with its new start."""

    place: Place
    gives_way: tuple[Programme, ...]
    moved: tuple[tuple[Programme, int], ...]
    sent: Sent


def sounds(
    ground: Ground, xom: str, movable: Sequence[Programme], fresh: frozenset[Programme], fixed: frozenset[Programme]
) -> tuple[Sound, ...]:
    """What may make room in a xóm: its own programmes and those of the xóm that hear it, in order of time.

    `fresh` are not dispatched yet; `fixed` may be moved, but not given up.
    """
    near = {xom} | ground.neighbours[xom]
    found: list[Sound] = []
    for group in _heard_as_one(ground, movable):
        if any(programme.xom in near for programme in group):
            members = tuple(sorted(group, key=lambda programme: programme.xom))
            extra = not any(ground.bulletins[bulletin].campaign for bulletin in group[0].bulletins)
            cost = sum(programme not in fresh for programme in members)
            found.append(Sound(members, cost, extra and fixed.isdisjoint(members)))
    return tuple(sorted(found, key=lambda sound: (sound.programmes[0].start, sound.xom)))


def _heard_as_one(ground: Ground, movable: Sequence[Programme]) -> Iterator[list[Programme]]:
    """What is to come, the same sound at one instant in xóm that hear each other together."""
    alike: dict[tuple[datetime, tuple[str, ...]], list[Programme]] = {}
    for programme in movable:
        if programme.start >= ground.problem.now:
            alike.setdefault((programme.start, programme.bulletins), []).append(programme)
    for left in alike.values():
        while left:
            group = [left.pop(0)]
            for one in group:
                group += [other for other in left if other.xom in ground.neighbours[one.xom]]
                left = [other for other in left if other not in group]
            yield group


def short(ground: Ground, sent: Sent, xom: str) -> Short:
    """What the xóm lacks of the guarantee and of minimums."""
    lacking = ground.lacking(sent, xom)
    campaign = sum(item.plays for item in lacking if item.bulletin is None)
    return campaign, sum(item.plays for item in lacking) - campaign


def rearranged(
    ground: Ground, sent: Sent, wanted: Wanted, around: Sequence[Sound], reached: Short, steps: int
) -> tuple[Rearranged | None, int]:
    """The make-good, and what moves for it, that leave the xóm short of less than `reached`, and the steps left.

    None where there is none. As long as the steps last no better one is overlooked: with `MOST` sounds moved or given
    up, each whole.
    """
    freed = sent
    for sound in around:
        freed = without(freed, sound.programmes)
    if not _has_room(ground, freed, wanted, [sound for sound in around if sound.extra]):
        return None, steps - 1
    own = [sound for sound in around if wanted.xom in sound.xom and not sound.extra]
    campaign = sum(any(ground.bulletins[bulletin].campaign for bulletin in sound.bulletins) for sound in own)
    doubled = campaign - (short(ground, freed, wanted.xom)[0] - short(ground, sent, wanted.xom)[0])
    for goal in _goals(ground, sent, wanted, reached, 1 + doubled):
        looking = _Search(ground, sent, wanted, around, goal, steps // 2)
        found = looking.best()
        steps -= steps // 2 - looking.steps
        if found is not None:
            return found, steps
    return None, steps


def _has_room(ground: Ground, freed: Sent, wanted: Wanted, extras: Sequence[Sound]) -> bool:
    """Whether there is any place for the make-good, with or without what it may carry along when extras go."""
    carried = frozenset(bulletin for sound in extras if wanted.xom in sound.xom for bulletin in sound.bulletins)
    return next(ground.places(freed, replace(wanted, carried=carried)), None) is not None


def without(sent: Sent, programmes: Sequence[Programme]) -> Sent:
    """What is left when programmes are taken back."""
    left = dict(sent)
    for programme in programmes:
        left[programme.xom] = tuple(play for play in left[programme.xom] if not programme.sounds(play.xom, play.start))
    return left


def _goals(ground: Ground, sent: Sent, wanted: Wanted, reached: Short, most: int) -> Iterator[Short]:
    """What the xóm may lack in the end, the least first: the guarantee goes before minimums.

    `most` slots can be won for the campaign: that of the make-good, and where two programmes share one, another.
    """
    campaign, plays = short(ground, sent, wanted.xom)
    needed = sum(item.bulletin in wanted.bulletins for item in ground.lacking(sent, wanted.xom))
    for slots in range(max(0, campaign - most), campaign + 1):
        for minimums in range(plays - needed, plays + needed + MOST + 1):
            if (slots, minimums) < reached:
                yield slots, minimums


class _Search:
    """For one goal: sets of sounds, the cheapest first; of each, what may be given up and where the rest may go."""

    def __init__(
        self, ground: Ground, sent: Sent, wanted: Wanted, around: Sequence[Sound], goal: Short, steps: int
    ) -> None:
        self.ground, self.sent, self.wanted, self.around = ground, sent, wanted, around
        self.goal = goal
        self.steps = steps
        near = {xom for sound in around for xom in sound.xom} - {wanted.xom}
        self.before = {xom: short(ground, sent, xom) for xom in sorted(near)}

    def best(self) -> Rearranged | None:
        """The cheapest arrangement; of equally cheap ones that which gives up the fewest plays, then the earliest."""
        chosen: list[tuple[int, Sequence[Sound]]] = []
        for count in range(MOST + 1):
            chosen += [(sum(sound.cost for sound in group), group) for group in combinations(self.around, count)]
        best: tuple[tuple[int, int, int], Rearranged] | None = None
        for cost, group in sorted(chosen, key=lambda entry: entry[0]):
            if self.steps <= 0 or (best is not None and cost > best[0][0]):
                break
            found = self._with(group)
            if found is not None:
                touched = {*found.gives_way, *(programme for programme, _ in found.moved)}
                cost = sum(sound.cost for sound in group if not touched.isdisjoint(sound.programmes))
                rank = cost, sum(len(programme.bulletins) for programme in found.gives_way), found.place.start
                best = (rank, found) if best is None or rank < best[0] else best
        return best[1] if best else None

    def _with(self, group: Sequence[Sound]) -> Rearranged | None:
        """These sounds, and no others, give way or move."""
        freed = self.sent
        for sound in group:
            freed = without(freed, sound.programmes)
        self.steps -= 1
        if not _has_room(self.ground, freed, self.wanted, [sound for sound in group if sound.extra]):
            return None
        for given_up in _by_plays([sound for sound in group if sound.extra]):
            left = self.sent
            for sound in given_up:
                left = without(left, sound.programmes)
            if any(short(self.ground, left, xom) > before for xom, before in self.before.items()):
                continue
            put_again = [sound for sound in group if sound not in given_up]
            for must in self._to_hold(left, given_up):
                gone = tuple(programme for sound in given_up for programme in sound.programmes)
                for bare in (False, True):
                    found = self._settled(freed, put_again, must, gone, bare=bare)
                    if found is not None:
                        return found
        return None

    def _to_hold(self, left: Sent, given_up: Sequence[Sound]) -> Iterator[frozenset[str]]:
        """What the make-good must hold so that no more minimums lack than the goal says."""
        own = {bulletin for sound in given_up if self.wanted.xom in sound.xom for bulletin in sound.bulletins}
        lacking = [item for item in self.ground.lacking(left, self.wanted.xom) if item.bulletin is not None]
        least = max(0, sum(item.plays for item in lacking) - self.goal[1])
        asked = [item.bulletin for item in lacking if item.bulletin in own.union(self.wanted.bulletins)]
        return (frozenset(filter(None, chosen)) for chosen in combinations(asked, least))

    def _settled(
        self,
        sent: Sent,
        again: Sequence[Sound],
        must: frozenset[str],
        gone: tuple[Programme, ...],
        *,
        bare: bool,
        place: Place | None = None,
        moved: tuple[tuple[Programme, int], ...] = (),
        since: int = 0,
    ) -> Rearranged | None:
        """The make-good and the sounds to be put again, one after the other in order of time, each as early as can be.

        Whatever arrangement there is, its programmes can be shifted to earlier starts in that order.
        """
        if place is not None and not again:
            return Rearranged(place, gone, moved, sent) if self._reaches(sent) else None
        if self.steps <= 0:
            return None
        if place is None:
            self.steps -= 1
            places = self.ground.places(sent, self.wanted, must, bare=bare)
            for found in sorted(places, key=lambda found: found.rank):
                if found.start >= since:
                    after = self.ground.sent_with(sent, [self.wanted.xom], found.bulletins, found.start)
                    whole = self._settled(
                        after, again, must, gone, bare=bare, place=found, moved=moved, since=found.start
                    )
                    if whole is not None:
                        return whole
        for sound in again:
            self.steps -= 1
            rest = [other for other in again if other is not sound]
            for start in self.ground.starts(sent, sound.xom, sound.bulletins):
                if start >= since:
                    after = self.ground.sent_with(sent, sound.xom, sound.bulletins, start)
                    stays = start == self.ground.step(sound.programmes[0].start)
                    there = moved if stays else (*moved, *((programme, start) for programme in sound.programmes))
                    whole = self._settled(after, rest, must, gone, bare=bare, place=place, moved=there, since=start)
                    if whole is not None:
                        return whole
        return None

    def _reaches(self, sent: Sent) -> bool:
        campaign, plays = short(self.ground, sent, self.wanted.xom)
        others = all(short(self.ground, sent, xom) <= before for xom, before in self.before.items())
        return campaign <= self.goal[0] and plays <= self.goal[1] and others


def _by_plays(sounds: Sequence[Sound]) -> list[tuple[Sound, ...]]:
    """Which of the sounds may be given up, the fewest plays first."""
    chosen = [given_up for count in range(len(sounds) + 1) for given_up in combinations(sounds, count)]
    return sorted(chosen, key=lambda given_up: sum(len(sound.xom) * len(sound.bulletins) for sound in given_up))
