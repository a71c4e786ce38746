"""Let the operator hear at once: a sound through a device of this machine, or words, which else are left in a file."""

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
from tts.speech import SECOND, Speech

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
    program = play(speech)
    return Heard(program, None) if program else Heard(None, _left(station, speech))


def has_device() -> bool:
    """Whether a program that could play is installed; a sound card may still be missing."""
    try:
        find_program()
    except NoSoundProgram:
        return False
    return True


def play(sound: Speech) -> str | None:
    """Play to the end, or until Ctrl+C, which ends the playing and nothing else.

    Returns the program that played it, None where none of this machine's did.
    """
    try:
        program = find_program()
    except NoSoundProgram:
        return None
    seconds = sound.duration / SECOND
    began = time.monotonic()
    try:
        done = subprocess.run(
            [program, *PROGRAMS[program.name](sound.rate)],
            input=sound.pcm, capture_output=True, timeout=seconds + _DRAIN_S, check=False,
        )  # fmt: skip
    except KeyboardInterrupt:
        return program.name
    except (OSError, subprocess.TimeoutExpired):
        return None
    played = done.returncode == 0 and time.monotonic() - began >= seconds * _PACE
    return program.name if played else None


def _left(station: Station, speech: Speech) -> Path:
    path = station.preview / "lexicon.wav"
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(speech.rate)
        file.writeframes(speech.pcm)
    return path
