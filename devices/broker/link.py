"""One client's link to the broker, as values and one Protocol.

A link only carries bytes. It decides nothing about them: the receiver agent and the station's ingest `take()` what
arrived, make it durable, and only then `acknowledge()` it (shared/faults.md, rules 1 to 4). What was not acknowledged
comes again, so an arrival may be a duplicate; telling duplicates apart is the taker's matter (A10, A15).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from devices.errors import DeviceError


@dataclass(frozen=True)
class Arrived:
    """One message from the broker: `payload` as sent, and whether it was the topic's retained message."""

    topic: str
    payload: bytes
    retained: bool
    handle: object
    """The link's own note of what to acknowledge; nothing outside the link reads it."""


@dataclass(frozen=True)
class LinkUp:
    """The broker accepted the log-in, and the subscriptions made so far are in force.

    Without `session_present` it had forgotten this client: resynchronise (A9). A retained message may come before this.
    """

    session_present: bool


@dataclass(frozen=True)
class LinkDown:
    """The connection or the log-in failed; `reason` is for people. The link is already trying again."""

    reason: str


PAYLOAD_LIMIT = 250 * 1024
"""The longest payload in bytes. Every broker of ours refuses packets over PACKET_LIMIT (F11, I12)."""

PACKET_LIMIT = 256 * 1024
"""The longest MQTT packet in bytes, header and topic included."""

OUTBOX_LIMIT = 200
"""How many own publishes may wait for their PUBACK, so that a slow broker cannot fill the memory (I12)."""


class PayloadTooLongError(DeviceError):
    """A message no broker of ours would carry."""


def checked_payload(payload: bytes) -> bytes:
    """`payload`, or PayloadTooLongError."""
    if len(payload) > PAYLOAD_LIMIT:
        raise PayloadTooLongError(
            "a message may have {limit} bytes, but {length} came: send less at once",
            limit=PAYLOAD_LIMIT,
            length=len(payload),
        )
    return payload


LinkEvent = Arrived | LinkUp | LinkDown


@dataclass(frozen=True)
class Will:
    """What the broker publishes for a client whose connection ends without a DISCONNECT."""

    topic: str
    payload: bytes
    retain: bool


class Link(Protocol):
    """One client of the broker; every method may be called from any thread, and none of them waits for the network."""

    @property
    def connected(self) -> bool:
        """Whether `publish` would be taken right now."""

    @property
    def alive(self) -> bool:
        """Whether the network thread lives. False after `open` means the process has to end and start again (A7)."""

    @property
    def unacknowledged(self) -> int:
        """How many own publishes still wait for the broker's PUBACK."""

    def open(self, on_event: Callable[[], None]) -> None:
        """Connect, and reconnect for ever with jittered back-off (A13).

        `on_event` is called from any thread whenever `take` has something new or `unacknowledged` went down; it only
        wakes the taker.
        """

    def subscribe(self, topic_filter: str) -> None:
        """Keep a QoS 1 subscription to `topic_filter` over every reconnect. Filters must not overlap (A15)."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Hand one QoS 1 message to the connection. False when not connected, or when OUTBOX_LIMIT earlier ones still
        wait for their PUBACK: the caller keeps it and tries again after the next event.

        True is no proof of delivery: only the other side's own signed answer is (faults.md, rule 1). Raises
        PayloadTooLongError for more than PAYLOAD_LIMIT bytes.
        """

    def take(self) -> LinkEvent | None:
        """The oldest event not yet taken, or None; never blocks."""

    def acknowledge(self, arrived: Arrived) -> None:
        """Tell the broker that `arrived` is durable here. Until then it comes again after a reconnect."""

    def close(self) -> None:
        """Disconnect and end the network thread, within two seconds. The session stays with the broker."""
