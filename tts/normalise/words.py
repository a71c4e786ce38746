"""The last pass: what no form took are plain words, letters, and punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from .letters import NAMES, spelled
from .line import WORDS, Doubt, Line, Said
from .syllables import ALPHABET, VOWELS, bare, is_syllable, usual_tone_place

_TOKEN = re.compile(r"[^\W\d_]+(?:['’](?=[^\W\d_])[^\W\d_]+)?|\d|\.{2,}|[^\w\s]|[_\t]")
_KEPT = frozenset(ALPHABET)
_STOP, _COMMA = ". ", ", "
_PAUSES = {
    ".": ".", "!": "!", "?": "?", ",": ",", ";": ",", ":": ",", "…": ",", "(": ",", ")": ",", "[": ",", "]": ",", "{": ",", "}": ",",
    "/": ",", "\t": ",", "|": ",", "–": ",", "—": ",", "→": ",", "\\": ",", "⇒": ",",
}  # fmt: skip
_SILENT = frozenset("“”‘’\"'*`_#^~<>«»•·●○▪■□◦-°²³$@")
_SPACED = re.compile(r"\s")


@lru_cache(maxsize=1 << 15)
def _plain(word: str) -> str | None:
    """The spoken form of a lower-case word that is a Vietnamese syllable; None for one that is not."""
    return usual_tone_place(word) if is_syllable(word) else None


def _latin(word: str) -> str:
    """A foreign word in the letters a voice knows."""
    if _KEPT.issuperset(word):
        return word
    folded = "".join(char if char in _KEPT else unicodedata.normalize("NFKD", char) for char in word)
    return "".join(char for char in folded if char in _KEPT)


def _foreign(word: str, start: int, end: int, line: Line) -> Said:
    """A word nobody gave a reading: letters of an abbreviation one by one, anything else as it stands; never in silence."""
    lower = word.lower().replace("’", "").replace("'", "")
    if len(word) == 1:
        name = NAMES.get(lower)
        if name is not None:
            return Said(start, end, name, "letter")
    capital = word.isupper() and len(word) > 1
    if capital and (not line.capitals or not any(vowel in bare(lower) for vowel in VOWELS)):
        return Said(
            start, end, spelled(word), "unknown abbreviation",
            (Doubt(start, end, "unknown-abbreviation", "“{written}” is not a known abbreviation; its letters are read. Give its reading in the lexicon.", {"written": word}),),
        )  # fmt: skip
    said = _latin(lower)
    if not any(vowel in bare(said) for vowel in VOWELS) and 0 < len(said) <= 5:
        said = spelled(said)
    if not said:
        return Said(start, end, "", "unreadable", silent="this script cannot be read")
    return Said(
        start, end, said, "foreign word",
        (Doubt(start, end, "foreign-word", "No reading is known for “{written}”. Give its reading in the lexicon.", {"written": word}),),
    )  # fmt: skip


def read_words(line: Line) -> tuple[str, list[Said]]:
    """The whole line in words, with the account of what was not plain."""
    at = {one.start: one for one in line.said}
    account: list[Said] = []
    out: list[str] = []
    text, open_ = line.text, line.open
    reached = 0
    pieces = sorted(at)
    for start in [*pieces, len(text)]:
        for match in _TOKEN.finditer(open_, reached, start):
            token = match.group()
            if token[0].isalpha():
                lower = token.lower()
                plain = _plain(lower) if len(lower) > 1 or lower in VOWELS else None
                if plain is not None and (line.capitals or len(token) == 1 or not _abbreviated(token)):
                    out.append(plain)
                    continue
                if plain is not None and lower != bare(lower):
                    out.append(plain)
                    continue
                one = _foreign(token, match.start(), match.end(), line)
                if plain is not None and one.rule == "unknown abbreviation" and not _abbreviated(token):
                    out.append(plain)
                    continue
                account.append(one)
                if one.words:
                    out.append(one.words)
            elif token[0].isdigit():
                out.append(_digit(token))
            else:
                pause = _pause(token, match, open_)
                if pause:
                    out.append(pause)
                elif pause is None:
                    account.append(Said(match.start(), match.end(), "", "sign", silent="this sign has no reading"))
        if start < len(text):
            one = at[start]
            if one.words:
                out.append(one.words)
            reached = one.end
    return _joined(out), account


def _digit(token: str) -> str:
    from_digit = "không một hai ba bốn năm sáu bảy tám chín".split()
    return from_digit[int(token)]


def _abbreviated(token: str) -> bool:
    """Whether capitals make a short syllable more likely an abbreviation than a word: two or three bare letters."""
    return token.isupper() and len(token) <= 3 and token.isascii()


def _pause(token: str, match: re.Match[str], text: str) -> str | None:
    """The pause of a sign, "" for one without sound, None for one that is unknown."""
    if token[0] == "." and len(token) > 1:
        return ","
    if token == "-":
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        return "," if before in (" ", "") or after in (" ", "") else ""
    if token == "–" or token == "—":
        return ","
    if token in _PAUSES:
        return _PAUSES[token]
    return "" if token in _SILENT else None


def _joined(out: list[str]) -> str:
    """Words with single blanks; of several pauses in a row the strongest stays, none stands first."""
    said: list[str] = []
    for piece in out:
        if piece in (".", "!", "?", ","):
            if not said:
                continue
            if said[-1] in (".", "!", "?", ","):
                if said[-1] == ",":
                    said[-1] = piece
                continue
            said.append(piece)
            continue
        if piece.endswith(","):
            said.extend((piece[:-1].strip(), ","))
            continue
        said.append(piece.strip())
    if said and said[-1] == ",":
        said.pop()
    text = ""
    parts: list[str] = []
    for piece in said:
        if piece in (".", "!", "?", ","):
            parts.append(piece)
        else:
            parts.append(" " + piece)
    return text.join(parts).strip()
