"""Sheets: what is written comes back, what Excel writes is read, and no cell of ours runs as a formula (E13)."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.errors import StationError
from scheduler.sheet import read_sheet, written_sheet

COLUMNS = ("a", "b")
CELLS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from("='+-@\"\t\r\n,;＝"), max_size=12)


def raw_cells(sheet: bytes) -> list[list[str]]:
    """As a spreadsheet gets them."""
    return list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"), newline="")))


@given(st.lists(st.fixed_dictionaries({"a": CELLS, "b": CELLS})))
def test_what_is_written_reads_back(rows: list[dict[str, str]]) -> None:
    read = [cells for _, cells in read_sheet(written_sheet(COLUMNS, rows), COLUMNS, COLUMNS)]
    stripped = [{name: cell.strip() for name, cell in row.items()} for row in rows]
    assert [row for row in stripped if any(row.values())] == [
        {name: cell.strip() for name, cell in row.items()} for row in read
    ]


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "=1+1",
            "+84 912",
            "-5",
            "−5",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            " =1",
            '"=1',
            "'=1",
            "“=1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
        ),
        "=cmd|' /C calc'!A0",
    ],
)
def test_e13_a_cell_that_would_run_stands_behind_a_quote(cell: str) -> None:
    ((_, shown),) = raw_cells(written_sheet(COLUMNS, [{"a": "x", "b": cell}]))[1:]
    assert shown == "'" + cell


@pytest.mark.parametrize("cell", ["QL7B", "hội, xóm", "'x", '"x"', "8-3", "a=b", ""])
def test_e13_an_ordinary_cell_stays_as_it_is(cell: str) -> None:
    ((_, shown),) = raw_cells(written_sheet(COLUMNS, [{"a": "x", "b": cell}]))[1:]
    assert shown == cell


def test_a_sheet_begins_with_the_mark_that_excel_looks_for() -> None:
    assert written_sheet(COLUMNS, []).startswith(b"\xef\xbb\xbfa,b")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_sheet_as_spreadsheets_write_it(encoding: str, between: str, end: str) -> None:
    lines = ["B,A", "hội,xóm", ",", '"hai\nhàng",một']
    raw = end.join(line.replace(",", between) for line in lines).encode(encoding)
    assert read_sheet(raw, COLUMNS, ("a",)) == [
        (2, {"a": "xóm", "b": "hội"}),
        (5, {"a": "một", "b": "hai\nhàng"}),
    ]


def test_a_column_that_is_not_there_is_empty_and_one_too_many_is_kept_apart() -> None:
    ((number, row),) = read_sheet(b"a,note\nx,y,,\n", COLUMNS, ("a",))
    assert (number, row["a"], row["b"]) == (2, "x", "")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "first line is —"),
        (b"a;c\n1;2\n", "first line is a, c"),
        ("a,b\nxóm,1".encode("cp1258", "replace") + b"\xf3", "not UTF-8"),
        (b"a,b\n1,2,3\n1,2\n1,2,,4\n", "line 2: expected 2 cells, found 3; line 4: expected 2 cells, found 4"),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "no line of a CSV"),
    ],
)
def test_what_is_no_such_sheet_is_refused_and_named(raw: bytes, said: str) -> None:
    with pytest.raises(StationError, match=said):
        read_sheet(raw, COLUMNS, COLUMNS)
