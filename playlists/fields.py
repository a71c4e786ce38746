"""Fields of a bulletin (lĩnh vực) and their codes for the provincial system: a table that a province can change."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from playlists.errors import InvalidValueError


@dataclass(frozen=True)
class Fields:
    """Codes with their names, and every written form folded to its code."""

    names: Mapping[int, str]
    written: Mapping[str, int]

    @classmethod
    def load(cls, path: Path) -> Fields:
        """Read a table of the form of fields.toml. Raises InvalidValueError, naming what is wrong in it."""
        try:
            rows = tomllib.loads(path.read_text("utf-8"))["field"]
            return cls._of(rows)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
            raise InvalidValueError(
                "{path} should hold [[field]] entries with code, name and also: {problem}", path=path, problem=problem
            ) from problem

    @classmethod
    def _of(cls, rows: list[dict[str, Any]]) -> Fields:
        names: dict[int, str] = {}
        written: dict[str, int] = {}
        for row in rows:
            code = int(row["code"])
            names[code] = str(row["name"])
            for form in (names[code], str(code), *row.get("also", ())):
                if written.setdefault(folded(form), code) != code:
                    raise ValueError(f"{form!r} stands for two fields")
        return cls(names, written)

    def code(self, form: str) -> int | None:
        """The code of a field as somebody wrote it, with or without its accents, or None."""
        return self.written.get(folded(form))


@cache
def standard_fields() -> Fields:
    """The six fields known from the field."""
    return Fields.load(Path(__file__).with_name("fields.toml"))


def folded(text: str) -> str:
    """Lower-case letters and digits without accents, single blanks between: how written forms are compared."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    kept = "".join(c if c.isalnum() else " " for c in plain if unicodedata.category(c) != "Mn")
    return " ".join(kept.split())
