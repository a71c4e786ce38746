"""Web addresses and e-mail: labels by their known readings, "chấm", "gạch chéo", "a còng"."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

from .letters import spelled
from .line import WORDS, Doubt, Form, Line, Said
from .numbers import one_by_one
from .syllables import is_syllable

_TABLE = tomllib.loads(resources.files(__package__).joinpath("tables/web.toml").read_text("utf-8"))
_ENDINGS: dict[str, str] = _TABLE["endings"]
_LABELS: dict[str, str] = _TABLE["labels"]
_SIGNS = {"/": "gạch chéo", "-": "gạch ngang", "_": "gạch dưới", "@": "a còng", ".": "chấm"}
_PART = re.compile(r"[a-zđăâêôơư]+|[0-9]+|[./@_\-]")
_LONGEST_LABEL = max(map(len, _LABELS))

_TLD = "|".join(sorted(_ENDINGS, key=len, reverse=True))
_NAME = r"[A-Za-z0-9][A-Za-z0-9\-]{0,62}"
_EMAIL = re.compile(rf"(?<![\w@.])[A-Za-z0-9][A-Za-z0-9._+\-]{{0,63}}@{_NAME}(?:\.{_NAME}){{1,6}}(?![\w@])")
_URL = re.compile(
    rf"(?<![\w@.])(?:(?:https?://|(?=www\.))(?P<host>{_NAME}(?:\.{_NAME}){{1,6}})|(?P<bare>{_NAME}(?:\.{_NAME}){{0,5}}\.(?:{_TLD})))"
    r"(?P<path>/[A-Za-z0-9./_\-]{0,80}+)?(?P<query>[?#=&%][^\s]{0,400}+)?(?![\w@])",
    re.IGNORECASE,
)


def _label(label: str) -> tuple[str, bool]:
    """One run of letters, cut into known labels (longest first) or syllables; whether it was known."""
    if label in _LABELS:
        return _LABELS[label], True
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
        elif part.isdigit():
            said.append(one_by_one(part))
        elif previous == "." and part in _ENDINGS:
            said.append(_ENDINGS[part])
        else:
            words, known = _label(part)
            said.append(words)
            if not known:
                doubts.append(
                    Doubt(
                        at + match.start(), at + match.end(), "foreign-word",
                        "No reading is known for “{written}” in an address. Give its reading in the lexicon.",
                        {"written": part},
                    )
                )  # fmt: skip
        previous = part
    return " ".join(said), tuple(doubts)


def _read_email(match: re.Match[str], _line: Line) -> Said:
    words, doubts = _address(match.group(), match.start())
    return Said(match.start(), match.end(), words, "e-mail", doubts)


def _read_url(match: re.Match[str], _line: Line) -> Said | None:
    which = "host" if match["host"] else "bare"
    host, start = match[which], match.start(which)
    if host.replace(".", "").isdigit():
        return None
    if which == "bare" and (match["bare"] != match["bare"].lower() and match["bare"].count(".") == 1 and not match["path"]) and match["bare"][0].isdigit():
        return None
    if host.lower().startswith("www."):
        host, start = host[4:], start + 4
    path = (match["path"] or "").rstrip("/.")
    end = match.end("path") - len(match["path"]) + len(path) if match["path"] else match.end(which)
    words, doubts = _address(host + path, start)
    stop = match.end() if match["query"] else end + (1 if (match["path"] or "").startswith(path + "/") else 0)
    if match["query"]:
        doubts = (*doubts, Doubt(match.start("query"), match.end("query"), "left-out-of-address",
                                 "The end of this address, “{written}”, cannot be said and is left out.", {"written": match["query"]}))  # fmt: skip
    return Said(match.start(), stop, words, "web address", doubts)


FORMS = (Form("e-mail", _EMAIL, _read_email, WORDS, digits=False), Form("web address", _URL, _read_url, WORDS, digits=False))
