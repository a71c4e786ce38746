"""Who takes part in the station's tests: a founded station with a published week, and receivers that sign.

The station is made once in a process and copied for each test; all of it is real but the loudspeakers.
"""

from __future__ import annotations

import functools
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

from devices.protocol import topics
from devices.protocol.envelope import open_envelope
from devices.protocol.keys import enrolment_proof
from devices.protocol.messages import Hello, Message, PlayRecord, Receipt, Report, Status
from devices.protocol.messages.record import Result
from devices.receiver.enrolment import Enrolment
from devices.signing import SigningKey, seal
from playlists.manuscript import read_manuscript
from playlists.week import TIMEZONE, Week
from scheduler.station import Station, open_station
from scheduler.store.queries import slots_of_week
from scheduler.store.tables import PlayRecordRow, QuarantineRow, SlotRow
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.approve_bulletin import approve_bulletin
from scheduler.usecases.enrol_receiver import enrolment_path
from scheduler.usecases.found_station import found_station
from scheduler.usecases.ingest import Reply, receive
from scheduler.usecases.publish_week import publish_week
from scheduler.usecases.seal_log import seal_log
from scheduler.usecases.voice_bulletin import voice_bulletin

COMMUNE = "xa-thu"
WEEK = Week(2026, 48)
SUNDAY = WEEK.start.astimezone(UTC) - timedelta(hours=6)
"""When the station is founded and its week published: 18:00 on the Sunday before."""
PLACES = {"r1": "x1", "r2": "x1", "r3": "x2"}
CONFIG = """\
[station]
id = "xa-thu"
name = "Đài truyền thanh xã Thử"
commune = "xã Thử"
province = "tỉnh Thử"
leader = "Bà Lan"

[rules]
quiet = [{ from = "21:00", to = "05:00" }]
windows = [{ from = "05:30", to = "06:00" }, { from = "17:00", to = "17:30" }]

[sound]
ident = "Xã Thử."
sign_off = "Hết."

[[xom]]
id = "x1"
name = "Xóm 1"
tags = ["ven-bien"]
receivers = ["r1", "r2"]

[[xom]]
id = "x2"
name = "Xóm 2"
receivers = ["r3"]
"""
MANUSCRIPT = """\
+++
title = "Thử loa"
field = "Chỉ đạo, điều hành"
unit = "UBND xã Thử"
campaign = "Nghị quyết 57"
valid from = "2026-11-23"
valid to = "2026-11-29"
plays = 2
+++
Xin chào bà con.
"""


@dataclass
class Device:
    """A receiver as the station hears it: its key, its secret, and what it signs."""

    id: str
    secret: bytes
    seq: int = 0
    boot: str = "1"
    key: SigningKey = field(init=False)

    def __post_init__(self) -> None:
        self.key = SigningKey.from_seed(self.id.encode().ljust(32, b"."))

    def hello(self, *, manifest_version: int = 0, trust_version: int = 0) -> bytes:
        proof = enrolment_proof(self.secret, self.key.public)
        made = Hello(
            COMMUNE, self.id, self.key.public, self.boot, "loa test", "wav", manifest_version, trust_version, proof
        )
        return seal(made, self.key)

    def status(self, at: datetime, *, manifest_version: int = 1) -> bytes:
        made = Status(
            commune=COMMUNE,
            receiver=self.id,
            boot=self.boot,
            at=at,
            manifest_version=manifest_version,
            trust_version=1,
            next_slot=None,
            clips_missing=0,
            disk_free=10**9,
            clock="synchronised",
            sink="wav",
            load="ok",
        )
        return seal(made, self.key)

    def record(self, slot: SlotRow, result: Result = "completed", *, seq: int | None = None, **other: Any) -> bytes:
        """The record of one slot; `seq` counts up unless it is given."""
        start, end = datetime.fromisoformat(slot.start), datetime.fromisoformat(slot.end)
        sounded = result != "missed"
        made = PlayRecord(
            commune=COMMUNE,
            receiver=self.id,
            boot=self.boot,
            seq=self._next(seq),
            slot=slot.id,
            manifest_version=1,
            planned_start=start,
            start=start if sounded else None,
            end=end if sounded else None,
            played=end - start if sounded else timedelta(),
            samples_played=24_000 if result == "completed" else 0,
            samples_expected=24_000,
            result=result,
            reason="" if result == "completed" else "power",
            load="ok",
            sink="wav",
            simulated=False,
            clock="synchronised",
            clips=tuple(slot.items),
        )
        return self.signed(made, **other)

    def report(
        self,
        kind: str,
        subject: str,
        reason: str,
        details: Mapping[str, str | int] | None = None,
        *,
        at: datetime = SUNDAY,
        seq: int | None = None,
        **other: Any,
    ) -> bytes:
        made = Report(COMMUNE, self.id, self.boot, self._next(seq), at, kind, subject, reason, details or {})  # type: ignore[arg-type]
        return self.signed(made, **other)

    def signed(self, message: Message, **other: Any) -> bytes:
        """`message` with other fields, signed by this device's key, or by `key`."""
        key = other.pop("key", self.key)
        return seal(type(message)(**{**vars(message), **other}), key)

    def _next(self, seq: int | None) -> int:
        if seq is None:
            self.seq += 1
        return self.seq if seq is None else seq


def published(folder: Path, *, enrolled: bool = True) -> Station:
    """A station in `folder` whose week 48 is published; its receivers have said hello, or nobody has."""
    shutil.copytree(_enrolled() if enrolled else _published(), folder)
    return open_station(folder)


def devices(station: Station) -> dict[str, Device]:
    found = {}
    for receiver in PLACES:
        enrolment = Enrolment.load(enrolment_path(station, receiver))
        found[receiver] = Device(receiver, enrolment.secret)
    return found


def written(text: str = MANUSCRIPT, **header: object) -> Any:
    """A manuscript whose header has other values."""
    lines = text.split("\n")
    for name, value in header.items():
        name = name.replace("_", " ")
        lines = [line for line in lines if not line.startswith(f"{name} =")]
        lines.insert(1, f"{name} = {json.dumps(value, ensure_ascii=False)}")
    return read_manuscript("tin.md", "\n".join(lines).encode(), today=SUNDAY.astimezone(TIMEZONE).date())


def say(station: Station, kind: str, device: Device, payload: bytes, now: datetime) -> list[Reply]:
    """One message of a receiver, on the topic of its kind, taken in."""
    topic = {"hello": topics.hello, "status": topics.status, "record": topics.record, "report": topics.report}[kind]
    return receive(station, topic(COMMUNE, device.id), payload, now)


def receipt_in(replies: list[Reply]) -> Receipt:
    """The one receipt among the station's answers."""
    (found,) = [reply for reply in replies if reply.topic.endswith("/receipt")]
    return Receipt.from_json(json.loads(open_envelope(found.payload).payload))


def slots(station: Station, xom: str = "x1") -> list[SlotRow]:
    with station.store.reading() as session:
        return [slot for slot in slots_of_week(session, str(WEEK)) if slot.xom == xom and slot.cancelled_at is None]


def records(station: Station) -> list[PlayRecordRow]:
    with station.store.reading() as session:
        return list(session.exec(select(PlayRecordRow).order_by(PlayRecordRow.receiver, PlayRecordRow.seq)))  # type: ignore[arg-type]


def quarantined(station: Station) -> list[QuarantineRow]:
    with station.store.reading() as session:
        return list(session.exec(select(QuarantineRow)))


_HOLDER = tempfile.TemporaryDirectory(prefix="loa-test-station-")


@functools.cache
def _published() -> Path:
    folder = Path(_HOLDER.name) / "published"
    station = found_station(folder, CONFIG, SUNDAY).station
    bulletin = add_bulletin(station, written(), SUNDAY).bulletin.id
    voice_bulletin(station, bulletin, SUNDAY)
    approve_bulletin(station, bulletin, "Bà Lan", station.keys.approver(), SUNDAY)
    publish_week(station, WEEK, SUNDAY)
    seal_log(station)
    station.store.close()
    return folder


@functools.cache
def _enrolled() -> Path:
    folder = Path(_HOLDER.name) / "enrolled"
    shutil.copytree(_published(), folder)
    station = open_station(folder)
    for device in devices(station).values():
        say(station, "hello", device, device.hello(), SUNDAY)
    seal_log(station)
    station.store.close()
    return folder
