"""A reading of the commune's lexicon: what it must be, and the CSV that readings travel in."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from scheduler.audit.entry import instant_text
from scheduler.errors import StationError
from scheduler.sentence import Sentence, Sentences
from scheduler.sheet import read_sheet, written_sheet
from scheduler.store.tables import LexiconRow
from tts.normalise import Entry, LexiconError
from tts.normalise.syllables import is_syllable

COLUMNS = ("written", "spoken", "before", "after")
LONGEST = {"written": 100, "spoken": 300}
"""Characters. What is longer is no name but a text, and belongs into the bulletin."""
_WORD = re.compile(r"[^\W_]+")

Place = tuple[str, str, str]


def place(row: LexiconRow) -> Place:
    """What no two readings share: the written form and the words beside it."""
    return row.written, row.before, row.after


def reading(written: str, spoken: str, now: datetime, *, before: str = "", after: str = "") -> LexiconRow:
    """`written` is read `spoken`; with `before` (or `after`) only where that word stands before (or after) it.

    Raises LexiconError for what no voice can speak or no text can hold.
    """
    entry = Entry(written, spoken)
    for name, most in LONGEST.items():
        if len(getattr(entry, name)) > most:
            raise LexiconError(
                "“{beginning}…” is too long for the lexicon: expected at most {most} characters",
                beginning=getattr(entry, name)[:40],
                most=most,
            )
    words = _WORD.findall(entry.spoken)
    strange = [word for word in words if not is_syllable(word)]
    if strange or not words:
        raise LexiconError(
            "The reading of “{written}” must be made of Vietnamese syllables; “{strange}” is none. Write it as it "
            "sounds, such as phây búc for Facebook.",
            written=entry.written,
            strange=" ".join(strange) or entry.spoken,
        )
    return LexiconRow(
        written=entry.written,
        before=_beside(entry, before),
        after=_beside(entry, after),
        spoken=entry.spoken,
        changed_at=instant_text(now),
        removed_at=None,
    )


def read_readings(raw: bytes, now: datetime) -> list[LexiconRow]:
    """A CSV with the columns written, spoken, before, after (the last two may be missing).

    Raises StationError naming every wrong line.
    """
    rows: list[LexiconRow] = []
    faults: list[Sentence] = []
    lines: dict[Place, int] = {}
    for number, cells in read_sheet(raw, COLUMNS, needed=COLUMNS[:2]):
        try:
            row = reading(cells["written"], cells["spoken"], now, before=cells["before"], after=cells["after"])
        except LexiconError as error:
            fault = Sentence(error.template, **{key: str(value) for key, value in error.values.items()})
            faults.append(Sentence("line {number}: {fault}", number=number, fault=fault))
            continue
        first = lines.setdefault(place(row), number)
        if first != number:
            fault = Sentence("“{written}” has its reading in line {first} already", written=row.written, first=first)
            faults.append(Sentence("line {number}: {fault}", number=number, fault=fault))
        rows.append(row)
    if faults or not rows:
        found = tuple(faults) or (Sentence("it is empty"),)
        raise StationError("the lexicon cannot be used:\n  {faults}", faults=Sentences(found, between="\n  "))
    return rows


def written_readings(rows: Iterable[LexiconRow]) -> bytes:
    """The CSV that `read_readings` reads back."""
    return written_sheet(COLUMNS, [row.model_dump() for row in rows])


def _beside(entry: Entry, text: str) -> str:
    word = unicodedata.normalize("NFC", text).strip().lower()
    if word and not _WORD.fullmatch(word):
        raise LexiconError("Beside “{written}” stands one word; got “{word}”.", written=entry.written, word=word)
    return word
