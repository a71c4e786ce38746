"""What texts are read with: the commune's lexicon, and the phrases that people recorded, called for by [câu: name]."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from sqlmodel import Session

from playlists.fields import folded
from scheduler.errors import NotFoundError, StationError
from scheduler.station import Station
from scheduler.store.queries import lexicon_rows, phrase_rows
from scheduler.usecases.values import lexicon_value
from tts.normalise import Lexicon, Reading, read
from tts.script import PHRASE
from tts.voices.recorded import RecordedVoice
from tts.voices.voice import Voice

LONGEST_NAME = 80
_NOT_IN_NAMES = frozenset("[]:")


@dataclass(frozen=True)
class Phrase:
    """``recording`` is a file of the station's recordings, ``words`` what is said in it, "" where nobody wrote it."""

    name: str
    recording: str
    words: str


@dataclass(frozen=True)
class Vocabulary:
    """All that a text is read with but its own words."""

    lexicon: Lexicon
    phrases: tuple[Phrase, ...]

    def read(self, text: str) -> Reading:
        """The reading, with the words of the phrases that it calls for. Raises as `phrase` does."""
        reading = read(text, self.lexicon)
        said = {
            role: read(phrase.words or phrase.name, self.lexicon).words for role, phrase in self.called(reading).items()
        }
        lines = [replace(line, words=" ".join(said[line.role].split("\n"))) if line.role in said else line
                 for line in reading.spoken]  # fmt: skip
        return replace(reading, spoken=tuple(lines))

    def called(self, reading: Reading) -> dict[str, Phrase]:
        """The phrases that a reading calls for, by role. Raises as `phrase` does."""
        return {f"{PHRASE}{name}": self.phrase(name) for name in _called(reading)}

    def phrase(self, written: str) -> Phrase:
        """The phrase of this name; accents, capitals and hyphens do not matter.

        Raises NotFoundError, with the nearest name that is known.
        """
        known = {folded(phrase.name): phrase for phrase in self.phrases}
        if phrase := known.get(folded(written)):
            return phrase
        for near in get_close_matches(folded(written), known, n=1):
            raise NotFoundError(
                "no phrase “{name}” is recorded; did you mean “{near}”?", name=written, near=known[near].name
            )
        raise NotFoundError("no phrase “{name}” is recorded; `loa phrase list` shows those that are", name=written)

    def voices(self, station: Station, reading: Reading) -> dict[str, Sequence[Voice]]:
        """Who speaks the phrases that a reading calls for: the recordings. Raises DecodeRefused for a lost file."""
        called = self.called(reading)
        return {role: [RecordedVoice(station.recordings / phrase.recording)] for role, phrase in called.items()}


def vocabulary(session: Session) -> Vocabulary:
    """As it stands in the store."""
    phrases = tuple(Phrase(row.name, row.recording, row.words) for row in phrase_rows(session))
    return Vocabulary(lexicon_value(lexicon_rows(session)), phrases)


def calls_for(text: str, name: str) -> bool:
    """Whether a text calls for the phrase of this name."""
    return folded(name) in map(folded, _called(read(text)))


def phrase_name(written: str) -> str:
    """A name as it is kept: one line in NFC, single blanks. Raises StationError for what no text could call for."""
    name = " ".join(unicodedata.normalize("NFC", written).split())
    if not folded(name) or len(name) > LONGEST_NAME or _NOT_IN_NAMES & set(name) or not name.isprintable():
        raise StationError(
            "“{name}” cannot name a phrase: expected 1 to {most} letters, digits and hyphens, such as chao-dau",
            name=name[:LONGEST_NAME],
            most=LONGEST_NAME,
        )
    return name


def _called(reading: Reading) -> list[str]:
    """The names of the phrases, each once, as they are written in the text."""
    roles = dict.fromkeys(line.role for line in reading.spoken if line.role.startswith(PHRASE))
    return [role.removeprefix(PHRASE) for role in roles]
