import struct
from datetime import timedelta

import pytest

from tts.plausible import Implausible, check_audible, check_words, trimmed
from tts.speech import Speech

RATE = 8000
WORDS = "kính mời toàn thể bà con trong xóm đến nhà văn hóa."


def tone(seconds: float, level: int = 8000) -> Speech:
    period = struct.pack("<8h", 0, level, level, level, 0, -level, -level, -level)
    return Speech(period * round(seconds * RATE / 8), RATE)


def quiet(seconds: float) -> Speech:
    return Speech.silence(timedelta(seconds=seconds), RATE)


def test_a_natural_pace_is_plausible() -> None:
    check_words(tone(3.5), WORDS)
    check_words(Speech.joined([tone(2), quiet(2), tone(2)]), WORDS)
    check_words(tone(0.4), "a.")


@pytest.mark.parametrize(
    ("speech", "told"),
    [
        (quiet(0), "no sound in it at all"),
        (quiet(3.5), "only 0.0 s of 3.5 s can be heard"),
        (tone(3.5, level=100), "only 0.0 s of 3.5 s can be heard"),
        (Speech.joined([tone(0.2), quiet(3)]), "only 0.2 s of 3.2 s can be heard"),
        (tone(0.5), "12 syllables take 1.2 to 11.8 s, but 0.5 s came"),
        (tone(60), "but 60.0 s came"),
    ],
    ids=["empty", "silent", "too quiet", "nearly silent", "too short", "too long"],
)
def test_e6_empty_silent_and_impossible_lengths_are_refused(speech: Speech, told: str) -> None:
    with pytest.raises(Implausible, match=told):
        check_words(speech, WORDS)


def test_a_recording_needs_only_to_be_audible() -> None:
    check_audible(tone(60))
    with pytest.raises(Implausible):
        check_audible(quiet(60))


def test_trimming_keeps_the_sound_and_the_silence_inside() -> None:
    inside = Speech.joined([tone(0.2), quiet(0.5), tone(0.2)])
    assert trimmed(Speech.joined([quiet(0.4), inside, quiet(0.6)])).duration == inside.duration
    assert trimmed(inside) == inside
    assert trimmed(quiet(1)).samples == 0
    assert trimmed(quiet(0)).samples == 0


def test_full_scale_is_no_overflow() -> None:
    check_audible(Speech(struct.pack("<h", -32768) * RATE, RATE))
