"""The receiver's journal: an append-only file that survives a power cut at any byte (I4, D1, D2).

One entry per line: 8 hex digits of length, 8 of CRC-32, and one line of JSON. Every entry carries the sequence's
high-water mark ("q"), so a damaged line never makes a number be given twice. An entry is on the disk (fsync) before
`append` returns, but for those in LOSABLE, which spare the card and go to the disk with the next one. After an error of
the disk nothing is appended any more: the process ends and reads again (rule 7).
"""

from __future__ import annotations

import fcntl
import json
import os
import zlib
from pathlib import Path

from devices.errors import DeviceError
from devices.receiver.facts import LOSABLE, Entry, Facts, from_fields, to_fields
from devices.receiver.files import replace_file

COMPACT_ABOVE = 256 * 1024
"""Bytes a journal may have before it is rewritten to what it still needs (I12)."""
_HEAD = 18  # "LLLLLLLL CCCCCCCC "


class JournalLocked(DeviceError):
    """Another process uses this receiver's folder."""


class JournalFailed(DeviceError):
    """The disk refused an entry. Nothing may go on as if it were written."""


def to_line(entry: Entry, seq: int) -> bytes:
    """The bytes of one entry; `seq` is the high-water mark after it."""
    body = json.dumps({**to_fields(entry), "q": seq}, ensure_ascii=False, separators=(",", ":")).encode()
    return b"%08x %08x %b\n" % (len(body), zlib.crc32(body), body)


def from_line(line: bytes) -> tuple[Entry, int] | None:
    """The entry and the high-water mark of a whole line without its newline; None if one byte of it is wrong."""
    try:
        size, crc = int(line[:8], 16), int(line[9:17], 16)
        body = line[_HEAD:]
        if line[8:9] + line[17:_HEAD] != b"  " or len(body) != size or zlib.crc32(body) != crc:
            return None
        values = json.loads(body)
        seq = int(values.pop("q"))
        return from_fields(values), seq
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


class Journal:
    """The one writer of a journal. `facts` is what it says; `torn` and `damaged` are what opening it had to leave out:
    bytes of an unfinished last entry (a power cut, D2), and whole lines whose checksum is wrong (a bad disk, D4)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = _lock(path.with_suffix(".lock"))
        try:
            raw = path.read_bytes() if path.exists() else b""
            self.facts, self.torn, self.damaged = read_journal(raw)
            if self.damaged:
                replace_file(path.with_suffix(".damaged"), raw)
            if self.damaged or self.torn or not raw:
                self._rewrite()
            self._open()
        except OSError as error:
            os.close(self._lock)
            raise _failed(path, error) from error

    def append(self, entry: Entry) -> None:
        """Write `entry` to the disk and let `facts` know it. Raises JournalFailed; then this journal is over."""
        self.facts.apply(entry)
        line = to_line(entry, self.facts.seq)
        try:
            if os.write(self._file, line) != len(line):
                raise OSError("the disk took only a part of the entry")
            if entry.name not in LOSABLE:
                os.fsync(self._file)
            self._size += len(line)
            if self._size > self._compact_at:
                self._compact()
        except OSError as error:
            raise _failed(self.path, error) from error

    def close(self) -> None:
        """Give back the file and the lock, as the end of a process does. Writes nothing."""
        os.close(self._file)
        os.close(self._lock)

    def _compact(self) -> None:
        self._rewrite()
        os.close(self._file)
        self._open()

    def _rewrite(self) -> None:
        replace_file(self.path, b"".join(to_line(entry, self.facts.seq) for entry in self.facts.kept()))

    def _open(self) -> None:
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        self._size = os.lseek(self._file, 0, os.SEEK_END)
        self._compact_at = max(COMPACT_ABOVE, 2 * self._size)


def read_journal(raw: bytes) -> tuple[Facts, int, int]:
    """What `raw` says, the bytes after its last intact entry, and how many lines before that are damaged."""
    facts = Facts()
    intact = position = bad = damaged = 0
    for line in raw.split(b"\n")[:-1]:
        position += len(line) + 1
        parsed = from_line(line)
        if parsed is None:
            bad += 1
            continue
        entry, seq = parsed
        facts.apply(entry)
        facts.seq = max(facts.seq, seq)
        damaged, intact = bad, position
    return facts, len(raw) - intact, damaged


def _lock(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise JournalLocked(
            "expected to be the only receiver in {folder}, but another process is running there: stop it first",
            folder=path.parent,
        ) from error
    return handle


def _failed(path: Path, error: OSError) -> JournalFailed:
    return JournalFailed(
        "expected to write the journal {path}, but the disk said: {problem}. The receiver stops and starts again; "
        "make room or change the card",
        path=path,
        problem=error.strerror or str(error),
    )
