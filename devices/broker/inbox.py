"""The events of a link that its taker has not taken yet: bounded, and safe between threads."""

from __future__ import annotations

import threading
from collections import deque

from devices.broker.link import Arrived, LinkDown, LinkEvent, LinkUp

RECEIVE_MAXIMUM = 20
"""How many messages the broker sends before the first is acknowledged (MQTT 5, section 3.1.2.11.3), and so the most
that an inbox holds (I12). Mosquitto's own bound is 20 too (max_inflight_messages)."""


class Inbox:
    """Holds the events of one connection and the LinkDown before it: never more than 2 and RECEIVE_MAXIMUM arrivals."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: deque[LinkEvent] = deque()
        self._session_lost = False

    def up(self, session_present: bool) -> None:
        """The connection stands. A lost session stays lost until somebody has taken the event that says so (A9)."""
        with self._lock:
            self._session_lost |= not session_present
            self._events.append(LinkUp(session_present=not self._session_lost))

    def down(self, reason: str) -> None:
        """The connection is gone, and with it the arrivals nobody took: the broker or their sender sends them again."""
        with self._lock:
            self._events = deque([LinkDown(reason)])

    def arrived(self, arrived: Arrived) -> None:
        with self._lock:
            self._events.append(arrived)

    def take(self) -> LinkEvent | None:
        """The oldest event, or None."""
        with self._lock:
            event = self._events.popleft() if self._events else None
            if isinstance(event, LinkUp):
                self._session_lost = False
            return event
