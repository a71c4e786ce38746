"""The clock of a simulated week: it stands still until it is told to go on."""

from __future__ import annotations

from datetime import UTC, datetime

from devices.clock import Reading


class SimulatedClock:
    """Wall and monotonic time together, always synchronised. See `devices.clock.Clock`."""

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(UTC)
        self._now = self._start

    def read(self) -> Reading:
        return Reading(self._now, (self._now - self._start).total_seconds(), "synchronised")

    def advance_to(self, instant: datetime) -> None:
        """Go on to `instant`; the clock never goes back."""
        self._now = max(self._now, instant.astimezone(UTC))
