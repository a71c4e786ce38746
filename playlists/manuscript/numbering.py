"""The numbers Word shows before the paragraphs of its lists, which stand nowhere in their text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from docx.oxml.ns import qn

_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True)
class _Level:
    form: str
    text: str
    start: int


@dataclass
class Numbering:
    """The lists of one document and how far each has counted (ECMA-376 part 1, 17.9)."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)  # of an abstract list
    lists: dict[str, str] = field(default_factory=dict)  # list → abstract list
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)
    styles: dict[str, tuple[str | None, int]] = field(default_factory=dict)  # style → list, level
    counts: dict[str, list[int | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Any) -> Numbering:
        """The lists of a python-docx document; none where it has no numbering part."""
        numbering = cls()
        for style in document.styles.element.iter(qn("w:style")):
            found = style.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            if found is not None:
                numbering.styles[style.get(qn("w:styleId"))] = (_value(found, "numId"), int(_value(found, "ilvl") or 0))
        parts = [rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/numbering")]
        for root in (part.element for part in parts):
            for abstract in root.iter(qn("w:abstractNum")):
                numbering.levels[abstract.get(qn("w:abstractNumId"))] = {
                    int(level.get(qn("w:ilvl"))): _level(level) for level in abstract.iter(qn("w:lvl"))
                }
            for one in root.iter(qn("w:num")):
                number = one.get(qn("w:numId"))
                numbering.lists[number] = _value(one, "abstractNumId") or ""
                for override in one.iter(qn("w:lvlOverride")):
                    start = _value(override, "startOverride")
                    if start is not None:
                        numbering.restarts[(number, int(override.get(qn("w:ilvl"))))] = int(start)
        return numbering

    def prefix(self, paragraph: Any) -> str:
        """What stands before the paragraph, with a blank after it: "1. ", "a) ", "- ", or ""."""
        number, depth = self._place(paragraph)
        levels = self.levels.get(self.lists.get(number or "", ""), {})
        if number in (None, "0") or depth not in levels or not 0 <= depth < _LEVELS:
            return ""
        level = levels[depth]
        if level.form == "bullet":
            return "- "
        if level.form == "none":
            return ""
        counts = self.counts.setdefault(number or "", [None] * _LEVELS)
        before = counts[depth]
        start = self.restarts.get((number or "", depth), level.start)
        counts[depth] = start if before is None else before + 1
        counts[depth + 1 :] = [None] * (_LEVELS - depth - 1)

        def written(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            shown = levels.get(at, level)
            return _in_form(counts[at] if counts[at] is not None else shown.start, shown.form)

        text = _PLACE.sub(written, level.text)
        return f"{text} " if text else ""

    def _place(self, paragraph: Any) -> tuple[str | None, int]:
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        number, depth = self.styles.get(style.get(qn("w:val")), (None, 0)) if style is not None else (None, 0)
        own = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if own is not None:
            number, depth = _value(own, "numId") or number, int(_value(own, "ilvl") or depth)
        return number, depth


def _level(level: Any) -> _Level:
    return _Level(
        _value(level, "numFmt") or "decimal", _value(level, "lvlText") or "", int(_value(level, "start") or 0)
    )


def _value(parent: Any, name: str) -> str | None:
    child = parent.find(qn(f"w:{name}"))
    return None if child is None else child.get(qn("w:val"))


def _in_form(number: int | None, form: str) -> str:
    count = number or 0
    match form:
        case "lowerLetter" | "upperLetter" if count > 0:
            letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 % 5 + 1)
            return letter.upper() if form == "upperLetter" else letter
        case "lowerRoman" | "upperRoman" if 0 < count < 4000:
            roman = ""
            for value, letters in _ROMAN:
                roman += letters * (count // value)
                count %= value
            return roman.upper() if form == "upperRoman" else roman
        case "decimalZero":
            return f"{count:02d}"
        case _:
            return str(count)
