"""The embedded broker's retained messages on disk: written before their publish is acknowledged."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from types import TracebackType

log = logging.getLogger(__name__)


class RetainedFile:
    """topic → payload in one SQLite file, for one thread.

    It survives kill -9; the station publishes everything in it again, so a file that cannot be read is put aside.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._database = _opened(path)
        except sqlite3.DatabaseError as error:
            aside = path.with_suffix(".unreadable")
            log.error("the retained messages in %s cannot be read (%s): put aside as %s", path, error, aside.name)
            path.replace(aside)
            self._database = _opened(path)

    def __enter__(self) -> RetainedFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def all(self) -> dict[str, bytes]:
        return dict(self._database.execute("SELECT topic, payload FROM retained"))

    def keep(self, topic: str, payload: bytes) -> None:
        """Replace the message of `topic`; an empty payload removes it."""
        if payload:
            self._database.execute("INSERT OR REPLACE INTO retained VALUES (?, ?)", (topic, payload))
        else:
            self._database.execute("DELETE FROM retained WHERE topic = ?", (topic,))


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("CREATE TABLE IF NOT EXISTS retained (topic TEXT PRIMARY KEY, payload BLOB NOT NULL)")
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database
