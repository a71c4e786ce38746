"""ISO weeks in Vietnamese time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from playlists.errors import InvalidValueError

TIMEZONE = ZoneInfo("Asia/Ho_Chi_Minh")

_WRITTEN = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


@dataclass(frozen=True, order=True)
class Week:
    """A week by ISO 8601: (iso_year, iso_week), Monday to Sunday; 1 January 2027 lies in 2026-W53 (case C9).

    Raises InvalidValueError for a week its year does not have.
    """

    year: int
    number: int

    def __post_init__(self) -> None:
        try:
            monday = date.fromisocalendar(self.year, self.number, 1)
            _ = monday - timedelta(days=7), monday + timedelta(days=14)  # the weeks around it must be dates too
        except (ValueError, OverflowError):
            raise InvalidValueError(
                "{year} has no ISO week {number}; a year has weeks 1 to 52 or 53", year=self.year, number=self.number
            ) from None

    @classmethod
    def parse(cls, text: str) -> Week:
        """Read "2026-W48"."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise InvalidValueError("a week is written like 2026-W48, not {text!r}", text=text)
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, instant: datetime) -> Week:
        """The week an aware instant lies in, by the clock of Vietnam, whatever the zone of the host (case C7)."""
        if instant.utcoffset() is None:
            raise InvalidValueError("a week needs an instant with a time zone, not {instant}", instant=instant)
        return cls.on(instant.astimezone(TIMEZONE).date())

    @classmethod
    def on(cls, day: date) -> Week:
        """The week of a day."""
        year, number, _ = day.isocalendar()
        return cls(year, number)

    def __str__(self) -> str:
        return f"{self.year:04d}-W{self.number:02d}"

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Monday to Sunday."""
        return tuple(date.fromisocalendar(self.year, self.number, day) for day in range(1, 8))

    @cached_property
    def start(self) -> datetime:
        """Monday 00:00 in Vietnam."""
        return midnight(date.fromisocalendar(self.year, self.number, 1))

    @cached_property
    def end(self) -> datetime:
        """The Monday 00:00 after it; no longer part of the week."""
        return midnight(date.fromisocalendar(self.year, self.number, 1) + timedelta(days=7))

    @property
    def next(self) -> Week:
        return Week.on(date.fromisocalendar(self.year, self.number, 1) + timedelta(days=7))

    def contains(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


def midnight(day: date) -> datetime:
    """The instant a day begins in Vietnam."""
    return datetime.combine(day, time(), TIMEZONE)
