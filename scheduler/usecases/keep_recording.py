"""Take in a sound file that a person recorded: listened to by its levels, then kept as it came under its digest."""

from dataclasses import dataclass
from pathlib import Path

from scheduler.errors import NotFoundError, StationError
from scheduler.station import Station
from scheduler.usecases.keep_file import keep_file
from tts.decode import decode_open, opened
from tts.levels import Verdict, examined
from tts.voices.recorded import LONGEST

RECORDING_LIMIT = 200 << 20


@dataclass(frozen=True)
class KeptRecording:
    """``name`` in the recordings folder of the station: the file's SHA-256 and its suffix, if it is a usual one."""

    name: str
    verdict: Verdict


def keep_recording(station: Station, path: Path, words: str, *, dry_run: bool = False) -> KeptRecording:
    """The recording of these spoken words ("" where nobody knows them), kept unless it is refused.

    Raises NotFoundError, StationError for a file that is too large, DecodeRefused for what is no sound (E3 to E5, E12),
    tts.levels.Unusable for a sound that cannot be the words.
    """
    _check_size(path)
    with opened(path) as file:
        verdict = examined(decode_open(file, path.name, max_duration=LONGEST), words)
        if verdict.refusal is not None:
            raise verdict.refusal
        return KeptRecording(keep_file(file, path.suffix, station.recordings, dry_run=dry_run), verdict)


def examine_recording(path: Path, words: str) -> Verdict:
    """What `keep_recording` would think of it. Raises DecodeRefused for what is no sound."""
    with opened(path) as file:
        return examined(decode_open(file, path.name, max_duration=LONGEST), words)


def _check_size(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise NotFoundError(
            "the recording {path} cannot be read: {error}; put it beside the bulletin", path=path, error=error.strerror
        ) from error
    if not 0 < size <= RECORDING_LIMIT:
        raise StationError(
            "the recording {path} has {size} bytes: expected 1 to {limit}", path=path, size=size, limit=RECORDING_LIMIT
        )
