"""An independent reading of the rules: every way a plan breaks them.

Shares no code with the search but the reading of a rule's own hours and targets: it works on instants, one pair of
plays at a time, as one would check by hand. A rule that only committed plays break is not the plan's fault and is not
reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import NamedTuple

from playlists.planning.plan import WeekPlan
from playlists.planning.problem import PlannedBulletin, Play, Problem
from playlists.week import TIMEZONE, midnight
from playlists.xom import Xom

_Silence = tuple[str, datetime, datetime]  # rule, start, end


@dataclass(frozen=True)
class Violation:
    """One broken rule, with the plays that break it; `rule` is its name as in docs/planning.md."""

    rule: str
    xom: str
    plays: tuple[Play, ...]


class _Sound(NamedTuple):
    """A play with everything the rules ask of it."""

    play: Play
    xom: Xom
    bulletin: PlannedBulletin
    start: datetime
    end: datetime  # of the room it takes, pause and rounding included
    new: bool
    window: int | None
    day: date


class _Opening(NamedTuple):
    """One window of one day."""

    window: int
    day: date
    start: datetime
    end: datetime


def violations(problem: Problem, plan: WeekPlan) -> list[Violation]:
    """Every broken rule, the guarantee and the minimums among them; an empty list is a valid plan."""
    found: list[Violation] = []
    counted = {committed.play for committed in problem.committed if committed.counts}
    standing, new = frozenset(plan.plays), frozenset(plan.added)
    found += [Violation("committed", play.xom, (play,)) for play in sorted(counted - standing)]
    if len(standing) != len(plan.plays) or standing != counted | new:
        found.append(Violation("added", "", ()))
    by_xom: dict[str, list[Play]] = {xom.id: [] for xom in problem.xom}
    for play in plan.plays:
        by_xom[play.xom].append(play)
    alike = {xom.windows: list(_openings(problem, xom)) for xom in problem.xom}
    heard = {xom.id: _heard(problem, xom, alike[xom.windows], by_xom[xom.id], new) for xom in problem.xom}
    everywhere = _silences(problem)
    for xom in problem.xom:
        own = heard[xom.id]
        silences = [
            *(silence for concerned, silence in everywhere if concerned is None or xom.id in concerned),
            *(("blackout", blackout.start, blackout.end) for blackout in xom.blackouts),
        ]
        for sound in own:
            if sound.new:
                found += _alone(problem, sound, silences)
        found += _together(own)
        found += _per_day(problem, own, silences)
        found += _demanded(problem, xom, own)
    for left, right in problem.overlaps:
        found += _neighbours(problem, heard[left], heard[right])
    return found


def _heard(
    problem: Problem, xom: Xom, openings: Sequence[_Opening], plays: Sequence[Play], new: frozenset[Play]
) -> list[_Sound]:
    """The xóm's plays in order of time."""
    bulletins = {bulletin.id: bulletin for bulletin in problem.bulletins}
    sounds = []
    for play in sorted(plays, key=lambda play: play.start):
        bulletin = bulletins[play.bulletin]
        steps, rest = divmod(bulletin.duration + problem.rules.pause, problem.rules.grid)
        end = play.start + (steps + (1 if rest else 0)) * problem.rules.grid
        window, day = None, play.start.astimezone(TIMEZONE).date()
        for opening in openings:
            if opening.start <= play.start and end <= opening.end:
                window, day = opening.window, opening.day
                break
        sounds.append(_Sound(play, xom, bulletin, play.start, end, play in new, window, day))
    return sounds


def _openings(problem: Problem, xom: Xom) -> Iterator[_Opening]:
    for number, window in enumerate(xom.windows):
        for day in problem.week.days:
            opens, closes = midnight(day) + _clock(window.start), midnight(day) + _clock(window.end)
            if closes <= opens:
                closes += timedelta(days=1)
            if day.isoweekday() in window.days:
                yield _Opening(number, day, opens, closes)


def _clock(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)


def _silences(problem: Problem) -> list[tuple[frozenset[str] | None, _Silence]]:
    """Every stretch in which some xóm, or with None all, must be silent, with the name of its rule."""
    found: list[tuple[frozenset[str] | None, _Silence]] = [
        (None, ("quiet", night.start, night.end))
        for hours in problem.rules.quiet
        for night in hours.intervals(problem.week)
    ]
    for relay in problem.relays:
        found += [(relay.xom, ("relay", block.start, block.end)) for block in relay.intervals(problem.week)]
    return found


def _alone(problem: Problem, sound: _Sound, silences: Sequence[_Silence]) -> Iterator[Violation]:
    """What one new play must keep by itself."""
    plays = (sound.play,)
    if sound.window is None:
        yield Violation("window", sound.xom.id, plays)
    if (sound.start - problem.week.start) % problem.rules.grid:
        yield Violation("grid", sound.xom.id, plays)
    if sound.start - problem.lead_in < problem.now:
        yield Violation("now", sound.xom.id, plays)
    if not sound.bulletin.targets.includes(sound.xom):
        yield Violation("targets", sound.xom.id, plays)
    if not sound.bulletin.valid_from <= sound.day <= sound.bulletin.valid_to:
        yield Violation("valid", sound.xom.id, plays)
    for rule, start, end in silences:
        if sound.start < end and start < sound.end:
            yield Violation(rule, sound.xom.id, plays)


def _together(own: Sequence[_Sound]) -> Iterator[Violation]:
    """What two plays in one xóm must keep."""
    for number, one in enumerate(own):
        for other in own[number + 1 :]:  # in order of time
            if other.start >= one.end:
                break
            if one.new or other.new:
                yield Violation("own_overlap", one.xom.id, (one.play, other.play))
    for repeated in _by_bulletin(own).values():
        for one, other in combinations(repeated, 2):
            if not (one.new or other.new):
                continue
            if other.start - one.start < one.bulletin.min_gap:
                yield Violation("min_gap", one.xom.id, (one.play, other.play))
            if one.window is not None and (one.window, one.day) == (other.window, other.day):
                yield Violation("once_per_window", one.xom.id, (one.play, other.play))


def _by_bulletin(own: Iterable[_Sound]) -> dict[str, list[_Sound]]:
    found: dict[str, list[_Sound]] = {}
    for sound in own:
        found.setdefault(sound.bulletin.id, []).append(sound)
    return found


def _programmes(own: Sequence[_Sound]) -> list[list[_Sound]]:
    """Plays that follow each other without a break in one window; what is new is no part of what was sent."""
    runs: list[list[_Sound]] = []
    for sound in own:
        last = runs[-1][-1] if runs else None
        if (
            last
            and last.end == sound.start
            and (last.window, last.day) == (sound.window, sound.day)
            and last.new is sound.new
        ):
            runs[-1].append(sound)
        else:
            runs.append([sound])
    return runs


def _per_day(problem: Problem, own: Sequence[_Sound], silences: Sequence[_Silence]) -> Iterator[Violation]:
    """Idents and sign-offs in their room, the daily cap, and the sessions."""
    spans = []
    for run in _programmes(own):
        span = run[0].start - problem.lead_in, run[-1].end + problem.lead_out, run
        spans.append(span)
        if any(sound.new for sound in run) and (problem.lead_in or problem.lead_out):
            yield from _leads(problem, span[0], span[1], run, silences)
    for one, other in combinations(spans, 2):
        new = any(sound.new for sound in (*one[2], *other[2]))
        if new and one[0] < other[1] and other[0] < one[1] and (problem.lead_in or problem.lead_out):
            yield Violation("lead_room", one[2][0].xom.id, (one[2][0].play, other[2][0].play))
    for day in sorted({sound.day for sound in own}):
        mine = [span for span in spans if span[2][0].day == day]
        if not any(sound.new for span in mine for sound in span[2]):
            continue
        plays = tuple(sound.play for span in mine for sound in span[2])
        if sum((end - start for start, end, _ in mine), timedelta()) > own[0].xom.daily_cap:
            yield Violation("daily_cap", own[0].xom.id, plays)
        yield from _sessions(problem, own[0].xom, mine)


def _leads(
    problem: Problem, start: datetime, end: datetime, run: Sequence[_Sound], silences: Sequence[_Silence]
) -> Iterator[Violation]:
    """A whole programme, ident and sign-off included, must keep the hours that each play must keep."""
    first = run[0]
    inside = any(found.start <= start and end <= found.end for found in _openings(problem, first.xom))
    if not inside or any(start < silence_end and begins < end for _, begins, silence_end in silences):
        yield Violation("lead_room", first.xom.id, tuple(sound.play for sound in run))


def _sessions(
    problem: Problem, xom: Xom, spans: Sequence[tuple[datetime, datetime, list[_Sound]]]
) -> Iterator[Violation]:
    sessions: list[list[tuple[datetime, datetime, list[_Sound]]]] = []
    for span in spans:
        last = sessions[-1][-1] if sessions else None
        near = last is not None and span[0] - last[1] <= timedelta(seconds=60)
        if last and near and last[2][0].window == span[2][0].window:
            sessions[-1].append(span)
        else:
            sessions.append([span])
    most, longest = problem.rules.max_sessions_per_day, problem.rules.max_session
    if most is not None and len(sessions) > most:
        yield Violation("max_sessions_per_day", xom.id, tuple(span[2][0].play for span in spans))
    for session in sessions:
        new = any(sound.new for span in session for sound in span[2])
        if longest is not None and new and session[-1][1] - session[0][0] > longest:
            yield Violation("max_session", xom.id, tuple(sound.play for span in session for sound in span[2]))


def _demanded(problem: Problem, xom: Xom, own: Sequence[_Sound]) -> Iterator[Violation]:
    """The guarantee, the minimums, and no more than is wanted."""
    week = [sound for sound in own if sound.window is not None or problem.week.contains(sound.start)]
    campaign = {(sound.day, sound.window) for sound in week if sound.bulletin.campaign}
    if len(campaign) < problem.rules.campaign_min_per_xom:
        yield Violation("campaign_min_per_xom", xom.id, ())
    by_bulletin = _by_bulletin(week)
    for bulletin in problem.bulletins:
        sounds = by_bulletin.get(bulletin.id, [])
        plays = tuple(sound.play for sound in sounds)
        if len(plays) < bulletin.plays_min and bulletin.targets.includes(xom):
            yield Violation("min_per_week", xom.id, plays)
        if len(plays) > bulletin.plays_wanted and any(sound.new for sound in sounds):
            yield Violation("want_per_week", xom.id, plays)


def _neighbours(problem: Problem, left: Sequence[_Sound], right: Sequence[_Sound]) -> Iterator[Violation]:
    """In xóm that hear each other: the same sound at the same instant, or not at the same time."""
    others = _with_leads(problem, right)
    for one in _with_leads(problem, left):
        for other in others:
            if other[1] >= one[2] or one[1] >= other[2]:
                continue
            same = (one[0], one[1], one[2]) == (other[0], other[1], other[2])
            new = one[3].new or other[3].new
            if new and not same:
                yield Violation("overlaps", one[3].xom.id, (one[3].play, other[3].play))


def _with_leads(problem: Problem, own: Sequence[_Sound]) -> list[tuple[str, datetime, datetime, _Sound]]:
    """Everything that sounds: idents, bulletins, sign-offs."""
    sounds: list[tuple[str, datetime, datetime, _Sound]] = []
    for run in _programmes(sorted(own, key=lambda sound: sound.start)):
        if problem.lead_in:
            sounds.append(("ident", run[0].start - problem.lead_in, run[0].start, run[0]))
        sounds += [("bulletin " + sound.bulletin.id, sound.start, sound.end, sound) for sound in run]
        if problem.lead_out:
            sounds.append(("sign-off", run[-1].end, run[-1].end + problem.lead_out, run[-1]))
    return sounds
