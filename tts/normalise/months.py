"""Months and quarters: tháng 6/2026, 6/2026, T6/2026, tháng 5-6, Quý II–III/2026."""

from __future__ import annotations

import re

from .calendar_words import year_words
from .dates import joined
from .line import Form, Line, Said
from .numbers import cardinal, part
from .romans import value
from .tables import contexts

_CONTEXT = contexts("months")

_DASH = r" ?[-–—] ?"
_MONTHS_YEAR = re.compile(
    rf"(?<![\w/.,-])(\d{{1,2}})(?:(?P<joint>{_DASH}|, ?| và )(\d{{1,2}}))?"
    rf"(?: ?/ ?|(?<=\d)-(?=\d{{4}}))((?:19|20)\d\d)(?![\w/]|[.,]\d)"
)
_MONTHS = re.compile(rf"(\d{{1,2}})(?P<joint>{_DASH}|, ?)(\d{{1,2}})(?![\w/]|[.,]\d)")
_MONTH = re.compile(r"\d{1,2}(?![\w/%]|[.,]\d)")
_T_MONTH = re.compile(r"T\.?(\d{1,2})/((?:19|20)\d\d)(?![\w/]|[.,]\d)")
_QUARTER = re.compile(
    rf"(?<!\w)(?:quý |quí |Q)(?P<first>I{{1,3}}|IV|[1-4])"
    rf"(?:(?P<joint>{_DASH}|, ?| và )(?:quý )?(?P<last>I{{1,3}}|IV|[1-4]))?"
    r"(?: ?[/-] ?(?P<year>\d{4}))?(?![\w/]|[.,]\d)",
    re.IGNORECASE,
)
_COUNTED_IN_YEARS = _CONTEXT["counted_in_years"]
_SCALES = _CONTEXT["scales"]


def _read_months_year(match: re.Match[str], line: Line) -> str | None:
    first, last, year = int(match[1]), match[3], int(match[4])
    noun = line.word_before(match.start())
    if noun in _COUNTED_IN_YEARS:
        return None if last else cardinal(first) + year_words(year)
    if not 1 <= first <= 12 or noun in _SCALES:
        return None
    said = joined(part(first), match["joint"], part(int(last))) if last else part(first)
    return ("" if noun == "tháng" else "tháng ") + said + year_words(year)


def _read_months(match: re.Match[str], line: Line) -> str | None:
    first, last = int(match[1]), int(match[3])
    if line.word_before(match.start()) != "tháng" or not (1 <= first <= 12 and 1 <= last <= 12):
        return None
    return joined(part(first), match["joint"], part(last))


def _read_month(match: re.Match[str], line: Line) -> str | None:
    month = int(match.group())
    return part(month) if 1 <= month <= 12 and line.word_before(match.start()) == "tháng" else None


def _read_t_month(match: re.Match[str], line: Line) -> str | None:
    month = int(match[1])
    if not 1 <= month <= 12 or line.text[max(0, match.start() - 1) : match.start()].isalnum():
        return None
    return f"tháng {part(month)}{year_words(int(match[2]))}"


def _quarter(written: str) -> str:
    return cardinal(int(written) if written.isdecimal() else value(written.upper()))


def _read_quarter(match: re.Match[str], _line: Line) -> Said:
    words = _quarter(match["first"])
    if match["last"]:
        words = joined(words, match["joint"], _quarter(match["last"]))
    words = f"quý {words}{year_words(int(match['year']) if match['year'] else None)}"
    return Said(*match.span(), words, "quarter")


_OF_MONTHS = frozenset(["tháng"])
QUARTERS = (Form("quarter", _QUARTER, _read_quarter, needs=_CONTEXT["quarter_words"]),)
WITH_YEAR = (
    Form("month", _T_MONTH, _read_t_month, needs=frozenset("/")),
    Form("month", _MONTHS_YEAR, _read_months_year, needs=frozenset("/-"), at_numbers=True),
)
FORMS = (
    Form("month", _MONTHS, _read_months, needs=_OF_MONTHS, at_numbers=True),
    Form("month", _MONTH, _read_month, needs=_OF_MONTHS, at_numbers=True),
)
