"""Speech: what a voice says, before anybody makes a clip of it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

SAMPLE_BYTES = 2
"""One sample is a signed 16-bit little-endian integer."""

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Mark:
    """Where a sentence sounds, from ``start`` to ``end``; ``text`` as it was given to the voice."""

    start: timedelta
    end: timedelta
    text: str

    def moved(self, by: timedelta) -> "Mark":
        return Mark(self.start + by, self.end + by, self.text)


@dataclass(frozen=True)
class Speech:
    """Mono sound: ``pcm`` is signed 16-bit little-endian, ``rate`` in samples per second.

    ``marks`` are the sentences in order, as far as they are known; they are a note beside the sound, so neither
    equality nor the digest looks at them. Raises ValueError where the bytes are not whole samples or the rate is not
    positive.
    """

    pcm: bytes = field(repr=False)
    rate: int
    marks: tuple[Mark, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if self.rate <= 0:
            raise ValueError(f"a rate of samples per second above 0 was expected, {self.rate} came")
        if len(self.pcm) % SAMPLE_BYTES:
            raise ValueError(f"whole 16-bit samples were expected, {len(self.pcm)} bytes came")

    @classmethod
    def silence(cls, duration: timedelta, rate: int) -> Self:
        """As many zero samples as fit into ``duration``, rounded to the nearest."""
        return cls(bytes(SAMPLE_BYTES * round(duration / SECOND * rate)), rate)

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """The parts one after another, their marks moved with them. One rate and at least one part, else ValueError."""
        pieces = list(parts)
        rates = sorted({piece.rate for piece in pieces})
        if len(rates) != 1:
            raise ValueError(f"parts of one rate were expected, rates {rates} came")
        marks: list[Mark] = []
        before = 0
        for piece in pieces:
            marks += [mark.moved(before / rates[0] * SECOND) for mark in piece.marks]
            before += piece.samples
        return cls(b"".join(piece.pcm for piece in pieces), rates[0], tuple(marks))

    @property
    def samples(self) -> int:
        return len(self.pcm) // SAMPLE_BYTES

    @property
    def duration(self) -> timedelta:
        return self.samples / self.rate * SECOND

    @property
    def digest(self) -> str:
        """SHA-256, hex, over the rate (ASCII decimal and a newline) and the samples."""
        return hashlib.sha256(b"%d\n" % self.rate + self.pcm).hexdigest()
