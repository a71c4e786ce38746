"""A microphone for tests: the real arecord, whose ALSA hears what a file or a pipe holds instead of a sound card."""

from __future__ import annotations

import fcntl
import os
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tts_sounds import ffmpeg

from scheduler.microphone import RATE
from tts.speech import Speech

_CONFIGURATION = """\
pcm.!default {{ type file slave.pcm "nothing" file "/dev/null" infile "{heard}" format "raw" }}
pcm.nothing {{ type null }}
"""


def hearing(folder: Path, heard: Path) -> dict[str, str]:
    """The environment in which arecord hears the raw samples of a file, as fast as it likes, or of a named pipe."""
    configuration = folder / "asound.conf"
    configuration.write_text(_CONFIGURATION.format(heard=heard))
    return {"ALSA_CONFIG_PATH": str(configuration)}


class Mouth:
    """Speaks into a named pipe that a microphone hears; between two words it is silent, and never hangs up.

    What is said lies in the pipe as a whole before arecord reads it: of a part ALSA would make a whole period.
    """

    def __init__(self, folder: Path) -> None:
        self.pipe = folder / "heard.pipe"
        os.mkfifo(self.pipe)
        self._end = os.open(self.pipe, os.O_RDWR | os.O_NONBLOCK)
        fcntl.fcntl(self._end, fcntl.F_SETPIPE_SZ, 1 << 20)

    def say(self, pcm: bytes) -> None:
        assert os.write(self._end, pcm) == len(pcm)

    def close(self) -> None:
        os.close(self._end)


def deaf(folder: Path) -> dict[str, str]:
    """The environment of a machine without a sound card."""
    configuration = folder / "asound.conf"
    configuration.write_text("pcm.!default { type hw card 0 }\nctl.!default { type hw card 0 }\n")
    return {"ALSA_CONFIG_PATH": str(configuration)}


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """These values in this process, for the programs that it starts."""
    before = {key: os.environ.get(key) for key in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                del os.environ[key]
            else:
                os.environ[key] = value


def at_card_rate(speech: Speech) -> bytes:
    """The samples as a sound card would give them."""
    return ffmpeg(
        *("-f", "s16le", "-ar", str(speech.rate), "-ac", "1", "-i", "pipe:0"),
        *("-f", "s16le", "-ar", str(RATE), "pipe:1"),
        stdin=speech.pcm,
    )


def samples_of(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return file.readframes(file.getnframes())
