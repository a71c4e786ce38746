"""How a bulletin came to its sound: who spoke, why not the voice before, and where each sentence stands in the clip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from scheduler.sentence import Sentence
from tts.errors import ReadableError
from tts.speech import Mark

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Refused:
    """A voice that was asked before the one that spoke, and why it did not."""

    voice: str
    why: Sentence


@dataclass(frozen=True)
class RenderedTurn:
    """What one voice says in the clip; `marks` count from the clip's first sample."""

    voice: str
    refused: tuple[Refused, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Rendering:
    """The turns of one clip, in order."""

    turns: tuple[RenderedTurn, ...]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Every sentence, in order."""
        return tuple(mark for turn in self.turns for mark in turn.marks)

    @property
    def voices(self) -> tuple[str, ...]:
        """Those that spoke, each once, in the order in which they began."""
        return tuple(dict.fromkeys(turn.voice for turn in self.turns))

    @property
    def refused(self) -> tuple[Refused, ...]:
        """Each voice that could not speak, with its first reason."""
        first: dict[str, Refused] = {}
        for turn in self.turns:
            for item in turn.refused:
                first.setdefault(item.voice, item)
        return tuple(first.values())

    def written(self) -> list[dict[str, Any]]:
        """As JSON; `read_rendering` reads it."""
        return [
            {
                "voice": turn.voice,
                "refused": [{"voice": item.voice, "why": _written(item.why)} for item in turn.refused],
                "marks": [[mark.start // _MICROSECOND, mark.end // _MICROSECOND, mark.text] for mark in turn.marks],
            }
            for turn in self.turns
        ]


def read_rendering(written: list[dict[str, Any]]) -> Rendering:
    """What `Rendering.written` gave."""
    return Rendering(
        tuple(
            RenderedTurn(
                voice=turn["voice"],
                refused=tuple(Refused(item["voice"], _read(item["why"])) for item in turn["refused"]),
                marks=tuple(Mark(start * _MICROSECOND, end * _MICROSECOND, text) for start, end, text in turn["marks"]),
            )
            for turn in written
        )
    )


def sentence_of(error: ReadableError) -> Sentence:
    """An error as a sentence that can be kept: errors among its values are sentences, other objects their text."""
    return Sentence(error.template, **{name: _kept(value) for name, value in error.values.items()})


def _kept(value: object) -> str | int | float | Sentence:
    if isinstance(value, ReadableError):
        return sentence_of(value)
    return value if isinstance(value, str | int | float | Sentence) else str(value)


def _written(sentence: Sentence) -> dict[str, Any]:
    values = {name: _written(v) if isinstance(v, Sentence) else v for name, v in sentence.values.items()}
    return {"template": sentence.template, "values": values}


def _read(written: Mapping[str, Any]) -> Sentence:
    values = {name: _read(v) if isinstance(v, dict) else v for name, v in written["values"].items()}
    return Sentence(written["template"], **values)
