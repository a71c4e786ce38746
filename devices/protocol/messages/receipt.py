"""Receipt: the station has the receiver's journal up to here, for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from devices.protocol.codec import Json
from devices.protocol.fields import SPEC, Fields, instant_text, merged


@dataclass(frozen=True)
class Receipt:
    """Signed by the schedule key. `through` is the highest seq up to which the station has all, 0 if none.

    `keyid` names the receiver's key that signed them, so that a replayed receipt says nothing to a receiver that was
    set up anew and counts from 1 again. `checkpoint` is the log's newest one, as a signed note.
    """

    KIND: ClassVar[str] = "receipt"

    commune: str
    receiver: str
    keyid: str
    through: int
    at: datetime
    checkpoint: str | None
    spec: int = SPEC
    extra: Mapping[str, Json] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Json]:
        return merged(
            {
                "spec": self.spec,
                "commune": self.commune,
                "receiver": self.receiver,
                "keyid": self.keyid,
                "through": self.through,
                "at": instant_text(self.at),
                "checkpoint": self.checkpoint,
            },
            self.extra,
        )

    @classmethod
    def from_json(cls, value: Json) -> Receipt:
        fields = Fields(value, "receipt")
        return cls(
            spec=fields.spec(),
            commune=fields.identifier("commune"),
            receiver=fields.identifier("receiver"),
            keyid=fields.digest("keyid"),
            through=fields.integer("through"),
            at=fields.instant("at"),
            checkpoint=fields.text_or_null("checkpoint", limit=4096, lines=True),
            extra=fields.rest(),
        )
