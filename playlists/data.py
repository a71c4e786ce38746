"""How much data a receiver takes over its 4G card. Pure.

A receiver keeps a clip on its card by its digest and fetches it once, before it first sounds; ident and sign-off stay
for all weeks. Only what is damaged on the card, or was thrown away for want of room, is fetched again; that is not
counted, and neither are manifests and play records (below 1 MB a month).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from playlists.clip import Clip

MONTH = timedelta(days=30)
_WEEK = timedelta(days=7)
_HEARTBEAT_BYTES = 850
"""A signed status is 560 bytes; its topic, MQTT, TLS and TCP with the acknowledgements come to about 290 more."""


@dataclass(frozen=True)
class DataUse:
    """Bytes of one receiver in a month: `clips` for what is to sound, `heartbeats` for saying that it is there."""

    clips: int
    heartbeats: int

    @property
    def total(self) -> int:
        return self.clips + self.heartbeats


def each_month(week: Iterable[Clip], always: Iterable[Clip], heartbeat: timedelta) -> DataUse:
    """Data of a receiver that plays these clips of bulletins in a week, and new ones of that size in every other.

    `always` are the clips of every programme, ident and sign-off: fetched once. `heartbeat` is the time between two.
    """
    kept = {clip.digest: clip.size for clip in always}
    fresh = {clip.digest: clip.size for clip in week if clip.digest not in kept}
    return DataUse(
        clips=round(sum(fresh.values()) * (MONTH / _WEEK)) + sum(kept.values()),
        heartbeats=round(MONTH / heartbeat) * _HEARTBEAT_BYTES,
    )
