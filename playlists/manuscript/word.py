"""Word documents (.docx) to the lines a reader sees: numbered lists with their numbers, tables row by row."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.oxml.ns import qn

from playlists.errors import LineError
from playlists.manuscript.note import Note
from playlists.manuscript.numbering import Numbering

FILE_LIMIT = 8 << 20  # bytes; pictures weigh more than words
_UNPACKED_LIMIT = 64 << 20
_PART_LIMIT = 16 << 20
_PARTS_LIMIT = 1_000

_LEFT_OUT = {
    qn("w:del"): "deleted text of tracked changes was left out",
    qn("w:moveFrom"): "deleted text of tracked changes was left out",
    qn("w:footnoteReference"): "footnotes were left out",
    qn("w:endnoteReference"): "footnotes were left out",
    qn("w:commentReference"): "comments in the margin were left out",
    qn("w:drawing"): "pictures and text boxes were left out",
    qn("w:pict"): "pictures and text boxes were left out",
    qn("w:object"): "pictures and text boxes were left out",
}
_ALTERNATIVE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_FORMULA = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"


@dataclass
class _Page:
    """The lines so far, and what was seen that is not read."""

    numbering: Numbering
    lines: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, why: str) -> None:
        self.left_out.setdefault(why, len(self.lines) + 1)


def lines_of(raw: bytes) -> tuple[str, list[Note]]:
    """The document's text, one line a paragraph, cells of a row apart by tabs, and notes on what is not in it.

    Bounded in what it unpacks (zip bombs); entities are never resolved. Raises LineError.
    """
    _check_package(raw)
    try:
        document = docx.Document(io.BytesIO(raw))
        page = _Page(Numbering.of(document))
        _read_blocks(document.element.body, page)
    except Exception as problem:  # python-docx and lxml raise whatever the broken part leads to
        raise LineError(
            0,
            "a Word document (.docx) was expected, and it is damaged: {problem}; save it in Word again",
            problem=str(problem)[:200],
        ) from problem
    return "\n".join(page.lines), [Note(line, why) for why, line in page.left_out.items()]


def _check_package(raw: bytes) -> None:
    if len(raw) > FILE_LIMIT:
        raise LineError(
            0,
            "a Word document of at most {limit} MB was expected, not {size:.1f} MB; take its pictures out",
            limit=FILE_LIMIT >> 20,
            size=len(raw) / (1 << 20),
        )
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as problem:
        raise LineError(
            0, "a Word document (.docx) was expected, and it is damaged: {problem}", problem=problem
        ) from None
    total, largest = sum(part.file_size for part in parts), max((part.file_size for part in parts), default=0)
    if len(parts) > _PARTS_LIMIT or total > _UNPACKED_LIMIT or largest > _PART_LIMIT:
        raise LineError(
            0,
            "a Word document that unpacks to at most {limit} MB was expected, and this one unpacks to {total} MB in "
            "{parts} parts; it is no ordinary document",
            limit=_UNPACKED_LIMIT >> 20,
            total=total >> 20,
            parts=len(parts),
        )
    if not any(part.filename == "word/document.xml" for part in parts):
        raise LineError(0, "a Word document (.docx) was expected, and this package is something else; save it as .docx")


def _read_blocks(parent: Any, page: _Page) -> None:
    for block in parent:
        if block.tag == qn("w:p"):
            page.lines += _paragraph(block, page)
        elif block.tag == qn("w:tbl"):
            _read_table(block, page)
        elif block.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:smartTag"), qn("w:customXml")):
            _read_blocks(block, page)
        elif block.tag in _LEFT_OUT:
            page.leave_out(_LEFT_OUT[block.tag])


def _paragraph(paragraph: Any, page: _Page) -> list[str]:
    written = "".join(_inline(paragraph, page))
    if not written.strip():
        return [""]
    prefix = page.numbering.prefix(paragraph)
    return (prefix + written.strip(" ")).split("\n")


def _inline(parent: Any, page: _Page) -> Iterator[str]:
    for node in parent:
        tag = node.tag
        if tag == qn("w:t"):
            yield node.text or ""
        elif tag == qn("w:tab"):
            yield "\t"
        elif tag in (qn("w:br"), qn("w:cr")):
            yield "\n"
        elif tag == qn("w:noBreakHyphen"):
            yield "-"
        elif tag in _LEFT_OUT or tag == _ALTERNATIVE:
            page.leave_out(_LEFT_OUT.get(tag, "pictures and text boxes were left out"))
        elif tag == _FORMULA:
            page.leave_out("formulas were left out")
        elif tag == qn("w:r") and _hidden(node):
            page.leave_out("text that is formatted as hidden was left out")
        elif tag not in (qn("w:pPr"), qn("w:rPr"), qn("w:instrText"), qn("w:delText"), qn("w:sdtPr")):
            yield from _inline(node, page)


def _hidden(run: Any) -> bool:
    mark = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return mark is not None and mark.get(qn("w:val"), "true") not in ("0", "false", "off")


def _read_table(table: Any, page: _Page) -> None:
    """A table of facts row by row; a table that only puts blocks side by side (letterhead, signatures) cell by cell."""
    rows = [list(_cells(row)) for row in table.iter(qn("w:tr")) if row.getparent() is table]
    read = [[_cell(cell, page) for cell in row] for row in rows]
    side_by_side = len(read) == 1 or any(len(lines) > 1 for row in read for lines in row)
    for row in read:
        if side_by_side:
            page.lines += [line for lines in row for line in lines]
        else:
            page.lines.append("\t".join(" ".join(lines) for lines in row))


def _cells(row: Any) -> Iterator[Any]:
    for node in row:
        if node.tag == qn("w:tc"):
            yield node
        elif node.tag in (qn("w:sdt"), qn("w:sdtContent")):
            yield from _cells(node)


def _cell(cell: Any, page: _Page) -> list[str]:
    inner = _Page(page.numbering, left_out=page.left_out)
    _read_blocks(cell, inner)
    return [line for line in inner.lines if line.strip()]
