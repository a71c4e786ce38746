"""Loa's own readings, loaded once. Their TOML is beside this file."""

from __future__ import annotations

import tomllib
from importlib import resources

from .lexicon import Lexicon


def text(name: str) -> str:
    """The TOML of one table."""
    return resources.files(__package__).joinpath(f"tables/{name}.toml").read_text("utf-8")


FIXED = Lexicon.from_toml(text("fixed"))  # forms with digits or strokes in them, which must be read before numbers are
ABBREVIATIONS = Lexicon.from_toml(text("abbreviations"))
FOREIGN = Lexicon.from_toml(text("foreign"))
BY_LETTERS: dict[str, str] = {entry.written: entry.spoken for entry in ABBREVIATIONS.entries if not entry.scoped}
