"""Web addresses and e-mail: labels by their known readings, "chấm", "gạch chéo", "a còng"."""

from __future__ import annotations

import re
import tomllib

from .letters import spelled
from .line import WORDS, Doubt, Form, Line, Said
from .numbers import one_by_one
from .syllables import is_syllable
from .tables import text

_TABLE = tomllib.loads(text("web"))
_ENDINGS: dict[str, str] = _TABLE["endings"]
_LABELS: dict[str, str] = _TABLE["labels"]
_LONGEST_LABEL = max(map(len, _LABELS))
_SIGNS = {"/": "gạch chéo", "-": "gạch ngang", "_": "gạch dưới", "@": "a còng", ".": "chấm"}
_PART = re.compile(r"[a-zđăâêôơư]+|[0-9]+|[./@_\-]")

_NAME = r"[A-Za-z0-9][A-Za-z0-9\-]{0,62}"
_HOST = rf"{_NAME}(?:\.{_NAME}){{1,6}}"
_BARE_HOST = rf"{_NAME}(?:\.{_NAME}){{0,5}}\.(?:{'|'.join(sorted(_ENDINGS, key=len, reverse=True))})"
_PATH = r"(?P<path>/[A-Za-z0-9./_\-]{0,80}+)?(?P<query>[?#=&%]\S{0,400}+)?(?![\w@])"
_EMAIL = re.compile(rf"(?<![\w@.])[A-Za-z0-9][A-Za-z0-9._+\-]{{0,63}}@{_HOST}(?![\w@])")
_LINK = re.compile(rf"(?<![\w@.])(?:https?://|(?=www\.))(?P<host>{_HOST}){_PATH}", re.IGNORECASE)
_BARE = re.compile(rf"(?<![\w@.])(?P<host>{_BARE_HOST}){_PATH}", re.IGNORECASE)


def _label(label: str) -> tuple[str, bool]:
    """One run of letters, cut into known labels (longest first) or syllables; whether it was known."""
    said: list[str] = []
    at = 0
    while at < len(label):
        for length in range(min(_LONGEST_LABEL, len(label) - at), 1, -1):
            if label[at : at + length] in _LABELS:
                said.append(_LABELS[label[at : at + length]])
                at += length
                break
        else:
            break
    if at == len(label):
        return " ".join(said), True
    if is_syllable(label):
        return label, True
    return (spelled(label, foreign=True), len(label) == 1) if len(label) <= 3 else (label, False)


def _address(written: str, at: int) -> tuple[str, tuple[Doubt, ...]]:
    said: list[str] = []
    doubts: list[Doubt] = []
    previous = ""
    for match in _PART.finditer(written.lower()):
        part = match.group()
        if part in _SIGNS:
            said.append(_SIGNS[part])
        elif part.isdecimal():
            said.append(one_by_one(part))
        elif previous == "." and part in _ENDINGS:
            said.append(_ENDINGS[part])
        else:
            words, known = _label(part)
            said.append(words)
            if not known:
                template = "No reading is known for “{written}” in an address. Give its reading in the lexicon."
                doubts.append(Doubt(at + match.start(), at + match.end(), "foreign-word", template, {"written": part}))
        previous = part
    return " ".join(said), tuple(doubts)


def _read_email(match: re.Match[str], _line: Line) -> Said:
    words, doubts = _address(match.group(), match.start())
    return Said(match.start(), match.end(), words, "e-mail", doubts)


def _read_link(match: re.Match[str], _line: Line) -> Said | None:
    host, start, end = match["host"], match.start("host"), match.end("host")
    if host.replace(".", "").isdecimal():
        return None
    if host.lower().startswith("www."):
        host, start = host[4:], start + 4
    path = (match["path"] or "").rstrip("/.")
    words, doubts = _address(host + path, start)
    if match["query"]:
        template = "The end of this address, “{written}”, cannot be said and is left out."
        doubt = Doubt(*match.span("query"), "left-out-of-address", template, {"written": match["query"]})
        return Said(match.start(), match.end(), words, "web address", (*doubts, doubt))
    end += len(path) + ((match["path"] or "").startswith(path + "/"))
    return Said(match.start(), end, words, "web address", doubts)


FORMS = (
    Form("e-mail", _EMAIL, _read_email, WORDS, needs=frozenset("@")),
    Form("web address", _LINK, _read_link, WORDS, needs=frozenset(["http", "https", "www"])),
    Form("web address", _BARE, _read_link, WORDS, needs=frozenset(_ENDINGS)),
)
