"""The translation catalogue in step with the code: `make catalogue` after a text was added, changed or taken out.

Every English text that an operator may see is found in the source by its place: in a call of `_`, in an error, a
sentence, a help text, a table's headings, and in a page's template in a call of `_`; click's own texts are found in
click. What was translated stays, what is gone is taken out, what is new is listed for the translator. Texts of the
planner are translated in playlists' own table, which travels with that package, and are taken over from there.
"""

from __future__ import annotations

import ast
import io
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from devices.protocol.reasons import REASONS

ROOT = Path(__file__).parents[2]
PACKAGES = ("tts", "playlists", "devices", "scheduler")
PO = ROOT / "scheduler/locale/vi/LC_MESSAGES/loa.po"
MO = PO.with_suffix(".mo")
PLANNER = ROOT / "playlists/planning/reasons.vi.toml"

ERRORS = {"ReadableError", "DeviceError"}
"""The roots of our errors: the first argument of each subclass is a msgid."""
BY_REASON = {"BadSignature"}
"""Errors that are given a key of REASONS instead."""
PLACES = {
    "_": 0,
    "say": 0,
    "Sentence": 0,
    "Phrase": 0,
    "LineError": 1,
    "Note": 1,
    "LeftOut": 2,
    "Doubt": -2,
    "quarantine": 3,
    "_incident": 3,
    "__init__": 0,
    "leave_out": 0,
    "_without": 1,
    "_leaving_out": 2,
    "failure": 0,
    "show_table": 0,
}
"""Other calls whose texts reach the operator, and private functions that hand a text on: the argument that is one."""
RULES = {"Form", "Said", "reading", "_leaving_out"}
"""The normaliser's names of its rules are texts as well, though single words."""
WHY = "_WHY_"
"""How the normaliser's names begin under which it keeps why something is not read aloud."""
KEYWORDS = {"help", "template", "silent"}
TABLES = {"headings", "DAYS", "WORDS", "LABELS", "METAVARS"}
"""Names of tuples whose items, or dicts whose values, are each translated; STATE_STYLES has them as its keys."""
INSTALLER_ONLY = "shell_completion.py"
"""click's texts about shell completion, which Loa does not offer."""

REPORTED, REPORTED_VI = "receiver {receiver}: {subject}: ", "cụm {receiver}: {subject}: "
"""What the station writes before a reason that a receiver reports."""
HEADER = b"# Loa in Vietnamese. The msgids come from the code; `make catalogue` keeps this file in step with it."
WRITTEN = datetime(2026, 11, 22, tzinfo=UTC)  # fixed, so that the same texts give the same bytes

_GENERATOR = re.compile(rb'"(Generated-By|Report-Msgid-Bugs-To): .*\n')
_RULE = re.compile("[a-z][a-z ]+")

Msgid = str | tuple[str, str]


@dataclass
class Found:
    """Msgids with the files they stand in; a pair is a singular and its plural."""

    places: dict[Msgid, set[str]] = field(default_factory=dict)

    def add(self, msgid: Msgid, place: str) -> None:
        if msgid:
            self.places.setdefault(msgid, set()).add(place)


@cache
def msgids() -> dict[Msgid, set[str]]:
    """Every text of the project and of click, with the files it stands in."""
    found = Found()
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _sources()}
    errors = _error_classes(trees.values()) - BY_REASON
    for path, tree in trees.items():
        place = path.relative_to(ROOT).as_posix()
        rules, shown = place.startswith("tts/normalise/"), place.startswith("scheduler/cli/")
        for text in texts(tree, errors, rules=rules, shown=shown):
            found.add(text, place)
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.html")):
        for text in _of_page(path):
            found.add(text, path.relative_to(ROOT).as_posix())
    for _kind, template in REASONS.values():
        found.add(template, "devices/protocol/reasons.py")
        found.add(REPORTED + template, "scheduler/usecases/ingest.py")
    for template in planner():
        found.add(template, "playlists/planning/reasons.vi.toml")
    for path in sorted(Path(click.__file__).parent.glob("*.py")):
        if path.name != INSTALLER_ONLY:
            for msgid in _of_click(ast.parse(path.read_text(encoding="utf-8"))):
                found.add(msgid, "click")
    return found.places


def planner() -> dict[str, str]:
    """The planner's sentences and their Vietnamese."""
    return tomllib.loads(PLANNER.read_text(encoding="utf-8"))


def read_catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="vi", domain="loa")


def compiled(catalogue: Catalog) -> bytes:
    """The .mo file of a catalogue."""
    out = io.BytesIO()
    write_mo(out, read_po(io.BytesIO(written(catalogue)), locale="vi", domain="loa"))
    return out.getvalue()


def written(catalogue: Catalog) -> bytes:
    """The .po file of a catalogue, the same bytes for the same texts."""
    out = io.BytesIO()
    write_po(out, catalogue, width=120, include_lineno=False, sort_output=True)
    return HEADER + b"\n" + _GENERATOR.sub(b"", out.getvalue()[out.getvalue().index(b"msgid") :])


def updated(old: Catalog) -> Catalog:
    """The catalogue of today's texts, with the translations that `old` has."""
    new = Catalog(
        locale="vi",
        domain="loa",
        project="Loa",
        version="1",
        last_translator="Loa",
        language_team="vi",
        creation_date=WRITTEN,
        revision_date=WRITTEN,
        fuzzy=False,
    )
    taken_over = planner()
    for msgid, places in sorted(msgids().items(), key=lambda item: _first(item[0])):
        string = taken_over.get(_first(msgid)) or _known(old, _first(msgid))
        new.add(msgid, _as_many(msgid, string), locations=[(place, None) for place in sorted(places)])
    return new


def main() -> int:
    old = read_catalogue() if PO.exists() else Catalog(locale="vi")
    new = updated(old)
    MO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(written(new))
    MO.write_bytes(compiled(new))
    waiting = [message.id for message in new if message.id and not _whole(message.string)]
    for msgid in waiting:
        print(f"to translate: {msgid!r}")
    print(f"{len(new)} texts, {len(waiting)} to translate in {PO.relative_to(ROOT)}")
    return 1 if waiting else 0


def _of_page(template: Path) -> Iterator[str]:
    """The texts that a Jinja template puts into the reader's language."""
    with template.open("rb") as file:
        for _line, _function, text, _comments in babel_extract(file, ["_"], [], {}):
            if isinstance(text, str):  # else a value is translated, whose texts are found where they are written
                yield text


def _known(old: Catalog, msgid: str) -> object:
    """What `old` has for a msgid; a reported reason is its prefix and the reason."""
    if msgid.startswith(REPORTED) and (reason := _known(old, msgid.removeprefix(REPORTED))):
        return f"{REPORTED_VI}{reason}"
    message = old.get(msgid)
    return message.string if message else ""


def _sources() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def _error_classes(trees: Iterable[ast.Module]) -> set[str]:
    """The names of all classes below our roots, however far."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = set(ERRORS)
    while more := {name for name, parents in bases.items() if parents & known} - known:
        known |= more
    return known


def texts(tree: ast.Module, errors: set[str], *, rules: bool, shown: bool) -> Iterator[str]:
    named = _named_texts(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = _called(node)
            place = PLACES.get(called, 0 if called in errors else None)
            if place is not None and len(node.args) > abs(place):
                yield from _strings(node.args[place], named)
            if rules and called in RULES:
                yield from (text for argument in node.args for text in _strings(argument, {}) if _RULE.fullmatch(text))
            for keyword in node.keywords:
                if keyword.arg in KEYWORDS:
                    yield from _strings(keyword.value, named)
    for target, value in _assignments(tree) if shown else ():
        if target in TABLES:
            yield from _strings(value, named)
        if target == "STATE_STYLES" and isinstance(value, ast.Dict):
            yield from (text for key in value.keys if key is not None for text in _strings(key, {}))
    for target, value in _assignments(tree) if rules else ():
        if target.startswith(WHY):
            yield from _strings(value, named)


def _named_texts(tree: ast.Module) -> dict[str, set[str]]:
    """What each name was ever set to in this module, where that is written out: a template before its use."""
    named: dict[str, set[str]] = {}
    for _round in range(2):  # a name may be set to another's texts
        for target, value in _assignments(tree):
            named.setdefault(target, set()).update(list(_strings(value, named)))
    return named


def _assignments(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    yield target.id, node.value


def _strings(node: ast.expr, named: dict[str, set[str]]) -> Iterator[str]:
    """The texts an expression may give: written out, one of two, one of a list or table, or under a name."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _strings(body, named)
            yield from _strings(orelse, named)
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items) | ast.BoolOp(values=items):
            for item in items:
                yield from _strings(item, named)
        case ast.Dict(values=values):
            for value in values:
                yield from _strings(value, named)
        case ast.Starred(value=value):
            yield from _strings(value, named)
        case ast.Name(id=name):
            yield from named.get(name, ())
        case ast.Subscript(value=ast.Name(id=name)):
            yield from named.get(name, ())
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=arguments):
            yield from named.get(name, ())
            for default in arguments[1:]:
                yield from _strings(default, named)


def _of_click(tree: ast.Module) -> Iterator[Msgid]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in ("_", "ngettext"):
            match [argument.value for argument in node.args if isinstance(argument, ast.Constant)]:
                case [str(one), str(many)]:
                    yield one, many
                case [str(text)]:
                    yield text


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _first(msgid: object) -> str:
    return str(msgid[0]) if isinstance(msgid, tuple) else str(msgid)


def _as_many(msgid: Msgid, string: object) -> object:
    """Vietnamese has one form for any number."""
    if isinstance(msgid, tuple) and not isinstance(string, tuple):
        return (string,)
    return string[0] if isinstance(string, tuple) and not isinstance(msgid, tuple) else string


def _whole(string: object) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


if __name__ == "__main__":
    raise SystemExit(main())
