"""Numbers of official documents: 295/KH-UBND, 57-NQ/TW, 39/2020/TT-BTTTT, 72/2025/QH15, TCVN 7957:2023, Đề án 06.

The number is read, then the issuer; the kind of document only where its noun does not stand before. Where the text
itself goes on to name the issuer ("ngày … của Thủ tướng"), the code's issuer is not said twice.
"""

from __future__ import annotations

import re
import tomllib

from .letters import spelled
from .line import WORDS, Doubt, Form, Line, Said
from .numbers import cardinal, integer, named
from .tables import contexts, phrases, text

_CONTEXT = contexts("docnumbers")

_TABLE = tomllib.loads(text("documents"))
KINDS: dict[str, str] = _TABLE["kinds"]
ISSUERS: dict[str, str] = _TABLE["issuers"]
NOUNS: tuple[str, ...] = tuple(_TABLE["nouns"])

_GROUP = r"[A-ZĐƯÔƠĂÂÊ][A-Za-zĐđƯư&]{0,11}(?:\d{1,3}(?!\d))?"
_GROUPS = re.compile(_GROUP)
_CODED = re.compile(
    r"(?<![\w/.,-])(?P<number>\d{1,5})(?P<letter>[a-zA-ZĐ]?)(?: ?/ ?(?P<year>(?:19|20)\d\d))? ?[-/–] ?"
    rf"(?P<code>{_GROUP}(?: ?[-–/.] ?{_GROUP}){{0,4}})(?![\w/])"
)
_DATED = re.compile(r"(?<![\w/.,-])(?P<number>\d{1,4})/(?P<year>(?:19|20)\d\d)(?![\w/]|\.\d)")
_NAMED = re.compile(r"(?<![\w/.,–-])(?P<it>(?P<number>0\d{1,3}|\d{1,5})(?P<letter>[a-z]?))(?![/.,:–%-]{0,3}\w)")
_STANDARD = re.compile(
    r"(?<!\w)(?:TCVN|QCVN|TCXDVN|TCCS|ISO|IEC|ASTM)(?:[ /](?:ISO|IEC))*[ :]+"
    r"(?P<number>\d{1,5}(?:-\d{1,3})*):(?P<year>(?:19|20)\d\d)(?:/(?P<issuer>[A-ZĐ]{2,8}))?(?!\w)"
)
_LABEL = re.compile(r"(?<=[Ss]ố)(?P<it> ?:)(?= ?\d{1,5}[/-])")
_SHORT_NOUN = re.compile(r"(?<!\w)(?P<kind>[A-ZĐ]{1,4}r?)(?P<so> số)?:? $")
_QUALIFIED = re.compile(rf"(?:{'|'.join(NOUNS)})(?: [^\W\d_]+){{1,3}}$")
_NAMES_ISSUER = re.compile(
    r"[,;]?(?: ?\(?[Nn]gày \d{1,2}(?:[/.-]\d{1,2}[/.-]\d{4}| tháng \d{1,2} năm \d{4})\)?)?,?(?: của |, | )"
    rf"(?:{phrases('docnumbers', 'issuers_begin')})\b"
)
_COMMITTEES = ("TU", "HU", "ĐU", "TW")  # their offices are written in one: VPTU, BTGTU
_COUNTED = _CONTEXT["counted"]


def _issuer(group: str, at: int) -> tuple[str, tuple[Doubt, ...]]:
    if group in ISSUERS:
        return ISSUERS[group], ()
    session = re.fullmatch(r"(QH|UBTVQH)(\d{1,2})", group)
    if session:
        return f"{ISSUERS[session[1]]} khóa {cardinal(int(session[2]))}", ()
    for below in _COMMITTEES:
        if group.endswith(below) and group.removesuffix(below) in ISSUERS:
            return f"{ISSUERS[group.removesuffix(below)]} {ISSUERS[below]}", ()
    letters = group.rstrip("0123456789")
    said = spelled(letters) + (f" {integer(group[len(letters) :])}" if len(letters) < len(group) else "")
    template = "The issuer “{written}” is not known; its letters are read. Give its reading in the lexicon."
    return said, (Doubt(at, at + len(group), "unknown-issuer", template, {"written": group}),)


def _noun_before(line: Line, at: int) -> tuple[bool, bool]:
    """Whether a noun of documents stands right before a number, and whether "số" stands between them."""
    before = line.text[max(0, at - 48) : at].lower().rstrip(" :")
    bare = before.removesuffix(" số").removesuffix(" hành động")
    return bare.endswith(NOUNS), before.endswith(" số")


def _has_noun(line: Line, at: int) -> bool:
    """The same, with up to three words of a title between: Luật Đất đai số …, Nghị quyết liên tịch …"""
    if _noun_before(line, at)[0]:
        return True
    before = line.text[max(0, at - 48) : at].lower().rstrip(" :").removesuffix(" số")
    return _QUALIFIED.search(before) is not None


def _number(match: re.Match[str]) -> str:
    letter = f" {spelled(match['letter'])}" if match["letter"] else ""
    return named(match["number"]) + letter


def _read_coded(match: re.Match[str], line: Line) -> Said | None:
    """295/KH-UBND and its like; None for what has no known kind or issuer and no noun before."""
    groups = [(found.group(), match.start("code") + found.start()) for found in _GROUPS.finditer(match["code"])]
    names = [group for group, _ in groups]
    known = any(name in KINDS or name in ISSUERS for name in names)
    start = match.start()
    alone = not match["year"] and len(names) == 1 and (not known or len(names[0]) == 1)
    if alone and (len(names[0]) == 1 or not all(_noun_before(line, start))):
        return None
    words = _number(match) + (f" năm {cardinal(int(match['year']))}" if match["year"] else "")
    noun = _has_noun(line, start)
    short = None if noun else _SHORT_NOUN.search(line.open, max(0, start - 12), start)
    if short and short["kind"] in KINDS:
        noun, start = True, short.start()
        words = f"{KINDS[short['kind']]}{short['so'] or ''} {words}"
    if not noun and not match["year"] and not known:
        return None
    kind = ""
    if names[0] in KINDS and (len(groups) > 1 or names[0] not in ISSUERS):
        kind = KINDS[names[0]]
        groups = groups[1:]
    if kind and not noun:
        words += f", {kind}"
    issuers = [_issuer(group, at) for group, at in groups]
    if issuers and not _NAMES_ISSUER.match(line.text, match.end()):
        words += (", " if alone else " của ") + (" và " if "liên tịch" in kind else ", ").join(
            said for said, _ in issuers
        )
    return Said(start, match.end(), words, "document number", tuple(doubt for _, doubts in issuers for doubt in doubts))


def _read_dated(match: re.Match[str], line: Line) -> str | None:
    """Luật số 31/2024: a number and a year, after the noun of a document only."""
    if not _noun_before(line, match.start())[0]:
        return None
    return f"{named(match['number'])} năm {cardinal(int(match['year']))}"


def _read_named(match: re.Match[str], line: Line) -> str | None:
    """Đề án 06, Chỉ thị 05: the name keeps its zero; a count after the noun does not (thông báo 02 trường hợp)."""
    noun, so = _noun_before(line, match.start())
    if not noun or (not so and line.after(match.end()) in _COUNTED):
        return None
    return _number(match)


def _read_standard(match: re.Match[str], _line: Line) -> Said:
    """TCVN 7957:2023, QCVN 01:2024/BYT: the number as a name, its year, its issuer."""
    number = " ".join(named(group) for group in match["number"].split("-"))
    words = f"{number} năm {cardinal(int(match['year']))}"
    doubts: tuple[Doubt, ...] = ()
    if match["issuer"]:
        said, doubts = _issuer(match["issuer"], match.start("issuer"))
        words += f" của {said}"
    return Said(match.start("number"), match.end(), words, "standard", doubts)


_STANDARDS = _CONTEXT["standards"]
_LAST_OF_NOUNS = frozenset(noun.rpartition(" ")[2] for noun in NOUNS)
FORMS = (
    Form("standard", _STANDARD, _read_standard, WORDS, needs=_STANDARDS),
    Form("document number", _LABEL, lambda _match, _line: "", WORDS, needs=frozenset(":")),
    Form("document number", _CODED, _read_coded, WORDS, needs=frozenset("/-–"), at_numbers=True),
    Form("document number", _DATED, _read_dated, WORDS, needs=frozenset("/"), at_numbers=True),
    Form("document name", _NAMED, _read_named, WORDS, needs=_LAST_OF_NOUNS, at_numbers=True),
)
