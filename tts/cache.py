"""Speech that was made once is kept: files named by what was said and who said it, checked whenever they are read."""

import hashlib
import json
import logging
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from tts.script import Turn
from tts.speech import Mark, Speech
from tts.voices.voice import VoiceIdentity

_log = logging.getLogger(__name__)

_FORM = 2
"""Of the entries; another form has other names, so that nobody reads the wrong one."""

_MICROSECOND = timedelta(microseconds=1)


class SpeechCache:
    """A folder of at most ``limit_bytes``, the longest unused given up first. Several processes may share it.

    An entry is a line with the SHA-256 of the rest, a line of JSON {rate, marks}, and the samples.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit = limit_bytes
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, turn: Turn, voice: VoiceIdentity) -> Speech | None:
        """None where it is not there. A damaged entry is removed and logged, and is not there."""
        path = self._path(turn, voice)
        try:
            os.utime(path)
            speech = _unpacked(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning("speech cache: entry %s is damaged and will be made again: %s", path.name, error)
            with suppress(OSError):
                path.unlink()
            return None
        return speech

    def put(self, turn: Turn, voice: VoiceIdentity, speech: Speech) -> None:
        """Whole or not at all, also over a power cut. What exceeds the limit is not kept; a failure is logged."""
        entry = _packed(speech)
        if len(entry) > self._limit:
            return
        try:
            self._make_room(len(entry))
            self._write(self._path(turn, voice), entry)
        except OSError as error:
            _log.warning("speech cache: nothing kept in %s: %s", self._folder, error)

    def _path(self, turn: Turn, voice: VoiceIdentity) -> Path:
        key = json.dumps([_FORM, turn.recipe, asdict(voice)], sort_keys=True)
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.speech"

    def _write(self, path: Path, entry: bytes) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(entry)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _make_room(self, needed: int) -> None:
        """Also of what a crash left behind: a part that nobody finishes grows old like an entry."""
        files: list[tuple[int, int, Path]] = []
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):
                status = path.stat()
                files.append((status.st_mtime_ns, status.st_size, path))
        size = sum(file[1] for file in files) + needed
        for _, freed, path in sorted(files):
            if size <= self._limit:
                return
            path.unlink(missing_ok=True)
            size -= freed


def _packed(speech: Speech) -> bytes:
    about = {"rate": speech.rate, "marks": [_packed_mark(mark) for mark in speech.marks]}
    rest = json.dumps(about).encode() + b"\n" + speech.pcm
    return hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest


def _unpacked(entry: bytes) -> Speech:
    digest, _, rest = entry.partition(b"\n")
    if hashlib.sha256(rest).hexdigest().encode() != digest:
        raise ValueError("its bytes do not match its digest")
    about, _, pcm = rest.partition(b"\n")
    fields = json.loads(about)
    return Speech(
        pcm,
        fields["rate"],
        tuple(Mark(start * _MICROSECOND, end * _MICROSECOND, text) for start, end, text in fields["marks"]),
    )


def _packed_mark(mark: Mark) -> list[int | str]:
    return [mark.start // _MICROSECOND, mark.end // _MICROSECOND, mark.text]
