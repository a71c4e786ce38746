"""Change the library of recorded phrases: one taken in, recorded anew, removed. Bulletins that call for it follow."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from playlists.fields import folded
from playlists.week import TIMEZONE
from scheduler.audit.entry import instant_text
from scheduler.errors import ConflictError
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import bulletin_rows, phrase_rows
from scheduler.store.tables import BulletinRow, PhraseRow
from scheduler.usecases.keep_recording import keep_recording
from scheduler.usecases.render_anew import Anew, spoken_bulletins, take_back, voiced_anew
from scheduler.usecases.vocabulary import calls_for, phrase_name, vocabulary
from tts.levels import Verdict
from tts.normalise import read


@dataclass(frozen=True, kw_only=True)
class PhraseChange(Anew):
    """The phrase as it stands now, what its recording is like, and the bulletins that sound otherwise because of it."""

    phrase: PhraseRow
    verdict: Verdict
    replaced: bool


def phrase_words(station: Station, name: str, words: str | None) -> str:
    """What is said in a phrase: `words`, else what it said until now, else "". Raises StationError for a bad name."""
    with station.store.reading() as session:
        old = _named(phrase_rows(session), phrase_name(name))
    return " ".join(words.split()) if words is not None else old.words if old else ""


def add_phrase(
    station: Station, name: str, file: Path, now: datetime, *, words: str | None = None, dry_run: bool = False
) -> PhraseChange:
    """A recording under a name, in the place of an earlier one. Raises as `phrase_words` and `keep_recording` do."""
    said = phrase_words(station, name, words)
    kept = keep_recording(station, file, read(said).words, dry_run=dry_run)
    with station.store.writing(dry_run=dry_run) as session:
        old = _named(phrase_rows(session), phrase_name(name))
        row = PhraseRow(
            name=old.name if old else phrase_name(name),
            recording=kept.name,
            words=said,
            changed_at=instant_text(now),
            removed_at=None,
        )
        change = PhraseChange(phrase=row, verdict=kept.verdict, replaced=old is not None)
        if old is not None and (old.recording, old.words) == (row.recording, row.words):
            return change
        sounds_otherwise = old is not None and old.recording != row.recording
        append(session, "phrase_recorded", now, [row])
        if sounds_otherwise:
            touched = [each for each in spoken_bulletins(session, now) if calls_for(each.text, row.name)]
            anew = take_back(session, station, touched, "bulletin_sounds_otherwise", _why, now)
            change = replace(change, **vars(anew))
    return change if dry_run else voiced_anew(station, change, now)


def remove_phrase(station: Station, name: str, now: datetime, *, dry_run: bool = False) -> PhraseRow:
    """Take a phrase out of the library; its file stays. Raises NotFoundError, ConflictError while a text needs it."""
    with station.store.writing(dry_run=dry_run) as session:
        written = vocabulary(session).phrase(name).name
        row = next(row for row in phrase_rows(session) if row.name == written)
        users = list(_users(station, bulletin_rows(session), row.name, now))
        if users:
            raise ConflictError(
                "the phrase “{name}” is still called for by {users}; take its line out there first",
                name=row.name,
                users=", ".join(users),
            )
        at = instant_text(now)
        gone = PhraseRow(**{**row.model_dump(), "changed_at": at, "removed_at": at})
        append(session, "phrase_removed", now, [gone])
    return gone


def _named(rows: Iterable[PhraseRow], name: str) -> PhraseRow | None:
    return next((row for row in rows if folded(row.name) == folded(name)), None)


def _users(station: Station, rows: Iterable[BulletinRow], name: str, now: datetime) -> Iterable[str]:
    """The bulletins that may still be played, and the keys of the configuration, that call for a phrase."""
    today = now.astimezone(TIMEZONE).date().isoformat()
    for row in rows:
        if row.state != "withdrawn" and row.valid_to >= today and calls_for(row.text, name):
            yield row.id
    for key in ("ident", "sign_off"):
        if calls_for(getattr(station.config.sound, key), name):
            yield f"[sound] {key}"


def _why(row: BulletinRow) -> Sentence:
    return Sentence("a phrase in bulletin {id} was recorded anew", id=row.id)
