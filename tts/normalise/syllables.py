"""The Vietnamese syllable: which strings of letters are one, and where its tone mark stands."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache

from .tables import text

VOWELS = "aăâeêioôơuưy"
_MARKED = {
    "a": "áàảãạ", "ă": "ắằẳẵặ", "â": "ấầẩẫậ", "e": "éèẻẽẹ", "ê": "ếềểễệ", "i": "íìỉĩị",
    "o": "óòỏõọ", "ô": "ốồổỗộ", "ơ": "ớờởỡợ", "u": "úùủũụ", "ư": "ứừửữự", "y": "ýỳỷỹỵ",
}  # fmt: skip
ALPHABET = "".join(sorted("abcdđefghijklmnopqrstuvwxyzăâêôơư" + "".join(_MARKED.values())))
_TONE = {marked: (plain, tone) for plain, all_marked in _MARKED.items() for tone, marked in enumerate(all_marked)}
_BARE = str.maketrans({marked: plain for marked, (plain, _) in _TONE.items()})
_SHARP_OR_HEAVY = {0, 4}

_ONSET = re.compile(r"ngh|ng|nh|gh|gi(?=.)|kh|ph|th|tr|ch|qu|[bcdđghklmnprstvx]|")
_RIMES = frozenset(tomllib.loads(text("syllables"))["rimes"].split())
_OPEN_EARLY = re.compile(r"(?:[óòỏõọ][ae]|(?<!q)[úùủũụ]y)$")
_OPEN_LATE = re.compile(r"(?:(?<=o)([áàảãạ])|(?<=o)([éèẻẽẹ])|(?<=[^q]u)([ýỳỷỹỵ])|(?<=^u)([ýỳỷỹỵ]))$")


def bare(word: str) -> str:
    """The word without tone marks (circumflexes, horns and breves stay)."""
    return word.translate(_BARE)


@lru_cache(maxsize=1 << 15)
def is_syllable(word: str) -> bool:
    """Whether a lower-case NFC word is a possible Vietnamese syllable."""
    if len(word) > 7:
        return False
    plain = word.translate(_BARE)
    onset = _ONSET.match(plain)
    if onset is None:
        return False
    start, rime = onset.group(), plain[onset.end() :]
    if rime not in _RIMES:
        # "gì", "gìn", "giếng": the i belongs to both; "quốc" keeps its own vowel.
        return start == "gi" and ("i" + rime) in _RIMES
    if start in ("c", "g", "ng") and rime[0] in "eêiy":
        return start == "g" and rime[0] == "i"
    if start in ("gh", "ngh") and rime[0] not in "eêiy":
        return False
    tones = [_TONE[letter][1] for letter in word if letter in _TONE]
    if len(tones) > 1:
        return False
    if rime[-1] in "cpt" or rime.endswith("ch"):
        return bool(tones) and tones[0] in _SHARP_OR_HEAVY
    return True


@lru_cache(maxsize=1 << 15)
def usual_tone_place(word: str) -> str:
    """One spelling for the two styles of placing a tone mark: hoá → hóa, khoẻ → khỏe, uỷ → ủy (quý stays)."""
    late = _OPEN_LATE.search(word)
    if late is None or not is_syllable(word):
        return word
    plain, tone = _TONE[word[-1]]
    return f"{word[:-2]}{_MARKED[word[-2]][tone]}{plain}"


def tone_places(word: str) -> tuple[str, ...]:
    """Both spellings of a lower-case word whose tone mark may stand in two places, the usual one first; else itself."""
    usual = usual_tone_place(word)
    if _OPEN_EARLY.search(usual) is None or not is_syllable(usual):
        return (usual,)
    plain, tone = _TONE[usual[-2]]
    return usual, f"{usual[:-2]}{plain}{_MARKED[usual[-1]][tone]}"
