"""Text without anything that is not seen: NFC, plain blanks, no invisible, directing or control characters (E8, E9)."""

from __future__ import annotations

import re
import unicodedata

from playlists.errors import LineError
from playlists.manuscript.note import Note

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_ALIKE = str.maketrans({"Ð": "Đ", "ð": "đ", "ƣ": "ư", "Ƣ": "Ư"})  # other alphabets' letters that Vietnamese fonts give
_LEFT_OUT = ("Cc", "Cf", "Co", "Cn", "Cs")
_LETTERS = re.compile(r"[^\W\d_]+")


def cleaned(text: str) -> tuple[str, list[Note], list[LineError]]:
    """The clean text with as many lines as came, what was left out, and what must not be guessed.

    A character that was lost already (U+FFFD) and a word of letters from two alphabets are refused: they look right to
    an approver and are spoken as something else.
    """
    notes: list[Note] = []
    faults: list[LineError] = []
    lines = [_clean_line(number, line, notes, faults) for number, line in enumerate(text.split("\n"), 1)]
    return "\n".join(lines), notes, faults


def with_plain_line_ends(text: str) -> str:
    """Every kind of line end as "\\n"."""
    return _LINE_ENDS.sub("\n", text)


def _clean_line(number: int, line: str, notes: list[Note], faults: list[LineError]) -> str:
    kept: list[str] = []
    left_out: list[str] = []
    for character in line:
        if character == "\t" or unicodedata.category(character) not in (*_LEFT_OUT, "Zs"):
            kept.append(character)
        elif unicodedata.category(character) == "Zs":
            kept.append(" ")
        else:
            left_out.append(character)
    if left_out:
        names = sorted({unicodedata.name(c, f"U+{ord(c):04X}") for c in left_out})
        template = "{count} characters that cannot be seen were left out: {names}"
        notes.append(Note(number, template, {"count": len(left_out), "names": ", ".join(names)}))
    clean = unicodedata.normalize("NFC", "".join(kept))
    if clean.translate(_ALIKE) != clean:
        clean = clean.translate(_ALIKE)
        notes.append(Note(number, "letters of other alphabets that look like đ and ư were replaced by them"))
    if "\ufffd" in clean:
        faults.append(
            LineError(number, "every letter was expected to be readable, and some were lost before; type them anew")
        )
    mixed = next(filter(_mixed, _LETTERS.findall(clean)), None)
    if mixed is not None:
        template = "the word {word!r} mixes letters of two alphabets that look alike; type it anew"
        faults.append(LineError(number, template, word=mixed))
    return clean


def _mixed(word: str) -> bool:
    if word.isascii():
        return False
    scripts = {unicodedata.name(letter, "").split(" ", 1)[0] for letter in word}
    return "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
