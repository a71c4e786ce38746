"""When a loudspeaker may sound and when it may not, as the commune writes it down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from playlists.errors import InvalidValueError
from playlists.interval import Interval
from playlists.week import TIMEZONE, Week

EVERY_DAY = frozenset(range(1, 8))


@dataclass(frozen=True)
class Window:
    """When a xóm may be spoken to on some days of the week; 1 is Monday, 7 is Sunday.

    Times are Vietnamese wall-clock times. A window that does not end after it starts crosses midnight and belongs,
    whole, to the day it starts on. Raises InvalidValueError.
    """

    days: frozenset[int]
    start: time
    end: time

    def __post_init__(self) -> None:
        _check_days(self.days)
        _check_times(self.start, self.end)

    def on(self, day: date) -> Interval | None:
        """The window of one day, None where there is none."""
        return daily(self.start, self.end, day) if day.isoweekday() in self.days else None

    def intervals(self, week: Week) -> tuple[Interval, ...]:
        """The windows of the week's seven days; the last may end in the next week."""
        return tuple(found for day in week.days if (found := self.on(day)) is not None)

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True)
class QuietHours:
    """When nothing but an emergency may sound, on every day, also over midnight (I8, case C11)."""

    start: time
    end: time

    def __post_init__(self) -> None:
        _check_times(self.start, self.end)

    def intervals(self, week: Week) -> tuple[Interval, ...]:
        """Every quiet stretch that touches the week or the nights on both sides of it."""
        return tuple(daily(self.start, self.end, day) for day in _days_around(week))

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True)
class Relay:
    """Time that belongs to a relayed programme (tiếp sóng), in the named xóm or, with None, in all."""

    days: frozenset[int]
    start: time
    end: time
    xom: frozenset[str] | None
    name: str

    def __post_init__(self) -> None:
        _check_days(self.days)
        _check_times(self.start, self.end)

    def concerns(self, xom: str) -> bool:
        return self.xom is None or xom in self.xom

    def intervals(self, week: Week) -> tuple[Interval, ...]:
        """Every relay that touches the week or the nights on both sides of it."""
        return tuple(daily(self.start, self.end, day) for day in _days_around(week) if day.isoweekday() in self.days)


@dataclass(frozen=True)
class Blackout:
    """A stretch in which a xóm is left in silence, with its cause: mourning, exams."""

    start: datetime
    end: datetime
    why: str

    def __post_init__(self) -> None:
        Interval(self.start, self.end)

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)


def daily(start: time, end: time, day: date) -> Interval:
    """The stretch of wall-clock time that begins on `day` and ends on the same or the next day."""
    last = day if start < end else day + timedelta(days=1)
    return Interval(datetime.combine(day, start, TIMEZONE), datetime.combine(last, end, TIMEZONE))


def quiet_violation(span: Interval, quiet: Iterable[QuietHours]) -> QuietHours | None:
    """The quiet hours that a stretch of sound would break, None if it breaks none (I8)."""
    week = Week.of(span.start)
    nights = ((hours, night) for hours in quiet for night in hours.intervals(week))
    return next((hours for hours, night in nights if night.overlaps(span)), None)


def _days_around(week: Week) -> Iterator[date]:
    yield week.days[0] - timedelta(days=1)
    yield from week.days
    yield week.days[-1] + timedelta(days=1)


def _check_days(days: frozenset[int]) -> None:
    if not days or not days <= EVERY_DAY:
        raise InvalidValueError(
            "days are numbers from 1 (Monday) to 7 (Sunday), at least one, not {days}", days=sorted(days)
        )


def _check_times(start: time, end: time) -> None:
    if start.tzinfo is not None or end.tzinfo is not None:
        raise InvalidValueError(
            "times of day are Vietnamese wall-clock times without a zone, not {start} to {end}", start=start, end=end
        )
