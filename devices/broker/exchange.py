"""What a broker does with messages: sessions, subscriptions, retained messages, QoS 1 until acknowledged (MQTT 5).

No socket, no clock, no thread: the in-memory broker of the tests and the embedded broker put it behind their own doors
and call it from one thread at a time. What it acknowledged is on its shelf first. Everything in it is bounded (I12):
one session an account, and what a session's client does not acknowledge waits up to QUEUE_LIMIT messages and
QUEUE_LIMIT_BYTES; later ones are dropped, as Mosquitto drops them, because nothing may rely on a broker's queue
(shared/faults.md, rules 1, 2 and 4).
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import Protocol

from devices.broker.accounts import Rights, covers
from devices.broker.link import Will
from devices.broker.shelf import KeptSession, Message, Shelf

QUEUE_LIMIT = 10_000
QUEUE_LIMIT_BYTES = 32 * 1024 * 1024

log = logging.getLogger(__name__)


class Outlet(Protocol):
    """The way to one connected client."""

    def deliver(self, packet_id: int, message: Message) -> None:
        """Send one message; the client's `acknowledge` names its `packet_id`."""

    def taken_over(self) -> None:
        """Another connection opened this client's session: close this one."""


@dataclass
class _Session:
    kept: KeptSession
    """What the shelf holds of this session: its filters, and all that is unacknowledged, by number."""
    rights: Rights
    outlet: Outlet | None = None
    will: Will | None = None
    receive_maximum: int = 0
    in_flight: dict[int, int] = field(default_factory=dict)
    """Packet id → number, in the order sent."""
    waiting: deque[int] = field(default_factory=deque)
    """Numbers not yet sent."""
    bytes_queued: int = 0
    last_number: int = 0
    last_packet_id: int = 0


class Exchange:
    """The sessions of all clients and the retained message of each topic."""

    def __init__(self, shelf: Shelf, clients: Container[str]) -> None:
        """Go on with what the shelf holds, less the sessions of those who are no longer `clients`."""
        self._shelf = shelf
        self._retained = shelf.retained()
        self._sessions: dict[str, _Session] = {}
        for client, kept in shelf.sessions().items():
            if client in clients:
                self._sessions[client] = _restored(kept)
            else:
                shelf.drop_session(client)

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
        if not present:
            self.forget(client)
            self._shelf.keep_session(client)
            self._sessions[client] = _Session(KeptSession(), rights)
        session = self._sessions[client]
        session.outlet, session.rights, session.will = outlet, rights, will
        session.receive_maximum = receive_maximum
        for topic_filter in [asked for asked in session.kept.filters if not rights.may_read(asked)]:
            self.unsubscribe(client, topic_filter)
        return present

    def resume(self, client: str) -> None:
        """Send again, in order, what was in flight when the connection ended, then what waited."""
        session = self._sessions[client]
        for packet_id, number in session.in_flight.items():
            if session.outlet is not None:
                session.outlet.deliver(packet_id, replace(session.kept.queued[number], again=True))
        _send_waiting(session)

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
            self._shelf.drop_session(client)
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
        self._shelf.keep_filter(client, topic_filter)
        session.kept.filters.add(topic_filter)
        for topic, payload in self._retained.items():
            message = Message(topic, payload, retained=True)
            # A client that comes and goes without acknowledging is not sent the same again for each subscription.
            if covers(topic_filter, topic) and message not in session.kept.queued.values():
                self._hand_out(message, [client], retain=False)

    def unsubscribe(self, client: str, topic_filter: str) -> None:
        self._shelf.drop_filter(client, topic_filter)
        self._sessions[client].kept.filters.discard(topic_filter)

    def publish(self, client: str, topic: str, payload: bytes, *, retain: bool) -> bool:
        """Store and hand on one message; False when the client may not write there."""
        if not self._sessions[client].rights.may_write(topic):
            log.warning("%s may not publish to %s", client, topic)
            return False
        # Once a session, however many of its filters match: an overlap cannot double a message (A15).
        subscribed = [
            name
            for name, session in self._sessions.items()
            if any(covers(topic_filter, topic) for topic_filter in session.kept.filters)
        ]
        self._hand_out(Message(topic, payload), subscribed, retain=retain)
        if retain and payload:
            self._retained[topic] = payload
        elif retain:
            self._retained.pop(topic, None)
        return True

    def acknowledge(self, client: str, packet_id: int) -> None:
        """The client's PUBACK; one for an unknown packet is ignored, for it may answer an older connection."""
        session = self._sessions[client]
        number = session.in_flight.get(packet_id)
        if number is not None:
            self._shelf.drop_message(client, number)
            del session.in_flight[packet_id]
            session.bytes_queued -= len(session.kept.queued.pop(number).payload)
            _send_waiting(session)

    def _hand_out(self, message: Message, clients: list[str], *, retain: bool) -> None:
        """Shelve first: if that fails, nothing has happened and nothing is acknowledged (A3)."""
        numbers: list[tuple[str, int]] = []
        for client in clients:
            session = self._sessions[client]
            if _is_full(session, message):
                log.warning("the queue of %s is full: dropped a message on %s", client, message.topic)
            else:
                numbers.append((client, session.last_number + 1))
        self._shelf.keep_message(message, numbers, retain=retain)
        for client, number in numbers:
            session = self._sessions[client]
            session.last_number = number
            session.kept.queued[number] = message
            session.bytes_queued += len(message.payload)
            session.waiting.append(number)
            _send_waiting(session)


def _restored(kept: KeptSession) -> _Session:
    return _Session(
        kept,
        Rights((), ()),
        waiting=deque(kept.queued),
        bytes_queued=sum(len(message.payload) for message in kept.queued.values()),
        last_number=max(kept.queued, default=0),
    )


def _is_full(session: _Session, message: Message) -> bool:
    return len(session.kept.queued) >= QUEUE_LIMIT or session.bytes_queued + len(message.payload) > QUEUE_LIMIT_BYTES


def _send_waiting(session: _Session) -> None:
    while session.outlet is not None and session.waiting and len(session.in_flight) < session.receive_maximum:
        number = session.waiting.popleft()
        packet_id = session.last_packet_id % 65535 + 1
        while packet_id in session.in_flight:
            packet_id = packet_id % 65535 + 1
        session.last_packet_id = packet_id
        session.in_flight[packet_id] = number
        session.outlet.deliver(packet_id, session.kept.queued[number])
