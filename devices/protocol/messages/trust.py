"""Trust: whose keys may sign what in this commune, and when nothing may sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import ClassVar, Literal

from devices.protocol.codec import Json, Malformed
from devices.protocol.fields import SPEC, Fields, instant_text, merged
from devices.protocol.keys import PublicKey

Role = Literal["root", "schedule", "approver", "log"]

MAX_KEYS = 64
MAX_REVOKED = 1000
MAX_QUIET = 16


@dataclass(frozen=True)
class TrustedKey:
    """One key, one role. `name` says whose it is, for people."""

    role: Role
    name: str
    public: PublicKey

    @property
    def keyid(self) -> str:
        return self.public.keyid

    def to_json(self) -> dict[str, Json]:
        return {"keyid": self.keyid, "name": self.name, "public": self.public.text, "role": self.role}

    @classmethod
    def from_fields(cls, fields: Fields) -> TrustedKey:
        key = cls(
            role=fields.choice("role", ("root", "schedule", "approver", "log")),
            name=fields.text("name"),
            public=fields.public_key("public"),
        )
        if fields.digest("keyid") != key.keyid:
            raise Malformed("{path}: expected the SHA-256 of the public key", path=fields.path_of("keyid"))
        return key


@dataclass(frozen=True)
class Quiet:
    """Every day from `start` to `end`, local time, half-open; `end` before `start` crosses midnight."""

    start: time
    end: time

    def to_json(self) -> dict[str, Json]:
        return {"from": f"{self.start:%H:%M}", "to": f"{self.end:%H:%M}"}

    @classmethod
    def from_fields(cls, fields: Fields) -> Quiet:
        quiet = cls(fields.clock_time("from"), fields.clock_time("to"))
        if quiet.start == quiet.end:
            raise Malformed("{path}: expected an end other than the start", path=fields.path_of("to"))
        return quiet


@dataclass(frozen=True)
class Trust:
    """Signed by at least `threshold` root keys of the version before, and of itself.

    `epoch` counts the replacements of a schedule key: a new epoch starts the manifests' versions anew (B12).
    """

    KIND: ClassVar[str] = "trust"

    commune: str
    version: int
    epoch: int
    issued: datetime
    threshold: int
    keys: tuple[TrustedKey, ...]
    quiet: tuple[Quiet, ...] = ()
    revoked: frozenset[str] = frozenset()
    spec: int = SPEC
    extra: Mapping[str, Json] = field(default_factory=dict, hash=False)

    def holders(self, role: Role) -> tuple[PublicKey, ...]:
        """The keys that may act in `role`, without the revoked ones."""
        return tuple(key.public for key in self.keys if key.role == role and key.keyid not in self.revoked)

    def to_json(self) -> dict[str, Json]:
        return merged(
            {
                "spec": self.spec,
                "commune": self.commune,
                "version": self.version,
                "epoch": self.epoch,
                "issued": instant_text(self.issued),
                "threshold": self.threshold,
                "keys": [key.to_json() for key in self.keys],
                "quiet": [quiet.to_json() for quiet in self.quiet],
                "revoked": [*sorted(self.revoked)],
            },
            self.extra,
        )

    @classmethod
    def from_json(cls, value: Json) -> Trust:
        """Malformed also if a key comes twice, or the root keys in force are fewer than the threshold (B14)."""
        fields = Fields(value, "trust")
        trust = cls(
            spec=fields.spec(),
            commune=fields.identifier("commune"),
            version=fields.integer("version", low=1),
            epoch=fields.integer("epoch", low=1),
            issued=fields.instant("issued"),
            threshold=fields.integer("threshold", low=1, high=MAX_KEYS),
            keys=tuple(TrustedKey.from_fields(item) for item in fields.objects("keys", limit=MAX_KEYS, least=1)),
            quiet=tuple(Quiet.from_fields(item) for item in fields.objects("quiet", limit=MAX_QUIET)),
            revoked=frozenset(fields.digests("revoked", limit=MAX_REVOKED)),
            extra=fields.rest(),
        )
        if len({key.keyid for key in trust.keys}) != len(trust.keys):
            raise Malformed("{path}: expected each key once, in one role, but one came twice", path="trust.keys")
        roots = len(trust.holders("root"))
        if roots < trust.threshold:
            raise Malformed(
                "{path}: expected at least as many root keys in force as the threshold {threshold}, but {roots} came",
                path="trust.keys",
                threshold=trust.threshold,
                roots=roots,
            )
        return trust
