"""What is written but never said inside a line: blank fields, the end mark, rows of dots."""

from __future__ import annotations

import re

from .line import WORDS, Form, Line, Said

_DOTS = r"(?:\.{3,}|…+|_{2,}|(?:\. ){3,}\.?)"
_END_MARK = re.compile(r"(?:\./\.?|(?<=\S)/\.|/\./)\s*$")
_NUMBER = re.compile(rf"(?<!\w)[Ss]ố ?:? ?(?:{_DOTS} ?|(?=/))[/-] ?[A-ZĐ][\w&]*(?:[-/][A-ZĐ][\w&]*)*")
_DATE = re.compile(
    rf"(?<!\w)[Nn]gày ?{_DOTS} ?"
    rf"(?:/ ?(?:{_DOTS}|\d{{1,2}}) ?/ ?(?:{_DOTS}|\d{{4}})"
    rf"|tháng ?(?:{_DOTS}|\d{{1,2}}) ?năm ?(?:{_DOTS}|\d{{4}}|20{_DOTS}))"
)
_DAY = re.compile(r"(?<!\w)(?P<it>[Nn]gày) +(?=tháng\b(?! ?(?:này|sau|trước|nào)))")
_FIELD = re.compile(r"\.{4,}|…{2,}|_{2,}|(?:\. ){3,}\.?")
_REFERENCE = re.compile(r"\[\d{1,3}\]")


def _leaving_out(rule: str, pattern: re.Pattern[str], why: str, needs: frozenset[str]) -> Form:
    def read(match: re.Match[str], _line: Line) -> Said:
        start, end = match.span("it") if "it" in pattern.groupindex else match.span()
        return Said(start, end, "", rule, silent=why)

    return Form(rule, pattern, read, WORDS, needs)


_BLANK = "a blank field is not read"
FORMS = (
    _leaving_out("end mark", _END_MARK, "the end mark is not read", frozenset("/")),
    _leaving_out("blank field", _NUMBER, _BLANK, frozenset("/")),
    _leaving_out("blank field", _DATE, _BLANK, frozenset(["ngày"])),
    _leaving_out("blank field", _DAY, _BLANK, frozenset(["ngày"])),
    _leaving_out("blank field", _FIELD, _BLANK, frozenset(".…_")),
    _leaving_out("reference", _REFERENCE, "a footnote mark is not read", frozenset("[")),
)
