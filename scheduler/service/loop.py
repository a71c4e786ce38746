"""The loop of `loa serve`: the one importer of `schedule`, and the one place where the station waits.

`schedule` only ticks. What is due is in the store, so a tick that never came is made up by the next one.
"""

import logging
import threading
from collections.abc import Mapping
from typing import Protocol

import schedule

from scheduler.clock import system_now
from scheduler.service.notify import Notifier
from scheduler.service.station_service import StationService

TICK_S = 1
ALIVE_S = 5

log = logging.getLogger(__name__)


class Part(Protocol):
    """A thread of its own that the station needs."""

    @property
    def alive(self) -> bool: ...


class PartDied(Exception):
    """A thread the station needs has ended; the process must end too, and be started again (case A7)."""


def run_loop(
    service: StationService,
    parts: Mapping[str, Part],
    wake: threading.Event,
    ended: threading.Event,
    notifier: Notifier,
) -> None:
    """Step the service each second and whenever it is woken, until `ended` is set. Raises PartDied."""
    ticks = schedule.Scheduler()
    ticks.every(TICK_S).seconds.do(service_step, service)
    ticks.every(ALIVE_S).seconds.do(check_parts, parts, service, notifier)
    notifier.ready()
    while not ended.is_set():
        if wake.is_set():
            wake.clear()
            service_step(service)
        ticks.run_pending()
        wake.wait(max(0.0, ticks.idle_seconds or 0.0))
    notifier.stopping()


def service_step(service: StationService) -> None:
    service.step(system_now())


def check_parts(parts: Mapping[str, Part], service: StationService, notifier: Notifier) -> None:
    """The watchdog is fed only when every thread lives and the step before this one committed (faults.md, rule 5)."""
    dead = [name for name, part in parts.items() if not part.alive]
    if dead:
        raise PartDied(", ".join(dead))
    service.prove_alive(system_now())
    notifier.alive()
