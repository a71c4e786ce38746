"""What somebody wants at an instant, and what is there already: placed, asked about, or refused with the reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from playlists.planning.check import Violation
from playlists.planning.placing import broken, nearest, on_grid, plays_at, span_of
from playlists.planning.problem import Committed, Problem
from playlists.slot import Programme


class Choice(StrEnum):
    """What to do about programmes that are in the way: replace them, come after them, or take the next free place."""

    OVERRIDE = "override"
    APPEND = "append"
    MOVE = "move"


@dataclass(frozen=True)
class Wish:
    """A programme of these bulletins, its ident at `start`."""

    xom: str
    start: datetime
    bulletins: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """A programme that was sent out; `fixed`: it has begun, or is too near for a receiver to hear that it fell away."""

    slot: str
    programme: Programme
    fixed: bool


@dataclass(frozen=True)
class Placed:
    """`wish` as it is to be, perhaps at another start, and what it takes the place of."""

    wish: Wish
    taken_off: tuple[Standing, ...] = ()


@dataclass(frozen=True)
class InTheWay:
    """A choice is needed."""

    wish: Wish
    standing: tuple[Standing, ...]


@dataclass(frozen=True)
class Sounding:
    """It is to sound there already."""

    wish: Wish
    standing: Standing


@dataclass(frozen=True)
class Declined:
    """The rules it breaks, or the programmes that cannot be taken off any more; the nearest instants that would do, on
    the minute where that is possible.
    """

    wish: Wish
    faults: tuple[Violation, ...]
    fixed: tuple[Standing, ...]
    before: datetime | None
    after: datetime | None


Answer = Placed | Sounding | InTheWay | Declined


def settle(
    problem: Problem,
    wish: Wish,
    standing: Sequence[Standing],
    choice: Choice | None,
    lifted: frozenset[str] = frozenset(),
) -> Answer:
    """One wish against the rules and what stands; `lifted` names rules that an authority has set aside."""
    in_the_way = _overlapping(problem, wish, standing)
    if not in_the_way or choice is Choice.OVERRIDE:
        fixed = tuple(item for item in in_the_way if item.fixed)
        freed = _without(problem, in_the_way)
        faults = broken(freed, wish.xom, wish.bulletins, wish.start, lifted)
        if fixed or faults:
            return _declined(problem, wish, faults, fixed, lifted)
        return Placed(wish, in_the_way)
    if choice is None:
        return InTheWay(wish, in_the_way)
    if choice is Choice.MOVE:
        _, after = nearest(problem, wish.xom, wish.bulletins, wish.start, lifted)
        return _declined(problem, wish, (), (), lifted) if after is None else Placed(replace(wish, start=after))
    while in_the_way := _overlapping(problem, wish, standing):
        free = max(item.programme.end for item in in_the_way) + problem.rules.pause
        wish = replace(wish, start=on_grid(problem, free))
    faults = broken(problem, wish.xom, wish.bulletins, wish.start, lifted)
    return _declined(problem, wish, faults, (), lifted) if faults else Placed(wish)


def settle_all(
    problem: Problem,
    wishes: Sequence[Wish],
    standing: Sequence[Standing],
    choice: Choice | None,
    lifted: frozenset[str] = frozenset(),
) -> tuple[Answer, ...]:
    """Each wish in its turn, once; what is placed is in the way of the next.

    What is sent out already stays as it is, whatever the choice. What is overridden gives way together: what one
    neighbour is to lose does not refuse the other its place. It stays where the wish in its own xóm is refused, so the
    others are tried without that one until all have their place.
    """
    wishes = tuple(dict.fromkeys(wishes))
    there = {wish: found for wish in wishes if (found := _sounding(wish, standing, choice)) is not None}
    kept = {found.slot for found in there.values()}
    stands = tuple(replace(item, fixed=item.fixed or item.slot in kept) for item in standing)
    asked = tuple(wish for wish in wishes if wish not in there)
    answers = dict(zip(asked, _settled(problem, asked, stands, choice, lifted), strict=True))
    return tuple(Sounding(wish, there[wish]) if wish in there else answers[wish] for wish in wishes)


def _sounding(wish: Wish, standing: Sequence[Standing], choice: Choice | None) -> Standing | None:
    """The programme that is the wish already; one that only begins with it may be overridden. People type seconds."""
    for item in standing:
        found = item.programme
        held = found.bulletins if choice is Choice.OVERRIDE else found.bulletins[: len(wish.bulletins)]
        if (found.xom, held) == (wish.xom, wish.bulletins) and _second(found.start) == _second(wish.start):
            return item
    return None


def _second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


def _settled(
    problem: Problem,
    wishes: Sequence[Wish],
    standing: Sequence[Standing],
    choice: Choice | None,
    lifted: frozenset[str],
) -> tuple[Answer, ...]:
    if choice is not Choice.OVERRIDE:
        return _in_turn(problem, wishes, standing, choice, lifted)
    hopeful = tuple(wishes)
    while True:
        freed = _without(problem, [item for wish in hopeful for item in _overlapping(problem, wish, standing)])
        tried = _in_turn(freed, hopeful, standing, choice, lifted)
        placed = {answer.wish: answer for answer in tried if isinstance(answer, Placed)}
        if len(placed) == len(hopeful):
            break
        hopeful = tuple(placed)
    for answer in placed.values():
        problem = with_placed(problem, answer)
    stay = _standing_then(problem, standing, placed.values())
    rest = [wish for wish in wishes if wish not in placed]
    left = dict(zip(rest, _in_turn(problem, rest, stay, choice, lifted), strict=True))
    return tuple(placed.get(wish) or left[wish] for wish in wishes)


def _in_turn(
    problem: Problem,
    wishes: Sequence[Wish],
    standing: Sequence[Standing],
    choice: Choice | None,
    lifted: frozenset[str],
) -> tuple[Answer, ...]:
    answers = []
    for wish in wishes:
        answer = settle(problem, wish, standing, choice, lifted)
        if isinstance(answer, Placed):
            problem = with_placed(problem, answer)
            standing = _standing_then(problem, standing, [answer])
        answers.append(answer)
    return tuple(answers)


def _standing_then(problem: Problem, standing: Sequence[Standing], placed: Collection[Placed]) -> tuple[Standing, ...]:
    """What is left of it, and what was placed: nothing takes that off again."""
    gone = {item.slot for answer in placed for item in answer.taken_off}
    own = [Standing("", programme(problem, answer.wish), fixed=True) for answer in placed]
    return (*(item for item in standing if item.slot not in gone), *own)


def programme(problem: Problem, wish: Wish) -> Programme:
    """The wish as it sounds, from its ident to the end of its sign-off."""
    span = span_of(problem, wish.bulletins, wish.start)
    return Programme(wish.xom, span.start, span.end, wish.bulletins)


def with_placed(problem: Problem, placed: Placed) -> Problem:
    """The week with it, for the next wish."""
    wish = placed.wish
    plays = plays_at(problem, wish.xom, wish.bulletins, wish.start)
    freed = _without(problem, placed.taken_off)
    added = tuple(Committed(play.xom, play.bulletin, play.start) for play in plays)
    return replace(freed, committed=freed.committed + added)


def _overlapping(problem: Problem, wish: Wish, standing: Sequence[Standing]) -> tuple[Standing, ...]:
    span = span_of(problem, wish.bulletins, wish.start)
    return tuple(item for item in standing if item.programme.xom == wish.xom and item.programme.interval.overlaps(span))


def _without(problem: Problem, standing: Sequence[Standing]) -> Problem:
    def gone(play: Committed) -> bool:
        return any(item.programme.sounds(play.xom, play.start) for item in standing)

    return replace(problem, committed=tuple(play for play in problem.committed if not gone(play)))


def _declined(
    problem: Problem,
    wish: Wish,
    faults: tuple[Violation, ...],
    fixed: tuple[Standing, ...],
    lifted: frozenset[str],
) -> Declined:
    before, after = nearest(problem, wish.xom, wish.bulletins, wish.start, lifted)
    if before is not None:
        before = _on_the_minute(problem, wish, before, before.replace(second=0, microsecond=0), lifted)
    if after is not None:
        after = _on_the_minute(problem, wish, after, after + timedelta(seconds=-after.second % 60), lifted)
    return Declined(wish, faults, fixed, before, after)


def _on_the_minute(
    problem: Problem, wish: Wish, instant: datetime, minute: datetime, lifted: frozenset[str]
) -> datetime:
    """The whole minute beside an instant where it would do as well: people are told, and type, minutes."""
    return instant if broken(problem, wish.xom, wish.bulletins, minute, lifted) else minute
