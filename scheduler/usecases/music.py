"""The music under a bulletin: its own, the station's, or none."""

from datetime import timedelta
from pathlib import Path

from playlists.audio.music import Bed
from playlists.bulletin import Bulletin
from scheduler.errors import NotFoundError
from scheduler.station import Station
from scheduler.usecases.keep_file import digest_of, keep_file
from tts.decode import decode, decode_open, opened

LONGEST = timedelta(minutes=15)


def keep_music(station: Station, name: str, beside: Path, *, dry_run: bool = False) -> str:
    """The name in the station's music folder of a file beside the bulletin, or of one that is there already.

    Raises NotFoundError, DecodeRefused for what is no sound (E3 to E5, E12).
    """
    if (beside / name).exists():
        with opened(beside / name) as file:
            decode_open(file, name, max_duration=LONGEST)
            return keep_file(file, Path(name).suffix, station.music, dry_run=dry_run)
    if not (station.music / name).exists():
        raise NotFoundError(
            "the music {name} is neither beside the bulletin nor in {folder}; put it there",
            name=name,
            folder=station.music,
        )
    return name


def music_of(station: Station, bulletin: Bulletin) -> Path | None:
    """The file of the music under a bulletin. A bulletin that a person recorded has only the music it asks for."""
    usual = station.config.sound.music if bulletin.recording is None else ""
    name = usual if bulletin.manner.music is None else bulletin.manner.music
    return station.music / name if name else None


def music_digest(music: Path) -> str:
    """SHA-256 in hex. Raises DecodeRefused where the file is not there."""
    with opened(music) as file:
        return digest_of(file)


def bed_of(music: Path, under_db: float) -> Bed:
    """The music itself. Raises DecodeRefused."""
    return Bed(decode(music, max_duration=LONGEST), under_db)
