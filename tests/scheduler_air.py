"""A station on the air with all its real use cases, and receivers whose every playback is known: the truth to judge by.

One real SQLite station, its service on a broker in memory, receivers that sign; `now` is an argument of everything.
"""

from __future__ import annotations

import functools
import json
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import tomlkit
from scheduler_cast import COMMUNE, CONFIG, SUNDAY, Device, written

from devices.broker.link import Arrived, Link
from devices.broker.memory import MemoryBroker
from devices.protocol import topics
from devices.protocol.envelope import open_envelope
from devices.protocol.messages import Manifest
from devices.receiver.enrolment import Enrolment
from playlists.week import Week
from scheduler.service.station_service import StationService
from scheduler.station import open_station
from scheduler.store.queries import slots_of_week
from scheduler.store.tables import SlotRow
from scheduler.usecases.accounts import STATION_USER, accounts
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.approve_bulletin import approve_bulletin
from scheduler.usecases.enrol_receiver import enrolment_path
from scheduler.usecases.found_station import found_station
from scheduler.usecases.voice_bulletin import voice_bulletin

WEEKS = (Week(2026, 48), Week(2026, 49))
TEXTS = ("Một.", "Hai.")
"""Each bulletin's text as it is first and after an edit; both are rendered beforehand."""
BULLETINS = {
    "b001": {"title": "Nghị quyết", "plays": 2},
    "b002": {"title": "Thanh toán số", "plays": 1},
    "b003": {"title": "Thời tiết", "plays": 12, "campaign": ""},
}
NARROW = """windows = [{ from = "05:30", to = "05:30:25" }, { from = "17:00", to = "17:00:25" }]
"""
"""Room for one programme each, so that a make-good in xóm x2 finds the week full."""


def written_text(bulletin: str, text: str) -> Any:
    header = {"valid_from": "2026-11-23", "valid_to": "2026-12-06", **BULLETINS[bulletin]}
    body = f"{BULLETINS[bulletin]['title']}: {text}"
    return written(_manuscript(body, campaign="campaign" not in header), **{k: v for k, v in header.items() if v != ""})


def _manuscript(body: str, *, campaign: bool) -> str:
    lines = ['title = "x"', 'field = "Chỉ đạo, điều hành"', 'unit = "UBND xã Thử"']
    lines += ['campaign = "Nghị quyết 57"'] if campaign else []
    return "\n".join(["+++", *lines, "+++", body, ""])


@dataclass
class Post:
    """A receiver on its pole: what it was told, what it did, and the records it has still to send."""

    device: Device
    link: Link
    mode: str = "plays"
    offset: timedelta = timedelta()
    manifest: Manifest | None = None
    settled: set[str] = field(default_factory=set)
    unsent: list[bytes] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)

    def hear(self) -> bool:
        """Take what the broker has: the newest manifest, whole. Whether there was anything."""
        heard = False
        while (event := self.link.take()) is not None:
            heard = True
            if isinstance(event, Arrived):
                if event.topic.endswith("/manifest"):
                    self.manifest = Manifest.from_json(json.loads(open_envelope(event.payload).payload))
                self.link.acknowledge(event)
        return heard

    def send(self, payload: bytes) -> None:
        self.link.publish(topics.record(COMMUNE, self.device.id), payload)


class Air:
    """The station at work. `truth` holds each (receiver, slot) that really sounded whole."""

    def __init__(self) -> None:
        self._holder = tempfile.TemporaryDirectory(prefix="loa-air-")
        self.folder = Path(self._holder.name) / "station"
        shutil.copytree(_base(), self.folder)
        self.now = SUNDAY
        self.latest = SUNDAY
        self.station = open_station(self.folder)
        self.broker = MemoryBroker(lambda: accounts(self.station))
        self.posts: dict[str, Post] = {}
        self.truth: set[tuple[str, str]] = set()
        self._serve()
        for receiver in ("r1", "r2", "r3"):
            self.install(receiver)

    def close(self) -> None:
        self.link.close()
        self.station.store.close()
        self._holder.cleanup()

    def restart(self) -> None:
        """The process dies and starts again on the same folder."""
        self.link.close()
        self.station.store.close()
        self.station = open_station(self.folder)
        self._serve()

    def _serve(self) -> None:
        password = (self.folder / "keys" / "broker.password").read_text().strip()
        self.link = self.broker.link(STATION_USER, password)
        self.service = StationService(self.station, self.link, self.now)
        self.link.open(lambda: None)
        for filter_ in (topics.station_filter(COMMUNE),):
            self.link.subscribe(filter_)

    def install(self, receiver: str) -> None:
        enrolment = Enrolment.load(enrolment_path(self.station, receiver))
        device = Device(receiver, enrolment.secret)
        link = self.broker.link(receiver, enrolment.broker.password)
        link.open(lambda: None)
        for topic_filter in topics.receiver_filters(COMMUNE, receiver):
            link.subscribe(topic_filter)
        link.publish(topics.hello(COMMUNE, receiver), device.hello())
        self.posts[receiver] = Post(device, link)

    def settle(self) -> datetime:
        """Both work until nothing is in flight; returns when the station is to step again."""
        for _ in range(20):
            due = self.service.step(self.now)
            heard = [post.hear() for post in self.posts.values()]
            if due > self.now and not any(heard):
                return due
        raise AssertionError("the station and its receivers do not come to rest")

    def let_pass(self, span: timedelta) -> None:
        """Time goes on, to each instant at which a slot is due or, some hours apart, the station."""
        until = self.now + span
        while True:
            due = self.settle()
            self._play()
            if self.now >= until:
                self.settle()
                return
            starts = [slot.start for post in self.posts.values() for slot in self._ahead(post)]
            step = max(due, self.now + timedelta(hours=2))
            self.now = min([until, step, *(start + timedelta(seconds=30) for start in starts)])
            self.latest = max(self.latest, self.now)

    def _ahead(self, post: Post) -> list[Any]:
        slots = post.manifest.slots if post.manifest else ()
        return [slot for slot in slots if slot.id not in post.settled and slot.start + timedelta(seconds=30) > self.now]

    def _play(self) -> None:
        """What each receiver does with the slots whose time came, by its mode."""
        rows = {row.id: row for row in self.slots()}
        for name, post in self.posts.items():
            for slot in post.manifest.slots if post.manifest else ():
                if slot.id in post.settled or slot.start + timedelta(seconds=30) > self.now:
                    continue
                post.settled.add(slot.id)
                if post.mode == "dead" or self.now - slot.start > timedelta(minutes=15):
                    continue
                row = rows[slot.id]
                whole = post.mode == "plays"
                if whole:
                    self.truth.add((name, slot.id))
                start, end = (datetime.fromisoformat(text) + post.offset for text in (row.start, row.end))
                post.unsent.append(
                    post.device.record(row, "completed" if whole else "interrupted", start=start, end=end)
                )

    def slots(self) -> list[SlotRow]:
        with self.station.store.reading() as session:
            return [slot for week in WEEKS for slot in slots_of_week(session, str(week))]

    def approve(self, bulletin: str) -> None:
        voice_bulletin(self.station, bulletin, self.now)
        approve_bulletin(self.station, bulletin, "Bà Lan", self.station.keys.approver(), self.now)

    def forbid(self, spans: list[tuple[datetime, datetime]], xom: str) -> None:
        """config.toml has just these blackouts from now on; the service reads it at its next step."""
        path = self.folder / "config.toml"
        document = tomlkit.parse(path.read_text(encoding="utf-8"))
        document["rules"]["blackouts"] = [
            {"from": start, "to": end, "why": "đám tang", "xom": [xom]} for start, end in spans
        ]
        path.write_text(tomlkit.dumps(document), encoding="utf-8")
        self.restart()


@functools.cache
def _base() -> Path:
    """A founded station whose bulletins are approved, and whose other texts are rendered already."""
    folder = Path(_HOLDER.name) / "base"
    config = CONFIG.replace('name = "Xóm 2"\n', 'name = "Xóm 2"\n' + NARROW)
    station = found_station(folder, config, SUNDAY).station
    for text in reversed(TEXTS):  # the first one stays
        for bulletin in BULLETINS:
            known = (folder / "bulletins").exists() or text == TEXTS[0]
            add_bulletin(station, written_text(bulletin, text), SUNDAY, replaces=bulletin if known else None)
            voice_bulletin(station, bulletin, SUNDAY)
    for bulletin in BULLETINS:
        approve_bulletin(station, bulletin, "Bà Lan", station.keys.approver(), SUNDAY)
    station.store.close()
    return folder


_HOLDER = tempfile.TemporaryDirectory(prefix="loa-air-base-")
