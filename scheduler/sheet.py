"""Tables that go to a spreadsheet and come back: CSV as Excel writes it, and no cell that it would run as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

from scheduler.errors import StationError
from scheduler.sentence import Sentence, Sentences

_FORMULA = re.compile(r"[\s'\"“”‘’]*[=+\-−@\t\r＝＋－＠]")
"""What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection; case E13)."""


def written_sheet(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """UTF-8 with a byte order mark, for Excel; a cell that looks like a formula gets a ' before it."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows({column: _defused(row[column]) for column in columns} for row in rows)
    return out.getvalue().encode("utf-8-sig")


def read_sheet(raw: bytes, columns: Sequence[str], needed: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows with the number of the line each ends in; a column that is not there is "", empty rows are left out.

    UTF-8, or UTF-16 as a spreadsheet's “Unicode text” is; comma, semicolon or tab stands between cells. Raises
    StationError for another encoding, for a first line that lacks one of the `needed` columns, and, all at once, for
    lines with more cells than columns.
    """
    text = _decoded(raw)
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        headings = [heading.strip().lower() for heading in next(reader, [])]
        if not set(needed) <= set(headings):
            raise StationError(
                "expected a CSV with the columns {columns} ({needed} at least), but its first line is {came}",
                columns=", ".join(columns), needed=", ".join(needed), came=", ".join(headings)[:200] or "—",
            )  # fmt: skip
        read = [(reader.line_num, [_told(cell) for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise StationError("line {number} is no line of a CSV: {error}", number=reader.line_num, error=error) from error
    faults = [
        Sentence(
            "line {number}: expected {columns} cells, found {cells}", number=n, columns=len(headings), cells=len(row)
        )
        for n, row in read
        if any(row[len(headings) :])
    ]
    if faults:
        raise StationError("the table cannot be used: {faults}", faults=Sentences(tuple(faults)))
    absent = dict.fromkeys(columns, "")
    return [(n, {**absent, **dict(zip(headings, row, strict=False))}) for n, row in read if any(row)]


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise StationError(
            "the file is not UTF-8 (byte {position}): save it as “CSV UTF-8” in the spreadsheet", position=error.start
        ) from error


def _defused(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _told(cell: str) -> str:
    """A cell without the ' that kept it from being a formula."""
    plain = cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell
    return plain.strip()
