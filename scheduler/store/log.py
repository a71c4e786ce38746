"""The one way evidence is written: the rows and the log leaf that holds them, in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

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


def read_evidence(session: Session) -> dict[str, list[dict[str, JsonValue]]]:
    """Every evidence row as the file holds it, past the ORM, which would read a changed 2 as true."""
    connection = session.connection()
    return {
        table: [as_logged(table, dict(row)) for row in connection.exec_driver_sql(f"SELECT * FROM {table}").mappings()]
        for table in TABLES
    }


def _table(row: SQLModel) -> str:
    return str(type(row).__tablename__)
