"""What a recording is told of: silence, rattling, quiet, noise, a telephone's band; a good one is told of nothing."""

from __future__ import annotations

import math
import random
from array import array
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tts.levels import FLOOR_DB, Verdict, block_db, examined, measured
from tts.speech import Speech

RATE = 24_000
WORDS = "kính mời toàn thể bà con trong xóm đến nhà văn hóa."  # 12 syllables


def voice(seconds: float = 6, *, level: float = 0.1, hiss: float = 0.1, noise: float = 0, offset: float = 0) -> Speech:
    """Something like speech: 300 ms of a hum with a hiss in it, 200 ms of pause, again and again; clipped as by a card.

    `level` is the root mean square of the hum, as a share of full scale, `hiss` the share of the hum, `noise` of full
    scale.
    """
    chance = random.Random(1)
    samples = array("h")
    for number in range(round(seconds * RATE)):
        value = offset + noise * chance.uniform(-1, 1)
        if number % (RATE // 2) < RATE * 0.3:
            value += level * math.sqrt(2) * math.sin(2 * math.pi * 200 * number / RATE)
            value += level * hiss * chance.uniform(-1, 1)
        samples.append(max(-32768, min(32767, round(value * 32768))))
    return Speech(samples.tobytes(), RATE)


def told(verdict: Verdict) -> list[str]:
    return [str(flaw) for flaw in verdict.flaws]


def test_a_good_recording_is_told_of_nothing() -> None:
    verdict = examined(voice(), WORDS)
    assert (verdict.refusal, verdict.flaws) == (None, ())
    levels = verdict.levels
    assert levels.speech_db == pytest.approx(-20, abs=0.3)
    assert levels.peak_db == pytest.approx(-17, abs=1)
    assert levels.noise_db == FLOOR_DB
    assert levels.speaking == pytest.approx(timedelta(seconds=3.6), abs=timedelta(seconds=0.3))
    assert (levels.duration, levels.clipped, levels.clipped_at) == (timedelta(seconds=6), 0, ())


@pytest.mark.parametrize(
    "speech",
    [Speech(b"", RATE), Speech.silence(timedelta(seconds=5), RATE), voice(level=0.0002), voice(level=0, noise=0.002)],
)
def test_e6_silence_is_refused_with_where_to_look(speech: Speech) -> None:
    verdict = examined(speech, WORDS)
    assert "plugged in, chosen and not muted" in str(verdict.refusal)
    assert verdict.flaws == ()


def test_e6_a_recording_shorter_than_its_words_is_refused() -> None:
    assert "12 syllables take at least 1 s" in str(examined(voice(1), WORDS).refusal)
    long = Speech.joined([voice(1), Speech.silence(timedelta(seconds=30), RATE)])
    assert "1 s of speech in 31 s" in str(examined(long, WORDS).refusal)
    assert examined(voice(1)).refusal is None, "without words nothing is known of its length"


def test_a_recording_that_only_rattles_is_refused() -> None:
    assert "rattles" in str(examined(voice(level=1.5), WORDS).refusal)


def test_where_it_rattles_is_said() -> None:
    loud = Speech.joined([voice(12), voice(1, level=0.9), voice(52), voice(0.5, level=0.9), voice(5)])
    verdict = examined(loud, WORDS)
    assert verdict.refusal is None
    assert verdict.levels.clipped_at == (timedelta(seconds=12), timedelta(seconds=65))
    (flaw,) = told(verdict)
    assert "it rattles at 0:12, 1:05;" in flaw


def test_a_stray_peak_is_no_rattle() -> None:
    speech = voice(3)
    peak = Speech(array("h", [32767] * 4).tobytes(), RATE)
    assert examined(Speech.joined([speech, peak, speech]), WORDS).flaws == ()


def test_what_is_too_quiet_says_how_much_it_will_be_raised() -> None:
    (flaw,) = told(examined(voice(level=0.008), WORDS))
    assert "the voice is at -42 dB and will be raised by 26 dB" in flaw


def test_noisy_surroundings_are_told() -> None:
    (flaw,) = told(examined(voice(noise=0.025), WORDS))
    assert "noisy: the surroundings are only 15 dB below the voice" in flaw
    assert examined(voice(noise=0.005), WORDS).flaws == ()


def test_a_telephones_band_is_told() -> None:
    (flaw,) = told(examined(voice(hiss=0), WORDS))
    assert "as through a telephone" in flaw
    assert measured(Speech(voice().pcm, 8000)).narrow, "8,000 samples a second hold nothing above 4 kHz"


def test_a_faulty_socket_is_told() -> None:
    verdict = examined(voice(offset=0.2), WORDS)
    (flaw,) = told(verdict)
    assert "shifted by 20 %" in flaw
    assert verdict.levels.speech_db == pytest.approx(-20, abs=0.3), "the shift is no loudness"


@given(
    st.binary(max_size=4000).map(lambda raw: raw[: len(raw) // 2 * 2]), st.sampled_from([8000, 22_050, 24_000, 48_000])
)
@settings(deadline=None, max_examples=60)
def test_any_samples_have_levels(pcm: bytes, rate: int) -> None:
    verdict = examined(Speech(pcm, rate), WORDS)
    levels = verdict.levels
    assert FLOOR_DB <= levels.noise_db <= 0.1
    assert FLOOR_DB <= levels.speech_db <= 0.1
    assert 0 <= levels.clipped <= 1
    assert -1 <= levels.offset <= 1
    assert levels.speaking <= levels.duration + timedelta(milliseconds=20)
    assert verdict.refusal is not None, "no twelve syllables fit into it"


def test_a_meter_shows_mean_and_peak() -> None:
    mean, peak = block_db(array("h", [16384, -16384] * 100).tobytes())
    assert (mean, peak) == pytest.approx((-6.02, -6.02), abs=0.01)
    assert block_db(bytes(200)) == (FLOOR_DB, FLOOR_DB)
