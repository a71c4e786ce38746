"""Change the commune's lexicon: readings given, taken back, imported. Bulletins that are now read otherwise follow."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from playlists.week import TIMEZONE
from scheduler.audit.entry import instant_text
from scheduler.errors import ConflictError, NotFoundError
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import bulletin_rows, lexicon_rows
from scheduler.store.tables import BulletinRow, LexiconRow, SlotRow
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.lexicon_readings import place
from scheduler.usecases.values import lexicon_value
from scheduler.usecases.voice_bulletin import voice_bulletin
from scheduler.usecases.withdraw_bulletin import off_the_air
from tts.errors import ReadableError
from tts.normalise import Lexicon, read


@dataclass(frozen=True)
class LexiconChange:
    """What was written, the bulletins that are drafts again because they are read otherwise, and what left the air.

    `silent` are those of the bulletins that no voice could speak anew, with the reason.
    """

    added: tuple[LexiconRow, ...]
    changed: tuple[LexiconRow, ...]
    removed: tuple[LexiconRow, ...]
    bulletins: tuple[str, ...] = ()
    cancelled: tuple[SlotRow, ...] = ()
    receivers: tuple[str, ...] = ()
    silent: tuple[tuple[str, ReadableError], ...] = ()


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
        change = _change(session, station, LexiconChange((new,), (), ()), now)
    return change if dry_run else _voiced_anew(station, change, now)


def import_readings(
    station: Station, listed: Sequence[LexiconRow], now: datetime, *, dry_run: bool = False
) -> LexiconChange:
    """Add readings, in the place of those of the same form beside the same words; the others stay."""
    with station.store.writing(dry_run=dry_run) as session:
        known = {place(row): row.spoken for row in lexicon_rows(session)}
        added = tuple(row for row in listed if place(row) not in known)
        changed = tuple(row for row in listed if known.get(place(row), row.spoken) != row.spoken)
        change = _change(session, station, LexiconChange(added, changed, ()), now)
    return change if dry_run else _voiced_anew(station, change, now)


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
        change = _change(session, station, LexiconChange((), (), ended), now)
    return change if dry_run else _voiced_anew(station, change, now)


def _change(session: Session, station: Station, change: LexiconChange, now: datetime) -> LexiconChange:
    """Write the readings, and take off the air what is read otherwise now, all or nothing."""
    rows = [*change.added, *change.changed, *change.removed]
    if not rows:
        return change
    before = lexicon_value(lexicon_rows(session))
    append(session, "lexicon_changed", now, rows)
    touched = list(_read_otherwise(session, before, lexicon_value(lexicon_rows(session)), now))
    cancelled: dict[str, SlotRow] = {}
    shortened: set[str] = set()
    for row in touched:
        # One after the other: a programme may name several of them.
        taken = off_the_air(session, station, row, Sentence("bulletin {id} is read otherwise", id=row.id), now)
        draft = {"state": "draft", "clip": None, "updated_at": instant_text(now)}
        append(session, "bulletin_reread", now, [BulletinRow(**{**row.model_dump(), **draft}), *taken.rows])
        cancelled |= {slot.id: slot for slot in taken.cancelled if slot.id not in shortened}
        shortened |= {slot.id for slot in taken.shortened}
    receivers = dispatch(session, station, now) if cancelled else ()
    return replace(
        change,
        bulletins=tuple(row.id for row in touched),
        cancelled=tuple(cancelled.values()),
        receivers=receivers,
    )


def _read_otherwise(session: Session, before: Lexicon, after: Lexicon, now: datetime) -> Iterable[BulletinRow]:
    """Bulletins with a sound that the voices read otherwise now. Those whose days are over keep the sound they had."""
    today = now.astimezone(TIMEZONE).date().isoformat()
    for row in bulletin_rows(session):
        voiced = row.clip is not None and row.recording is None
        if not voiced or row.state == "withdrawn" or row.valid_to < today:
            continue
        if read(row.text, before).words != read(row.text, after).words:
            yield row


def _voiced_anew(station: Station, change: LexiconChange, now: datetime) -> LexiconChange:
    """Each of the bulletins rendered, to be heard and approved again."""
    silent: list[tuple[str, ReadableError]] = []
    for bulletin in change.bulletins:
        try:
            voice_bulletin(station, bulletin, now)
        except ReadableError as error:
            silent.append((bulletin, error))
    return replace(change, silent=tuple(silent))
