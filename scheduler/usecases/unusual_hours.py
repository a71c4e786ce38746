"""Hours at which nobody expects the loudspeaker, named before a week is sent out.

On 5 December 2025 a relay set to 03:15 woke the commune of Trung Lộc. No rule was broken: somebody had written 03:15.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from playlists.interval import Interval
from playlists.rules import QuietHours, Relay, Window, daily, quiet_violation
from playlists.slot import Programme
from playlists.week import TIMEZONE, Week
from playlists.xom import Xom
from scheduler.audit.entry import instant_text, read_instant
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.queries import slot_starts
from scheduler.usecases.plan_week import Planned
from scheduler.usecases.values import commune_windows, quiet_hours, relays

DAY = time(5), time(21)
LOOKED_BACK = timedelta(weeks=4)
NEAR = timedelta(hours=1)


@dataclass(frozen=True)
class Unusual:
    """What would sound at an unusual hour, in which xóm (names; none: in every one), from when, and what allows it.

    `sounds` is False for a window in which nothing is planned.
    """

    xom: tuple[str, ...]
    start: datetime
    cause: Sentence
    sounds: bool = True


def unusual_hours(session: Session, station: Station, answer: Planned) -> tuple[Unusual, ...]:
    """The relays, programmes and windows of a planned week that nobody may expect, by their start."""
    week, rules = answer.week, station.config.rules
    used = _used(session, week)
    found = [
        *unusual_relays(week, relays(rules), quiet_hours(rules), {xom.id: xom.name for xom in answer.problem.xom}),
        *unusual_programmes(answer.plan.programmes, answer.problem.xom, used),
        *unusual_windows(week, answer.problem.xom, commune_windows(rules)),
    ]
    return tuple(sorted(found, key=lambda item: (not item.sounds, item.start, item.xom)))


def unusual_programmes(
    programmes: Iterable[Programme], xom: Sequence[Xom], used: frozenset[time] = frozenset()
) -> Iterator[Unusual]:
    """Programmes outside the day, or more than an hour from every time of day in `used`; alike in several xóm: once."""
    known = {item.id: item for item in xom}
    alike: dict[tuple[datetime, str], tuple[Sentence, list[str]]] = {}
    for programme in programmes:
        for cause in _causes(programme, known[programme.xom], used):
            _cause, names = alike.setdefault((programme.start, str(cause)), (cause, []))
            names.append(known[programme.xom].name)
    for (start, _text), (cause, names) in alike.items():
        yield Unusual(tuple(names), start, cause)


def unusual_relays(
    week: Week, known: Iterable[Relay], quiet: Sequence[QuietHours], names: dict[str, str]
) -> Iterator[Unusual]:
    """Relays outside the day or in quiet hours: the first of the week stands for all."""
    for relay in known:
        spans = [span for span in relay.intervals(week) if week.contains(span.start)]
        for span in spans[:1]:
            xom = tuple(names.get(key, key) for key in sorted(relay.xom or ()))
            if (hours := quiet_violation(span, quiet)) is not None:
                cause = Sentence(
                    "the relay of {name} is set into the quiet hours {hours}", name=relay.name, hours=str(hours)
                )
                yield Unusual(xom, span.start, cause)
            elif not _by_day(span):
                yield Unusual(xom, span.start, Sentence("the relay of {name} is set to this hour", name=relay.name))


def unusual_windows(week: Week, xom: Sequence[Xom], communes: Sequence[Window]) -> Iterator[Unusual]:
    """Windows that reach into the night; the commune's once for all."""
    hours = {(window.start, window.end) for window in communes}
    for window in dict.fromkeys(window for item in xom for window in item.windows):
        first = next(iter(window.intervals(week)), None)
        if first is not None and not _by_day(first):
            own = () if (window.start, window.end) in hours else tuple(x.name for x in xom if window in x.windows)
            yield Unusual(
                own, first.start, Sentence("the window {window} allows the night", window=str(window)), sounds=False
            )


def _causes(programme: Programme, xom: Xom, used: frozenset[time]) -> Iterator[Sentence]:
    local = programme.start.astimezone(TIMEZONE)
    if not _by_day(programme.interval):
        window = next((w for w in xom.windows if _holds(w, programme.interval)), None)
        if window is None:
            yield Sentence("it is night")
        else:
            yield Sentence("it is night, and the window {window} allows it", window=str(window))
    elif used and not any(_apart(local.time(), past) <= NEAR for past in used):
        yield Sentence("the station has not spoken at this hour in the last {weeks} weeks", weeks=LOOKED_BACK.days // 7)


def _used(session: Session, week: Week) -> frozenset[time]:
    """The times of day at which programmes started in the weeks before."""
    starts = slot_starts(session, instant_text(week.start - LOOKED_BACK), instant_text(week.start))
    return frozenset(read_instant(start).astimezone(TIMEZONE).time() for start in starts)


def _by_day(span: Interval) -> bool:
    return daily(*DAY, span.start.astimezone(TIMEZONE).date()).holds(span)


def _holds(window: Window, span: Interval) -> bool:
    day = span.start.astimezone(TIMEZONE).date()
    return any((found := window.on(on)) is not None and found.holds(span) for on in (day, day - timedelta(days=1)))


def _apart(one: time, other: time) -> timedelta:
    """How far two times of day lie apart, over midnight if that is nearer."""
    far = abs(datetime.combine(date.min, one) - datetime.combine(date.min, other))
    return min(far, timedelta(days=1) - far)
