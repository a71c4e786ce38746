"""Which rules hold, and where each comes from: config.toml, its preset, Loa itself, the register or the law."""

from dataclasses import dataclass
from typing import Any, Literal

from scheduler.config import Config
from scheduler.policy import LAW, Known, PolicyNote, policy
from scheduler.store.tables import XomRow

Origin = Literal["config", "preset", "default", "register"]


@dataclass(frozen=True)
class RuleInForce:
    """`key` is its path in config.toml, `value` as JSON has it. `source` (Vietnamese) and `known` are the preset's,
    also where the commune's own value wins over the preset's, which is then `instead_of`."""

    key: str
    value: Any
    origin: Origin
    source: str | None = None
    known: Known | None = None
    instead_of: Any = None


@dataclass(frozen=True)
class RulesInForce:
    """`notes` are what the preset and the law lay down and no key holds."""

    preset: str
    rules: tuple[RuleInForce, ...]
    notes: tuple[PolicyNote, ...]


def rules_in_force(config: Config, register: list[XomRow]) -> RulesInForce:
    """All keys of [guarantee] and [rules] in their order, then what single xóm have of their own."""
    chosen = policy(config.rules.preset)
    rules = [_rule(section, key, config) for section in ("guarantee", "rules") for key in _keys(section, config)]
    commune_cap = config.rules.daily_cap_min
    for xom in register:
        if xom.windows:
            rules.append(RuleInForce(f"xom.{xom.id}.windows", xom.windows, "register"))
        if xom.daily_cap_s != commune_cap * 60:
            rules.append(RuleInForce(f"xom.{xom.id}.daily_cap_min", xom.daily_cap_s // 60, "register"))
    return RulesInForce(chosen.name, tuple(rules), (*chosen.notes, *policy(LAW).notes))


def _keys(section: str, config: Config) -> list[str]:
    return [key for key in type(getattr(config, section)).model_fields if key != "preset"]


def _rule(section: str, key: str, config: Config) -> RuleInForce:
    settings = getattr(config, section)
    value = settings.model_dump(mode="json", by_alias=True)[key]
    laid_down = policy(config.rules.preset).rules.get(key) if section == "rules" else None
    own = key in settings.model_fields_set
    path = f"{section}.{key}"
    if laid_down is None:
        return RuleInForce(path, value, "config" if own else "default")
    if own:
        return RuleInForce(path, value, "config", laid_down.source, laid_down.known, instead_of=laid_down.value)
    return RuleInForce(path, value, "preset", laid_down.source, laid_down.known)
