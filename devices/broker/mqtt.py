"""The one door to paho: a `link.Link` over MQTT 5.

One thread of our own is the only one that touches the paho client; publishes, acknowledgements and subscriptions of
other threads are requests it carries out. So a reconnect can be jittered (A13, A14), closing does not wait for paho's
pauses, and `alive` tells the truth about the thread (A7). The handlers only enqueue: PUBACK is manual, and an exception
in the taker's `on_event` is logged and kills nothing (measured in shared/faults.md).
"""

from __future__ import annotations

import contextlib
import logging
import random
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from devices.broker.inbox import RECEIVE_MAXIMUM, Inbox
from devices.broker.link import OUTBOX_LIMIT, PACKET_LIMIT, Arrived, LinkEvent, Will, checked_payload

SESSION_EXPIRY_S = 14 * 24 * 3600
KEEP_ALIVE_S = 30
CONNECT_TIMEOUT_S = 5.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0
STEADY_S = 10.0
CLOSE_S = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MqttSettings:
    """Where and as whom to connect. `tls_ca` is the PEM file of the broker's authority; None means no TLS."""

    host: str
    port: int
    client_id: str
    username: str
    password: str
    clean_start: bool = False
    session_expiry_s: int = SESSION_EXPIRY_S
    tls_ca: Path | None = None
    will: Will | None = None


def pause_s(failures: int, chance: float) -> float:
    """Seconds to wait after `failures` connections in a row that did not last; `chance` in [0, 1) spreads clients."""
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(failures, 16))
    return longest * (0.5 + chance / 2)


@dataclass(frozen=True)
class _Handle:
    connection: int
    packet_id: int


class MqttLink:
    """One MQTT 5 client; see `link.Link`."""

    def __init__(self, settings: MqttSettings) -> None:
        self._settings = settings
        self._client = _client(settings)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish
        self._client.on_subscribe = self._on_subscribe
        self._on_event: Callable[[], None] = _nobody
        self._inbox = Inbox()
        self._requests: deque[Callable[[], None]] = deque()
        self._filters: list[str] = []
        self._lock = threading.Lock()
        self._unacknowledged = 0
        self._connected = False
        self._connection = 0
        self._subscribing: int | None = None
        self._ended = False
        self._reason = ""
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"link {settings.client_id}", daemon=True)
        self._bell, self._bell_push = socket.socketpair()
        self._bell.setblocking(False)
        self._bell_push.setblocking(False)

    @property
    def connected(self) -> bool:
        return self._connected

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and not self._ended

    @property
    def unacknowledged(self) -> int:
        return self._unacknowledged

    def open(self, on_event: Callable[[], None]) -> None:
        self._on_event = on_event
        self._thread.start()

    def subscribe(self, topic_filter: str) -> None:
        self._request(lambda: self._subscribe(topic_filter))

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        checked_payload(payload)
        with self._lock:
            if not self._connected or self._unacknowledged >= OUTBOX_LIMIT:
                return False
            self._unacknowledged += 1
        self._request(lambda: self._publish(topic, payload, retain))
        return True

    def take(self) -> LinkEvent | None:
        return self._inbox.take()

    def acknowledge(self, arrived: Arrived) -> None:
        handle = arrived.handle
        if isinstance(handle, _Handle):
            self._request(lambda: self._acknowledge(handle))

    def close(self) -> None:
        self._closing.set()
        self._ring()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(CLOSE_S)

    # What follows runs in the network thread alone.

    def _run(self) -> None:
        failures = 0
        try:
            while not self._closing.is_set():
                began = time.monotonic()
                self._connect_and_serve()
                if time.monotonic() - began >= STEADY_S:
                    failures = 0
                self._closing.wait(pause_s(failures, random.random()))
                failures += 1
        finally:
            self._connected, self._ended = False, True
            self._bell.close()
            self._bell_push.close()
            self._tell()

    def _connect_and_serve(self) -> None:
        """One connection, from CONNECT to its end; whatever ends it is an event, never an exception."""
        self._reason, self._subscribing = "", None
        self._connection += 1
        try:
            self._client.reconnect()
            self._serve()
        except OSError as error:
            self._reason = str(error)
        except Exception as error:
            log.exception("the connection of %s failed", self._settings.client_id)
            self._reason = str(error)
        self._connected = False
        if not self._closing.is_set():
            self._inbox.down(self._reason or "the connection ended")
            self._tell()

    def _serve(self) -> None:
        """Turn paho's loop until the connection ends."""
        line = self._client.socket()
        if line is None:
            return
        result = MQTTErrorCode.MQTT_ERR_SUCCESS
        with selectors.DefaultSelector() as selector:
            selector.register(self._bell, selectors.EVENT_READ)
            selector.register(line, selectors.EVENT_READ)
            while result == MQTTErrorCode.MQTT_ERR_SUCCESS and self._client.socket() is line:
                writing = selectors.EVENT_WRITE if self._client.want_write() else 0
                selector.modify(line, selectors.EVENT_READ | writing)
                # TLS may hold bytes it has read already, which no select would show.
                held = hasattr(line, "pending") and line.pending() > 0
                ready = {key.fileobj: events for key, events in selector.select(0 if held else 1.0)}
                self._carry_out_requests()
                if self._closing.is_set():
                    self._client.disconnect()
                    selector.unregister(self._bell)
                    while self._client.want_write():
                        selector.modify(line, selectors.EVENT_WRITE)
                        if not selector.select(CLOSE_S):
                            break
                        self._client.loop_write()
                    return
                if held or ready.get(line, 0) & selectors.EVENT_READ:
                    result = self._client.loop_read()
                if result == MQTTErrorCode.MQTT_ERR_SUCCESS and ready.get(line, 0) & selectors.EVENT_WRITE:
                    result = self._client.loop_write()
                if result == MQTTErrorCode.MQTT_ERR_SUCCESS:
                    result = self._client.loop_misc()

    def _carry_out_requests(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._bell.recv(4096)
        while self._requests:
            self._requests.popleft()()

    def _subscribe(self, topic_filter: str) -> None:
        if topic_filter not in self._filters:
            self._filters.append(topic_filter)
            if self._connected:
                self._client.subscribe(topic_filter, qos=1)

    def _publish(self, topic: str, payload: bytes, retain: bool) -> None:
        # When the connection has just ended, paho keeps the message and sends it after the next CONNACK.
        sent = self._client.publish(topic, payload, qos=1, retain=retain)
        if sent.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            log.error("%s has no packet id left: a message on %s is not sent", self._settings.client_id, topic)
            self._done_with_one()

    def _acknowledge(self, handle: _Handle) -> None:
        # After a reconnect the broker sends the message again, and only that delivery can be acknowledged.
        if self._connected and handle.connection == self._connection:
            self._client.ack(handle.packet_id, 1)

    def _on_connect(
        self, _client: Client, _data: object, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._reason = str(reason)
            return
        self._carry_out_requests()
        if self._filters:
            _, self._subscribing = self._client.subscribe([(topic_filter, 1) for topic_filter in self._filters])
        if flags.session_present or not self._filters:
            self._up(flags.session_present)

    def _up(self, session_present: bool) -> None:
        self._connected, self._subscribing = True, None
        self._inbox.up(session_present)
        self._tell()

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._reason = self._reason or str(reason)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        if not topic or message.qos != 1:
            # QoS 0 knows no receive maximum, so it could fill the inbox; nobody of ours sends it.
            log.warning("%s drops a message with QoS %d on topic %r", self._settings.client_id, message.qos, topic)
            self._client.ack(message.mid, message.qos)
            return
        handle = _Handle(self._connection, message.mid)
        self._inbox.arrived(Arrived(topic, bytes(message.payload), bool(message.retain), handle))
        self._tell()

    def _on_publish(
        self, _client: Client, _data: object, _mid: int, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            log.error("the broker refused a message of %s: %s", self._settings.client_id, reason)
        self._done_with_one()

    def _on_subscribe(
        self, _client: Client, _data: object, mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        for reason in reasons:
            if reason.is_failure:
                log.error("the broker refused a subscription of %s: %s", self._settings.client_id, reason)
        if mid == self._subscribing:
            self._up(session_present=False)

    def _done_with_one(self) -> None:
        with self._lock:
            self._unacknowledged -= 1
        self._tell()

    # What follows runs in any thread.

    def _request(self, request: Callable[[], None]) -> None:
        self._requests.append(request)
        self._ring()

    def _ring(self) -> None:
        """Wake the network thread; a full pipe has woken it already, a closed one has nobody to wake."""
        with contextlib.suppress(OSError):
            self._bell_push.send(b"\0")

    def _tell(self) -> None:
        try:
            self._on_event()
        except Exception:
            log.exception("the taker of %s failed when told of an event", self._settings.client_id)


def _client(settings: MqttSettings) -> Client:
    client = Client(CallbackAPIVersion.VERSION2, settings.client_id, protocol=MQTTv5, manual_ack=True)
    client.username_pw_set(settings.username, settings.password)
    client.connect_timeout = CONNECT_TIMEOUT_S
    if settings.tls_ca is not None:
        client.tls_set(ca_certs=str(settings.tls_ca))
    if settings.will is not None:
        client.will_set(settings.will.topic, settings.will.payload, qos=1, retain=settings.will.retain)
    asked = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    asked.SessionExpiryInterval = settings.session_expiry_s
    asked.ReceiveMaximum = RECEIVE_MAXIMUM
    asked.MaximumPacketSize = PACKET_LIMIT
    client.connect_async(settings.host, settings.port, KEEP_ALIVE_S, clean_start=settings.clean_start, properties=asked)
    return client


def _nobody() -> None:
    """Nobody waits yet."""
