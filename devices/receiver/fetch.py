"""Clips come to the cache in background threads; the agent asks with `want` and takes the outcomes without waiting."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from devices.errors import DeviceError
from devices.receiver.cache import Cache, ClipDamaged, NoRoom
from devices.receiver.crew import Crew
from devices.receiver.download import Download


@dataclass(frozen=True)
class Wanted:
    """A clip, and the addresses to try in turn."""

    digest: str
    size: int
    urls: tuple[str, ...]


@dataclass(frozen=True)
class Fetched:
    """The clip is in the cache, whole and checked."""

    digest: str


@dataclass(frozen=True)
class FetchFailed:
    """The clip did not come this time. `reason` is a slug for reports: unreachable, damaged or disk-full."""

    digest: str
    reason: str
    problem: str


Outcome = Fetched | FetchFailed


class Fetcher(Protocol):
    """Brings clips to one receiver's cache. No method waits."""

    @property
    def busy(self) -> bool:
        """Whether an outcome is still to come, or to be taken."""

    def open(self, cache: Cache, on_event: Callable[[], None]) -> None:
        """Begin; `on_event` is called from any thread when there is an outcome to take."""

    def want(self, clip: Wanted) -> None:
        """Check the clip if the cache has it, otherwise bring it. One outcome will come."""

    def take(self) -> Outcome | None: ...

    def close(self) -> None:
        """Forget what was wanted; a download on its way ends by itself and is told to nobody."""


class ClipFetcher:
    """The fetcher of one receiver; several may share one crew."""

    def __init__(self, crew: Crew, download: Download) -> None:
        self._crew = crew
        self._download = download
        self._outcomes: deque[Outcome] = deque()
        self._open_jobs = 0
        self._lock = threading.Lock()
        self._closed = False

    @property
    def busy(self) -> bool:
        return self._open_jobs > 0

    def open(self, cache: Cache, on_event: Callable[[], None]) -> None:
        self._cache = cache
        self._on_event = on_event

    def want(self, clip: Wanted) -> None:
        with self._lock:
            self._open_jobs += 1
        self._crew.do(lambda: self._bring(clip))

    def take(self) -> Outcome | None:
        with self._lock:
            if not self._outcomes:
                return None
            self._open_jobs -= 1
            return self._outcomes.popleft()

    def close(self) -> None:
        self._closed = True

    def _bring(self, clip: Wanted) -> None:
        if self._closed:
            return
        outcome = self._outcome(clip)
        if self._closed:
            return
        with self._lock:
            self._outcomes.append(outcome)
        self._on_event()

    def _outcome(self, clip: Wanted) -> Outcome:
        failure = FetchFailed(clip.digest, "unreachable", "there is no address to try")
        try:
            if self._cache.intact(clip.digest, clip.size):
                return Fetched(clip.digest)
            self._cache.make_room(clip.size)
            for url in clip.urls:
                try:
                    self._download(url, self._cache.partial(clip.digest), clip.size)
                    self._cache.admit(clip.digest, clip.size)
                    return Fetched(clip.digest)
                except ClipDamaged as error:
                    failure = FetchFailed(clip.digest, "damaged", f"{url}: {error}")
                except DeviceError as error:
                    failure = FetchFailed(clip.digest, "unreachable", str(error))
        except NoRoom as error:
            failure = FetchFailed(clip.digest, "disk-full", str(error))
        except OSError as error:
            failure = FetchFailed(clip.digest, "disk", str(error))
        return failure
