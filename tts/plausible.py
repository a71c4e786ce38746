"""Can this sound be these words? Held against empty, silent and impossibly long or short answers (case E6). Pure."""

from datetime import timedelta

from tts.errors import ReadableError
from tts.phrases import syllables
from tts.speech import SECOND, Speech

_FRAME = timedelta(milliseconds=20)
_AUDIBLE = 328
"""A peak of 1 % of full scale, −40 dBFS: below it a horn in a yard gives nothing."""

_LEAST_SOUND = timedelta(milliseconds=100)
_SOUND_PER_SYLLABLE = timedelta(milliseconds=50)
_FASTEST = timedelta(milliseconds=100)
_SLOWEST = timedelta(milliseconds=1200)
_SLACK = timedelta(seconds=3)
"""Beside the slowest pace: the pauses of a bulletin that is one short line."""


class Implausible(ReadableError):
    """What came is sound, but it cannot be the words."""


def check_audible(speech: Speech, least: timedelta = _LEAST_SOUND) -> None:
    """Raises Implausible where the sound is empty or less than ``least`` of it can be heard."""
    if speech.samples == 0:
        raise Implausible("speech was expected, but there is no sound in it at all")
    heard = _audible(speech)
    if heard < least:
        raise Implausible(
            "at least {least_s} s of audible speech was expected, but only {heard_s} s of {length_s} s can be heard; "
            "listen to it, it may be silent or far too quiet",
            least_s=_seconds(least),
            heard_s=_seconds(heard),
            length_s=_seconds(speech.duration),
        )


def check_words(speech: Speech, words: str) -> None:
    """Raises Implausible where the sound is empty, silent, or of a length that these words cannot take."""
    count = syllables(words)
    shortest, longest = count * _FASTEST, count * _SLOWEST + _SLACK
    if speech.samples and not shortest <= speech.duration <= longest:
        raise Implausible(
            "{syllables} syllables take {shortest_s} to {longest_s} s, but {length_s} s came; "
            "it is cut off or something else",
            syllables=count,
            shortest_s=_seconds(shortest),
            longest_s=_seconds(longest),
            length_s=_seconds(speech.duration),
        )
    check_audible(speech, max(_LEAST_SOUND, count * _SOUND_PER_SYLLABLE))


def trimmed(speech: Speech) -> Speech:
    """Without the silence before the first and after the last audible 20 ms; a silent speech becomes empty."""
    frame, audible = _frames(speech)
    sounding = [number for number, heard in enumerate(audible) if heard]
    if not sounding:
        return Speech(b"", speech.rate)
    return Speech(speech.pcm[2 * frame * sounding[0] : 2 * frame * (sounding[-1] + 1)], speech.rate)


def _audible(speech: Speech) -> timedelta:
    _, audible = _frames(speech)
    return sum(audible) * _FRAME


def _frames(speech: Speech) -> tuple[int, list[bool]]:
    """The samples in a frame, and for each frame whether it can be heard."""
    samples = memoryview(speech.pcm).cast("h")
    frame = max(1, round(_FRAME / SECOND * speech.rate))
    starts = range(0, len(samples), frame)
    return frame, [max(max(part), -min(part)) >= _AUDIBLE for part in (samples[at : at + frame] for at in starts)]


def _seconds(duration: timedelta) -> str:
    return f"{duration / SECOND:.1f}"
