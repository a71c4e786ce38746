"""The receiver's clips: files named by their SHA-256, checked when they come and right before they sound (D3–D5)."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

from devices.errors import DeviceError
from devices.receiver.files import sync_folder

RESERVE = 50 * 1024 * 1024
"""Bytes of the disk that clips never take: the journal's room (D5)."""
_NAME = re.compile(r"[0-9a-f]{64}\.(clip|part)\Z")


class ClipDamaged(DeviceError):
    """A clip's bytes are not the ones that were approved."""


class NoRoom(DeviceError):
    """The disk is full with clips that are still needed."""


class Cache:
    """`needed` are the digests of the week at hand: everything else may be evicted, the oldest first.

    `free` tells the disk's free bytes. Methods may be called from several threads, for different clips.
    """

    def __init__(self, folder: Path, free: Callable[[], int] | None = None) -> None:
        self.folder = folder
        self.needed: frozenset[str] = frozenset()
        self.free = free or (lambda: shutil.disk_usage(folder).free)
        folder.mkdir(parents=True, exist_ok=True)
        self._remove_strangers()

    def path(self, digest: str) -> Path:
        return self.folder / f"{digest}.clip"

    def partial(self, digest: str) -> Path:
        """Where a download grows; it stays over a power cut and is resumed."""
        return self.folder / f"{digest}.part"

    def intact(self, digest: str, size: int) -> bool:
        """Whether the clip is here byte for byte; reads all of it. A damaged file is removed (D4)."""
        path = self.path(digest)
        if _matches(path, digest, size):
            return True
        path.unlink(missing_ok=True)
        return False

    def admit(self, digest: str, size: int) -> None:
        """Make the finished partial a clip. If it is not the approved one it is removed: ClipDamaged (B8)."""
        partial = self.partial(digest)
        if not _matches(partial, digest, size):
            partial.unlink(missing_ok=True)
            raise ClipDamaged("expected the {size} bytes of clip {digest}, but others came", size=size, digest=digest)
        _sync(partial)
        partial.replace(self.path(digest))
        sync_folder(self.folder)

    def make_room(self, size: int) -> None:
        """Evict clips nobody needs until `size` bytes fit above the reserve; NoRoom if they cannot (D5)."""
        for path in self._evictable():
            if self.free() >= size + RESERVE:
                return
            path.unlink(missing_ok=True)
        if self.free() < size + RESERVE:
            raise NoRoom(
                "expected {size} bytes and a reserve of {reserve} on the disk, but {free} are free and every clip is "
                "needed: use a larger card",
                size=size,
                reserve=RESERVE,
                free=self.free(),
            )

    def _evictable(self) -> list[Path]:
        ages: list[tuple[float, Path]] = []
        for path in self.folder.iterdir():
            if path.stem not in self.needed:
                try:
                    ages.append((path.lstat().st_mtime, path))
                except FileNotFoundError:
                    continue  # another thread has evicted it
        return [path for _, path in sorted(ages)]

    def _remove_strangers(self) -> None:
        """After a power cut: whatever is not a plain clip or partial goes (D3, E12)."""
        for path in self.folder.iterdir():
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode):
                shutil.rmtree(path)
            elif not stat.S_ISREG(mode) or not _NAME.match(path.name):
                path.unlink()


def _matches(path: Path, digest: str, size: int) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    with os.fdopen(handle, "rb") as file:
        try:
            if os.fstat(handle).st_size != size:
                return False
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
        except OSError:  # the card cannot read it any more
            return False


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
