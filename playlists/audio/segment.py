"""The one door to pydub: cutting and joining. Nothing outside this file sees an AudioSegment.

A sound's marks go with it: they say where its sentences stand, wherever it is cut or put.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import accumulate

from playlists.audio import ffmpeg
from playlists.errors import SoundError
from tts.speech import SAMPLE_BYTES, SECOND, Mark, Speech

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pydub warns that it sees no ffmpeg on PATH; it gets ours
    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence

_BELOW_SPEECH_DB = 35.0  # a voice's softest consonants lie less far below its mean
_FLOOR_DBFS = -60.0
_EDGE = timedelta(milliseconds=20)  # kept around the sound, so that no consonant is cut
_CROSSFADE_MS = 1_000
_MILLISECOND = timedelta(milliseconds=1)
_FADE_MS = 8  # long enough to be no click, short enough to be no fade


def trimmed(speech: Speech) -> Speech:
    """The speech without the silence at its edges, `faded`.

    Raises SoundError where there is nothing but silence.
    """
    sound = _segment(speech)
    threshold = max(sound.dBFS - _BELOW_SPEECH_DB, _FLOOR_DBFS)
    start = detect_leading_silence(sound, silence_threshold=threshold)
    if start >= len(sound):
        raise SoundError("speech was expected, and {seconds:.1f} s of silence came", seconds=sound.duration_seconds)
    end = len(sound) - detect_leading_silence(sound.reverse(), silence_threshold=threshold)
    edge = _EDGE // _MILLISECOND
    begin = max(0, start - edge)
    kept = _speech(sound[begin : end + edge])
    return faded(replace(kept, marks=_moved(speech.marks, timedelta(milliseconds=-begin), kept.duration)))


def faded(speech: Speech) -> Speech:
    """The speech rising from silence and falling into it over a few milliseconds: it can be joined without a click."""
    return replace(_speech(_segment(speech).fade_in(_FADE_MS).fade_out(_FADE_MS)), marks=speech.marks)


def amplified(speech: Speech, gain_db: float) -> Speech:
    """The speech louder (or softer) by so much; what exceeds full scale is cut off there."""
    return replace(_speech(_segment(speech).apply_gain(gain_db)), marks=speech.marks)


def joined(parts: Sequence[Speech | timedelta]) -> Speech:
    """Sounds of one rate and pauses between them, one after another."""
    rates = {part.rate for part in parts if isinstance(part, Speech)}
    if len(rates) != 1:
        raise SoundError("sounds of one rate were expected to be joined, and {rates} came", rates=sorted(rates))
    rate = rates.pop()
    sounds = [part if isinstance(part, Speech) else Speech.silence(part, rate) for part in parts]
    ends = list(accumulate(sound.samples for sound in sounds))
    whole = _speech(sum((_segment(sound) for sound in sounds), AudioSegment.empty()))
    marks = (
        mark
        for sound, end in zip(sounds, ends, strict=True)
        for mark in _moved(sound.marks, (end - sound.samples) / rate * SECOND, whole.duration)
    )
    return replace(whole, marks=tuple(marks))


def lasting(speech: Speech, duration: timedelta, fade_in: timedelta, fade_out: timedelta) -> Speech:
    """Just so long: repeated with a second of cross-fade, or cut; faded at both ends."""
    music = once = _segment(speech)
    wanted = duration / _MILLISECOND
    crossfade = min(_CROSSFADE_MS, len(once) // 2)
    while len(music) <= wanted:
        music = music.append(once, crossfade=crossfade)
    faded = music[: math.ceil(wanted)].fade_in(fade_in // _MILLISECOND).fade_out(fade_out // _MILLISECOND)
    size = SAMPLE_BYTES * round(duration / SECOND * speech.rate)
    return Speech(faded.raw_data[:size].ljust(size, b"\0"), speech.rate)


def side_by_side(left: Speech, right: Speech) -> bytes:
    """Two sounds of one rate and length as the channels of one, interleaved."""
    whole: bytes = AudioSegment.from_mono_audiosegments(_segment(left), _segment(right)).raw_data
    return whole


def _moved(marks: Iterable[Mark], by: timedelta, length: timedelta) -> tuple[Mark, ...]:
    """The marks so much later, none outside a sound of this length."""

    def held(moment: timedelta) -> timedelta:
        return min(max(moment, timedelta(0)), length)

    moved = (mark.moved(by) for mark in marks)
    return tuple(replace(mark, start=held(mark.start), end=held(mark.end)) for mark in moved)


def _segment(speech: Speech) -> AudioSegment:
    AudioSegment.converter = str(ffmpeg.program())  # else it would look for one in the current folder first
    return AudioSegment(data=speech.pcm, sample_width=2, frame_rate=speech.rate, channels=1)


def _speech(sound: AudioSegment) -> Speech:
    return Speech(sound.raw_data, sound.frame_rate)
