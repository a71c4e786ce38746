"""Keep an operator's sound file as it came, under its digest, whole or not at all."""

import hashlib
import os
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

_SUFFIXES = {".wav", ".mp3", ".m4a"}
_PIECE = 1 << 20


def keep_file(file: BufferedReader, suffix: str, folder: Path, *, dry_run: bool = False) -> str:
    """The file's name in `folder`: its SHA-256 in hex, and its suffix if it is a usual one."""
    suffix = suffix.lower()
    name = digest_of(file) + (suffix if suffix in _SUFFIXES else "")
    if not dry_run and not (folder / name).exists():
        _copy(file, folder / name)
    return name


def digest_of(file: BufferedReader) -> str:
    """SHA-256 in hex over the whole file."""
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(file: BufferedReader, target: Path) -> None:
    """Whole or not at all, also when the power fails in the middle."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        file.seek(0)
        with draft.open("wb") as copy:
            while piece := file.read(_PIECE):
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
        draft.replace(target)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
