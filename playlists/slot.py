"""A slot: one programme in one xóm at one instant, as it is planned and as it was published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playlists.errors import InvalidValueError
from playlists.interval import Interval


@dataclass(frozen=True)
class Programme:
    """A contiguous block of sound in one window: ident, bulletins in their order, sign-off.

    `start` is the start of the ident, `end` the end of the sign-off; where there are none, those of the bulletins.
    `bulletins` are ids. Raises InvalidValueError.
    """

    xom: str
    start: datetime
    end: datetime
    bulletins: tuple[str, ...]

    def __post_init__(self) -> None:
        Interval(self.start, self.end)
        if not self.bulletins:
            raise InvalidValueError("a programme needs at least one bulletin; that of {xom} has none", xom=self.xom)

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)

    def sounds(self, xom: str, at: datetime) -> bool:
        """Whether it is what sounds in the xóm at an instant, so that a play of then is one of its own."""
        return self.xom == xom and self.start <= at < self.end


@dataclass(frozen=True)
class Slot:
    """A programme that was published, under the name it keeps; `revision` is the plan's that brought it.

    `makes_good` is the lost slot, of a make-good only. A cancelled one says `why`; nothing else of a slot ever changes.
    """

    id: str
    programme: Programme
    revision: int
    campaign: bool
    makes_good: str | None = None
    cancelled: bool = False
    why: str = ""
