"""A broker and its links in memory, for tests that tell stories without a socket.

It keeps the contract of `link.Link` over the same `exchange.Exchange` as the embedded broker: log-ins, rights, retained
messages, QoS 1 with redelivery, sessions, wills. What happens to a network is a method: `stop` and `start` the broker,
`cut` and `mend` one client's line, `forget` a session (A9), `forget_everything` (A2), let a link's thread `die` (A7).
Reconnecting takes no time: it happens inside `start` and `mend`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from devices.broker.accounts import Accounts, rights
from devices.broker.exchange import Exchange
from devices.broker.inbox import RECEIVE_MAXIMUM, Inbox
from devices.broker.link import Arrived, LinkEvent, Will, checked_payload
from devices.broker.shelf import Message, Shelf

log = logging.getLogger(__name__)


class MemoryBroker:
    """The broker; `accounts` is asked at each log-in, so an account may come or go in between."""

    def __init__(self, accounts: Callable[[], Accounts]) -> None:
        self._accounts = accounts
        self._lock = threading.Lock()
        self._exchange = Exchange(Shelf(None), ())
        self._links: list[MemoryLink] = []
        self._to_wake: list[MemoryLink] = []
        self._running = True

    def link(
        self,
        username: str,
        password: str,
        *,
        client_id: str | None = None,
        will: Will | None = None,
        clean_start: bool = False,
    ) -> MemoryLink:
        """A client's link, closed; `client_id` is the user name unless a test wants it refused (B17)."""
        return MemoryLink(self, username if client_id is None else client_id, username, password, will, clean_start)

    def stop(self) -> None:
        """End the broker as kill -9 does: connections are gone, what was acknowledged is kept."""
        with self._changing():
            self._running = False
            for link in self._links:
                self._down(link, "the broker stopped", orderly=True)

    def start(self) -> None:
        """Run again; every open link whose line is whole reconnects."""
        with self._changing():
            self._running = True
            for link in list(self._links):
                self._up(link)

    def forget_everything(self) -> None:
        """Lose the broker's database while it is stopped (A2)."""
        with self._changing():
            self._exchange = Exchange(Shelf(None), ())

    def forget(self, username: str) -> None:
        """Let the session of a client expire, whose line is cut (A9)."""
        with self._changing():
            self._exchange.forget(username)

    def cut(self, username: str) -> None:
        """Cut the line of a client: its will is published, and it stays away until `mend`."""
        with self._changing():
            for link in self._of(username):
                link._whole = False
                self._down(link, "the line is cut")

    def mend(self, username: str) -> None:
        with self._changing():
            for link in self._of(username):
                link._whole = True
                self._up(link)

    def _of(self, username: str) -> list[MemoryLink]:
        return [link for link in self._links if link._username == username]

    @contextmanager
    def _changing(self) -> Iterator[Exchange]:
        """The exchange, for one thread at a time; whom it concerned is woken after the lock is let go."""
        with self._lock:
            yield self._exchange
            wake, self._to_wake = self._to_wake, []
        for link in wake:
            try:
                link._on_event()
            except Exception:
                log.exception("the taker of %s failed when told of an event", link._username)

    def _up(self, link: MemoryLink) -> None:
        if link._connected or not link._whole or not self._running or not link.alive:
            return
        accounts = self._accounts()
        account = accounts.admitted(link._client_id, link._username, link._password)
        if account is None:
            link._inbox.down("Not authorized")
            self._to_wake.append(link)
            return
        outlet = _Outlet(self, link)
        link._outlet, link._connected = outlet, True
        present = self._exchange.connect(
            link._client_id,
            rights(accounts.commune, account),
            outlet,
            clean_start=link._clean_start,
            receive_maximum=RECEIVE_MAXIMUM,
            will=link._will,
        )
        link._inbox.up(present)
        self._to_wake.append(link)
        self._exchange.resume(link._client_id)
        for topic_filter in link._filters:
            self._exchange.subscribe(link._client_id, topic_filter)

    def _down(self, link: MemoryLink, reason: str, *, orderly: bool = False) -> None:
        """End a connection; an orderly end publishes no will."""
        if link._connected and link._outlet is not None:
            link._connected = False
            self._exchange.disconnect(link._client_id, link._outlet, orderly=orderly)
            link._inbox.down(reason)
            self._to_wake.append(link)


class MemoryLink:
    """One client of a MemoryBroker; see `link.Link`."""

    def __init__(
        self, broker: MemoryBroker, client_id: str, username: str, password: str, will: Will | None, clean_start: bool
    ) -> None:
        self._broker = broker
        self._client_id = client_id
        self._username = username
        self._password = password
        self._will = will
        self._clean_start = clean_start
        self._filters: list[str] = []
        self._inbox = Inbox()
        self._on_event: Callable[[], None] = _nobody
        self._outlet: _Outlet | None = None
        self._whole = True
        self._connected = False
        self._open = False
        self._dead = False
        self._lost = 0

    @property
    def connected(self) -> bool:
        return self._connected

    @property
    def alive(self) -> bool:
        return self._open and not self._dead

    @property
    def unacknowledged(self) -> int:
        return self._lost

    def die(self) -> None:
        """End the network thread while `connected` stays true, as an exception in paho's handler does (A7)."""
        self._dead = True

    def kill(self) -> None:
        """End as a killed process does: the broker publishes the will, and this link never comes back."""
        with self._broker._changing():
            self._dead = True
            self._broker._down(self, "killed")
            self._broker._links.remove(self)

    def open(self, on_event: Callable[[], None]) -> None:
        with self._broker._changing():
            self._on_event, self._open = on_event, True
            self._broker._links.append(self)
            self._broker._up(self)

    def subscribe(self, topic_filter: str) -> None:
        with self._broker._changing() as exchange:
            if topic_filter not in self._filters:
                self._filters.append(topic_filter)
            if self._connected:
                exchange.subscribe(self._client_id, topic_filter)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        with self._broker._changing() as exchange:
            if not self._connected:
                return False
            if self._dead:
                self._lost += 1
            else:
                exchange.publish(self._client_id, topic, checked_payload(payload), retain=retain)
            return True

    def take(self) -> LinkEvent | None:
        return self._inbox.take()

    def acknowledge(self, arrived: Arrived) -> None:
        with self._broker._changing() as exchange:
            handle = arrived.handle
            if self._connected and isinstance(handle, _Handle) and handle.outlet is self._outlet:
                exchange.acknowledge(self._client_id, handle.packet_id)

    def close(self) -> None:
        with self._broker._changing():
            self._broker._down(self, "closed", orderly=True)
            self._open = False
            if self in self._broker._links:
                self._broker._links.remove(self)


class _Outlet:
    """One connection of a link; the next connection is another, so a late acknowledgement counts for none."""

    def __init__(self, broker: MemoryBroker, link: MemoryLink) -> None:
        self._broker = broker
        self._link = link

    def deliver(self, packet_id: int, message: Message) -> None:
        if not self._link._dead:
            handle = _Handle(self, packet_id)
            self._link._inbox.arrived(Arrived(message.topic, message.payload, message.retained, handle))
            self._broker._to_wake.append(self._link)

    def taken_over(self) -> None:
        self._link._connected = False
        self._link._inbox.down("Session taken over")
        self._broker._to_wake.append(self._link)


@dataclass(frozen=True)
class _Handle:
    outlet: _Outlet
    packet_id: int


def _nobody() -> None:
    """Nobody waits yet."""
