"""Letters and digits in one word: 5G, A4, H5N1, QL46B, 25A, 30a, VTV1."""

from __future__ import annotations

import re

from .letters import spelled
from .line import WORDS, Form, Line
from .numbers import integer, one_by_one
from .tables import BY_LETTERS

_CODE = re.compile(r"(?<![\w])(?=[^\W_]*\d)(?=[^\W_]*[^\W\d_])[^\W_]{1,40}(?:[-–](?=[A-ZĐ]*\d)[A-Z0-9Đ]{1,12})*(?!\w)")
_PART = re.compile(r"\d+|[^\W\d_]+|[-–]")
_GENERATION = {"2G": "hai gờ", "3G": "ba gờ", "4G": "bốn gờ", "5G": "năm gờ", "6G": "sáu gờ"}
_HEADS = {
    "QL": "quốc lộ", "ĐT": "đường tỉnh", "TL": "tỉnh lộ", "ĐH": "đường huyện", "HL": "hương lộ", "Km": "ki lô mét", "KM": "ki lô mét", "km": "ki lô mét",
    "COVID": "cô vít", "Covid": "cô vít", "SARS": "sát", "CoV": "cô vi", "CK": "xê ca", "Quý": "quý", "TDP": "tổ dân phố", "Tổ": "tổ", "Xóm": "xóm", "QH": "quốc hội",
    "BĐ": "báo động",
}  # fmt: skip


def _read_code(match: re.Match[str], line: Line) -> str | None:
    written = match.group()
    if written in _GENERATION:
        return _GENERATION[written]
    said: list[str] = []
    for piece in _PART.findall(written):
        if piece.isdigit():
            said.append(integer(piece) if len(piece) <= 3 and (piece[0] != "0" or piece == "0") else one_by_one(piece))
        elif piece in _HEADS:
            said.append(_HEADS[piece])
        elif len(piece) > 2 and piece in BY_LETTERS:
            said.append(BY_LETTERS[piece])
        elif piece in "-–":
            continue
        elif piece.islower() and len(piece) > 1:
            said.append(piece)
        else:
            said.append(spelled(piece, foreign=True))
    return " ".join(said)


_ROAD = re.compile(r"(?<!\w)(?P<kind>QL|ĐT|TL|ĐH|HL)(?: |\.|\. )(?P<number>\d{1,3})(?P<letter>[A-Z]?)(?![\w/]|[.,]\d)")


def _read_road(match: re.Match[str], _line: Line) -> str | None:
    if match["kind"] == "ĐH" and match["letter"]:
        return None
    letter = f" {spelled(match['letter'])}" if match["letter"] else ""
    return f"{_HEADS[match['kind']]} {integer(match['number'])}{letter}"


ROADS = (Form("road", _ROAD, _read_road, WORDS),)
FORMS = (Form("letters and digits", _CODE, _read_code, WORDS),)
