"""N/M that is no date: shares (2/3 số hộ), addresses (số 12/3), scores (tỷ số 3-0), ratios (1:500)."""

from __future__ import annotations

import re

from .letters import spelled
from .line import Doubt, Form, Line, Said
from .numbers import cardinal, integer, number_words, part
from .tables import contexts, phrases

_CONTEXT = contexts("fractions")

_ADDRESS = re.compile(
    rf"(?<!\w)(?:{phrases('fractions', 'addresses')}) (?:số )?:? ?"
    r"(?P<it>\d{1,4}[A-Za-zĐ]?(?:/\d{1,4}[A-Za-zĐ]?){1,4})(?![\w/]|[.,]\d)",
    re.IGNORECASE,
)
_GAME = r"\d{1,2} ?[-–—:] ?\d{1,2}"
_SCORE = re.compile(
    rf"(?<!\w)(?:{phrases('fractions', 'scores')}) (?:[^\W\d]{{1,12}} ){{0,5}}?"
    rf"(?P<it>{_GAME}(?:(?:,|;| và| ?\() ?{_GAME})*)(?![\w/%]|[.,]\d| ?[-–] ?\d)",
    re.IGNORECASE,
)
_RATIO = re.compile(r"(?<![\w/.,:])(\d{1,6}):(\d{1,3}(?:\.\d{3})+|\d{1,6})(?![\w:]|[.,]\d)")
_FRACTION = re.compile(
    r"(?<![\w/.,])(?P<top>\d{1,6}) ?/ ?(?P<bottom>\d{1,6}(?:\.\d{3})*)"
    r"(?:(?=(?:kg|g|mg|ml|l|lít|km|m|m2|m3|ha)(?!\w))|(?![\w/]|[.,]\d))"
)
_RATED = re.compile(
    r"(?<![\w/.,])(\d{1,4}(?:,\d{1,2})?) ?/ ?(\d{1,4}(?:,\d{1,2})?)(?= ?(?:mmHg|kV|KV|V|MVA|kVA)(?!\w))"
)
_PIECE = re.compile(r"(\d+)([A-Za-zĐ]?)")
_VULGAR = re.compile("[½¼¾⅓⅔]")
_VULGAR_WORDS = {"½": "một phần hai", "¼": "một phần tư", "¾": "ba phần tư", "⅓": "một phần ba", "⅔": "hai phần ba"}
_OF_A_TOTAL = _CONTEXT["of_a_total"]
_PORTION = _CONTEXT["portion"]
_DOSE_BEFORE = _CONTEXT["dose_before"]


def _address(written: str) -> str:
    return " trên ".join(f"{integer(digits)} {spelled(letter)}".rstrip() for digits, letter in _PIECE.findall(written))


def _read_address(match: re.Match[str], _line: Line) -> str:
    return _address(match["it"])


def _read_score(match: re.Match[str], _line: Line) -> str:
    games = re.findall(r"(\d+) ?[-–—:] ?(\d+)", match["it"])
    return ", ".join(f"{cardinal(int(home))} {cardinal(int(away))}" for home, away in games)


def _read_ratio(match: re.Match[str], _line: Line) -> str:
    return f"{integer(match[1])} trên {integer(match[2].replace('.', ''))}"


def _read_rated(match: re.Match[str], _line: Line) -> str:
    """140/90mmHg, 380/220V: two measures of one thing."""
    return f"{number_words(match[1])} trên {number_words(match[2])}"


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
    return _VULGAR_WORDS[match.group()]


_SCORED = _CONTEXT["scored"]
ADDRESSES = (
    Form("address", _ADDRESS, _read_address, needs=frozenset("/")),
    Form("score", _SCORE, _read_score, needs=_SCORED),
)
RATED = (Form("rating", _RATED, _read_rated, needs=frozenset("/"), at_numbers=True),)
FRACTIONS = (
    Form("fraction", _VULGAR, _read_vulgar, needs=frozenset(_VULGAR_WORDS)),
    Form("ratio", _RATIO, _read_ratio, needs=frozenset(":"), at_numbers=True),
    Form("fraction", _FRACTION, _read_fraction, needs=frozenset("/"), at_numbers=True),
)
