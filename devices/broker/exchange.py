"""What a broker does with messages: sessions, subscriptions, retained messages, QoS 1 until acknowledged (MQTT 5).

No socket, no clock, no thread: the in-memory broker of the tests and the embedded broker put it behind their own doors
and call it from one thread at a time. Everything in it is bounded (I12): one session an account, and what a session's
client does not acknowledge waits up to QUEUE_LIMIT messages and QUEUE_LIMIT_BYTES; later ones are dropped, as Mosquitto
drops them, because nothing may rely on a broker's queue (shared/faults.md, rules 1, 2 and 4).
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from devices.broker.accounts import Rights, covers
from devices.broker.link import Will

QUEUE_LIMIT = 10_000
QUEUE_LIMIT_BYTES = 32 * 1024 * 1024

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """One QoS 1 message: `retained` if it was stored before its receiver subscribed, `again` if it was sent before."""

    topic: str
    payload: bytes
    retained: bool = False
    again: bool = False


class Outlet(Protocol):
    """The way to one connected client."""

    def deliver(self, packet_id: int, message: Message) -> None:
        """Send one message; the client's `acknowledge` names its `packet_id`."""

    def taken_over(self) -> None:
        """Another connection opened this client's session: close this one."""


@dataclass
class _Session:
    rights: Rights
    filters: set[str] = field(default_factory=set)
    outlet: Outlet | None = None
    will: Will | None = None
    receive_maximum: int = 0
    in_flight: dict[int, Message] = field(default_factory=dict)
    waiting: deque[Message] = field(default_factory=deque)
    waiting_bytes: int = 0
    last_packet_id: int = 0


class Exchange:
    """The sessions of all clients and the retained message of each topic."""

    def __init__(self, retained: Mapping[str, bytes], keep: Callable[[str, bytes], None]) -> None:
        """`keep(topic, payload)` makes a retained message durable before its publish returns; b"" removes the topic."""
        self._retained = dict(retained)
        self._keep = keep
        self._sessions: dict[str, _Session] = {}

    def connect(
        self, client: str, rights: Rights, outlet: Outlet, *, clean_start: bool, receive_maximum: int, will: Will | None
    ) -> bool:
        """Open `client`'s session for an admitted log-in; whether there was one (CONNACK session present).

        `resume` sends what waits, once the caller has sent the CONNACK.
        """
        old = self._sessions.get(client)
        if old is not None and old.outlet is not None:
            old.outlet.taken_over()
            self.disconnect(client, old.outlet, orderly=False)
        present = old is not None and not clean_start
        session = old if old is not None and present else _Session(rights)
        session.rights, session.outlet, session.will = rights, outlet, will
        session.receive_maximum = receive_maximum
        self._sessions[client] = session
        return present

    def resume(self, client: str) -> None:
        """Send again, in order, what was in flight when the connection ended, then what waited."""
        session = self._sessions[client]
        for packet_id, message in session.in_flight.items():
            if session.outlet is not None:
                session.outlet.deliver(packet_id, replace(message, again=True))
        self._send_waiting(session)

    def disconnect(self, client: str, outlet: Outlet, *, orderly: bool) -> None:
        """The connection behind `outlet` ended; without a DISCONNECT its will is published. The session stays."""
        session = self._sessions.get(client)
        if session is None or session.outlet is not outlet:
            return
        session.outlet, will, session.will = None, session.will, None
        if will is not None and not orderly:
            self.publish(client, will.topic, will.payload, retain=will.retain)

    def forget(self, client: str) -> None:
        """Let the session of a client expire that is away (A9)."""
        session = self._sessions.get(client)
        if session is not None and session.outlet is None:
            del self._sessions[client]

    def may_read(self, client: str, topic_filter: str) -> bool:
        """Whether `client` may subscribe to `topic_filter`."""
        return self._sessions[client].rights.may_read(topic_filter)

    def subscribe(self, client: str, topic_filter: str) -> None:
        """Subscribe and send the retained messages that match; what the client may not read is only logged."""
        if not self.may_read(client, topic_filter):
            log.warning("%s may not subscribe to %s", client, topic_filter)
            return
        session = self._sessions[client]
        session.filters.add(topic_filter)
        for topic, payload in self._retained.items():
            if covers(topic_filter, topic):
                self._send(client, session, Message(topic, payload, retained=True))

    def unsubscribe(self, client: str, topic_filter: str) -> None:
        self._sessions[client].filters.discard(topic_filter)

    def publish(self, client: str, topic: str, payload: bytes, *, retain: bool) -> bool:
        """Store and hand on one message; False when the client may not write there."""
        if not self._sessions[client].rights.may_write(topic):
            log.warning("%s may not publish to %s", client, topic)
            return False
        if retain:
            self._keep(topic, payload)
            if payload:
                self._retained[topic] = payload
            else:
                self._retained.pop(topic, None)
        for name, session in self._sessions.items():
            # Once a session, however many of its filters match: an overlap cannot double a message (A15).
            if any(covers(topic_filter, topic) for topic_filter in session.filters):
                self._send(name, session, Message(topic, payload))
        return True

    def acknowledge(self, client: str, packet_id: int) -> None:
        """The client's PUBACK; one for an unknown packet is ignored, for it may answer an older connection."""
        session = self._sessions[client]
        if session.in_flight.pop(packet_id, None) is not None:
            self._send_waiting(session)

    def _send(self, client: str, session: _Session, message: Message) -> None:
        size = len(message.payload)
        if len(session.waiting) >= QUEUE_LIMIT or session.waiting_bytes + size > QUEUE_LIMIT_BYTES:
            log.warning("the queue of %s is full: dropped a message on %s", client, message.topic)
            return
        session.waiting.append(message)
        session.waiting_bytes += size
        self._send_waiting(session)

    def _send_waiting(self, session: _Session) -> None:
        while session.outlet is not None and session.waiting and len(session.in_flight) < session.receive_maximum:
            message = session.waiting.popleft()
            session.waiting_bytes -= len(message.payload)
            packet_id = session.last_packet_id % 65535 + 1
            while packet_id in session.in_flight:
                packet_id = packet_id % 65535 + 1
            session.last_packet_id = packet_id
            session.in_flight[packet_id] = message
            session.outlet.deliver(packet_id, message)
