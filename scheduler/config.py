"""config.toml → frozen settings. Every fault is told at once, with the key's path and the nearest known key.

Layers, the later wins: /etc/loa/config.toml, the station folder's config.toml, --config FILE, and LOA_SECTION_KEY in
the environment.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from scheduler.errors import ConfigError
from scheduler.sentence import Sentence, Sentences

SYSTEM_CONFIG = Path("/etc/loa/config.toml")
ENVIRONMENT_PREFIX = "LOA_"
ID_PATTERN = r"^[a-z0-9][a-z0-9-]{0,31}$"
"""Ids travel in topics, file names and client ids: lower case, digits and hyphens only (case B18)."""


class _Faults(ValueError):
    """Faults of ours among those that pydantic finds."""

    def __init__(self, *faults: Sentence) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise _Faults(Sentence("needs a UTC offset, such as 2026-11-24T12:00:00+07:00"))
    return value


AwareDatetime = Annotated[datetime, AfterValidator(_aware)]
Weekday = Annotated[int, Field(ge=1, le=7)]
VoiceName = Literal["espeak", "espeak-central", "espeak-south", "google"]
RESERVED = "station"
"""The broker log-in of the station itself."""
EVERY_DAY: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class StationSettings(_Section):
    id: str = Field(pattern=ID_PATTERN)
    name: str
    commune: str
    province: str
    leader: str
    simulated: bool = False


class GuaranteeSettings(_Section):
    campaign_slots_per_week: Annotated[int, Field(ge=1, le=14)] = 2
    record_deadline_min: Annotated[int, Field(ge=1, le=1440)] = 30
    evidence_days: Annotated[int, Field(ge=0, le=60)] = 14
    make_goods_per_week: Annotated[int, Field(ge=0, le=14)] = 3
    make_good_lead_min: Annotated[int, Field(ge=1, le=1440)] = 15


class SpanSettings(_Section):
    start: time = Field(alias="from")
    end: time = Field(alias="to")


class WindowSettings(SpanSettings):
    days: tuple[Weekday, ...] = EVERY_DAY


class RelaySettings(WindowSettings):
    name: str
    xom: tuple[str, ...] | None = None


class BlackoutSettings(_Section):
    start: AwareDatetime = Field(alias="from")
    end: AwareDatetime = Field(alias="to")
    why: str
    xom: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _forwards(self) -> "BlackoutSettings":
        if self.end <= self.start:
            raise _Faults(Sentence("must end after it starts"))
        return self


class RulesSettings(_Section):
    quiet: tuple[SpanSettings, ...]
    windows: tuple[WindowSettings, ...]
    relays: tuple[RelaySettings, ...] = ()
    blackouts: tuple[BlackoutSettings, ...] = ()
    overlaps: tuple[tuple[str, str], ...] = ()
    daily_cap_min: Annotated[int, Field(ge=1, le=1440)] = 60
    pause_s: Annotated[int, Field(ge=0, le=30)] = 2
    min_gap_h: Annotated[int, Field(ge=0, le=168)] = 4
    lead_s: Annotated[int, Field(ge=5, le=86_400)] = 120


class SpeechSettings(_Section):
    voices: Annotated[tuple[VoiceName, ...], Field(min_length=1)] = ("espeak",)
    rate: Annotated[int, Field(ge=80, le=240)] = 128
    cache_mb: Annotated[int, Field(ge=10, le=20_000)] = 500


class SoundSettings(_Section):
    loudness_lufs: Annotated[float, Field(ge=-30, le=-12)] = -16.0
    peak_dbtp: Annotated[float, Field(ge=-9, le=-0.5)] = -1.5
    bitrate_kbps: Literal[32, 48, 64, 96] = 48
    horn_filter: bool = True
    ident: str
    sign_off: str


class BrokerSettings(_Section):
    kind: Literal["embedded", "mosquitto"] = "embedded"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 1883
    tls_ca: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None

    @model_validator(mode="after")
    def _whole_tls(self) -> "BrokerSettings":
        if (self.tls_certificate or self.tls_key) and not (self.tls_ca and self.tls_certificate and self.tls_key):
            raise _Faults(Sentence("tls_certificate and tls_key go together, and need tls_ca beside them"))
        if self.kind == "embedded" and self.tls_ca:
            raise _Faults(Sentence('the embedded broker speaks no TLS; use kind = "mosquitto"'))
        return self


class AudioSettings(_Section):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    base_url: str = ""


class ReceiverSettings(_Section):
    heartbeat_s: Annotated[int, Field(ge=1, le=86_400)] = 60
    silent_after_s: Annotated[int, Field(ge=2, le=172_800)] = 100


class XomSettings(_Section):
    id: str = Field(pattern=ID_PATTERN)
    name: str = Field(min_length=1)
    tags: tuple[str, ...] = ()
    receivers: Annotated[tuple[Annotated[str, Field(pattern=ID_PATTERN)], ...], Field(max_length=3)] = ()
    windows: tuple[WindowSettings, ...] | None = None
    daily_cap_min: Annotated[int, Field(ge=1, le=1440)] | None = None


class Config(_Section):
    """The whole of config.toml."""

    station: StationSettings
    guarantee: GuaranteeSettings = GuaranteeSettings()
    rules: RulesSettings
    speech: SpeechSettings = SpeechSettings()
    sound: SoundSettings
    broker: BrokerSettings = BrokerSettings()
    audio: AudioSettings = AudioSettings()
    receivers: ReceiverSettings = ReceiverSettings()
    xom: tuple[XomSettings, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> "Config":
        faults = _twice("xom", [x.id for x in self.xom])
        faults += receiver_faults(self.xom)
        if self.receivers.silent_after_s <= self.receivers.heartbeat_s:
            faults.append(Sentence("receivers.silent_after_s must be longer than receivers.heartbeat_s"))
        known = {x.id for x in self.xom}
        for name, ids in [("rules.overlaps", [i for pair in self.rules.overlaps for i in pair])] + [
            (f"rules.{rule}", list(item.xom or ()))
            for rule, items in (("relays", self.rules.relays), ("blackouts", self.rules.blackouts))
            for item in items
        ]:
            template = "{name} names xóm {id}, which is not in [[xom]]"
            faults += [Sentence(template, name=name, id=i) for i in ids if i not in known]
        if faults:
            raise _Faults(*faults)
        return self


def receiver_faults(listed: Sequence[XomSettings]) -> list[Sentence]:
    """Receivers that stand in two places, or that would take the station's own log-in."""
    receivers = [receiver for xom in listed for receiver in xom.receivers]
    faults = _twice("receivers", receivers)
    if RESERVED in receivers:
        faults.append(Sentence("receivers: {id} is the station's own log-in; choose another id", id=RESERVED))
    return faults


def _twice(what: str, ids: Sequence[str]) -> list[Sentence]:
    twice = sorted({i for i in ids if ids.count(i) > 1})
    return [Sentence("{name}: id {id} is given twice", name=what, id=i) for i in twice]


def load_config(folder: Path, extra: Path | None = None, environment: Mapping[str, str] | None = None) -> Config:
    """The settings of the station in `folder`. Raises ConfigError naming every fault of every layer."""
    layers = [path for path in (SYSTEM_CONFIG, folder / "config.toml") if path.is_file()]
    if not layers and extra is None:
        raise ConfigError(
            "no config.toml in {folder}: expected a station folder; make one with `loa init {folder}`", folder=folder
        )
    merged: dict[str, Any] = {}
    for path in [*layers, *([extra] if extra else [])]:
        merged = _merged(merged, _toml(path))
    merged = _merged(merged, _from_environment(os.environ if environment is None else environment))
    return parse_config(merged)


def read_text(path: Path) -> str:
    """A TOML file's text, with or without a byte order mark. Raises ConfigError for another encoding."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("{path} cannot be read as TOML: {error}", path=path, error=error) from error


def parse_config_text(text: str) -> Config:
    """As parse_config, from TOML text."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError("config.toml cannot be read as TOML: {error}", error=error) from error
    return parse_config(document)


def parse_config(document: Mapping[str, Any]) -> Config:
    """A parsed TOML document → Config, or ConfigError with one line for each fault."""
    try:
        return Config.model_validate(dict(document))
    except ValidationError as error:
        faults = tuple(fault for item in error.errors() for fault in fault_sentences(item))
        raise ConfigError(
            "config.toml has {count} faults:\n  {faults}", count=len(faults), faults=Sentences(faults, "\n  ")
        ) from error


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError("{path} cannot be read as TOML: {error}", path=path, error=error) from error


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        result[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """LOA_BROKER_PORT=1884 → {"broker": {"port": 1884}}; a value that is no TOML literal is a string."""
    document: dict[str, dict[str, Any]] = {}
    for name, value in environment.items():
        if not name.startswith(ENVIRONMENT_PREFIX):
            continue
        section, _, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("_")
        if section in Config.model_fields and key:
            document.setdefault(section, {})[key] = _literal(value)
    return cast("dict[str, Any]", document)


def _literal(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


_EXPECTED = {
    "missing": "it is missing",
    "int": "a whole number was expected",
    "float": "a number was expected",
    "bool": "true or false was expected",
    "string": "text was expected",
    "string_too_short": "it must not be empty",
    "string_pattern_mismatch": "small letters, digits and hyphens were expected",
    "path": "a path was expected",
    "greater_than_equal": "at least {ge} was expected",
    "less_than_equal": "at most {le} was expected",
    "literal_error": "one of these was expected: {expected}",
    "tuple": "a list was expected",
    "too_short": "at least {min_length} of them were expected",
    "too_long": "at most {max_length} of them were expected",
    "model": "a table was expected",
    "time": 'a time of day such as "05:30" was expected',
    "datetime": "an instant such as 2026-11-24T12:00:00+07:00 was expected",
}
"""What pydantic misses, by the kind of its error or the kind's first word."""


def fault_sentences(item: Any) -> Iterator[Sentence]:
    """One of pydantic's errors in our words, with the key's path."""
    path = ".".join(str(part) for part in item["loc"]) or "config.toml"
    kind, context = item["type"], item.get("ctx", {})
    if isinstance(ours := context.get("error"), _Faults):
        yield from (Sentence("{path}: {problem}", path=path, problem=fault) for fault in ours.faults)
        return
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(item["loc"][-1]), _known_keys(item["loc"][:-1]), n=1)
        unknown = Sentence("unknown key; did you mean {near}?", near=near[0]) if near else Sentence("unknown key")
        yield Sentence("{path}: {problem}", path=path, problem=unknown)
        return
    template = _EXPECTED.get(kind) or _EXPECTED.get(kind.split("_")[0])
    values = {name: value for name, value in context.items() if isinstance(value, str | int | float)}
    problem = Sentence(template, **{name: str(value) for name, value in values.items()}) if template else item["msg"]
    came = item.get("input")
    if isinstance(came, str | int | float | bool) and kind != "missing":
        yield Sentence("{path}: {problem}, but {came} came", path=path, problem=problem, came=str(came))
    else:
        yield Sentence("{path}: {problem}", path=path, problem=problem)


def _known_keys(path: Sequence[Any]) -> list[str]:
    """Keys that may stand at this place, so that a misspelt one can be named."""
    model: Any = Config
    for part in path:
        if isinstance(part, int):
            continue
        field = next((f for name, f in model.model_fields.items() if part in (name, f.alias)), None)
        found = list(_models_in(field.annotation)) if field else []
        if not found:
            return []
        model = found[0]
    return [f.alias or name for name, f in model.model_fields.items()]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for inner in getattr(annotation, "__args__", ()) for m in _models_in(inner)]
