"""The null sink: every sample is decoded and counted, none is heard, and its records say so (`simulated`).

It knows no real time: a programme ends when `now` has reached its end, so that a simulated week works like a real one.
Its decoders run in a crew that all null sinks of a process share.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from devices.clock import Reading
from devices.receiver.crew import Crew
from devices.receiver.player import Ending, Finished, Programme
from devices.receiver.sinks.decode import DecoderMissing, Decoding

_AT_ONCE = 1 << 15


def decoding_crew() -> Crew:
    """A thread for each core."""
    return Crew(os.cpu_count() or 1, "decoder")


class NullPlayer:
    """See `Player`."""

    sink = "null"
    simulated = True

    def __init__(self, ffmpeg: Path, crew: Crew) -> None:
        self._ffmpeg = ffmpeg
        self._crew = crew
        self._prepared: _Counting | None = None
        self._playing: _Counting | None = None
        self._since: Reading | None = None
        self._stopped = False
        self._awaited = False

    @property
    def busy(self) -> bool:
        return self._awaited and self._playing is not None and not self._playing.done

    def prepare(self, programme: Programme) -> None:
        if self._prepared is not None:
            self._prepared.kill()
        self._prepared = counting = _Counting(self._ffmpeg, programme)
        self._crew.do(counting.run)

    def start(self, programme: Programme, now: Reading) -> None:
        if self._prepared is None or self._prepared.programme != programme:
            self.prepare(programme)
        self._playing, self._prepared = self._prepared, None
        self._since, self._stopped, self._awaited = now, False, False

    def played(self, now: Reading) -> int:
        if self._playing is None or self._since is None:
            return 0
        programme = self._playing.programme
        return min(programme.samples, round((now.monotonic_s - self._since.monotonic_s) * programme.rate))

    def poll(self, now: Reading) -> Finished | None:
        if self._playing is None or self._since is None:
            return None
        counting = self._playing
        due = self.played(now)
        if not self._stopped and not counting.done:
            self._awaited = due == counting.programme.samples
            return None
        result: Ending
        if self._stopped:
            samples, result, reason = due, "interrupted", "stopped"
        elif due >= counting.samples:
            samples, reason = counting.samples, counting.fault
            result = "failed" if reason else "completed"
        else:
            return None
        length = timedelta(seconds=samples / counting.programme.rate)
        since, self._playing, self._since = self._since, None, None
        return Finished(
            start=since.wall,
            end=since.wall + length,
            played_ms=round(length / timedelta(milliseconds=1)),
            samples_played=samples,
            result=result,
            reason=reason,
            load="unmeasured",
        )

    def stop(self) -> None:
        self._stopped = True
        for each in (self._prepared, self._playing):
            if each is not None:
                each.kill()
        self._prepared = None


class _Counting:
    """One programme that is decoded and counted, a block at a time."""

    def __init__(self, ffmpeg: Path, programme: Programme) -> None:
        self.programme = programme
        self.samples = 0
        self.fault = ""
        self.done = False
        self._ffmpeg = ffmpeg
        self._decoding: Decoding | None = None
        self._killed = False

    def run(self) -> None:
        try:
            if not self._killed:
                self._count()
        except DecoderMissing as error:
            self.fault = str(error)
        finally:
            self.done = True

    def kill(self) -> None:
        self._killed = True
        if self._decoding is not None:
            self._decoding.kill()

    def _count(self) -> None:
        self._decoding = decoding = Decoding(self._ffmpeg, self.programme)
        try:
            while not self._killed and decoding.read(_AT_ONCE):
                pass
            self.samples = decoding.samples
            self.fault = decoding.fault()
        finally:
            decoding.close()
