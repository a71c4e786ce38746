"""Plain numbers, the last of the numbers to be read: counts, decimals, section numbers, lists, pairs."""

from __future__ import annotations

import re

from .line import Doubt, Form, Line, Said
from .numbers import integer, number_words, one_by_one
from .quantities import START, WRITTEN_NUMBER
from .tables import contexts

_CONTEXT = contexts("counts")

_CHAIN = re.compile(r"(?<![\w.,/])\d+(?:\.\d+){2,}(?!\w)(?!,\d)")
_FORMULA = re.compile(rf"{START}(?<![-–])\d{{1,3}}(?:[-–]\d{{1,3}}){{2,}}(?!\w|[.,]\d)")
_LIST = re.compile(rf"{START}\d+(?:,\d+){{2,}}(?!\w)")
_PAIR = re.compile(rf"{START}(?<![-–])(?P<first>\d{{1,3}})[-–](?P<last>\d{{1,3}})(?![\w/%°–-]|[.,]\d)")
_NUMBER = re.compile(rf"(?<![\w.,])(?:{WRITTEN_NUMBER})(?!\w|[.,]\d)")
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_GROUPED_BY_COMMA = re.compile(r"\d{1,3}(?:,\d{3}){2,}")
_DIGITS = re.compile(r"\d+")
_LONGEST = 16
_LISTED = _CONTEXT["listed"]
_SECTIONS = _CONTEXT["sections"]
_MEASURED = _CONTEXT["measured"]


def _read_chain(match: re.Match[str], _line: Line) -> str:
    """2.1.3: a section number; 1.000.000: a count."""
    written = match.group()
    if _GROUPED.fullmatch(written):
        return number_words(written)
    return " chấm ".join(integer(group) for group in written.split("."))


def _read_formula(match: re.Match[str], _line: Line) -> str:
    """16-16-8: the formula of a fertiliser."""
    return ", ".join(integer(group) for group in _DIGITS.findall(match.group()))


def _read_list(match: re.Match[str], _line: Line) -> str:
    written = match.group()
    if _GROUPED_BY_COMMA.fullmatch(written):
        return number_words(written)
    return ", ".join(integer(group) for group in written.split(","))


def _read_pair(match: re.Match[str], _line: Line) -> Said | None:
    """3-0, 50-50: no range goes down, so the numbers are said one after the other, with a doubt."""
    first, last = match["first"], match["last"]
    if int(first) < int(last):
        return None
    words = f"{integer(first)} {integer(last)}"
    template = "“{written}” is no range; it is read as “{reading}”. Write the words between the numbers."
    doubt = Doubt(*match.span(), "ambiguous", template, {"written": match.group(), "reading": words})
    return Said(*match.span(), words, "pair of numbers", (doubt,))


def _read_number(match: re.Match[str], line: Line) -> str | Said:
    written = match.group()
    if written.isdecimal():
        if len(written) > _LONGEST:
            template = "“{written}” is read digit by digit. Group a count with dots."
            doubt = Doubt(*match.span(), "long-number", template, {"written": written[:40]})
            return Said(*match.span(), one_by_one(written), "code", (doubt,))
        return integer(written)
    noun = line.word_before(match.start())
    if "," in written and noun in _LISTED and re.fullmatch(r"\d{1,3},\d{1,3}", written):
        first, _, last = written.partition(",")
        return f"{integer(first)}, {integer(last)}"
    measured = line.after(match.end()) in _MEASURED and noun not in _SECTIONS
    return number_words(written, dot_is_comma=measured)


FORMS = (
    Form("number", _CHAIN, _read_chain, needs=frozenset("."), at_numbers=True),
    Form("list", _FORMULA, _read_formula, needs=frozenset("-–"), at_numbers=True),
    Form("list", _LIST, _read_list, needs=frozenset(","), at_numbers=True),
    Form("pair of numbers", _PAIR, _read_pair, needs=frozenset("-–"), at_numbers=True),
    Form("number", _NUMBER, _read_number, at_numbers=True),
)
