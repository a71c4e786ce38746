"""Telephone, account and identity numbers, number plates: digit by digit, in the groups written."""

from __future__ import annotations

import re

from .letters import spelled
from .line import WORDS, Form, Line
from .numbers import one_by_one
from .tables import contexts, phrases

_CONTEXT = contexts("telephones")

_GROUPS = re.compile(r"\d+")
_LINK = rf"(?: {{1,3}}(?:{phrases('telephones', 'links')})){{0,3}} {{0,3}}[:.]? {{0,3}}"
_CALL = phrases("telephones", "calls")
_CODE = phrases("telephones", "codes")

_PLUS = re.compile(r"(?<![\w+])\(?\+\s?84\)?(?:[ .\-]?\(?\d{1,4}\)?){2,5}(?![\w])")
_LONG = re.compile(r"(?<![\w/,+.\-])0\d{1,3}\)?(?:[ .\-]{0,2}\d{1,8}){1,4}(?![\w/]|,\d)")
_SERVICE = re.compile(
    r"(?<![\w/,.+\-])1[89]00(?:[ .\-]?\d{2,4}){1,3}(?![\w/,]|[.\-]\d)|(?<![\w/,.+\-])1[89]00\d{4}(?:\d\d)?(?![\w/,])"
)
_AFTER_CALL = re.compile(rf"(?<!\w)(?:{_CALL}){_LINK}(?P<it>\(?\d+\)?(?:[ .\-]\d+)*)(?![\w/%]|,\d)", re.IGNORECASE)
_AFTER_CODE = re.compile(rf"(?<!\w)(?:{_CODE}){_LINK}(?P<it>\d{{3,}}(?:[ .\-]\d+)*)(?![\w/%]|,\d)", re.IGNORECASE)
_SHORT = re.compile(
    r"(?<![\w/,.+\-])(?P<it>11[1-5]|1022|156|5656|14\d\d|18\d{3}|19\d{3}|80\d\d|9\d{3})"
    r"(?![\w/%]|[.,\-]\d)(?! ?[-–] ?\d)"
)
_PLATE = re.compile(r"(?<![\w.,/-])(\d{2})\s?-?\s?([A-ZĐ]{1,2})(\d?)\s?[-–.]?\s?(\d{3})\.?(\d{2}|\d)(?![\w/]|[.,]\d)")
_PROVINCE = re.compile(r"(?<!\w)(\d\d)([A-SU-Z])(?!\w)")  # 10T are tons
_BOAT = re.compile(r"(?<!\w)([A-ZĐ][A-Za-zĐ]{1,2})[- ](\d{4,5})[- ](TS)(?!\w)")
_CALLING = _CONTEXT["calling"]
_CALLED = re.compile(r"(?<!\w)(?:gọi|tổng đài|đường dây nóng|cấp cứu|số máy)(?!\w)", re.IGNORECASE)
_SENDING = _CONTEXT["sending"]
_GATEWAYS = _CONTEXT["gateways"]
_EMERGENCY = _CONTEXT["emergency"]
_COUNTED = _CONTEXT["counted"]


def _said(written: str) -> str:
    groups = _GROUPS.findall(written)
    if len(groups) == 1 and len(groups[0]) > 4:
        digits = groups[0]
        first = len(digits) % 3 or 3
        if len(digits) % 3 == 1:
            first = 4
        groups = [digits[:first], *(digits[at : at + 3] for at in range(first, len(digits), 3))]
    return ", ".join(one_by_one(group) for group in groups)


def _count(written: str) -> int:
    return sum(char.isdigit() for char in written)


def _read_plus(match: re.Match[str], _line: Line) -> str | None:
    rest = re.sub(r"^\(?\+\s?84\)?", "", match.group())
    return f"cộng {one_by_one('84')}, {_said(rest)}" if 10 <= _count(match.group()) <= 13 else None


def _read_long(match: re.Match[str], _line: Line) -> str | None:
    return _said(match.group()) if 10 <= _count(match.group()) <= 11 else None


def _read_service(match: re.Match[str], _line: Line) -> str | None:
    written = match.group()
    if 6 <= _count(written) <= 10 and not re.fullmatch(r"1[89]00[ .\-]+(?:19|20)\d\d", written):
        return _said(f"{written[:4]} {written[4:]}")
    return None


def _read_after_call(match: re.Match[str], line: Line) -> str | None:
    if _count(match["it"]) < 3 or (_count(match["it"]) < 6 and line.after(match.end("it")) in _COUNTED):
        return None
    return _said(match["it"])


def _read_after_code(match: re.Match[str], line: Line) -> str | None:
    return None if line.after(match.end("it")) in _COUNTED else _said(match["it"])


def _read_short(match: re.Match[str], line: Line) -> str | None:
    """113 and its like, where somebody is called: "gọi ngay 114", "cảnh sát 113"."""
    near = set(line.before(match.start(), 4))
    written = match["it"]
    if line.after(match.end()) in _COUNTED and line.text[match.end() : match.end() + 1] == " ":
        return None
    if near & (_CALLING | _EMERGENCY):
        return one_by_one(written)
    if written in _EMERGENCY and (
        near & {"số", "qua", "lực"} or _CALLED.search(line.text[max(0, match.start() - 80) : match.start()])
    ):
        return one_by_one(written)
    if len(written) == 4 and near & _SENDING and line.before(match.start())[-1] in _GATEWAYS:
        return one_by_one(written)
    return None


def _read_province(match: re.Match[str], line: Line) -> str | None:
    """xe 37A: the beginning of a plate."""
    if (
        line.text[match.start() - 1 : match.start()] != " "
        or line.word_before(match.start()) not in _CONTEXT["vehicles"]
    ):
        return None
    return f"{one_by_one(match[1])} {spelled(match[2])}"


def _read_boat(match: re.Match[str], _line: Line) -> str:
    return f"{spelled(match[1])}, {one_by_one(match[2])}, {spelled(match[3])}"


def _read_plate(match: re.Match[str], line: Line) -> str | None:
    province, letters, series, first, last = match.groups()
    if len(last) == 1 and not set(line.before(match.start(), 4)) & {"biển", "xe", "bks", "số"}:
        return None
    if " " in match.group().strip() and not set(line.before(match.start(), 4)) & {"biển", "bks", "kiểm"}:
        return None
    head = " ".join(filter(None, [one_by_one(province), spelled(letters), one_by_one(series)]))
    return (
        f"{head}, {one_by_one(first)}, {one_by_one(last)}" if len(last) == 2 else f"{head}, {one_by_one(first + last)}"
    )


_CALL_WORDS = _CONTEXT["call_words"]
_CODE_WORDS = _CONTEXT["code_words"]
FORMS = (
    Form("telephone", _PLUS, _read_plus, WORDS, needs=frozenset("+")),
    Form("telephone", _LONG, _read_long, WORDS, needs=frozenset("0"), at_numbers=True),
    Form("telephone", _SERVICE, _read_service, WORDS, needs=frozenset("1"), at_numbers=True),
    Form("number plate", _PLATE, _read_plate, WORDS, at_numbers=True),
    Form("number plate", _PROVINCE, _read_province, WORDS, needs=_CONTEXT["vehicles"], at_numbers=True),
    Form("number plate", _BOAT, _read_boat, WORDS, needs=frozenset(["ts"])),
    Form("telephone", _AFTER_CALL, _read_after_call, WORDS, needs=_CALL_WORDS),
    Form("code", _AFTER_CODE, _read_after_code, WORDS, needs=_CODE_WORDS),
    Form("telephone", _SHORT, _read_short, WORDS, at_numbers=True),
)
