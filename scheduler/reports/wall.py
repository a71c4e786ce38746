"""A week's broadcasts as a page to print and hang up, one sheet for each xóm. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from playlists.week import TIMEZONE, Week
from scheduler.catalogue import in_vietnamese
from scheduler.reports.page import DAYS
from scheduler.reports.template import template
from scheduler.sentence import Sentence


@dataclass(frozen=True)
class WallSlot:
    """One broadcast as the people of a xóm want to know it."""

    start: datetime
    end: datetime
    titles: tuple[str, ...]
    campaign: bool
    make_good: bool

    @property
    def clock(self) -> str:
        return f"{self.start.astimezone(TIMEZONE):%H:%M}"

    @property
    def day(self) -> int:
        """1 is Monday."""
        return self.start.astimezone(TIMEZONE).isoweekday()


def wall_page(
    week: Week,
    station: str,
    slots: Mapping[str, Sequence[WallSlot]],
    *,
    revision: int,
    printed: datetime,
    simulated: bool,
    translate: Callable[[str], str] = in_vietnamese,
) -> str:
    """The document; `slots` are by the name of their xóm and in order. More than one xóm have a common table first."""
    return template("wall.html").render(
        week=week,
        station=station,
        slots={name: _by_day(own) for name, own in slots.items()},
        days=DAYS,
        revision=revision,
        printed=f"{printed.astimezone(TIMEZONE):%H:%M %d/%m/%Y}",
        simulated=simulated,
        length=lambda slot: _length(slot.end - slot.start, translate),
        _=translate,
    )


def _by_day(slots: Sequence[WallSlot]) -> list[list[WallSlot]]:
    return [[slot for slot in slots if slot.day == day] for day in range(1, 8)]


def _length(length: timedelta, translate: Callable[[str], str]) -> str:
    """To the minute, as people ask; below one the seconds."""
    seconds = round(length.total_seconds())
    if seconds < 60:
        return Sentence("{count} s", count=seconds).text(translate)
    return Sentence("{count} min", count=round(seconds / 60)).text(translate)
