"""Whether to believe the clock (C4, C5). Pure; the agent asks at every step."""

from __future__ import annotations

from datetime import datetime, timedelta

from devices.clock import ClockState, Reading

BUILD = datetime.fromisoformat("2024-01-01T00:00:00+00:00")
"""No receiver with this software runs earlier."""
LONGEST_JUMP = timedelta(hours=24)


class Timekeeper:
    """Follows the wall clock along the monotonic one.

    Time is unknown outside of what the receiver's own journal and its station's signatures make possible. After a jump
    of more than a day it is unknown until it jumps back, or a message the station has just signed confirms it.
    """

    def __init__(self) -> None:
        self._anchor: Reading | None = None

    def judge(self, now: Reading, earliest: datetime, latest: datetime) -> ClockState:
        """The state of `now`: its own, or unknown."""
        if now.state == "unknown" or not earliest <= now.wall <= latest or self._jumped(now):
            return "unknown"
        self._anchor = now
        return now.state

    def confirm(self, now: Reading, station: datetime) -> None:
        """The station has signed a message, at its own time `station`."""
        if self._jumped(now) and abs(now.wall - station) <= LONGEST_JUMP:
            self._anchor = None

    def _jumped(self, now: Reading) -> bool:
        if self._anchor is None:
            return False
        passed = timedelta(seconds=now.monotonic_s - self._anchor.monotonic_s)
        return abs(now.wall - self._anchor.wall - passed) > LONGEST_JUMP
