"""A person's recording in the place of a bulletin's voice: the words stay, the sound must be approved anew (E15)."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from playlists.bulletin import Bulletin
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import bulletin_row
from scheduler.store.tables import SlotRow
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.keep_recording import keep_recording
from scheduler.usecases.values import bulletin_row as row_of
from scheduler.usecases.values import bulletin_value
from scheduler.usecases.vocabulary import vocabulary
from scheduler.usecases.withdraw_bulletin import off_the_air
from tts.levels import Verdict


@dataclass(frozen=True)
class Recorded:
    """``changed`` is False where this very recording was the bulletin's already."""

    bulletin: Bulletin
    verdict: Verdict
    changed: bool
    cancelled: tuple[SlotRow, ...] = ()


def spoken_words(station: Station, bulletin_id: str) -> tuple[Bulletin, str]:
    """A bulletin, and its words as they are spoken. Raises NotFoundError."""
    with station.store.reading() as session:
        bulletin = bulletin_value(bulletin_row(session, bulletin_id))
        return bulletin, vocabulary(session).read(bulletin.text).words


def record_bulletin(
    station: Station, bulletin_id: str, file: Path, now: datetime, *, dry_run: bool = False
) -> Recorded:
    """The sound file becomes the bulletin's recording, as if its header named it.

    Raises NotFoundError, and as `keep_recording` does.
    """
    _, words = spoken_words(station, bulletin_id)
    kept = keep_recording(station, file, words, dry_run=dry_run)
    with station.store.writing(dry_run=dry_run) as session:
        old = bulletin_row(session, bulletin_id)
        bulletin = replace(bulletin_value(old), recording=kept.name)
        if bulletin.digest == old.digest and old.state != "withdrawn":
            return Recorded(bulletin, kept.verdict, changed=False)
        taken = off_the_air(session, station, old, Sentence("bulletin {id} has a new sound", id=old.id), now)
        draft = row_of(bulletin, state="draft", clip=None, at=now)
        append(session, "bulletin_recorded", now, [draft, *taken.rows])
        if taken.cancelled:
            dispatch(session, station, now)
    return Recorded(bulletin, kept.verdict, changed=True, cancelled=taken.cancelled)
