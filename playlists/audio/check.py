"""Does the finished clip hold what it should? Looked at once more after it was encoded and decoded. Pure.

Whatever went wrong on the way, nobody approves a clip with a hole, a crackle or a sentence that is not there.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from playlists.errors import SoundError
from tts.speech import SAMPLE_BYTES, SECOND, Mark, Speech

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the standard library's until Python 3.12, from audioop-lts after
    import audioop

PADDING = timedelta(milliseconds=100)
"""How much longer or shorter than it went in a clip may come out: more than a frame of MP3 at 8 kHz."""

_FULL_SCALE = 32_767
_LEAST_SPEECH_DB = 20.0  # a sentence's mean lies no further below the whole clip's loudness
_MOST_PAUSE_DBFS = -50.0  # what a codec leaves in a pause lies below -70
_SPARED = timedelta(milliseconds=60)  # at a pause's edges, where a codec and the filters let the sound ring
_LEAST_PAUSE = timedelta(milliseconds=50)  # beside what is spared


def check(sound: Speech, expected: timedelta, marks: Sequence[Mark], lufs: float, *, silent_pauses: bool) -> None:
    """Hold a decoded clip against what was put in: its length, its sentences and, unless music plays, its pauses.

    `lufs` is the loudness the clip was brought to. Raises SoundError with the time and the sentence.
    """
    if abs(sound.duration - expected) > PADDING:
        raise SoundError(
            "a clip of {expected_s:.2f} s was expected, and {came_s:.2f} s can be decoded from it; render it again",
            expected_s=expected / SECOND,
            came_s=sound.duration / SECOND,
        )
    _check_unclipped(sound)
    for mark in marks:
        level = _level(sound, mark.start, mark.end)
        if level < lufs - _LEAST_SPEECH_DB:
            raise SoundError(
                "the sentence “{text}” was expected at {at}, and it is hardly to be heard there ({level:.0f} dBFS); "
                "render it again, or with another voice",
                text=_short(mark),
                at=clock(mark.start),
                level=level,
            )
    for before, after in pairwise(marks) if silent_pauses else ():
        start, end = before.end + _SPARED, after.start - _SPARED
        if end - start >= _LEAST_PAUSE and (level := _level(sound, start, end)) > _MOST_PAUSE_DBFS:
            raise SoundError(
                "silence was expected at {at} after “{text}”, and there is sound ({level:.0f} dBFS); "
                "render it again, or with another voice",
                text=_short(before),
                at=clock(start),
                level=level,
            )


def clock(moment: timedelta) -> str:
    """Minutes and seconds after the start, `1:07.3`."""
    tenths = round(moment / timedelta(milliseconds=100))
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def _check_unclipped(sound: Speech) -> None:
    """The ceiling lies below full scale: a sample that reaches it was cut off there."""
    if audioop.max(sound.pcm, SAMPLE_BYTES) < _FULL_SCALE:
        return
    samples = memoryview(sound.pcm).cast("h")
    at = next(place for place, sample in enumerate(samples) if abs(sample) >= _FULL_SCALE)
    raise SoundError(
        "a clip below full scale was expected, and at {at} it is cut off there; render it again",
        at=clock(at / sound.rate * SECOND),
    )


def _level(sound: Speech, start: timedelta, end: timedelta) -> float:
    """The mean of a stretch in dBFS; -inf where there is nothing."""
    first, last = (SAMPLE_BYTES * round(moment / SECOND * sound.rate) for moment in (start, end))
    mean = audioop.rms(sound.pcm[first:last], SAMPLE_BYTES) if last > first else 0
    return 20 * math.log10(mean / _FULL_SCALE) if mean else -math.inf


def _short(mark: Mark) -> str:
    return mark.text if len(mark.text) <= 60 else f"{mark.text[:59]}…"
