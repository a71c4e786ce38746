"""The log's leaves → the evidence tables they leave behind. The columns of each table are in scheduler.audit.tables."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from scheduler.audit.entry import Entry, JsonValue, Row
from tts.errors import ReadableError

Key: TypeAlias = tuple[str | int, ...]
Tables: TypeAlias = dict[str, dict[Key, dict[str, JsonValue]]]

TABLES: Mapping[str, tuple[str, ...]] = {
    "station": ("id",),
    "xom": ("id",),
    "receiver": ("id",),
    "bulletin": ("id",),
    "clip": ("digest",),
    "approval": ("envelope_digest",),
    "lexicon": ("written", "before", "after"),
    "phrase": ("name",),
    "plan": ("week", "revision"),
    "slot": ("id",),
    "manifest": ("receiver", "version"),
    "adoption": ("receiver", "version"),
    "play_record": ("receiver", "boot", "seq"),
    "incident": ("id",),
    "waiver": ("id",),
}
"""Each evidence table and the columns of its primary key."""


class FoldError(ReadableError):
    """A row that no evidence table can hold."""


def key_of(table: str, row: Row) -> Key:
    """The primary key of a row. Raises FoldError for an unknown table or a key that is not text or integer."""
    columns = TABLES.get(table)
    if columns is None:
        raise FoldError("no evidence table is called {table}", table=repr(table))
    key: list[str | int] = []
    for column in columns:
        value = row.get(column)
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise FoldError(
                "a row of {table} needs its key column {column}, a text or an integer; found {value}",
                table=table, column=column, value=repr(value),
            )  # fmt: skip
        key.append(value)
    return tuple(key)


class Written(NamedTuple):
    """One row of an entry, and the row of the same key that it replaced."""

    table: str
    key: Key
    row: dict[str, JsonValue]
    before: Row | None


def apply(tables: Tables, entry: Entry) -> list[Written]:
    """Write the rows of one entry over those of the same keys. Raises FoldError, having written nothing."""
    keyed = [(table, key_of(table, row), dict(row)) for table, rows in entry.rows.items() for row in rows]
    written = []
    for table, key, row in keyed:
        written.append(Written(table, key, row, tables[table].get(key)))
        tables[table][key] = row
    return written


def empty_tables() -> Tables:
    return {table: {} for table in TABLES}


def fold(leaves: Iterable[bytes]) -> Tables:
    """{table: {key: row}} after every leaf in order. Raises EntryError or FoldError at the first unsound leaf."""
    tables = empty_tables()
    for leaf in leaves:
        apply(tables, Entry.decode(leaf))
    return tables
