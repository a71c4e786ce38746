"""What an approver listens to: the clip under the bulletin's name, beside a page, a transcript and a picture of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playlists.audio import trace
from playlists.audio.trace import Trace
from scheduler.catalogue import in_vietnamese
from scheduler.reports.picture import picture
from scheduler.reports.preview import Previewed, preview_page, transcript
from scheduler.station import Station
from scheduler.usecases.values import sound_settings
from scheduler.usecases.voice_bulletin import Voiced


@dataclass(frozen=True)
class Preview:
    """The files, and what was measured on the clip."""

    audio: Path
    page: Path
    transcript: Path
    picture: Path
    trace: Trace


def write_preview(station: Station, voiced: Voiced, translate: Callable[[str], str] = in_vietnamese) -> Preview:
    """Leave the four files in preview/ of the station folder, in the place of earlier ones. Nothing is rendered."""
    sound, clip = sound_settings(station.config), voiced.clip.path(station.audio)
    measured = trace.of_file(clip, voiced.clip.rate, voiced.clip.codec)
    shown = Previewed(voiced.bulletin, voiced.reading, voiced.rendering, voiced.clip, measured, sound)
    drawn = picture(measured, voiced.rendering.marks, sound.loudness_lufs, translate)

    def beside(suffix: str) -> Path:
        return station.preview / f"{voiced.bulletin.id}{suffix}"

    preview = Preview(beside(clip.suffix), beside(".html"), beside(".txt"), beside(".svg"), measured)
    station.preview.mkdir(exist_ok=True)
    _replace(preview.audio, clip.read_bytes())
    _replace(preview.transcript, transcript(shown).encode())
    _replace(preview.picture, drawn.encode())
    _replace(preview.page, preview_page(shown, preview.audio.name, drawn, translate).encode())
    return preview


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all: the page may be open in a browser."""
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(content)
    draft.replace(path)
