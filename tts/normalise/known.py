"""Loa's own readings of abbreviations, foreign words and fixed forms."""

from __future__ import annotations

import tomllib

from .lexicon import Entry, Lexicon
from .tables import text

FIXED = Lexicon.from_toml(text("fixed"))  # forms with digits or strokes in them, which must be read before numbers are
_ABBREVIATIONS = Lexicon.from_toml(text("abbreviations"))
_WRITTEN = frozenset(entry.written for entry in _ABBREVIATIONS.entries)
_SHORTEST = 3  # letters of an issuer or kind of document that stands for itself in running text, too
ABBREVIATIONS = Lexicon(
    (
        *_ABBREVIATIONS.entries,
        *(
            Entry(written, spoken)
            for table in ("issuers", "kinds")
            for written, spoken in tomllib.loads(text("documents"))[table].items()
            if len(written) >= _SHORTEST and written not in _WRITTEN
        ),
    )
)
FOREIGN = Lexicon.from_toml(text("foreign"))
PLAIN_ABBREVIATIONS: dict[str, str] = {
    entry.written: entry.spoken for entry in ABBREVIATIONS.entries if not entry.scoped
}
