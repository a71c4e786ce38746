"""A station folder that was copied away is intact; one byte changed in it, anywhere in the evidence, is named."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from scheduler_cast import SUNDAY, WEEK, devices, published, say, slots
from sqlmodel import SQLModel

from devices.signing import SigningKey
from scheduler.audit.checkpoint import make_checkpoint
from scheduler.audit.fold import TABLES
from scheduler.audit.merkle import Frontier, grow, leaf_hash
from scheduler.errors import StationError
from scheduler.station import open_station
from scheduler.store import tables
from scheduler.store.log import append
from scheduler.usecases.seal_log import seal_log
from scheduler.usecases.verify_log import Verification, verify_station

MODELS: dict[str, type[SQLModel]] = {
    str(model.__tablename__): model  # type: ignore[attr-defined]
    for model in vars(tables).values()
    if isinstance(model, type) and getattr(model, "__tablename__", None) in TABLES
}
COLUMNS = [(table, column) for table, model in MODELS.items() for column in model.model_fields]


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A station with rows in every evidence table and several checkpoints, copied from where it was made."""
    made = tmp_path_factory.mktemp("made") / "station"
    station = published(made)
    device, monday = devices(station)["r1"], WEEK.start + timedelta(hours=7)
    slot = slots(station)[0]
    say(station, "report", device, device.report("adopted", "manifest 1", "adopted", {"version": 1}), SUNDAY)
    say(station, "report", device, device.report("security", "manifest 9", "unknown-signer", {"signers": "x"}), SUNDAY)
    seal_log(station)
    say(station, "record", device, device.record(slot), monday)
    with station.store.writing() as session:
        for table, model in MODELS.items():
            if session.connection().exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar() == 0:
                append(session, "something", monday, [_some(model)])
    seal_log(station)
    station.store.close()
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("copied") / "elsewhere"))


@pytest.fixture
def changed(evidence: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(evidence, tmp_path / "station"))


@pytest.mark.functional
def test_the_copied_folder_is_intact_and_one_changed_byte_is_not(changed: Path) -> None:
    """By the command, as an inspector runs it: exit 0, then exit 1 with the name of what is wrong."""
    code, document = _command(changed)
    assert (code, document["intact"], document["findings"], document["unsealed"]) == (0, True, [], 0)
    assert set(TABLES) == set(MODELS)
    with _database(changed) as database:
        for table in TABLES:
            assert database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] > 0, f"{table} is not tested"
        database.execute("UPDATE play_record SET samples_played = samples_played + 1")
    code, document = _command(changed)
    assert (code, document["intact"]) == (1, False)
    assert [finding["where"] for finding in document["findings"]] == ["play_record r1/1/3"]


@pytest.mark.functional
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_changed_value_is_named_with_its_row_and_column(changed_once: Path, table: str, column: str) -> None:
    with _database(changed_once) as database:
        keys = ", ".join(TABLES[table])
        rowid, value, *key = database.execute(f"SELECT rowid, {_name(column)}, {keys} FROM {table} LIMIT 1").fetchone()
        other = _one_byte_changed(value)
        database.execute(f"UPDATE {table} SET {_name(column)} = ? WHERE rowid = ?", (other, rowid))
    try:
        findings = _verified(changed_once).findings
        names = {f"{table} {'/'.join(map(str, key))}"}
        if column in TABLES[table]:
            assert any(item.where in names for item in findings), "the row that is gone"
        else:
            assert any(item.where in names and column in str(item.problem) for item in findings), findings
    finally:
        with _database(changed_once) as database:
            database.execute(f"UPDATE {table} SET {_name(column)} = ? WHERE rowid = ?", (value, rowid))


@pytest.fixture(scope="module")
def changed_once(evidence: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for all columns; each test puts back what it changed."""
    return Path(shutil.copytree(evidence, tmp_path_factory.mktemp("changed") / "station"))


@pytest.mark.functional
def test_every_row_taken_out_or_put_in_is_named(changed: Path) -> None:
    for table in TABLES:
        with _database(changed) as database:
            database.row_factory = sqlite3.Row
            row = dict(database.execute(f"SELECT * FROM {table} LIMIT 1").fetchone())
            where = f"{table} {'/'.join(str(row[key]) for key in TABLES[table])}"
            condition = " AND ".join(f"{key} = ?" for key in TABLES[table])
            database.execute(f"DELETE FROM {table} WHERE {condition}", [row[key] for key in TABLES[table]])
        assert [item.where for item in _verified(changed).findings if item.kind == "row"] == [where]
        with _database(changed) as database:
            _insert(database, table, row)
            _insert(database, table, {**row, TABLES[table][0]: "invented"})
        invented = where.replace(str(row[TABLES[table][0]]), "invented", 1)
        assert [item.where for item in _verified(changed).findings if item.kind == "row"] == [invented]
        with _database(changed) as database:
            database.execute(f"DELETE FROM {table} WHERE {TABLES[table][0]} = 'invented'")
    assert _verified(changed).findings == ()


@pytest.mark.functional
@pytest.mark.parametrize("column", ["entry", "hash"])
def test_one_byte_of_any_leaf_is_named(changed: Path, column: str) -> None:
    chance = random.Random(48)
    with _database(changed) as database:
        leaves = database.execute(f"SELECT n, {column} FROM leaf ORDER BY n").fetchall()
    assert len(leaves) > 10
    for n, raw in leaves:
        at = chance.randrange(len(raw))
        _set(changed, f"UPDATE leaf SET {column} = ? WHERE n = ?", _flipped(raw, at), n)
        assert f"leaf {n}" in {item.where for item in _verified(changed).findings}
        _set(changed, f"UPDATE leaf SET {column} = ? WHERE n = ?", raw, n)
    assert _verified(changed).findings == ()


@pytest.mark.functional
def test_a_renumbered_leaf_is_named(changed: Path) -> None:
    _set(changed, "UPDATE leaf SET n = n + 1 WHERE n = (SELECT MAX(n) FROM leaf)")
    assert any(item.kind == "leaf" for item in _verified(changed).findings)


@pytest.mark.functional
def test_one_byte_of_any_stored_checkpoint_is_named(changed: Path) -> None:
    with _database(changed) as database:
        database.row_factory = sqlite3.Row
        rows = [dict(row) for row in database.execute("SELECT * FROM checkpoint ORDER BY size")]
    assert len(rows) >= 3
    chance = random.Random(49)
    for row in rows:
        for at in chance.sample(range(len(row["text"].encode())), 12):
            text = _flipped(row["text"].encode(), at).decode("latin-1")
            _set(changed, "UPDATE checkpoint SET text = ? WHERE size = ?", text, row["size"])
            assert any(item.kind == "checkpoint" for item in _verified(changed).findings), text
        _set(changed, "UPDATE checkpoint SET text = ? WHERE size = ?", row["text"], row["size"])
        for column in row.keys() - {"text", "size"}:
            _set(changed, f"UPDATE checkpoint SET {column} = 'x' WHERE size = ?", row["size"])
            assert any(item.kind == "checkpoint" for item in _verified(changed).findings), column
            _set(changed, f"UPDATE checkpoint SET {column} = ? WHERE size = ?", row[column], row["size"])
        _set(changed, "UPDATE checkpoint SET size = size + 1000 WHERE size = ?", row["size"])
        assert any(item.kind == "checkpoint" for item in _verified(changed).findings)
        _set(changed, "UPDATE checkpoint SET size = size - 1000 WHERE size = ?", row["size"] + 1000)
    assert _verified(changed).findings == ()


@pytest.mark.functional
def test_one_byte_of_the_witness_file_is_named(changed: Path) -> None:
    witness = changed / "log" / "checkpoints.txt"
    raw = witness.read_bytes()
    chance = random.Random(50)
    for at in range(len(raw)):
        witness.write_bytes(_flipped(raw, at, 1 << chance.randrange(8)))
        verification = _verified(changed)
        assert any(item.kind == "checkpoint" for item in verification.findings), (at, raw[max(0, at - 20) : at + 20])
    witness.write_bytes(raw)
    assert _verified(changed).findings == ()


@pytest.mark.functional
@pytest.mark.parametrize("nodes", ["[]", "[1]", "x", '["00"]', "null"])
def test_the_frontier_is_held_against_the_leaves(changed: Path, nodes: str) -> None:
    _set(changed, "UPDATE frontier SET nodes = ?", nodes)
    assert [item.where for item in _verified(changed).findings] == ["frontier"]


@pytest.mark.functional
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE leaf SET entry = CAST(entry AS TEXT) WHERE n = 3",
        "UPDATE leaf SET entry = 'x' WHERE n = 3",
        "UPDATE leaf SET hash = 7 WHERE n = 3",
        "UPDATE checkpoint SET text = x'ff00'",
        "UPDATE frontier SET size = size + 1",
        "DELETE FROM frontier",
        "DELETE FROM leaf",
        "DELETE FROM checkpoint",
        "DELETE FROM checkpoint WHERE size = (SELECT MIN(size) FROM checkpoint)",
        "UPDATE slot SET receivers = 'not json'",
        "UPDATE station SET trust = 'no envelope'",
    ],
)
def test_what_no_program_of_ours_wrote_is_named_and_stops_nothing(changed: Path, statement: str) -> None:
    """But a text of the very same bytes is the same evidence."""
    _set(changed, statement)
    assert bool(_verified(changed).findings) is not statement.startswith("UPDATE leaf SET entry = CAST")


@pytest.mark.functional
def test_d9_a_damaged_database_file_is_said_to_be_damaged(changed: Path) -> None:
    database = changed / "loa.db"
    raw = database.read_bytes()
    database.write_bytes(raw[:8192] + bytes(len(raw) - 8192))
    with pytest.raises(StationError, match=r"loa\.db"):
        _verified(changed)


@pytest.mark.functional
def test_one_byte_of_a_clip_is_named(changed: Path) -> None:
    clip = next((changed / "audio").glob("*.mp3"))
    clip.write_bytes(_flipped(clip.read_bytes(), 1000))
    assert [item.where for item in _verified(changed).findings] == [f"audio/{clip.name}"]


@pytest.mark.functional
def test_f12_dropping_the_last_leaves_with_their_rows_is_named_by_the_witness(changed: Path) -> None:
    """The record that is not wanted goes with its leaf, and so does the stored checkpoint; what was witnessed stays."""
    with _database(changed) as database:
        size = database.execute("SELECT MAX(size) FROM checkpoint").fetchone()[0]
        database.execute("DELETE FROM checkpoint WHERE size = ?", (size,))
        database.execute("DELETE FROM leaf WHERE n >= ?", (size - 2,))
        database.execute("DELETE FROM play_record")
    findings = _verified(changed).findings
    assert any(item.where == f"witnessed checkpoint of {size} leaves" for item in findings)


@pytest.mark.functional
def test_f12_a_chain_signed_anew_by_another_key_is_named_to_who_knows_the_key(changed: Path) -> None:
    station = open_station(changed)
    true_key = station.keys.log.public
    with station.store.reading() as session:
        leaves = [row[0] for row in session.connection().exec_driver_sql("SELECT entry FROM leaf ORDER BY n")]
    station.store.close()
    thief = SigningKey.generate()
    root = grow(Frontier(), [leaf_hash(leaf) for leaf in leaves]).root
    text = make_checkpoint("loa/xa-thu", len(leaves), root, thief.sign_note, thief.public.raw)
    _set(changed, "UPDATE checkpoint SET text = ? WHERE size = (SELECT MAX(size) FROM checkpoint)", text)
    code, document = _command(changed, "--log-key", true_key.text)
    assert code == 1
    assert any("checkpoint" in finding["where"] for finding in document["findings"])


def _some(model: type[SQLModel]) -> SQLModel:
    """A row of a table that the station's story leaves empty."""
    hints = get_type_hints(model)
    return model(**{name: f"some-{name}" if hints[name] in (str, str | None) else 1 for name in model.model_fields})


def _command(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "scheduler", "audit", "verify", "--station", str(folder), "--json", *words]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    return done.returncode, json.loads(done.stdout)


def _verified(folder: Path) -> Verification:
    station = open_station(folder)
    try:
        return verify_station(station)
    finally:
        station.store.close()


@contextmanager
def _database(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / "loa.db")) as database, database:
        yield database


def _set(folder: Path, statement: str, *values: object) -> None:
    with _database(folder) as database:
        database.execute(statement, values)


def _insert(database: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    columns = ", ".join(map(_name, row))
    database.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})", [*row.values()])


def _one_byte_changed(value: object) -> object:
    """Another value of the same kind, one byte away; a null becomes a text, an empty text a space."""
    if isinstance(value, int):
        return value ^ 1
    if isinstance(value, str) and value:
        middle = len(value) // 2
        return value[:middle] + chr(ord(value[middle]) ^ 1) + value[middle + 1 :]
    return "x"


def _flipped(raw: bytes, at: int, mask: int = 1) -> bytes:
    return raw[:at] + bytes([raw[at] ^ mask]) + raw[at + 1 :]


def _name(column: str) -> str:
    return f'"{column}"'
