"""What can go wrong between a written bulletin and its clip."""

from __future__ import annotations

from collections.abc import Sequence

from tts.errors import ReadableError


class PlaylistError(ReadableError):
    """Anything this package refuses; more than one fault at once is a `Faults`."""


class InvalidValueError(PlaylistError):
    """A value that breaks its own rules (a bulletin that ends before it begins, an unsafe id)."""


class LineError(PlaylistError):
    """One thing wrong with a manuscript; `line` counts from 1, 0 where no line can be named."""

    def __init__(self, line: int, template: str, /, **values: object) -> None:
        super().__init__(template, **values)
        self.line = line


class ManuscriptError(PlaylistError):
    """Everything that is wrong with a manuscript, in the order of its lines."""

    def __init__(self, name: str, faults: Sequence[LineError]) -> None:
        super().__init__("{name} cannot be taken as a bulletin: {faults}", name=name, faults=_listed(faults))
        self.name = name
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))


class SoundError(PlaylistError):
    """Sound that could not be cut, joined, levelled, encoded or measured."""


def _listed(faults: Sequence[LineError]) -> str:
    ordered = sorted(faults, key=lambda fault: fault.line)
    return "; ".join(f"line {fault.line}: {fault}" if fault.line else str(fault) for fault in ordered)
