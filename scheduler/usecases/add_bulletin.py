"""Take a manuscript in as a draft, or put a new text in the place of an earlier one."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, select

from playlists.bulletin import Bulletin
from playlists.fields import folded
from playlists.manuscript import Manuscript, read_manuscript
from playlists.week import TIMEZONE
from scheduler.errors import NotFoundError, StationError
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import bulletin_row, xom_rows
from scheduler.store.tables import BulletinRow
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.keep_recording import keep_recording
from scheduler.usecases.music import keep_music
from scheduler.usecases.values import bulletin_row as row_of
from scheduler.usecases.vocabulary import vocabulary
from scheduler.usecases.withdraw_bulletin import off_the_air
from tts.levels import Verdict


@dataclass(frozen=True)
class Added:
    """``state``: draft, unless the same text was there already. ``heard``: what its recording is like, or None."""

    bulletin: Bulletin
    manuscript: Manuscript
    replaced: bool
    state: str
    heard: Verdict | None = None


def read_file(path: Path, now: datetime) -> Manuscript:
    """The manuscript in a file. Raises ManuscriptError with every fault, NotFoundError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NotFoundError("{path} cannot be read: {error}", path=path, error=error.strerror) from error
    return read_manuscript(path.name, raw, today=now.astimezone(TIMEZONE).date())


def add_bulletin(
    station: Station,
    manuscript: Manuscript,
    now: datetime,
    *,
    beside: Path | None = None,
    replaces: str | None = None,
    dry_run: bool = False,
) -> Added:
    """A new draft, or with `replaces` a new text for an earlier one, whose approval and coming slots fall away (E15).

    `beside` is the folder in which a recording that the header names lies; the file is kept under its digest. Raises
    NotFoundError for a phrase that is not recorded, and as `keep_recording` does.
    """
    bulletin = manuscript.bulletin
    with station.store.reading() as session:
        reading = vocabulary(session).read(bulletin.text)
    heard = None
    if bulletin.recording is not None:
        kept = keep_recording(station, (beside or Path()) / bulletin.recording, reading.words, dry_run=dry_run)
        bulletin, heard = replace(bulletin, recording=kept.name), kept.verdict
    if bulletin.manner.music:
        music = keep_music(station, bulletin.manner.music, beside or Path(), dry_run=dry_run)
        bulletin = replace(bulletin, manner=replace(bulletin.manner, music=music))
    with station.store.writing(dry_run=dry_run) as session:
        bulletin = _with_known_targets(session, bulletin)
        old = bulletin_row(session, replaces) if replaces else None
        bulletin = replace(bulletin, id=old.id if old else _next_id(session))
        if old is not None and old.digest == bulletin.digest and old.state != "withdrawn":
            return Added(bulletin, manuscript, replaced=True, state=old.state, heard=heard)
        draft = row_of(bulletin, state="draft", clip=None, at=now)
        if old is None:
            append(session, "bulletin_added", now, [draft])
        else:
            taken = off_the_air(session, station, old, Sentence("bulletin {id} has a new text", id=old.id), now)
            append(session, "bulletin_replaced", now, [draft, *taken.rows])
            if taken.cancelled:
                dispatch(session, station, now)
    return Added(bulletin, manuscript, replaced=old is not None, state="draft", heard=heard)


def _next_id(session: Session) -> str:
    numbers = [int(m[1]) for key in session.exec(select(BulletinRow.id)) if (m := re.fullmatch(r"b(\d+)", key))]
    return f"b{max(numbers, default=0) + 1:03d}"


def _with_known_targets(session: Session, bulletin: Bulletin) -> Bulletin:
    """The bulletin with its xóm as ids: operators write "Xóm 1", "xom 1" or "x01". Raises StationError."""
    rows = xom_rows(session)
    ids = {folded(name): row.id for row in rows for name in (row.name, row.id)}
    unknown = sorted(name for name in bulletin.targets.xom if folded(name) not in ids)
    unknown += sorted(bulletin.targets.tags - {tag for row in rows for tag in row.tags})
    if unknown:
        raise StationError(
            "the bulletin names {unknown} as its targets, which are neither xóm nor tags of this station; "
            "`loa xom list` shows them",
            unknown=", ".join(unknown),
        )
    named = frozenset(ids[folded(name)] for name in bulletin.targets.xom)
    return replace(bulletin, targets=replace(bulletin.targets, xom=named))
