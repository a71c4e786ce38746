"""The text of Loa's own tables, which stand as TOML beside this file."""

from __future__ import annotations

import tomllib
from importlib import resources


def text(name: str) -> str:
    """The TOML of one table."""
    return resources.files(__package__).joinpath(f"tables/{name}.toml").read_text("utf-8")


_CONTEXTS = tomllib.loads(text("contexts"))


def contexts(module: str) -> dict[str, frozenset[str]]:
    """The words beside a form that decide how it is read, for one module, by name."""
    return {name: frozenset(listed.split()) for name, listed in _CONTEXTS[module].items()}


def phrases(module: str, name: str) -> str:
    """A list of phrases (one a line) as an alternation for a pattern, longer ones first."""
    listed = [line.strip() for line in _PHRASES[module][name].splitlines() if line.strip()]
    return "|".join(sorted(listed, key=len, reverse=True))


_PHRASES = tomllib.loads(text("phrases"))
