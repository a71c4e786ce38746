"""MQTT 5 packets as bytes, the broker's side of QoS 0 and 1 (OASIS MQTT 5.0; section numbers below are its own).

Decoding takes one whole packet, already bounded in length by whoever read it, and refuses what is malformed with
`WireError`; properties nobody here needs are skipped by their type.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from devices.broker.link import PACKET_LIMIT, Will
from devices.broker.shelf import Message
from devices.errors import DeviceError

CONNECT, CONNACK, PUBLISH, PUBACK = 1, 2, 3, 4
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK = 8, 9, 10, 11
PINGREQ, PINGRESP, DISCONNECT = 12, 13, 14

SUCCESS, DISCONNECT_WITH_WILL = 0x00, 0x04
MALFORMED, NOT_AUTHORIZED, SHUTTING_DOWN, KEEP_ALIVE_TIMEOUT = 0x81, 0x87, 0x8B, 0x8D
TAKEN_OVER = 0x8E

RECEIVE_MAXIMUM, TOPIC_ALIAS = 0x21, 0x23

# Section 2.2.2.2: what follows each property identifier.
_BYTE = {0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A}
_TWO_BYTES = {0x13, 0x21, 0x22, 0x23}
_FOUR_BYTES = {0x02, 0x11, 0x18, 0x27}
_VARIABLE = {0x0B}
_ONE_STRING = {0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1A, 0x1C, 0x1F}
_TWO_STRINGS = {0x26}

UNSUPPORTED_VERSION_311 = bytes([CONNACK << 4, 2, 0, 1])
"""CONNACK of MQTT 3.1.1 with return code 1, the answer such a client understands."""


class WireError(DeviceError):
    """A packet that MQTT 5 does not allow here."""


@dataclass(frozen=True)
class Connect:
    """CONNECT (section 3.1). `version` other than 5 comes with nothing else filled."""

    version: int
    client_id: str = ""
    username: str = ""
    password: str = ""
    clean_start: bool = True
    keep_alive_s: int = 0
    receive_maximum: int = 65535
    will: Will | None = None


@dataclass(frozen=True)
class Publish:
    """PUBLISH (section 3.3); `packet_id` is None at QoS 0."""

    topic: str
    payload: bytes
    retain: bool
    packet_id: int | None


@dataclass(frozen=True)
class Filters:
    """SUBSCRIBE or UNSUBSCRIBE (sections 3.8 and 3.10)."""

    packet_id: int
    filters: tuple[str, ...]


class _Reader:
    """Takes fields off the front of a packet's body."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._body) - self._at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise WireError("a field of {count} bytes was expected, but {left} are left", count=count, left=self.left)
        self._at += count
        return self._body[self._at - count : self._at]

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def variable(self) -> int:
        """A variable byte integer (section 1.5.5)."""
        value = 0
        for place in range(4):
            byte = self.number(1)
            value |= (byte & 0x7F) << 7 * place
            if not byte & 0x80:
                return value
        raise WireError("a variable byte integer must have at most four bytes, but more came")

    def binary(self) -> bytes:
        return self.take(self.number(2))

    def text(self) -> str:
        """A UTF-8 string (section 1.5.4)."""
        try:
            text = self.binary().decode()
        except UnicodeDecodeError as error:
            raise WireError("a string must be UTF-8: {error}", error=error) from None
        if "\0" in text:
            raise WireError("a string must not hold U+0000")
        return text

    def properties(self) -> dict[int, int]:
        """The number properties by identifier; string properties are skipped (section 2.2.2)."""
        inner = _Reader(self.take(self.variable()))
        found: dict[int, int] = {}
        while inner.left:
            identifier = inner.variable()
            if identifier in _BYTE:
                found[identifier] = inner.number(1)
            elif identifier in _TWO_BYTES:
                found[identifier] = inner.number(2)
            elif identifier in _FOUR_BYTES:
                found[identifier] = inner.number(4)
            elif identifier in _VARIABLE:
                found[identifier] = inner.variable()
            elif identifier in _ONE_STRING:
                inner.binary()
            elif identifier in _TWO_STRINGS:
                inner.binary()
                inner.binary()
            else:
                raise WireError("property {identifier} is not one of MQTT 5", identifier=identifier)
        return found


def read_connect(body: bytes) -> Connect:
    reader = _Reader(body)
    name, version = reader.text(), reader.number(1)
    if name != "MQTT" or version != 5:
        return Connect(version=version if name == "MQTT" else 0)
    flags, keep_alive_s, properties = reader.number(1), reader.number(2), reader.properties()
    client_id = reader.text()
    will = None
    if flags & 0x04:
        reader.properties()
        will = Will(topic=reader.text(), payload=reader.binary(), retain=bool(flags & 0x20))
    username = reader.text() if flags & 0x80 else ""
    password = reader.text() if flags & 0x40 else ""
    receive_maximum = properties.get(RECEIVE_MAXIMUM, 65535)
    if flags & 0x01 or reader.left or receive_maximum == 0:
        raise WireError("a CONNECT must end after its password, with no reserved flag and a receive maximum over 0")
    return Connect(5, client_id, username, password, bool(flags & 0x02), keep_alive_s, receive_maximum, will)


def read_publish(flags: int, body: bytes) -> Publish:
    """QoS 2 is refused: the CONNACK said that 1 is the most (section 3.2.2.3.4)."""
    qos = flags >> 1 & 3
    if qos > 1:
        raise WireError("a message must have QoS 0 or 1, but {qos} came", qos=qos)
    reader = _Reader(body)
    topic = reader.text()
    packet_id = reader.number(2) if qos else None
    if TOPIC_ALIAS in reader.properties():
        raise WireError("a topic must be written out, but an alias came: this broker offers none")
    return Publish(topic, reader.take(reader.left), bool(flags & 1), packet_id)


def read_puback(body: bytes) -> int:
    """The packet id; a reason code that says no more than that the client has it is not looked at."""
    return _Reader(body).number(2)


def read_filters(body: bytes, *, options: bool) -> Filters:
    """A SUBSCRIBE has an option byte after each filter, an UNSUBSCRIBE none."""
    reader = _Reader(body)
    packet_id = reader.number(2)
    reader.properties()
    filters: list[str] = []
    while reader.left:
        filters.append(reader.text())
        if options:
            reader.number(1)
    if not filters:
        raise WireError("at least one topic filter was expected, but none came")
    return Filters(packet_id, tuple(filters))


def read_disconnect(body: bytes) -> int:
    """The reason code (section 3.14.2.1)."""
    return body[0] if body else SUCCESS


def connack(reason: int, *, session_present: bool = False) -> bytes:
    """Says too what this broker does not do: QoS 2, longer packets, subscription identifiers, shared subscriptions."""
    properties = struct.pack(">BBBIBBBB", 0x24, 1, 0x27, PACKET_LIMIT, 0x29, 0, 0x2A, 0)
    return _packet(CONNACK, 0, bytes([session_present, reason, len(properties)]) + properties)


def publish(packet_id: int, message: Message) -> bytes:
    """A message at QoS 1."""
    topic = message.topic.encode()
    flags = message.again << 3 | 1 << 1 | message.retained
    return _packet(
        PUBLISH, flags, struct.pack(">H", len(topic)) + topic + struct.pack(">HB", packet_id, 0), message.payload
    )


def puback(packet_id: int, reason: int) -> bytes:
    return _packet(PUBACK, 0, struct.pack(">HB", packet_id, reason))


def suback(packet_id: int, reasons: Sequence[int]) -> bytes:
    return _packet(SUBACK, 0, struct.pack(">HB", packet_id, 0) + bytes(reasons))


def unsuback(packet_id: int, reasons: Sequence[int]) -> bytes:
    return _packet(UNSUBACK, 0, struct.pack(">HB", packet_id, 0) + bytes(reasons))


def pingresp() -> bytes:
    return _packet(PINGRESP, 0, b"")


def disconnect(reason: int) -> bytes:
    return _packet(DISCONNECT, 0, bytes([reason]))


def _packet(kind: int, flags: int, head: bytes, payload: bytes = b"") -> bytes:
    length, encoded = len(head) + len(payload), bytearray()
    while True:
        length, digit = divmod(length, 128)
        encoded.append(digit | 0x80 if length else digit)
        if not length:
            return bytes([kind << 4 | flags]) + encoded + head + payload
