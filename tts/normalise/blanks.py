"""What is written but never said inside a line: blank fields, the end mark, rows of dots."""

from __future__ import annotations

import re

from .line import WORDS, Form, Line, Said

_DOTS = r"(?:\.{3,}|…+|_{2,}|(?:\. ){3,}\.?)"
_BLANK_NUMBER = re.compile(rf"(?<!\w)[Ss]ố ?:? ?(?:{_DOTS} ?|(?=/))[/-] ?[A-ZĐ][\w&Đ]*(?:[-/][A-ZĐ][\w&]*)*")
_BLANK_DATE = re.compile(rf"(?<!\w)[Nn]gày ?{_DOTS} ?(?:/ ?(?:{_DOTS}|\d{{1,2}}) ?/ ?(?:{_DOTS}|\d{{4}})|tháng ?(?:{_DOTS}|\d{{1,2}}) ?năm ?(?:{_DOTS}|\d{{4}}|20{_DOTS}))")
_EMPTY_DAY = re.compile(r"(?<!\w)(?P<it>[Nn]gày) {1,}(?=tháng\b(?! ?(?:này|sau|trước|nào)))")
_FIELD = re.compile(r"(?:\.{4,}|…{2,}|_{2,}|(?:\. ){3,}\.?)")
_END_MARK = re.compile(r"(?:\./\.?|(?<=\S)/\.|-{3,}\s*/\.|/\./)\s*$")
_REFERENCE = re.compile(r"\[\d{1,3}\]")


def _leaving_out(rule: str, pattern: re.Pattern[str], why: str) -> Form:
    def read(match: re.Match[str], _line: Line) -> Said:
        start, end = match.span("it") if "it" in pattern.groupindex else match.span()
        return Said(start, end, "", rule, silent=why)

    return Form(rule, pattern, read, WORDS, digits=False)


FORMS = (
    _leaving_out("end mark", _END_MARK, "the end mark is not read"),
    _leaving_out("blank field", _BLANK_NUMBER, "a blank field is not read"),
    _leaving_out("blank field", _BLANK_DATE, "a blank field is not read"),
    _leaving_out("blank field", _EMPTY_DAY, "a blank field is not read"),
    _leaving_out("blank field", _FIELD, "a blank field is not read"),
    _leaving_out("reference", _REFERENCE, "a footnote mark is not read"),
)
