"""The form of a planning problem as a JSON document; its JSON Schema is that of these models."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from playlists.errors import InvalidValueError
from playlists.week import TIMEZONE, Week


class _As:
    """How a value is read from JSON, what it is called when it cannot be, and its schema."""

    def __init__(self, kind: str, read: Callable[[Any], Any], schema: Mapping[str, Any]) -> None:
        self.kind, self.read, self.schema = kind, read, dict(schema)

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._parse)

    def __get_pydantic_json_schema__(self, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return self.schema

    def _parse(self, value: object) -> Any:
        try:
            return self.read(value)
        except PydanticCustomError:
            raise
        except (ValueError, TypeError, OverflowError, InvalidValueError):
            raise PydanticCustomError(self.kind, "expected") from None


def _clock(text: str) -> time:
    if len(text) != 5:
        raise ValueError
    return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone


def _closing(text: str) -> time:
    return time() if text == "24:00" else _clock(text)


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError
    return date.fromisoformat(text)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.utcoffset() is None:
        raise ValueError
    return instant.astimezone(TIMEZONE)


def _start(text: str) -> datetime:
    instant = _instant(text)
    _ = instant + _LONGEST + _LONGEST  # what starts must end too, and on a date
    return instant


def _amount(kind: str, unit: timedelta, least: float) -> _As:
    """A number of `unit`, from `least` to a hundred years."""

    def read(value: Any) -> timedelta:
        if isinstance(value, bool) or not isinstance(value, int | float) or value < least:
            raise ValueError
        if value > most:
            raise PydanticCustomError("less_than_equal", "expected")
        return value * unit

    most = _LONGEST // unit
    return _As(kind, read, {"type": "number", "minimum": least, "maximum": most})


def _whole(value: object) -> object:
    """2.0 is a whole number of JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LONGEST = timedelta(days=36_525)  # a hundred years: what is longer is a slip, and would leave the calendar
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_SECOND, _HOUR = timedelta(seconds=1), timedelta(hours=1)

Clock = Annotated[time, _As("clock", _clock, {"type": "string", "pattern": _CLOCK})]
Closing = Annotated[time, _As("clock", _closing, {"type": "string", "pattern": f"{_CLOCK}|^24:00$"})]
Day = Annotated[date, _As("day", _day, {"type": "string", "format": "date"})]
Instant = Annotated[datetime, _As("instant", _instant, {"type": "string", "format": "date-time"})]
IsoWeek = Annotated[Week, _As("week", Week.parse, {"type": "string", "pattern": "^[0-9]{4}-W[0-9]{2}$"})]
Start = Annotated[datetime, _As("instant", _start, {"type": "string", "format": "date-time"})]
Seconds = Annotated[timedelta, _amount("seconds", _SECOND, 0)]
Sounding = Annotated[timedelta, _amount("length", _SECOND, 0.001)]
Step = Annotated[timedelta, _amount("grid", _SECOND, 0.1)]
Hours = Annotated[timedelta, _amount("hours", _HOUR, 0)]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=1_000_000)]
Weekdays = Annotated[list[Annotated[int, BeforeValidator(_whole), Field(ge=1, le=7)]], Field(min_length=1)]
Name = Annotated[str, Field(min_length=1)]


Pair = Annotated[list[str], Field(min_length=2, max_length=2)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class QuietPart(_Part):
    start: Clock = Field(alias="from")
    end: Closing = Field(alias="to")


class RulesPart(_Part):
    campaign_min_per_xom: Count
    pause_s: Seconds
    grid_s: Step
    quiet: list[QuietPart] = []
    max_sessions_per_day: Count | None = None
    max_session_s: Seconds | None = None


class WindowPart(_Part):
    days: Weekdays
    start: Clock = Field(alias="from")
    end: Closing = Field(alias="to")


class BlackoutPart(_Part):
    start: Instant = Field(alias="from")
    end: Instant = Field(alias="to")
    why: str


class XomPart(_Part):
    id: Name
    name: str = ""
    tags: list[str] = []
    daily_cap_s: Seconds | None = None
    windows: list[WindowPart]
    blackouts: list[BlackoutPart] = []


class RelayPart(_Part):
    days: Weekdays
    start: Clock = Field(alias="from")
    end: Closing = Field(alias="to")
    xom: list[str] | None = None
    name: str


class TargetsPart(_Part):
    """Exactly one of the three; null is none."""

    all: Literal[True] | None = None
    xom: Annotated[list[str], Field(min_length=1)] | None = None
    tags: Annotated[list[str], Field(min_length=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: object) -> object:
        return {key: value for key, value in given.items() if value is not None} if isinstance(given, dict) else given


class ValidPart(_Part):
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")


class BulletinPart(_Part):
    id: Name
    duration_s: Sounding
    priority: Literal["normal", "priority"] = "normal"
    campaign: bool = False
    topic: str = ""
    targets: TargetsPart
    valid: ValidPart | None = None
    min_per_week: Count
    want_per_week: Count
    min_gap_h: Hours = timedelta()


class CommittedPart(_Part):
    xom: Name
    bulletin: Name
    start: Start
    state: Literal["planned", "played", "missed", "unknown"]


class ProblemDocument(_Part):
    """A week to be planned; docs/planning.md says what each rule means."""

    week: IsoWeek
    timezone: Literal["Asia/Ho_Chi_Minh"]
    now: Instant
    rules: RulesPart
    xom: list[XomPart]
    relays: list[RelayPart] = []
    overlaps: list[Pair] = []
    bulletins: list[BulletinPart]
    committed: list[CommittedPart] = []


PARTS: Mapping[str, Any] = {
    "xom": XomPart,
    "relays": RelayPart,
    "overlaps": Pair,
    "bulletins": BulletinPart,
    "committed": CommittedPart,
}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the problem document."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Loa: a week to be planned"}
    return {**ProblemDocument.model_json_schema(by_alias=True), **head}
