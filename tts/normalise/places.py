"""The kind of a place by its first letter, before its name or number: P. Hưng Bình, H. Yên Thành, Q.1, T. Nghệ An."""

from __future__ import annotations

import re

from .line import WORDS, Form, Line
from .syllables import ALPHABET
from .tables import contexts, phrases

_KINDS = {"P": "phường", "H": "huyện", "Q": "quận", "X": "xã", "T": "tỉnh", "Đ": "đường"}
_CAPITAL = f"[{ALPHABET.upper()}]"
_NAME = rf"(?!{phrases('places', 'offices')}){_CAPITAL}[^\W\d_]+ {_CAPITAL}"
_KIND = re.compile(rf"(?<![\w.])(?P<it>(?P<kind>[PHQXTĐ])\.)(?: ?(?=\d|{_NAME})|(?P<office>(?=[A-ZĐ]{{3}})))")
_PERSONS = contexts("places")["persons"]


def _read_kind(match: re.Match[str], line: Line) -> str | None:
    """None for the initial of a person: ông H. Văn Nam. Before an abbreviation P. is an office: P.CSGT."""
    if match["office"] is not None:
        return "phòng" if match["kind"] == "P" else None
    return None if line.word_before(match.start()) in _PERSONS else _KINDS[match["kind"]]


FORMS = (Form("kind of place", _KIND, _read_kind, WORDS, needs=frozenset(".")),)
