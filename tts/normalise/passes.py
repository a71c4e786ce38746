"""The passes in their order: what is surest and longest first, the general rule last."""

from __future__ import annotations

from collections.abc import Callable

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
from .line import Line

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


def read_line(line: Line, lexicon: Lexicon) -> Line:
    """The line after every pass; the operator's lexicon comes before all of them."""
    line = lexicon.reading(line, "lexicon", sure=True)
    for one in PASSES:
        line = one(line)
    return line
