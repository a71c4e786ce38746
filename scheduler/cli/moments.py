"""Days and instants as an operator types them: "tue 16:00-19:00", "thứ ba 16h-19h", "t3", "24/11 05:30", "cn"."""

import re
import unicodedata
from contextlib import suppress
from datetime import date, datetime, time, timedelta

from playlists.week import TIMEZONE, Week, midnight
from scheduler.errors import StationError

NAMES = (
    ("mon", "monday", "t2", "thu 2", "thu hai"),
    ("tue", "tues", "tuesday", "t3", "thu 3", "thu ba"),
    ("wed", "wednesday", "t4", "thu 4", "thu tu"),
    ("thu", "thur", "thurs", "thursday", "t5", "thu 5", "thu nam"),
    ("fri", "friday", "t6", "thu 6", "thu sau"),
    ("sat", "saturday", "t7", "thu 7", "thu bay"),
    ("sun", "sunday", "cn", "chu nhat"),
)
"""Monday to Sunday, without marks on the letters."""
ONE_DAY = timedelta(days=1)

_DAY = {name: number for number, names in enumerate(NAMES) for name in names}
_PART = re.compile(
    r"(?P<day>.*?)\s*(?P<time>(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2}))?|[hg](?P<rest>\d{2})?))?"
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
_UNTIL = re.compile(r"\s*[-–—]\s*|\s+(?:den|to)\s+")


class MomentError(StationError):
    """What was typed names no instant of the week."""


def read_instant(text: str, now: datetime) -> datetime:
    """A day and a time, with seconds or without; a day by its name is the next one, a date without its year the
    nearest one. Raises MomentError.
    """
    day, time_of_day = _parts(text)
    this = Week.of(now)
    found = _nearest_date(day, now.astimezone(TIMEZONE).date()) if day else None
    if found is None and day:
        found = _day(day, this)
        if found is not None and time_of_day is not None and midnight(found) + time_of_day <= now:
            found = _day(day, this.next)
    if found is None or time_of_day is None:
        raise MomentError(
            'an instant has a day and a time, such as "t3 6h30", "thứ ba 06:30" or "24/11/2026 06:30", not {text}',
            text=repr(text),
        )
    return midnight(found) + time_of_day


def read_day(text: str, week: Week) -> date:
    """A day of the week, by its name or date. Raises MomentError."""
    day, time_of_day = _parts(text)
    found = _day(day, week) if day and time_of_day is None else None
    if found is None:
        raise MomentError(
            'a day of week {week} is written like "tue", "thứ ba", "t3" or "{date}", not {text}',
            week=week,
            date=f"{week.days[1]:%d/%m}",
            text=repr(text),
        )
    return found


def read_time(text: str) -> time:
    """A time of day: 17:30, 17h30, 17h. Raises MomentError."""
    day, time_of_day = _parts(text)
    if day or time_of_day is None or time_of_day == ONE_DAY:
        raise MomentError("a time of day is written like 17:30 or 17h30, not {text}", text=repr(text))
    return (midnight(date(2000, 1, 1)) + time_of_day).time()


def read_moment(text: str, week: Week) -> datetime:
    """A day, from its beginning, or a day and a time. Raises MomentError."""
    found = _read(_plain(text), week)
    if found is None or found[0] is None:
        raise MomentError(
            'in week {week} a time is written like "tue", "thứ ba", "t3 16:00" or "{date} 05:30", not {text}',
            week=week,
            date=f"{week.days[1]:%d/%m}",
            text=repr(text),
        )
    return midnight(found[0]) + (found[1] or timedelta())


def read_span(text: str, week: Week) -> tuple[datetime, datetime]:
    """A whole day, days, or a day with a time from and to; an end that is not later is on the next day.

    Raises MomentError.
    """
    parts = [_read(part, week) for part in _UNTIL.split(_plain(text))]
    if len(parts) > 2 or None in parts:
        raise _unread(text, week)
    day, time = parts[0] or (None, None)
    last, until = parts[-1] or (None, None)
    if day is None or (len(parts) == 1 and time is not None):
        raise _unread(text, week)
    start = midnight(day) + (time or timedelta())
    if last is not None:
        end = midnight(last) + (ONE_DAY if until is None else until)
    else:
        assert until is not None, "a part has a day or a time"
        end = midnight(day) + until
        end += ONE_DAY if end <= start else timedelta()
    if end <= start:
        raise MomentError("{text} ends before it starts", text=text)
    return start, end


def _parts(text: str) -> tuple[str, timedelta | None]:
    """The name of a day and the time of day, each if it is there."""
    match = _PART.fullmatch(_plain(text))
    return (match["day"], _time(match)) if match and (not match["time"] or _time(match) is not None) else ("", None)


def _read(part: str, week: Week) -> tuple[date | None, timedelta | None] | None:
    """The day and the time of day, each if it is there; None when it is neither."""
    match = _PART.fullmatch(part)
    if match is None or not part or (match["time"] and _time(match) is None):
        return None
    day = _day(match["day"], week) if match["day"] else None
    return None if match["day"] and day is None else (day, _time(match))


def _time(match: re.Match[str]) -> timedelta | None:
    """The time of day, up to 24:00; None where there is none."""
    if not match["time"]:
        return None
    minute, second = int(match["minute"] or match["rest"] or 0), int(match["second"] or 0)
    found = timedelta(hours=int(match["hour"]), minutes=minute, seconds=second)
    return found if found <= ONE_DAY and minute <= 59 and second <= 59 else None


def _nearest_date(name: str, today: date) -> date | None:
    """A date with its year, or else of the year that brings it nearest to today; its weekday may stand before it."""
    named, _, dated = name.rpartition(" ")
    written = _DATE.fullmatch(dated)
    if written is None or (named and named not in _DAY):
        return None
    years = [int(written[3])] if written[3] else [today.year - 1, today.year, today.year + 1]
    found = []
    for year in years:
        with suppress(ValueError):  # no 30 February, nor a 29 in every year
            found.append(date(year, int(written[2]), int(written[1])))
    day = min(found, key=lambda day: abs(day - today), default=None)
    return None if day is None or (named and day.weekday() != _DAY[named]) else day


def _day(name: str, week: Week) -> date | None:
    if name in _DAY:
        return week.days[_DAY[name]]
    named, _, dated = name.rpartition(" ")
    if named in _DAY:  # as Loa itself writes it: T3 24/11
        return week.days[_DAY[named]] if week.days[_DAY[named]] == _day(dated, week) else None
    written = _DATE.fullmatch(name)
    days = {(day.day, day.month): day for day in week.days}
    day = days.get((int(written[1]), int(written[2]))) if written else None
    return day if day and written and written[3] in (None, str(day.year)) else None


def _plain(text: str) -> str:
    """Small letters without marks, single spaces, dates as day/month/year."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    plain = " ".join("".join(letter for letter in bare if not unicodedata.combining(letter)).split())
    if plain == "thu" and bare != "thu":
        return ""  # «thứ» alone is no Thursday
    return _ISO.sub(lambda found: f"{int(found[3])}/{int(found[2])}/{found[1]}", plain)


def _unread(text: str, week: Week) -> MomentError:
    return MomentError(
        'in week {week} a day or a time from and to is written like "tue", "thứ ba", "{date} 16h-19h" or '
        '"t3 22:00 - t4 05:00", not {text}',
        week=week,
        date=f"{week.days[1]:%d/%m}",
        text=repr(text),
    )
