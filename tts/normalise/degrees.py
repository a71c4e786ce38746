"""Degrees: -5 độ, and places on the map: 17,5°N, 17°30'N, 15,0N - 112,5E, vĩ độ 18.2°."""

from __future__ import annotations

import re

from .line import Form, Line, Said
from .numbers import integer, number_words
from .quantities import START, WRITTEN_NUMBER, signed
from .tables import contexts

_SIDES = {
    "N": ("vĩ", "bắc"), "B": ("vĩ", "bắc"), "VB": ("vĩ", "bắc"), "S": ("vĩ", "nam"), "VN": ("vĩ", "nam"),
    "E": ("kinh", "đông"), "Đ": ("kinh", "đông"), "KĐ": ("kinh", "đông"), "W": ("kinh", "tây"),
}  # fmt: skip
_PLACE = re.compile(
    rf"{START}(?P<degrees>{WRITTEN_NUMBER})(?: ?(?P<sign>°|độ|o(?=[NSEW])) ?)?"
    r"(?:(?P<minutes>\d{1,2})['’] ?(?:(?P<seconds>\d{1,2}(?:[.,]\d{1,3})?)(?:''|\"|’’) ?)?)?"
    rf"(?P<side>{'|'.join(sorted(_SIDES, key=len, reverse=True))})(?!\w)"
    rf"(?P<joint> ?[-–] ?(?={WRITTEN_NUMBER}[^\w,;]{{0,3}}(?:E|Đ|KĐ|W)(?!\w)))?"
)
_ANGLE = re.compile(rf"{START}(?P<degrees>\d{{1,3}}) ?° ?(?P<minutes>\d{{1,2}})['’](?!\w)")
_SIGNED = re.compile(rf"{START}(?P<number>{WRITTEN_NUMBER})(?=(?: độ| ?°)(?!\w))")
_PROTEIN = contexts("degrees")["protein"]
_NEIGHBOUR = re.compile(r" ?[;,–-] ?\d{1,3}(?:[.,]\d{1,2})?[EW](?!\w)")
_NEIGHBOUR_BEFORE = re.compile(r"\d[NS] ?[;,–-] ?$")


def _read_place(match: re.Match[str], line: Line) -> str | None:
    """Without a sign of degrees, a letter is a side of the world in a pair only; fish sauce has degrees of protein."""
    if match["side"] == "N" and match["sign"] and not _PROTEIN.isdisjoint(line.marks):
        return f"{number_words(match['degrees'], dot_is_comma=True)} độ đạm"
    axis, side = _SIDES[match["side"]]
    start, end = match.span()
    paired = (
        match["joint"]
        or _NEIGHBOUR.match(line.text, end)
        or _NEIGHBOUR_BEFORE.search(line.text, max(0, start - 6), start)
    )
    if not match["sign"] and (match["degrees"].isdecimal() or not paired):
        return None
    words = [number_words(match["degrees"], dot_is_comma=True), "độ"]
    if match["minutes"]:
        words += [integer(match["minutes"]), "phút"]
    if match["seconds"]:
        words += [number_words(match["seconds"], dot_is_comma=True), "giây"]
    joint = "," if match["joint"] and axis == "vĩ" else ""
    return " ".join([*words, *(() if axis in line.before(start, 2) else (axis,)), side + joint])


def _read_angle(match: re.Match[str], _line: Line) -> str:
    return f"{integer(match['degrees'])} độ {integer(match['minutes'])} phút"


def _read_signed(match: re.Match[str], line: Line) -> Said | None:
    start, sign = signed(match, line, degrees=True)
    return Said(start, match.end(), sign + number_words(match["number"], dot_is_comma=True), "sign") if sign else None


PLACES = (
    Form("place on the map", _PLACE, _read_place, needs=frozenset("NBSVEĐKW"), at_numbers=True),
    Form("angle", _ANGLE, _read_angle, needs=frozenset("°"), at_numbers=True),
)
FORMS = (Form("sign", _SIGNED, _read_signed, needs=frozenset("-+±"), at_numbers=True),)
