"""Readings of written forms, scoped by the word before or after: the operator's lexicon, and Loa's own tables.

TOML, one shape for both:

    [words]
    "QL7B" = "quốc lộ bảy bê"

    [[scoped]]
    written = "ND"
    spoken = "nông dân"
    before = ["hội"]          # the word before it is one of these
    after = []                # the word after it is one of these

A written form that has a capital letter is matched as it is written, and in a line of capitals; one in small letters in
any case. Tone marks may stand in either place (hoà, hòa). Longer forms win over shorter ones, scoped over plain ones.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from tts.errors import ReadableError

from .line import WORDS, Line, Said
from .syllables import ALPHABET, is_syllable, tone_places, usual_tone_place

_ATOM = re.compile(r"[^\W_]+")
_CODE_GOES_ON = re.compile(r"[-–][A-ZĐ]{0,4}\d{1,4}(?!\d|/)")  # VT-NA6 is one name
_SPOKEN = re.compile(f"[{ALPHABET} ,]+")


class LexiconError(ReadableError):
    """An entry that cannot be used."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One reading, in small letters and commas. `before`, `after`: small-letter words beside it, empty = anywhere."""

    written: str
    spoken: str
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "written", unicodedata.normalize("NFC", self.written).strip())
        spoken = " ".join(unicodedata.normalize("NFC", self.spoken).lower().split())
        object.__setattr__(self, "spoken", _usual(spoken))
        object.__setattr__(self, "before", frozenset(map(_usual, self.before)))
        object.__setattr__(self, "after", frozenset(map(_usual, self.after)))
        if not _ATOM.match(self.written):
            raise LexiconError(
                "A written form begins with a letter or a digit; “{written}” does not. Write it as in the bulletins.",
                written=self.written,
            )
        if not _SPOKEN.fullmatch(self.spoken):
            raise LexiconError(
                "The reading of “{written}” must be words; got “{spoken}”. Write numbers and signs out.",
                written=self.written,
                spoken=self.spoken,
            )

    @property
    def scoped(self) -> bool:
        """Whether it holds only beside certain words."""
        return bool(self.before or self.after)

    def holds(self, line: Line, start: int) -> int:
        """The end of this entry in the line when it stands at `start`, else -1."""
        end = start + len(self.written)
        here = line.open[start:end]
        if here != self.written and not self._spelt(here, line.capitals):
            return -1
        if self.written[-1].isalnum() and line.text[end : end + 1].isalnum():
            return -1
        if self.written.isupper() and _CODE_GOES_ON.match(line.text, end):
            return -1
        if self.before and self.before.isdisjoint(map(_usual, line.before(start))):
            return -1
        if self.after and _usual(line.after(end)) not in self.after:
            return -1
        return end

    def _spelt(self, here: str, capitals: bool) -> bool:
        """Whether `here` is the written form in other capitals or with tone marks in their other place (hoà, hòa)."""
        small = self.written.lower()
        if len(here) != len(small) or _usual(here.lower()) != _usual(small):
            return False
        if self.written == small or (capitals and here.isupper()):
            return True
        return all(a.isupper() == b.isupper() for a, b in zip(here, self.written, strict=True))


class Lexicon:
    """A frozen set of entries, found by the first letters or digits of their written forms."""

    __slots__ = ("__dict__", "entries")
    entries: tuple[Entry, ...]

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries = tuple(entries)

    @classmethod
    def from_toml(cls, text: str) -> Lexicon:
        """Entries out of TOML (see the module); raises LexiconError for a table of another shape."""
        try:
            return cls(_entries(tomllib.loads(text)))
        except tomllib.TOMLDecodeError as error:
            raise LexiconError("The lexicon is not TOML: {error}.", error=str(error)) from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lexicon) and set(self.entries) == set(other.entries)

    def __hash__(self) -> int:
        return hash(frozenset(self.entries))

    @cached_property
    def index(self) -> Mapping[str, tuple[Entry, ...]]:
        """Entries by the lower-case first atom of their written form, the one to try first standing first."""
        index: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            first = _ATOM.match(entry.written)
            for atom in tone_places(first.group().lower() if first else ""):
                index[atom].append(entry)
        return {
            atom: tuple(sorted(entries, key=lambda entry: (-len(entry.written), not entry.scoped)))
            for atom, entries in index.items()
        }

    def reading(self, line: Line, rule: str, *, sure: bool = False) -> Line:
        """The line with every entry's form read.

        In a line of capitals, what may be a plain word (AI, CA) is left alone, unless the entries are `sure`.
        """
        index, reached = self.index, 0
        if index.keys().isdisjoint(line.marks):
            return line
        found: list[Said] = []
        for match in _ATOM.finditer(line.open):
            entries = index.get(match.group().lower())
            if entries is None or match.start() < reached:
                continue
            plain = line.capitals and not sure and is_syllable(match.group().lower())
            for entry in entries:
                end = -1 if plain and entry.written.isalpha() else entry.holds(line, match.start())
                if end >= 0:
                    found.append(Said(match.start(), end, entry.spoken, rule))
                    reached = end
                    break
        return line.saying(found, WORDS) if found else line


@lru_cache(maxsize=1 << 14)
def _usual(text: str) -> str:
    """Small-letter text with every tone mark in its usual place."""
    return _ATOM.sub(lambda word: usual_tone_place(word.group()), text)


def _entries(table: Mapping[str, object]) -> Iterable[Entry]:
    words, scoped = table.get("words", {}), table.get("scoped", [])
    unknown = ", ".join(sorted(set(table) - {"words", "scoped"}))
    if unknown or not isinstance(words, dict) or not isinstance(scoped, list):
        raise LexiconError(
            "A lexicon holds a table [words] and tables [[scoped]]; this one has {found}.",
            found=unknown or "another shape",
        )
    for written, spoken in words.items():
        yield Entry(written, _text(spoken, written))
    for one in scoped:
        if (
            not isinstance(one, dict)
            or set(one) - {"written", "spoken", "before", "after"}
            or not {"written", "spoken"} <= set(one)
        ):
            raise LexiconError("A [[scoped]] entry has written, spoken, before, after; got {found}.", found=str(one))
        written = _text(one["written"], "scoped")
        yield Entry(
            written,
            _text(one["spoken"], written),
            _words(one.get("before"), written),
            _words(one.get("after"), written),
        )


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise LexiconError("The entry “{where}” needs text, got {value}.", where=where, value=str(value))
    return value


def _words(value: object, where: str) -> frozenset[str]:
    if value is None:
        return frozenset()
    if not isinstance(value, list):
        raise LexiconError(
            "“before” and “after” of “{where}” are lists of words, got {value}.", where=where, value=str(value)
        )
    return frozenset(unicodedata.normalize("NFC", _text(word, where)).lower() for word in value)
