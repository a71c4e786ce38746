"""Render many bulletins, each finished one kept at once: whatever ends the work, the next run goes on from there."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from playlists.week import TIMEZONE
from scheduler.station import Station
from scheduler.store.queries import bulletin_rows, clip_rows
from scheduler.store.tables import BulletinRow, ClipRow
from scheduler.usecases.renderings import is_whole, known_rendering
from scheduler.usecases.values import clip_value
from scheduler.usecases.voice_bulletin import Voiced, voice_bulletin
from scheduler.usecases.wanted_sound import wanted_sound
from tts.errors import ReadableError

WORKERS = 2
"""Threads: the work is done by processes of espeak and ffmpeg, so that two keep two cores busy."""


@dataclass(frozen=True)
class Rendered:
    """The bulletins that have their sound, and why the others have not, each in the order asked for."""

    voiced: tuple[Voiced, ...]
    failed: tuple[tuple[str, ReadableError], ...]


def without_sound(station: Station, now: datetime) -> tuple[str, ...]:
    """Bulletins that lack the sound they should have: drafts without the one that their recipe gives, approved ones
    whose clip is lost. Those that are withdrawn or whose days are over need none.
    """
    today = now.astimezone(TIMEZONE).date().isoformat()
    with station.store.reading() as session:
        rows = [row for row in bulletin_rows(session) if row.state != "withdrawn" and row.valid_to >= today]
        clips = clip_rows(session, [row.clip for row in rows if row.clip])
        return tuple(row.id for row in rows if not _sounds(session, station, row, clips.get(row.clip or "")))


def render_bulletins(
    station: Station,
    bulletins: Sequence[str],
    now: datetime,
    told: Callable[[str, Voiced | ReadableError], None] = lambda _bulletin, _end: None,
    workers: int = WORKERS,
) -> Rendered:
    """Render each of them, some at the same time; `told` of each as it ends. One that fails stops no other."""
    ended: dict[str, Voiced | ReadableError] = {}
    with ThreadPoolExecutor(workers) as pool:
        asked = {pool.submit(_voiced, station, bulletin, now): bulletin for bulletin in bulletins}
        try:
            for future in as_completed(asked):
                bulletin = asked[future]
                ended[bulletin] = future.result()
                told(bulletin, ended[bulletin])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # those that have begun are finished and kept
            raise
    in_order = [(bulletin, ended[bulletin]) for bulletin in dict.fromkeys(bulletins)]
    return Rendered(
        tuple(end for _, end in in_order if isinstance(end, Voiced)),
        tuple((bulletin, end) for bulletin, end in in_order if isinstance(end, ReadableError)),
    )


def _voiced(station: Station, bulletin: str, now: datetime) -> Voiced | ReadableError:
    try:
        return voice_bulletin(station, bulletin, now)
    except ReadableError as error:
        return error


def _sounds(session: Session, station: Station, row: BulletinRow, clip: ClipRow | None) -> bool:
    if clip is None:
        return False
    if row.state == "approved":
        return is_whole(clip_value(clip), station.audio)
    try:
        known = known_rendering(session, station, wanted_sound(station, session, row).recipe)
    except ReadableError:
        return False  # rendering it will say why
    return known is not None and known[1].digest == row.clip
