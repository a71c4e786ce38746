"""Speech becomes a clip: cut, levelled, framed by pauses and chimes, encoded and named by its content."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from playlists.audio import chime, segment, voice
from playlists.audio.check import check
from playlists.audio.encode import encode
from playlists.audio.music import AFTER, BEFORE, Bed
from playlists.audio.settings import SoundSettings
from playlists.clip import Clip
from tts.speech import SAMPLE_BYTES, Mark, Speech

_BREATH = timedelta(milliseconds=300)  # between a chime's last ring and the voice, and the other way round
_UNFINISHED = ".part"
GRIDS_PER_S = 10
"""Every clip lasts a whole number of tenths of a second."""

Step = Literal["levelling", "encoding"]


def _untold(_step: Step) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class Rendered:
    """A clip, and where each sentence stands in it."""

    clip: Clip
    marks: tuple[Mark, ...]


def render_bulletin(
    said: Sequence[Speech | timedelta],
    settings: SoundSettings,
    folder: Path,
    *,
    bed: Bed | None = None,
    told: Callable[[Step], None] = _untold,
) -> Rendered:
    """The clip of one bulletin between two short silences, written into `folder`.

    `said` are speeches and the pauses between them. Each speech is levelled for itself, so that voices and recordings
    are equally loud. `bed` is music under them, which is heard alone for a few seconds before and after. Deterministic:
    same speeches, music and settings, same bytes. The file appears whole under its name or not at all. `told` is called
    as each step begins. Raises SoundError for silence, for sound that cannot be brought to the settings' loudness and
    peak, and where the finished file does not hold what was put in.
    """
    told("levelling")
    if bed is None:
        sound = _laid(_levelled(said, settings), settings)
    else:
        *spoken, music = _levelled([*said, bed.music], settings)
        assert isinstance(music, Speech)
        sound = bed.under(_laid([BEFORE, *spoken, AFTER], settings), music)
    told("encoding")
    return _finished(sound, "bulletin", settings, folder, silent_pauses=bed is None)


def render_ident(said: Sequence[Speech | timedelta], settings: SoundSettings, folder: Path) -> Rendered:
    """The clip that opens a programme: the chime, then the station's spoken name. Otherwise as `render_bulletin`."""
    parts = [chime.opening(settings.rate), _BREATH, *_levelled(said, settings)]
    return _finished(_laid(parts, settings), "ident", settings, folder)


def render_sign_off(said: Sequence[Speech | timedelta], settings: SoundSettings, folder: Path) -> Rendered:
    """The clip that ends a programme: the spoken farewell, then the chime. Otherwise as `render_bulletin`."""
    parts = [*_levelled(said, settings), _BREATH, chime.closing(settings.rate)]
    return _finished(_laid(parts, settings), "sign_off", settings, folder)


def remove_unfinished(folder: Path) -> int:
    """Remove what renderings that were cut off left in `folder`; returns how many files. Only while nobody renders."""
    left = list(folder.glob(f".*{_UNFINISHED}"))
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _levelled(said: Sequence[Speech | timedelta], settings: SoundSettings) -> list[Speech | timedelta]:
    levelled = iter(voice.for_horns([segment.trimmed(part) for part in said if isinstance(part, Speech)], settings))
    return [next(levelled) if isinstance(part, Speech) else part for part in said]


def _laid(parts: Sequence[Speech | timedelta], settings: SoundSettings) -> Speech:
    """One after another between lead and tail, to the next tenth of a second: then a programme's clips start exactly
    where the planner put them."""
    sound = segment.joined([settings.lead, *parts, settings.tail])
    missing = -sound.samples % (sound.rate // GRIDS_PER_S)
    return Speech(sound.pcm + bytes(SAMPLE_BYTES * missing), sound.rate, sound.marks)


def _finished(
    sound: Speech, kind: str, settings: SoundSettings, folder: Path, *, silent_pauses: bool = True
) -> Rendered:
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=_UNFINISHED, dir=folder)
    os.close(handle)
    unfinished = Path(name)
    try:
        decoded = encode(sound, settings, unfinished).sound
        check(decoded, sound.duration, sound.marks, settings.loudness_lufs, silent_pauses=silent_pauses)
        content = unfinished.read_bytes()
        clip = Clip(
            digest=hashlib.sha256(content).hexdigest(),
            size=len(content),
            samples=decoded.samples,
            rate=decoded.rate,
            duration=decoded.duration,
            kind=kind,
            codec=settings.codec,
        )
        unfinished.chmod(0o644)
        _synced(unfinished)
        unfinished.replace(clip.path(folder))
        _synced(folder)
    finally:
        unfinished.unlink(missing_ok=True)
    return Rendered(clip, sound.marks)


def _synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
