"""What a receiver knows of the time. `now` is a value everywhere; a `Clock` is the seam it comes through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal, Protocol

ClockState = Literal["synchronised", "unverified", "unknown"]
"""synchronised: set by a time source; unverified: running, but unconfirmed (C1); unknown: never set since boot (C4)."""

LOCAL = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Local time of every commune. A fixed offset, without daylight saving: right also on a host without tzdata (C7)."""


@dataclass(frozen=True)
class Reading:
    """One look at the clocks: `wall` aware in UTC, `monotonic_s` in seconds since any fixed moment of this boot."""

    wall: datetime
    monotonic_s: float
    state: ClockState

    def __post_init__(self) -> None:
        if self.wall.utcoffset() != timedelta(0):
            raise ValueError(f"a reading's wall time must be aware and in UTC, but {self.wall!r} came")


class Clock(Protocol):
    """Where readings come from: the host's clocks in a receiver, the simulated week in a demo."""

    def read(self) -> Reading: ...
