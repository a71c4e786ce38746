"""Let the operator hear words at once: through a sound device of this machine, else from a file."""

import subprocess
import time
import wave
from dataclasses import dataclass
from pathlib import Path

from devices.receiver.sinks.device import PROGRAMS, NoSoundProgram, find_program
from scheduler.station import Station
from scheduler.usecases.voice_bulletin import say
from scheduler.usecases.voices import voices_of
from tts.delivery import plain
from tts.script import Script
from tts.speech import Speech

_DRAIN_S = 10.0
_PACE = 0.9
"""The least part of its length that sound takes: ffplay without a card ends well, but at once."""


@dataclass(frozen=True)
class Heard:
    """The program that played the words; or None, and the file they were left in."""

    program: str | None
    file: Path | None


def hear_words(station: Station, words: str) -> Heard:
    """Speak words as the station's bulletins are spoken. Raises NoVoice."""
    speech = say(station, Script((plain(words),)), voices_of(station)).turns[0].speech
    try:
        program = find_program()
    except NoSoundProgram:
        return Heard(None, _left(station, speech))
    if _played(program, speech):
        return Heard(program.name, None)
    return Heard(None, _left(station, speech))


def _played(program: Path, speech: Speech) -> bool:
    seconds = speech.duration.total_seconds()
    began = time.monotonic()
    try:
        done = subprocess.run(
            [program, *PROGRAMS[program.name](speech.rate)],
            input=speech.pcm, capture_output=True, timeout=seconds + _DRAIN_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and time.monotonic() - began >= seconds * _PACE


def _left(station: Station, speech: Speech) -> Path:
    path = station.preview / "lexicon.wav"
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(speech.rate)
        file.writeframes(speech.pcm)
    return path
