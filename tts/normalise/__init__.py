"""Written Vietnamese → words a voice can speak."""

from .document import read
from .lexicon import Entry, Lexicon, LexiconError
from .reading import LeftOut, Reading, Rewrite, Warning

__all__ = ["Entry", "LeftOut", "Lexicon", "LexiconError", "Reading", "Rewrite", "Warning", "read"]
