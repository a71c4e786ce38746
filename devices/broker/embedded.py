"""The broker that needs no installation: MQTT 5 on a thread of the station's own process.

For the demo, for trials and for tests. A commune's own network uses Mosquitto; docs/adr/0003-broker.md says why, and
why this is not amqtt. What it acknowledged is on disk and survives kill -9: retained messages, sessions, queues.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path

from devices.broker import wire
from devices.broker.accounts import Accounts, rights
from devices.broker.exchange import Exchange
from devices.broker.link import PACKET_LIMIT
from devices.broker.shelf import Message, Shelf
from devices.errors import DeviceError

CONNECTIONS_LIMIT = 256
LOGIN_LIMIT = 16 * 1024
LOGIN_S = 5.0
STOP_S = 5.0

log = logging.getLogger(__name__)


class BrokerStartError(DeviceError):
    """The broker could not listen."""


class EmbeddedBroker:
    """Listens on `host`:`port` (0 picks a free port once, and keeps it); `accounts` is asked at each log-in."""

    def __init__(self, folder: Path, host: str, port: int, accounts: Callable[[], Accounts]) -> None:
        self._folder = folder
        self._host = host
        self._port = port
        self._accounts = accounts
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def port(self) -> int:
        return self._port

    @property
    def alive(self) -> bool:
        """Whether the broker's thread lives."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Return when the broker accepts connections. Raises BrokerStartError when it cannot listen."""
        if self.alive:
            return
        accepting = threading.Event()
        failures: list[Exception] = []

        def run() -> None:
            try:
                asyncio.run(self._serve(accepting))
            except Exception as error:
                if accepting.is_set():
                    log.exception("the broker failed")
                failures.append(error)
            finally:
                accepting.set()

        self._thread = threading.Thread(target=run, name="embedded broker", daemon=True)
        self._thread.start()
        accepting.wait()
        if failures:
            self._thread.join()
            raise BrokerStartError(
                "the broker should listen on {host}:{port}, but: {error}; end what uses the port or set another",
                host=self._host,
                port=self._port,
                error=failures[0],
            )

    def stop(self) -> None:
        """Tell the clients, close, and free the port; `start` may follow."""
        if self._thread is None or self._loop is None or self._stopping is None:
            return
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(STOP_S)

    async def _serve(self, accepting: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self._folder.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(Shelf(self._folder / "broker.sqlite")) as shelf:
            exchange = Exchange(shelf, {account.username for account in self._accounts().accounts})
            connections: set[asyncio.Task[None]] = set()

            async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                task = asyncio.current_task()
                if task is None or len(connections) >= CONNECTIONS_LIMIT:
                    log.warning("refused a connection: %d are open", len(connections))
                    writer.close()
                    return
                connections.add(task)
                task.add_done_callback(connections.discard)
                await _Connection(exchange, self._accounts, reader, writer).run()

            server = await asyncio.start_server(accept, self._host, self._port)
            self._port = server.sockets[0].getsockname()[1]
            accepting.set()
            await self._stopping.wait()
            server.close()
            for task in connections:
                task.cancel()
            await asyncio.gather(*connections, return_exceptions=True)
            await server.wait_closed()


class _Connection:
    """One TCP connection; the exchange's outlet to one client once its log-in was admitted."""

    def __init__(
        self,
        exchange: Exchange,
        accounts: Callable[[], Accounts],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._exchange = exchange
        self._accounts = accounts
        self._reader = reader
        self._writer = writer
        self._client = ""

    async def run(self) -> None:
        """From CONNECT to the end. What one client does wrong ends its connection and nobody else's (I11)."""
        orderly = False
        try:
            connect = await self._log_in()
            if connect is not None:
                orderly = await self._serve(connect.keep_alive_s * 1.5 or None)
        except TimeoutError:
            self._write(wire.disconnect(wire.KEEP_ALIVE_TIMEOUT))
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side went away
        except wire.WireError as error:
            log.warning("closed the connection of %s: %s", self._client or "a stranger", error)
            self._write(wire.disconnect(wire.MALFORMED))
        except asyncio.CancelledError:
            orderly = True
            self._write(wire.disconnect(wire.SHUTTING_DOWN))
        except Exception:
            log.exception("the connection of %s failed", self._client or "a stranger")
        finally:
            if self._client:
                self._exchange.disconnect(self._client, self, orderly=orderly)
            self._writer.close()

    async def _log_in(self) -> wire.Connect | None:
        """Take the CONNECT. A refused client has touched nobody's session (B17)."""
        async with asyncio.timeout(LOGIN_S):
            kind, _, body = await self._packet(LOGIN_LIMIT)
        if kind != wire.CONNECT:
            raise wire.WireError("the first packet must be a CONNECT, but kind {kind} came", kind=kind)
        connect = wire.read_connect(body)
        if connect.version != 5:
            log.warning("refused a client of MQTT protocol level %d: this broker speaks MQTT 5", connect.version)
            self._write(wire.UNSUPPORTED_VERSION_311)
            return None
        accounts = self._accounts()
        account = accounts.admitted(connect.client_id, connect.username, connect.password)
        if account is None:
            log.warning("refused the log-in of %r as %r", connect.client_id, connect.username)
            self._write(wire.connack(wire.NOT_AUTHORIZED))
            return None
        present = self._exchange.connect(
            connect.client_id,
            rights(accounts.commune, account),
            self,
            clean_start=connect.clean_start,
            receive_maximum=connect.receive_maximum,
            will=connect.will,
        )
        self._client = connect.client_id
        self._write(wire.connack(wire.SUCCESS, session_present=present))
        self._exchange.resume(self._client)
        return connect

    async def _serve(self, silence_s: float | None) -> bool:
        """Handle packets until the client disconnects; whether it did so in order, without asking for its will."""
        while True:
            async with asyncio.timeout(silence_s):
                kind, flags, body = await self._packet(PACKET_LIMIT)
            if not self._client:
                return True
            if kind == wire.DISCONNECT:
                return wire.read_disconnect(body) != wire.DISCONNECT_WITH_WILL
            self._handle(kind, flags, body)
            # A client that does not read its answers is not read either.
            await self._writer.drain()

    def _handle(self, kind: int, flags: int, body: bytes) -> None:
        match kind:
            case wire.PUBLISH:
                sent = wire.read_publish(flags, body)
                done = self._exchange.publish(self._client, sent.topic, sent.payload, retain=sent.retain)
                if sent.packet_id is not None:
                    self._write(wire.puback(sent.packet_id, wire.SUCCESS if done else wire.NOT_AUTHORIZED))
            case wire.PUBACK:
                self._exchange.acknowledge(self._client, wire.read_puback(body))
            case wire.SUBSCRIBE:
                asked = wire.read_filters(body, options=True)
                granted = [self._exchange.may_read(self._client, topic_filter) for topic_filter in asked.filters]
                self._write(wire.suback(asked.packet_id, [1 if may else wire.NOT_AUTHORIZED for may in granted]))
                for topic_filter, may in zip(asked.filters, granted, strict=True):
                    if may:
                        self._exchange.subscribe(self._client, topic_filter)
            case wire.UNSUBSCRIBE:
                asked = wire.read_filters(body, options=False)
                for topic_filter in asked.filters:
                    self._exchange.unsubscribe(self._client, topic_filter)
                self._write(wire.unsuback(asked.packet_id, [wire.SUCCESS] * len(asked.filters)))
            case wire.PINGREQ:
                self._write(wire.pingresp())
            case _:
                raise wire.WireError("a client does not send packets of kind {kind} here", kind=kind)

    def deliver(self, packet_id: int, message: Message) -> None:
        self._write(wire.publish(packet_id, message))

    def taken_over(self) -> None:
        self._write(wire.disconnect(wire.TAKEN_OVER))
        self._client = ""
        self._writer.close()

    async def _packet(self, limit: int) -> tuple[int, int, bytes]:
        """Kind, flags and body of the next packet; too long a one is refused before it is read (F11)."""
        first = (await self._reader.readexactly(1))[0]
        length = 0
        for place in range(4):
            byte = (await self._reader.readexactly(1))[0]
            length |= (byte & 0x7F) << 7 * place
            if not byte & 0x80:
                break
        else:
            raise wire.WireError("a packet's length must have at most four bytes, but more came")
        if length > limit:
            raise wire.WireError("a packet may have {limit} bytes, but {length} came", limit=limit, length=length)
        return first >> 4, first & 0x0F, await self._reader.readexactly(length)

    def _write(self, packet: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(packet)
