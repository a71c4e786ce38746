"""Loa's own readings of abbreviations, foreign words and fixed forms."""

from __future__ import annotations

from .lexicon import Lexicon
from .tables import text

FIXED = Lexicon.from_toml(text("fixed"))  # forms with digits or strokes in them, which must be read before numbers are
ABBREVIATIONS = Lexicon.from_toml(text("abbreviations"))
FOREIGN = Lexicon.from_toml(text("foreign"))
PLAIN_ABBREVIATIONS: dict[str, str] = {
    entry.written: entry.spoken for entry in ABBREVIATIONS.entries if not entry.scoped
}
