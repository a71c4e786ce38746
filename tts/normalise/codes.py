"""Letters and digits in one word: 5G, A4, H5N1, QL46B, 25A, 30a, VTV1; roads."""

from __future__ import annotations

import re
import tomllib

from .known import PLAIN_ABBREVIATIONS
from .letters import NAMES, latin, spelled
from .line import MIXED, WORDS, Form, Line
from .numbers import cardinal, integer, number_words, one_by_one
from .romans import value
from .tables import text

_TABLE = tomllib.loads(text("codes"))
ROADS_BY_SIGN: dict[str, str] = _TABLE["roads"]
_HEADS: dict[str, str] = ROADS_BY_SIGN | _TABLE["heads"]
_WHOLE: dict[str, str] = _TABLE["whole"]
_CODE = re.compile(r"[^\W_]{1,40}(?:[-–](?=[A-ZĐ]*\d)[A-Z0-9Đ]{1,12})*(?!\w)")
_PART = re.compile(r"\d+|[^\W\d_]+")
_GRADE = re.compile(
    r"(?<![\w.,/-])(?P<number>\d{1,3}(?P<decimal>,\d{1,3})?)(?P<letter>S?)(?:-(?P<level>[IVX]{1,4}))?(?!\w)"
)
_MARKER = re.compile(r"(?<!\w)[Kk][Mm] ?(?P<whole>\d{1,4}) ?\+ ?(?P<rest>\d{1,4})(?![\w/]|[.,]\d)")
_ROAD = re.compile(
    rf"(?<!\w)(?P<kind>{'|'.join(ROADS_BY_SIGN)})(?: |\.|\. )(?P<number>\d{{1,3}})(?P<letter>[A-Z]?)(?![\w/]|[.,]\d)"
)


def _part(piece: str) -> str:
    if piece.isdecimal():
        return integer(piece) if len(piece) <= 3 and (piece[0] != "0" or piece == "0") else one_by_one(piece)
    if piece in _HEADS:
        return _HEADS[piece]
    if len(piece) > 2 and piece in PLAIN_ABBREVIATIONS:
        return PLAIN_ABBREVIATIONS[piece]
    if (piece.islower() and len(piece) > 1) or not NAMES.keys() >= set(piece.lower()):
        return latin(piece.lower())
    return spelled(piece, foreign=True)


def _read_code(match: re.Match[str], line: Line) -> str | None:
    written = match.group()
    if not any(char.isdecimal() for char in written) or not any(char.isalpha() for char in written):
        return None
    if match.start() and (line.open[match.start() - 1].isalnum() or line.open[match.start() - 1] == "_"):
        return None
    return _WHOLE.get(written) or " ".join(filter(None, map(_part, _PART.findall(written))))


def _read_road(match: re.Match[str], _line: Line) -> str:
    letter = f" {spelled(match['letter'])}" if match["letter"] else ""
    return f"{ROADS_BY_SIGN[match['kind']]} {integer(match['number'])}{letter}"


def _read_grade(match: re.Match[str], _line: Line) -> str | None:
    """RON 95-III, DO 0,05S-II: a grade, and no range."""
    level = value(match["level"] or "")
    if bool(match["level"]) != bool(level) or not (level or (match["letter"] and match["decimal"])):
        return None
    letter = f" {spelled(match['letter'])}" if match["letter"] else ""
    return f"{number_words(match['number'])}{letter}{f' {cardinal(level)}' if level else ''}"


def _read_marker(match: re.Match[str], _line: Line) -> str:
    """Km2+150: a place on a road."""
    return f"ki lô mét {integer(match['whole'])} cộng {integer(match['rest'])}"


GRADES = (Form("grade", _GRADE, _read_grade, WORDS, needs=frozenset("IVXS"), at_numbers=True),)
ROADS = (
    Form("road marker", _MARKER, _read_marker, needs=frozenset("+")),
    Form("road", _ROAD, _read_road, WORDS, needs=frozenset(sign.lower() for sign in ROADS_BY_SIGN)),
)
FORMS = (Form("letters and digits", _CODE, _read_code, WORDS, needs=frozenset([MIXED])),)
