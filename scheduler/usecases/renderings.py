"""Renderings that are kept: the same recipe gives the clip that it gave before, at once, and what is known of it."""

import hashlib
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from playlists.clip import Clip
from scheduler.audit.entry import instant_text
from scheduler.rendering import Refused, RenderedTurn, Rendering, read_rendering, sentence_of
from scheduler.station import Station
from scheduler.store.tables import ClipRow, RenderingRow
from scheduler.usecases.values import clip_value
from scheduler.usecases.voices import voice_label
from tts.speak import Spoken
from tts.speech import Mark


def rendering_of(spoken: Spoken, marks: tuple[Mark, ...]) -> Rendering:
    """Who spoke what; `marks` are those of all turns, moved to where they stand in the clip."""
    turns, left = [], list(marks)
    for turn in spoken.turns:
        count = len(turn.speech.marks)
        refused = tuple(Refused(voice_label(item.voice), sentence_of(item.error)) for item in turn.refusals)
        turns.append(RenderedTurn(voice_label(turn.voice), refused, tuple(left[:count])))
        del left[:count]
    return Rendering(tuple(turns))


def known_rendering(session: Session, station: Station, recipe: str) -> tuple[Rendering, Clip] | None:
    """What this recipe gave before, if its clip is still there whole."""
    row = session.get(RenderingRow, recipe)
    clip = session.get(ClipRow, row.clip) if row else None
    if row is None or clip is None:
        return None
    value = clip_value(clip)
    return (read_rendering(row.turns), value) if is_whole(value, station.audio) else None


def keep_rendering(session: Session, recipe: str, rendering: Rendering, clip: Clip, now: datetime) -> None:
    """In the place of what this recipe gave before."""
    row = RenderingRow(recipe=recipe, clip=clip.digest, turns=rendering.written(), at=instant_text(now))
    session.merge(row)


def is_whole(clip: Clip, folder: Path) -> bool:
    """Whether the clip's file is there with all its bytes."""
    path = clip.path(folder)
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == clip.digest
