"""Who speaks a line: [nam] or [nữ] at its start, or [câu: tên] for a recorded phrase in its place."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_ROLES = {"nam": "male", "nữ": "female", "nu": "female", "đài": ""}
_TURN = re.compile(r"\s*\[\s*(?P<who>nam|nữ|nu|đài)\s*\]\s*", re.IGNORECASE)
_PHRASE = re.compile(r"\s*\[\s*câu\s*:\s*(?P<name>[^\[\]]{1,80}?)\s*\]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Taken:
    """A line without its mark, which has become blanks so that offsets stay.

    `role` is None where the line has no mark, so that the one above still speaks. `phrase` names a recorded phrase.
    """

    text: str
    role: str | None = None
    phrase: str = ""


def take_role(source: str) -> Taken:
    """[đài] gives the word back to the station's voice. A phrase's mark must stand alone on its line."""
    if "[" not in source:
        return Taken(source)
    composed = unicodedata.normalize("NFC", source)
    phrase = _PHRASE.fullmatch(composed)
    if phrase:
        return Taken(" " * len(source), phrase=phrase["name"])
    turn = _TURN.match(composed)
    if turn is None:
        return Taken(source)
    source = source if len(composed) == len(source) else composed
    return Taken(" " * turn.end() + source[turn.end() :], role=_ROLES[turn["who"].lower()])
