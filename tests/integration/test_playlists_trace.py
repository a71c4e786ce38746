"""A finished file measured: its outline and its short-term loudness are those of the sound that went in."""

from __future__ import annotations

import math
from array import array
from datetime import timedelta
from pathlib import Path

import pytest

from playlists.audio import ffmpeg, trace
from playlists.errors import SoundError
from tts.speech import Speech

RATE = 24_000


def tone(peak: float, seconds: float) -> Speech:
    """1 kHz, where the K-weighting of BS.1770 is neutral."""
    samples = (round(32767 * peak * math.sin(2 * math.pi * n / 24)) for n in range(round(seconds * RATE)))
    return Speech(array("h", samples).tobytes(), RATE)


def encoded(sound: Speech, folder: Path) -> Path:
    path = folder / "clip.mp3"
    ffmpeg.run([*ffmpeg.pcm_input(RATE), "-b:a", "64k", "-f", "mp3", f"file:{path}"], sound.pcm)
    return path


def test_outline_and_loudness_are_those_of_the_sound(tmp_path: Path) -> None:
    """A sine whose peak is -20 dBFS has -23 LUFS (EBU Tech 3341, case 1, in one channel)."""
    whole = Speech.joined([tone(0.1, 6), Speech.silence(timedelta(seconds=4), RATE), tone(0.2, 6)])
    measured = trace.of_file(encoded(whole, tmp_path), RATE)
    assert abs(measured.duration - whole.duration) < timedelta(seconds=0.1)

    heights = [high for _low, high in measured.outline]
    assert len(heights) <= trace.COLUMNS
    per_s = len(heights) / measured.duration.total_seconds()
    for second, peak in ((3, 0.1), (8, 0.0), (13, 0.2)):
        assert heights[round(second * per_s)] == pytest.approx(peak, abs=0.02)
        assert measured.outline[round(second * per_s)][0] == pytest.approx(-peak, abs=0.02)

    def short_term(at_s: float) -> float:
        return measured.short_term[round((at_s - 3) * 10)]

    assert short_term(5) == pytest.approx(-23, abs=0.6)
    assert short_term(9.8) < -60, "the three seconds before are silent"
    assert short_term(15) == pytest.approx(-17, abs=0.6)
    assert len(measured.short_term) == pytest.approx(10 * (measured.duration.total_seconds() - 3), abs=2)
    assert measured.loudness.true_peak == pytest.approx(-14, abs=0.5)


def test_a_sound_shorter_than_three_seconds_has_no_short_term_loudness(tmp_path: Path) -> None:
    measured = trace.of_file(encoded(tone(0.1, 1), tmp_path), RATE)
    assert measured.short_term == ()
    assert len(measured.outline) > 100


def test_few_samples_give_few_columns() -> None:
    sound = Speech(array("h", [0, 16384, -16384]).tobytes(), RATE)
    assert trace.outline(sound) == ((0, 0), (0.5, 0.5), (-0.5, -0.5))
    assert trace.outline(sound, columns=2) == ((0, 0.5), (-0.5, -0.5))
    assert trace.outline(Speech(b"", RATE)) == ()


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clip.mp3").write_text("xin chào")
    with pytest.raises(SoundError):
        trace.of_file(tmp_path / "clip.mp3", RATE)
