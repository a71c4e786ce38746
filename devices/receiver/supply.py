"""Which of the week's clips are here; the others are brought ahead of time, the first needed first."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from devices.protocol.messages import Clip
from devices.receiver.backoff import Backoff
from devices.receiver.cache import Cache
from devices.receiver.fetch import Fetched, Fetcher, FetchFailed, Wanted

LAST_RETRY_S = 240.0
"""A clip that could not be had is asked for at least three times within the grace of its slot."""


@dataclass
class _Retry:
    backoff: Backoff
    at_s: float


class Supply:
    """Times are monotonic seconds. `mirror` is a second audio address for every clip (E1)."""

    def __init__(self, cache: Cache, fetcher: Fetcher, mirror: str, chance: random.Random) -> None:
        self._cache = cache
        self._fetcher = fetcher
        self._mirror = mirror.rstrip("/")
        self._chance = chance
        self._wanted: dict[str, Wanted] = {}
        self._ready: set[str] = set()
        self._coming: set[str] = set()
        self._retries: dict[str, _Retry] = {}

    @property
    def missing(self) -> int:
        """How many clips of the week are not here."""
        return len(self._wanted.keys() - self._ready)

    def need(self, clips: Mapping[str, tuple[Clip, tuple[str, ...]]]) -> None:
        """From now on these clips, with their addresses in the order to try, and no others (D5)."""
        self._wanted = {
            digest: Wanted(digest, clip.size, tuple(dict.fromkeys((*urls, f"{self._mirror}/{clip.name}"))))
            for digest, (clip, urls) in clips.items()
        }
        self._cache.needed = frozenset(clips)
        self._ready &= clips.keys()
        self._retries = {digest: retry for digest, retry in self._retries.items() if digest in clips}
        for digest in self._wanted:
            if digest not in self._retries:
                self._want(digest)

    def ready(self, clips: Iterable[Clip]) -> bool:
        return all(clip.digest in self._ready for clip in clips)

    def damaged(self, clips: Iterable[Clip]) -> list[Clip]:
        """Read these clips once more, right before they sound; what is damaged is brought anew (D4)."""
        bad = [clip for clip in clips if not self._cache.intact(clip.digest, clip.size)]
        for clip in bad:
            self._ready.discard(clip.digest)
            self._want(clip.digest)
        return bad

    def step(self, now_s: float) -> list[FetchFailed]:
        """Take what has come, try again what is due; returns what failed."""
        failures = []
        while (outcome := self._fetcher.take()) is not None:
            digest = outcome.digest
            self._coming.discard(digest)
            if isinstance(outcome, Fetched):
                self._ready.add(digest)
                self._retries.pop(digest, None)
            elif digest in self._wanted:
                failures.append(outcome)
                retry = self._retries.setdefault(digest, _Retry(Backoff(self._chance, LAST_RETRY_S), now_s))
                retry.at_s = now_s + retry.backoff.next_s()
        for digest, retry in self._retries.items():
            if retry.at_s <= now_s:
                self._want(digest)
        return failures

    def due_s(self) -> float | None:
        """When `step` is to be called next, if nothing comes before."""
        return min((retry.at_s for digest, retry in self._retries.items() if digest not in self._coming), default=None)

    def _want(self, digest: str) -> None:
        if digest in self._wanted and digest not in self._ready | self._coming:
            self._coming.add(digest)
            self._fetcher.want(self._wanted[digest])
