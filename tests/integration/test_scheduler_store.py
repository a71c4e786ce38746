"""The station's database: one writer at a time, whole migrations, and files that are refused."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from scheduler_cast import SUNDAY, published, written
from sqlmodel import Session, select

from scheduler.errors import NotFoundError, StationError
from scheduler.store.engine import Store
from scheduler.store.log import append, read_leaves
from scheduler.store.tables import PulseRow, WaiverRow
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.register_xom import register_xom
from scheduler.usecases.withdraw_bulletin import withdraw_bulletin


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "loa.db", create=True)


def waiver(name: str) -> WaiverRow:
    at = "2026-11-23T00:00:00.000000Z"
    return WaiverRow(
        id=name, xom=None, week="2026-W48", authority="UBND", why="lễ", at=at, lifted_at=None, lifted_why=None
    )


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def test_d8_writers_that_read_first_wait_for_each_other(store: Store) -> None:
    """Without BEGIN IMMEDIATE one of them fails with SQLITE_BUSY_SNAPSHOT at once."""
    failed: list[Exception] = []

    def write(name: str) -> None:
        try:
            for number in range(20):
                with store.writing() as session:
                    session.exec(select(WaiverRow)).all()
                    append(session, "waived", SUNDAY, [waiver(f"{name}-{number}")])
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    with store.reading() as session:
        assert [leaf.n for leaf in read_leaves(session)] == list(range(60))
        assert len(session.exec(select(WaiverRow)).all()) == 60


def test_d8_a_long_reader_keeps_its_snapshot_and_stops_no_writer(store: Store) -> None:
    with store.reading() as reader:
        assert reader.exec(select(WaiverRow)).all() == []
        with store.writing() as session:
            append(session, "waived", SUNDAY, [waiver("w")])
        assert reader.exec(select(WaiverRow)).all() == []
    with store.reading() as reader:
        assert len(reader.exec(select(WaiverRow)).all()) == 1


def test_an_exception_leaves_neither_row_nor_leaf(store: Store) -> None:
    def fail(session: Session) -> None:
        append(session, "waived", SUNDAY, [waiver("w")])
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError), store.writing() as session:
        fail(session)
    with store.reading() as session:
        assert (session.exec(select(WaiverRow)).all(), read_leaves(session)) == ([], [])


def test_dry_runs_change_nothing_and_show_what_would_be(tmp_path: Path) -> None:
    station = published(tmp_path / "station")
    before, files = dump(station.store.path), sorted(station.folder.rglob("*"))
    added = add_bulletin(station, written(), SUNDAY, dry_run=True)
    withdrawn = withdraw_bulletin(station, "b001", SUNDAY, dry_run=True)
    change = register_xom(station, [], SUNDAY, dry_run=True)
    assert added.bulletin.id == "b002"
    assert withdrawn.cancelled[0].cancelled_at is not None
    assert change.removed == ("x1", "x2")
    assert dump(station.store.path) == before
    assert sorted(station.folder.rglob("*")) == files


def test_what_is_committed_is_synced_in_full(store: Store) -> None:
    with store.reading() as session:
        connection = session.connection()
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_d13_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "loa.db"
    Store(path, create=True).close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    before = dump(path)
    with pytest.raises(StationError, match="newer Loa"):
        Store(path)
    assert dump(path) == before


def test_d13_a_migration_that_fails_midway_leaves_nothing_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "loa.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE station (x)")  # stands in the way of the migration's
    before = dump(path)
    with pytest.raises(Exception, match="station"):
        Store(path, create=True)
    assert dump(path) == before


@pytest.mark.parametrize("content", [b"this is no database, " * 500, bytes(100), b"SQLite format 3\0" + b"\xff" * 9000])
def test_d9_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "loa.db"
    path.write_bytes(content)
    with pytest.raises(StationError, match=r"loa\.db"):
        Store(path)
    assert path.read_bytes() == content


def test_d9_an_empty_file_is_not_taken_for_a_new_station(tmp_path: Path) -> None:
    path = tmp_path / "loa.db"
    path.touch()
    with pytest.raises(StationError, match="empty"):
        Store(path)


def test_a_folder_without_a_database_is_no_station(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="loa init"):
        Store(tmp_path / "loa.db")
    assert list(tmp_path.iterdir()) == []


def test_a_closed_store_leaves_one_file(store: Store) -> None:
    with store.writing() as session:
        session.merge(PulseRow(id=0, at="x"))
    store.close()
    assert [path.name for path in store.path.parent.iterdir()] == ["loa.db"]
