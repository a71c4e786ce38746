"""Status: a receiver's heartbeat, and the will the broker speaks for it when it falls silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from devices.clock import ClockState
from devices.protocol.codec import Json
from devices.protocol.fields import SPEC, Fields, instant_or_none, instant_text, merged
from devices.protocol.messages.record import Load


@dataclass(frozen=True)
class Status:
    """Signed by the receiver's own key. `next_slot` is the start of the next one, `disk_free` in bytes.

    `at` is the receiver's own time: its distance from the arrival is the clock's offset (C1).
    """

    KIND: ClassVar[str] = "status"

    commune: str
    receiver: str
    boot: str
    at: datetime
    manifest_version: int
    trust_version: int
    next_slot: datetime | None
    clips_missing: int
    disk_free: int
    clock: ClockState
    sink: str
    load: Load
    spec: int = SPEC
    extra: Mapping[str, Json] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Json]:
        return merged(
            {
                "spec": self.spec,
                "commune": self.commune,
                "receiver": self.receiver,
                "boot": self.boot,
                "at": instant_text(self.at),
                "manifest_version": self.manifest_version,
                "trust_version": self.trust_version,
                "next_slot": instant_or_none(self.next_slot),
                "clips_missing": self.clips_missing,
                "disk_free": self.disk_free,
                "clock": self.clock,
                "sink": self.sink,
                "load": self.load,
            },
            self.extra,
        )

    @classmethod
    def from_json(cls, value: Json) -> Status:
        fields = Fields(value, "status")
        return cls(
            spec=fields.spec(),
            commune=fields.identifier("commune"),
            receiver=fields.identifier("receiver"),
            boot=fields.text("boot", limit=64),
            at=fields.instant("at"),
            manifest_version=fields.integer("manifest_version"),
            trust_version=fields.integer("trust_version"),
            next_slot=fields.instant_or_null("next_slot"),
            clips_missing=fields.integer("clips_missing"),
            disk_free=fields.integer("disk_free"),
            clock=fields.choice("clock", ("synchronised", "unverified", "unknown")),
            sink=fields.text("sink"),
            load=fields.choice("load", ("ok", "none", "unmeasured")),
            extra=fields.rest(),
        )


@dataclass(frozen=True)
class Offline:
    """The receiver's MQTT last will, on its status topic: this object itself, in no envelope, signed by nobody.

    It only hints that the link `boot` had is gone ("" where the will was made before the boot was
    counted). Believe no more than that: who stole a broker password can send it.
    """

    KIND: ClassVar[str] = "offline"

    commune: str
    receiver: str
    boot: str
    spec: int = SPEC
    extra: Mapping[str, Json] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Json]:
        return merged(
            {
                "spec": self.spec,
                "offline": True,
                "commune": self.commune,
                "receiver": self.receiver,
                "boot": self.boot,
            },
            self.extra,
        )

    @classmethod
    def from_json(cls, value: Json) -> Offline:
        fields = Fields(value, "offline")
        fields.true("offline")
        return cls(
            spec=fields.spec(),
            commune=fields.identifier("commune"),
            receiver=fields.identifier("receiver"),
            boot=fields.text("boot", limit=64, empty=True),
            extra=fields.rest(),
        )
