"""Manifest: one receiver's signed playlist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from devices.protocol.codec import Json, Malformed
from devices.protocol.envelope import Envelope
from devices.protocol.fields import SPEC, Fields, instant_text, merged, milliseconds
from devices.protocol.messages.approval import Clip

SlotKind = Literal["planned", "make_good"]

MAX_SLOTS = 500
MAX_ITEMS = 64
MAX_APPROVALS = 200
LEAST_VOLUME = 10
"""−20 dB. No manifest makes a slot inaudible, for it would still be proven as played (I3)."""
MAX_GAP = timedelta(minutes=1)
MAX_VALIDITY = timedelta(days=14)
"""From `issued` to `expires`: how long a receiver that is cut off goes on obeying a revoked schedule key (B10)."""


@dataclass(frozen=True)
class Slot:
    """One programme at one instant: `items` are the digests of its clips in order; `week` an ISO week, `2026-W48`.

    `volume` is in percent of the amplitude the clips were approved with; on the wire a slot without one has 100.
    """

    id: str
    week: str
    start: datetime
    kind: SlotKind
    items: tuple[str, ...]
    volume: int = 100
    extra: Mapping[str, Json] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Json]:
        known: dict[str, Json] = {
            "id": self.id,
            "week": self.week,
            "start": instant_text(self.start),
            "kind": self.kind,
            "items": [*self.items],
        }
        return merged(known if self.volume == 100 else {**known, "volume": self.volume}, self.extra)

    @classmethod
    def from_fields(cls, fields: Fields) -> Slot:
        return cls(
            id=fields.text("id", limit=128),
            week=fields.week("week"),
            start=fields.instant("start"),
            kind=fields.choice("kind", ("planned", "make_good")),
            items=fields.digests("items", limit=MAX_ITEMS, least=1),
            volume=fields.integer("volume", low=LEAST_VOLUME, high=100) if fields.has("volume") else 100,
            extra=fields.rest(),
        )


@dataclass(frozen=True)
class Manifest:
    """Signed by the schedule key. A clip lies at `clip_url`; `gap` of silence goes between a programme's clips.

    `approvals` are the approvers' own envelopes, one for each clip that the slots name.
    """

    KIND: ClassVar[str] = "manifest"

    commune: str
    receiver: str
    xom: str
    epoch: int
    version: int
    issued: datetime
    not_before: datetime
    expires: datetime
    audio_base: str
    gap: timedelta
    slots: tuple[Slot, ...]
    approvals: tuple[Envelope, ...]
    spec: int = SPEC
    extra: Mapping[str, Json] = field(default_factory=dict, hash=False)

    def clip_url(self, clip: Clip) -> str:
        return f"{self.audio_base.rstrip('/')}/{clip.name}"

    def to_json(self) -> dict[str, Json]:
        return merged(
            {
                "spec": self.spec,
                "commune": self.commune,
                "receiver": self.receiver,
                "xom": self.xom,
                "epoch": self.epoch,
                "version": self.version,
                "issued": instant_text(self.issued),
                "not_before": instant_text(self.not_before),
                "expires": instant_text(self.expires),
                "audio_base": self.audio_base,
                "gap_ms": milliseconds(self.gap),
                "slots": [slot.to_json() for slot in self.slots],
                "approvals": [approval.to_json() for approval in self.approvals],
            },
            self.extra,
        )

    @classmethod
    def from_json(cls, value: Json) -> Manifest:
        """Malformed also if a slot's id comes twice, or it is valid longer than `MAX_VALIDITY`."""
        fields = Fields(value, "manifest")
        manifest = cls(
            spec=fields.spec(),
            commune=fields.identifier("commune"),
            receiver=fields.identifier("receiver"),
            xom=fields.text("xom", limit=64),
            epoch=fields.integer("epoch", low=1),
            version=fields.integer("version", low=1),
            issued=fields.instant("issued"),
            not_before=fields.instant("not_before"),
            expires=fields.instant("expires"),
            audio_base=fields.web_address("audio_base"),
            gap=fields.milliseconds("gap_ms", high=milliseconds(MAX_GAP)),
            slots=tuple(Slot.from_fields(item) for item in fields.objects("slots", limit=MAX_SLOTS)),
            approvals=tuple(
                Envelope.from_json(item, path) for item, path in fields.values("approvals", limit=MAX_APPROVALS)
            ),
            extra=fields.rest(),
        )
        if len({slot.id for slot in manifest.slots}) != len(manifest.slots):
            raise Malformed("{path}: expected each slot's id once, but one came twice", path="manifest.slots")
        if manifest.expires <= max(manifest.issued, manifest.not_before):
            raise Malformed("{path}: expected an instant after issued and not_before", path="manifest.expires")
        if manifest.expires - manifest.issued > MAX_VALIDITY:
            raise Malformed(
                "{path}: expected at most {days} days after issued, but {came} came",
                path="manifest.expires",
                days=MAX_VALIDITY.days,
                came=str(manifest.expires - manifest.issued),
            )
        return manifest
