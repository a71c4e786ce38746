"""The one door to pydub: cutting and joining. Nothing outside this file sees an AudioSegment."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import timedelta

from playlists.audio import ffmpeg
from playlists.errors import SoundError
from tts.speech import Speech

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pydub warns that it sees no ffmpeg on PATH; it gets ours
    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence

_BELOW_SPEECH_DB = 35.0  # a voice's softest consonants lie less far below its mean
_FLOOR_DBFS = -60.0
_EDGE = timedelta(milliseconds=20)  # kept around the sound, so that no consonant is cut
_FADE_MS = 8  # long enough to be no click, short enough to be no fade


def trimmed(speech: Speech) -> Speech:
    """The speech without the silence at its edges, which are faded over a few milliseconds so that they never click.

    Raises SoundError where there is nothing but silence.
    """
    sound = _segment(speech)
    threshold = max(sound.dBFS - _BELOW_SPEECH_DB, _FLOOR_DBFS)
    start = detect_leading_silence(sound, silence_threshold=threshold)
    if start >= len(sound):
        raise SoundError("speech was expected, and {seconds:.1f} s of silence came", seconds=sound.duration_seconds)
    end = len(sound) - detect_leading_silence(sound.reverse(), silence_threshold=threshold)
    edge = round(_EDGE / timedelta(milliseconds=1))
    kept = sound[max(0, start - edge) : end + edge]
    return _speech(kept.fade_in(_FADE_MS).fade_out(_FADE_MS))


def joined(parts: Sequence[Speech | timedelta]) -> Speech:
    """Sounds of one rate and pauses between them, one after another."""
    rates = {part.rate for part in parts if isinstance(part, Speech)}
    if len(rates) != 1:
        raise SoundError("sounds of one rate were expected to be joined, and {rates} came", rates=sorted(rates))
    rate = rates.pop()
    whole = AudioSegment.empty()
    for part in parts:
        sound = part if isinstance(part, Speech) else Speech.silence(part, rate)
        whole += _segment(sound)
    return _speech(whole)


def _segment(speech: Speech) -> AudioSegment:
    AudioSegment.converter = str(ffmpeg.program())  # else it would look for one in the current folder first
    return AudioSegment(data=speech.pcm, sample_width=2, frame_rate=speech.rate, channels=1)


def _speech(sound: AudioSegment) -> Speech:
    return Speech(sound.raw_data, sound.frame_rate)
