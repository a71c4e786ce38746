"""What is done to a voice before it goes to a horn: the band that a horn radiates, one loudness for all."""

import random
from datetime import timedelta

import pytest
from playlists_voices import of_samples, samples_of, spoken

from playlists.audio import ffmpeg, loudness, voice
from playlists.audio.settings import SoundSettings
from playlists.errors import SoundError
from tts.speech import Mark, Speech

SECOND = timedelta(seconds=1)
NOISE_RATE = 48_000


@pytest.fixture(scope="module")
def noise() -> Speech:
    """Two seconds in which every frequency is alike strong."""
    chance = random.Random(20261122)
    return of_samples([chance.gauss(0, 3_000) for _ in range(2 * NOISE_RATE)], NOISE_RATE)


def band(sound: Speech, low: int, high: int) -> float:
    """The mean in dBFS between two frequencies in Hz."""
    filters = [f"highpass=f={low}", f"lowpass=f={high}"] * 3
    chain = ",".join([*filters, "astats=measure_perchannel=none:measure_overall=RMS_level"])
    log = ffmpeg.run([*ffmpeg.pcm_input(sound.rate), "-af", chain, "-f", "null", "-"], sound.pcm).log
    return float(log.rsplit("RMS level dB:", 1)[1].split()[0])


def test_a_horn_is_given_what_it_radiates(noise: Speech) -> None:
    """Beside the same without the filter: rumble and hiss go, and where consonants are told apart there is more."""
    settings = {name: SoundSettings(horn_filter=name == "horn") for name in ("horn", "flat")}
    sounds = {name: voice.for_horns([noise], each)[0] for name, each in settings.items()}

    def more(low: int, high: int) -> float:
        return band(sounds["horn"], low, high) - band(sounds["flat"], low, high)

    assert more(80, 160) < -12
    assert more(9_000, 11_500) < -4
    assert more(2_000, 3_000) > 2
    assert -3 < more(600, 900) < 2


def test_all_come_out_alike_loud_at_one_rate_with_their_marks() -> None:
    said = spoken("espeak", "kính mời bà con ra họp.")
    marked = Speech(said.pcm, said.rate, (Mark(0.1 * SECOND, SECOND, "kính mời bà con ra họp."),))
    quiet = of_samples([value * 0.01 for value in samples_of(said)], said.rate)
    loud = of_samples([value * 12.0 for value in samples_of(said)], said.rate)
    done = voice.for_horns([quiet, marked, loud], SoundSettings())
    assert [sound.rate for sound in done] == [24_000] * 3
    assert [round(abs(sound.duration - said.duration) / SECOND, 3) for sound in done] == [0.0] * 3
    assert [sound.marks for sound in done] == [(), marked.marks, ()]
    for sound in done:
        assert loudness.of_speech(sound) == pytest.approx(voice.LEVEL_LUFS, abs=0.3)


@pytest.mark.parametrize("rates", [(16_000, 22_050, 44_100), (8_000, 24_000, 48_000), (11_025, 22_051)])
def test_sounds_of_any_rates_keep_their_place_and_length(rates: tuple[int, ...], noise: Speech) -> None:
    came = [Speech(noise.pcm[: 2 * (rate + 7 * place)], rate) for place, rate in enumerate(rates)]
    done = voice.for_horns(came, SoundSettings())
    for before, after in zip(came, done, strict=True):
        assert abs(before.duration - after.duration) < SECOND / 1_000  # cut to whole milliseconds


def test_e6_one_silent_speech_among_others_is_refused(noise: Speech) -> None:
    with pytest.raises(SoundError, match="silence"):
        voice.for_horns([noise, Speech.silence(SECOND, NOISE_RATE)], SoundSettings())
