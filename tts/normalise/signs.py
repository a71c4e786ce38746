"""Signs between what has been read: ranges, comparisons, rates, &, +, =, ×."""

from __future__ import annotations

import re

from .known import PLAIN_ABBREVIATIONS
from .line import NUMBER, WORDS, Form, Line
from .quantities import UNITS
from .tables import contexts, phrases

_DASH = r"(?P<it> ?[-–—→÷] ?)"
_RANGE = re.compile(rf"{NUMBER}{_DASH}(?={NUMBER})")
_SAME_NOUN = re.compile(rf"{NUMBER}{_DASH}(?=(?P<noun>[^\W\d_]{{1,12}}) {NUMBER})")
_FROM = re.compile(rf"{NUMBER}(?: [^\W\d_]{{1,12}}){{0,2}}{_DASH}(?=(?:[^\W\d_]{{1,12}} )?{NUMBER})")
_NOUN_NUMBER = re.compile(rf"([^\W\d_]{{1,12}}) {NUMBER}+$")
_FROM_NUMBER = re.compile(rf"(?<!\w)từ (?:[^\W\d_]+ ){{0,2}}{NUMBER}+$", re.IGNORECASE)
_OVER = re.compile(rf"{NUMBER}(?P<it> ?/ ?)(?={NUMBER})")
_TIMES = re.compile(rf"(?<={NUMBER}) ?[×x*] ?(?={NUMBER})|(?<=[\w{WORDS}]) [×x] (?={NUMBER})")
_PLUS = re.compile(rf"\+(?= ?{NUMBER})|(?<={NUMBER}) ?\+")
_COMPARED = re.compile(rf"(?:>=|<=|=>|[≥≤<>≠±~≈])(?= ?{NUMBER})")
_COMPARISONS = {
    "≥": "lớn hơn hoặc bằng", ">=": "lớn hơn hoặc bằng", "=>": "lớn hơn hoặc bằng",
    "≤": "nhỏ hơn hoặc bằng", "<=": "nhỏ hơn hoặc bằng",
    ">": "lớn hơn", "<": "nhỏ hơn", "≠": "khác", "±": "cộng trừ", "~": "khoảng", "≈": "khoảng",
}  # fmt: skip
_PER = re.compile(
    rf"/ ?(?P<what>{phrases('signs', 'per')})(?![\w/²³])"
    r"|/ ?(?P<chained>người|hộ|khẩu|lần|ha|sào|con|cây|ngày|tháng|vụ|m2|suất|xã|xóm|lao động)(?=/)"
    rf"|(?<={NUMBER})/(?P<short>[A-ZĐ]{{2,5}})(?![\w&])"
)
_MATCHES = contexts("signs")["matches"]
_COUNTED = re.compile(rf"[{NUMBER}\d][\w{NUMBER}{WORDS} ,/]{{0,40}}$")


def _read_range(_match: re.Match[str], _line: Line) -> str:
    return "đến"


def _read_same_noun(match: re.Match[str], line: Line) -> str | None:
    """thứ 2 - thứ 6, cấp 6 - cấp 7: the same noun stands before both numbers."""
    if not _MATCHES.isdisjoint(line.marks):
        return None  # Xóm 2 - Xóm 7 play each other
    before = _NOUN_NUMBER.search(line.open[max(0, match.start() - 60) : match.start() + 1])
    return "đến" if before and before[1].lower() == match["noun"].lower() else None


def _read_from(match: re.Match[str], line: Line) -> str | None:
    """từ 6 tháng - 5 tuổi."""
    return "đến" if _FROM_NUMBER.search(line.open[max(0, match.start() - 60) : match.start() + 1]) else None


def _read_per(match: re.Match[str], line: Line) -> str | None:
    """02 lần/tuần → hai lần một tuần, where something was counted just before; else the stroke is a pause."""
    if match["short"]:
        known = PLAIN_ABBREVIATIONS.get(match["short"])
        return f"một {known}" if known else None
    if not _COUNTED.search(line.open[max(0, match.start() - 48) : match.start()].rstrip()):
        return None
    what = match["what"] or match["chained"]
    return f"một {UNITS.get(what, what)}"


RATES = (Form("rate", _PER, _read_per, WORDS, needs=frozenset("/")),)
FORMS = (
    Form("range", _RANGE, _read_range, needs=frozenset("-–—→÷")),
    Form("range", _SAME_NOUN, _read_same_noun, needs=frozenset("-–—→÷")),
    Form("range", _FROM, _read_from, needs=frozenset(["từ"])),
    Form("over", _OVER, lambda _match, _line: "trên", needs=frozenset("/")),
    Form("comparison", _COMPARED, lambda match, _line: _COMPARISONS[match.group()], WORDS, needs=frozenset("><≥≤≠±~≈")),
    Form("times", _TIMES, lambda _match, _line: "nhân", needs=frozenset("×x*")),
    Form("plus", _PLUS, lambda _match, _line: "cộng", needs=frozenset("+")),
    Form("equals", re.compile("="), lambda _match, _line: "bằng", WORDS, needs=frozenset("=")),
    Form("and", re.compile("&"), lambda _match, _line: "và", WORDS, needs=frozenset("&")),
    Form("percent", re.compile("[%‰]"), lambda _match, _line: "phần trăm", WORDS, needs=frozenset("%‰")),
)
