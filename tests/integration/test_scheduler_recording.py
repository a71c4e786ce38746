"""A bulletin in a person's voice: from a file or from the microphone, listened to, kept, and approved anew."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from scheduler_cast import SUNDAY, WEEK, published, slots, written
from scheduler_microphone import Mouth, at_card_rate, deaf, hearing
from tts_sounds import ffmpeg, tone

from scheduler.cli import main
from scheduler.station import Station
from scheduler.store.log import read_leaves
from scheduler.store.queries import bulletin_row, clip_rows, valid_approvals
from scheduler.store.tables import BulletinRow
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.approve_bulletin import approve_bulletin
from scheduler.usecases.publish_week import publish_week
from scheduler.usecases.record_bulletin import record_bulletin
from scheduler.usecases.verify_log import verify_station
from scheduler.usecases.voice_bulletin import voice_bulletin
from tts.decode import decode
from tts.levels import Unusable
from tts.speech import SECOND
from tts.voices.recorded import LONGEST

BOUND_S = 60.0
needs_arecord = pytest.mark.needs_program("arecord", "alsa-utils")


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """Bulletin b001 says “Xin chào bà con.” and is on its way to the receivers for the whole week."""
    return published(tmp_path / "station")


@pytest.fixture
def voice(station: Station, tmp_path: Path) -> Path:
    """Somebody who says the words of b001."""
    path = tmp_path / "giọng đọc.mp3"
    path.write_bytes((station.audio / f"{bulletin(station).clip}.mp3").read_bytes())
    return path


def bulletin(station: Station, key: str = "b001") -> BulletinRow:
    with station.store.reading() as session:
        return bulletin_row(session, key)


def leaves(station: Station) -> int:
    with station.store.reading() as session:
        return len(read_leaves(session))


def test_e15_a_recording_is_a_new_sound_that_must_be_approved(station: Station, voice: Path) -> None:
    before = bulletin(station)
    coming = slots(station)
    recorded = record_bulletin(station, "b001", voice, SUNDAY)
    after = bulletin(station)
    assert (recorded.changed, recorded.verdict.refusal) == (True, None)
    assert {slot.id for slot in coming} <= {slot.id for slot in recorded.cancelled}
    assert (after.state, after.clip, after.text) == ("draft", None, before.text)
    assert after.digest != before.digest
    assert (station.recordings / str(after.recording)).read_bytes() == voice.read_bytes()
    with station.store.reading() as session:
        assert not any(row.bulletin == "b001" for row in valid_approvals(session))
    assert slots(station) == []

    voiced = voice_bulletin(station, "b001", SUNDAY)
    with station.store.reading() as session:
        (clip,) = clip_rows(session, [voiced.clip.digest]).values()
    assert str(clip.spoken_by).startswith("recorded ")
    approve_bulletin(station, "b001", "Bà Lan", station.keys.approver(), SUNDAY)
    publish_week(station, WEEK, SUNDAY)
    assert any(voiced.clip.digest in slot.items for slot in slots(station))
    assert verify_station(station).findings == ()


def test_the_same_recording_again_changes_nothing(station: Station, voice: Path) -> None:
    record_bulletin(station, "b001", voice, SUNDAY)
    voice_bulletin(station, "b001", SUNDAY)
    approve_bulletin(station, "b001", "Bà Lan", station.keys.approver(), SUNDAY)
    before = leaves(station), bulletin(station)
    assert not record_bulletin(station, "b001", voice, SUNDAY).changed
    assert (leaves(station), bulletin(station)) == before


def test_a_trial_listens_and_changes_nothing(station: Station, voice: Path) -> None:
    before = leaves(station), bulletin(station), sorted(station.recordings.iterdir())
    shown = record_bulletin(station, "b001", voice, SUNDAY, dry_run=True)
    assert (shown.changed, shown.verdict.levels.speech_db > -30) == (True, True)
    assert (leaves(station), bulletin(station), sorted(station.recordings.iterdir())) == before


def test_e6_silence_and_fragments_are_refused_and_the_bulletin_stays(station: Station, tmp_path: Path) -> None:
    before = bulletin(station)
    silent = tmp_path / "silent.wav"
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=24000:cl=mono", "-t", "5", str(silent))
    for path, why in ((silent, "not muted"), (tone(tmp_path / "short.wav", 0.2), "4 syllables")):
        with pytest.raises(Unusable, match=why):
            record_bulletin(station, "b001", path, SUNDAY)
        with pytest.raises(Unusable, match=why):
            add_bulletin(station, written(recording=path.name), SUNDAY, beside=tmp_path)
    assert bulletin(station) == before
    assert list(station.recordings.iterdir()) == []


def test_a_recording_that_a_header_names_is_told_of_its_flaws(station: Station, voice: Path, tmp_path: Path) -> None:
    ffmpeg("-i", str(voice), "-af", "volume=-32dB", str(tmp_path / "quiet.mp3"))
    added = add_bulletin(station, written(title="Ghi âm", recording="quiet.mp3"), SUNDAY, beside=tmp_path)
    assert added.heard is not None
    assert "too quiet" in str(added.heard.flaws[0])


class Loa:
    """The command as a process of its own, with a keyboard or without one."""

    def __init__(self, station: Station, environment: dict[str, str]) -> None:
        kept = {key: value for key, value in os.environ.items() if key not in ("LOA_STATION", "LOA_LANG")}
        self.environment = {
            **kept,
            "LOA_LANG": "en",
            "LOA_STATION": str(station.folder),
            "TERM": "xterm",
            **environment,
        }

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "scheduler", *words]

    def run(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(
            self.command(*words), capture_output=True, env=self.environment, timeout=BOUND_S, check=False, text=True
        )
        assert done.returncode == code, done.stderr
        return done.stdout or done.stderr


class Keyboard:
    """A terminal on which somebody reads what is shown, and presses keys."""

    def __init__(self, loa: Loa, *words: str) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            loa.command(*words), stdin=slave, stdout=slave, stderr=slave, env=loa.environment, start_new_session=True,
            preexec_fn=_takes_terminal,
        )  # fmt: skip
        os.close(slave)
        self.shown = ""

    def until(self, text: str) -> None:
        deadline = time.monotonic() + BOUND_S
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            if select.select([self._master], [], [], 0.1)[0]:
                try:
                    self.shown += os.read(self._master, 65536).decode(errors="replace")
                except OSError as closed:
                    raise AssertionError(self.shown) from closed
        self.shown = self.shown.split(text, 1)[1]

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def end(self) -> int:
        drain = threading.Thread(target=self._drain, daemon=True)
        drain.start()
        code = self.process.wait(BOUND_S)
        os.close(self._master)
        return code

    def _drain(self) -> None:
        try:
            while data := os.read(self._master, 65536):
                self.shown += data.decode(errors="replace")
        except OSError:
            pass


def _takes_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def microphone(tmp_path: Path, voice: Path) -> dict[str, str]:
    """A microphone into which b001 is read, as fast as it listens."""
    heard = tmp_path / "heard.raw"
    heard.write_bytes(at_card_rate(decode(voice, max_duration=LONGEST)))
    return hearing(tmp_path, heard)


@contextmanager
def spoken_into(tmp_path: Path, voice: Path) -> Iterator[tuple[dict[str, str], Callable[[], None]]]:
    """A microphone that hears b001 each time `speak` is called, and nothing in between."""
    mouth = Mouth(tmp_path)
    pcm = at_card_rate(decode(voice, max_duration=LONGEST))
    try:
        yield hearing(tmp_path, mouth.pipe), lambda: mouth.say(pcm)
    finally:
        mouth.close()


@needs_arecord
def test_a_bulletin_is_read_into_the_microphone(station: Station, voice: Path, microphone: dict[str, str]) -> None:
    loa = Loa(station, microphone)
    length = decode(voice, max_duration=LONGEST).duration / SECOND
    document = json.loads(loa.run("bulletin", "record", "b001", "--seconds", "1", "--yes", "--json"))
    assert (document["state"], document["dry_run"], document["duration_s"]) == ("draft", False, 1.0)
    assert length > 0.9
    assert document["recording"].endswith(".wav")
    assert bulletin(station).recording == document["recording"]
    assert list(station.preview.glob("*.wav")) == [], "the take has become the recording"
    assert json.loads(loa.run("bulletin", "preview", "b001", "--json"))["clip"] == bulletin(station).clip


@needs_arecord
def test_the_microphone_can_be_tried_without_changing_anything(station: Station, microphone: dict[str, str]) -> None:
    before = bulletin(station)
    document = json.loads(
        Loa(station, microphone).run("bulletin", "record", "b001", "--seconds", "1", "--yes", "--dry-run", "--json")
    )
    assert document["speech_db"] > -40
    assert bulletin(station) == before
    assert list(station.recordings.iterdir()) == []


@needs_arecord
def test_with_a_keyboard_one_reads_hears_of_it_and_chooses(station: Station, voice: Path, tmp_path: Path) -> None:
    """Enter ends the first take, which is made again; Ctrl-C ends the second, which is kept whole."""
    with spoken_into(tmp_path, voice) as (environment, speak):
        keyboard = Keyboard(Loa(station, environment), "bulletin", "record", "b001")
        keyboard.until("Xin chào bà con.")
        keyboard.until("Press Enter to begin")
        keyboard.press("\n")
        speak()
        keyboard.until("dB, loudest")
        keyboard.press("\n")
        keyboard.until("3 discard")
        keyboard.press("2\n")
        keyboard.until("Press Enter to begin")
        keyboard.press("\n")
        speak()
        keyboard.until("-96 dB, loudest")  # all is heard
        keyboard.press("\x03")
        keyboard.until("1 keep, 2 record again, 3 discard")
        assert bulletin(station).recording is None, "nothing is kept before it is said"
        keyboard.press("1\n")
        code = keyboard.end()
    assert code == 0, keyboard.shown
    kept = decode(station.recordings / str(bulletin(station).recording), max_duration=LONGEST)
    assert kept.duration / SECOND > 0.9
    assert list(station.preview.glob("*.wav")) == []


@needs_arecord
def test_what_is_discarded_leaves_nothing(station: Station, voice: Path, tmp_path: Path) -> None:
    before = bulletin(station)
    with spoken_into(tmp_path, voice) as (environment, speak):
        keyboard = Keyboard(Loa(station, environment), "bulletin", "record", "b001", "--seconds", "1")
        keyboard.until("Press Enter to begin")
        keyboard.press("\n")
        speak()
        keyboard.until("3 discard")
        keyboard.press("3\n")
        assert keyboard.end() == 4
    assert bulletin(station) == before
    assert [*station.preview.glob("*.wav"), *station.recordings.iterdir()] == []


@needs_arecord
def test_what_cannot_be_used_is_said_and_left_to_be_listened_to(station: Station, tmp_path: Path) -> None:
    silence = tmp_path / "silence.raw"
    silence.write_bytes(bytes(500_000))
    said = Loa(station, hearing(tmp_path, silence)).run("bulletin", "record", "b001", "--seconds", "2", "--yes", code=2)
    assert "not muted" in said
    assert bulletin(station).recording is None
    (left,) = station.preview.glob("b001-*.wav")
    assert str(left) in said


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["b001"], 4, "--yes"),
        (["b009", "--yes"], 3, "no bulletin b009"),
        (["b001", "--file", "{text}"], 2, "WAV, MP3 or M4A"),
        (["b001", "--yes", "--seconds", "9999"], 2, "--seconds"),
    ],
)
def test_each_fault_has_its_exit_code(
    station: Station, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, told: str
) -> None:
    text = tmp_path / "text.wav"
    text.write_text("no sound")
    station.store.close()
    with pytest.raises(SystemExit) as ended:
        main(["--lang", "en", "--station", str(station.folder), "bulletin", "record", *words[:-1],
              words[-1].format(text=text)])  # fmt: skip
    assert (ended.value.code, told in capsys.readouterr().err) == (code, True)


def test_without_a_microphone_it_says_what_to_do(station: Station, tmp_path: Path) -> None:
    bare = {"PATH": str(tmp_path), **deaf(tmp_path)}
    said = Loa(station, bare).run("bulletin", "record", "b001", "--yes", "--seconds", "1", code=2)
    assert "sudo apt install alsa-utils" in said
