"""Numbers as a Northern announcer says them: nghìn, linh, mốt, tư, lăm."""

from __future__ import annotations

import re
from functools import lru_cache

UNITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
LONGEST_CARDINAL = 18
_TEN_AND = ("mười", *(f"mười {'lăm' if unit == 5 else UNITS[unit]}" for unit in range(1, 10)))
_AFTER_TENS = ("", " mốt", " hai", " ba", " tư", " lăm", " sáu", " bảy", " tám", " chín")
_SCALES = ("", " nghìn", " triệu")
_BILLION = 1_000_000_000
_COMMAS_GROUP = re.compile(r"\d{1,3}(?:,\d{3}){2,}")
_DOTS_GROUP = re.compile(r"\d{1,3}(?:\.\d{3})+")


def _below_hundred(number: int) -> str:
    tens, unit = divmod(number, 10)
    if tens == 0:
        return UNITS[unit]
    if tens == 1:
        return _TEN_AND[unit]
    return f"{UNITS[tens]} mươi{_AFTER_TENS[unit]}"


def _group(number: int, inner: bool) -> str:
    """Three digits; an inner group (something was said before it) says its empty hundreds."""
    hundreds, rest = divmod(number, 100)
    if hundreds == 0 and not inner:
        return _below_hundred(rest)
    said = f"{UNITS[hundreds]} trăm"
    if rest == 0:
        return said
    return f"{said} linh {UNITS[rest]}" if rest < 10 else f"{said} {_below_hundred(rest)}"


def _below_billion(number: int, inner: bool) -> list[str]:
    said: list[str] = []
    for power in (2, 1, 0):
        group = number // 1000**power % 1000
        if group:
            said.append(_group(group, inner) + _SCALES[power])
            inner = True
    return said


@lru_cache(maxsize=4096)
def cardinal(number: int) -> str:
    """The words of an integer 0 … 10**18 - 1: empty groups are not read."""
    if number == 0:
        return UNITS[0]
    billions, rest = divmod(number, _BILLION)
    said = [*_below_billion(billions, False), "tỷ"] if billions else []
    return " ".join(said + _below_billion(rest, bool(said)))


def one_by_one(digits: str) -> str:
    """Digits said one after the other, as in codes and telephone numbers."""
    return " ".join([UNITS[ord(digit) - 48] for digit in digits])


def integer(digits: str) -> str:
    """Plain digits as a count: one padding zero is dropped (02 → hai); longer padding is a code."""
    if len(digits) > LONGEST_CARDINAL or (digits[0] == "0" and len(digits) > 2):
        return one_by_one(digits)
    return cardinal(int(digits))


def named(digits: str) -> str:
    """Plain digits as a name: the padding zero is kept (Đề án 06 → không sáu)."""
    return one_by_one(digits) if digits[0] == "0" and len(digits) > 1 else integer(digits)


def after_comma(digits: str) -> str:
    """The part after a decimal comma: zeros one by one, the rest as a number up to three digits."""
    rest = digits.lstrip("0")
    if not rest:
        return one_by_one(digits)
    if len(rest) > 3:
        return one_by_one(digits)
    zeros = len(digits) - len(rest)
    return " ".join([UNITS[0]] * zeros + [cardinal(int(rest))])


def ordinal(number: int) -> str:
    """What follows "thứ" or "lần thứ": nhất, hai, ba, tư, năm …"""
    return {1: "nhất", 4: "tư"}.get(number) or cardinal(number)


def part(number: int) -> str:
    """A denominator or a month: four is tư."""
    return "tư" if number == 4 else cardinal(number)


def number_words(written: str, *, dot_is_comma: bool = False) -> str:
    """A number as it is written: dots group, a comma is decimal, two or more commas group.

    A dot that does not group (2.5) is "chấm", or "phẩy" where the caller knows that it is meant as a comma.
    """
    if _COMMAS_GROUP.fullmatch(written):
        written = written.replace(",", ".")
    whole, comma, rest = written.partition(",")
    if "." in whole and not _DOTS_GROUP.fullmatch(whole):
        before, _, after = whole.partition(".")
        return (
            f"{integer(before)} phẩy {after_comma(after)}"
            if dot_is_comma
            else f"{integer(before)} chấm {integer(after)}"
        )
    said = integer(whole.replace(".", ""))
    return f"{said} phẩy {after_comma(rest)}" if comma else said
