"""Raw database rows: what the store wrote reads as the log has it, any other spelling stays different (F12)."""

import json
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.audit.stored import as_logged

SLOT = {
    "id": "s1",
    "start": "2026-11-22T22:30:00.000000Z",
    "campaign": True,
    "receivers": ["r1", "r2 á"],
    "plan_revision": 1,
    "why": None,
}


def through_sqlite(row):
    """As the store's columns hold it: truth values as 0 and 1, lists as the JSON that json.dumps writes."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    connection.execute(
        "CREATE TABLE slot (id TEXT, start TEXT, campaign BOOLEAN, receivers JSON, plan_revision INTEGER, why TEXT)"
    )
    values = [json.dumps(value) if isinstance(value, list) else value for value in row.values()]
    connection.execute(f"INSERT INTO slot VALUES ({', '.join('?' * len(values))})", values)
    return dict(connection.execute("SELECT * FROM slot").fetchone())


def test_what_the_store_wrote_reads_as_the_log_has_it():
    assert as_logged("slot", through_sqlite(SLOT)) == SLOT


@pytest.mark.parametrize(
    ("column", "stored"),
    [
        ("campaign", 2),
        ("campaign", -1),
        ("campaign", "1"),
        ("campaign", 1.0),
        ("campaign", None),
        ("plan_revision", "1"),
        ("plan_revision", 1.0),
        ("receivers", '["r1",  "r2 \\u00e1"]'),
        ("receivers", '["r1",\t"r2 \\u00e1"]'),
        ("receivers", '["r1", "r2 á"]'),
        ("receivers", '["r1", "r2 \\u00E1"]'),
        ("receivers", '["r1", "r2 \\u00e1"'),
        ("receivers", "[" * 100_000),
        ("receivers", b"[]"),
        ("receivers", 7),
        ("why", b"\xff"),
    ],
)
def test_f12_a_generous_readers_equal_is_a_difference(column, stored):
    value = as_logged("slot", {**through_sqlite(SLOT), column: stored})[column]
    assert json.dumps(value) != json.dumps(SLOT[column])


@given(st.integers(0, 18), st.characters(exclude_categories=["Cs"]))
def test_f12_any_character_changed_in_a_list_column_is_a_difference(position, letter):
    raw = json.dumps(SLOT["receivers"])
    changed = raw[:position] + letter + raw[position + 1 :]
    if changed != raw:
        assert as_logged("slot", {"receivers": changed})["receivers"] != SLOT["receivers"]


def test_a_column_nobody_knows_is_kept_for_the_audit_to_name():
    assert as_logged("slot", {"id": "s1", "added": 1}) == {"id": "s1", "added": 1}
