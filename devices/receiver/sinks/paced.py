"""What the sinks with real sound have in common: a decoder made ready ahead, one thread that paces one programme.

Sound is real time by nature, so this is where the receiver reads the monotonic clock itself.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from devices.clock import Reading
from devices.receiver.player import Ending, Finished, Programme
from devices.receiver.sinks.decode import Decoding


class Sounding(ABC):
    """One programme while it sounds. A sink says how in `sound`, and keeps `samples` and `began` true."""

    def __init__(self, decoding: Decoding, now: Reading) -> None:
        self.decoding = decoding
        self.programme = decoding.programme
        self.samples = 0
        self.began = self._called = time.monotonic()
        self.finished: Finished | None = None
        self.stopped = threading.Event()
        self._wall = now.wall
        self._thread = threading.Thread(target=self._run, name=f"sound {self.programme.slot}", daemon=True)

    @abstractmethod
    def sound(self) -> str:
        """Play in this thread until the end or `stopped`; returns "" or why it is not complete."""

    def played(self) -> int:
        """Samples that have sounded."""
        return self.samples

    def begin(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.stopped.set()
        self.decoding.kill()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        try:
            reason = self.sound()
        except OSError as error:
            reason = f"the sink failed: {error.strerror}"
        finally:
            self.decoding.close()
        length = timedelta(seconds=time.monotonic() - self.began)
        result: Ending = "failed" if reason else "completed"
        if self.stopped.is_set():
            result, reason = "interrupted", "stopped"
        start = self._wall + timedelta(seconds=self.began - self._called)
        self.finished = Finished(
            start=start,
            end=start + length,
            played_ms=round(length / timedelta(milliseconds=1)),
            samples_played=self.played(),
            result=result,
            reason=reason,
            load="unmeasured",
        )


class PacedPlayer:
    """See `Player`. `sounding` makes one programme's `Sounding` of its decoder."""

    simulated = False

    def __init__(self, sink: str, ffmpeg: Path, sounding: Callable[[Decoding, Reading], Sounding]) -> None:
        self.sink = sink
        self._ffmpeg = ffmpeg
        self._sounding = sounding
        self._prepared: Decoding | None = None
        self._playing: Sounding | None = None

    @property
    def busy(self) -> bool:
        return self._playing is not None

    def prepare(self, programme: Programme) -> None:
        self._drop_prepared()
        self._prepared = Decoding(self._ffmpeg, programme)

    def start(self, programme: Programme, now: Reading) -> None:
        if self._prepared is None or self._prepared.programme != programme:
            self.prepare(programme)
        assert self._prepared is not None
        self._playing, self._prepared = self._sounding(self._prepared, now), None
        self._playing.begin()

    def played(self, _now: Reading, /) -> int:
        return 0 if self._playing is None else self._playing.played()

    def poll(self, _now: Reading, /) -> Finished | None:
        if self._playing is None or self._playing.finished is None:
            return None
        finished, self._playing = self._playing.finished, None
        return finished

    def stop(self) -> None:
        self._drop_prepared()
        if self._playing is not None:
            self._playing.stop()

    def _drop_prepared(self) -> None:
        if self._prepared is not None:
            self._prepared.close()
            self._prepared = None
