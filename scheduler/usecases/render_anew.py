"""Bulletins whose sound a change of the lexicon or of a phrase alters: off the air, rendered anew, to be approved."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session

from playlists.week import TIMEZONE
from scheduler.audit.entry import instant_text
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import bulletin_rows
from scheduler.store.tables import BulletinRow, SlotRow
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.render_bulletins import render_bulletins
from scheduler.usecases.withdraw_bulletin import off_the_air
from tts.errors import ReadableError


@dataclass(frozen=True)
class Anew:
    """The bulletins that are drafts again, and what left the air; `silent`: those that nobody could speak, and why."""

    bulletins: tuple[str, ...] = ()
    cancelled: tuple[SlotRow, ...] = ()
    receivers: tuple[str, ...] = ()
    silent: tuple[tuple[str, ReadableError], ...] = ()


Change = TypeVar("Change", bound=Anew)


def spoken_bulletins(session: Session, now: datetime) -> Iterator[BulletinRow]:
    """Bulletins with a sound that voices made. Those whose days are over keep the sound they had."""
    today = now.astimezone(TIMEZONE).date().isoformat()
    for row in bulletin_rows(session):
        if row.clip is not None and row.recording is None and row.state != "withdrawn" and row.valid_to >= today:
            yield row


def take_back(
    session: Session,
    station: Station,
    rows: Iterable[BulletinRow],
    kind: str,
    why: Callable[[BulletinRow], Sentence],
    now: datetime,
) -> Anew:
    """Drafts again, without a sound, and off the air at once (case E15); `kind` of the log entries."""
    touched = list(rows)
    cancelled: dict[str, SlotRow] = {}
    shortened: set[str] = set()
    for row in touched:
        # One after the other: a programme may name several of them.
        taken = off_the_air(session, station, row, why(row), now)
        draft = {"state": "draft", "clip": None, "updated_at": instant_text(now)}
        append(session, kind, now, [BulletinRow(**{**row.model_dump(), **draft}), *taken.rows])
        cancelled |= {slot.id: slot for slot in taken.cancelled if slot.id not in shortened}
        shortened |= {slot.id for slot in taken.shortened}
    receivers = dispatch(session, station, now) if cancelled else ()
    return Anew(tuple(row.id for row in touched), tuple(cancelled.values()), receivers)


def voiced_anew(station: Station, anew: Change, now: datetime) -> Change:
    """Each of the bulletins rendered, to be heard and approved again."""
    return replace(anew, silent=render_bulletins(station, anew.bulletins, now).failed)
