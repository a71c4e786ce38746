"""Names of letters, for codes and for abbreviations that nobody knows."""

from __future__ import annotations

import tomllib
import unicodedata

from .syllables import ALPHABET
from .tables import text

_TABLE = tomllib.loads(text("letters"))
_KEPT = frozenset(ALPHABET)
NAMES: dict[str, str] = _TABLE["letters"]
FOREIGN: dict[str, str] = NAMES | _TABLE["foreign"]


def latin(word: str) -> str:
    """A word in small letters that a voice knows; what is in no such letter is dropped."""
    if _KEPT.issuperset(word):
        return word
    return "".join(char for char in unicodedata.normalize("NFKD", word) if char in _KEPT)


def spelled(letters: str, *, foreign: bool = False) -> str:
    """Each letter by its name; a D in a foreign acronym is đê. Characters that have no name are skipped."""
    names = FOREIGN if foreign else NAMES
    return " ".join([names[letter] for letter in letters.lower() if letter in names])
