"""The clock of a rehearsal: it steps from one due instant to the next, once nothing is in flight.

So network delays are not magnified: whatever takes real time (a publish, a download, decoding) is over before the
simulated clock goes on.
"""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from devices.simulator.clock import SimulatedClock
from devices.simulator.fleet import Fleet
from scheduler.errors import OutsideServiceError
from scheduler.service.station_service import StationService

PATIENCE_S = 60.0
"""Real seconds in which everything in flight at one instant must settle."""
LOOK_EVERY_S = 0.02


class Clockwork:
    """Steps station and fleet. `events` happen at their instants; `observe` is told each instant that was settled."""

    def __init__(
        self,
        clock: SimulatedClock,
        service: StationService,
        fleet: Fleet,
        wake: threading.Event,
        events: Iterable[tuple[datetime, Callable[[], None]]],
        observe: Callable[[datetime], None],
    ) -> None:
        self._clock = clock
        self._service = service
        self._fleet = fleet
        self._wake = wake
        self._events = sorted(events, key=lambda event: event[0])
        self._observe = observe

    def run(self, until: datetime) -> None:
        """Let the clock go to `until`. Raises OutsideServiceError when something in flight never arrives."""
        while True:
            now = self._clock.read().wall
            self._happen(now)
            due = self._settled()
            self._observe(now)
            if now >= until:
                return
            self._clock.advance_to(min([until, due, *(instant for instant, _ in self._events)]))

    def _happen(self, now: datetime) -> None:
        while self._events and self._events[0][0] <= now:
            _, event = self._events.pop(0)
            event()

    def _settled(self) -> datetime:
        """Step both until nothing is in flight; returns when something is due next."""
        reading = self._clock.read()
        deadline = time.monotonic() + PATIENCE_S
        while True:
            self._wake.clear()
            due = self._service.step(reading.wall)
            fleet_due = self._fleet.step(reading)
            due = due if fleet_due is None else min(due, fleet_due)
            if due > reading.wall and not self._in_flight():
                return due
            if time.monotonic() > deadline:
                raise OutsideServiceError(
                    "the rehearsal stands still at {now}: something sent was not answered in {patience:.0f} s",
                    now=reading.wall,
                    patience=PATIENCE_S,
                )
            self._wake.wait(LOOK_EVERY_S)

    def _in_flight(self) -> bool:
        return (
            self._wake.is_set()
            or self._fleet.busy
            or self._service.busy
            or bool(self._service.waiting_for() & self._fleet.connected)
        )
