"""Parts of a document that are not read: recipients, the signature block, tables; only in their context."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .syllables import ALPHABET

_RECIPIENTS = re.compile(r"\s*[*_]*nơi nhận ?:?[*_]* ?:?\s*(?:[-–+].*)?$", re.IGNORECASE)
_ITEM = re.compile(r"\s*(?:[-–+•*]|như trên|lưu\b)", re.IGNORECASE)
_CAPITAL, _SMALL = ALPHABET.upper(), ALPHABET
_CAPITALS = f"[{_CAPITAL} ,–-]"
_AUTHORITY = re.compile(rf"\s*[*_]*(?:TM|KT|TL|TUQ|Q|T/M|K/T|T/L)\b ?[./]? ?{_CAPITALS}{{4,60}}[*_]*\s*$")
_OFFICE = re.compile(
    r"\s*[*_]*(?:PHÓ |QUYỀN |ỦY VIÊN |UỶ VIÊN )?(?:CHỦ TỊCH|BÍ THƯ|GIÁM ĐỐC|TRƯỞNG|CHÁNH VĂN PHÒNG|HIỆU TRƯỞNG|"
    rf"TRẠM TRƯỞNG|CHỈ HUY TRƯỞNG|BAN THƯỜNG VỤ|THƯỜNG TRỰC|TỔNG){_CAPITALS}{{0,50}}[*_]*\s*$"
)
_NAME = re.compile(
    rf"\s*[*_]*(?:(?:TS|ThS|BS|GS|PGS|KS)\.? )?[{_CAPITAL}][{_SMALL}]*(?: [{_CAPITAL}][{_SMALL}]*){{1,4}}[*_]*\s*$"
)
_SIGNED = re.compile(r"\s*\(?(?:đã ký|ký tên|ký, đóng dấu|ký tên, đóng dấu)[^)]{0,20}\)?\s*$", re.IGNORECASE)
_BLANK_HEAD = re.compile(r"\s*(?:[Ss]ố|SỐ) ?:? {0,8}(?:\.{2,}|…+)? {0,8}[/-] ?[A-ZĐ][\w&]*(?:[-/ ]+[A-ZĐ][\w&]*)*\s*$")

_WHY_RECIPIENTS = "the list of recipients is not read"
_WHY_SIGNATURE = "the signature block is not read"
_WHY_TABLE = "a table is not read"
_WHY_BLANK = "a blank field is not read"


def left_out_lines(lines: Sequence[str]) -> dict[int, str]:
    """The indexes of lines that are not read, each with the reason."""
    silent: dict[int, str] = {}
    index = 0
    while index < len(lines):
        taken = _recipients(lines, index) or _signature(lines, index) or _table(lines, index)
        if taken:
            silent.update(taken)
            index = max(taken) + 1
            continue
        if _BLANK_HEAD.match(lines[index]) and len(lines) > 1:
            silent[index] = _WHY_BLANK
        index += 1
    return silent


def _written(lines: Sequence[str], index: int) -> int:
    """The next line at or after `index` that has something on it, or the end."""
    while index < len(lines) and not lines[index].strip():
        index += 1
    return index


def _recipients(lines: Sequence[str], index: int) -> dict[int, str]:
    """Nơi nhận: with at least one item below (or on the same line), and the signature that may follow."""
    head = _RECIPIENTS.match(lines[index])
    if not head:
        return {}
    taken = {index: _WHY_RECIPIENTS}
    at = _written(lines, index + 1)
    items = lines[index].rstrip().rstrip(":*_ ").lower() != "nơi nhận"
    while at < len(lines) and _ITEM.match(lines[at]):
        taken[at] = _WHY_RECIPIENTS
        items = True
        at = _written(lines, at + 1)
    if not items:
        return {}
    return taken


def _signature(lines: Sequence[str], index: int) -> dict[int, str]:
    """TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH / PHÓ CHỦ TỊCH / name: two such lines, or one and a name."""
    taken: dict[int, str] = {}
    at, titles = index, 0
    while at < len(lines) and (_AUTHORITY.match(lines[at]) or (titles and _OFFICE.match(lines[at]))):
        taken[at] = _WHY_SIGNATURE
        titles += 1
        at = _written(lines, at + 1)
    if not titles:
        return {}
    if at < len(lines) and _SIGNED.match(lines[at]):
        taken[at] = _WHY_SIGNATURE
        at = _written(lines, at + 1)
    named = at < len(lines) and bool(_NAME.match(lines[at])) and not lines[at].strip().isupper()
    if named:
        taken[at] = _WHY_SIGNATURE
    return taken if titles > 1 or named else {}


def _table(lines: Sequence[str], index: int) -> dict[int, str]:
    """Two or more neighbouring lines with tabs inside them."""
    taken: dict[int, str] = {}
    at = index
    while at < len(lines) and "\t" in lines[at].strip():
        taken[at] = _WHY_TABLE
        at = _written(lines, at + 1)
    return taken if len(taken) > 1 else {}
