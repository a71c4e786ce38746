"""Measures: 60 km/h, 2,5 ha, 50%, 1.500.000 đồng, 500k, 20 USD, -5°C, 3x4 m, 1m65."""

from __future__ import annotations

import re
import tomllib

from .letters import NAMES
from .line import MIXED, NUMBER, Form, Line, Said
from .numbers import cardinal, integer, number_words
from .tables import contexts, phrases, text

_CONTEXT = contexts("quantities")

_TABLE = tomllib.loads(text("units"))
UNITS: dict[str, str] = _TABLE["units"]
MONEY: dict[str, str] = _TABLE["money"]
SHARES: dict[str, str] = _TABLE["shares"]
_SCOPED: list[tuple[str, str, frozenset[str]]] = [
    (unit, one["spoken"], frozenset(one["with"].split())) for one in _TABLE["scoped"] for unit in one["units"].split()
]
_PERIODS = f"h|{phrases('quantities', 'periods')}"
_SCALE = "nghìn tỷ|triệu tỷ|nghìn|ngàn|triệu|tỷ|tỉ|vạn|chục|trăm|tr"
_LONG_SCALE = {"tr": "triệu"}

WRITTEN_NUMBER = r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:,\d{3}){2,}|\d+(?:[.,]\d+)?"
START = r"(?<![\w.,])(?<!\d/)"
_ANY_UNIT = "|".join(
    re.escape(unit)
    for unit in sorted({*UNITS, *MONEY, *(unit for unit, _, _ in _SCOPED)}, key=lambda unit: (-len(unit), unit))
)
_UNIT = (
    rf" ?(?P<unit>{_ANY_UNIT})(?![^\W_]|(?<=\w)[²³])"
    rf"(?: ?/ ?(?P<per>{_ANY_UNIT}|{_PERIODS}|(?P<hours>\d{{1,2}}) ?(?:h|giờ))(?!\w))?"
)
_MEASURE = re.compile(rf"{START}(?P<number>{WRITTEN_NUMBER})(?:(?P<scale> (?:{_SCALE})|tr)(?!\w))?{_UNIT}")
_AFTER_NUMBER = re.compile(rf"{NUMBER}(?P<it>{_UNIT})")
_SHARE = re.compile(rf"{START}(?P<number>{WRITTEN_NUMBER}) ?(?P<share>%|‰)")
_THOUSANDS = re.compile(rf"{START}(?P<number>\d+(?:[.,]\d+)?) ?(?P<k>[kK])(?!\w)")
_MILLIONS = re.compile(rf"{START}(?P<number>\d+)tr(?P<tail>\d)?(?!\w)")
_SPACED = re.compile(
    rf"{START}(?<!\d )[1-9]\d{{0,2}}(?:(?: \d{{3}}){{2,4}}| 000| \d{{3}}(?= ?(?:đồng|đ|VNĐ|VND|USD)(?!\w)))"
    r"(?!\w|[.,]\d| \d)"
)
_SIGN_FIRST = re.compile(rf"(?<!\w)(?P<sign>[$€£¥]) ?(?P<number>{WRITTEN_NUMBER})(?: (?P<scale>triệu|tỷ|nghìn))?(?!\w)")
_TAIL = re.compile(rf"{START}(?P<number>\d{{1,3}})(?P<unit>m|kg|km|ha|l)(?P<tail>\d{{1,2}})(?!\w|[.,]\d)")
_SIZE = re.compile(
    rf"{START}(?<![×*])(?:{WRITTEN_NUMBER})(?: ?[x×X*] ?(?:{WRITTEN_NUMBER}))++"
    r"(?:(?=(?:cm|mm|m|km|dm)(?!\w))|(?![\w]|[.,]\d))"
)
_BY = re.compile(r" ?[x×X*] ?")
_INDENT = 40
_NOTHING_COUNTED = re.compile(r" ?(?:$|[.,;)]|so với\b|mỗi\b)")  # at the start of a line a bullet stands before a noun
_LENGTHS = _CONTEXT["lengths"]
_NAMED_BY_LETTERS = _CONTEXT["named_by_letters"]
_WIDE = _CONTEXT["wide"]
_SURE_LETTERS = _CONTEXT["sure_letters"]


def signed(match: re.Match[str], line: Line, *, degrees: bool) -> tuple[int, str]:
    """Where a measure begins, and the word of its sign. A minus that may be a dash is none."""
    start = match.start()
    sign = line.open[start - 1 : start] if start else ""
    if sign not in ("-", "+", "±"):
        return start, ""
    before = line.text[max(0, start - 2) : start - 1]
    if sign == "-" and not (degrees and before in ("", " ", "(")) and before not in ("", " ", "(", ":"):
        return start, ""
    if before.isalnum() or before in ("°", "%", ")"):
        return start, ""
    if sign == "-" and not degrees and start < _INDENT and not line.text[: start - 1].strip():
        return (start - 1, "âm ") if _NOTHING_COUNTED.match(line.text, match.end()) else (start, "")
    return start - 1, {"-": "âm ", "+": "cộng ", "±": "cộng trừ "}[sign]


def _rate(match: re.Match[str]) -> str:
    unit, per = match["unit"], match["per"]
    if not per:
        return ""
    if match["hours"]:
        return f" trên {integer(match['hours'])} giờ"
    physical = unit in UNITS and (per in UNITS or per in ("h", "giờ", "giây", "phút"))
    return f" {'trên' if physical else 'một'} {'giờ' if per == 'h' else UNITS.get(per, MONEY.get(per, per))}"


def _said_unit(unit: str, line: Line) -> str:
    """The words of a unit, or "" where it is none in this line."""
    for scoped, spoken, beside in _SCOPED:
        if scoped == unit and not beside.isdisjoint(line.marks):
            return spoken
    return UNITS.get(unit) or MONEY.get(unit, "")


def _read_measure(match: re.Match[str], line: Line) -> Said | None:
    unit = match["unit"]
    said = _said_unit(unit, line)
    if not said or (len(unit) == 1 and unit.lower() in NAMES and not _is_unit(match, line)):
        return None
    start, sign = signed(match, line, degrees=unit.startswith(("°", "độ", "oC")))
    scale = (match["scale"] or "").strip()
    words = [f"{sign}{number_words(match['number'], dot_is_comma=True)}"]
    if scale:
        words.append(_LONG_SCALE.get(scale, scale))
    words.append(said + _rate(match))
    return Said(start, match.end(), " ".join(words), "money" if unit in MONEY else "unit")


def _is_unit(match: re.Match[str], line: Line) -> bool:
    """Whether a letter is a unit here: not in an address or a class; an ampere stands apart."""
    noun = line.word_before(match.start())
    return (noun not in _NAMED_BY_LETTERS or (match["unit"] == "m" and noun in _WIDE)) and (
        match["unit"] in _SURE_LETTERS or " " in match.group()
    )


def _read_after_number(match: re.Match[str], line: Line) -> str | None:
    """A unit behind a number that another form has read: 1/2 kg, 4x6 cm, 140/90 mmHg."""
    unit = match["unit"]
    said = _said_unit(unit, line)
    return None if not said or (len(unit) == 1 and unit not in "mgđlVW") else f"{said}{_rate(match)}"


def _read_share(match: re.Match[str], line: Line) -> Said:
    start, sign = signed(match, line, degrees=False)
    words = f"{sign}{number_words(match['number'], dot_is_comma=True)} {SHARES[match['share']]}"
    return Said(start, match.end(), words, "percent")


def _read_thousands(match: re.Match[str], line: Line) -> str | None:
    if match["k"] == "K" and (len(match["number"]) < 2 or line.word_before(match.start()) in ("video", "phim", "giải")):
        return None
    return f"{number_words(match['number'])} nghìn" + ("" if line.after(match.end()) == "đồng" else " đồng")


def _read_millions(match: re.Match[str], _line: Line) -> str:
    tail = {None: "", "5": " rưỡi"}.get(match["tail"], f" {cardinal(int(match['tail'] or 0))}")
    return f"{integer(match['number'])} triệu{tail}"


def _read_spaced(match: re.Match[str], _line: Line) -> str:
    """1 000 000: thousands grouped by blanks; its unit is read after it."""
    return number_words(match.group().replace(" ", "."))


def _read_sign_first(match: re.Match[str], _line: Line) -> str:
    scale = f" {match['scale']}" if match["scale"] else ""
    return f"{number_words(match['number'])}{scale} {MONEY[match['sign']]}"


def _read_tail(match: re.Match[str], line: Line) -> str | None:
    """1m65 → một mét sáu mươi lăm; 1m2 is a square metre unless something is that tall or long."""
    if (
        match["tail"] in ("2", "3")
        and match["unit"] in ("m", "km")
        and _LENGTHS.isdisjoint(line.before(match.start(), 2))
    ):
        return None
    zero = "linh " if match["tail"].startswith("0") else ""
    return f"{integer(match['number'])} {UNITS[match['unit']]} {zero}{integer(match['tail'])}"


def _read_size(match: re.Match[str], _line: Line) -> str:
    return " nhân ".join(number_words(side) for side in _BY.split(match.group()))


FORMS = (
    Form("unit", _TAIL, _read_tail, needs=frozenset([MIXED]), at_numbers=True),
    Form("size", _SIZE, _read_size, needs=frozenset("x×X*"), at_numbers=True),
    Form("number", _SPACED, _read_spaced, at_numbers=True),
    Form("money", _SIGN_FIRST, _read_sign_first, needs=frozenset("$€£¥")),
    Form("percent", _SHARE, _read_share, needs=frozenset(SHARES), at_numbers=True),
    Form("unit", _MEASURE, _read_measure, at_numbers=True),
    Form("money", _THOUSANDS, _read_thousands, needs=frozenset("kK"), at_numbers=True),
    Form("money", _MILLIONS, _read_millions, needs=frozenset([MIXED]), at_numbers=True),
)
AFTER_NUMBERS = (Form("unit", _AFTER_NUMBER, _read_after_number),)
