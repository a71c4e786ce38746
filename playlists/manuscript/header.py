"""The header of a manuscript: TOML between +++, YAML between ---, or plain "key: value" lines; with line numbers."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from playlists.errors import LineError
from playlists.fields import folded

HEADER_LIMIT = 16_000  # characters
_DEPTH_LIMIT = 4

_WRITTEN_KEYS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("keys.toml").read_text("utf-8"))
_KEYS = {folded(form): key for key, forms in _WRITTEN_KEYS.items() for form in forms}
_FORMS = {folded(form): form for forms in _WRITTEN_KEYS.values() for form in forms}

_PLAIN_LINE = re.compile(r"\s{0,20}([^:=#\s-][^:=]{0,60}?)\s{0,20}[:=]\s+(\S.*)")
_TOML_KEY = re.compile(
    r"^[ \t]*(?:\"([^\"]+)\"|'([^']+)'|([^\s\"'=\[#][^\"'=\[#\n]{0,60}?))[ \t]{0,20}=(?!=)", re.MULTILINE
)
_BARE_VALUE = re.compile(
    r"(?<==)[ \t]*((?!(?:true|false)[ \t]*$)[^\W\d_][^\"'=\[\]{}#\n]{0,300}?)[ \t]*$", re.MULTILINE
)
_TOML_TABLE = re.compile(r"^[ \t]*\[([^\[\]\"'.]+)\]", re.MULTILINE)
_TOML_AT = re.compile(r" ?\(at line (\d+), column \d+\)")
_KEY_LINE = re.compile(r"[^\s:][^:]*:(?:\s.*)?")


@dataclass(frozen=True)
class Entry:
    """One line of a header. `key` is ours, `written` the operator's; a value is what TOML gives, or text from YAML."""

    line: int
    key: str
    written: str
    value: object


@dataclass(frozen=True)
class Header:
    """The known entries, what is wrong with the rest, and the line (from 0) on which the text itself begins."""

    entries: tuple[Entry, ...]
    faults: tuple[LineError, ...]
    body: int


def read_header(lines: Sequence[str]) -> Header:
    """Whatever header `lines` begin with, if any."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    fence = lines[first].strip() if lines else ""
    if fence == "+++" or (fence == "---" and _looks_like_yaml(lines[first + 1 :])):
        closing = next((n for n in range(first + 1, len(lines)) if lines[n].strip() == fence), None)
        if closing is not None:
            return _fenced(lines[first + 1 : closing], first + 2, fence, closing + 1)
        template = "the header opened by {fence} should be closed by a line of its own with {fence}"
        return Header((), (LineError(first + 1, template, fence=fence),), first + 1)
    return _unfenced(lines, first)


def _looks_like_yaml(lines: Sequence[str]) -> bool:
    """Whether --- opens a header here, and is no line across the page."""
    first = next((line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    return first == "---" or _KEY_LINE.fullmatch(first) is not None


def _fenced(lines: Sequence[str], first_line: int, fence: str, body: int) -> Header:
    if sum(map(len, lines)) > HEADER_LIMIT:
        fault = LineError(first_line, "a header holds at most {limit} characters; is it closed?", limit=HEADER_LIMIT)
        return Header((), (fault,), body)
    read = _toml if fence == "+++" else _yaml
    try:
        written = read("\n".join(lines), first_line)
    except LineError as fault:
        return Header((), (fault,), body)
    return _known(written, body)


def _unfenced(lines: Sequence[str], first: int) -> Header:
    """Lines such as "Tiêu đề: …" at the top, two or more of them: what operators type into Word."""
    written: list[tuple[int, str, object]] = []
    for number in range(first, len(lines)):
        entry = _plain_entry(lines[number])
        if entry is None or (folded(entry[0]) not in _KEYS and not _meant(entry[0])):
            break
        written.append((number + 1, *entry))
    if sum(folded(key) in _KEYS for _, key, _ in written) < 2:
        return Header((), (), 0)
    return _known(written, first + len(written))


def _known(written: Iterable[tuple[int, str, object]], body: int) -> Header:
    entries: list[Entry] = []
    faults: list[LineError] = []
    seen: dict[str, Entry] = {}
    for line, form, value in written:
        key = _KEYS.get(folded(form))
        if key is None:
            faults.append(_unknown(line, form))
        elif key in seen:
            template = "{key!r} says the same as {before!r} on line {other}; keep one of them"
            faults.append(LineError(line, template, key=form, before=seen[key].written, other=seen[key].line))
        else:
            entry = seen[key] = Entry(line, key, form, value)
            entries.append(entry)
    return Header(tuple(entries), tuple(faults), body)


def _unknown(line: int, form: str) -> LineError:
    meant = _meant(form)
    if meant:
        return LineError(line, "the header knows no {key!r}; did you mean {meant!r}?", key=form, meant=meant)
    known = ", ".join(forms[1] if len(forms) > 1 else forms[0] for forms in _WRITTEN_KEYS.values())
    return LineError(line, "the header knows no {key!r}; it knows {known}", key=form, known=known)


def _meant(form: str) -> str | None:
    close = difflib.get_close_matches(folded(form), _FORMS, n=1, cutoff=0.75)
    return _FORMS[close[0]] if close else None


def _plain_entry(line: str) -> tuple[str, object] | None:
    found = _PLAIN_LINE.fullmatch(line.rstrip())
    return (found[1], found[2].strip().strip("\"'")) if found else None


def _toml(text: str, first_line: int) -> list[tuple[int, str, object]]:
    """TOML whose keys and values may be bare Vietnamese words, which TOML itself would want in quotes."""
    try:
        table = _parsed_toml(text)
    except tomllib.TOMLDecodeError as problem:
        at = _TOML_AT.search(str(problem))
        line = first_line - 1 + int(at[1]) if at else first_line + text.count("\n")
        what = _TOML_AT.sub("", str(problem)).removesuffix(" (at end of document)")
        raise LineError(line, "a TOML header was expected between +++ lines: {problem}", problem=what) from None
    except RecursionError:
        raise LineError(first_line, "a header of plain keys and values was expected, not nested lists") from None
    places: dict[str, int] = {}
    for found in (*_TOML_TABLE.finditer(text), *_TOML_KEY.finditer(text)):
        places.setdefault(next(filter(None, found.groups())), first_line + text.count("\n", 0, found.start()))
    return [(places.get(key, first_line), key, value) for key, value in table.items()]


def _parsed_toml(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        quoted = _TOML_KEY.sub(lambda found: f'"{found[3]}" =' if found[3] else found[0], text)
        return tomllib.loads(_TOML_TABLE.sub(r'["\1"]', _BARE_VALUE.sub(r' "\1"', quoted)))


def _yaml(text: str, first_line: int) -> list[tuple[int, str, object]]:
    """YAML with every scalar as text; where it is none (a colon in a title), plain "key: value" lines are taken."""
    try:
        _refuse_yaml_traps(text, first_line)
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as problem:
        plain = _plain_lines(text, first_line)
        if plain is not None:
            return plain
        mark = getattr(problem, "problem_mark", None)
        line = first_line + (mark.line if mark else 0)
        what = getattr(problem, "problem", None) or problem
        raise LineError(line, "a YAML header was expected between --- lines: {problem}", problem=what) from None
    if root is None:
        return []
    if not isinstance(root, yaml.MappingNode):
        raise LineError(first_line, "lines such as `title: …` were expected between the --- lines")
    return [(first_line + key.start_mark.line, str(key.value), _plain_value(value)) for key, value in root.value]


def _refuse_yaml_traps(text: str, first_line: int) -> None:
    """References can blow a few bytes up to gigabytes, deep nesting ends the program: neither belongs in a header."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _DEPTH_LIMIT:
            line = first_line + (event.start_mark.line if event.start_mark else 0)
            raise LineError(line, "a header of plain keys and values was expected, not references or nested lists")


def _plain_lines(text: str, first_line: int) -> list[tuple[int, str, object]] | None:
    written: list[tuple[int, str, object]] = []
    for number, line in enumerate(text.split("\n"), first_line):
        entry = _plain_entry(line)
        if entry is not None:
            written.append((number, *entry))
        elif line.strip():
            return None
    return written


def _plain_value(node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain_value(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain_value(item) for item in node.value]
    return str(node.value)
