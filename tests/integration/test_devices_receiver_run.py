"""The receiver as a process: real time, a real broker, kill -9 at any moment."""

from __future__ import annotations

import logging
import random
import signal
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from devices_receiver_cast import (
    BOUND_S,
    FFMPEG,
    KEYS,
    AudioServer,
    Stage,
    Station,
    accounts,
    approval,
    clip,
    enrolment,
    manifest,
    mp3_of,
    password,
    pcm_of,
    slot,
    trust,
)

from devices.broker.embedded import EmbeddedBroker
from devices.broker.mqtt import MqttLink, MqttSettings
from devices.protocol.envelope import open_envelope
from devices.protocol.messages import PlayRecord
from devices.receiver.run import LINK_DEAD, OK, UNUSABLE, run_agent
from devices.receiver.sinks.wav import wav_path
from devices.signing import seal
from devices.simulator.clock import SimulatedClock

RUN = """
import logging, sys
from pathlib import Path
from devices.receiver.enrolment import Enrolment
from devices.receiver.run import run_receiver
folder, ffmpeg = Path(sys.argv[1]), Path(sys.argv[2])
logging.basicConfig(level="INFO", stream=sys.stderr)
enrolment = Enrolment.load(folder / "enrolment.json")
sys.exit(run_receiver(folder / "card", enrolment, "wav", ffmpeg, folder / "wav", logging.getLogger("receiver")))
"""
SPOKEN = (0.7, 5)
PCM = pcm_of(mp3_of(clip(*SPOKEN), *SPOKEN))


class Field:
    """A station, a broker and an audio server on the loopback, and one receiver that is a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broker = EmbeddedBroker(folder / "broker", "127.0.0.1", 0, lambda: accounts("r1"))
        self.broker.start()
        self.audio = AudioServer()
        link = MqttLink(MqttSettings("127.0.0.1", self.broker.port, "station", "station", password("station")))
        self.station = Station(link).open()
        enrolment("r1", self.audio.base, self.broker.port).save(folder / "enrolment.json")
        self._process: subprocess.Popen[bytes] | None = None
        self._log = (folder / "receiver.log").open("ab")

    def publish(self, starts: Sequence[datetime]) -> None:
        now = datetime.now(UTC)
        made = clip(*SPOKEN)
        self.audio.files[made.digest] = mp3_of(made, *SPOKEN)
        approved = approval(made, valid_from=now - timedelta(days=1), valid_to=now + timedelta(days=1))
        week = manifest("r1", self.audio.base, [slot(f"s{n}", start, made) for n, start in enumerate(starts)], [])
        self.station.send_trust(trust(issued=now - timedelta(hours=1), quiet=()))
        self.station.send(
            replace(
                week,
                issued=now,
                not_before=now,
                expires=now + timedelta(days=2),
                approvals=(open_envelope(seal(approved, KEYS["approver"])),),
            )
        )

    def start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(self.folder), str(FFMPEG)], stdout=subprocess.DEVNULL, stderr=self._log
        )
        return self._process

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def wav(self, name: str) -> bytes:
        with wave.open(str(wav_path(self.folder / "wav", name))) as file:
            return file.readframes(file.getnframes())

    def records(self) -> list[PlayRecord]:
        return self.station.records.get("r1", [])

    def close(self) -> None:
        self.kill()
        self._log.close()
        self.station.link.close()
        self.broker.stop()
        self.audio.close()


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    made = Field(tmp_path)
    yield made
    made.close()


def sleep_until(instant: datetime) -> None:
    time.sleep(max(0.0, (instant - datetime.now(UTC)).total_seconds()))


def test_i3_i4_killed_at_ten_moments_every_slot_has_one_record_and_none_is_invented(field: Field) -> None:
    begin = datetime.now(UTC) + timedelta(seconds=2.5)
    starts = [begin + timedelta(seconds=1.5 * n) for n in range(12)]
    field.publish(starts)
    field.start()
    chance = random.Random(48)
    for start in starts[:10]:
        sleep_until(start + timedelta(seconds=chance.uniform(-0.2, 1.2)))
        field.kill()
        field.start()

    names = [f"s{n}" for n in range(12)]
    field.station.until(lambda: {record.slot for record in field.records()} == set(names))
    assert sorted(record.slot for record in field.records()) == sorted(names)
    for record in field.records():
        match record.result:
            case "completed":
                assert record.samples_played == record.samples_expected == len(PCM) // 2
                assert field.wav(record.slot) == PCM
            case "interrupted":
                assert record.samples_played < record.samples_expected
                path = wav_path(field.folder / "wav", record.slot)
                assert not path.exists() or path.stat().st_size < 44 or PCM.startswith(field.wav(record.slot))
            case _:
                raise AssertionError(f"nothing else can have happened: {record}")
    assert sum(record.result == "interrupted" for record in field.records()) >= 1
    assert sum(record.result == "completed" for record in field.records()) >= 2
    assert field.station.seen["r1"] == set(range(1, len(field.station.seen["r1"]) + 1))


def test_it_plays_at_the_instant_and_ends_in_order_on_sigterm(field: Field) -> None:
    instant = datetime.now(UTC) + timedelta(seconds=3)
    field.publish([instant, instant + timedelta(hours=1)])
    process = field.start()
    field.station.until(lambda: bool(field.records()))
    record = field.station.record("r1", "s0")
    assert record.result == "completed"
    assert record.start is not None
    print(f"started {(record.start - instant) / timedelta(milliseconds=1):.3f} ms after its instant")
    assert field.wav("s0") == PCM
    assert not record.simulated

    second = subprocess.run(
        [sys.executable, "-c", RUN, str(field.folder), str(FFMPEG)], capture_output=True, timeout=BOUND_S, check=False
    )
    assert second.returncode == UNUSABLE
    assert b"another process is running there" in second.stderr

    process.send_signal(signal.SIGTERM)
    assert process.wait(BOUND_S) == OK


def test_a_stored_week_plays_in_a_process_without_any_network(field: Field) -> None:
    instant = datetime.now(UTC) + timedelta(seconds=4)
    field.publish([instant])
    field.start()
    field.station.until(lambda: len(field.station.reports.get("r1", [])) == 2)
    deadline = time.monotonic() + BOUND_S
    while not list((field.folder / "card" / "clips").glob("*.clip")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    field.kill()
    field.broker.stop()
    field.audio.close()

    field.start()
    journal = field.folder / "card" / "journal"
    while b'"kind":"record"' not in journal.read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert field.wav("s0") == PCM


def test_a7_a_dead_network_thread_ends_the_process_with_an_error(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "r1")
    try:
        link = stage.broker.link("r1", password("r1"))
        agent = stage.switch_on(link)
        link.die()
        log = logging.getLogger("test")
        assert run_agent(agent, link, SimulatedClock(datetime.now(UTC)), threading.Event(), threading.Event(), log) == (
            LINK_DEAD
        )
    finally:
        stage.close()
