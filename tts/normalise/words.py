"""The last pass: what no form took are plain words, letters, and punctuation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from .letters import NAMES, latin, spelled
from .line import WORDS, Doubt, Line, Said
from .numbers import UNITS
from .reading import Slow
from .syllables import VOWELS, bare, is_syllable, usual_tone_place

_LETTERS = "[^\\W\\d_²³¹½¼¾⅓⅔]+"
_TOKEN = re.compile(rf"{_LETTERS}(?:['’](?=[^\W\d_]){_LETTERS})?|\d|\.{{2,}}|[^\w\s]|[_\t²³¹½¼¾⅓⅔]")
_WORD_BEFORE = re.compile(r"(?<!\w)([^\W\d_]+) $")
_WORD_AFTER = re.compile(r" ([^\W\d_]+)(?!\w)")
_PAUSES = dict.fromkeys(",;:…()[]{}/|\\–—→⇒\t", ",") | {".": ".", "!": "!", "?": "?", "..": ","}
_SILENT = frozenset("“”‘’\"'*`_#^~<>«»•·●○▪■□◦°$@")
_UNKNOWN_ABBREVIATION = (
    "“{written}” is not a known abbreviation; its letters are read. Give its reading in the lexicon."
)
_UNKNOWN_WORD = "No reading is known for “{written}”. Give its reading in the lexicon."


@lru_cache(maxsize=1 << 15)
def _plain(word: str) -> str:
    """The spoken form of a word as written when it is a Vietnamese syllable, else ""."""
    lower = word.lower()
    if len(lower) == 1 and bare(lower) not in VOWELS:
        return ""
    return usual_tone_place(lower) if is_syllable(lower) else ""


def _has_vowel(word: str) -> bool:
    return any(letter in VOWELS for letter in bare(word))


def _looks_abbreviated(word: str) -> bool:
    """Two or three bare capitals among small letters are more likely an abbreviation than a word (CA, TU, BAN)."""
    return 1 < len(word) <= 3 and word.isupper() and word.isascii()


def _among_capitals(text: str, start: int, end: int) -> bool:
    """Whether the word beside it is a Vietnamese word in capitals too (BẢN TIN), so that capitals mean nothing here."""
    beside = (_WORD_BEFORE.search(text, max(0, start - 10), start), _WORD_AFTER.match(text, end, end + 10))
    return any(found is not None and found[1].isupper() and len(found[1]) > 1 and _plain(found[1]) for found in beside)


def _unknown(word: str, start: int, end: int, line: Line) -> Said:
    """A word nobody gave a reading: an abbreviation by its letters, anything else as it stands; never in silence."""
    lower = word.lower().replace("’", "").replace("'", "")
    if len(lower) == 1 and lower in NAMES:
        return Said(start, end, NAMES[lower], "letter")
    said = latin(lower)
    if not said:
        return Said(start, end, "", "unreadable", silent="this script cannot be read")
    capitals = len(word) > 1 and word.isupper()
    if (capitals and (not line.capitals or not _has_vowel(said))) or (not _has_vowel(said) and len(said) <= 5):
        doubt = Doubt(start, end, "unknown-abbreviation", _UNKNOWN_ABBREVIATION, {"written": word})
        return Said(start, end, spelled(said) if capitals else spelled(lower) or said, "unknown abbreviation", (doubt,))
    doubt = Doubt(start, end, "foreign-word", _UNKNOWN_WORD, {"written": word})
    return Said(start, end, said, "foreign word", (doubt,))


def _pause(token: str, start: int, text: str) -> str | None:
    """The pause of a sign, "" for one without sound, None for one that is unknown."""
    if token == "-":
        before, after = text[start - 1 : start], text[start + 1 : start + 2]
        apart = before in (" ", "") or after in (" ", "") or (before == WORDS and after == WORDS)
        return "," if apart else ""
    if token in _SILENT:
        return ""
    return _PAUSES.get(token[:2])


def read_words(line: Line) -> tuple[str, list[Said], tuple[Slow, ...]]:
    """The whole line in words, the account of what was not plain, and where among the words numbers stand."""
    out: list[str] = []
    account: list[Said] = []
    numbers: dict[int, str] = {}
    reached = 0
    for one in (*sorted(line.said, key=lambda said: said.start), None):
        end = len(line.text) if one is None else one.start
        for match in _TOKEN.finditer(line.open, reached, end):
            token, start = match.group(), match.start()
            if token[0].isalpha():
                plain = _plain(token)
                if plain and (
                    line.capitals or not _looks_abbreviated(token) or _among_capitals(line.text, start, match.end())
                ):
                    out.append(plain)
                    continue
                word = _unknown(token, start, match.end(), line)
                account.append(word)
                out.append(word.words)
            elif token.isdecimal():
                numbers[len(out)] = "number"
                out.append(UNITS[int(token)])
            else:
                pause = _pause(token, start, line.open)
                if pause is None:
                    account.append(Said(start, match.end(), "", "sign", silent="this sign has no reading"))
                else:
                    out.append(pause)
        if one is not None:
            if one.rule != "heading" and any(map(str.isdecimal, line.text[one.start : one.end])):
                numbers[len(out)] = "telephone" if one.rule == "telephone" else "number"
            out.append(one.words)
            reached = one.end
    words, slow = _joined(out, numbers)
    return words, account, slow


def _joined(out: list[str], numbers: Mapping[int, str]) -> tuple[str, tuple[Slow, ...]]:
    """Words with single blanks; of several pauses in a row the strongest stays, and none stands first.

    With them where in the words those pieces stand that `numbers` names by their index.
    """
    said: list[str] = []
    slow: list[Slow] = []
    pause = ""
    length = 0
    for index, piece in enumerate(out):
        if not piece:
            continue
        if piece in ".!?,":
            if not pause or (pause == "," and piece != ","):
                pause = piece
            continue
        if said:
            said.append(pause + " ")
            length += len(said[-1])
        pause = "," if piece.endswith(",") else ""
        said.append(piece.rstrip(","))
        if index in numbers:
            slow.append(Slow(length, length + len(said[-1]), numbers[index]))
        length += len(said[-1])
    return "".join(said) + (pause if said and pause != "," else ""), tuple(slow)
