"""Why a programme cannot be where somebody wants it, in words, with the nearest instants at which it could."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from playlists.planning.placing import span_of
from playlists.planning.problem import Problem
from playlists.planning.settling import Declined, Wish
from playlists.week import TIMEZONE
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.usecases.lift_slots import forbidding
from scheduler.usecases.values import quiet_hours, relays

SILENCES = frozenset({"quiet", "relay", "blackout", "window", "lead_room"})
"""Rules that `forbidding` names more closely."""
WHY = {
    "targets": Sentence("the bulletin is not meant for this xóm"),
    "valid": Sentence("the bulletin is not valid on that day"),
    "own_overlap": Sentence("another programme sounds then"),
    "overlaps": Sentence("a neighbouring xóm that hears it plays something else then"),
    "min_gap": Sentence("the same bulletin is played too short a time before or after"),
    "once_per_window": Sentence("the same bulletin is in this window already"),
    "daily_cap": Sentence("the minutes of the xóm's day are used up"),
    "max_sessions_per_day": Sentence("the xóm has all its sessions of the day"),
    "max_session": Sentence("the session would become too long"),
}


@dataclass(frozen=True)
class Refusal:
    """A wish that cannot be: why, and the nearest instants before and after at which it would do."""

    wish: Wish
    why: tuple[Sentence, ...]
    before: datetime | None
    after: datetime | None


def refusal(station: Station, problem: Problem, declined: Declined, *, windows: bool) -> Refusal:
    """`problem` is what was asked of; without `windows` an authority had set them aside."""
    reasons = tuple(_reasons(station, problem, declined, windows=windows))
    return Refusal(declined.wish, reasons, declined.before, declined.after)


def _reasons(station: Station, problem: Problem, declined: Declined, *, windows: bool) -> Iterator[Sentence]:
    wish = declined.wish
    rules = {fault.rule for fault in declined.faults}
    for standing in declined.fixed:
        start = f"{standing.programme.start.astimezone(TIMEZONE):%H:%M}"
        yield Sentence("the programme of {start} has begun, or is too near to be taken off", start=start)
    if "now" in rules:
        yield Sentence("receivers need time to fetch it: {now} is the earliest", now=_clock(problem.now))
    if rules & SILENCES:
        xom = tuple(one for one in problem.xom if one.id == wish.xom)
        config = station.config.rules
        span = span_of(problem, wish.bulletins, wish.start)
        yield from forbidding(span, xom, quiet_hours(config), relays(config), windows=windows)
    yield from (WHY[rule] for rule in sorted(rules & WHY.keys()))
    if not declined.fixed and not rules:
        yield Sentence("no free place is left in the week")


def _clock(instant: datetime) -> str:
    return f"{instant.astimezone(TIMEZONE):%H:%M %d/%m}"
