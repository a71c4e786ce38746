"""Ordinals and weekdays: thứ 4, lần thứ 1, thứ 2, 4, 6, T2–T6, CN."""

from __future__ import annotations

import re

from .line import Form, Line
from .numbers import ordinal

_ORDINAL = re.compile(r"\d{1,3}(?![\w/%]|[.,]\d)")
_WEEKDAYS = re.compile(r"[2-7](?: ?(?:,|[-–—]|và|;) ?[2-7])+(?![\w/%]|[.,]\d)")
_T_DAY = re.compile(r"(?<![\w.])T([2-7])(?![\w/]|[.,]\d)")
_SUNDAY = re.compile(r"(?<![\w.])CN(?!\w|\. )")
_TIMETABLE = re.compile(
    r"(?<!\w)(?:T[2-7](?!\w)|thứ|hai|sáu|bảy|giờ|nghỉ|lịch|sáng|chiều|tối|hằng tuần|ngày|\d+ ?h)", re.IGNORECASE
)
_DAYS = {"2": "hai", "3": "ba", "4": "tư", "5": "năm", "6": "sáu", "7": "bảy"}


def _read_ordinal(match: re.Match[str], line: Line) -> str | None:
    return ordinal(int(match.group())) if line.word_before(match.start()) == "thứ" else None


def _read_weekdays(match: re.Match[str], line: Line) -> str | None:
    if line.word_before(match.start()) != "thứ":
        return None
    said = re.sub(r"[2-7]", lambda day: _DAYS[day.group()], match.group())
    return re.sub(r" ?[,;] ?", ", ", re.sub(r" ?[-–—] ?", " đến ", said))


def _in_timetable(match: re.Match[str], line: Line) -> bool:
    start, end = match.span()
    return _TIMETABLE.search(f"{line.text[max(0, start - 60) : start]} {line.text[end : end + 60]}") is not None


def _read_t_day(match: re.Match[str], line: Line) -> str | None:
    return f"thứ {_DAYS[match[1]]}" if _in_timetable(match, line) else None


def _read_sunday(match: re.Match[str], line: Line) -> str | None:
    return "chủ nhật" if _in_timetable(match, line) else None


_OF_ORDER = frozenset(["thứ"])
FORMS = (
    Form("weekday", _WEEKDAYS, _read_weekdays, needs=_OF_ORDER, at_numbers=True),
    Form("ordinal", _ORDINAL, _read_ordinal, needs=_OF_ORDER, at_numbers=True),
    Form("weekday", _T_DAY, _read_t_day, needs=frozenset(f"t{day}" for day in _DAYS)),
    Form("weekday", _SUNDAY, _read_sunday, needs=frozenset(["cn"])),
)
