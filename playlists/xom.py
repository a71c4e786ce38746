"""A xóm: the hamlet the guarantee is about, with its own rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from playlists.errors import InvalidValueError
from playlists.rules import Blackout, Window

WHOLE_DAY = timedelta(days=1)

_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")


@dataclass(frozen=True)
class Xom:
    """One xóm. `id` may name a topic level and a file (case B18); `daily_cap` bounds the sound of a day.

    Without windows nothing can be planned for it. Raises InvalidValueError.
    """

    id: str
    name: str
    tags: frozenset[str] = frozenset()
    windows: tuple[Window, ...] = ()
    daily_cap: timedelta = WHOLE_DAY
    blackouts: tuple[Blackout, ...] = ()

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise InvalidValueError(
                "a xóm's id holds 1 to 64 letters, digits, dots, hyphens and underscores, not {id!r}", id=self.id
            )
        if not self.name.strip():
            raise InvalidValueError("xóm {id} needs a name", id=self.id)
        if self.daily_cap < timedelta():
            raise InvalidValueError(
                "the daily cap of xóm {id} must not be negative, not {cap}", id=self.id, cap=self.daily_cap
            )
