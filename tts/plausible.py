"""Can this sound be these words? Held against empty, silent, clipped, impossibly long or short answers (E6). Pure."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from tts.errors import ReadableError
from tts.phrases import syllables
from tts.script import Sentence, Turn
from tts.speech import SAMPLE_BYTES, SECOND, Speech

_FRAME = timedelta(milliseconds=20)
_AUDIBLE = 328
"""A peak of 1 % of full scale, −40 dBFS: below it a horn in a yard gives nothing."""

_LEAST_SOUND = timedelta(milliseconds=100)
_SOUND_PER_SYLLABLE = timedelta(milliseconds=50)
_FASTEST = timedelta(milliseconds=100)
_SLOWEST = timedelta(milliseconds=900)
_SLACK = timedelta(seconds=1)
"""Beside the slowest pace: a sentence of one word, drawn out. A sound at half its rate is refused by the pace."""

_FULL_SCALE = 32_700
_CLIPPED_RUN = 4
_CLIPPED_SHARE = 0.001
"""Of all samples: what a voice loses when its maker overdrove it. A single run may be a plosive."""


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


def check_words(speech: Speech, words: str, *, pace: float = 1.0, silence: timedelta = timedelta(0)) -> None:
    """Raises Implausible where the sound is empty, silent, or of a length that these words cannot take.

    ``pace`` is the slowest they were asked to be said at, ``silence`` the pauses that were asked for among them.
    """
    count = syllables(words)
    shortest, longest = count * _FASTEST, count * _SLOWEST / min(pace, 1.0) + silence + _SLACK
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


def check_turn(speech: Speech, turn: Turn) -> None:
    """Raises Implausible where a sentence cannot be its words, a pause is not silent, or the sound is clipped."""
    if not speech.samples:
        raise Implausible("speech was expected, but there is no sound in it at all")
    share = clipped_samples(speech) / speech.samples
    if share > _CLIPPED_SHARE:
        raise Implausible(
            "clean speech was expected, but {percent:.1f} % of it is cut off at full scale; turn the voice down",
            percent=100 * share,
        )
    if len(speech.marks) != len(turn.sentences):
        raise Implausible(
            "{expected} sentences were expected, but {came} came", expected=len(turn.sentences), came=len(speech.marks)
        )
    for mark, sentence in zip(speech.marks, turn.sentences, strict=True):
        _check_sentence(_between(speech, mark.start, mark.end), sentence)
    for mark, following in pairwise(speech.marks):
        if _audible(_between(speech, mark.end, following.start)):
            raise Implausible(
                "silence was expected after “{sentence}”, but there is sound in the pause", sentence=mark.text
            )


def clipped_samples(speech: Speech) -> int:
    """Samples that stand at full scale four or more in a row, where the wave was cut off."""
    samples = memoryview(speech.pcm).cast("h")
    frame = max(1, round(_FRAME / SECOND * speech.rate))
    clipped = run = 0
    for at in range(0, len(samples), frame):
        part = samples[at : at + frame]
        if max(max(part), -min(part)) < _FULL_SCALE:
            run = 0
            continue
        for sample in part:
            run = run + 1 if abs(sample) >= _FULL_SCALE else 0
            clipped += run >= _CLIPPED_RUN and (_CLIPPED_RUN if run == _CLIPPED_RUN else 1)
    return clipped


def trimmed(speech: Speech) -> Speech:
    """Without the silence before the first and after the last audible 20 ms; a silent speech becomes empty."""
    frame, audible = _frames(speech)
    sounding = [number for number, heard in enumerate(audible) if heard]
    if not sounding:
        return Speech(b"", speech.rate)
    return Speech(speech.pcm[2 * frame * sounding[0] : 2 * frame * (sounding[-1] + 1)], speech.rate)


def _check_sentence(speech: Speech, sentence: Sentence) -> None:
    pace = min(clause.pace for clause in sentence.clauses)
    silence = sum((clause.silence for clause in sentence.clauses[:-1]), timedelta(0))
    try:
        check_words(speech, sentence.text, pace=pace, silence=silence)
    except Implausible as error:
        raise Implausible("“{sentence}”: {problem}", sentence=sentence.text, problem=error) from error


def _between(speech: Speech, start: timedelta, end: timedelta) -> Speech:
    first, last = (SAMPLE_BYTES * round(at / SECOND * speech.rate) for at in (start, end))
    return replace(speech, pcm=speech.pcm[first:last], marks=())


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
