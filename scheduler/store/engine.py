"""The one SQLite file of a station: WAL, full sync, every write transaction begun IMMEDIATE.

A transaction that reads first and writes later can meet SQLITE_BUSY_SNAPSHOT whatever the timeout (measured; case D8),
so writers take the write lock at once and wait for it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import Session, create_engine

from scheduler.errors import NotFoundError, StationError
from scheduler.store.migrations import upgrade

BUSY_TIMEOUT_S = 30


class Store:
    """Opens the database of a station and hands out sessions."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Raises NotFoundError without a database, StationError for a corrupt or a newer one (cases D9, D13)."""
        if not create and not path.is_file():
            raise NotFoundError(
                "{folder} is no station yet: expected {name} in it; make one with `loa init {folder}`",
                folder=path.parent,
                name=path.name,
            )
        self.path = path
        self.engine = _engine(path)
        try:
            upgrade(self.engine, create=create)
        except Exception as error:
            self.engine.dispose()
            if isinstance(getattr(error, "orig", error), sqlite3.DatabaseError):
                raise StationError(
                    "{path} is not a readable database: {error}. It was left as it is; restore a copy of it",
                    path=path,
                    error=error,
                ) from error
            raise

    @contextmanager
    def writing(self, *, dry_run: bool = False) -> Iterator[Session]:
        """One write transaction: committed at the end, or rolled back (exception, dry run). Raises StationError."""
        with self._said(), Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={"loa_begin": "IMMEDIATE"})
            yield session
            if dry_run:
                session.expunge_all()  # what was read stays readable; rolling back would empty it
                session.rollback()
            else:
                session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent snapshot; nothing is written, and what was read stays readable. Raises StationError."""
        with self._said(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Locked for too long, no room, damaged: what the disk and the file have to say, for people (D6, D8, D9)."""
        try:
            yield
        except DatabaseError as error:
            if type(error) not in (DatabaseError, OperationalError):
                raise
            raise StationError(
                "{path} cannot be used: {problem}. Make room, end what holds it, or restore a copy of it",
                path=self.path,
                problem=str(error.orig),
            ) from error

    def close(self) -> None:
        self.engine.dispose()


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("loa_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine
