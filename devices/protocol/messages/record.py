"""Play record: what a receiver did with one slot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from devices.clock import ClockState
from devices.protocol.codec import Json, Malformed
from devices.protocol.fields import SPEC, Fields, instant_or_none, instant_text, merged, milliseconds

Result = Literal["completed", "interrupted", "failed", "missed", "preempted"]
Load = Literal["ok", "none", "unmeasured"]


@dataclass(frozen=True)
class PlayRecord:
    """Signed by the receiver's own key. `seq` counts its records and reports from 1 without a gap, over all boots.

    `start` is None if nothing sounded, `end` if the power went first; `played` is monotonic. `samples_…` count at the
    clips' rate, the gaps between clips included. `load` is what the amplifier's output measured (F14). `clips` are the
    digests that sounded, in order. `reason` is empty for a completed slot.
    """

    KIND: ClassVar[str] = "record"

    commune: str
    receiver: str
    boot: str
    seq: int
    slot: str
    manifest_version: int
    planned_start: datetime
    start: datetime | None
    end: datetime | None
    played: timedelta
    samples_played: int
    samples_expected: int
    result: Result
    reason: str
    load: Load
    sink: str
    simulated: bool
    clock: ClockState
    clips: tuple[str, ...]
    spec: int = SPEC
    extra: Mapping[str, Json] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Json]:
        return merged(
            {
                "spec": self.spec,
                "commune": self.commune,
                "receiver": self.receiver,
                "boot": self.boot,
                "seq": self.seq,
                "slot": self.slot,
                "manifest_version": self.manifest_version,
                "planned_start": instant_text(self.planned_start),
                "start": instant_or_none(self.start),
                "end": instant_or_none(self.end),
                "played_ms": milliseconds(self.played),
                "samples_played": self.samples_played,
                "samples_expected": self.samples_expected,
                "result": self.result,
                "reason": self.reason,
                "load": self.load,
                "sink": self.sink,
                "simulated": self.simulated,
                "clock": self.clock,
                "clips": [*self.clips],
            },
            self.extra,
        )

    @classmethod
    def from_json(cls, value: Json) -> PlayRecord:
        """Malformed also if a completed record lacks its start or end, or a missed one says that something sounded."""
        fields = Fields(value, "record")
        record = cls(
            spec=fields.spec(),
            commune=fields.identifier("commune"),
            receiver=fields.identifier("receiver"),
            boot=fields.text("boot", limit=64),
            seq=fields.integer("seq", low=1),
            slot=fields.text("slot", limit=128),
            manifest_version=fields.integer("manifest_version", low=1),
            planned_start=fields.instant("planned_start"),
            start=fields.instant_or_null("start"),
            end=fields.instant_or_null("end"),
            played=fields.milliseconds("played_ms"),
            samples_played=fields.integer("samples_played"),
            samples_expected=fields.integer("samples_expected"),
            result=fields.choice("result", ("completed", "interrupted", "failed", "missed", "preempted")),
            reason=fields.text("reason", limit=500, empty=True),
            load=fields.choice("load", ("ok", "none", "unmeasured")),
            sink=fields.text("sink"),
            simulated=fields.boolean("simulated"),
            clock=fields.choice("clock", ("synchronised", "unverified", "unknown")),
            clips=fields.digests("clips", limit=64),
            extra=fields.rest(),
        )
        if record.result == "completed" and (record.start is None or record.end is None):
            raise Malformed(
                "{path}: expected the start and end of a completed slot, but null came", path="record.start"
            )
        if record.result == "missed" and (record.start is not None or record.samples_played):
            raise Malformed("{path}: expected null for a missed slot, but it sounded", path="record.start")
        return record
