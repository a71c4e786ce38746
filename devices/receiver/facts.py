"""What a receiver's journal says, as typed entries and their fold. Pure: no files, no clock."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

SETTLED_LIMIT = 2000
"""Slots remembered as settled: several times what a manifest can name, so none is ever played twice (C2, I12)."""


@dataclass(frozen=True)
class Boot:
    """The receiver's software started; `number` counts up."""

    name: ClassVar[str] = "boot"
    number: int
    at: str


@dataclass(frozen=True)
class Adopted:
    """A manifest was accepted; from here on no older one is (I2). While `held` the one before stays in use (B7)."""

    name: ClassVar[str] = "adopted"
    epoch: int
    version: int
    digest: str
    held: bool


@dataclass(frozen=True)
class Started:
    """One slot is about to sound. Written before the first sample, so that whatever happens it is known (C2, D1)."""

    name: ClassVar[str] = "start"
    slot: str
    manifest_version: int
    planned_start: str
    at: str
    clips: tuple[str, ...]
    samples_expected: int
    rate: int


@dataclass(frozen=True)
class Progress:
    """So many samples of the slot that is playing have left the sink."""

    name: ClassVar[str] = "progress"
    samples: int


@dataclass(frozen=True)
class Filed:
    """A signed record (`kind` record, settles `slot`) or report, sent until the station's receipt covers `seq`."""

    name: ClassVar[str] = "filed"
    seq: int
    kind: str
    slot: str
    envelope: str


@dataclass(frozen=True)
class Through:
    """The station signed that it keeps everything up to `seq`."""

    name: ClassVar[str] = "through"
    seq: int


@dataclass(frozen=True)
class Kept:
    """The sum of all dropped entries: the first line of a compacted journal."""

    name: ClassVar[str] = "kept"
    boot: int
    seq: int
    through: int
    latest: str
    settled: tuple[str, ...]


LOSABLE = ("progress", "through")
"""Entries that a power cut may take: without them something is only told later or once more, nothing is lost."""

Entry: TypeAlias = Boot | Adopted | Started | Progress | Filed | Through | Kept
ENTRIES: dict[str, type[Entry]] = {
    entry.name: entry for entry in (Boot, Adopted, Started, Progress, Filed, Through, Kept)
}


@dataclass
class Facts:
    """The fold of all entries.

    `seq` is the highest sequence number ever given, `through` the highest the station has signed for, `pending` what
    lies between. `latest` is the wall time of the last start (ISO 8601), `playing` a start without its record.
    `current` is the manifest in use, `upcoming` a newer one that is held, `floor` the newer of the two.
    """

    boot: int = 0
    seq: int = 0
    through: int = 0
    latest: str = ""
    current: Adopted | None = None
    upcoming: Adopted | None = None
    playing: Started | None = None
    progress: int = 0
    pending: dict[int, Filed] = field(default_factory=dict)
    settled: dict[str, None] = field(default_factory=dict)

    def apply(self, entry: Entry) -> None:
        match entry:
            case Boot():
                self.boot = max(self.boot, entry.number)
            case Adopted(held=True):
                self.upcoming = entry
            case Adopted():
                self.current, self.upcoming = entry, None
            case Started():
                self.playing, self.progress, self.latest = entry, 0, entry.at
            case Progress():
                self.progress = entry.samples if self.playing is not None else 0
            case Filed():
                self._file(entry)
            case Through():
                self.through, self.seq = max(self.through, entry.seq), max(self.seq, entry.seq)
                self.pending = {seq: filed for seq, filed in self.pending.items() if seq > self.through}
            case Kept():
                self.boot, self.seq, self.through = entry.boot, entry.seq, entry.through
                self.latest, self.settled = entry.latest, dict.fromkeys(entry.settled)

    @property
    def floor(self) -> Adopted | None:
        return self.upcoming or self.current

    @property
    def missing(self) -> tuple[int, ...]:
        """Sequence numbers that were given but whose entries are lost: the station waits for each of them."""
        return tuple(seq for seq in range(self.through + 1, self.seq + 1) if seq not in self.pending)

    def kept(self) -> list[Entry]:
        """The fewest entries that fold to the same facts."""
        entries: list[Entry] = [Kept(self.boot, self.seq, self.through, self.latest, tuple(self.settled))]
        entries += [adopted for adopted in (self.current, self.upcoming) if adopted is not None]
        entries += [self.pending[seq] for seq in sorted(self.pending)]
        if self.playing is not None:
            entries += [self.playing, Progress(self.progress)]
        return entries

    def _file(self, entry: Filed) -> None:
        self.seq = max(self.seq, entry.seq)
        if entry.seq > self.through:
            self.pending[entry.seq] = entry
        if not entry.slot:
            return
        self.settled[entry.slot] = None
        while len(self.settled) > SETTLED_LIMIT:
            del self.settled[next(iter(self.settled))]
        if self.playing is not None and self.playing.slot == entry.slot:
            self.playing, self.progress = None, 0


def to_fields(entry: Entry) -> dict[str, object]:
    """`entry` as plain JSON values, its name under "e"."""
    values = {item.name: getattr(entry, item.name) for item in dataclasses.fields(entry)}
    return {"e": entry.name, **values}


def from_fields(values: dict[str, object]) -> Entry:
    """The entry in `values`; ValueError when it is none of ours."""
    fields = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    kind = ENTRIES.get(str(fields.pop("e", "")))
    if kind is None or {item.name for item in dataclasses.fields(kind)} != fields.keys():
        raise ValueError("not an entry of a receiver's journal")
    return kind(**fields)  # type: ignore[arg-type]
