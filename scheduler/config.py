"""config.toml → frozen settings. Every fault is told at once, with the key's path and the nearest known key.

Layers, the later wins: /etc/loa/config.toml, the station folder's config.toml, --config FILE, and LOA_SECTION_KEY in
the environment.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ValidationError, model_validator

from scheduler.errors import ConfigError
from scheduler.sections import (
    AudioSettings,
    BrokerSettings,
    Faults,
    GuaranteeSettings,
    ReceiverSettings,
    RulesSettings,
    Section,
    SoundSettings,
    SpeechSettings,
    StationSettings,
    XomSettings,
)
from scheduler.sentence import Sentence, Sentences

SYSTEM_CONFIG = Path("/etc/loa/config.toml")
ENVIRONMENT_PREFIX = "LOA_"
RESERVED = "station"
"""The broker log-in of the station itself."""


class Config(Section):
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
            raise Faults(*faults)
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
    "date": "a day such as 2026-11-28 was expected",
    "datetime": "an instant such as 2026-11-24T12:00:00+07:00 was expected",
}
"""What pydantic misses, by the kind of its error or the kind's first word."""


def fault_sentences(item: Any) -> Iterator[Sentence]:
    """One of pydantic's errors in our words, with the key's path."""
    if item["type"] == "default_factory_not_called":  # the preset is at fault, and says so itself
        return
    path = ".".join(str(part) for part in item["loc"]) or "config.toml"
    kind, context = item["type"], item.get("ctx", {})
    if isinstance(ours := context.get("error"), Faults):
        yield from (Sentence("{path}: {problem}", path=path, problem=fault) for fault in ours.faults)
        return
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(item["loc"][-1]), _known_keys(item["loc"][:-1]), n=1)
        unknown = Sentence("unknown key; did you mean {near}?", near=near[0]) if near else Sentence("unknown key")
        yield Sentence("{path}: {problem}", path=path, problem=unknown)
        return
    template = _EXPECTED.get(kind) or _EXPECTED.get(kind.split("_")[0])
    values = {name: value for name, value in context.items() if isinstance(value, str | int | float)}
    if "expected" in values:  # 'a', 'b' or 'c'
        values["expected"] = str(values["expected"]).replace(" or ", ", ").replace("'", "")
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
