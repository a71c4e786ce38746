"""Change the commune's lexicon: readings given, taken back, imported. Bulletins that are now read otherwise follow."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from scheduler.audit.entry import instant_text
from scheduler.errors import ConflictError, NotFoundError
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import lexicon_rows
from scheduler.store.tables import BulletinRow, LexiconRow
from scheduler.usecases.lexicon_readings import place
from scheduler.usecases.render_anew import Anew, spoken_bulletins, take_back, voiced_anew
from scheduler.usecases.values import lexicon_value
from tts.normalise import read


@dataclass(frozen=True)
class LexiconChange(Anew):
    """What was written, and the bulletins that are read otherwise because of it."""

    added: tuple[LexiconRow, ...] = ()
    changed: tuple[LexiconRow, ...] = ()
    removed: tuple[LexiconRow, ...] = ()


def add_reading(station: Station, new: LexiconRow, now: datetime, *, dry_run: bool = False) -> LexiconChange:
    """Raises ConflictError when the form has a reading in this place already."""
    with station.store.writing(dry_run=dry_run) as session:
        known = next((row for row in lexicon_rows(session) if place(row) == place(new)), None)
        if known is not None:
            raise ConflictError(
                "“{written}” is read “{spoken}” already: remove that first, or import a file with the new reading",
                written=known.written,
                spoken=known.spoken,
            )
        change = _change(session, station, LexiconChange(added=(new,)), now)
    return change if dry_run else voiced_anew(station, change, now)


def import_readings(
    station: Station, listed: Sequence[LexiconRow], now: datetime, *, dry_run: bool = False
) -> LexiconChange:
    """Add readings, in the place of those of the same form beside the same words; the others stay."""
    with station.store.writing(dry_run=dry_run) as session:
        known = {place(row): row.spoken for row in lexicon_rows(session)}
        added = tuple(row for row in listed if place(row) not in known)
        changed = tuple(row for row in listed if known.get(place(row), row.spoken) != row.spoken)
        change = _change(session, station, LexiconChange(added=added, changed=changed), now)
    return change if dry_run else voiced_anew(station, change, now)


def remove_reading(
    station: Station, written: str, now: datetime, *, before: str = "", after: str = "", dry_run: bool = False
) -> LexiconChange:
    """Take back every reading of a written form; with `before` or `after` only that beside these words.

    Raises NotFoundError.
    """
    form, *beside = (unicodedata.normalize("NFC", text).strip() for text in (written, before, after))
    wanted = tuple(word.lower() for word in beside)
    with station.store.writing(dry_run=dry_run) as session:
        rows = [row for row in lexicon_rows(session) if row.written == form]
        gone = [row for row in rows if not any(wanted) or (row.before, row.after) == wanted]
        if not gone:
            raise NotFoundError(
                "the lexicon has no such reading of “{written}”; `loa lexicon list` shows what it has", written=form
            )
        at = instant_text(now)
        ended = tuple(LexiconRow(**{**row.model_dump(), "changed_at": at, "removed_at": at}) for row in gone)
        change = _change(session, station, LexiconChange(removed=ended), now)
    return change if dry_run else voiced_anew(station, change, now)


def _change(session: Session, station: Station, change: LexiconChange, now: datetime) -> LexiconChange:
    """Write the readings, and take off the air what is read otherwise now, all or nothing."""
    rows = [*change.added, *change.changed, *change.removed]
    if not rows:
        return change
    before = lexicon_value(lexicon_rows(session))
    append(session, "lexicon_changed", now, rows)
    after = lexicon_value(lexicon_rows(session))
    spoken = spoken_bulletins(session, now)
    touched = [row for row in spoken if read(row.text, before).words != read(row.text, after).words]
    return replace(change, **vars(take_back(session, station, touched, "bulletin_reread", _why, now)))


def _why(row: BulletinRow) -> Sentence:
    return Sentence("bulletin {id} is read otherwise", id=row.id)
