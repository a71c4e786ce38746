"""Which days of a week may be spoken on: the rule for weekdays, public holidays, and days that are an exception."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

from playlists.errors import InvalidValueError
from playlists.holidays import Holiday, public_holidays
from playlists.rules import EVERY_DAY, Blackout, Window
from playlists.week import Week, midnight

HolidayRule: TypeAlias = Literal["as_usual", "as_sunday", "silent"]

SUNDAY = 7
NOT_A_DAY_OF_BROADCASTS = "không phải ngày phát"  # kept with the plan, so in Vietnamese as every cause is


@dataclass(frozen=True)
class DayRules:
    """`days` are the weekdays with broadcasts, 1 Monday to 7 Sunday; on a date in `special` it is spoken as usual all
    the same: the special cases for which a weekend may be used. Raises InvalidValueError.
    """

    days: frozenset[int] = EVERY_DAY
    holidays: HolidayRule = "as_usual"
    special: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.days or not self.days <= EVERY_DAY:
            raise InvalidValueError(
                "days are numbers from 1 (Monday) to 7 (Sunday), at least one, not {days}", days=sorted(self.days)
            )


def silent_days(week: Week, windows: Sequence[Window], rules: DayRules) -> tuple[Blackout, ...]:
    """The days of the week that are left in silence, each with its cause: a holiday by its name.

    Silence lasts from midnight to midnight, and to the end of a window that starts on that day. The Monday after is
    one of the days, for Sunday's windows may last into it.
    """
    after = week.next
    holidays = {**_kept(week, rules), **_kept(after, rules)}
    return tuple(
        Blackout(midnight(day), _end(day, windows), why)
        for day in (*week.days, after.days[0])
        if (why := _silence(day, holidays, rules)) is not None
    )


def _end(day: date, windows: Iterable[Window]) -> datetime:
    return max([midnight(day + timedelta(days=1)), *(found.end for w in windows if (found := w.on(day)) is not None)])


def windows_in(week: Week, windows: Iterable[Window], rules: DayRules) -> tuple[Window, ...]:
    """The windows as they hold in this one week: a holiday that is kept as a Sunday has Sunday's windows."""
    if rules.holidays != "as_sunday":
        return tuple(windows)
    as_sunday = frozenset(day.isoweekday() for day in _kept(week, rules))
    held = (
        (window, window.days | as_sunday if SUNDAY in window.days else window.days - as_sunday) for window in windows
    )
    return tuple(Window(days, window.start, window.end) for window, days in held if days)


def holidays_in(week: Week, rules: DayRules) -> tuple[tuple[Holiday, HolidayRule], ...]:
    """The week's public holidays, each with the rule that holds on it."""
    return tuple(
        (holiday, "as_usual" if holiday.day in rules.special else rules.holidays) for holiday in public_holidays(week)
    )


def _kept(week: Week, rules: DayRules) -> dict[date, str]:
    """The holidays on which it is not spoken as usual, by name."""
    return {holiday.day: holiday.name for holiday, rule in holidays_in(week, rules) if rule != "as_usual"}


def _silence(day: date, holidays: Mapping[date, str], rules: DayRules) -> str | None:
    if day in rules.special:
        return None
    if day in holidays:
        return holidays[day] if rules.holidays == "silent" or SUNDAY not in rules.days else None
    return None if day.isoweekday() in rules.days else NOT_A_DAY_OF_BROADCASTS
