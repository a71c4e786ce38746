"""A log entry and its leaf bytes: the canonical form in which one change of the evidence is kept for good.

A leaf is JSON in one spelling only: sorted keys, no spaces, UTF-8 as given (never normalised), finite numbers. `decode`
refuses every other spelling of the same value, so the bytes that are hashed and the value that is read cannot differ.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeAlias

from tts.errors import ReadableError

JsonValue: TypeAlias = "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
Row: TypeAlias = Mapping[str, JsonValue]
Rows: TypeAlias = Mapping[str, Sequence[Row]]

VERSION = 1


class EntryError(ReadableError):
    """The bytes are not one canonical log entry, or the value cannot become one."""


@dataclass(frozen=True)
class Entry:
    """One change: `rows` maps an evidence table (scheduler.audit.tables) to the whole rows that were written.

    `index` counts leaves from 0; `at` is an aware instant.
    """

    index: int
    at: datetime
    kind: str
    rows: Rows

    def __post_init__(self) -> None:
        if self.index < 0:
            raise EntryError("a log index counts from 0, not {index}", index=self.index)
        if self.at.utcoffset() is None:
            raise EntryError("the instant {at} of a log entry has no UTC offset; use an aware datetime", at=self.at)
        if not self.kind:
            raise EntryError("a log entry needs a kind, such as 'play_record'")

    def encode(self) -> bytes:
        """The leaf bytes. Raises EntryError when a value is not JSON (NaN, lone surrogates, bytes …)."""
        return canonical(
            {"v": VERSION, "n": self.index, "at": instant_text(self.at), "kind": self.kind, "rows": self.rows}
        )

    @classmethod
    def decode(cls, leaf: bytes) -> "Entry":
        """The entry of leaf bytes. Raises EntryError unless encoding it again gives the same bytes."""
        document = _strict(leaf)
        if not isinstance(document, dict) or document.keys() != {"v", "n", "at", "kind", "rows"}:
            raise EntryError("expected a JSON object with the keys v, n, at, kind, rows")
        n, at, kind, rows = document["n"], document["at"], document["kind"], document["rows"]
        if document["v"] != VERSION:
            raise EntryError(
                "expected version {expected} of the entry format, found {found}", expected=VERSION, found=document["v"]
            )
        if type(n) is not int or not isinstance(at, str) or not isinstance(kind, str):
            raise EntryError("expected an integer n and texts at and kind")
        if not isinstance(rows, dict) or not all(
            isinstance(table, list) and all(isinstance(row, dict) for row in table) for table in rows.values()
        ):
            raise EntryError("expected rows to map table names to lists of rows")
        entry = cls(n, read_instant(at), kind, rows)
        if entry.encode() != leaf:
            raise EntryError("the entry is not in its canonical spelling (sorted keys, no spaces, no repeated key)")
        return entry


def canonical(value: object) -> bytes:
    """`value` as JSON in its one spelling. Raises EntryError when it has none."""
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise EntryError("a log entry can only hold plain JSON values: {error}", error=error) from error


def instant_text(instant: datetime) -> str:
    """An instant as rows and leaves hold it: UTC, microseconds always written, so that texts sort as instants do."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_instant(text: str) -> datetime:
    """The aware instant of `instant_text`; raises EntryError for any other spelling."""
    try:
        instant = datetime.fromisoformat(text)
        if instant.utcoffset() is not None and instant_text(instant) == text:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise EntryError("expected an instant such as 2026-11-23T05:30:00.000000Z, found {text}", text=repr(text))


def _strict(leaf: bytes) -> Any:
    try:
        return json.loads(leaf.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise EntryError("the bytes are not JSON in UTF-8: {error}", error=error) from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
