"""Taking a message's fields out of a JSON object, each checked, each fault named by its path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar

from devices.protocol.codec import MAX_INTEGER, Json, Malformed, named
from devices.protocol.keys import BadBase64, BadKey, PublicKey
from devices.protocol.topics import is_id

SPEC = 1
"""The version of the messages' format."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z\Z")
_WEEK = re.compile(r"[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])\Z")
_WEB = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+(/[A-Za-z0-9._~/-]*)?\Z")
_CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")

Choice = TypeVar("Choice", bound=str)


class UnsupportedSpec(Malformed):
    """A message in a format this side does not know (D12)."""


class Fields:
    """One JSON object being read. What was not taken is kept by `rest`: unknown fields are accepted, not lost."""

    def __init__(self, value: Json, path: str) -> None:
        if not isinstance(value, dict):
            raise _fault(path, "an object", value)
        self._value = value
        self._path = path
        self._taken: set[str] = set()

    def path_of(self, name: str) -> str:
        return f"{self._path}.{name}"

    def spec(self) -> int:
        """The `spec` field; UnsupportedSpec unless it is ours."""
        spec = self.integer("spec", low=1)
        if spec != SPEC:
            raise UnsupportedSpec(
                "{path}: expected {expected}, but {came} came: update the side that is older",
                path=self.path_of("spec"),
                expected=SPEC,
                came=spec,
            )
        return spec

    def text(self, name: str, *, limit: int = 200, empty: bool = False, lines: bool = False) -> str:
        value = self._take(name)
        if not isinstance(value, str):
            raise _fault(self.path_of(name), "text", value)
        if len(value) > limit or (not value and not empty):
            raise _fault(self.path_of(name), f"text of {0 if empty else 1} to {limit} characters", value)
        if (_CONTROL_BUT_LINES if lines else _CONTROL).search(value):
            raise _fault(self.path_of(name), "text without control characters", value)
        return value

    def identifier(self, name: str) -> str:
        """A commune's or receiver's id, as topics can carry it (B18)."""
        value = self.text(name, limit=64)
        if not is_id(value):
            raise _fault(self.path_of(name), "an id of the letters a-z A-Z 0-9 _ . -", value)
        return value

    def digest(self, name: str) -> str:
        """A SHA-256 in 64 lower-case hex digits."""
        return self._matching(name, _DIGEST, "a SHA-256 in 64 lower-case hex digits")

    def digests(self, name: str, *, limit: int, least: int = 0) -> tuple[str, ...]:
        values = self._list(name, limit, least)
        for at, value in enumerate(values):
            if not isinstance(value, str) or not _DIGEST.match(value):
                raise _fault(f"{self.path_of(name)}[{at}]", "a SHA-256 in 64 lower-case hex digits", value)
        return tuple(str(value) for value in values)

    def integer(self, name: str, *, low: int = 0, high: int = MAX_INTEGER) -> int:
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise _fault(self.path_of(name), f"an integer from {low} to {high}", value)
        return value

    def boolean(self, name: str) -> bool:
        value = self._take(name)
        if not isinstance(value, bool):
            raise _fault(self.path_of(name), "true or false", value)
        return value

    def has(self, name: str) -> bool:
        """Whether an optional field is there."""
        return name in self._value

    def choice(self, name: str, choices: tuple[Choice, ...]) -> Choice:
        value = self._take(name)
        for choice in choices:
            if value == choice:
                return choice
        raise _fault(self.path_of(name), "one of " + ", ".join(choices), value)

    def instant(self, name: str) -> datetime:
        """An instant in UTC, `2026-11-23T05:30:00Z`, with up to six digits of a second's fraction."""
        value = self._matching(name, _INSTANT, "an instant such as 2026-11-23T05:30:00Z")
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise _fault(self.path_of(name), "an instant such as 2026-11-23T05:30:00Z", value) from error

    def instant_or_null(self, name: str) -> datetime | None:
        return None if self._is_null(name) else self.instant(name)

    def text_or_null(self, name: str, *, limit: int = 200, lines: bool = False) -> str | None:
        return None if self._is_null(name) else self.text(name, limit=limit, lines=lines)

    def digest_or_null(self, name: str) -> str | None:
        return None if self._is_null(name) else self.digest(name)

    def clock_time(self, name: str) -> time:
        """A time of day, `HH:MM`, in the commune's local time."""
        return time.fromisoformat(self._matching(name, _CLOCK_TIME, "a time of day HH:MM"))

    def milliseconds(self, name: str, *, low: int = 0, high: int = MAX_INTEGER // 1000) -> timedelta:
        return timedelta(milliseconds=self.integer(name, low=low, high=high))

    def week(self, name: str) -> str:
        """An ISO week, `2026-W48`."""
        return self._matching(name, _WEEK, "an ISO week such as 2026-W48")

    def web_address(self, name: str) -> str:
        value = self.text(name, limit=500)
        if not _WEB.match(value):
            raise _fault(self.path_of(name), "an address http://… or https://… without query", value)
        return value

    def true(self, name: str) -> None:
        value = self._take(name)
        if value is not True:
            raise _fault(self.path_of(name), "true", value)

    def public_key(self, name: str) -> PublicKey:
        value = self.text(name, limit=64)
        try:
            return PublicKey.from_text(value)
        except (BadKey, BadBase64) as error:
            raise Malformed("{path}: {problem}", path=self.path_of(name), problem=str(error)) from error

    def object(self, name: str) -> Fields:
        return Fields(self._take(name), self.path_of(name))

    def objects(self, name: str, *, limit: int, least: int = 0) -> list[Fields]:
        return [Fields(value, path) for value, path in self.values(name, limit=limit, least=least)]

    def values(self, name: str, *, limit: int, least: int = 0) -> list[tuple[Json, str]]:
        """A list's items, each with its path."""
        return [(value, f"{self.path_of(name)}[{at}]") for at, value in enumerate(self._list(name, limit, least))]

    def details(self, name: str, *, limit: int) -> dict[str, str | int]:
        """An object of integers and texts of up to 500 characters."""
        members = Fields(self._take(name), self.path_of(name))
        if len(members._value) > limit:
            raise _fault(self.path_of(name), f"at most {limit} members", self._value[name])
        found: dict[str, str | int] = {}
        for key, value in members._value.items():
            if not key or len(key) > 64 or _CONTROL.search(key):
                raise _fault(self.path_of(name), "short names as keys", key)
            found[key] = (
                members.integer(key, low=-MAX_INTEGER)
                if isinstance(value, int)
                else members.text(key, limit=500, empty=True)
            )
        return found

    def rest(self) -> dict[str, Json]:
        """The fields nobody took: of a newer station or receiver, kept and passed on."""
        return {name: value for name, value in self._value.items() if name not in self._taken}

    def _take(self, name: str) -> Json:
        if name not in self._value:
            raise Malformed("{path}: expected a value, but the field is missing", path=self.path_of(name))
        self._taken.add(name)
        return self._value[name]

    def _is_null(self, name: str) -> bool:
        return self._take(name) is None

    def _list(self, name: str, limit: int, least: int) -> list[Json]:
        value = self._take(name)
        if not isinstance(value, list) or not least <= len(value) <= limit:
            raise _fault(self.path_of(name), f"a list of {least} to {limit}", value)
        return value

    def _matching(self, name: str, pattern: re.Pattern[str], expected: str) -> str:
        value = self._take(name)
        if not isinstance(value, str) or not pattern.match(value):
            raise _fault(self.path_of(name), expected, value)
        return value


def instant_text(instant: datetime) -> str:
    """`2026-11-23T05:30:00Z`, with a fraction of the second only if there is one. Raises ValueError for a naive one."""
    if instant.utcoffset() is None:
        raise ValueError(f"an instant must be aware, but {instant!r} came: give it a time zone")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def instant_or_none(instant: datetime | None) -> str | None:
    return None if instant is None else instant_text(instant)


def milliseconds(duration: timedelta) -> int:
    """`duration` in whole milliseconds, to the nearest."""
    return round(duration / timedelta(milliseconds=1))


def merged(known: dict[str, Json], extra: Mapping[str, Json]) -> dict[str, Json]:
    """A message's own fields over the unknown ones it came with."""
    return {**extra, **known}


def _fault(path: str, expected: str, came: Json) -> Malformed:
    return Malformed("{path}: expected {expected}, but {came} came", path=path, expected=expected, came=named(came))
