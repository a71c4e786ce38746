"""Who takes part in the receiver's tests: a station's keys, clips that ffmpeg made, an audio server, a small ingest."""

from __future__ import annotations

import functools
import hashlib
import subprocess
import threading
import time as real_time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import imageio_ffmpeg

from devices.broker.accounts import Account, Accounts, password_hash
from devices.broker.link import Arrived, Link
from devices.broker.memory import MemoryBroker
from devices.protocol import topics
from devices.protocol.envelope import open_envelope
from devices.protocol.keys import PublicKey
from devices.protocol.messages import (
    Approval,
    Clip,
    Hello,
    Manifest,
    PlayRecord,
    Quiet,
    Receipt,
    Report,
    Slot,
    Status,
    Trust,
    TrustedKey,
)
from devices.protocol.reasons import Refused
from devices.receiver.agent import Agent
from devices.receiver.crew import Crew
from devices.receiver.download import HttpDownload
from devices.receiver.enrolment import Broker, Enrolment
from devices.receiver.fetch import ClipFetcher
from devices.receiver.player import Player
from devices.receiver.sinks.null import NullPlayer, decoding_crew
from devices.signing import SigningKey, seal
from devices.simulator.clock import SimulatedClock
from devices.trust import accept_hello, accept_record, accept_report, accept_status

FFMPEG = Path(imageio_ffmpeg.get_ffmpeg_exe())
COMMUNE = "c1"
SECRET = b"the enrolment's secret, 32 bytes"
ISSUED = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
"""Monday 23 November 2026, 00:00 in the commune; its 05:30 is MONDAY + 5.5 h."""
MORNING = MONDAY + timedelta(hours=5, minutes=30)
RATE = 24000
BOUND_S = 60.0
"""No test waits for this; it only ends one whose event never comes."""
KEYS = {
    name: SigningKey.from_seed(bytes([n]) * 32) for n, name in enumerate(("root", "schedule", "approver", "thief"), 1)
}


def password(username: str) -> str:
    return f"the password of {username}"


def accounts(*receivers: str) -> Accounts:
    station = Account("station", password_hash(password("station")), "station")
    return Accounts(
        COMMUNE, (station, *(Account(name, password_hash(password(name)), "receiver") for name in receivers))
    )


@functools.cache
def sound(seconds: float, seed: int) -> tuple[bytes, int]:
    """An MP3 of pink noise, and how many samples ffmpeg decodes from it."""
    noise = f"anoisesrc=d={seconds}:c=pink:r={RATE}:a=0.3:seed={seed}"
    encode = ["-ac", "1", "-b:a", "48k", "-f", "mp3", "pipe:1"]
    mp3 = _ffmpeg(["-f", "lavfi", "-i", noise, *encode], b"")
    return mp3, len(pcm_of(mp3)) // 2


@functools.cache
def pcm_of(mp3: bytes) -> bytes:
    """What the clip sounds like, decoded on its own."""
    return _ffmpeg(["-f", "mp3", "-i", "pipe:0", "-f", "s16le", "-ac", "1", "-ar", str(RATE), "pipe:1"], mp3)


def _ffmpeg(words: list[str], given: bytes) -> bytes:
    done = subprocess.run([str(FFMPEG), "-v", "error", *words], input=given, capture_output=True, check=True)
    return done.stdout


def clip(seconds: float = 2.0, seed: int = 1) -> Clip:
    mp3, samples = sound(seconds, seed)
    length = timedelta(milliseconds=round(samples * 1000 / RATE))
    return Clip(hashlib.sha256(mp3).hexdigest(), len(mp3), samples, RATE, length)


def mp3_of(wanted: Clip, seconds: float = 2.0, seed: int = 1) -> bytes:
    mp3, _ = sound(seconds, seed)
    assert hashlib.sha256(mp3).hexdigest() == wanted.digest
    return mp3


class AudioServer:
    """Serves clips by their digest, with ranges, on the loopback. `status`, when set, is all that anybody gets."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.status: int | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/audio"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers.get("Range")
        self.asked.append((handler.path, wanted))
        body = self.files.get(handler.path.rsplit("/", 1)[-1].removesuffix(".mp3"))
        if body is None or self.status is not None:
            handler.send_error(self.status or 404)
            return
        begin = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        handler.send_response(206 if wanted else 200)
        if wanted:
            handler.send_header("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
        handler.send_header("Content-Length", str(len(body) - begin))
        handler.end_headers()
        handler.wfile.write(body[begin:])


def trust(version: int = 1, **changed: object) -> Trust:
    keys = (
        TrustedKey("root", "root", KEYS["root"].public),
        TrustedKey("schedule", "station", KEYS["schedule"].public),
        TrustedKey("approver", "chị Hoa", KEYS["approver"].public),
    )
    quiet = (Quiet(time(22), time(5)),)
    made = Trust(COMMUNE, version, 1, ISSUED - timedelta(days=1), 1, keys, quiet)
    return replace(made, **changed)  # type: ignore[arg-type]


def approval(of: Clip, **changed: object) -> Approval:
    made = Approval(
        COMMUNE,
        f"b-{of.digest[:6]}",
        "Tin",
        "bulletin",
        "0" * 64,
        of,
        "chị Hoa",
        ISSUED,
        ISSUED,
        MONDAY + timedelta(days=7),
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def slot(name: str, start: datetime, *clips: Clip) -> Slot:
    return Slot(name, "2026-W48", start, "planned", tuple(each.digest for each in clips))


def manifest(receiver: str, base: str, slots: Sequence[Slot], clips: Sequence[Clip], **changed: object) -> Manifest:
    made = Manifest(
        commune=COMMUNE,
        receiver=receiver,
        xom="x1",
        epoch=1,
        version=1,
        issued=ISSUED,
        not_before=ISSUED,
        expires=MONDAY + timedelta(days=8),
        audio_base=base,
        gap=timedelta(milliseconds=500),
        slots=tuple(slots),
        approvals=tuple(open_envelope(seal(approval(each), KEYS["approver"])) for each in clips),
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def enrolment(receiver: str, base: str = "http://127.0.0.1:9/audio", port: int = 1883) -> Enrolment:
    return Enrolment(
        commune=COMMUNE,
        receiver=receiver,
        xom="x1",
        broker=Broker("127.0.0.1", port, receiver, password(receiver)),
        roots=(KEYS["root"].public,),
        secret=SECRET,
        audio_base=base,
        heartbeat_s=6 * 3600,
    )


@dataclass
class Station:
    """As much of a station as a receiver sees: it keeps what is signed, and signs for it."""

    link: Link
    keys: dict[str, PublicKey] = field(default_factory=dict)
    hellos: list[Hello] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    records: dict[str, list[PlayRecord]] = field(default_factory=dict)
    reports: dict[str, list[Report]] = field(default_factory=dict)
    seen: dict[str, set[int]] = field(default_factory=dict)
    signs_receipts: bool = True
    changed: threading.Condition = field(default_factory=threading.Condition)

    def open(self) -> Station:
        self.link.subscribe(topics.station_filter(COMMUNE))
        self.link.open(self._work)
        return self

    def until(self, true: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(true, BOUND_S), f"never came: {self.reports} {self.records}"

    def send_trust(self, message: Trust | None = None) -> None:
        self._send(topics.trust(COMMUNE), seal(message or trust(), KEYS["root"]), retain=True)

    def send(self, message: Manifest, key: str = "schedule") -> None:
        self._send(topics.manifest(COMMUNE, message.receiver), seal(message, KEYS[key]), retain=True)

    def send_raw(self, receiver: str, raw: bytes) -> None:
        self._send(topics.manifest(COMMUNE, receiver), raw, retain=True)

    def receipt(self, receiver: str) -> None:
        seen = self.seen.get(receiver, set())
        through = next(n for n in range(len(seen) + 1) if n + 1 not in seen)
        at = ISSUED
        made = Receipt(COMMUNE, receiver, self.keys[receiver].keyid, through, at, None)
        self.link.publish(topics.receipt(COMMUNE, receiver), seal(made, KEYS["schedule"]))

    def record(self, receiver: str, slot_id: str) -> PlayRecord:
        (found,) = [record for record in self.records.get(receiver, []) if record.slot == slot_id]
        return found

    def reasons(self, receiver: str) -> list[tuple[str, str, str]]:
        return [(report.kind, report.subject, report.reason) for report in self.reports.get(receiver, [])]

    def _send(self, topic: str, raw: bytes, *, retain: bool) -> None:
        deadline = real_time.monotonic() + BOUND_S
        while not self.link.publish(topic, raw, retain=retain):
            assert real_time.monotonic() < deadline
            real_time.sleep(0.01)

    def _work(self) -> None:
        with self.changed:
            while (event := self.link.take()) is not None:
                if isinstance(event, Arrived):
                    self._ingest(event)
                    self.link.acknowledge(event)
            self.changed.notify_all()

    def _ingest(self, event: Arrived) -> None:
        address = topics.parse(event.topic)
        receiver, raw = address.receiver, event.payload
        assert receiver is not None
        if address.kind == "hello":
            known = self.keys.get(receiver)
            hello = accept_hello(raw, COMMUNE, receiver, secret=SECRET, known=known)
            assert not isinstance(hello, Refused), hello
            self.keys[receiver] = hello.public
            self.hellos.append(hello)
        elif address.kind == "status":
            status = accept_status(raw, COMMUNE, receiver, self.keys[receiver])
            if isinstance(status, Status):
                self.statuses.append(status)
            return
        elif address.kind == "record":
            self._keep(self.records, receiver, accept_record(raw, COMMUNE, receiver, self.keys[receiver]))
        else:
            self._keep(self.reports, receiver, accept_report(raw, COMMUNE, receiver, self.keys[receiver]))
        if self.signs_receipts:
            self.receipt(receiver)

    def _keep(self, kept: dict[str, list], receiver: str, message: PlayRecord | Report | Refused) -> None:  # type: ignore[type-arg]
        assert not isinstance(message, Refused), message
        seen = self.seen.setdefault(receiver, set())
        if message.seq not in seen:
            seen.add(message.seq)
            kept.setdefault(receiver, []).append(message)


class Stage:
    """One receiver's agent with a null sink, on a broker in memory, under a simulated clock."""

    def __init__(self, folder: Path, receiver: str = "r1", start: datetime = MONDAY) -> None:
        self.folder = folder
        self.receiver = receiver
        self.audio = AudioServer()
        self.broker = MemoryBroker(lambda: accounts(receiver))
        self.station = Station(self.broker.link("station", password("station"))).open()
        self.clock = SimulatedClock(start)
        self.decoders = decoding_crew()
        self.downloads = Crew(2, "download")
        self.woken = threading.Event()
        self.agent: Agent | None = None
        self.due: datetime | None = None

    def player(self) -> Player:
        return NullPlayer(FFMPEG, self.decoders)

    def switch_on(self, link: Link | None = None) -> Agent:
        link = link or self.broker.link(self.receiver, password(self.receiver))
        fetcher = ClipFetcher(self.downloads, HttpDownload())
        self.agent = Agent(enrolment(self.receiver, self.audio.base), self.folder, link, self.player(), fetcher, "test")
        self.agent.open(self.woken.set)
        return self.agent

    def switch_off(self) -> None:
        assert self.agent is not None
        self.agent.release()
        self.agent = None

    def serve(self, *clips: tuple[float, int]) -> list[Clip]:
        """Make clips of (seconds, seed) and put them on the audio server."""
        made = []
        for seconds, seed in clips:
            each = clip(seconds, seed)
            self.audio.files[each.digest] = mp3_of(each, seconds, seed)
            made.append(each)
        return made

    def settle(self) -> None:
        """Let everything happen that is due now or in flight."""
        assert self.agent is not None
        deadline = real_time.monotonic() + BOUND_S
        while True:
            self.woken.clear()
            self.due = self.agent.step(self.clock.read())
            if self.due is not None and self.due <= self.clock.read().wall:
                continue
            if not self.agent.busy:
                return
            assert real_time.monotonic() < deadline, "it never comes to rest"
            self.woken.wait(0.02)

    def step_to(self, instant: datetime) -> None:
        """As `run_to`, while receipts are withheld: then only downloads and decoders are waited for."""
        assert self.agent is not None
        deadline = real_time.monotonic() + BOUND_S
        while self.clock.read().wall <= instant:
            self.woken.clear()
            due = self.agent.step(self.clock.read())
            if self.agent.working:
                assert real_time.monotonic() < deadline, "it never comes to rest"
                self.woken.wait(0.02)
            elif due is None or due > instant:
                break
            else:
                self.clock.advance_to(due)
        self.clock.advance_to(instant)
        self.agent.step(self.clock.read())

    def run_to(self, instant: datetime) -> None:
        """Let time pass until `instant`, from one due moment to the next."""
        self.settle()
        while self.due is not None and self.due <= instant:
            self.clock.advance_to(self.due)
            self.settle()
        self.clock.advance_to(instant)
        self.settle()

    def close(self) -> None:
        if self.agent is not None:
            self.switch_off()
        self.decoders.dismiss()
        self.downloads.dismiss()
        self.audio.close()


@contextmanager
def stage(folder: Path, receiver: str = "r1", start: datetime = MONDAY) -> Iterator[Stage]:
    made = Stage(folder / receiver, receiver, start)
    try:
        yield made
    finally:
        made.close()
