"""The parts of a simulated receiver that can be taken away: its network line, and its amplifier."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from devices.broker.link import Arrived, Link, LinkDown, LinkEvent
from devices.clock import Reading
from devices.receiver.download import Download, DownloadFailed
from devices.receiver.player import Finished, Player, Programme


class Line:
    """A receiver's network line: a `Link` and a `Download` that work while it is whole."""

    def __init__(self, new_link: Callable[[], Link], download: Download) -> None:
        self.whole = True
        self._new_link = new_link
        self._download = download
        self._link: Link | None = None
        self._filters: list[str] = []
        self._on_event: Callable[[], None] | None = None
        self._own_events: deque[LinkEvent] = deque()

    @property
    def connected(self) -> bool:
        return self._link is not None and self._link.connected

    @property
    def alive(self) -> bool:
        return self._link is None or self._link.alive

    @property
    def unacknowledged(self) -> int:
        return 0 if self._link is None else self._link.unacknowledged

    def cut(self) -> None:
        """Take the network away, from one instant to the next."""
        self.whole = False
        if self._link is not None:
            self._link.close()
            self._link = None
            self._own_events.append(LinkDown("the line is cut"))
            self._wake()

    def mend(self) -> None:
        self.whole = True
        self._connect()

    def open(self, on_event: Callable[[], None]) -> None:
        self._on_event = on_event
        self._connect()

    def subscribe(self, topic_filter: str) -> None:
        self._filters.append(topic_filter)
        if self._link is not None:
            self._link.subscribe(topic_filter)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        return self._link is not None and self._link.publish(topic, payload, retain=retain)

    def take(self) -> LinkEvent | None:
        if self._own_events:
            return self._own_events.popleft()
        return None if self._link is None else self._link.take()

    def acknowledge(self, arrived: Arrived) -> None:
        if self._link is not None:
            self._link.acknowledge(arrived)

    def close(self) -> None:
        """The receiver is gone; the line stays."""
        if self._link is not None:
            self._link.close()
            self._link = None
        self._on_event = None
        self._filters.clear()
        self._own_events.clear()

    def download(self, url: str, partial: Path, size: int) -> None:
        """See `Download`."""
        if not self.whole:
            raise DownloadFailed("{url}: {problem}", url=url, problem="the line is cut")
        self._download(url, partial, size)

    def _connect(self) -> None:
        if self._on_event is None or not self.whole or self._link is not None:
            return
        self._link = self._new_link()
        for topic_filter in self._filters:
            self._link.subscribe(topic_filter)
        self._link.open(self._wake)

    def _wake(self) -> None:
        if self._on_event is not None:
            self._on_event()


class Amplified:
    """A player with an amplifier that measures its own load: ok, or none once it is dead (F14)."""

    def __init__(self, player: Player) -> None:
        self.sink = player.sink
        self.simulated = player.simulated
        self.dead = False
        self._player = player

    @property
    def busy(self) -> bool:
        return self._player.busy

    def prepare(self, programme: Programme) -> None:
        self._player.prepare(programme)

    def start(self, programme: Programme, now: Reading, /) -> None:
        self._player.start(programme, now)

    def played(self, now: Reading, /) -> int:
        return self._player.played(now)

    def poll(self, now: Reading, /) -> Finished | None:
        finished = self._player.poll(now)
        return None if finished is None else replace(finished, load="none" if self.dead else "ok")

    def stop(self) -> None:
        self._player.stop()
