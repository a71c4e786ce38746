"""Every sink with real ffmpeg: the samples that were approved, all of them, in order, with exact silence between."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from devices_receiver_cast import BOUND_S, FFMPEG, MONDAY, RATE, clip, mp3_of, pcm_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.receiver.crew import Crew
from devices.receiver.hostclock import HostClock
from devices.receiver.player import Finished, Player, Programme, ProgrammeClip, ProgrammeRefused
from devices.receiver.sinks.decode import DecoderMissing, Decoding
from devices.receiver.sinks.device import PROGRAMS, device_player
from devices.receiver.sinks.null import NullPlayer
from devices.receiver.sinks.wav import wav_path, wav_player
from devices.simulator.clock import SimulatedClock

SPOKEN = ((0.6, 1), (0.35, 2), (0.8, 3))
GAP_MS = 250
CLOCK = HostClock()


def programme(folder: Path, *, gap_ms: int = GAP_MS, spoken: tuple[tuple[float, int], ...] = SPOKEN) -> Programme:
    folder.mkdir(parents=True, exist_ok=True)
    clips = []
    for seconds, seed in spoken:
        made = clip(seconds, seed)
        path = folder / f"{made.digest}.mp3"
        path.write_bytes(mp3_of(made, seconds, seed))
        clips.append(ProgrammeClip(path, made.samples, made.rate))
    return Programme("2026-W48/x1 #1", tuple(clips), gap_ms)


def wanted_pcm(gap_ms: int = GAP_MS, spoken: tuple[tuple[float, int], ...] = SPOKEN) -> bytes:
    silence = bytes(2 * round(gap_ms * RATE / 1000))
    return silence.join(pcm_of(mp3_of(clip(*each), *each)) for each in spoken)


def decoded(made: Programme) -> tuple[bytes, str]:
    decoding = Decoding(FFMPEG, made)
    pcm = b"".join(iter(lambda: decoding.read(5000), b""))
    fault = decoding.fault()
    decoding.close()
    return pcm, fault


def played_out(player: Player) -> Finished:
    deadline = time.monotonic() + BOUND_S
    while (finished := player.poll(CLOCK.read())) is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return finished


@pytest.mark.parametrize("gap_ms", [0, 1, 250])
def test_a_programme_is_its_clips_with_exact_silence(tmp_path: Path, gap_ms: int) -> None:
    made = programme(tmp_path, gap_ms=gap_ms)
    pcm, fault = decoded(made)
    assert fault == ""
    assert pcm == wanted_pcm(gap_ms)
    assert len(pcm) == 2 * made.samples


def test_one_clip_is_a_programme(tmp_path: Path) -> None:
    pcm, fault = decoded(programme(tmp_path, spoken=((0.5, 1),)))
    assert (pcm, fault) == (pcm_of(mp3_of(clip(0.5, 1), 0.5, 1)), "")


@given(st.text("aăô :'\\[],;=%$#.", min_size=1, max_size=12).filter(lambda name: name.strip(". ")))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_e12_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    pcm, fault = decoded(programme(tmp_path / name, spoken=((0.1, 1),)))
    assert (len(pcm) > 0, fault) == (True, "")


def test_a_clip_that_is_shorter_than_signed_is_told(tmp_path: Path) -> None:
    made = programme(tmp_path, spoken=((0.5, 1),))
    lying = Programme("s", (ProgrammeClip(made.clips[0].path, made.samples + 10, RATE),), 0)
    pcm, fault = decoded(lying)
    assert len(pcm) == 2 * made.samples
    assert fault.startswith(f"expected {made.samples + 10} samples, the decoder gave {made.samples}")


def test_e4_never_more_than_the_signed_samples_are_taken(tmp_path: Path) -> None:
    made = programme(tmp_path, spoken=((5.0, 1),))
    lying = Programme("s", (ProgrammeClip(made.clips[0].path, 1000, RATE),), 0)
    pcm, fault = decoded(lying)
    assert len(pcm) == 2000
    assert "the decoder had more" in fault


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"",
    ],
)
def test_e5_what_is_no_mp3_is_not_played(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / ("a" * 64 + ".mp3")
    path.write_bytes(content)
    pcm, fault = decoded(Programme("s", (ProgrammeClip(path, 1000, RATE),), 0))
    assert pcm == b""
    assert fault.startswith("expected 1000 samples, the decoder gave 0")


def test_without_ffmpeg_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DecoderMissing, match="install it or name the right path"):
        Decoding(tmp_path / "no-ffmpeg", programme(tmp_path))


def test_clips_of_two_rates_are_no_programme(tmp_path: Path) -> None:
    clips = (ProgrammeClip(tmp_path, 1, 24000), ProgrammeClip(tmp_path, 1, 48000))
    with pytest.raises(ProgrammeRefused, match="expected one sampling rate, got 24000, 48000"):
        Programme("s", clips, 0)


def test_which_clips_had_begun(tmp_path: Path) -> None:
    made = programme(tmp_path)
    first, second = made.clips[0].samples, made.clips[1].samples
    assert [made.begun(samples) for samples in (0, 1, first + made.gap_samples, first + made.gap_samples + 1)] == [
        0,
        1,
        1,
        2,
    ]
    assert made.begun(first + second + 2 * made.gap_samples + 1) == 3


def test_the_wav_file_holds_the_programme_sample_for_sample_at_the_pace_of_sound(tmp_path: Path) -> None:
    made = programme(tmp_path / "clips")
    player = wav_player(tmp_path / "wav", FFMPEG)
    player.prepare(made)
    now = CLOCK.read()
    player.start(made, now)
    finished = played_out(player)
    assert (finished.result, finished.reason) == ("completed", "")
    assert finished.samples_played == made.samples
    assert timedelta(0) <= finished.start - now.wall < timedelta(seconds=5)
    assert finished.end - finished.start >= made.length
    assert abs(finished.played_ms - (finished.end - finished.start) / timedelta(milliseconds=1)) <= 1
    with wave.open(str(wav_path(tmp_path / "wav", made.slot))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        assert file.readframes(file.getnframes()) == wanted_pcm()


def test_a_stopped_wav_is_interrupted_and_says_how_far_it_came(tmp_path: Path) -> None:
    made = programme(tmp_path / "clips", spoken=((30.0, 1),))
    player = wav_player(tmp_path / "wav", FFMPEG)
    player.start(made, CLOCK.read())
    while player.played(CLOCK.read()) < 1000:
        time.sleep(0.005)
    player.stop()
    finished = played_out(player)
    assert (finished.result, finished.reason) == ("interrupted", "stopped")
    with wave.open(str(wav_path(tmp_path / "wav", made.slot))) as file:
        assert 1000 <= file.getnframes() <= finished.samples_played < made.samples


def test_a_disk_that_takes_no_wav_fails_the_slot(tmp_path: Path) -> None:
    made = programme(tmp_path / "clips", spoken=((0.3, 1),))
    player = wav_player(tmp_path / "wav", FFMPEG)
    wav_path(tmp_path / "wav", made.slot).mkdir()
    player.start(made, CLOCK.read())
    finished = played_out(player)
    assert (finished.result, finished.samples_played) == ("failed", 0)
    assert finished.reason == "the sink failed: Is a directory"


def test_the_next_programme_is_prepared_while_one_sounds(tmp_path: Path) -> None:
    first = programme(tmp_path / "clips", spoken=((0.4, 1),))
    second = Programme("second", first.clips, 0)
    player = wav_player(tmp_path / "wav", FFMPEG)
    player.start(first, CLOCK.read())
    player.prepare(second)
    assert played_out(player).result == "completed"
    player.start(second, CLOCK.read())
    assert played_out(player).samples_played == second.samples


def counted(player: NullPlayer, clock: SimulatedClock) -> Finished:
    """The outcome once the decoder is through; until then the player is busy, so that the clock stands still."""
    deadline = time.monotonic() + BOUND_S
    while (finished := player.poll(clock.read())) is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return finished


class TestNull:
    def test_it_counts_every_sample_and_ends_when_the_simulated_clock_says(self, tmp_path: Path) -> None:
        made = programme(tmp_path, spoken=((20.0, 1), (10.0, 2)))
        clock, crew = SimulatedClock(MONDAY), Crew(1, "decoder")
        player = NullPlayer(FFMPEG, crew)
        player.prepare(made)
        player.start(made, clock.read())
        assert player.poll(clock.read()) is None
        clock.advance_to(MONDAY + made.length - timedelta(milliseconds=1))
        assert player.poll(clock.read()) is None
        assert not player.busy
        clock.advance_to(MONDAY + made.length)
        finished = counted(player, clock)
        assert (finished.result, finished.samples_played) == ("completed", made.samples)
        assert (finished.start, finished.end) == (MONDAY, MONDAY + made.length)
        assert player.poll(clock.read()) is None
        assert player.simulated
        crew.dismiss()

    def test_it_does_not_claim_what_ffmpeg_could_not_decode(self, tmp_path: Path) -> None:
        made = programme(tmp_path, spoken=((2.0, 1), (1.0, 2)))
        made.clips[1].path.write_bytes(b"no sound")
        clock, crew = SimulatedClock(MONDAY), Crew(1, "decoder")
        player = NullPlayer(FFMPEG, crew)
        player.start(made, clock.read())
        clock.advance_to(MONDAY + made.length)
        finished = counted(player, clock)
        assert finished.result == "failed"
        assert finished.samples_played < made.samples
        crew.dismiss()

    def test_a_stop_interrupts_where_the_clock_stands(self, tmp_path: Path) -> None:
        made = programme(tmp_path, spoken=((20.0, 1),))
        clock, crew = SimulatedClock(MONDAY), Crew(1, "decoder")
        player = NullPlayer(FFMPEG, crew)
        player.start(made, clock.read())
        clock.advance_to(MONDAY + timedelta(seconds=5))
        player.stop()
        finished = player.poll(clock.read())
        assert finished is not None
        assert (finished.result, finished.samples_played) == ("interrupted", 5 * RATE)
        assert not player.busy
        crew.dismiss()

    def test_without_ffmpeg_the_slot_fails(self, tmp_path: Path) -> None:
        made = programme(tmp_path, spoken=((1.0, 1),))
        crew = Crew(1, "decoder")
        player = NullPlayer(tmp_path / "none", crew)
        player.start(made, SimulatedClock(MONDAY).read())
        finished = counted(player, SimulatedClock(MONDAY))
        assert finished.result == "failed"
        assert "expected the ffmpeg program" in finished.reason
        crew.dismiss()


def wait_while(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + BOUND_S
    while true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


CARD = """#!{python}
import os, sys, time
rate = int(sys.argv[sys.argv.index("-r") + 1]) * {speed}
began, taken = time.monotonic(), 0
with open({heard!r}, "wb") as heard:
    while block := os.read(0, 2400):
        heard.write(block)
        heard.flush()
        taken += len(block) // 2
        if taken > {dies_after}:
            sys.exit(1)
        time.sleep(max(0, began + taken / rate - time.monotonic()))
"""


def card(folder: Path, *, speed: int = 1, dies_after: int = 10**9) -> Path:
    """A program with aplay's arguments that takes sound at a pace and keeps what it heard."""
    path = folder / "aplay"
    path.write_text(CARD.format(python=sys.executable, speed=speed, heard=str(folder / "heard"), dies_after=dies_after))
    path.chmod(0o755)
    return path


class TestDevice:
    def test_the_program_gets_every_sample(self, tmp_path: Path) -> None:
        made = programme(tmp_path / "clips")
        player = device_player(card(tmp_path), FFMPEG)
        player.prepare(made)
        player.start(made, CLOCK.read())
        finished = played_out(player)
        assert (finished.result, finished.reason, finished.samples_played) == ("completed", "", made.samples)
        assert finished.load == "unmeasured"
        assert (tmp_path / "heard").read_bytes() == wanted_pcm()
        assert player.sink == "device:aplay"
        assert not player.simulated

    def test_a_program_that_ends_early_has_not_played(self, tmp_path: Path) -> None:
        made = programme(tmp_path / "clips", spoken=((20.0, 1),))
        player = device_player(card(tmp_path, dies_after=4000), FFMPEG)
        player.start(made, CLOCK.read())
        finished = played_out(player)
        assert finished.result == "failed"
        assert finished.samples_played < made.samples

    def test_a_card_faster_than_sound_has_not_played(self, tmp_path: Path) -> None:
        made = programme(tmp_path / "clips", spoken=((20.0, 1),))
        player = device_player(card(tmp_path, speed=10_000), FFMPEG)
        player.start(made, CLOCK.read())
        finished = played_out(player)
        assert finished.result == "failed"
        assert "not the pace of sound" in finished.reason

    def test_a_stop_ends_the_program(self, tmp_path: Path) -> None:
        made = programme(tmp_path / "clips", spoken=((30.0, 1),))
        player = device_player(card(tmp_path), FFMPEG)
        player.start(made, CLOCK.read())
        wait_while(lambda: player.played(CLOCK.read()) < 1000)
        player.stop()
        finished = played_out(player)
        assert (finished.result, finished.reason) == ("interrupted", "stopped")
        assert 0 < finished.samples_played < made.samples

    def test_a_program_that_is_not_there_fails_the_slot(self, tmp_path: Path) -> None:
        made = programme(tmp_path / "clips", spoken=((0.3, 1),))
        player = device_player(tmp_path / "aplay", FFMPEG)
        player.start(made, CLOCK.read())
        finished = played_out(player)
        assert (finished.result, finished.samples_played) == ("failed", 0)

    @pytest.mark.needs_program("ffplay", "ffmpeg")
    def test_ffplay_understands_its_arguments(self, tmp_path: Path) -> None:
        made = programme(tmp_path / "clips", spoken=((0.5, 1),))
        done = subprocess.run(
            [str(shutil.which("ffplay")), *PROGRAMS["ffplay"](RATE)],
            input=pcm_of(mp3_of(clip(0.5, 1), 0.5, 1)),
            env={**os.environ, "SDL_AUDIODRIVER": "dummy"},
            capture_output=True,
            timeout=BOUND_S,
        )
        assert done.returncode == 0, done.stderr
        assert made.samples


KILLED = """
import sys, threading
from pathlib import Path
from devices.receiver.hostclock import HostClock
from devices.receiver.player import Programme, ProgrammeClip
from devices.receiver.sinks.wav import wav_player
folder, ffmpeg, clip, samples = sys.argv[1:]
player = wav_player(Path(folder), Path(ffmpeg))
player.start(Programme("s", (ProgrammeClip(Path(clip), int(samples), 24000),), 0), HostClock().read())
while player.played(HostClock().read()) < 6000:
    pass
print("playing", flush=True)
threading.Event().wait()
"""


def test_d1_after_kill_9_the_wav_file_is_readable_up_to_there(tmp_path: Path) -> None:
    made = programme(tmp_path / "clips", spoken=((30.0, 1),))
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path / "wav"), FFMPEG, made.clips[0].path, str(made.samples)],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"playing\n"
    process.kill()
    process.wait()
    process.stdout.close()
    with wave.open(str(tmp_path / "wav" / "s.wav")) as file:
        heard = file.readframes(file.getnframes())
    assert len(heard) > 0
    assert wanted_pcm(spoken=((30.0, 1),)).startswith(heard)


def test_a_crew_does_its_jobs_in_order_and_then_goes() -> None:
    crew, done, seen = Crew(1, "test"), threading.Event(), []
    for number in range(5):
        crew.do(lambda number=number: seen.append(number))  # type: ignore[misc]
    crew.do(done.set)
    crew.dismiss()
    assert done.wait(BOUND_S)
    assert seen == [0, 1, 2, 3, 4]
