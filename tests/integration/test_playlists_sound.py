"""Clips from real voices through the real ffmpeg: loudness, sameness, atomicity."""

import hashlib
import math
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from playlists import render
from playlists.audio import chime, ffmpeg, loudness, segment
from playlists.audio.settings import SoundSettings
from playlists.clip import Clip
from playlists.errors import InvalidValueError, SoundError
from tts.delivery import plain
from tts.settings import VoiceSettings
from tts.speech import Speech
from tts.voices import voices_named
from tts.voices.voice import Voice

SETTINGS = SoundSettings()
WORDS = (
    "kính thưa bà con và nhân dân trong xã. công an xã thông báo, tuyệt đối không cung cấp mã xác thực, mật khẩu cho "
    "bất kỳ ai qua điện thoại. khi có nghi ngờ, bà con gọi ngay số một một ba."
)


@pytest.fixture(scope="module")
def voices() -> Iterator[list[Voice]]:
    found = voices_named(["espeak", "espeak-central", "espeak-south"], VoiceSettings())
    yield found
    for voice in found:
        voice.close()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def speech(voices: list[Voice]) -> Speech:
    return voices[0].speak(plain(WORDS))


def samples_of(speech: Speech) -> list[int]:
    return list(struct.unpack(f"<{speech.samples}h", speech.pcm))


def of_samples(samples: list[float], rate: int) -> Speech:
    held = (max(-32768, min(32767, round(value))) for value in samples)
    return Speech(struct.pack(f"<{len(samples)}h", *held), rate)


def steepest_step(samples: list[int]) -> int:
    return max(abs(after - before) for before, after in pairwise(samples))


def decoded(clip: Clip, folder: Path) -> Speech:
    """What the bundled ffmpeg makes of the file, asked as plainly as can be."""
    command = [str(ffmpeg.program()), "-v", "error", "-i", str(clip.path(folder)), "-f", "s16le", "-"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return Speech(done.stdout, clip.rate)


def assert_on_target(clip: Clip, folder: Path) -> None:
    measured = loudness.of_file(clip.path(folder), clip.rate).loudness
    assert abs(measured.integrated - SETTINGS.loudness_lufs) <= 0.5, measured
    assert measured.true_peak <= SETTINGS.peak_dbtp, measured


def test_every_voice_and_every_kind_of_clip_is_on_target(voices: list[Voice], tmp_path: Path) -> None:
    for voice in voices:
        spoken = voice.speak(plain(WORDS))
        assert_on_target(render.render_bulletin([spoken], SETTINGS, tmp_path).clip, tmp_path)
    assert_on_target(render.render_ident([spoken], SETTINGS, tmp_path).clip, tmp_path)
    assert_on_target(render.render_sign_off([spoken], SETTINGS, tmp_path).clip, tmp_path)


@pytest.mark.parametrize("gain", [0.01, 12.0])
def test_recordings_too_quiet_and_too_loud_are_on_target(speech: Speech, gain: float, tmp_path: Path) -> None:
    recording = of_samples([value * gain for value in samples_of(speech)], speech.rate)
    assert_on_target(render.render_bulletin([recording], SETTINGS, tmp_path).clip, tmp_path)


def test_one_word_is_on_target(voices: list[Voice], tmp_path: Path) -> None:
    assert_on_target(render.render_bulletin([voices[0].speak(plain("chào"))], SETTINGS, tmp_path).clip, tmp_path)


@pytest.mark.parametrize(
    "settings",
    [
        SoundSettings(horn_filter=False),
        SoundSettings(bitrate_kbps=32, rate=16_000),
        SoundSettings(bitrate_kbps=64, rate=44_100, compression=3.0),
        SoundSettings(loudness_lufs=-23.0, peak_dbtp=-3.0),
    ],
)
def test_other_settings_are_met_as_well(speech: Speech, settings: SoundSettings, tmp_path: Path) -> None:
    clip = render.render_bulletin([speech], settings, tmp_path).clip
    measured = loudness.of_file(clip.path(tmp_path), settings.rate).loudness
    assert abs(measured.integrated - settings.loudness_lufs) <= 0.5
    assert measured.true_peak <= settings.peak_dbtp
    assert clip.rate == settings.rate


def test_a_clip_says_what_the_file_holds(speech: Speech, tmp_path: Path) -> None:
    clip = render.render_bulletin([speech], SETTINGS, tmp_path).clip
    content = clip.path(tmp_path).read_bytes()
    assert clip.digest == hashlib.sha256(content).hexdigest()
    assert clip.size == len(content)
    assert clip.samples == decoded(clip, tmp_path).samples
    assert clip.duration == timedelta(seconds=clip.samples / clip.rate)
    assert (clip.kind, clip.rate) == ("bulletin", 24_000)
    assert [path.name for path in tmp_path.iterdir()] == [f"{clip.digest}.mp3"]
    assert clip.size < clip.duration / timedelta(seconds=1) * 6_100 + 1_000  # 48 kbit/s and one frame


def test_same_speech_same_bytes_also_in_another_process(speech: Speech, tmp_path: Path) -> None:
    here = [render.render_ident([speech], SETTINGS, tmp_path / "a").clip.digest for _ in range(2)]
    (tmp_path / "speech").write_bytes(speech.pcm)
    program = (
        "import sys; from pathlib import Path; from playlists import render; from tts.speech import Speech;"
        "from playlists.audio.settings import SoundSettings;"
        f"speech = Speech(Path(sys.argv[1]).read_bytes(), {speech.rate});"
        "print(render.render_ident([speech], SoundSettings(), Path(sys.argv[2])).clip.digest)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "speech"), str(tmp_path / "b")]
    other = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Europe/Berlin", "LC_ALL": "C"}
    there = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=other).stdout.strip()
    assert {*here, there} == {here[0]}


def test_the_file_names_no_date_and_no_encoder(speech: Speech, tmp_path: Path) -> None:
    content = render.render_bulletin([speech], SETTINGS, tmp_path).clip.path(tmp_path).read_bytes()
    assert content[:2] in (b"\xff\xf3", b"\xff\xfb")  # sound from the first byte, no ID3
    assert b"Lavc" not in content


def test_silence_around_speech_goes_and_the_pauses_are_those_set(speech: Speech, tmp_path: Path) -> None:
    padded = Speech.joined([Speech.silence(timedelta(seconds=2), speech.rate), speech,
                            Speech.silence(timedelta(seconds=3), speech.rate)])  # fmt: skip
    clip = render.render_bulletin([padded], SETTINGS, tmp_path).clip
    assert abs(clip.duration - render.render_bulletin([speech], SETTINGS, tmp_path).clip.duration) < timedelta(
        milliseconds=30
    )
    loud = [index for index, value in enumerate(samples_of(decoded(clip, tmp_path))) if abs(value) > 300]
    lead = timedelta(seconds=loud[0] / clip.rate)
    tail = timedelta(seconds=(clip.samples - loud[-1]) / clip.rate)
    assert SETTINGS.lead - timedelta(milliseconds=20) <= lead <= SETTINGS.lead + timedelta(milliseconds=60)
    assert SETTINGS.tail - timedelta(milliseconds=20) <= tail <= SETTINGS.tail + timedelta(milliseconds=250)


def test_no_click_where_sound_begins_ends_and_joins() -> None:
    """A tone cut anywhere jumps by thousands; trimmed and joined it moves as slowly as a tone of its pitch does."""
    rate, pitch = 24_000, 500
    cut = of_samples([12_000 * math.cos(2 * math.pi * pitch * index / rate) for index in range(rate)], rate)
    assert abs(samples_of(cut)[0]) > 10_000
    pause = timedelta(milliseconds=40)
    whole = samples_of(segment.joined([pause, segment.trimmed(cut), pause, chime.opening(rate), segment.trimmed(cut)]))
    steepest = max(12_000 * 2 * math.pi * pitch / rate, steepest_step(samples_of(chime.opening(rate))))
    assert steepest_step(samples_of(cut)) <= steepest * 1.01
    assert steepest_step(whole) <= steepest * 1.01
    assert abs(whole[-1]) < 100


def test_the_chimes_begin_and_end_in_silence_and_are_softer_than_speech() -> None:
    for bells in (chime.opening(24_000), chime.closing(24_000)):
        samples = samples_of(bells)
        assert abs(samples[0]) < 10
        assert abs(samples[-1]) < 10
        assert max(map(abs, samples)) < 0.35 * 32_768
        assert timedelta(seconds=2) < bells.duration < timedelta(seconds=3)
    assert chime.opening(24_000).digest != chime.closing(24_000).digest


@pytest.mark.parametrize("sound", [Speech(b"", 22_050), Speech.silence(timedelta(seconds=3), 22_050)])
def test_e6_silence_never_becomes_a_clip(sound: Speech, tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="silence"):
        render.render_bulletin([sound], SETTINGS, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_sound_that_cannot_meet_the_target_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    clicks = of_samples([30_000.0 if index % 12_000 == 0 else 0.0 for index in range(60_000)], 24_000)
    with pytest.raises(SoundError, match=r"-16\.0 LUFS"):
        render.render_bulletin([clicks], SETTINGS, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_e5_a_playlist_is_not_followed(speech: Speech, tmp_path: Path) -> None:
    real = render.render_bulletin([speech], SETTINGS, tmp_path).clip.path(tmp_path)
    for number, content in enumerate((f"#EXTM3U\n#EXTINF:5,\n{real}\n", f"ffconcat version 1.0\nfile {real}\n")):
        trap = tmp_path / f"trap{number}.mp3"
        trap.write_text(content)
        with pytest.raises(SoundError):
            loudness.of_file(trap, 24_000)


def test_e12_a_link_in_the_clips_place_is_replaced_not_followed(speech: Speech, tmp_path: Path) -> None:
    clip = render.render_bulletin([speech], SETTINGS, tmp_path / "audio").clip
    victim = tmp_path / "victim"
    victim.write_text("precious")
    path = clip.path(tmp_path / "audio")
    path.unlink()
    path.symlink_to(victim)
    render.render_bulletin([speech], SETTINGS, tmp_path / "audio")
    assert victim.read_text() == "precious"
    assert not path.is_symlink()


def test_killed_at_any_moment_no_half_written_clip_is_seen(speech: Speech, tmp_path: Path) -> None:
    (tmp_path / "speech").write_bytes(speech.pcm)
    folder = tmp_path / "audio"
    program = (
        "import sys; from pathlib import Path; from dataclasses import replace; from playlists import render;"
        "from tts.speech import Speech; from playlists.audio.settings import SoundSettings\n"
        f"speech = Speech(Path(sys.argv[1]).read_bytes(), {speech.rate})\n"
        "for step in range(1000):\n"
        "    settings = SoundSettings(loudness_lufs=-16 - step / 1000)\n"
        "    render.render_bulletin([speech], settings, Path(sys.argv[2]))"
    )
    unfinished = 0
    for moment in range(4):
        process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "speech"), str(folder)])
        try:
            deadline = time.monotonic() + 60
            while not list(folder.glob(".*.part")) and process.poll() is None:
                assert time.monotonic() < deadline
                time.sleep(0.002)
            time.sleep(0.03 * moment)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait(timeout=10)
        for path in folder.glob("*.mp3"):
            assert path.stem == hashlib.sha256(path.read_bytes()).hexdigest()
        unfinished += render.remove_unfinished(folder)
        assert [path for path in folder.iterdir() if path.suffix != ".mp3"] == []
    assert unfinished > 0


@pytest.mark.parametrize(
    "wrong",
    [{"loudness_lufs": 0.0}, {"peak_dbtp": 0.0}, {"bitrate_kbps": 50}, {"rate": 23_000}, {"compression": 0.5},
     {"tail": timedelta(seconds=-1)}],
)  # fmt: skip
def test_settings_out_of_reason_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError, match=next(iter(wrong))):
        SoundSettings(**wrong)  # type: ignore[arg-type]


def test_marks_move_to_where_the_sentences_stand_in_the_clip(voices: list[Voice], tmp_path: Path) -> None:
    first, second = (voice.speak(plain("một câu. hai câu.")) for voice in voices[:2])
    pause = timedelta(seconds=1)
    late = Speech.joined([Speech.silence(timedelta(seconds=2), first.rate), first])
    rendered = render.render_bulletin([late, pause, second], SETTINGS, tmp_path)
    assert [mark.text for mark in rendered.marks] == [mark.text for mark in (*first.marks, *second.marks)]
    starts = [mark.start / timedelta(seconds=1) for mark in rendered.marks]
    edge = 0.1  # a voice's own silence at its edges, which goes
    assert abs(starts[0] - 0.15) < edge
    assert abs(starts[1] - starts[0] - first.marks[1].start / timedelta(seconds=1)) < edge
    assert abs(starts[2] - 0.15 - first.duration / timedelta(seconds=1) - 1) < 2 * edge


def test_two_voices_of_one_bulletin_are_equally_loud(voices: list[Voice], tmp_path: Path) -> None:
    said = voices[0].speak(plain(WORDS))
    quiet = of_samples([value * 0.02 for value in samples_of(voices[1].speak(plain(WORDS)))], said.rate)
    rendered = render.render_bulletin([said, timedelta(seconds=1), quiet], SETTINGS, tmp_path)
    whole = decoded(rendered.clip, tmp_path)
    half = whole.samples  # bytes of half the samples
    parts = [Speech(pcm[: len(pcm) // 2 * 2], whole.rate) for pcm in (whole.pcm[:half], whole.pcm[half:])]
    levels = [loudness.of_speech(part) for part in parts]
    assert abs(levels[0] - levels[1]) < 1
