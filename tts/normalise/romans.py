"""Roman numerals after a word that takes an ordinal: Chương III, khóa XV, thế kỷ XXI, lần thứ IV."""

from __future__ import annotations

import re
from itertools import pairwise

from .line import Form, Line
from .numbers import cardinal, ordinal
from .syllables import is_syllable
from .tables import contexts

_CONTEXT = contexts("romans")

_SHAPE = re.compile(r"(?=[IVXLC])(C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))")
_WORTH = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_NUMERAL = re.compile(r"(?P<it>[IVXLC]{1,7}(?:(?P<point>\.)(?=\d{1,2}(?!\w|[.,]\d))|(?![\w&/]|-\w)))")
_NOUNS = _CONTEXT["nouns"]
_WEAK = _CONTEXT["weak"]  # these take letters too: bảng C, khu C


def value(written: str) -> int:
    """The number of a Roman numeral in its strict form up to 399, or 0 where it is none."""
    if not _SHAPE.fullmatch(written):
        return 0
    worths = [_WORTH[letter] for letter in written] + [0]
    return sum(-here if here < following else here for here, following in pairwise(worths))


def _read_numeral(match: re.Match[str], line: Line) -> str | None:
    written, start = match.group().rstrip("."), match.start()
    number = value(written)
    point = " chấm" if match["point"] else ""
    if not number or (start and (line.open[start - 1].isalnum() or line.open[start - 1] in "_&/.")):
        return None
    noun = line.word_before(start) if line.text[start - 1 : start] == " " else ""
    if len(written) > 1:
        if "L" in written or "C" in written:
            return cardinal(number) if noun in ("chương", "phần", "kỷ", "kỉ") else None
        if line.capitals and is_syllable(written.lower()) and (noun not in _NOUNS or line.next_word(match.end())):
            return None
    elif noun not in _NOUNS or (noun in _WEAK and written != "I") or written in "LC":
        return None
    return (ordinal(number) if noun == "thứ" else cardinal(number)) + point


def _roman(number: int) -> str:
    tens, unit = divmod(number, 10)
    return "x" * tens + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[unit]


_WRITTEN = frozenset(_roman(number) for number in range(1, 40)) | {"l", "xl", "xlv", "c"}
FORMS = (Form("roman numeral", _NUMERAL, _read_numeral, needs=_WRITTEN),)
