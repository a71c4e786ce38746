"""Vietnam's public holidays, lunar ones too: the one door to the holidays library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

from playlists.week import Week


@dataclass(frozen=True)
class Holiday:
    """A day off for the whole country, by its Vietnamese name ("Tết Nguyên Đán", "Quốc khánh")."""

    day: date
    name: str


@lru_cache(maxsize=64)
def public_holidays(week: Week) -> tuple[Holiday, ...]:
    """The days off of a week by the Labour Code (art. 112), days in lieu and swapped days among them.

    The government announces swapped days year by year; they are here as far as the library's release knows them.
    """
    known = holidays.country_holidays("VN", language="vi", years={week.days[0].year, week.days[-1].year})
    return tuple(Holiday(day, known[day]) for day in week.days if day in known)
