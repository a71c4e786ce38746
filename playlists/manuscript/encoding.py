"""Bytes to text: Unicode in its usual dresses, and what was written before it (cases E9, E10).

A guess is told by the syllables it gives: text read in a wrong encoding has next to no Vietnamese syllables among its
accented words, and text read in the right one has little else.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from playlists.errors import LineError
from playlists.manuscript import legacy
from tts.normalise.syllables import is_syllable

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with BOM"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_READERS: tuple[tuple[str, Callable[[str], str | None]], ...] = (
    ("UTF-8 read as Windows-1252", legacy.from_utf8_as_cp1252),
    ("UTF-8 read as Windows-1258", legacy.from_utf8_as_cp1258),
    ("Windows-1258", legacy.from_cp1258),
    ("TCVN3 (ABC)", legacy.from_tcvn3),
    ("VNI-Windows", legacy.from_vni),
    ("VIQR", legacy.from_viqr),
)
_EDGES = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~“”‘’…–—•"
_SURE = 0.75  # this share of accented words must be Vietnamese syllables in a text that is read rightly
_FEWEST = 2  # accented syllables, before a legacy encoding is believed


@dataclass(frozen=True)
class Decoded:
    """The text with "\\n" line ends; `converted` when its letters were guessed, and somebody must confirm them."""

    text: str
    encoding: str
    converted: bool


@dataclass(frozen=True)
class _Weight:
    """Accented words that are Vietnamese syllables, and those that are not."""

    good: int
    bad: int

    @property
    def share(self) -> float:
        return self.good / (self.good + self.bad) if self.good + self.bad else 1.0


def decoded(raw: bytes) -> Decoded:
    """The text of a file. Raises LineError where no encoding gives Vietnamese, with the line of the first bad byte."""
    for mark, codec, name in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return _unicode(raw[len(mark) :], codec, name)
    if b"\0" in raw:
        return _unicode(raw, _utf16_without_mark(raw), "UTF-16")
    try:
        return recognised(_lines(raw.decode("utf-8")), "UTF-8")
    except UnicodeDecodeError as problem:
        found = recognised(_lines(legacy.opened_as_cp1252(raw)), "")
        if found.converted:
            return found
        raise LineError(
            raw.count(b"\n", 0, problem.start) + 1,
            "Vietnamese in UTF-8, TCVN3 or VNI was expected, and byte {byte:#04x} belongs to none of them here; "
            "save the file as UTF-8",
            byte=raw[problem.start],
        ) from None


def recognised(text: str, encoding: str) -> Decoded:
    """The text itself where it is Vietnamese in Unicode already, else what it becomes in the likeliest old encoding.

    Lines are converted one by one, so that a document with old and new fonts comes out whole.
    """
    as_it_is = _weight(text)
    if encoding and as_it_is.share >= _SURE and (as_it_is.good or not _maybe_viqr(text)):
        return Decoded(text, encoding, False)
    best, best_weight, best_name = text, as_it_is, encoding
    for name, reader in _READERS:
        candidate = "\n".join(_better(line, reader) for line in text.split("\n"))
        weight = _weight(candidate)
        if weight.share >= _SURE and weight.good >= _FEWEST and _gain(weight) > _gain(best_weight):
            best, best_weight, best_name = candidate, weight, name
    return Decoded(best, best_name, best_name != encoding)


def _better(line: str, reader: Callable[[str], str | None]) -> str:
    converted = reader(line)
    if converted is None or converted == line:
        return line
    return converted if _gain(_weight(converted)) > _gain(_weight(line)) else line


def _gain(weight: _Weight) -> int:
    return weight.good - 2 * weight.bad


def _weight(text: str) -> _Weight:
    good = bad = 0
    for token in unicodedata.normalize("NFC", text).lower().split():
        for part in token.strip(_EDGES).split("-"):
            if part and not part.isascii():
                if is_syllable(part):
                    good += 1
                else:
                    bad += 1
    return _Weight(good, bad)


def _maybe_viqr(text: str) -> bool:
    """Whether plain ASCII is full of the signs that VIQR writes for accents."""
    words = text.split()
    signed = sum(any(sign in word[1:] for sign in "^('`~+") or "dd" in word.lower() for word in words)
    return text.isascii() and signed >= max(3, len(words) // 4)


def _unicode(raw: bytes, codec: str, name: str) -> Decoded:
    try:
        return recognised(_lines(raw.decode(codec)), name)
    except UnicodeDecodeError as problem:
        before = raw[: problem.start].decode(codec, "replace")
        raise LineError(
            before.count("\n") + 1,
            "text in {encoding} was expected, and is damaged here; save the file as UTF-8 again",
            encoding=name,
        ) from None


def _utf16_without_mark(raw: bytes) -> str:
    """UTF-16 read the wrong way round, and any program or picture read so, is hardly ever in a Latin script."""
    for codec in ("utf-16-le", "utf-16-be"):
        text = raw.decode(codec, "replace")
        if sum(c in "\r\n\t" or " " <= c <= "\u036f" or "\u1e00" <= c <= "\u206f" for c in text) >= 0.9 * len(text):
            return codec
    raise LineError(0, "written text was expected, and the file holds zero bytes as programs and pictures do")


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
