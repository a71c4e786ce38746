"""What is looked at once more on the finished clip."""

import math
import struct
from datetime import timedelta

import pytest

from playlists.audio.check import PADDING, check, clock
from playlists.errors import SoundError
from tts.speech import Mark, Speech

RATE = 24_000
SECOND = timedelta(seconds=1)
LUFS = -16.0


def tone(seconds: float, peak: float = 8_000) -> Speech:
    count = round(seconds * RATE)
    return Speech(
        struct.pack(f"<{count}h", *(round(peak * math.sin(0.2 * math.pi * n / 2)) for n in range(count))), RATE
    )


def silence(seconds: float) -> Speech:
    return Speech.silence(seconds * SECOND, RATE)


def said(speech: Speech, text: str) -> Speech:
    return Speech(speech.pcm, RATE, (Mark(timedelta(0), speech.duration, text),))


GOOD = Speech.joined([silence(0.2), said(tone(1), "một."), silence(0.7), said(tone(1), "hai."), silence(0.4)])


def held(sound: Speech, expected: timedelta = GOOD.duration, *, silent_pauses: bool = True) -> None:
    check(sound, expected, GOOD.marks, LUFS, silent_pauses=silent_pauses)


def changed(start: float, end: float, into: Speech) -> Speech:
    first, last = (2 * round(moment * RATE) for moment in (start, end))
    return Speech(GOOD.pcm[:first] + into.pcm + GOOD.pcm[last:], RATE)


def test_a_clip_as_it_should_be_passes() -> None:
    held(GOOD)
    held(Speech(GOOD.pcm + silence(0.05).pcm, RATE))
    check(tone(1), SECOND, (), LUFS, silent_pauses=True)  # a recording has no marks


@pytest.mark.parametrize("off", [-1, 1])
def test_a_clip_of_another_length_is_refused(off: int) -> None:
    other = GOOD.duration + off * (PADDING + timedelta(milliseconds=1))
    with pytest.raises(SoundError, match=r"a clip of 3\.\d\d s was expected, and 3\.30 s"):
        held(GOOD, other)


def test_a_sentence_that_is_missing_is_named_with_its_time() -> None:
    with pytest.raises(SoundError, match=r"“hai\.” was expected at 0:01\.9, .* \(-inf dBFS\)"):
        held(changed(1.9, 2.9, silence(1)))


def test_a_sentence_that_is_far_too_soft_is_refused() -> None:
    with pytest.raises(SoundError, match=r"“một\.” was expected at 0:00\.2"):
        held(changed(0.2, 1.2, tone(1, peak=400)))


def test_sound_in_a_pause_is_refused_unless_music_plays() -> None:
    crackling = changed(1.4, 1.5, tone(0.1, peak=900))
    with pytest.raises(SoundError, match=r"silence was expected at 0:01\.3 after “một\.”"):
        held(crackling)
    held(crackling, silent_pauses=False)


def test_what_a_codec_leaves_in_a_pause_and_at_its_edges_passes() -> None:
    held(changed(1.2, 1.25, tone(0.05, peak=2_000)))
    held(changed(1.4, 1.5, tone(0.1, peak=40)))


@pytest.mark.parametrize("full", [32_767, -32_768])
def test_sound_cut_off_at_full_scale_is_refused(full: int) -> None:
    with pytest.raises(SoundError, match=r"at 0:02\.5 it is cut off there"):
        held(changed(2.5, 2.5 + 3 / RATE, Speech(struct.pack("<3h", full, full, full), RATE)))


def test_a_long_sentence_is_shortened_in_the_message() -> None:
    mark = Mark(timedelta(0), SECOND, "a" * 500)
    with pytest.raises(SoundError) as told:
        check(silence(1), SECOND, (mark,), LUFS, silent_pauses=True)
    assert len(str(told.value)) < 250


def test_moments_as_a_listener_reads_them() -> None:
    assert clock(timedelta(seconds=67.26)) == "1:07.3"
    assert clock(timedelta(0)) == "0:00.0"
    assert clock(timedelta(minutes=61)) == "61:00.0"
