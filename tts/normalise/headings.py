"""The start of a line: bullets are a pause, and the number of a heading is read."""

from __future__ import annotations

import re

from .letters import spelled
from .line import WORDS, Line, Said
from .numbers import cardinal
from .romans import value

_HASHES = re.compile(r" {0,3}(?:#{1,6} +|> ?(?=[^\W\d_]))")
_BULLET = re.compile(r"\s*(?:[-–—+*•●○▪■□◦◆❖➢➤►✓✔·»→⇒*](?: |(?=[^\W\d_]))\s*)+")
_LETTERED = re.compile(r"\s*(?P<it>[a-zđA-ZĐ][.)]) +(?=\S)")
_NUMBERED = re.compile(r"\s*(?P<it>\(?(?P<number>\d{1,3}(?:\.\d{1,2}){0,4})[.)/](?!\d))\s*(?=[^\W\d_“\"(\ue000\ue001])")
_SECTION = re.compile(r"\s*(?P<it>(?P<number>\d{1,2}(?:\.\d{1,2}){1,4})) +(?=[A-ZĐÁÀẢÃẠĂÂÉÈÊÍÌÓÒÔƠÚÙƯÝỨỦ“\"])")
_ROMAN = re.compile(r"\s*(?P<it>(?P<number>[IVX]{1,6})[.)/]) +(?=\S)")
_TITLE_LENGTH = 120


def _is_title(line: Line, end: int) -> bool:
    """A heading is short and ends without a stop; a list item runs on like a sentence."""
    rest = line.text[end:].rstrip()
    return len(rest) <= _TITLE_LENGTH and not rest.endswith((".", ";", ",")) and not rest[:1].islower()


def read_start(line: Line) -> Line:
    """The line with its bullet or heading number read."""
    at = 0
    said: list[Said] = []
    for pattern in (_HASHES, _BULLET):
        mark = pattern.match(line.open, at)
        if mark and mark.end() < len(line.open) and mark.end() > at:
            said.append(Said(at, mark.end(), "", "bullet"))
            at = mark.end()
    numbered = _ROMAN.match(line.open, at)
    if numbered and (number := value(numbered["number"])):
        said.append(Said(numbered.start("it"), numbered.end("it"), f"{cardinal(number)},", "heading"))
    elif (numbered := _NUMBERED.match(line.open, at) or _SECTION.match(line.open, at)) is not None:
        words = ""
        if _is_title(line, numbered.end()) or "." in numbered["number"]:
            words = " chấm ".join(cardinal(int(group)) for group in numbered["number"].split(".")) + ","
        said.append(Said(numbered.start("it"), numbered.end("it"), words, "heading" if words else "bullet"))
    elif (numbered := _LETTERED.match(line.open, at)) is not None and not _is_initial(numbered, line):
        is_heading = line.capitals or (numbered["it"][0].isupper() and _is_title(line, numbered.end()))
        words = f"{spelled(numbered['it'][0])}," if is_heading else ""
        said.append(Said(numbered.start("it"), numbered.end("it"), words, "heading" if words else "bullet"))
    return line.saying(said, WORDS) if said else line


def _is_initial(match: re.Match[str], line: Line) -> bool:
    """A capital with a stop may be an abbreviation (P. Trưởng, Q. Chủ tịch); with a bracket it never is."""
    return match["it"].endswith(".") and match["it"][0] not in "ABCDEG" and not line.text[match.end() :].isupper()
