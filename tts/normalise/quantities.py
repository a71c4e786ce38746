"""Counts and measures: 1.500.000 đồng, 2,5 ha, 60 km/h, 50%, 500k, 20 USD, -5°C, and plain numbers."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

from .line import NUMBER, Doubt, Form, Line, Said
from .numbers import after_comma, cardinal, integer, one_by_one

_TABLE = tomllib.loads(resources.files(__package__).joinpath("tables/units.toml").read_text("utf-8"))
UNITS: dict[str, str] = _TABLE["units"]
MONEY: dict[str, str] = _TABLE["money"]
SHARES: dict[str, str] = _TABLE["shares"]
_NUMBER = r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:,\d{3}){2,}|\d+(?:[.,]\d+)?"
_START = r"(?<![\w.,])(?<!\d/)"
_ANY_UNIT = "|".join(re.escape(unit) for unit in sorted([*UNITS, *MONEY], key=len, reverse=True))
_PER = _ANY_UNIT + "|h|giờ|giây|phút|ngày|đêm|tháng|năm|người|hộ|khẩu|con|cây|vụ|lần|sào|tấn|tạ|lít|đơn vị|học sinh|suất|lượt|buổi|chuyến|km2"
_SCALE = "nghìn tỷ|triệu tỷ|nghìn|ngàn|triệu|tỷ|tỉ|vạn|chục|trăm|tr"
_SCALES = {"tr": "triệu"}

_MEASURE = re.compile(
    rf"{_START}(?P<sign>(?<![\w)°%])[-+±])?(?P<number>{_NUMBER})(?:(?P<scale> (?:{_SCALE})|tr)(?!\w))?"
    rf"(?: ?(?P<unit>{_ANY_UNIT})(?![^\W_]|(?<=\w)[²³])(?: ?/ ?(?P<per>{_PER})(?!\w))?)"
)
_AFTER = re.compile(rf"(?<={NUMBER})(?P<it> ?(?P<unit>{_ANY_UNIT}))(?![^\W_]|(?<=\w)[²³])(?: ?/ ?(?P<per>{_PER})(?!\w))?")
_TAIL = re.compile(rf"{_START}(?P<number>\d{{1,3}})(?P<unit>m|kg|km|ha|l)(?P<tail>\d{{1,2}})(?!\w|[.,]\d)")
_DOWNWARD = re.compile(rf"{_START}(?<![-–])(?P<first>\d{{1,3}})[-–](?P<last>\d{{1,3}})(?![\w/%°–-]|[.,]\d)")
_SIZE = re.compile(rf"{_START}(?:{_NUMBER})(?: ?[x×X*] ?(?:{_NUMBER}))+(?![\w]|[.,]\d)|{_START}(?:{_NUMBER})(?: ?[x×X*] ?(?:{_NUMBER}))+(?= ?(?:cm|mm|m|km|dm)(?!\w))")
_SHARE = re.compile(rf"{_START}(?P<sign>(?<![\w)°%])[-+±])?(?P<number>{_NUMBER}) ?(?P<share>%|‰)")
_THOUSANDS = re.compile(rf"{_START}(?P<number>\d+(?:[.,]\d+)?) ?(?P<k>[kK])(?!\w)")
_TRIEU = re.compile(rf"{_START}(?P<number>\d+)tr(?P<tail>\d)?(?!\w)")
_SPACED = re.compile(rf"{_START}(?P<number>\d{{1,3}}(?: \d{{3}}){{1,4}}) ?(?P<unit>đồng|đ|VNĐ|VND|USD)(?!\w)")
_DOLLAR_FIRST = re.compile(rf"(?<!\w)(?P<sign>[$€£¥]) ?(?P<number>{_NUMBER})(?: (?P<scale>triệu|tỷ|nghìn))?(?![\w])")
_SIGNED = re.compile(rf"(?:(?<=\s)|(?<=\()|(?<=^))(?P<sign>[-+±])(?P<number>{_NUMBER})(?![\w/]|[.,]\d)(?= ?(?:độ|°))")
_DECIMAL = re.compile(rf"{_START}(?P<number>{_NUMBER})(?![\w]|[.,]\d)(?! ?/ ?\d)")
_CHAIN = re.compile(r"(?<![\w,/])\d+(?:\.\d+){2,}(?![\w])(?!,\d)")
_FORMULA = re.compile(rf"{_START}\d{{1,3}}(?:[-–]\d{{1,3}}){{2,}}(?![\w]|[.,]\d)")
_LIST = re.compile(rf"{_START}\d+(?:,\d+){{2,}}(?![\w])")
_PLACES = frozenset("xóm thôn khối tổ lớp tháng thứ điều khoản ngày mục bản ấp bài câu trang số chương phần tuần khu làng cụm nhóm đội phòng tầng".split())
_LENGTHS = frozenset("cao dài rộng sâu dày khoảng ngập hơn gần chừng".split())
_CHAPTERS = frozenset("mục khoản phần chương tiểu tiêu chí phiên bản công nghiệp bài nội dung nghiệp version điểm".split())
_DOT_MEASURES = frozenset("triệu tỷ tỉ nghìn ngàn điểm tấn tạ độ lần giờ mét sào phần vạn lít yến kg tuổi".split())


def number_words(written: str, *, dot_is_comma: bool = False) -> str:
    """A number as written in Vietnamese (dots group, a comma is decimal; two or more commas group) in words."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3}){2,}", written):
        written = written.replace(",", ".")
    whole, comma, rest = written.partition(",")
    if "." in whole and not re.fullmatch(r"\d{1,3}(?:\.\d{3})+", whole):
        before, _, after = whole.partition(".")
        return f"{integer(before)} {'phẩy' if dot_is_comma else 'chấm'} {after_comma(after) if dot_is_comma else integer(after)}"
    whole = whole.replace(".", "")
    said = integer(whole)
    return f"{said} phẩy {after_comma(rest)}" if comma else said


def _sign(match: re.Match[str]) -> str:
    written = (match["sign"] or "").strip()
    return {"-": "âm ", "+": "cộng ", "±": "cộng trừ "}.get(written, "")


def _hyphen_is_dash(match: re.Match[str], line: Line) -> bool:
    """Whether a minus stands where a dash or a bullet may stand: behind something, or first in the line."""
    start = match.start()
    return not match["sign"].startswith("-") or " " in match["sign"] or not line.text[:start].strip() or line.text[start - 1] not in " (:"


def _said_unit(unit: str) -> str:
    return UNITS.get(unit) or MONEY[unit]


def _read_measure(match: re.Match[str], line: Line) -> Said | None:
    unit, start = match["unit"], match.start()
    words = number_words(match["number"], dot_is_comma=True)
    if unit in ("m", "l", "g", "s", "t", "V", "A", "W", "N", "J", "F", "C", "K", "h", "d") and not _fits(match, line):
        return None
    if match["sign"]:
        if match["sign"].strip() == "-" and (_hyphen_is_dash(match, line) and not unit.startswith(("°", "độ", "oC"))):
            start = match.start("number")
        elif match["sign"].strip() == "-" and line.text[: match.start()].rstrip()[-1:].isdigit():
            start = match.start("number")
        else:
            words = _sign(match) + words
    if match["scale"]:
        scale = match["scale"].strip()
        words += f" {_SCALES.get(scale, scale)}"
    words += f" {_said_unit(unit)}"
    words += _rate(unit, match["per"])
    return Said(start, match.end(), words, "money" if unit in MONEY else "unit")


def _rate(unit: str, per: str | None) -> str:
    if not per:
        return ""
    physical = unit in UNITS and (per in UNITS or per in ("h", "giờ", "giây", "phút"))
    return f" {'trên' if physical else 'một'} {'giờ' if per == 'h' else UNITS.get(per, MONEY.get(per, per))}"


def _read_after(match: re.Match[str], _line: Line) -> str | None:
    """A unit behind a number that another form has read: 1/2 kg, 4x6 cm, 140/90 mmHg."""
    unit = match["unit"]
    if len(unit) == 1 and unit not in "mgđl%":
        return None
    return _said_unit(unit) + _rate(unit, match["per"])


def _read_tail(match: re.Match[str], line: Line) -> str | None:
    """1m65 → một mét sáu mươi lăm; 1m2 is a square metre unless something is that tall or long."""
    if match["tail"] in ("2", "3") and match["unit"] in ("m", "km") and not set(line.before(match.start(), 2)) & _LENGTHS:
        return None
    zero = "linh " if match["tail"].startswith("0") else ""
    return f"{integer(match['number'])} {UNITS[match['unit']]} {zero}{integer(match['tail'])}"


def _read_downward(match: re.Match[str], _line: Line) -> Said | None:
    """3-0, 50-50: no range goes down, so the numbers are said one after the other, with a doubt."""
    first, last = match["first"], match["last"]
    if int(first) < int(last):
        return None
    words = f"{integer(first)} {integer(last)}"
    doubt = Doubt(
        match.start(), match.end(), "ambiguous",
        "“{written}” is no range; it is read as “{reading}”. Write the words between the numbers.",
        {"written": match.group(), "reading": words},
    )  # fmt: skip
    return Said(match.start(), match.end(), words, "pair of numbers", (doubt,))


def _read_size(match: re.Match[str], _line: Line) -> str:
    return " nhân ".join(number_words(side) for side in re.split(r" ?[x×X*] ?", match.group()))


def _fits(match: re.Match[str], line: Line) -> bool:
    """Whether a unit of one letter is one here: not in an address, a class name, or the letter of a list."""
    before = line.before(match.start())
    if before and before[-1] in ("số", "ngõ", "ngách", "hẻm", "lớp", "tổ", "nhà", "phòng", "khối", "quốc", "lộ", "kiệt", "lô", "khu", "đường", "điều", "khoản", "xóm"):
        return False
    return match["unit"] not in ("C", "K", "F", "N", "J", "A") or " " in match.group()


def _read_share(match: re.Match[str], line: Line) -> Said:
    start, words = match.start(), number_words(match["number"], dot_is_comma=True)
    if match["sign"]:
        if match["sign"].strip() == "-" and _hyphen_is_dash(match, line):
            start = match.start("number")
        else:
            words = _sign(match) + words
    return Said(start, match.end(), f"{words} {SHARES[match['share']]}", "percent")


def _read_thousands(match: re.Match[str], line: Line) -> str | None:
    number = match["number"]
    if match["k"] == "K" and (len(number) < 2 or line.before(match.start())[-1:] in (("video",), ("phim",), ("giải",))):
        return None
    return f"{number_words(number)} nghìn" + ("" if line.after(match.end()) == "đồng" else " đồng")


def _read_trieu(match: re.Match[str], _line: Line) -> str:
    words = f"{integer(match['number'])} triệu"
    if match["tail"]:
        words += f" {cardinal(int(match['tail']))}" if match["tail"] != "5" else " rưỡi"
    return words


def _read_spaced(match: re.Match[str], _line: Line) -> str:
    return f"{number_words(match['number'].replace(' ', '.'))} {MONEY[match['unit']]}"


def _read_dollar(match: re.Match[str], _line: Line) -> str:
    scale = f" {match['scale']}" if match["scale"] else ""
    return f"{number_words(match['number'])}{scale} {MONEY[match['sign']]}"


def _read_signed(match: re.Match[str], _line: Line) -> str:
    return _sign(match) + number_words(match["number"], dot_is_comma=True)


def _read_chain(match: re.Match[str], line: Line) -> str:
    """2.1.3: a section number; 1.000.005 never comes here broken."""
    written = match.group()
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", written):
        return number_words(written)
    return " chấm ".join(integer(group) for group in written.split("."))


def _read_list(match: re.Match[str], _line: Line) -> str:
    written = match.group()
    if re.fullmatch(r"\d{1,3}(?:,\d{3}){2,}", written):
        return number_words(written)
    return ", ".join(integer(group) for group in written.split(","))


def _read_number(match: re.Match[str], line: Line) -> str | Said | None:
    written = match["number"]
    before = line.before(match.start())
    noun = before[-1] if before else ""
    if "," in written and noun in _PLACES and re.fullmatch(r"\d{1,3},\d{1,3}", written):
        first, _, last = written.partition(",")
        return f"{integer(first)}, {integer(last)}"
    if "." in written and not re.search(r"^\d{1,3}(?:\.\d{3})+(?:,\d+)?$", written):
        as_comma = line.after(match.end()) in _DOT_MEASURES and noun not in _CHAPTERS
        return number_words(written, dot_is_comma=as_comma)
    if written.startswith("0") and len(written) > 2 and written.isdigit():
        return one_by_one(written)
    if len(written) > 15 and written.isdigit():
        doubt = Doubt(
            match.start(), match.end(), "long-number", "“{written}” is read digit by digit. Group a count with dots.", {"written": written[:40]}
        )
        return Said(match.start(), match.end(), one_by_one(written), "code", (doubt,))
    return number_words(written)


MEASURES = (
    Form("unit", _TAIL, _read_tail),
    Form("size", _SIZE, _read_size),
    Form("money", _SPACED, _read_spaced),
    Form("money", _DOLLAR_FIRST, _read_dollar),
    Form("percent", _SHARE, _read_share),
    Form("unit", _MEASURE, _read_measure),
    Form("money", _THOUSANDS, _read_thousands),
    Form("money", _TRIEU, _read_trieu),
    Form("sign", _SIGNED, _read_signed),
)
AFTER_NUMBERS = (Form("unit", _AFTER, _read_after),)
NUMBERS = (
    Form("number", _CHAIN, _read_chain),
    Form("list", _FORMULA, lambda match, _line: ", ".join(integer(group) for group in re.findall(r"\d+", match.group()))),
    Form("list", _LIST, _read_list),
    Form("pair of numbers", _DOWNWARD, _read_downward),
    Form("number", _DECIMAL, _read_number),
)
