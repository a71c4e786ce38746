"""Who takes part in the functional tests: a station folder, and the real processes around it, on the loopback."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import imageio_ffmpeg

from devices.protocol import messages
from devices.protocol.codec import decode
from devices.protocol.envelope import open_envelope
from devices.receiver.facts import Filed
from devices.receiver.journal import from_line
from playlists.week import TIMEZONE, Week

HOST = "127.0.0.1"
LOA = (sys.executable, "-m", "scheduler")
BOUND_S = 90.0
"""No test waits for this; it only ends one whose event never comes."""
COMMAND_S = 120.0
RESTART_S = 1.0
WAV_HEADER = 44
RECEIVERS = {"r1": "x1", "r2": "x2", "r3": "x3"}
BULLETIN = """\
+++
title = "Thử loa"
field = "Chỉ đạo, điều hành"
unit = "UBND xã Thử"
campaign = "Nghị quyết 57"
valid from = "{first}"
valid to = "{last}"
plays = {plays}
plays min = 0
+++
Xin chào bà con.
"""
CONFIG = """\
[station]
id = "xa-thu"
name = "Đài truyền thanh xã Thử"
commune = "xã Thử"
province = "tỉnh Thử"
leader = "Bà Lan"

[guarantee]
campaign_slots_per_week = 1
record_deadline_min = 1440
make_goods_per_week = 0

[rules]
quiet = [{{ from = "{quiet_from:%H:%M}", to = "{quiet_to:%H:%M}" }}]
windows = [{{ from = "{quiet_to:%H:%M}", to = "{quiet_from:%H:%M}" }}]
min_gap_h = 0
pause_s = {pause_s}
lead_s = 5

[sound]
ident = "Xã Thử."
sign_off = "Hết."

[broker]
kind = "{broker}"
port = {broker_port}

[audio]
port = {audio_port}

[receivers]
heartbeat_s = 2
silent_after_s = 6
"""
XOM = '[[xom]]\nid = "{xom}"\nname = "Xóm {xom}"\nreceivers = ["{receiver}"]\n'


def now() -> datetime:
    return datetime.now(UTC)


class Daemon:
    """A process that is meant to run for ever, started again a second after it ended, as systemd does."""

    def __init__(self, name: str, command: Sequence[str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.own_ends: list[int] = []
        """The exit codes with which it ended without being killed by `crash`."""
        self._command = [*command]
        self._process: subprocess.Popen[bytes] | None = None
        self._ended_s: float | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._ended_s = None

    def keep(self) -> None:
        """Start it again if it has ended, by itself or by `crash`."""
        if self._process is None or (code := self._process.poll()) is None:
            return
        if self._ended_s is None:
            self._ended_s = time.monotonic()
            self.own_ends += [] if code == -signal.SIGKILL else [code]
        elif time.monotonic() >= self._ended_s + RESTART_S:
            self.start()

    def crash(self) -> None:
        """kill -9; `keep` starts it again."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def kill(self) -> None:
        """kill -9, for good."""
        self._end(signal.SIGKILL)

    def stop(self) -> int | None:
        """End it in order; returns its exit code."""
        return self._end(signal.SIGTERM)

    def said(self) -> str:
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    def _end(self, how: signal.Signals) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        process.send_signal(how)
        try:
            return process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"{self.name} did not end:\n{self.said()}") from None


@dataclass
class Station:
    """A station folder in `root`, what a test asks of it, and its processes."""

    root: Path
    pause_s: int
    broker_port: int = 0
    daemons: dict[str, Daemon] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.root / "station"

    def found(self, broker: str = "mosquitto") -> None:
        """`loa init --from` a small config.toml; the quiet hours are on the other side of the day."""
        local = now().astimezone(TIMEZONE)
        broker_port, audio_port = free_ports(2)
        text = CONFIG.format(
            quiet_from=local + timedelta(hours=11),
            quiet_to=local + timedelta(hours=13),
            pause_s=self.pause_s,
            broker=broker,
            broker_port=broker_port,
            audio_port=audio_port,
        ) + "".join(XOM.format(xom=xom, receiver=receiver) for receiver, xom in RECEIVERS.items())
        source = self.root / "source.toml"
        source.write_text(text, encoding="utf-8")
        self.broker_port = broker_port
        self.loa("init", str(self.folder), "--from", str(source), station=False)

    def write_bulletin(self, plays: int) -> str:
        """Add, preview and approve one short bulletin for today and tomorrow; returns its id."""
        local = now().astimezone(TIMEZONE)
        file = self.root / "tin.md"
        first, last = f"{local:%Y-%m-%d}", f"{local + timedelta(days=1):%Y-%m-%d}"
        file.write_text(BULLETIN.format(first=first, last=last, plays=plays), encoding="utf-8")
        bulletin: str = self.loa("bulletin", "add", str(file))["id"]
        heard = self.loa("bulletin", "preview", bulletin)["clip"]
        self.loa("bulletin", "approve", bulletin, "--heard", heard[:12], "--yes")
        return bulletin

    def programme_length(self) -> timedelta:
        """The room a programme of the one bulletin needs, with what the planner's grid adds."""
        durations = self.rows("SELECT duration_ms FROM clip")
        return timedelta(milliseconds=sum(row["duration_ms"] for row in durations), seconds=2 * self.pause_s + 2)

    def publish(self, windows: Sequence[tuple[datetime, datetime]]) -> list[dict[str, Any]]:
        """Publish every week that these windows begin in; returns the slots that start in one of them."""
        extra = self.root / "windows.toml"
        extra.write_text("[rules]\nwindows = [\n" + "".join(map(_window, windows)) + "]\n", encoding="utf-8")
        slots = []
        for week in sorted({str(Week.of(start)) for start, _ in windows}):
            slots += self.loa("week", "publish", week, before=["--config", str(extra)])["slots"]
        return [slot for slot in slots if any(a <= datetime.fromisoformat(slot["start"]) < b for a, b in windows)]

    def loa(self, *words: str, station: bool = True, before: Sequence[str] = (), code: int = 0) -> Any:
        """The JSON document of one command, whose exit code must be `code`."""
        chosen = ["--station", str(self.folder)] if station else []
        done = subprocess.run(
            [*LOA, *before, *chosen, *words, "--json"], capture_output=True, timeout=COMMAND_S, check=False
        )
        assert done.returncode == code, (words, done.returncode, done.stdout.decode(), done.stderr.decode())
        return json.loads(done.stdout) if done.stdout else None

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """What the database holds now, read past the station."""
        with closing(sqlite3.connect(f"file:{self.folder / 'loa.db'}?mode=ro", uri=True, timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def daemon(self, name: str, *command: str) -> Daemon:
        daemon = self.daemons[name] = Daemon(name, command, self.root)
        return daemon

    def mosquitto(self) -> Daemon:
        """Mosquitto on the files that Loa wrote into the station's broker/ folder."""
        written = self.folder / "broker" / "mosquitto.conf"
        if os.geteuid() == 0:  # or it gives its rights up and cannot read the folder
            text, written = written.read_text(), self.root / "mosquitto.conf"
            written.write_text(text + "user root\n")
        places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
        program = shutil.which("mosquitto", path=places)
        assert program is not None
        return self.daemon("mosquitto", program, "-c", str(written))

    def service(self) -> Daemon:
        return self.daemon("service", *LOA, "--station", str(self.folder), "serve", "--verbose")

    def receiver(self, name: str) -> Daemon:
        """`loa receiver run` on a copy of its enrolment file, as the installer brings it."""
        enrolment = self.root / f"{name}.json"
        shutil.copyfile(self.folder / "enrolments" / f"{name}.json", enrolment)
        state = str(self.state(name))
        return self.daemon(
            name, *LOA, "receiver", "run", "--enrolment", str(enrolment), "--state", state, "--sink", "wav"
        )

    def state(self, receiver: str) -> Path:
        return self.root / "receivers" / receiver

    def wav(self, receiver: str, slot: str) -> Path:
        return self.state(receiver) / "wav" / f"{slot}.wav"

    def until(self, what: str, true: Callable[[], object], bound_s: float = BOUND_S) -> None:
        """Wait for something to become so, keeping every daemon alive meanwhile."""
        end = time.monotonic() + bound_s
        while not true():
            for daemon in self.daemons.values():
                daemon.keep()
            assert time.monotonic() < end, f"never came: {what}\n{self._logs()}"
            time.sleep(0.02)

    def _logs(self) -> str:
        return "\n".join(f"== {daemon.name}\n{daemon.said()}" for daemon in self.daemons.values())

    def on_the_air(self) -> bool:
        """Whether the service has been at the broker: what a receiver says from now on waits for it there.

        Before its first subscription nobody keeps a receiver's hello, and the receiver repeats it after a minute.
        """
        return bool(self.rows("SELECT topic FROM outbox WHERE kind = 'trust' AND attempts > 0"))

    def all_enrolled(self) -> bool:
        return not self.rows("SELECT id FROM receiver WHERE enrolled_at IS NULL")

    def adopted_by_all(self) -> bool:
        """Whether each receiver has reported its newest manifest, and has every clip."""
        waiting = self.rows("SELECT topic FROM outbox WHERE kind = 'manifest' AND answered_at IS NULL")
        statuses = [json.loads(row["status"]) for row in self.rows("SELECT status FROM contact")]
        missing = [status.get("clips_missing", 1) for status in statuses]
        return not waiting and len(missing) == len(RECEIVERS) and not any(missing)

    def expected_sound(self, slot: str) -> bytes:
        """What a slot sounds like, clip for clip, decoded on its own: ident, gap, clip, gap, sign-off."""
        (row,) = self.rows("SELECT items FROM slot WHERE id = ?", slot)
        gap = bytes(2 * 24_000 * self.pause_s)
        return gap.join(decoded(self.folder / "audio" / f"{digest}.mp3") for digest in json.loads(row["items"]))


@contextmanager
def running(root: Path, pause_s: int) -> Iterator[Station]:
    """A station that is not founded yet; whatever it started is killed at the end."""
    root.mkdir(parents=True, exist_ok=True)
    station = Station(root, pause_s)
    try:
        yield station
    finally:
        for daemon in station.daemons.values():
            daemon.kill()


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@functools.cache
def decoded(mp3: Path) -> bytes:
    """Mono s16le at 24 kHz of a clip, as the bundled ffmpeg decodes it."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "mp3", "-i", str(mp3)]
    done = subprocess.run([*command, "-f", "s16le", "-ac", "1", "-ar", "24000", "-"], capture_output=True, check=True)
    return done.stdout


def sound_of(path: Path) -> bytes:
    """The samples of a WAV file that must be mono s16le at 24 kHz; none of a file that has no header yet."""
    if path.stat().st_size < WAV_HEADER:
        return b""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        samples: bytes = file.readframes(file.getnframes())
        return samples


def journalled(state: Path) -> dict[int, tuple[str, messages.PlayRecord | None]]:
    """Every entry a receiver ever filed in its journal, by sequence number: the envelope, and the record it holds.

    Read line by line, so that also what the station has long signed for is there; an unfinished last line is none.
    """
    found: dict[int, tuple[str, messages.PlayRecord | None]] = {}
    for line in (state / "journal").read_bytes().split(b"\n"):
        parsed = from_line(line)
        if parsed is not None and isinstance(parsed[0], Filed):
            filed = parsed[0]
            payload = open_envelope(filed.envelope.encode()).payload
            record = messages.PlayRecord.from_json(decode(payload)) if filed.kind == "record" else None
            assert found.setdefault(filed.seq, (filed.envelope, record))[0] == filed.envelope
    return found


def _window(window: tuple[datetime, datetime]) -> str:
    start, end = (instant.astimezone(TIMEZONE) for instant in window)
    return f'    {{ days = [{start.isoweekday()}], from = "{start:%H:%M:%S}", to = "{end:%H:%M:%S}" }},\n'
