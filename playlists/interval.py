"""A stretch of time, half-open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from playlists.errors import InvalidValueError


@dataclass(frozen=True)
class Interval:
    """From `start` (inside) to `end` (outside), both aware. Raises InvalidValueError."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None or self.end.utcoffset() is None:
            raise InvalidValueError(
                "an interval needs instants with a time zone, not {start} to {end}", start=self.start, end=self.end
            )
        if self.end <= self.start:
            raise InvalidValueError(
                "an interval must end after it starts, not {start} to {end}", start=self.start, end=self.end
            )

    @property
    def duration(self) -> timedelta:
        return self.end - self.start

    def overlaps(self, other: Interval) -> bool:
        return self.start < other.end and other.start < self.end

    def holds(self, other: Interval) -> bool:
        return self.start <= other.start and other.end <= self.end

    def contains(self, instant: datetime) -> bool:
        return self.start <= instant < self.end
