"""Days: 21/4/2026, 15-17/5, 28/4 - 3/5/2026, 30/4, 2026-11-24, ngày 14 tháng 4 năm 2026."""

from __future__ import annotations

import re
from math import gcd

from .calendar_words import day_word, doubts, exists, in_words, is_lunar
from .line import WORDS, Doubt, Form, Line, Said
from .numbers import cardinal
from .tables import contexts

_CONTEXT = contexts("dates")

_DASH = r" ?[-–—] ?"
_BEGIN, _END = r"(?<![\w/.,-])", r"(?![\w/]|[.,]\d)"
_FULL = re.compile(rf"{_BEGIN}(\d{{1,2}})(?P<sep> ?[/.\-–] ?)(\d{{1,2}})(?P=sep)(\d{{4}})(?![\w/]|[.,-]\d)")
_SHORT_YEAR = re.compile(rf"{_BEGIN}(\d{{1,2}})/(\d{{1,2}})/(\d{{2}})(?![\w/]|[.,-]\d)")
_ISO = re.compile(rf"{_BEGIN}((?:19|2[01])\d\d)-(\d{{2}})-(\d{{2}})(?![\w/]|[.,-]\d)")
_SPAN = re.compile(
    rf"{_BEGIN}(?P<d1>\d{{1,2}})/(?P<m1>\d{{1,2}})(?:/(?P<y1>\d{{4}}))?{_DASH}"
    rf"(?P<d2>\d{{1,2}})/(?P<m2>\d{{1,2}})(?:/(?P<y2>\d{{4}}))?{_END}"
)
_DAYS = re.compile(
    rf"{_BEGIN}(\d{{1,2}})(?P<joint>{_DASH}|, ?| và | ?& ?| đến | tới )(?=\d{{1,2}}[/.])"
    rf"(\d{{1,2}})(?P<sep>[/.])(\d{{1,2}})(?:(?P=sep)(\d{{4}}))?{_END}"
)
_DAY_MONTH = re.compile(r"(?<![\w/.,+-])(?P<day>\d{1,2})(?P<sep> ?/ ?|[-–.])(?P<month>\d{1,2})(?![\w/%°]|[.,]\d|-\d)")
_IN_WORDS = re.compile(
    rf"(?<!\w)(?:(?P<first>\d{{1,2}})(?P<joint>{_DASH}|, ?))?(?P<day>\d{{1,2}})[ ,]+tháng (?P<month>\d{{1,2}})"
    rf"(?:[ ,]+năm (?P<year>\d{{4}}))?{_END}",
    re.IGNORECASE,
)
_DAY = re.compile(rf"(\d{{1,2}})(?:(?P<joint>{_DASH})(\d{{1,2}}))?(?![\w/%]|[.,]\d)")

_DAY_WORDS = _CONTEXT["day_words"]
_PARTS_OF_DAY = _CONTEXT["parts_of_day"]
_DATE_WORDS = _DAY_WORDS | _PARTS_OF_DAY | _CONTEXT["date_words"]
_HOLIDAYS = frozenset({
    (1, 1), (3, 2), (27, 2), (8, 3), (26, 3), (30, 4), (1, 5), (15, 5), (19, 5), (1, 6), (21, 6), (28, 6), (27, 7),
    (19, 8), (2, 9), (10, 10), (15, 10), (20, 10), (9, 11), (20, 11), (22, 12), (25, 12),
})  # fmt: skip
_STREETS = _CONTEXT["streets"]
_NOT_DATES = _CONTEXT["not_dates"]
_NOT_EVEN_LIKELY = _NOT_DATES | _CONTEXT["not_even_likely"]
_COUNT_AFTER = _CONTEXT["count_after"] | contexts("fractions")["of_a_total"]
_AFTER_WEEKDAY = re.compile(r"(?:thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật|CN)[ ,(]*$", re.IGNORECASE)
_AFTER_TIME_OR_SIGN = re.compile(r"\d ?(?:giờ|h|phút|g)?\d{0,2}['’]?,? ?$|[-–] ?$|và $|[,;] ?$")
_AFTER_DATE = re.compile(r"\d{1,2}/\d{1,2}[^/]{0,12}$")


def _said(line: Line, start: int, end: int, day: int, month: int, year: int | None) -> Said:
    return Said(
        start,
        end,
        day_word(line, start) + in_words(day, month, year),
        "date",
        doubts(day, month, year, start, end, line),
    )


def _plausible(*days: tuple[int, int]) -> bool:
    return all(1 <= day <= 31 and 1 <= month <= 12 for day, month in days)


def _read_full(match: re.Match[str], line: Line) -> Said | None:
    day, month, year = int(match[1]), int(match[3]), int(match[4])
    written_as_date = match["sep"].strip() == "/" or not _DAY_WORDS.isdisjoint(line.before(match.start(), 2))
    return _said(line, *match.span(), day, month, year) if _plausible((day, month)) or written_as_date else None


def _read_short_year(match: re.Match[str], line: Line) -> Said | None:
    day, month, year = int(match[1]), int(match[2]), 2000 + int(match[3])
    if not _plausible((day, month)) or _DATE_WORDS.isdisjoint(line.before(match.start(), 2)):
        return None
    return _said(line, *match.span(), day, month, year)


def _read_iso(match: re.Match[str], line: Line) -> Said | None:
    year, month, day = (int(group) for group in match.groups())
    return _said(line, *match.span(), day, month, year) if _plausible((day, month)) else None


def _read_span(match: re.Match[str], line: Line) -> Said | None:
    """28/4 - 3/5/2026: two days; a pair of holidays (30/4 - 1/5) is two days named, not the time between them."""
    days = [
        (int(match[f"d{end}"]), int(match[f"m{end}"]), int(match[f"y{end}"]) if match[f"y{end}"] else None)
        for end in (1, 2)
    ]
    if not _plausible(*((day, month) for day, month, _ in days)):
        return None
    wrong: tuple[Doubt, ...] = ()
    for end, (day, month, year) in enumerate(days, start=1):
        wrong += doubts(day, month, year, match.start(f"d{end}"), match.end(f"y{end}" if year else f"m{end}"), line)
    named = all(day[:2] in _HOLIDAYS and day[2] is None for day in days) and "từ" not in line.before(match.start(), 3)
    words = f"{in_words(*days[0])}{',' if named else ' đến'} ngày {in_words(*days[1])}"
    return Said(*match.span(), day_word(line, match.start()) + words, "date", wrong)


def joined(first: str, joint: str, last: str) -> str:
    """Two numbers with what is written between them: a dash is đến, a comma a pause."""
    written = joint.strip()
    if written in ("-", "–", "—"):
        return f"{first} đến {last}"
    return {"và": f"{first} và {last}", "&": f"{first} và {last}", ",": f"{first}, {last}"}.get(
        written, f"{first} đến ngày {last}"
    )


def _read_days(match: re.Match[str], line: Line) -> Said | None:
    """15-17/5, ngày 20, 21/6/2026, từ 15 đến 21/6."""
    first, last, month = int(match[1]), int(match[3]), int(match[5])
    year = int(match[6]) if match[6] else None
    start, end = match.span()
    near = line.before(start, 2)
    comma = match["joint"].strip() in (",", "&", "và")
    if (
        not _plausible((first, month), (last, month))
        or (comma and _DAY_WORDS.isdisjoint(near))
        or (not comma and first >= last)
    ):
        return None
    if year is None and (
        match["sep"] == "." or (_DATE_WORDS.isdisjoint(near) and (comma or not _NOT_DATES.isdisjoint(near)))
    ):
        return None
    days = joined(cardinal(first), match["joint"], in_words(last, month, year))
    return Said(start, end, day_word(line, start) + days, "date", doubts(last, month, year, start, end, line))


def _is_date(match: re.Match[str], line: Line) -> bool:
    """Whether N/M without a year is a day: by the words beside it, else by being a known holiday."""
    day, month, start = int(match["day"]), int(match["month"]), match.start()
    before = line.before(start, 2)
    last = before[-1] if before else ""
    if last in _DAY_WORDS:
        return True
    if not exists(day, month, None):
        return False
    if is_lunar(line, match.end()):
        return True
    if match["sep"].strip() != "/":
        return (
            match["sep"] == "-"
            and (day, month) in _HOLIDAYS
            and not {"lễ", "khánh", "dịp", "niệm", "mừng"}.isdisjoint(before)
        )
    after = line.next_word(match.end())
    if last in _NOT_DATES or after in _COUNT_AFTER:
        return False
    if last in _DATE_WORDS or _AFTER_WEEKDAY.search(line.text, max(0, start - 14), start):
        return True
    if _AFTER_TIME_OR_SIGN.search(line.text, max(0, start - 10), start) and (
        day > 12 or (day, month) in _HOLIDAYS or _AFTER_DATE.search(line.text, max(0, start - 24), start)
    ):
        return True
    if (day, month) in _HOLIDAYS and not (day < month and after):
        return True
    return day > month and not after and last not in _NOT_EVEN_LIKELY


def _is_likely_date(match: re.Match[str], line: Line) -> bool:
    """A day and month that nobody would write as a part (18/11, 5/9), with no noun behind it that could be counted."""
    day, month, after = int(match["day"]), int(match["month"]), line.next_word(match.end())
    if match["sep"].strip() != "/" or not exists(day, month, None) or day == month:
        return False
    if after:
        return day > month and after not in _COUNT_AFTER and line.word_before(match.start()) not in _NOT_EVEN_LIKELY
    return line.word_before(match.start()) not in _NOT_EVEN_LIKELY and (
        month not in (2, 3, 4, 5, 8, 10) or gcd(day, month) > 1
    )


def _read_day_month(match: re.Match[str], line: Line) -> Said | None:
    sure = _is_date(match, line)
    if not sure and not _is_likely_date(match, line):
        return None
    day, month = int(match["day"]), int(match["month"])
    start, end = match.span()
    street = line.word_before(start) in _STREETS
    words = ("" if street else day_word(line, start)) + in_words(day, month, None)
    wrong = doubts(day, month, None, start, end, line)
    if not sure:
        template = "“{written}” may be a date or a part; it is read as “{reading}”. Write “ngày {written}” for a date."
        wrong += (Doubt(start, end, "ambiguous", template, {"written": match.group(), "reading": words}),)
    return Said(start, end, words, "date", wrong)


def _read_in_words(match: re.Match[str], line: Line) -> Said | None:
    """ngày 14 tháng 4 năm 2026; also 5-7 tháng 6 and, after a part of the day, 5 tháng 6."""
    day, month = int(match["day"]), int(match["month"])
    year = int(match["year"]) if match["year"] else None
    start, end = match.span()
    if line.word_before(start) not in _DAY_WORDS and not _plausible((day, month)):
        return None
    days = in_words(day, month, year)
    if match["first"]:
        days = joined(cardinal(int(match["first"])), match["joint"], days)
    return Said(start, end, days, "date", doubts(day, month, year, start, end, line))


def _read_day(match: re.Match[str], line: Line) -> str | None:
    first, last = int(match[1]), int(match[3]) if match[3] else None
    if line.word_before(match.start()) not in _DAY_WORDS or not 1 <= first <= 31 or (last and not first < last <= 31):
        return None
    return joined(cardinal(first), match["joint"], cardinal(last)) if last else cardinal(first)


_BORN = re.compile(r"(?<!\w)(?P<it>SN|Sn|sn|S\.N) ?:? ?(?=(?:19|20)\d\d(?!\w))")
_SEPARATED = frozenset("/.-–")
FORMS = (
    Form("born", _BORN, lambda _match, _line: "sinh năm", WORDS, needs=frozenset(["sn", "s"])),
    Form("date", _SPAN, _read_span, needs=frozenset("/"), at_numbers=True),
    Form("date", _DAYS, _read_days, needs=frozenset("/."), at_numbers=True),
    Form("date", _FULL, _read_full, needs=_SEPARATED, at_numbers=True),
    Form("date", _ISO, _read_iso, needs=frozenset("-"), at_numbers=True),
    Form("date", _SHORT_YEAR, _read_short_year, needs=frozenset("/"), at_numbers=True),
    Form("date", _IN_WORDS, _read_in_words, needs=frozenset(["tháng"]), at_numbers=True),
)
WITHOUT_YEAR = (
    Form("date", _DAY_MONTH, _read_day_month, needs=_SEPARATED, at_numbers=True),
    Form("day", _DAY, _read_day, needs=_DAY_WORDS, at_numbers=True),
)
