"""What every message can do."""

from __future__ import annotations

from typing import ClassVar, Protocol, Self

from devices.protocol.codec import Json


class Message(Protocol):
    """A message of the protocol. `KIND` names its envelope's type `application/vnd.loa.<KIND>+json`."""

    KIND: ClassVar[str]

    def to_json(self) -> dict[str, Json]: ...

    @classmethod
    def from_json(cls, value: Json) -> Self: ...
