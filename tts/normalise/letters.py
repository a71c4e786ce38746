"""Names of letters, for codes and for abbreviations that nobody knows."""

from __future__ import annotations

import tomllib

from .tables import text

_TABLE = tomllib.loads(text("letters"))
NAMES: dict[str, str] = _TABLE["letters"]
FOREIGN: dict[str, str] = NAMES | _TABLE["foreign"]


def spelled(letters: str, *, foreign: bool = False) -> str:
    """Each letter by its name; a D in a foreign acronym is đê. Characters that have no name are skipped."""
    names = FOREIGN if foreign else NAMES
    return " ".join([names[letter] for letter in letters.lower() if letter in names])
