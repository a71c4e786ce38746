"""What the installer brings to a receiver: where its station is, who it is, and whom to believe at first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from devices.errors import DeviceError
from devices.protocol.codec import Json, decode
from devices.protocol.fields import Fields
from devices.protocol.keys import PublicKey
from devices.receiver.files import replace_file

DEFAULT_HEARTBEAT_S = 60


class EnrolmentRefused(DeviceError):
    """The enrolment file is missing or not one."""


@dataclass(frozen=True)
class Broker:
    """How to log in to the station's broker. `tls_ca` is the CA's certificate file (PEM); None means no TLS."""

    host: str
    port: int
    username: str
    password: str
    tls_ca: Path | None = None


@dataclass(frozen=True)
class Enrolment:
    """One receiver's beginning; `loa receiver add` writes it, the installer copies it over.

    `secret` proves the first hello, `roots` are the keys of which more than half must have signed the first trust,
    `audio_base` is tried when the manifest's own audio address fails, `heartbeat_s` is the time between two statuses.
    """

    commune: str
    receiver: str
    xom: str
    broker: Broker
    roots: tuple[PublicKey, ...]
    secret: bytes
    audio_base: str
    heartbeat_s: int = DEFAULT_HEARTBEAT_S

    def save(self, path: Path) -> None:
        """Write the file for its owner's eyes only (0600): it holds two secrets."""
        text = json.dumps(self.to_json(), ensure_ascii=False, indent=2) + "\n"
        replace_file(path, text.encode())

    @classmethod
    def load(cls, path: Path) -> Enrolment:
        """Raises EnrolmentRefused."""
        try:
            return cls.from_json(decode(path.read_bytes()))
        except OSError as error:
            raise EnrolmentRefused(
                "expected the receiver's enrolment in {path}, but: {problem}. Copy the one loa receiver add wrote",
                path=path,
                problem=error.strerror,
            ) from error
        except DeviceError as error:
            raise EnrolmentRefused(
                "the enrolment {path} cannot be used: {problem}", path=path, problem=error
            ) from error

    def to_json(self) -> dict[str, Json]:
        broker = self.broker
        return {
            "commune": self.commune,
            "receiver": self.receiver,
            "xom": self.xom,
            "broker": {
                "host": broker.host,
                "port": broker.port,
                "username": broker.username,
                "password": broker.password,
                "tls_ca": None if broker.tls_ca is None else str(broker.tls_ca),
            },
            "roots": [root.text for root in self.roots],
            "secret": self.secret.hex(),
            "audio_base": self.audio_base,
            "heartbeat_s": self.heartbeat_s,
        }

    @classmethod
    def from_json(cls, value: Json) -> Enrolment:
        fields = Fields(value, "enrolment")
        broker = fields.object("broker")
        tls_ca = broker.text_or_null("tls_ca", limit=4096)
        return cls(
            commune=fields.identifier("commune"),
            receiver=fields.identifier("receiver"),
            xom=fields.text("xom", limit=64),
            broker=Broker(
                host=broker.text("host", limit=253),
                port=broker.integer("port", low=1, high=65535),
                username=broker.text("username", limit=64),
                password=broker.text("password", limit=256),
                tls_ca=None if tls_ca is None else Path(tls_ca),
            ),
            roots=tuple(PublicKey.from_text(str(root)) for root, _ in fields.values("roots", limit=16, least=1)),
            secret=bytes.fromhex(fields.digest("secret")),
            audio_base=fields.web_address("audio_base"),
            heartbeat_s=fields.integer("heartbeat_s", low=1, high=86400),
        )
