"""Strict JSON in, canonical JSON out (B13). What two parsers could read in two ways is refused, not guessed at.

A document is one JSON object in UTF-8: no BOM, no duplicate keys, no bytes after it, no lone surrogates, nested at most
`MAX_DEPTH` deep. Numbers are integers within ±2^53: a fraction is sent in a smaller unit. The canonical form has sorted
keys, no spaces and unescaped UTF-8, so one value has one spelling; a signature still covers the bytes as they came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import NoReturn, TypeAlias

from devices.errors import DeviceError

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"
JsonIn: TypeAlias = "Mapping[str, JsonIn] | Sequence[JsonIn] | str | int | bool | None"

MESSAGE_LIMIT = 64 * 1024
"""Bytes of any message but a manifest or a trust (F11)."""
MANIFEST_LIMIT = 250 * 1024
"""Bytes of the manifest's and the trust's envelope: with topic and header it fits the broker's packet of 256 KiB."""
MAX_DEPTH = 16
MAX_INTEGER = 2**53

_MARKS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|([\[{])|([\]}])', re.DOTALL)
_BOM = b"\xef\xbb\xbf"


class Malformed(DeviceError):
    """Bytes that are not one strict JSON object, or not the message they claim to be."""


def decode(raw: bytes, *, limit: int = MESSAGE_LIMIT) -> dict[str, Json]:
    """The one JSON object in `raw`; Malformed says what else came. Linear time, whatever the bytes are."""
    if len(raw) > limit:
        raise Malformed("expected at most {limit} bytes, but {size} came", limit=limit, size=len(raw))
    if raw.startswith(_BOM):
        raise Malformed("expected JSON in UTF-8 without a byte order mark, but one came: send the object alone")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("expected UTF-8, but byte {at} is not: encode the message again", at=error.start) from error
    _check_depth(text)
    try:
        value: Json = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=_fraction,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        raise Malformed(
            "expected one JSON object and nothing after it, but at character {at}: {problem}",
            at=error.pos,
            problem=error.msg,
        ) from error
    except UnicodeEncodeError as error:
        raise Malformed("expected Unicode text, but half of a surrogate pair came: send the whole character") from error
    if not isinstance(value, dict):
        raise Malformed("expected a JSON object, but {came} came", came=named(value))
    return value


def encode(value: JsonIn) -> bytes:
    """The canonical bytes of `value`: keys sorted by code point, no spaces, UTF-8 unescaped.

    Raises Malformed for what `decode` would not take back: a fraction, an integer beyond ±2^53, a lone surrogate.
    """
    _check_sendable(value, 1)
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed("expected Unicode text, but half of a surrogate pair came: send the whole character") from error


def named(value: object) -> str:
    """A short name of a JSON value for error texts."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value) if abs(value) <= MAX_INTEGER else "a huge number"
        case str():
            return repr(value) if len(value) <= 60 else f"a text of {len(value)} characters"
        case list():
            return f"a list of {len(value)}"
        case dict():
            return "an object"
    return type(value).__name__


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members: dict[str, Json] = {}
    for key, value in pairs:
        if key in members:
            raise Malformed("expected each key once in an object, but {key} came twice", key=named(key))
        members[key] = value
    return members


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise Malformed("expected integers within ±2^53, but {digits}… came", digits=digits[:20])
    return int(digits)


def _fraction(digits: str) -> NoReturn:
    raise Malformed(
        "expected integers only, but {digits} came: send a fraction as an integer of a smaller unit", digits=digits[:20]
    )


def _check_depth(text: str) -> None:
    """Before the recursive parser sees it. Strings are skipped, an unfinished one to the end, so this stays linear."""
    depth = 0
    for mark in _MARKS.finditer(text):
        if mark[1]:
            depth += 1
            if depth > MAX_DEPTH:
                raise Malformed("expected at most {limit} levels of nesting, but more came", limit=MAX_DEPTH)
        elif mark[2]:
            depth -= 1


def _check_sendable(value: object, depth: int) -> None:
    if depth > MAX_DEPTH and isinstance(value, (Mapping, list, tuple)):
        raise Malformed("expected at most {limit} levels of nesting, but more came", limit=MAX_DEPTH)
    match value:
        case Mapping():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise Malformed("expected text as an object's key, but {came} came", came=named(key))
                _check_sendable(item, depth + 1)
        case None | bool() | str():
            pass
        case int():
            _integer(str(value))
        case list() | tuple():
            for item in value:
                _check_sendable(item, depth + 1)
        case _:
            raise Malformed("expected a JSON value without fractions, but {came} came", came=named(value))
