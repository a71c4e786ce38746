"""The first pass: one spelling of every character, before any rule looks at the text.

Composes marks (NFD → NFC), drops what has no sound or width, brings look-alikes to one form, and takes LaTeX marks off.
Offsets of the cleaned text can be taken back to the source.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

from .syllables import ALPHABET

_ORDINARY = re.compile(f"[\t -#%-\\[\\]-~{ALPHABET}{ALPHABET.upper()}“”‘’–—…²³°≥≤½¼¾•]*")
_ODD = re.compile(
    r"\$(?P<latex>[^$\n]{1,200})\$"
    r"|\\(?P<command>[a-zA-Z]{2,12}) ?"
    r"|(?P<composed>[^\W\d_][\u0300-\u036f]{1,4})"
    r"|(?P<mark>[\u0300-\u036f]+)"
    r"|(?P<blank>[\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\x0b\x0c\x85])"
    r"|(?P<nothing>[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+)"
    r"|(?P<digit>(?![0-9])\d)"
    r"|(?P<wide>[\uff01-\uff5e\u2160-\u217f\u2080-\u2089\ufb00-\ufb06\U0001d400-\U0001d7ff\u2100-\u2109\u212a\u212b])"
    r"|(?P<alike>[ÐðƉ−‐‑‒―„‟‹›«»′″`´≧≦⩾⩽∼˜º])"
)
_ALIKE = str.maketrans("ÐðƉ−‐‑‒―„‟‹›«»′″`´≧≦⩾⩽∼˜º", "ĐđĐ----–““““““'\"''≥≤≥≤~~°")
_LATEX = {
    "geq": "≥", "ge": "≥", "geqslant": "≥", "leq": "≤", "le": "≤", "leqslant": "≤", "times": "×", "pm": "±",
    "approx": "~", "sim": "~", "to": "→", "rightarrow": "→", "cdot": "×", "div": "÷", "neq": "≠", "circ": "°",
    "ldots": "…", "dots": "…", "quad": " ", "gt": ">", "lt": "<",
}  # fmt: skip
_LATEX_PART = re.compile(r"\\([a-zA-Z]+) ?|\\(.)|\^\{?(\\circ|[23])\}?|[{}]|\\$")
_SUPERSCRIPT = {"2": "²", "3": "³", "\\circ": "°"}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned line; `moved` holds (offset here, offset in the source) wherever the two drift apart."""

    text: str
    moved: tuple[tuple[int, int], ...] = ()
    latex: tuple[tuple[int, int], ...] = ()

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source line that a span of the cleaned text came from."""
        if not self.moved:
            return start, end
        return self._origin(start), (self._origin(end - 1, end=True) if end > start else self._origin(start))

    def _origin(self, at: int, *, end: bool = False) -> int:
        found = bisect_right(self.moved, at, key=lambda pair: pair[0]) - 1
        if end:
            following = self.moved[found + 1] if found + 1 < len(self.moved) else None
            here, there = self.moved[found] if found >= 0 else (0, 0)
            plain = there + at - here + 1
            return following[1] if following and at + 1 == following[0] else plain
        here, there = self.moved[found] if found >= 0 else (0, 0)
        return there + at - here


def clean(source: str) -> Cleaned:
    """One line with every character in its one usual form. Linear; an ordinary line is returned as it is."""
    if _ORDINARY.fullmatch(source):
        return Cleaned(source)
    pieces: list[str] = []
    moved: list[tuple[int, int]] = []
    latex: list[tuple[int, int]] = []
    length = at = 0
    for match in _ODD.finditer(source):
        pieces.append(source[at : match.start()])
        length += match.start() - at
        at = match.end()
        new = _usual(match)
        if match.lastgroup in ("latex", "command") and new != match.group():
            latex.append(match.span())
        moved.append((length, match.start()))
        pieces.append(new)
        length += len(new)
        moved.append((length, at))
    pieces.append(source[at:])
    return Cleaned("".join(pieces), tuple(moved), tuple(latex))


def _usual(match: re.Match[str]) -> str:
    kind, found = match.lastgroup, match.group()
    if kind == "composed" or kind == "wide":
        return "".join(
            char
            for char in unicodedata.normalize("NFKC" if kind == "wide" else "NFC", found)
            if not unicodedata.combining(char)
        )
    if kind == "blank":
        return " "
    if kind == "digit":
        return str(unicodedata.digit(found))
    if kind == "alike":
        return found.translate(_ALIKE)
    if kind == "command":
        return _LATEX.get(match["command"], found)
    if kind == "latex":
        inner = match["latex"]
        if not re.search(r"[\\^_{}]", inner) and not re.fullmatch(r"[\d\s.,%+\-×x=<>≥≤a-z]{1,40}", inner):
            return found
        return _LATEX_PART.sub(_latex_part, inner).strip()
    return ""


def _latex_part(match: re.Match[str]) -> str:
    command, escaped, power = match.groups()
    if command is not None:
        return _LATEX.get(command, " ")
    if escaped is not None:
        return " " if escaped in ",;:! " else str(escaped)
    return _SUPERSCRIPT[power] if power is not None else ""
