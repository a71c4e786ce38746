"""Markdown to the lines that are read: paragraphs in one piece, without the signs that only printing needs."""

from __future__ import annotations

import re

from playlists.manuscript.note import Note
from tts.normalise.roles import take_role

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEADING = re.compile(r"#{1,6}[ \t]+(.*)")
_RULE = re.compile(r"[ \t]*([-*_=])[ \t]*(?:\1[ \t]*){2,}")
_FENCE = re.compile(r"[ \t]*(?:```|~~~).*")
_ITEM = re.compile(r"[ \t]*(?:[-*+•–]|\d{1,3}[.)]|[a-zđ]\))[ \t]+\S.*")
# What may stand between two signs is bounded, so that signs without a partner cannot cost quadratic time (I12).
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,1000}\)")
_LINK = re.compile(r"\[([^\]\n]{1,300})\]\([^)\n]{0,1000}\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,300}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*_\\])([*_])(?=[^\s*_])(.{1,300}?)(?<=[^\s*_\\])\1(?![\w*_])")
_CODE = re.compile(r"`([^`\n]{1,300})`")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|>-])")


def plain(text: str, first_line: int) -> tuple[str, list[Note]]:
    """The text without Markdown's signs; comments and pictures are left out with a note. Lists keep their marks.

    A line that says who speaks it ([nam], [câu: chao-dau]) begins a paragraph.
    """
    notes: list[Note] = []
    text = _without(_COMMENT, "a comment was left out: {written!r}", text, first_line, notes)
    text = _without(_IMAGE, "a picture was left out: {written!r}", text, first_line, notes)
    blocks: list[str] = []
    open_paragraph = False
    for line in text.split("\n"):
        if line.lstrip(" \t").startswith(">"):
            line = line.lstrip(" \t")[1:].removeprefix(" ")
        hard_break = line.endswith(("  ", "\\"))
        line = line.rstrip().removesuffix("\\") if hard_break else line.rstrip()
        if not line.strip() or _RULE.fullmatch(line) or _FENCE.fullmatch(line) or _is_table_rule(line):
            if not line.strip() and blocks and blocks[-1]:
                blocks.append("")
            open_paragraph = False
            continue
        heading = _HEADING.fullmatch(line)
        if heading or _is_row(line):
            blocks.append(_inline(heading[1].rstrip("# \t")) if heading else _cells(line))
            open_paragraph = False
            continue
        mark = take_role(line)
        if open_paragraph and not _ITEM.fullmatch(line) and mark.role is None and not mark.phrase:
            blocks[-1] += " " + _inline(line.strip())
        else:
            blocks.append(_inline(line.strip()))
        open_paragraph = not hard_break and not mark.phrase
    return "\n".join(blocks).strip("\n"), notes


def _without(what: re.Pattern[str], why: str, text: str, first_line: int, notes: list[Note]) -> str:
    def leave_out(found: re.Match[str]) -> str:
        notes.append(Note(first_line + text.count("\n", 0, found.start()), why, {"written": found[0][:60]}))
        return "\n" * found[0].count("\n")

    return what.sub(leave_out, text)


def _is_row(line: str) -> bool:
    return len(line.strip()) > 1 and line.strip()[0] == line.strip()[-1] == "|"


def _is_table_rule(line: str) -> bool:
    return "-" in line and "|" in line and set(line) <= set(" \t:|-")


def _cells(row: str) -> str:
    return "\t".join(_inline(cell.strip()) for cell in row.strip().strip("|").split("|"))


def _inline(line: str) -> str:
    line = _LINK.sub(r"\1", line)
    line = _STRONG.sub(r"\2", line)
    line = _EMPHASIS.sub(r"\2", line)
    line = _CODE.sub(r"\1", line)
    return _ESCAPED.sub(r"\1", line)
