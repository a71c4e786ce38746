"""What a receiver plays and what it says afterwards: values, and the one seam to a sink."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol

from devices.clock import Reading
from devices.errors import DeviceError
from devices.protocol.messages import Codec, Load

Ending = Literal["completed", "interrupted", "failed"]


class ProgrammeRefused(DeviceError):
    """A programme that no sink could play sample for sample."""


@dataclass(frozen=True)
class ProgrammeClip:
    """One clip's file with the samples, the rate (Hz, mono) and the codec its approver signed."""

    path: Path
    samples: int
    rate: int
    codec: Codec = "mp3"


@dataclass(frozen=True)
class Programme:
    """The clips of one slot in order, with `gap_ms` of exact silence between two of them, at `volume` percent."""

    slot: str
    clips: tuple[ProgrammeClip, ...]
    gap_ms: int
    volume: int = 100

    def __post_init__(self) -> None:
        if not self.clips:
            raise ProgrammeRefused(
                "slot {slot}: expected at least one clip, got none; publish the week again", slot=self.slot
            )
        rates = sorted({clip.rate for clip in self.clips})
        if len(rates) > 1:
            raise ProgrammeRefused(
                "slot {slot}: expected one sampling rate, got {rates}; render its clips again with one setting",
                slot=self.slot,
                rates=", ".join(map(str, rates)),
            )

    @property
    def rate(self) -> int:
        return self.clips[0].rate

    @property
    def gap_samples(self) -> int:
        return round(self.gap_ms * self.rate / 1000)

    @property
    def samples(self) -> int:
        """All samples, silence between the clips included: what a complete play record says."""
        return sum(clip.samples for clip in self.clips) + self.gap_samples * (len(self.clips) - 1)

    @property
    def length(self) -> timedelta:
        return timedelta(seconds=self.samples / self.rate)

    def begun(self, samples: int) -> int:
        """How many of the clips had begun when `samples` had sounded."""
        count = position = 0
        for clip in self.clips:
            count += samples > position
            position += clip.samples + self.gap_samples
        return count


@dataclass(frozen=True)
class Finished:
    """What happened to one programme: wall times, monotonic length, samples that left the sink, and why it ended."""

    start: datetime
    end: datetime
    played_ms: int
    samples_played: int
    result: Ending
    reason: str
    load: Load


class Player(Protocol):
    """One sink. No method waits for sound; one programme may play while the next one is prepared."""

    sink: str
    simulated: bool

    @property
    def busy(self) -> bool:
        """Whether only real time brings what `poll` needs next; a simulated clock stands still meanwhile."""

    def prepare(self, programme: Programme) -> None:
        """Start decoding ahead of the instant. Preparing another programme drops what was prepared and not started."""

    def start(self, programme: Programme, now: Reading, /) -> None:
        """Let it sound now; `now` was read just before. Prepares first if need be."""

    def played(self, now: Reading, /) -> int:
        """Samples that have left the sink for the programme that is playing."""

    def poll(self, now: Reading, /) -> Finished | None:
        """The outcome, once, when the programme has ended; None while it plays or nothing does."""

    def stop(self) -> None:
        """End every decoder and sound at once; what was playing is polled as interrupted."""
