"""The passes in their order: what is surest and longest first, the general rule last."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import (
    blanks,
    codes,
    counts,
    dates,
    degrees,
    docnumbers,
    fractions,
    months,
    ordinals,
    places,
    quantities,
    romans,
    signs,
    telephones,
    times,
    web,
)
from .headings import read_start
from .known import ABBREVIATIONS, FIXED, FOREIGN
from .lexicon import Lexicon
from .line import Form, Line

PASSES: tuple[Callable[[Line], Line], ...] = (
    *web.FORMS,
    *blanks.FORMS,
    read_start,
    lambda line: FIXED.reading(line, "fixed form"),
    *docnumbers.FORMS,
    *codes.ROADS,
    *places.FORMS,
    *telephones.FORMS,
    *fractions.ADDRESSES,
    *fractions.RATED,
    *times.ROUND_THE_CLOCK,
    *months.QUARTERS,
    *dates.FORMS,
    *months.WITH_YEAR,
    *dates.WITHOUT_YEAR,
    *months.FORMS,
    *degrees.PLACES,
    *times.FORMS,
    *ordinals.FORMS,
    *quantities.FORMS,
    *degrees.FORMS,
    *codes.GRADES,
    *romans.FORMS,
    *fractions.FRACTIONS,
    *quantities.AFTER_NUMBERS,
    *signs.RATES,
    lambda line: ABBREVIATIONS.reading(line, "abbreviation"),
    lambda line: FOREIGN.reading(line, "foreign word"),
    *codes.FORMS,
    *counts.FORMS,
    *signs.FORMS,
)


_CALLED_BY: dict[str, int] = {}  # a mark of a line, and the passes it calls for as bits
_WITH_NUMBERS = _ALWAYS = 0
for _at, _one in enumerate(PASSES):
    if isinstance(_one, Form) and _one.at_numbers:
        _WITH_NUMBERS |= 1 << _at
    if not isinstance(_one, Form) or not _one.needs:
        _ALWAYS |= 1 << _at
    for _mark in _one.needs if isinstance(_one, Form) else ():
        _CALLED_BY[_mark] = _CALLED_BY.get(_mark, 0) | 1 << _at


def _called(line: Line) -> Iterator[Callable[[Line], Line]]:
    """The passes that can find something in a line, in their order."""
    bits = _ALWAYS
    for mark in line.marks:
        bits |= _CALLED_BY.get(mark, 0)
    if not line.numbers:
        bits &= ~_WITH_NUMBERS
    while bits:
        lowest = bits & -bits
        yield PASSES[lowest.bit_length() - 1]
        bits ^= lowest


def read_line(line: Line, lexicon: Lexicon) -> Line:
    """The line after every pass; the operator's lexicon comes before all of them."""
    line = lexicon.reading(line, "lexicon", sure=True)
    for one in _called(line):
        line = one(line)
    return line
