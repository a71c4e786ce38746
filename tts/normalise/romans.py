"""Roman numerals after a word that takes an ordinal: Chương III, khóa XV, thế kỷ XXI, lần thứ IV."""

from __future__ import annotations

import re

from .line import Form, Line
from .numbers import cardinal, ordinal
from .syllables import is_syllable

_SHAPE = re.compile(r"(?=[IVXLC])(C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))")
_WORTH = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_NOUN = (
    r"phụ lục|chương|phần|mục|khóa|khoá|thế kỷ|thế kỉ|quyển|tập|hạng|loại|vùng|khu vực|tiểu khu|đại hội|bậc|kỳ họp thứ|kỳ|học kỳ|học kì|"
    r"giai đoạn|cấp|điều|biểu|nhóm|quân khu|quân đoàn|lớp|khối|tuyến|đợt|bảng|thứ|lần thứ|lần|kỳ thứ|hội nghị|phiên|bài|tổ hợp|tập đoàn|đảng|tiết|đội"
)
_AFTER_NOUN = re.compile(rf"(?<!\w)(?P<noun>{_NOUN})(?: số)? (?P<it>[IVXLC]{{1,7}})(?!\w)", re.IGNORECASE)
_LIST = re.compile(r"(?:(?<=\ue000), ?|(?<=\ue000) và |(?<=\ue000) ?[-–] ?)(?P<it>[IVX]{1,5})(?!\w)")
_ALONE = re.compile(r"(?<![\w&/.-])(?P<it>[IVX]{2,6})(?![\w&/]|-\w)")


def value(written: str) -> int:
    """The number of a Roman numeral in its strict form up to 399, or 0 where it is none."""
    if not _SHAPE.fullmatch(written):
        return 0
    worths = [_WORTH[letter] for letter in written] + [0]
    return sum(-here if here < following else here for here, following in zip(worths, worths[1:], strict=False))


def _read_after_noun(match: re.Match[str], line: Line) -> str | None:
    written, noun = match["it"], match["noun"].lower()
    number = value(written)
    if not number or (written in ("L", "C") and noun not in ("chương", "phần", "thế kỷ")):
        return None
    if line.capitals and is_syllable(written.lower()) and len(written) > 1 and line.open[match.end() : match.end() + 1] == " ":
        return None
    return ordinal(number) if noun.endswith("thứ") else cardinal(number)


def _read_alone(match: re.Match[str], line: Line) -> str | None:
    written = match["it"]
    number = value(written)
    if not number or (line.capitals and is_syllable(written.lower())):
        return None
    return cardinal(number)


def _read_list(match: re.Match[str], _line: Line) -> str | None:
    number = value(match["it"])
    return cardinal(number) if number else None


FORMS = (
    Form("roman numeral", _AFTER_NOUN, _read_after_noun, digits=False),
    Form("roman numeral", _LIST, _read_list, digits=False),
    Form("roman numeral", _ALONE, _read_alone, digits=False),
)
