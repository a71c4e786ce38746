"""Report: what happened at a receiver beside its slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from devices.protocol.codec import Json
from devices.protocol.fields import SPEC, Fields, instant_text, merged

ReportKind = Literal["adopted", "refused", "fault", "security"]


@dataclass(frozen=True)
class Report:
    """Signed by the receiver's own key. Shares `seq` with the play records: one journal.

    `subject` is what it is about (`manifest 12`), `reason` a slug of `devices.protocol.reasons` or the receiver's own,
    `details` the values that fill the slug's template.
    """

    KIND: ClassVar[str] = "report"

    commune: str
    receiver: str
    boot: str
    seq: int
    at: datetime
    kind: ReportKind
    subject: str
    reason: str
    details: Mapping[str, str | int] = field(default_factory=dict, hash=False)
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
                "at": instant_text(self.at),
                "kind": self.kind,
                "subject": self.subject,
                "reason": self.reason,
                "details": {**self.details},
            },
            self.extra,
        )

    @classmethod
    def from_json(cls, value: Json) -> Report:
        fields = Fields(value, "report")
        return cls(
            spec=fields.spec(),
            commune=fields.identifier("commune"),
            receiver=fields.identifier("receiver"),
            boot=fields.text("boot", limit=64),
            seq=fields.integer("seq", low=1),
            at=fields.instant("at"),
            kind=fields.choice("kind", ("adopted", "refused", "fault", "security")),
            subject=fields.text("subject"),
            reason=fields.text("reason"),
            details=fields.details("details", limit=16),
            extra=fields.rest(),
        )
