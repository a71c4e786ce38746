"""The head of an official letter (Decree 30/2020/NĐ-CP, annex I): left out of what is read, and no title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playlists.fields import folded
from tts.normalise.roles import take_role

_MOTTO = re.compile(r"cong hoa xa hoi chu nghia viet nam|doc lap tu do hanh phuc|dang cong san viet nam")
_NUMBER = re.compile(r"\s*Số\s*:?[\s\d…._]{0,30}[-/–].{0,40}", re.IGNORECASE)
_PLACE_AND_DATE = re.compile(r".{0,40},\s*ngày[\s\d…._]{0,12}tháng[\s\d…._]{0,12}năm[\s\d…._]{0,12}", re.IGNORECASE)
_AGENCY = re.compile(
    r"(?:uy ban|ubnd|hdnd|hoi dong|dang uy|ban |tram |cong an|truong |hoi |doan |mat tran|uy ban mttq|phong |trung tam|"
    r"xa |phuong |thi tran |huyen |tinh |thanh pho |so |bo )"
)
_ORNAMENT = re.compile(r"[\s*_=~–—-]+")
_KIND = re.compile(
    r"(?:thong bao|ke hoach|quyet dinh|cong van|bao cao|huong dan|chi thi|nghi quyet|to trinh|thu ngo|thu moi|giay moi|"
    r"loi keu goi|ban tin|de an|chuong trinh|quy dinh|quy che|cong dien|ket luan|tuyen truyen|bai tuyen truyen)"
)
_REACH = 16  # lines from the top within which a letterhead ends
_LONGEST_TITLE = 160


@dataclass(frozen=True)
class Head:
    """`left_out`: the indexes of the letterhead's lines; `title`: what the text calls itself, "" where it is silent."""

    left_out: tuple[int, ...]
    title: str


def read_head(lines: Sequence[str]) -> Head:
    """What the first lines are. There is a letterhead where the motto, a document number or place and date stand."""
    filled = [index for index, line in enumerate(lines) if line.strip()]
    last = max((n for n, index in enumerate(filled[:_REACH]) if _certain(lines[index])), default=-1)
    letterhead = [index for index in filled[: last + 1] if _certain(lines[index]) or _agency(lines[index])]
    rest = [text for index in filled if index not in letterhead and (text := take_role(lines[index]).text.strip())]
    return Head(tuple(letterhead), _title(rest))


def _certain(line: str) -> bool:
    parts = [part for part in line.split("\t") if part.strip()]
    return bool(parts) and any(
        _MOTTO.search(folded(part)) or _NUMBER.fullmatch(part) or _PLACE_AND_DATE.fullmatch(part) for part in parts
    )


def _agency(line: str) -> bool:
    shouted = line.upper() == line and any(letter.isalpha() for letter in line)
    named = shouted and _AGENCY.match(folded(line) + " ") is not None and _KIND.fullmatch(folded(line)) is None
    subject = re.match(r"\s*(?:V/v|Về việc)\b", line) is not None  # a letter's subject stands below its number
    return (named and not subject) or _ORNAMENT.fullmatch(line) is not None


def _title(rest: Sequence[str]) -> str:
    if not rest:
        return ""
    first = rest[0]
    if len(rest) > 1 and _KIND.fullmatch(folded(first)) and first.upper() == first and len(rest[1]) <= _LONGEST_TITLE:
        following = rest[1]
        following = following.capitalize() if following.upper() == following else following
        return _short(f"{first.capitalize()} {following[:1].lower()}{following[1:]}")
    return _short(first.capitalize() if first.upper() == first and len(first.split()) > 1 else first)


def _short(line: str) -> str:
    """A title of one line: the first sentence of a line that is a paragraph, cut at a word where even that is long."""
    line = " ".join(line.split()).strip(" #*_")
    if len(line) > _LONGEST_TITLE:
        line = re.split(r"(?<=[.!?…])\s", line, maxsplit=1)[0]
    if len(line) > _LONGEST_TITLE:
        line = line[:_LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
    return line.rstrip(" .:;,") or line
