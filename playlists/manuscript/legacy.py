"""Vietnamese as it was written before Unicode, and Unicode that was misread on its way: each back to its letters.

Tables: legacy.toml. Every function takes a line and returns it converted, or None where it cannot be of that kind.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path

_TABLES = tomllib.loads(Path(__file__).with_name("legacy.toml").read_text("utf-8"))

_TCVN3 = {
    int(code, 16): letter
    for code, letter in zip(_TABLES["tcvn3"]["codes"].split(), _TABLES["tcvn3"]["letters"].split(), strict=True)
}
_VNI_LETTERS = dict(zip(_TABLES["vni"]["codes"].split(), _TABLES["vni"]["letters"].split(), strict=True))
_VNI_MARKS: dict[str, str] = {}
for _mark, _combining in _TABLES["vni"]["marks"].items():
    _VNI_MARKS[_mark] = _VNI_MARKS[_mark.upper()] = _combining
_SHAPES: dict[str, str] = _TABLES["viqr"]["shapes"]
_TONES: dict[str, str] = _TABLES["viqr"]["tones"]


def _byte_table(page: str) -> dict[str, int]:
    """Character to byte in a code page; a byte without a character there stands for itself."""
    table: dict[str, int] = {}
    for byte in range(256):
        table.setdefault(bytes([byte]).decode(page, "replace").replace("\ufffd", chr(byte)), byte)
    for byte in range(256):
        table.setdefault(chr(byte), byte)
    return table


_PAGES = {page: _byte_table(page) for page in ("cp1252", "cp1258")}

_CHARACTERS = {byte: character for character, byte in reversed(_PAGES["cp1252"].items())}

_VNI_BASE = frozenset("aeouyAEOUYơƠưƯ")
_WORD = re.compile(r"[^\W\d_]+")
# A full stop or question mark is a tone only where the word or the sentence visibly goes on behind it.
_VIQR = re.compile(r"(dd|DD|Dd)|([aeiouyAEIOUY])([(^+*])?(?:(['`~])|([?.])(?=[a-z]|[ ][a-z]|[,;:]))?")


def from_tcvn3(line: str) -> str | None:
    """TCVN3 (ABC) opened as Windows-1252. Its capitals were a matter of the font: shouted words are made whole."""
    converted = line.translate(_TCVN3)
    shouted = any("A" <= c <= "Z" for c in line) and not any("a" <= c <= "z" for c in line)
    return converted.upper() if shouted else _WORD.sub(_one_case, converted)


def from_vni(line: str) -> str | None:
    """VNI-Windows opened as Windows-1252: a letter, then the character that stands for its marks."""
    letters: list[str] = []
    base = False
    for character in line:
        if base and character in _VNI_MARKS:
            letters.append(_VNI_MARKS[character])
            base = False
        else:
            letter = _VNI_LETTERS.get(character, character)
            letters.append(letter)
            base = letter in _VNI_BASE
    return unicodedata.normalize("NFC", "".join(letters))


def from_viqr(line: str) -> str | None:
    """VIQR (RFC 1456), ASCII throughout."""
    if not line.isascii():
        return None
    return unicodedata.normalize("NFC", _VIQR.sub(_viqr_letter, line))


def from_utf8_as_cp1252(line: str) -> str | None:
    """UTF-8 that was opened as Windows-1252 and saved so ("ThÃ´ng bÃ¡o")."""
    return _read_again(line, "cp1252", "utf-8")


def from_utf8_as_cp1258(line: str) -> str | None:
    """UTF-8 that was opened as Windows-1258, the Vietnamese page, and saved so ("ThĂ´ng bĂ¡o")."""
    return _read_again(line, "cp1258", "utf-8")


def from_cp1258(line: str) -> str | None:
    """Windows-1258 opened as Windows-1252."""
    return _read_again(line, "cp1252", "cp1258")


def opened_as_cp1252(raw: bytes) -> str:
    """What an editor without Unicode shows; each byte is one character, so that nothing is lost."""
    return "".join(map(_CHARACTERS.__getitem__, raw))


def _read_again(line: str, wrong_page: str, codec: str) -> str | None:
    table = _PAGES[wrong_page]
    try:
        return unicodedata.normalize("NFC", bytes(table[character] for character in line).decode(codec))
    except (KeyError, UnicodeDecodeError):
        return None


def _one_case(word: re.Match[str]) -> str:
    plain = "".join(letter for letter in word.group() if letter.isascii())
    return word.group().upper() if len(plain) > 1 and plain.isupper() else word.group()


def _viqr_letter(match: re.Match[str]) -> str:
    d, vowel, shape, tone, final = match.groups()
    if d:
        return "đ" if d == "dd" else "Đ"
    return str(vowel) + _SHAPES.get(shape or "", "") + _TONES.get(tone or final or "", "")
