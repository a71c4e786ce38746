"""A row exactly as the database file holds it → the row the log would write, without believing what does not fit.

An ORM reads generously: 2 is true, spaces in JSON do not matter, and JSON that is broken raises. An inspector must see
each of these as the change it is.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import get_origin, get_type_hints

from scheduler.audit import tables
from scheduler.audit.entry import JsonValue

_SHAPES: Mapping[str, type] = {
    "station": tables.Station,
    "xom": tables.Xom,
    "receiver": tables.Receiver,
    "bulletin": tables.Bulletin,
    "clip": tables.Clip,
    "approval": tables.Approval,
    "lexicon": tables.Lexicon,
    "phrase": tables.Phrase,
    "plan": tables.Plan,
    "slot": tables.Slot,
    "manifest": tables.Manifest,
    "adoption": tables.Adoption,
    "play_record": tables.PlayRecord,
    "incident": tables.Incident,
    "waiver": tables.Waiver,
}


def as_logged(table: str, stored: Mapping[str, object]) -> dict[str, JsonValue]:
    """One row of an evidence table, raw SQLite values in.

    0 and 1 in a column of truth values become truth values; the JSON of a list or an object, spelt as the store spells
    it (json.dumps), becomes what it says. Anything else stays what it is, and so differs from the log.
    """
    return {column: _value(_kind(table).get(column), value) for column, value in stored.items()}


def _value(kind: str | None, value: object) -> JsonValue:
    if kind == "truth" and type(value) is int and value in (0, 1):
        return bool(value)
    if kind == "json" and isinstance(value, str):
        try:
            parsed: JsonValue = json.loads(value)
            return parsed if json.dumps(parsed) == value else value
        except (ValueError, RecursionError):
            return value
    return value if value is None or isinstance(value, int | float | str) else repr(value)


@cache
def _kind(table: str) -> Mapping[str, str]:
    """Which columns of a table hold truth values, and which hold JSON, by scheduler.audit.tables."""
    kinds = {}
    for column, hint in get_type_hints(_SHAPES[table]).items():
        if hint in (bool, bool | None):
            kinds[column] = "truth"
        elif get_origin(hint) in (list, dict) or hasattr(hint, "__total__"):
            kinds[column] = "json"
    return kinds
