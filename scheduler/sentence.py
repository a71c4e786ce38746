"""A sentence for a person: an English template and its values, so that an interface can translate it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


def untranslated(template: str) -> str:
    return template


@dataclass(frozen=True, init=False)
class Sentence:
    """`template` is an English msgid with {named} fields, `values` fills them; a value may be a sentence of its own."""

    template: str
    values: Mapping[str, str | int | float | Sentence]

    def __init__(self, template: str, /, **values: str | int | float | Sentence) -> None:
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "values", values)

    def text(self, translate: Callable[[str], str] = untranslated) -> str:
        values = {k: v.text(translate) if isinstance(v, Sentence) else v for k, v in self.values.items()}
        return translate(self.template).format(**values)

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True)
class Sentences:
    """Several sentences in one place of another, with what stands between them."""

    parts: tuple[Sentence, ...]
    between: str = "; "

    def text(self, translate: Callable[[str], str] = untranslated) -> str:
        return self.between.join(part.text(translate) for part in self.parts)

    def __str__(self) -> str:
        return self.text()
