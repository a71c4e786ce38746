"""What a broker of ours keeps on disk, so that what it acknowledged survives kill -9: one SQLite file."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

_TABLES = (
    "CREATE TABLE IF NOT EXISTS retained (topic TEXT PRIMARY KEY, payload BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS session (client TEXT PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS subscription (client TEXT, filter TEXT, PRIMARY KEY (client, filter))",
    "CREATE TABLE IF NOT EXISTS queued (client TEXT, number INTEGER, topic TEXT NOT NULL, payload BLOB NOT NULL,"
    " retained INTEGER NOT NULL, PRIMARY KEY (client, number))",
)


@dataclass(frozen=True)
class Message:
    """One QoS 1 message: `retained` if it was stored before its receiver subscribed, `again` if it was sent before."""

    topic: str
    payload: bytes
    retained: bool = False
    again: bool = False


@dataclass
class KeptSession:
    """A client's subscriptions, and what it has not acknowledged, numbered in the order it came."""

    filters: set[str] = field(default_factory=set)
    queued: dict[int, Message] = field(default_factory=dict)


class Shelf:
    """For one thread at a time. Every method is durable against a kill of the process when it returns.

    A power cut may take the last moments (SQLite's WAL without a sync for each commit), as with Mosquitto. The station
    can say everything in it again, so a file that cannot be read is put aside and a new one begun.
    """

    def __init__(self, path: Path | None) -> None:
        """`path` None keeps it in memory."""
        if path is None:
            self._database = _opened(":memory:")
            return
        try:
            self._database = _opened(path)
        except sqlite3.DatabaseError as error:
            aside = path.with_suffix(".unreadable")
            log.error("the broker's file %s cannot be read (%s): put aside as %s", path, error, aside.name)
            path.replace(aside)
            self._database = _opened(path)

    def close(self) -> None:
        self._database.close()

    def retained(self) -> dict[str, bytes]:
        return dict(self._database.execute("SELECT topic, payload FROM retained"))

    def sessions(self) -> dict[str, KeptSession]:
        found = {str(client): KeptSession() for (client,) in self._database.execute("SELECT client FROM session")}
        for client, topic_filter in self._database.execute("SELECT client, filter FROM subscription"):
            found[client].filters.add(topic_filter)
        for client, number, *message in self._database.execute("SELECT * FROM queued ORDER BY client, number"):
            topic, payload, retained = message
            found[client].queued[number] = Message(topic, payload, bool(retained))
        return found

    def keep_message(self, message: Message, numbers: Sequence[tuple[str, int]], *, retain: bool) -> None:
        """Queue `message` under its number for each client, and retain it (an empty payload removes the retained)."""
        with self._transaction():
            if retain and message.payload:
                self._database.execute(
                    "INSERT OR REPLACE INTO retained VALUES (?, ?)", (message.topic, message.payload)
                )
            elif retain:
                self._database.execute("DELETE FROM retained WHERE topic = ?", (message.topic,))
            self._database.executemany(
                "INSERT INTO queued VALUES (?, ?, ?, ?, ?)",
                [(client, number, message.topic, message.payload, message.retained) for client, number in numbers],
            )

    def drop_message(self, client: str, number: int) -> None:
        self._database.execute("DELETE FROM queued WHERE client = ? AND number = ?", (client, number))

    def keep_session(self, client: str) -> None:
        self._database.execute("INSERT OR IGNORE INTO session VALUES (?)", (client,))

    def drop_session(self, client: str) -> None:
        with self._transaction():
            for table in ("queued", "subscription", "session"):
                self._database.execute(f"DELETE FROM {table} WHERE client = ?", (client,))

    def keep_filter(self, client: str, topic_filter: str) -> None:
        self._database.execute("INSERT OR IGNORE INTO subscription VALUES (?, ?)", (client, topic_filter))

    def drop_filter(self, client: str, topic_filter: str) -> None:
        self._database.execute("DELETE FROM subscription WHERE client = ? AND filter = ?", (client, topic_filter))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN")
        try:
            yield
        except BaseException:
            if self._database.in_transaction:  # a full disk has rolled it back already
                self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")


def _opened(path: Path | str) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        for table in _TABLES:
            database.execute(table)
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database
