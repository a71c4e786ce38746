"""Signs between what has been read: ranges, comparisons, rates, &, +, =, ×."""

from __future__ import annotations

import re

from .line import NUMBER, WORDS, Form, Line
from .quantities import UNITS

_RANGE = re.compile(rf"(?<={NUMBER})(?P<it> ?[-–—→÷] ?)(?={NUMBER})")
_SAME_NOUN = re.compile(rf"(?P<noun>[^\W\d_]+) {NUMBER}+(?P<it> ?[-–—] ?)(?=(?P=noun) {NUMBER})", re.IGNORECASE)
_FROM = re.compile(rf"(?<!\w)từ (?:[^\W\d_]+ ){{0,2}}{NUMBER}+(?: [^\W\d_]+){{0,2}}(?P<it> ?[-–—] ?)(?=(?:[^\W\d_]+ )?{NUMBER})", re.IGNORECASE)
_OVER = re.compile(rf"(?<={NUMBER})(?P<it> ?/ ?)(?={NUMBER})")
_COMPARED = re.compile(rf"(?P<it>>=|<=|=>|[≥≤<>≠±~≈])(?= ?(?:{NUMBER}|\d))")
_COMPARISONS = {
    "≥": "lớn hơn hoặc bằng", ">=": "lớn hơn hoặc bằng", "=>": "lớn hơn hoặc bằng", "≤": "nhỏ hơn hoặc bằng", "<=": "nhỏ hơn hoặc bằng",
    ">": "lớn hơn", "<": "nhỏ hơn", "≠": "khác", "±": "cộng trừ", "~": "khoảng", "≈": "khoảng",
}  # fmt: skip
_TIMES = re.compile(rf"(?<={NUMBER})(?P<it> ?[×x*] ?)(?={NUMBER})")
_PLUS = re.compile(rf"(?P<it>\+)(?= ?{NUMBER})|(?<={NUMBER})(?P<sum> ?\+ ?)")
_EQUALS = re.compile(r"(?P<it>=)")
_AND = re.compile(r"(?P<it> ?& ?)")
_PERCENT = re.compile(r"(?P<it>[%‰])")
_PER = re.compile(
    rf"(?<=[\w{NUMBER}{WORDS}])(?P<it> ?/ ?(?P<what>"
    r"ngày đêm|ngày|đêm|tuần|tháng|năm|quý|giờ|phút|giây|buổi|lần|người|hộ|hộ gia đình|khẩu|nhân khẩu|em|cháu|kg|ha|sào|m2|m²|m3|m³|km2|km|lít|con|cái|suất|vụ|ca|"
    r"lượt|đợt|chiếc|bài|cuốn|bộ|thẻ|đơn vị|xã|xóm|thôn|học sinh|mẫu|tấn|tạ|yến|lao động|công|cây|lớp|kỳ|khóa|phòng|gói|hộp|bình|chậu|thùng|gốc|ao|lứa|bữa|cặp|đôi|cụm|tổ|nhóm|chi bộ|trường|mét|m|năm học|ngày công|trẻ|đại biểu|hội viên|đảng viên|tiết|trang|bản|chai|chuyến|đầu người|sản phẩm|mỗi))(?![\w/²³])"
)
_COUNTED = re.compile(rf"[{NUMBER}\d][\w{NUMBER}{WORDS} ,/]{{0,40}}$")


def _read_range(_match: re.Match[str], _line: Line) -> str:
    return "đến"


def _read_compared(match: re.Match[str], _line: Line) -> str:
    return _COMPARISONS[match["it"]]


def _read_per(match: re.Match[str], line: Line) -> str | None:
    """02 lần/tuần → hai lần một tuần, where something was counted just before; else the stroke is a pause."""
    if not _COUNTED.search(line.open[max(0, match.start() - 48) : match.start()]):
        return None
    what = match["what"]
    return f"một {UNITS.get(what, what)}" if what != "mỗi" else "mỗi"


FORMS = (
    Form("range", _RANGE, _read_range),
    Form("range", _SAME_NOUN, _read_range),
    Form("range", _FROM, _read_range),
    Form("over", _OVER, lambda _match, _line: "trên"),
    Form("comparison", _COMPARED, _read_compared, WORDS, digits=False),
    Form("times", _TIMES, lambda _match, _line: "nhân"),
    Form("plus", _PLUS, lambda _match, _line: "cộng"),
    Form("equals", _EQUALS, lambda _match, _line: "bằng", WORDS, digits=False),
    Form("and", _AND, lambda _match, _line: "và", WORDS, digits=False),
    Form("percent", _PERCENT, lambda _match, _line: "phần trăm", WORDS, digits=False),
)
RATES = (Form("rate", _PER, _read_per, WORDS),)
