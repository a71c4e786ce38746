"""One written line on its way to words.

A pass reads what it knows in `open` and returns a new line; what has been read is masked there by characters that no
pattern matches, so every span stays an offset into `text` and no later pass can touch it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

NUMBER = "\ue000"  # masks something that can be the end of a range
WORDS = "\ue001"  # masks everything else that was read
_LAST_WORDS = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"[0-9]")
_REACH = 48


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a rule is not sure of, at a span of the line."""

    start: int
    end: int
    kind: str
    template: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Said:
    """A span of the line and its words; `silent` says why a span has none."""

    start: int
    end: int
    words: str
    rule: str
    doubts: tuple[Doubt, ...] = ()
    silent: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A cleaned line, what of it is still open, and what has been said.

    `numeric`: it has a digit or something read as a number; `capitals`: it is set in capitals throughout.
    """

    text: str
    open: str
    said: tuple[Said, ...] = ()
    numeric: bool = False
    capitals: bool = False

    @classmethod
    def of(cls, text: str) -> Line:
        """A line nothing of which has been read."""
        return cls(text, text, (), _DIGIT.search(text) is not None, text.isupper() and len(_LAST_WORDS.findall(text[:200])) > 2)

    def saying(self, said: list[Said], mask: str) -> Line:
        """This line with more of it read. Spans must be open, ordered and apart."""
        pieces: list[str] = []
        at = 0
        for one in said:
            pieces.append(self.open[at : one.start])
            pieces.append(mask * (one.end - one.start))
            at = one.end
        pieces.append(self.open[at:])
        return replace(self, open="".join(pieces), said=(*self.said, *said), numeric=self.numeric or mask == NUMBER)

    def before(self, at: int, count: int = 1) -> tuple[str, ...]:
        """The last `count` words before an offset, lower-case, in the order written (bounded look-back)."""
        return tuple(_LAST_WORDS.findall(self.text[max(0, at - _REACH) : at].lower())[-count:])

    def phrase_before(self, at: int, count: int = 3) -> str:
        """The last words before an offset, joined by single blanks."""
        return " ".join(self.before(at, count))

    def after(self, at: int) -> str:
        """The first word after an offset, lower-case, or ""."""
        found = _LAST_WORDS.search(self.text[at : at + _REACH].lower())
        return found.group() if found else ""


@dataclass(frozen=True, slots=True)
class Form:
    """One written form: where it may stand and how it is read.

    `read` answers the words, a `Said` for a span of its own, or None where the match is not this form after all.
    The span is that of the group named "it", else the whole match.
    """

    rule: str
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], Line], str | Said | None]
    mask: str = NUMBER
    digits: bool = True

    def __call__(self, line: Line) -> Line:
        """The line with every such form read."""
        if self.digits and not line.numeric:
            return line
        found: list[Said] = []
        for match in self.pattern.finditer(line.open):
            answer = self.read(match, line)
            if isinstance(answer, str):
                start, end = match.span("it") if "it" in self.pattern.groupindex else match.span()
                found.append(Said(start, end, answer, self.rule))
            elif answer is not None:
                found.append(answer)
        return line.saying(found, self.mask) if found else line
