"""Hello: a receiver introduces itself, at first contact and after every connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from devices.protocol.codec import Json
from devices.protocol.fields import SPEC, Fields, merged
from devices.protocol.keys import PublicKey


@dataclass(frozen=True)
class Hello:
    """Signed by the receiver's own key. The versions are 0 while it has none.

    `proof` is HMAC-SHA256(enrolment secret, raw public key) in hex at first contact, None once the station answered.
    """

    KIND: ClassVar[str] = "hello"

    commune: str
    receiver: str
    public: PublicKey
    boot: str
    software: str
    sink: str
    manifest_version: int
    trust_version: int
    proof: str | None
    spec: int = SPEC
    extra: Mapping[str, Json] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Json]:
        return merged(
            {
                "spec": self.spec,
                "commune": self.commune,
                "receiver": self.receiver,
                "public": self.public.text,
                "boot": self.boot,
                "software": self.software,
                "sink": self.sink,
                "manifest_version": self.manifest_version,
                "trust_version": self.trust_version,
                "proof": self.proof,
            },
            self.extra,
        )

    @classmethod
    def from_json(cls, value: Json) -> Hello:
        fields = Fields(value, "hello")
        return cls(
            spec=fields.spec(),
            commune=fields.identifier("commune"),
            receiver=fields.identifier("receiver"),
            public=fields.public_key("public"),
            boot=fields.text("boot", limit=64),
            software=fields.text("software"),
            sink=fields.text("sink"),
            manifest_version=fields.integer("manifest_version"),
            trust_version=fields.integer("trust_version"),
            proof=fields.digest_or_null("proof"),
            extra=fields.rest(),
        )
