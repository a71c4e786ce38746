"""The MQTT topics, and what a topic says about who speaks to whom: `loa/1/{commune}/…`, 1 the protocol's version."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from devices.errors import DeviceError

ROOT = "loa/1"
FROM_RECEIVER = ("hello", "status", "record", "report")
TO_RECEIVER = ("manifest", "receipt", "trust")

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")


class NotOurTopic(DeviceError):
    """A topic that is none of this protocol's, or an id that a topic cannot carry (B18)."""


@dataclass(frozen=True)
class Address:
    """What a topic says. `receiver` is None for the commune's own topic (`trust` to everyone)."""

    commune: str
    receiver: str | None
    direction: Literal["to", "from"]
    kind: str


def is_id(value: str) -> bool:
    """Whether a commune or receiver may have this id: 1–64 of `A-Z a-z 0-9 _ . -`, a letter or digit first (B18)."""
    return _ID.match(value) is not None


def trust(commune: str) -> str:
    """Retained: the newest trust."""
    return f"{ROOT}/{_id(commune)}/trust"


def checkpoint(commune: str) -> str:
    """Retained: the newest checkpoint of the station's log, as a signed note (text, in no envelope)."""
    return f"{ROOT}/{_id(commune)}/checkpoint"


def manifest(commune: str, receiver: str) -> str:
    """Retained: the receiver's manifest."""
    return _to(commune, receiver, "manifest")


def receipt(commune: str, receiver: str) -> str:
    return _to(commune, receiver, "receipt")


def missed_trust(commune: str, receiver: str) -> str:
    """Not retained: the trust versions a receiver missed, in order, after its hello named an older one (B11)."""
    return _to(commune, receiver, "trust")


def hello(commune: str, receiver: str) -> str:
    return _from(commune, receiver, "hello")


def status(commune: str, receiver: str) -> str:
    return _from(commune, receiver, "status")


def record(commune: str, receiver: str) -> str:
    return _from(commune, receiver, "record")


def report(commune: str, receiver: str) -> str:
    return _from(commune, receiver, "report")


def station_filter(commune: str) -> str:
    """All the station listens to: every receiver's messages, in one filter so that nothing comes twice (A15)."""
    return f"{ROOT}/{_id(commune)}/from/+/+"


def receiver_filters(commune: str, receiver: str) -> tuple[str, str]:
    """All a receiver listens to: the commune's trust, and what is addressed to it."""
    return trust(commune), f"{ROOT}/{_id(commune)}/to/{_id(receiver)}/+"


def parse(topic: str) -> Address:
    """The address in `topic`; NotOurTopic if it has another form or an id that `is_id` denies."""
    match topic.split("/"):
        case ["loa", "1", commune, "trust"] if is_id(commune):
            return Address(commune, None, "to", "trust")
        case ["loa", "1", commune, "to", receiver, kind] if is_id(commune) and is_id(receiver) and kind in TO_RECEIVER:
            return Address(commune, receiver, "to", kind)
        case ["loa", "1", commune, "from", receiver, kind] if (
            is_id(commune) and is_id(receiver) and kind in FROM_RECEIVER
        ):
            return Address(commune, receiver, "from", kind)
    raise NotOurTopic("expected a topic of loa/1/COMMUNE/…, but {topic!r} came", topic=topic[:200])


def _to(commune: str, receiver: str, kind: str) -> str:
    return f"{ROOT}/{_id(commune)}/to/{_id(receiver)}/{kind}"


def _from(commune: str, receiver: str, kind: str) -> str:
    return f"{ROOT}/{_id(commune)}/from/{_id(receiver)}/{kind}"


def _id(value: str) -> str:
    if not is_id(value):
        raise NotOurTopic(
            "an id must be 1 to 64 of the letters a-z A-Z 0-9 _ . - and begin with a letter or digit, but {value!r} "
            "came: choose another",
            value=value[:200],
        )
    return value
