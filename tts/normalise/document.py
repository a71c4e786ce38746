"""The verb of the package: `read` a text, line by line, and account for all of it."""

from __future__ import annotations

import re

from .blocks import left_out_lines
from .cleaning import Cleaned, clean
from .lexicon import Lexicon
from .line import Line, Said
from .passes import read_line
from .reading import LeftOut, Reading, Rewrite, SpokenLine, Warning
from .roles import take_role
from .words import read_words

_LINE_END = re.compile(r"\r\n|\r|\n")
_NOTHING = Lexicon()


def read(text: str, lexicon: Lexicon | None = None) -> Reading:
    """How a text is read aloud: one spoken line per written line, every rewrite, every doubt, everything left out.

    Words are lower-case NFC, with commas and . ! ? as pauses; nothing else but letters is in them. Never raises.
    """
    sources = _LINE_END.split(text)
    if len(sources) > 1 and not sources[-1]:
        sources.pop()
    taken = [take_role(source) for source in sources]
    cleaned = [clean(one.text) for one in taken]
    silent = left_out_lines([one.text for one in cleaned])
    spoken: list[SpokenLine] = []
    role = ""
    rewrites: list[Rewrite] = []
    warnings: list[Warning] = []
    left_out: list[LeftOut] = []
    for number, (source, one) in enumerate(zip(sources, cleaned, strict=True), start=1):
        mark = taken[number - 1]
        role = role if mark.role is None else mark.role
        if mark.phrase:
            spoken.append(SpokenLine("", role=f"phrase:{mark.phrase}"))
            continue
        if number - 1 in silent:
            spoken.append(SpokenLine(""))
            if source.strip():
                left_out.append(LeftOut(number, source.strip(), silent[number - 1]))
            continue
        if not one.text.strip():
            spoken.append(SpokenLine(""))
            if mark.text.strip():
                left_out.append(LeftOut(number, source.strip(), "signs without sound are not read"))
            continue
        line = read_line(Line.of(one.text), lexicon or _NOTHING)
        words, account, slow = read_words(line)
        spoken.append(SpokenLine(words, _kind(line), role, slow))
        left_out.extend(
            LeftOut(number, source[start:end], "LaTeX marks are not read, what they mean is")
            for start, end in one.latex
        )
        for said in sorted([*line.said, *account], key=lambda said: said.start):
            _account(number, source, one, said, rewrites, warnings, left_out)
    return Reading(tuple(spoken), tuple(rewrites), tuple(warnings), tuple(left_out))


def _kind(line: Line) -> str:
    """A heading, an item of a list, or text: as its start was read, or as capitals say."""
    rules = {one.rule for one in line.said}
    if "heading" in rules or (line.text.isupper() and not line.text.rstrip().endswith((".", ";", ","))):
        return "heading"
    return "item" if "bullet" in rules else "text"


def _account(
    number: int,
    source: str,
    cleaned: Cleaned,
    said: Said,
    rewrites: list[Rewrite],
    warnings: list[Warning],
    left_out: list[LeftOut],
) -> None:
    start, end = cleaned.source(said.start, said.end)
    if said.silent:
        left_out.append(LeftOut(number, source[start:end].strip(), said.silent))
    elif said.words:
        rewrites.append(Rewrite(number, start, end, source[start:end], said.words, said.rule))
    for doubt in said.doubts:
        start, end = cleaned.source(doubt.start, doubt.end)
        warnings.append(Warning(number, start, end, source[start:end], doubt.kind, doubt.template, doubt.values))
