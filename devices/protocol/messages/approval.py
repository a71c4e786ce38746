"""Approval: a named person answers for these words and this sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from devices.protocol.codec import Json, Malformed
from devices.protocol.fields import SPEC, Fields, instant_text, merged, milliseconds

ApprovalKind = Literal["bulletin", "ident", "sign_off"]
Codec = Literal["mp3", "opus"]

MAX_CLIP_BYTES = 20 * 1024 * 1024
MAX_CLIP_DURATION = timedelta(hours=1)


@dataclass(frozen=True)
class Clip:
    """One sound file: `digest` SHA-256 of its bytes, `size` in bytes, `samples` decoded at `rate` Hz mono.

    `codec` is MP3, or Opus in Ogg. On the wire a clip without one is MP3.
    """

    digest: str
    size: int
    samples: int
    rate: int
    duration: timedelta
    codec: Codec = "mp3"

    @property
    def name(self) -> str:
        """Of its file, under every audio address."""
        return f"{self.digest}.{self.codec}"

    def to_json(self) -> dict[str, Json]:
        known: dict[str, Json] = {
            "digest": self.digest,
            "size": self.size,
            "samples": self.samples,
            "rate": self.rate,
            "duration_ms": milliseconds(self.duration),
        }
        return known if self.codec == "mp3" else {**known, "codec": self.codec}

    @classmethod
    def from_fields(cls, fields: Fields) -> Clip:
        """Malformed also if the duration is not the samples' (to 1 ms), or longer than an hour (E3, E4)."""
        clip = cls(
            digest=fields.digest("digest"),
            size=fields.integer("size", low=1, high=MAX_CLIP_BYTES),
            samples=fields.integer("samples", low=1),
            rate=fields.integer("rate", low=8000, high=48000),
            duration=fields.milliseconds("duration_ms", low=1, high=milliseconds(MAX_CLIP_DURATION)),
            codec=fields.choice("codec", ("mp3", "opus")) if fields.has("codec") else "mp3",
        )
        if abs(clip.samples * 1000 - milliseconds(clip.duration) * clip.rate) > clip.rate:
            raise Malformed(
                "{path}: expected {samples} samples at {rate} Hz in milliseconds, but {came} came",
                path=fields.path_of("duration_ms"),
                samples=clip.samples,
                rate=clip.rate,
                came=milliseconds(clip.duration),
            )
        return clip


@dataclass(frozen=True)
class Approval:
    """Signed by an approver's key. The sound may start in [valid_from, valid_to).

    `words_digest` is the bulletin's digest: SHA-256 of its header and words in canonical form.
    """

    KIND: ClassVar[str] = "approval"

    commune: str
    bulletin: str
    title: str
    kind: ApprovalKind
    words_digest: str
    clip: Clip
    approver: str
    approved_at: datetime
    valid_from: datetime
    valid_to: datetime
    spec: int = SPEC
    extra: Mapping[str, Json] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Json]:
        return merged(
            {
                "spec": self.spec,
                "commune": self.commune,
                "bulletin": self.bulletin,
                "title": self.title,
                "kind": self.kind,
                "words_digest": self.words_digest,
                "clip": self.clip.to_json(),
                "approver": self.approver,
                "approved_at": instant_text(self.approved_at),
                "valid_from": instant_text(self.valid_from),
                "valid_to": instant_text(self.valid_to),
            },
            self.extra,
        )

    @classmethod
    def from_json(cls, value: Json) -> Approval:
        fields = Fields(value, "approval")
        approval = cls(
            spec=fields.spec(),
            commune=fields.identifier("commune"),
            bulletin=fields.text("bulletin", limit=128),
            title=fields.text("title", limit=300),
            kind=fields.choice("kind", ("bulletin", "ident", "sign_off")),
            words_digest=fields.digest("words_digest"),
            clip=Clip.from_fields(fields.object("clip")),
            approver=fields.text("approver"),
            approved_at=fields.instant("approved_at"),
            valid_from=fields.instant("valid_from"),
            valid_to=fields.instant("valid_to"),
            extra=fields.rest(),
        )
        if approval.valid_to <= approval.valid_from:
            raise Malformed("{path}: expected an instant after valid_from", path="approval.valid_to")
        return approval
