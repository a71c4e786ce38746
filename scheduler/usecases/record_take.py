"""Record from the microphone into a file that is a whole WAV at every instant, so that nothing said is ever lost."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from devices.receiver.sinks.wav import wav_header
from playlists.week import TIMEZONE
from scheduler.microphone import RATE, Microphone, listening, seconds_of
from scheduler.station import Station

LONGEST = timedelta(minutes=15)
_LOOK_S = 0.1
_NOTHING_MORE_S = 5.0


@dataclass(frozen=True)
class Take:
    """What was recorded, and what ended it: the speaker, the longest length, or the microphone itself (unplugged)."""

    path: Path
    duration: timedelta
    ended_by: Literal["speaker", "length", "microphone"]


def take_path(station: Station, subject: str, now: datetime) -> Path:
    """A name that no earlier take has, beside what else is there to be heard before approval."""
    return station.preview / f"{subject}-{now.astimezone(TIMEZONE):%Y%m%d-%H%M%S}.wav"


def record_take(path: Path, go_on: Callable[[bytes], bool], longest: timedelta = LONGEST) -> Take:
    """Record until `go_on` says no; it is shown each block of samples (`microphone.RATE`, b"" where none came) at least
    every tenth of a second. Raises NoMicrophone, having left no file.
    """
    most = round(longest / timedelta(seconds=1) * RATE)
    with listening() as (microphone, first):
        path.parent.mkdir(exist_ok=True)
        with _Wav(path, most) as file:
            file.write(first)
            ended_by = _recorded(microphone, file, go_on)
            for block in microphone.rest():
                file.write(block)
    return Take(path, seconds_of(file.samples), ended_by)


def _recorded(
    microphone: Microphone, file: "_Wav", go_on: Callable[[bytes], bool]
) -> Literal["speaker", "length", "microphone"]:
    heard = time.monotonic()
    while not file.full:
        block = microphone.read(_LOOK_S)
        file.write(block)
        if not go_on(block):
            return "speaker"
        if block:
            heard = time.monotonic()
        elif microphone.ended or time.monotonic() - heard > _NOTHING_MORE_S:
            return "microphone"
    return "length"


class _Wav:
    """A WAV file whose header is right after each write; what is over `most` samples is left out."""

    def __init__(self, path: Path, most: int) -> None:
        self.samples = 0
        self._most = most
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        os.write(self._file, wav_header(0, RATE))

    def __enter__(self) -> "_Wav":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    @property
    def full(self) -> bool:
        return self.samples >= self._most

    def write(self, pcm: bytes) -> None:
        pcm = pcm[: 2 * (self._most - self.samples)]
        os.write(self._file, pcm)
        self.samples += len(pcm) // 2
        os.pwrite(self._file, wav_header(self.samples, RATE), 0)
