"""The microphone of this machine, through whichever of arecord and parecord works: its samples come out of a pipe.

pw-record is not used: it writes what went wrong into the same stream as the sound. Where PipeWire runs, the other two
speak to it.
"""

import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO

from scheduler.errors import StationError

RATE = 48_000
"""Samples per second, mono s16le: what sound cards have by themselves; ALSA's own change of rate is a poor one."""

PROGRAMS: Mapping[str, Sequence[str]] = {
    "arecord": ("-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(RATE), "-"),
    "parecord": ("--raw", "--format=s16le", "--channels=1", f"--rate={RATE}"),
}
"""The programs tried, in this order, and how each is asked for endless samples on standard output."""

_FIRST_SOUND_S = 5.0
_LAST_SOUND_S = 1.0
_BLOCK = RATE // 5


class NoMicrophone(StationError):
    """No program, or none of them hears anything."""


class Microphone:
    """A running recording program. `ended` once nothing more comes of it."""

    def __init__(self, program: Path, errors: IO[bytes]) -> None:
        self.name = program.name
        self.ended = False
        self._errors = errors
        self._odd = b""
        # In a group of its own, so that Ctrl-C at the keyboard reaches us alone.
        self._process = subprocess.Popen(
            [program, *PROGRAMS[program.name]],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, bufsize=0, process_group=0,
        )  # fmt: skip

    def read(self, patience_s: float) -> bytes:
        """Whole samples that came, up to a tenth of a second of them; b"" where none did within `patience_s`."""
        pipe = self._process.stdout
        assert pipe is not None
        if self.ended or not select.select([pipe], [], [], patience_s)[0]:
            return b""
        came = os.read(pipe.fileno(), _BLOCK)
        self.ended = not came
        came = self._odd + came
        whole = len(came) // 2 * 2
        self._odd = came[whole:]
        return came[:whole]

    def rest(self) -> Iterator[bytes]:
        """End the program in order, and have what it had heard until then."""
        self._process.terminate()
        last = time.monotonic() + _LAST_SOUND_S
        while not self.ended and (left := last - time.monotonic()) > 0:
            yield self.read(left)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def said(self) -> str:
        """The last line of the program's complaints."""
        self._errors.seek(0)
        lines = [line.strip() for line in self._errors.read().decode(errors="replace").splitlines()]
        told = [line for line in lines if line] or ["no message"]
        return "".join(character if character.isprintable() else "?" for character in told[-1][:200])


@contextmanager
def listening() -> Iterator[tuple[Microphone, bytes]]:
    """The first program that hears something, and the first it heard. Raises NoMicrophone, with why each did not."""
    found = [Path(path) for name in PROGRAMS if (path := shutil.which(name))]
    if not found:
        raise NoMicrophone(
            "expected {names} on this machine to record with, but none is installed: sudo apt install alsa-utils",
            names=" / ".join(PROGRAMS),
        )
    why: list[str] = []
    for program in found:
        with tempfile.TemporaryFile() as errors:
            microphone = Microphone(program, errors)
            try:
                if first := microphone.read(_FIRST_SOUND_S):
                    yield microphone, first
                    return
            finally:
                microphone.close()
            why.append(f"{program.name}: {microphone.said()}")
    raise NoMicrophone(
        "no microphone could be heard ({why}); plug one in, choose it as the input in the sound settings and try again",
        why="; ".join(why),
    )


def seconds_of(samples: int) -> timedelta:
    return timedelta(seconds=samples / RATE)
