"""One written line on its way to words.

A pass reads what it knows in `open` and returns a new line; what has been read is masked there by characters that no
pattern matches, so every span stays an offset into `text` and no later pass can touch it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

NUMBER = "\ue000"  # masks what can be the end of a range
WORDS = "\ue001"  # masks everything else that was read
MIXED = "a0"  # the mark of a line with letters and digits in one word
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
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

    `marks`: its characters and its small-letter words, so that a pass can tell at once that nothing here is for it.
    `numbers`: where its runs of digits begin. `capitals`: it is set in capitals throughout.
    """

    text: str
    open: str
    said: tuple[Said, ...]
    marks: frozenset[str]
    numbers: tuple[int, ...]
    capitals: bool

    @classmethod
    def of(cls, text: str) -> Line:
        """A line nothing of which has been read."""
        words = _WORD.findall(text.lower())
        marks = {*text, *words}
        numbers: list[int] = []
        for run in _DIGITS.finditer(text):
            start, end = run.span()
            numbers.append(start)
            if text[end : end + 1].isalpha() or (start and text[start - 1].isalpha()):
                marks.add(MIXED)
        return cls(text, text, (), frozenset(marks), tuple(numbers), len(words) > 2 and text.isupper())

    def saying(self, said: list[Said], mask: str) -> Line:
        """This line with more of it read. Spans must be open, ordered and apart."""
        pieces: list[str] = []
        at = 0
        for one in said:
            pieces.append(self.open[at : one.start])
            pieces.append(mask * (one.end - one.start))
            at = one.end
        pieces.append(self.open[at:])
        return Line(self.text, "".join(pieces), (*self.said, *said), self.marks, self.numbers, self.capitals)

    def before(self, at: int, count: int = 1) -> tuple[str, ...]:
        """The last `count` words before an offset, in small letters and in the order written (bounded look-back)."""
        return tuple(_WORD.findall(self.text[max(0, at - _REACH) : at].lower())[-count:])

    def word_before(self, at: int) -> str:
        """The last word before an offset, in small letters, or ""."""
        words = self.before(at)
        return words[0] if words else ""

    def after(self, at: int) -> str:
        """The first word after an offset, in small letters, or ""."""
        found = _WORD.search(self.text[at : at + _REACH].lower())
        return found.group() if found else ""

    def next_word(self, at: int) -> str:
        """The word that follows an offset behind one blank, in small letters, or ""."""
        return self.after(at) if self.text[at : at + 1] == " " and self.text[at + 1 : at + 2].isalnum() else ""


Answer = str | Said | None


@dataclass(frozen=True, slots=True)
class Form:
    """One written form: where it may stand and how it is read.

    `read` answers the words, a `Said` for a span of its own, or None where the match is not this form after all. The
    span is that of the group named "it", else the whole match. The form can stand only in lines that have one of the
    marks it `needs`, where it needs any; with `at_numbers`, only where a run of digits begins.
    """

    rule: str
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], Line], Answer]
    mask: str = NUMBER
    needs: frozenset[str] = frozenset()
    at_numbers: bool = False

    def __call__(self, line: Line) -> Line:
        """The line with every such form read."""
        found: list[Said] = []
        if not self.at_numbers:
            for match in self.pattern.finditer(line.open):
                self._take(match, line, found)
            return line.saying(found, self.mask) if found else line
        begins, text, reached = self.pattern.match, line.open, 0
        for start in line.numbers:
            if start >= reached and (here := begins(text, start)) is not None:
                reached = here.end()
                self._take(here, line, found)
        return line.saying(found, self.mask) if found else line

    def _take(self, match: re.Match[str], line: Line, found: list[Said]) -> None:
        answer = self.read(match, line)
        if isinstance(answer, str):
            start, end = match.span("it") if "it" in self.pattern.groupindex else match.span()
            answer = Said(start, end, answer, self.rule)
        if answer is not None:
            found.append(answer)
