"""Days said in words, and what is wrong with them: days that do not exist, days with another weekday than written."""

from __future__ import annotations

import calendar
import re
from datetime import date

from .line import Doubt, Line
from .numbers import cardinal, part

_WEEKDAYS = {
    "hai": 0, "2": 0, "ba": 1, "3": 1, "tư": 2, "bốn": 2, "4": 2, "năm": 3, "5": 3, "sáu": 4, "6": 4, "bảy": 5, "7": 5,
    "chủ nhật": 6, "cn": 6,
}  # fmt: skip
_NAMES = ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật")
_WEEKDAY = r"(?:thứ (hai|ba|tư|bốn|năm|sáu|bảy|[2-7])|(chủ nhật|cn))"
_BEFORE = re.compile(rf"{_WEEKDAY} ?[,(-]? ?(?:ngày ?)?\(?$")
_AFTER = re.compile(rf" ?[,(-]? ?(?:tức )?{_WEEKDAY}\b")
_LUNAR = re.compile(r" ?\(?(?:âm|ÂL|al\b)", re.IGNORECASE)
_DAY_WRITTEN = re.compile(r"(?<!\w)(?:ngày|mùng|mồng)(?: là)?[ :]*(?:(?:ngày )?\d{1,2} ?(?:,|và|-) ?)*$", re.IGNORECASE)


def exists(day: int, month: int, year: int | None) -> bool:
    """Whether the day is in the calendar; without a year, in a leap year."""
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year or 2000, month)[1]


def is_lunar(line: Line, end: int) -> bool:
    """Whether "âm lịch" follows: such a day cannot be checked."""
    return _LUNAR.match(line.text, end) is not None


def in_words(day: int, month: int, year: int | None) -> str:
    """… tháng … năm …, without the word ngày."""
    return f"{cardinal(day)} tháng {part(month)}{year_words(year)}"


def year_words(year: int | None) -> str:
    """ " năm …", or nothing."""
    return f" năm {cardinal(year)}" if year is not None else ""


def day_word(line: Line, start: int) -> str:
    """The word "ngày ", where it is not written before this day or before the list this day ends."""
    return "" if _DAY_WRITTEN.search(line.text, max(0, start - 40), start) else "ngày "


def doubts(day: int, month: int, year: int | None, start: int, end: int, line: Line) -> tuple[Doubt, ...]:
    """What is wrong with a day written at a span of the line."""
    written = line.text[start:end]
    if is_lunar(line, end):
        return ()
    if not exists(day, month, year):
        template = "There is no such day as “{written}”. Correct the date."
        return (Doubt(start, end, "impossible-date", template, {"written": written}),)
    if year is None or not 1 <= year <= 9999:
        return ()
    found = _BEFORE.search(line.text[max(0, start - 24) : start].lower()) or _AFTER.match(
        line.text[end : end + 20].lower()
    )
    actual = date(year, month, day).weekday()
    if found is None or _WEEKDAYS[found[1] or found[2]] == actual:
        return ()
    template = "{written} is a {actual}, but “{weekday}” is written. Correct one of them."
    values = {"written": written, "actual": _NAMES[actual], "weekday": _NAMES[_WEEKDAYS[found[1] or found[2]]]}
    return (Doubt(start, end, "weekday-mismatch", template, values),)
