"""A sentence for a person: an English template and its values, so that an interface can translate it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


def untranslated(template: str) -> str:
    return template


@dataclass(frozen=True, init=False)
class Sentence:
    """`template` is an English msgid with {named} fields, `values` fills them."""

    template: str
    values: Mapping[str, str | int]

    def __init__(self, template: str, /, **values: str | int) -> None:
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "values", values)

    def text(self, translate: Callable[[str], str] = untranslated) -> str:
        return translate(self.template).format(**self.values)

    def __str__(self) -> str:
        return self.text()
