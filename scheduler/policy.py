"""Policy presets: rules that a city or province laid down, as data, each with where it was read and how well."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Known = Literal["page", "inferred"]
"""page: read on a public page. inferred: our own conclusion."""

OWN = "cua-xa"
LAW = "law"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PolicyRule(_Data):
    """The value of one key of [rules]; `source` in Vietnamese, as the documents are."""

    value: Any
    source: str
    known: Known


class PolicyNote(_Data):
    """What is laid down, and no value of [rules]: kept by Loa in another way, or to be kept by people."""

    text: str
    source: str
    known: Known


class Policy(_Data):
    name: str
    rules: dict[str, PolicyRule] = {}
    notes: tuple[PolicyNote, ...] = ()

    def value(self, key: str, otherwise: Any) -> Any:
        rule = self.rules.get(key)
        return otherwise if rule is None else rule.value


def presets() -> tuple[str, ...]:
    """The names that `rules.preset` may have."""
    names = (entry.name for entry in _FOLDER.iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted(name.removesuffix(".toml") for name in names if name != f"{LAW}.toml"))


@cache
def policy(name: str) -> Policy:
    """The preset of that name, or what the law says (`LAW`)."""
    return Policy.model_validate(tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8")))


_FOLDER = files("scheduler") / "policies"
