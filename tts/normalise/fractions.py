"""N/M that is no date: shares (2/3 số hộ), addresses (số 12/3), scores (tỷ số 3-0), ratios (1:500)."""

from __future__ import annotations

import re

from .letters import spelled
from .line import Doubt, Form, Line, Said
from .numbers import cardinal, integer, part

_ADDRESS = re.compile(
    r"(?<!\w)(?P<noun>số nhà|nhà số|số|ngõ|ngách|hẻm|kiệt|lô|thửa|tờ|nhà|địa chỉ|liên gia|lô số|kios|kiốt|lớp) (?:số )?:? ?"
    r"(?P<it>\d{1,4}[A-Za-zĐ]?(?:/\d{1,4}[A-Za-zĐ]?){1,4})(?![\w/]|[.,]\d)",
    re.IGNORECASE,
)
_SCORE = re.compile(
    r"(?<!\w)(?P<noun>tỷ số|tỉ số|thắng|thua|hòa|hoà|dẫn|dẫn trước|chung cuộc|kết quả|vượt lên|gỡ hòa) (?:[^\W\d]+ ){0,5}?(?P<it>\d{1,2} ?[-–—:] ?\d{1,2}(?:(?:,|;| và) ?\d{1,2} ?[-–—:] ?\d{1,2})*)(?![\w/%]|[.,]\d| ?[-–] ?\d)",
    re.IGNORECASE,
)
_RATIO = re.compile(r"(?<![\w/.,:])(\d{1,6}):(\d{1,6})(?![\w:]|[.,]\d)")
_FRACTION = re.compile(r"(?<![\w/.,])(?P<top>\d{1,6}) ?/ ?(?P<bottom>\d{1,6}(?:\.\d{3})*)(?![\w/]|[.,]\d)")
_PIECE = re.compile(r"(\d+)([A-Za-zĐ]?)")
_VULGAR = re.compile(r"(?:(?<=\w)|(?<!\w))[½¼¾⅓⅔]")
_VULGAR_WORDS = {"½": "một phần hai", "¼": "một phần tư", "¾": "ba phần tư", "⅓": "một phần ba", "⅔": "hai phần ba"}
_OF_A_TOTAL = frozenset("tiêu chỉ điểm phiếu xóm thôn khối xã phường huyện trường đại ủy đồng chí chi hội thành ý hạng môn đơn tổ câu nội trận vòng".split())
_PORTION = frozenset("số diện dân tổng chiều thời quãng sản giá cốc thìa muỗng viên liều quả trái lít chai bát phần công nguồn lượng cơ khối mức kinh chặng kỳ nhiệm khóa".split())
_DOSE_BEFORE = frozenset("khoảng gần hơn chiếm còn uống pha giảm tăng bằng quá trên dưới được cắt mất tới đến liều ít nhất là của đạt".split())


def _address(written: str) -> str:
    said = []
    for digits, letter in _PIECE.findall(written):
        said.append(integer(digits) + (f" {letter.lower() if letter in 'aAeEiIoOuU' else _letter(letter)}" if letter else ""))
    return " trên ".join(said)


def _letter(letter: str) -> str:
    return spelled(letter)


def _read_address(match: re.Match[str], _line: Line) -> str:
    return _address(match["it"])


def _read_score(match: re.Match[str], _line: Line) -> str:
    games = re.findall(r"(\d+) ?[-–—:] ?(\d+)", match["it"])
    return ", ".join(f"{cardinal(int(home))} {cardinal(int(away))}" for home, away in games)


def _read_ratio(match: re.Match[str], _line: Line) -> str:
    return f"{integer(match[1])} trên {integer(match[2])}"


def _read_fraction(match: re.Match[str], line: Line) -> str | Said:
    top, bottom = int(match["top"]), int(match["bottom"].replace(".", ""))
    after = line.after(match.end()) if line.text[match.end() : match.end() + 1] == " " else ""
    before = line.before(match.start())
    last = before[-1] if before else ""
    share = f"{cardinal(top)} phần {part(bottom)}"
    ratio = f"{cardinal(top)} trên {cardinal(bottom)}"
    if after in _OF_A_TOTAL or top >= bottom or (bottom > 10 and top > 1 and after not in _PORTION):
        return ratio
    if after in _PORTION or last in _DOSE_BEFORE or after or bottom > 12 or last in ("lệ", "mức"):
        return share
    doubt = Doubt(
        match.start(), match.end(), "ambiguous",
        "“{written}” may be a part or a date; it is read as “{reading}”. Write “ngày {written}” for a date.",
        {"written": match.group(), "reading": share},
    )  # fmt: skip
    return Said(match.start(), match.end(), share, "fraction", (doubt,))


def _read_vulgar(match: re.Match[str], _line: Line) -> str:
    return f" {_VULGAR_WORDS[match.group()]}"


ADDRESSES = (Form("address", _ADDRESS, _read_address), Form("score", _SCORE, _read_score))
FRACTIONS = (
    Form("fraction", _VULGAR, _read_vulgar, digits=False),
    Form("ratio", _RATIO, _read_ratio),
    Form("fraction", _FRACTION, _read_fraction),
)
