"""The WAV sink: every programme into a file of its own, at the pace of sound, sample for sample.

The header is set right after every write: also after kill -9 the file is readable and says what had been played.
"""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path
from urllib.parse import quote

from devices.clock import Reading
from devices.receiver.sinks.decode import BYTES_PER_SAMPLE, Decoding
from devices.receiver.sinks.paced import PacedPlayer, Sounding

_PACE_S = 0.05


def wav_header(samples: int, rate: int) -> bytes:
    """The 44 bytes before `samples` samples of mono s16le."""
    size = samples * BYTES_PER_SAMPLE
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    return head + struct.pack("<4sI", b"data", size)


def wav_path(folder: Path, slot: str) -> Path:
    """The file of one slot; an id's unusual characters are escaped (E12)."""
    return folder / f"{quote(slot, safe=' ')}.wav"


def wav_player(folder: Path, ffmpeg: Path) -> PacedPlayer:
    """A player whose programmes become `wav_path(folder, slot)`."""
    folder.mkdir(parents=True, exist_ok=True)

    def sounding(decoding: Decoding, now: Reading) -> Sounding:
        return _Writing(decoding, now, wav_path(folder, decoding.programme.slot))

    return PacedPlayer("wav", ffmpeg, sounding)


class _Writing(Sounding):
    def __init__(self, decoding: Decoding, now: Reading, path: Path) -> None:
        super().__init__(decoding, now)
        self._path = path

    def sound(self) -> str:
        programme = self.programme
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            os.write(file, wav_header(0, programme.rate))
            self.began = time.monotonic()
            while not self.stopped.is_set():
                due = min(programme.samples, int((time.monotonic() - self.began) * programme.rate))
                while self.samples < due:
                    pcm = self.decoding.read(due - self.samples)
                    if not pcm:
                        return self.decoding.fault()
                    os.write(file, pcm)
                    self.samples += len(pcm) // BYTES_PER_SAMPLE
                os.pwrite(file, wav_header(self.samples, programme.rate), 0)
                if self.samples == programme.samples:
                    return self.decoding.fault()
                self.stopped.wait(min(_PACE_S, (programme.samples - self.samples) / programme.rate))
            return ""
        finally:
            os.close(file)
