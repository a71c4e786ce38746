"""Instants of a week as an operator types them: "tue 16:00-19:00", "thứ ba 16h-19h", "t3", "24/11 05:30", "cn"."""

import re
import unicodedata
from datetime import date, datetime, timedelta

from playlists.week import Week, midnight
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
_PART = re.compile(r"(?P<day>.*?)\s*(?P<time>(?P<hour>\d{1,2})(?::(?P<minute>\d{2})|[hg](?P<rest>\d{2})?))?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
_UNTIL = re.compile(r"\s*[-–—]\s*|\s+(?:den|to)\s+")


class MomentError(StationError):
    """What was typed names no instant of the week."""


def read_moment(text: str, week: Week) -> datetime:
    """A day, from its beginning, or a day and a time. Raises MomentError."""
    found = _read(_plain(text), week)
    if found is None or found[0] is None:
        raise _unread(text, week)
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


def _read(part: str, week: Week) -> tuple[date | None, timedelta | None] | None:
    """The day and the time of day, each if it is there; None when it is neither."""
    match = _PART.fullmatch(part)
    if match is None or not part:
        return None
    time = None
    if match["time"]:
        time = timedelta(hours=int(match["hour"]), minutes=int(match["minute"] or match["rest"] or 0))
        if time > ONE_DAY or int(match["minute"] or match["rest"] or 0) > 59:
            return None
    day = _day(match["day"], week) if match["day"] else None
    return None if match["day"] and day is None else (day, time)


def _day(name: str, week: Week) -> date | None:
    if name in _DAY:
        return week.days[_DAY[name]]
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
        'in week {week} a time is written like "tue", "thứ ba", "t3 16:00", "24/11 16h-19h" or "t3 22:00 - t4 05:00", '
        "not {text}",
        week=week,
        text=repr(text),
    )
