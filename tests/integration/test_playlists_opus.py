"""Opus as an option: the same targets, the same sound, the same bytes, and the receiver plays every sample of it."""

import hashlib
import os
import random
import re
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from playlists_voices import decoded, of_samples, samples_of, spoken

from devices.protocol import messages
from devices.receiver.cache import Cache
from devices.receiver.crew import Crew
from devices.receiver.download import HttpDownload
from devices.receiver.fetch import ClipFetcher
from devices.receiver.player import Programme, ProgrammeClip
from devices.receiver.sinks.decode import Decoding
from devices.receiver.supply import Supply
from playlists import render
from playlists.audio import ffmpeg, loudness
from playlists.audio.settings import SoundSettings
from playlists.clip import Clip
from playlists.errors import InvalidValueError, SoundError
from scheduler.service.audio_server import AudioServer
from tts.speech import Speech

OPUS = SoundSettings(codec="opus")


@pytest.fixture(scope="module")
def speech() -> Speech:
    return spoken("espeak")


@pytest.mark.parametrize("voice", ["espeak", "espeak-central", "espeak-south"])
def test_every_voice_is_on_target_in_opus(voice: str, tmp_path: Path) -> None:
    clip = render.render_bulletin([spoken(voice)], OPUS, tmp_path).clip
    assert_on_target(clip, tmp_path)
    assert clip.path(tmp_path).suffix == ".opus"
    assert clip.size < clip.duration / timedelta(seconds=1) * 24_000 / 8 * 1.3 + 1_000


@pytest.mark.parametrize("gain", [0.01, 12.0])
def test_recordings_too_quiet_and_too_loud_are_on_target_in_opus(speech: Speech, gain: float, tmp_path: Path) -> None:
    recording = of_samples([value * gain for value in samples_of(speech)], speech.rate)
    assert_on_target(render.render_bulletin([recording], OPUS, tmp_path).clip, tmp_path)


def assert_on_target(clip: Clip, folder: Path) -> None:
    measured = loudness.of_file(clip.path(folder), clip.rate, "opus").loudness
    assert abs(measured.integrated - OPUS.loudness_lufs) <= 0.5, measured
    assert measured.true_peak <= OPUS.peak_dbtp, measured


def test_both_codecs_hold_the_same_samples_so_they_stand_in_one_programme(speech: Speech, tmp_path: Path) -> None:
    clips = [render.render_bulletin([speech], settings, tmp_path).clip for settings in (SoundSettings(), OPUS)]
    assert clips[0].samples == clips[1].samples == decoded(clips[1], tmp_path).samples
    assert clips[0].rate == clips[1].rate
    assert clips[1].samples % (clips[1].rate // render.GRIDS_PER_S) == 0


def test_same_speech_same_opus_also_in_another_process(speech: Speech, tmp_path: Path) -> None:
    here = render.render_sign_off([speech], OPUS, tmp_path / "a").clip
    (tmp_path / "speech").write_bytes(speech.pcm)
    program = (
        "import sys; from pathlib import Path; from playlists import render; from tts.speech import Speech;"
        "from playlists.audio.settings import SoundSettings;"
        f"speech = Speech(Path(sys.argv[1]).read_bytes(), {speech.rate});"
        "print(render.render_sign_off([speech], SoundSettings(codec='opus'), Path(sys.argv[2])).clip.digest)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "speech"), str(tmp_path / "b")]
    other = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Europe/Berlin"}
    there = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=other).stdout.strip()
    content = here.path(tmp_path / "a").read_bytes()
    assert here.digest == there == hashlib.sha256(content).hexdigest()
    assert content.startswith(b"OggS")
    assert not re.search(rb"Lav[cf]\d|libopus[ -]?\d|20\d\d-", content)  # no version of any program, no date


def test_the_receiver_fetches_opus_and_plays_every_sample(speech: Speech, tmp_path: Path) -> None:
    """From the station's server through fetch, digest check and decoder, between two MP3 clips, to the last sample."""
    audio = tmp_path / "audio"
    opus = render.render_bulletin([speech], OPUS, audio).clip
    mp3 = render.render_ident([speech], SoundSettings(), audio).clip
    signed = {clip.digest: _signed(clip) for clip in (opus, mp3)}
    server = AudioServer(audio, "127.0.0.1", 0)
    server.start()
    base = f"http://127.0.0.1:{server.port}/audio"
    cache, crew = Cache(tmp_path / "clips"), Crew(1, "fetch")
    fetcher, told = ClipFetcher(crew, HttpDownload()), threading.Event()
    fetcher.open(cache, told.set)
    supply = Supply(cache, fetcher, base, random.Random(1))
    try:
        supply.need({digest: (clip, (f"{base}/{clip.name}",)) for digest, clip in signed.items()})
        while not supply.ready(signed.values()):
            assert told.wait(30)
            told.clear()
            assert supply.step(0.0) == []
    finally:
        server.stop()
        crew.dismiss()
    came = [ProgrammeClip(cache.path(at), clip.samples, clip.rate, clip.codec) for at, clip in signed.items()]
    programme = Programme("s", (came[1], came[0], came[1]), 1_500)
    pcm, fault = _played(programme)
    gap = bytes(2 * programme.gap_samples)
    assert fault == ""
    assert pcm == gap.join(decoded(clip, audio).pcm for clip in (mp3, opus, mp3))


def _signed(clip: Clip) -> messages.Clip:
    return messages.Clip(clip.digest, clip.size, clip.samples, clip.rate, clip.duration, clip.codec)


def _played(programme: Programme) -> tuple[bytes, str]:
    decoding = Decoding(ffmpeg.program(), programme)
    pcm = b"".join(iter(lambda: decoding.read(5_000), b""))
    fault = decoding.fault()
    decoding.close()
    return pcm, fault


@pytest.mark.parametrize(
    "trap", [b"#EXTM3U\n#EXTINF:5,\n", b"ffconcat version 1.0\nfile /etc/passwd\n", b"RIFF1234WAVE"]
)
def test_e5_what_is_no_ogg_is_neither_measured_nor_played(trap: bytes, tmp_path: Path) -> None:
    path = tmp_path / "trap.opus"
    path.write_bytes(trap)
    with pytest.raises(SoundError):
        loudness.of_file(path, 24_000, "opus")
    pcm, fault = _played(Programme("s", (ProgrammeClip(path, 1_000, 24_000, "opus"),), 0))
    assert pcm == b""
    assert "the decoder gave 0" in fault


def test_an_mp3_that_was_signed_as_opus_is_not_played(speech: Speech, tmp_path: Path) -> None:
    clip = render.render_bulletin([speech], SoundSettings(), tmp_path).clip
    pcm, _ = _played(Programme("s", (ProgrammeClip(clip.path(tmp_path), clip.samples, clip.rate, "opus"),), 0))
    assert pcm == b""


@pytest.mark.parametrize("wrong", [{"codec": "flac"}, {"codec": "opus", "rate": 22_050}])
def test_what_opus_cannot_do_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError, match=list(wrong)[-1]):
        SoundSettings(**wrong)  # type: ignore[arg-type]


def test_opus_halves_the_bytes(speech: Speech, tmp_path: Path) -> None:
    mp3, opus = (render.render_bulletin([speech], settings, tmp_path).clip for settings in (SoundSettings(), OPUS))
    assert opus.size < 0.6 * mp3.size
