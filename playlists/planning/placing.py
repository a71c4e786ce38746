"""A programme at an instant that somebody chose: the rules it would break, and the instants near it that break none.

Only the independent checker judges, so what is placed by hand keeps the same rules as what the planner placed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from playlists.interval import Interval
from playlists.planning.check import Violation, violations
from playlists.planning.plan import week_plan
from playlists.planning.problem import NOTHING, Committed, Play, Problem

DEMANDS = frozenset({"campaign_min_per_xom", "min_per_week", "want_per_week"})
"""What a week is to hold, not where a play may lie: somebody's own choice is no play too many."""


def plays_at(problem: Problem, xom: str, bulletins: Sequence[str], start: datetime) -> tuple[Play, ...]:
    """The plays of a programme whose ident begins at `start`."""
    at, found = start + problem.lead_in, []
    for bulletin in bulletins:
        found.append(Play(xom, bulletin, at))
        at += problem.occupied(problem.bulletin(bulletin))
    return tuple(found)


def span_of(problem: Problem, bulletins: Sequence[str], start: datetime) -> Interval:
    """What a programme takes up, from its ident to the end of its sign-off."""
    room = sum((problem.occupied(problem.bulletin(bulletin)) for bulletin in bulletins), NOTHING)
    return Interval(start, start + problem.lead_in + room + problem.lead_out)


def broken(
    problem: Problem, xom: str, bulletins: Sequence[str], start: datetime, lifted: frozenset[str] = frozenset()
) -> tuple[Violation, ...]:
    """Every rule that a new programme would break but for the `lifted` ones, nothing where it may be."""
    near = _around(problem, xom)
    plays = plays_at(near, xom, bulletins, start)
    found = [fault for fault in violations(near, week_plan(near, plays)) if fault.rule not in DEMANDS | lifted]
    span = span_of(near, bulletins, start)
    for play in near.committed:  # the checker takes plays that follow each other at once for one programme
        if play.xom == xom and play.counts and _programme_around(near, play).overlaps(span):
            found.append(Violation("own_overlap", xom, (*plays, play.play)))
    return tuple(found)


def nearest(
    problem: Problem, xom: str, bulletins: Sequence[str], wanted: datetime, lifted: frozenset[str] = frozenset()
) -> tuple[datetime | None, datetime | None]:
    """The last instant before `wanted` and the first one after it at which the programme breaks no rule.

    A `wanted` that breaks none is both itself.
    """
    near = _around(problem, xom)
    steps = sorted({on_grid(problem, instant) for instant in _corners(near, xom, bulletins, wanted)})

    def is_free(start: datetime) -> bool:
        return not broken(near, xom, bulletins, start, lifted)

    if is_free(wanted):
        return wanted, wanted
    before = filter(is_free, (start for start in reversed(steps) if start < wanted))
    after = filter(is_free, (start for start in steps if start > wanted))
    return next(before, None), next(after, None)


def _around(problem: Problem, xom: str) -> Problem:
    """The xóm and those that hear it, which is all that can be in its way."""
    pairs = tuple(pair for pair in problem.overlaps if xom in pair)
    heard = {xom}.union(*pairs)
    return replace(
        problem,
        xom=tuple(one for one in problem.xom if one.id in heard),
        overlaps=pairs,
        committed=tuple(play for play in problem.committed if play.xom in heard),
    )


def _corners(problem: Problem, xom: str, bulletins: Sequence[str], wanted: datetime) -> Iterator[datetime]:
    """Where the programme would just begin after something or just end before it: the best places are among these."""
    here = next(one for one in problem.xom if one.id == xom)
    length = span_of(problem, bulletins, wanted).duration
    yield from (wanted, problem.now, problem.now + problem.rules.grid)
    stretches = [stretch for window in here.windows for stretch in window.intervals(problem.week)]
    for stretch in stretches:
        yield from (stretch.start, stretch.end - length)
    stretches = [blackout.interval for blackout in here.blackouts]
    stretches += [night for hours in problem.rules.quiet for night in hours.intervals(problem.week)]
    stretches += [block for relay in problem.relays for block in relay.intervals(problem.week)]
    for play in problem.committed:
        bulletin = problem.bulletin(play.bulletin)
        stretches.append(_programme_around(problem, play))
        if play.xom == xom and play.bulletin in bulletins:
            offset = plays_at(problem, xom, bulletins, wanted)[list(bulletins).index(play.bulletin)].start - wanted
            yield from (play.start + bulletin.min_gap - offset, play.start - bulletin.min_gap - offset)
    for stretch in stretches:
        yield from (stretch.end, stretch.start - length)


def _programme_around(problem: Problem, play: Committed) -> Interval:
    """What surely sounds around a committed play, or is its own programme's anyway: its ident and sign-off."""
    end = play.start + problem.occupied(problem.bulletin(play.bulletin))
    return Interval(play.start - problem.lead_in, end + problem.lead_out)


def on_grid(problem: Problem, instant: datetime) -> datetime:
    """The first step of the grid that is not before `instant`."""
    steps = -(-(instant - problem.week.start) // problem.rules.grid)
    return problem.week.start + steps * problem.rules.grid
