"""Sentences of the planner: an English template and its values, sayable in any language that has the template."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import resources

from playlists.week import TIMEZONE

Translate = Callable[[str], str]


@dataclass(frozen=True)
class Phrase:
    """`template` is an English msgid with {named} fields; values may be phrases, or tuples of them, in their turn."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def said(self, translate: Translate = str) -> str:
        """The sentence, every template of it put through `translate`; `str` leaves it English."""
        return translate(self.template).format(**{name: _said(value, translate) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.said()


@cache
def vietnamese() -> Mapping[str, str]:
    """The planner's templates in Vietnamese, by msgid; a catalogue may take them over."""
    text = resources.files("playlists.planning").joinpath("reasons.vi.toml").read_text(encoding="utf-8")
    return {key: str(value) for key, value in tomllib.loads(text).items()}


def in_vietnamese(template: str) -> str:
    """The Vietnamese template of a msgid."""
    return vietnamese()[template]


def _said(value: object, translate: Translate) -> object:
    if isinstance(value, Phrase):
        return value.said(translate)
    if isinstance(value, tuple):
        return ", ".join(str(_said(part, translate)) for part in value)
    if isinstance(value, float):
        whole, point, part = f"{value:g}".partition(".")
        return Phrase("{whole}.{part}", {"whole": whole, "part": part}).said(translate) if point else whole
    if isinstance(value, datetime):
        return f"{value.astimezone(TIMEZONE):%H:%M %d/%m/%Y}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return value
