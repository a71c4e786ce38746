"""What an operator should know about a manuscript that was taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Note:
    """Something that was changed, left out or assumed: an English msgid with {named} fields, and their values.

    `line` counts from 1 in the text as it came, 0 where no line can be named.
    """

    line: int
    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)
