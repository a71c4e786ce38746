"""Recording with the real arecord: what the microphone hears is in the file, whatever ends it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from array import array
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from scheduler_microphone import Mouth, deaf, environment, hearing, samples_of

from scheduler.microphone import RATE, NoMicrophone
from scheduler.usecases.record_take import record_take

pytestmark = pytest.mark.needs_program("arecord", "alsa-utils")
BOUND_S = 30.0


def noise(seconds: float) -> bytes:
    chance = random.Random(7)
    return array("h", [chance.randint(-9000, 9000) for _ in range(round(seconds * RATE))]).tobytes()


HEARD = noise(3)


@pytest.fixture
def sound(tmp_path: Path) -> Iterator[Path]:
    """A microphone that hears `HEARD` as fast as it is asked to."""
    heard = tmp_path / "heard.raw"
    heard.write_bytes(HEARD)
    with environment(hearing(tmp_path, heard)):
        yield heard


@pytest.fixture
def mouth(tmp_path: Path) -> Iterator[Mouth]:
    """Somebody at the microphone."""
    speaker = Mouth(tmp_path)
    with environment(hearing(tmp_path, speaker.pipe)):
        yield speaker
    speaker.close()


def test_it_ends_at_the_longest_length_to_the_sample(tmp_path: Path, sound: Path) -> None:
    take = record_take(tmp_path / "take.wav", lambda _: True, timedelta(seconds=1.5))
    assert (take.ended_by, take.duration) == ("length", timedelta(seconds=1.5))
    assert samples_of(take.path) == HEARD[: RATE * 3]


def test_it_ends_when_the_speaker_says_so_and_nothing_said_until_then_is_lost(tmp_path: Path, mouth: Mouth) -> None:
    mouth.say(HEARD[: RATE * 2])
    blocks: list[bytes] = []

    def go_on(block: bytes) -> bool:
        blocks.append(block)
        return sum(map(len, blocks)) < RATE * 1.5

    take = record_take(tmp_path / "take.wav", go_on)
    assert take.ended_by == "speaker"
    recorded = samples_of(take.path)
    assert b"".join(blocks) in recorded
    assert HEARD.startswith(recorded[: RATE * 2])


def test_a_speaker_is_asked_while_nothing_comes(tmp_path: Path, mouth: Mouth) -> None:
    mouth.say(HEARD[:RATE])
    waited: list[bytes] = []

    def go_on(block: bytes) -> bool:
        waited.append(block)
        return len([one for one in waited if not one]) < 3

    assert record_take(tmp_path / "take.wav", go_on).ended_by == "speaker"


def test_a_whole_file_is_there_after_kill_9(tmp_path: Path, mouth: Mouth) -> None:
    take = tmp_path / "take.wav"
    mouth.say(HEARD[: RATE * 2])
    code = (
        "import sys; from pathlib import Path; from scheduler.usecases.record_take import record_take\n"
        "heard = 0\n"
        "def go_on(block):\n"
        "    global heard\n"
        "    heard += len(block)\n"
        "    print(heard, flush=True)\n"
        "    return True\n"
        "record_take(Path(sys.argv[1]), go_on)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(take)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= RATE:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(samples_of(take)) >= RATE
    assert HEARD.startswith(samples_of(take)[: RATE * 2])


def test_an_earlier_take_is_never_written_over(tmp_path: Path, sound: Path) -> None:
    path = tmp_path / "take.wav"
    path.write_bytes(b"an earlier one")
    with pytest.raises(FileExistsError):
        record_take(path, lambda _: True, timedelta(seconds=1))
    assert path.read_bytes() == b"an earlier one"


def test_without_a_sound_card_it_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    with environment({**deaf(tmp_path), "PULSE_SERVER": str(tmp_path / "nobody")}), pytest.raises(NoMicrophone) as told:
        record_take(tmp_path / "take.wav", lambda _: True)
    assert "arecord: " in str(told.value)
    assert "plug one in" in str(told.value)
    assert not (tmp_path / "take.wav").exists()


def test_without_a_program_it_says_what_to_install(tmp_path: Path) -> None:
    with environment({"PATH": str(tmp_path)}), pytest.raises(NoMicrophone, match="apt install alsa-utils"):
        record_take(tmp_path / "take.wav", lambda _: True)


def test_the_next_program_is_tried_where_one_hears_nothing(tmp_path: Path, sound: Path) -> None:
    """A machine whose PulseAudio works, but whose ALSA does not know of it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, script in (
        ("arecord", "echo 'audio open error' >&2; exit 1"),
        ("parecord", f"exec /bin/cat {sound}"),
    ):
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    with environment({"PATH": str(programs)}):
        take = record_take(tmp_path / "take.wav", lambda _: True)
    assert take.ended_by == "microphone", "it stopped by itself"
    assert samples_of(take.path) == HEARD


def test_the_program_is_gone_when_the_recording_is_over(tmp_path: Path, sound: Path) -> None:
    record_take(tmp_path / "take.wav", lambda _: False)
    deadline = time.monotonic() + BOUND_S
    while _children():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _children() -> list[str]:
    names = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)
        except OSError:
            continue
        if fields[1].split()[1] == str(os.getpid()) and "arecord" in fields[0]:
            names.append(fields[0])
    return names
