"""Leaf bytes: one spelling for one value, and nothing else is read."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.audit.entry import Entry, EntryError, instant_text, read_instant
from scheduler.audit.fold import TABLES, FoldError, fold
from scheduler.audit.tables import (
    Adoption,
    Approval,
    Bulletin,
    Clip,
    Incident,
    Lexicon,
    Manifest,
    Phrase,
    Plan,
    PlayRecord,
    Receiver,
    Slot,
    Station,
    Waiver,
    Xom,
)

AT = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
GOOD = Entry(3, AT, "xom", {"xom": [{"id": "x01", "name": "Xóm Bắc"}]}).encode()

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)
rows = st.dictionaries(
    st.text("abc", min_size=1),
    st.lists(st.dictionaries(st.text("xyz"), json_values, max_size=3), max_size=2),
    max_size=3,
)


def test_the_leaf_is_spelt_out():
    assert GOOD.decode() == (
        '{"at":"2026-11-23T05:30:00.000000Z","kind":"xom","n":3,"rows":{"xom":[{"id":"x01","name":"Xóm Bắc"}]},"v":1}'
    )


@given(st.integers(0, 2**60), st.datetimes(timezones=st.just(UTC)), st.text("abc", min_size=1), rows)
def test_every_entry_reads_back_as_itself(index, at, kind, written):
    leaf = Entry(index, at, kind, written).encode()
    assert Entry.decode(leaf) == Entry(index, at, kind, written)
    assert Entry.decode(leaf).encode() == leaf


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_read_as_what_it_now_says(position, flip):
    """Nothing is read loosely: whatever is accepted has exactly these bytes as its one spelling."""
    changed = GOOD[:position] + bytes([GOOD[position] ^ flip]) + GOOD[position + 1 :]
    try:
        entry = Entry.decode(changed)
    except EntryError:
        return
    assert entry.encode() == changed
    assert entry != Entry.decode(GOOD)


@pytest.mark.parametrize(
    "leaf",
    [
        GOOD + b"\n",
        b" " + GOOD,
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b'"n":3', b'"n":3.0'),
        GOOD.replace(b'"n":3', b'"n":true'),
        GOOD.replace(b'"n":3', b'"n":-1'),
        GOOD.replace(b'"n":3', b'"n":3,"n":3'),
        GOOD.replace(b'"v":1', b'"v":true'),
        GOOD.replace(b'"v":1', b'"v":2'),
        GOOD.replace(b'"v":1', b'"v":1,"w":1'),
        GOOD.replace(b'"x01"', b"NaN"),
        GOOD.replace(b'"x01"', b"1e400"),
        GOOD.replace(b'"x01"', b'"\\u0078"'),
        GOOD.replace(b'"x01"', b'"\\ud800"'),
        GOOD.replace(b'"x01"', b"[" * 100_000),
        GOOD.replace(b'"x01"', b"1" * 5000),
        GOOD.replace(b'[{"id"', b'[[],{"id"'),
        GOOD.replace(b'"rows":{', b'"rows":{"clip":1,'),
        GOOD.replace(b'"kind":"xom"', b'"kind":""'),
        GOOD.replace(b"05:30:00.000000Z", b"05:30:00Z"),
        GOOD.replace(b".000000Z", b".000000+07:00"),
        b"",
        b"[]",
        b"\xff",
    ],
)
def test_b13_another_spelling_or_shape_is_refused(leaf):
    with pytest.raises(EntryError) as caught:
        Entry.decode(leaf)
    assert str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), b"bytes", AT, "\ud800"])
def test_what_is_not_json_cannot_be_logged(value):
    with pytest.raises(EntryError, match="plain JSON"):
        Entry(0, AT, "xom", {"xom": [{"id": value}]}).encode()


def test_e9_text_is_kept_as_it_came_not_normalised():
    decomposed = unicodedata.normalize("NFD", "Xóm Bắc")
    leaf = Entry(0, AT, "xom", {"xom": [{"id": "x01", "name": decomposed}]}).encode()
    assert Entry.decode(leaf).rows["xom"][0]["name"] == decomposed


@given(st.datetimes(timezones=st.timezones()), st.datetimes(timezones=st.just(timezone(timedelta(hours=7)))))
def test_c7_instants_of_any_zone_sort_as_their_texts_do(a, b):
    try:
        a, b = a.astimezone(UTC), b.astimezone(UTC)
    except OverflowError:
        return
    assert read_instant(instant_text(a)) == a
    assert (instant_text(a) < instant_text(b)) == (a < b)


def test_the_fold_keeps_the_last_row_of_each_key():
    leaves = [
        Entry(0, AT, "xom", {"xom": [{"id": "x01", "name": "A"}, {"id": "x02", "name": "B"}]}).encode(),
        Entry(
            1,
            AT,
            "xom",
            {"xom": [{"id": "x01", "name": "C", "tags": []}], "plan": [{"week": "2026-W48", "revision": 1}]},
        ).encode(),
    ]
    tables = fold(leaves)
    assert tables["xom"] == {("x01",): {"id": "x01", "name": "C", "tags": []}, ("x02",): {"id": "x02", "name": "B"}}
    assert tables["plan"] == {("2026-W48", 1): {"week": "2026-W48", "revision": 1}}


@pytest.mark.parametrize("written", [{"users": [{"id": "a"}]}, {"xom": [{"name": "A"}]}, {"xom": [{"id": True}]}])
def test_a_row_no_evidence_table_can_hold_is_refused(written):
    with pytest.raises(FoldError):
        fold([Entry(0, AT, "xom", written).encode()])


def test_each_evidence_table_is_written_down_with_its_key():
    described = (
        Adoption,
        Approval,
        Bulletin,
        Clip,
        Incident,
        Lexicon,
        Manifest,
        Phrase,
        Plan,
        PlayRecord,
        Receiver,
        Slot,
        Station,
        Waiver,
        Xom,
    )
    names = {"PlayRecord": "play_record"}
    columns = {names.get(table.__name__, table.__name__.lower()): table.__annotations__ for table in described}
    assert columns.keys() == TABLES.keys()
    for table, key in TABLES.items():
        assert set(key) <= columns[table].keys()


def test_the_leaf_is_json_for_any_reader():
    assert json.loads(GOOD)["rows"]["xom"][0]["name"] == "Xóm Bắc"
