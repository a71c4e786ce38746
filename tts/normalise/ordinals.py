"""Ordinals and weekdays: thứ 4, lần thứ 1, thứ 2 - thứ 6, T2–T6, CN."""

from __future__ import annotations

import re

from .line import Form, Line
from .numbers import ordinal

_ORDINAL = re.compile(r"(?<!\w)(?P<times>lần |hạng |xếp |đứng |vị trí |kỳ họp )?thứ (?P<it>(\d{1,3}))(?![\w/%]|[.,]\d)", re.IGNORECASE)
_WEEKDAY_LIST = re.compile(r"(?<!\w)thứ (?P<it>[2-7](?: ?(?:,|[-–—]|và|;) ?[2-7])+)(?![\w/%]|[.,]\d)", re.IGNORECASE)
_T_DAY = re.compile(r"(?<![\w.])T([2-7])(?![\w/]|[.,]\d)")
_SUNDAY = re.compile(r"(?<![\w.])CN(?!\w)")
_TIMETABLE = re.compile(r"(?<!\w)(?:T[2-7](?!\w)|thứ|hai|sáu|bảy|giờ|nghỉ|lịch|sáng|chiều|tối|hằng tuần|ngày|\d+ ?h)", re.IGNORECASE)
_DAYS = {"2": "hai", "3": "ba", "4": "tư", "5": "năm", "6": "sáu", "7": "bảy"}


def _read_ordinal(match: re.Match[str], _line: Line) -> str:
    return ordinal(int(match["it"]))


def _read_weekday_list(match: re.Match[str], _line: Line) -> str:
    said = re.sub(r"[2-7]", lambda day: _DAYS[day.group()], match["it"])
    said = re.sub(r" ?[-–—] ?", " đến ", said)
    return re.sub(r" ?[,;] ?", ", ", said)


def _read_t_day(match: re.Match[str], line: Line) -> str | None:
    return f"thứ {_DAYS[match[1]]}" if _TIMETABLE.search(line.text[: match.start()][-60:] + line.text[match.end() :][:60]) else None


def _read_sunday(match: re.Match[str], line: Line) -> str | None:
    near = line.text[: match.start()][-60:] + line.text[match.end() :][:60]
    if line.text[match.end() : match.end() + 1] == "." and line.text[match.end() + 1 : match.end() + 2] == " ":
        return None
    return "chủ nhật" if _TIMETABLE.search(near) else None


FORMS = (
    Form("weekday", _WEEKDAY_LIST, _read_weekday_list),
    Form("ordinal", _ORDINAL, _read_ordinal),
    Form("weekday", _T_DAY, _read_t_day),
    Form("weekday", _SUNDAY, _read_sunday, digits=False),
)
