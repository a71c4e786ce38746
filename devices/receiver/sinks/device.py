"""The sound card, through whichever of aplay, mpv and ffplay is installed: PCM goes into its pipe, it sets the pace.

What counts as played is what the program took out of the pipe, never more than real time allows. Whether the amplifier
behind it works is not known here (`load` unmeasured).
"""

from __future__ import annotations

import fcntl
import shutil
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from devices.clock import Reading
from devices.errors import DeviceError
from devices.receiver.sinks.decode import BYTES_PER_SAMPLE, Decoding
from devices.receiver.sinks.paced import PacedPlayer, Sounding

_BLOCK = 1 << 12
_DRAIN_S = 10.0
_TOO_FAST = 0.9

PROGRAMS: dict[str, Callable[[int], list[str]]] = {
    "aplay": lambda rate: ["-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(rate), "-"],
    "mpv": lambda rate: [
        *("--no-config", "--really-quiet", "--no-terminal", "--no-video", "--demuxer=rawaudio"),
        *("--demuxer-rawaudio-format=s16le", "--demuxer-rawaudio-channels=1", f"--demuxer-rawaudio-rate={rate}", "-"),
    ],
    "ffplay": lambda rate: [
        *("-loglevel", "error", "-nodisp", "-autoexit", "-nostats", "-f", "s16le", "-ar", str(rate)),
        *("-ac", "1", "-protocol_whitelist", "pipe", "-i", "pipe:0"),
    ],
}
"""The programs tried, in this order (aplay opens the card before sound comes, so it starts the fastest)."""


class NoSoundProgram(DeviceError):
    """None of the programs is installed."""


def find_program() -> Path:
    """The program to play with; NoSoundProgram if there is none."""
    for name in PROGRAMS:
        if found := shutil.which(name):
            return Path(found)
    raise NoSoundProgram(
        "expected one of {names} on this machine, but none is installed: sudo apt install alsa-utils",
        names=", ".join(PROGRAMS),
    )


def device_player(program: Path, ffmpeg: Path) -> PacedPlayer:
    """A player through `program`, an aplay, mpv or ffplay."""
    arguments = PROGRAMS[program.name]

    def sounding(decoding: Decoding, now: Reading) -> Sounding:
        return _Piping(decoding, now, [str(program), *arguments(decoding.programme.rate)])

    return PacedPlayer(f"device:{program.name}", ffmpeg, sounding)


class _Piping(Sounding):
    def __init__(self, decoding: Decoding, now: Reading, command: list[str]) -> None:
        super().__init__(decoding, now)
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._taken = 0
        self._sounds = False

    def played(self) -> int:
        """Samples the program took, and real time has had room for; all of them once it has ended well."""
        if self.samples or not self._sounds:
            return self.samples
        return min(self._taken, int((time.monotonic() - self.began) * self.programme.rate))

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
        super().stop()

    def sound(self) -> str:
        with subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, bufsize=0
        ) as process:
            self._process = process
            try:
                return self._feed(process)
            finally:
                process.kill()

    def _feed(self, process: subprocess.Popen[bytes]) -> str:
        """Write all samples into the pipe and wait until the program has played them."""
        pipe = process.stdin
        assert pipe is not None
        written = 0
        while not self.stopped.is_set() and (pcm := self.decoding.read(_BLOCK)):
            view = memoryview(pcm)
            while view:
                view = view[pipe.write(view) :]
            written += len(pcm)
            self._look(pipe.fileno(), written)
        while process.poll() is None and self._taken * BYTES_PER_SAMPLE < written:
            self._look(pipe.fileno(), written)
            if self.stopped.wait(0.005):
                return ""
        pipe.close()
        try:
            code = process.wait(timeout=self.programme.length.total_seconds() + _DRAIN_S)
        except subprocess.TimeoutExpired:
            return "the sound program does not end"
        length = timedelta(seconds=time.monotonic() - self.began)
        if fault := self.decoding.fault():
            return fault
        if code != 0:
            return f"the sound program ended with {code}"
        if length < self.programme.length * _TOO_FAST:
            return f"the card took {self.programme.length} of sound in {length}: that is not the pace of sound"
        self.samples = written // BYTES_PER_SAMPLE
        return ""

    def _look(self, pipe: int, written: int) -> None:
        """See how much of what was written has left the pipe; sound begins when the first of it has."""
        unread = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0\0\0\0"))[0]
        self._taken = max(0, written - unread) // BYTES_PER_SAMPLE
        if self._taken and not self._sounds:
            self.began, self._sounds = time.monotonic(), True
