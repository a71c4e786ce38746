"""Numbers of official documents: 295/KH-UBND, 57-NQ/TW, 39/2020/TT-BTTTT, 72/2025/QH15.

The number is read, then the issuer; the kind of document only where its noun does not stand before. Where the text itself goes
on to name the issuer ("ngày … của Thủ tướng"), the code's issuer is not said twice.
"""

from __future__ import annotations

import re
import tomllib
from importlib import resources

from .letters import spelled
from .line import WORDS, Doubt, Form, Line, Said
from .numbers import cardinal, integer, named

_TABLE = tomllib.loads(resources.files(__package__).joinpath("tables/documents.toml").read_text("utf-8"))
KINDS: dict[str, str] = _TABLE["kinds"]
ISSUERS: dict[str, str] = _TABLE["issuers"]
NOUNS: tuple[str, ...] = tuple(_TABLE["nouns"])

_GROUP = r"[A-ZĐƯÔƠĂÂÊ][A-Za-zĐđƯư&]{0,11}(?:\d{1,3}(?!\d))?"
_CODE = rf"{_GROUP}(?:\s?[-–/.]\s?{_GROUP}){{0,4}}"
_NUMBER = re.compile(
    rf"(?<![\w/.,-])(?:(?P<short>[A-ZĐ]{{1,4}}r?)(?P<so> số)?:? )?(?P<number>\d{{1,5}}[a-zA-ZĐ]?)(?:\s?/\s?(?P<year>(?:19|20)\d\d))?\s?[-/–]\s?(?P<code>{_CODE})(?![\w/])"
)
_STANDARD = re.compile(
    r"(?P<name>(?<!\w)(?:TCVN|QCVN|TCXDVN|TCCS|ISO|IEC|ASTM)(?:[ /](?:ISO|IEC))*[ :]+)(?P<number>\d{1,5}(?:-\d{1,3})*):(?P<year>(?:19|20)\d\d)(?:/(?P<issuer>[A-ZĐ]{2,8}))?(?!\w)"
)
_WITH_YEAR = re.compile(
    r"(?<![\w/.,-])(?P<number>\d{1,4})/(?P<year>(?:19|20)\d\d)(?![\w/])(?!\.\d)",
)
_NAMED = re.compile(
    rf"(?<!\w)(?P<noun>{'|'.join(NOUNS)})(?P<so>\s+(?:số|hành động số)\s*:?)?\s+(?P<it>0\d{{1,3}}|\d{{1,5}}(?P<letter>[a-z])?)(?![\w/.,:–%-]*\w)",
    re.IGNORECASE,
)
_NAMES_ISSUER = re.compile(
    r"[,;]?(?: ?\(?[Nn]gày \d{1,2}(?:[/.-]\d{1,2}[/.-]\d{4}| tháng \d{1,2} năm \d{4})\)?)?,?(?: của |, | )"
    r"(?P<issuer>(?:Bộ|Ban|Thủ|Chính|Quốc|Ủy|UBND|HĐND|Hội|Tỉnh|Huyện|Đảng|Trung|Sở|Thường|Chủ|BCH|BTV|Ủy|Công|Phòng|Cục|Tổng|Đoàn|Văn|Liên|Thanh|Tòa|Viện)\b)"
)
_LABEL = re.compile(r"(?<=[Ss]ố)(?P<it> ?:)(?= ?\d{1,5}[/-])")
_COUNTED = frozenset("trường hợp lần lượt hộ người xóm năm tháng ngày đồng buổi đợt bài tin nội vấn đề em cháu tổ nhóm đồng triệu tỷ nghìn đối".split())


def _issuer(group: str, at: int) -> tuple[str, tuple[Doubt, ...]]:
    if group in ISSUERS:
        return ISSUERS[group], ()
    session = re.fullmatch(r"(QH|UBTVQH)(\d{1,2})", group)
    if session:
        return f"{ISSUERS[session[1]]} khóa {cardinal(int(session[2]))}", ()
    letters = re.match(r"\D+", group)
    said = spelled(letters.group()) if letters else ""
    rest = group[len(letters.group()) :] if letters else group
    doubt = Doubt(
        at, at + len(group), "unknown-issuer",
        "The issuer “{written}” is not known; its letters are read. Give its reading in the lexicon.", {"written": group},
    )  # fmt: skip
    return (f"{said} {integer(rest)}" if rest else said), (doubt,)


def _has_noun(line: Line, at: int) -> bool:
    before = line.text[max(0, at - 48) : at].lower().rstrip(" :")
    before = re.sub(r"(?: hành động)?(?: số)?$", "", before)
    return before.endswith(NOUNS) or bool(re.search(rf"(?:{'|'.join(NOUNS)})(?: [^\W\d_]+){{0,2}}$", before))


def _read_number(match: re.Match[str], line: Line) -> Said | None:
    digits = match["number"]
    letter = digits[-1] if not digits[-1].isdigit() else ""
    number = named(digits.rstrip(letter)) + (f" {spelled(letter)}" if letter else "")
    groups = [(found.group(), match.start("code") + found.start()) for found in re.finditer(_GROUP, match["code"])]
    if len(groups) == 1 and not match["year"] and groups[0][0] not in ISSUERS and groups[0][0] not in KINDS:
        return None
    if len(groups) == 1 and not match["year"] and len(groups[0][0]) == 1:
        return None
    short = match["short"] or ""
    if short and short not in KINDS:
        return None
    noun = bool(short) or _has_noun(line, match.start())
    if not noun and not match["year"] and not any(group in KINDS or group in ISSUERS for group, _ in groups):
        return None
    year = f" năm {cardinal(int(match['year']))}" if match["year"] else ""
    kind = ""
    if groups[0][0] in KINDS and (len(groups) > 1 or groups[0][0] not in ISSUERS):
        kind = KINDS[groups[0][0]]
        groups = groups[1:]
    issuers: list[str] = []
    doubts: tuple[Doubt, ...] = ()
    for group, at in groups:
        said, doubt = _issuer(group, at)
        issuers.append(said)
        doubts += doubt
    words = number + year
    if short:
        words = f"{KINDS[short]}{match['so'] or ''} {words}"
    if kind and not noun:
        words += f", {kind}"
    if issuers and not _named_later(line, match.end()):
        words += " của " + (" và " if "liên tịch" in kind else ", ").join(issuers)
    return Said(match.start(), match.end(), words, "document number", doubts)


def _read_standard(match: re.Match[str], _line: Line) -> Said:
    """TCVN 7957:2023, QCVN 01:2024/BYT: the number as a name, its year, its issuer."""
    number = " ".join(named(group) for group in match["number"].split("-"))
    words, doubts = f"{number} năm {cardinal(int(match['year']))}", ()
    if match["issuer"]:
        said, doubts = _issuer(match["issuer"], match.start("issuer"))
        words += f" của {said}"
    return Said(match.start("number"), match.end(), words, "standard", doubts)


def _named_later(line: Line, at: int) -> bool:
    return bool(_NAMES_ISSUER.match(line.text, at))


def _read_with_year(match: re.Match[str], line: Line) -> str | None:
    """Luật số 31/2024: a number and a year, after the noun of a document only."""
    before = line.text[max(0, match.start() - 24) : match.start()].lower()
    if not re.search(rf"(?:{'|'.join(NOUNS)})(?: số)? ?$", before):
        return None
    return f"{named(match['number'])} năm {cardinal(int(match['year']))}"


def _read_named(match: re.Match[str], line: Line) -> str | None:
    """Đề án 06, Chỉ thị 05: the name keeps its zero."""
    if not match["so"] and line.after(match.end()) in _COUNTED:
        return None
    digits = match["it"].rstrip(match["letter"] or "")
    return named(digits) + (f" {spelled(match['letter'])}" if match["letter"] else "")


FORMS = (
    Form("standard", _STANDARD, _read_standard, WORDS),
    Form("document number", _LABEL, lambda _match, _line: "", WORDS),
    Form("document number", _NUMBER, _read_number, WORDS),
    Form("document number", _WITH_YEAR, _read_with_year, WORDS),
    Form("document name", _NAMED, _read_named, WORDS),
)
