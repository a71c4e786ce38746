"""The one way evidence is written: the rows and the log leaf that holds them, in one transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from scheduler.audit.entry import Entry, JsonValue
from scheduler.audit.fold import TABLES
from scheduler.audit.merkle import Frontier, leaf_hash
from scheduler.audit.stored import as_logged
from scheduler.store.tables import FrontierRow, LeafRow


def append(session: Session, kind: str, at: datetime, rows: Sequence[SQLModel]) -> int:
    """Write evidence rows (each replaces the row of its key) and their leaf; returns the leaf's index.

    `session` must hold the write lock (Store.writing), so that leaves are numbered without gaps.
    """
    frontier = read_frontier(session)
    for row in rows:
        session.merge(row)
    by_table = sorted(rows, key=_table)
    written = {name: [row.model_dump() for row in group] for name, group in groupby(by_table, key=_table)}
    leaf = Entry(frontier.size, at, kind, written).encode()
    hashed = leaf_hash(leaf)
    session.add(LeafRow(n=frontier.size, entry=leaf, hash=hashed))
    grown = frontier.append(hashed)
    session.merge(FrontierRow(id=0, size=grown.size, nodes=[node.hex() for node in grown.nodes]))
    session.flush()
    return frontier.size


def read_frontier(session: Session) -> Frontier:
    """The Merkle frontier of the log as it stands."""
    row = session.get(FrontierRow, 0)
    return Frontier(row.size, tuple(bytes.fromhex(node) for node in row.nodes)) if row else Frontier()


def read_leaves(session: Session) -> list[LeafRow]:
    """All leaves in order, whatever is stored: a gap shows as a leaf that is not at its index."""
    return list(session.exec(select(LeafRow).order_by(col(LeafRow.n))))


def leaves_naming(session: Session, word: str) -> list[bytes]:
    """The leaves that hold an ASCII word anywhere, in order: few are decoded of a log that grows for ever (I12)."""
    found = select(LeafRow.entry).where(func.instr(LeafRow.entry, word.encode()) > 0)
    return list(session.exec(found.order_by(col(LeafRow.n))))


@dataclass(frozen=True)
class StoredLog:
    """The log and the evidence as the file holds them, believed in nothing: past the ORM, which would read a changed 2
    as true, and stop at bytes that are text now. `leaves` are (n, entry, hash), `checkpoints` (size, text)."""

    leaves: tuple[tuple[object, bytes, bytes], ...]
    checkpoints: tuple[tuple[object, str], ...]
    frontier: Frontier | None
    evidence: dict[str, list[dict[str, JsonValue]]]


def read_as_stored(session: Session) -> StoredLog:
    """Everything an inspector looks at; a frontier that is none is None."""
    read = session.connection().exec_driver_sql
    return StoredLog(
        leaves=tuple((n, _octets(entry), _octets(hashed)) for n, entry, hashed in read(_LEAVES)),
        checkpoints=tuple((size, str(text)) for size, text in read("SELECT size, text FROM checkpoint ORDER BY size")),
        frontier=_frontier(read("SELECT size, nodes FROM frontier").fetchall()),
        evidence={
            table: [as_logged(table, dict(row)) for row in read(f"SELECT * FROM {table}").mappings()]
            for table in TABLES
        },
    )


_LEAVES = "SELECT n, entry, hash FROM leaf ORDER BY n"


def _octets(stored: object) -> bytes:
    return stored if isinstance(stored, bytes) else str(stored).encode("utf-8", "surrogatepass")


def _frontier(stored: Sequence[Any]) -> Frontier | None:
    try:
        return Frontier(stored[0][0], tuple(map(bytes.fromhex, json.loads(stored[0][1])))) if stored else Frontier()
    except (TypeError, ValueError, AttributeError):
        return None


def _table(row: SQLModel) -> str:
    return str(type(row).__tablename__)
