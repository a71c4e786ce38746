"""The host's clocks as a `Clock`."""

from __future__ import annotations

import ctypes
import time
from datetime import UTC, datetime

from devices.clock import ClockState, Reading

_TIME_ERROR = 5
_TIMEX_BYTES = 512  # struct timex has 208 on 64-bit Linux


class HostClock:
    """The real time. `synchronised` is the kernel's own word (adjtimex(2)): set by NTP and not too long ago; without
    such a word the time is unverified (C1)."""

    def __init__(self) -> None:
        self._adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)

    def read(self) -> Reading:
        return Reading(datetime.now(UTC), time.monotonic(), self._state())

    def _state(self) -> ClockState:
        if self._adjtimex is None:
            return "unverified"
        only_asked = ctypes.create_string_buffer(_TIMEX_BYTES)
        verdict: int = self._adjtimex(only_asked)
        return "synchronised" if 0 <= verdict < _TIME_ERROR else "unverified"
