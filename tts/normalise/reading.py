"""What comes out of the normaliser: the words, and the account of every decision.

Lines count from 1; `start` and `end` are character offsets (0-based, half-open) into the line as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One written form, its reading, and the rule that gave it."""

    line: int
    start: int
    end: int
    written: str
    spoken: str
    rule: str


@dataclass(frozen=True, slots=True)
class Warning:
    """Something no rule was sure of. `template` is an English msgid with {named} fields, filled from `values`."""

    line: int
    start: int
    end: int
    written: str
    kind: str
    template: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        return self.template.format(**self.values)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something written that is not read aloud, and why (an English msgid)."""

    line: int
    written: str
    why: str


@dataclass(frozen=True, slots=True)
class Slow:
    """A number or a telephone number (`kind`) among spoken words; `start` and `end` are offsets into them."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """The words of one written line, "" where nothing is read, and how they want to be said.

    `kind` is "text", "heading" or "item" (of a list). `role` says whose line it is: "" nobody's in particular, "male",
    "female", or "phrase:NAME" for a recorded phrase that stands here instead of words.
    """

    words: str
    kind: str = "text"
    role: str = ""
    slow: tuple[Slow, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """The spoken form of a text: one spoken line per written line."""

    spoken: tuple[SpokenLine, ...]
    rewrites: tuple[Rewrite, ...]
    warnings: tuple[Warning, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The words of every line, "" where nothing is read."""
        return tuple(line.words for line in self.spoken)

    @property
    def words(self) -> str:
        """The lines that are read, joined by line breaks."""
        return "\n".join(line for line in self.lines if line)
