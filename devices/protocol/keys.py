"""Public keys: Ed25519 (RFC 8032), 32 raw bytes, named by their digest."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from devices.errors import DeviceError

_P = 2**255 - 19
_ORDER_8 = int("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16)
# The y of all points of order 1, 4, 2 and 8: a signature under such a key verifies for nearly any message.
_SMALL_ORDER = frozenset({1, 0, _P - 1, _ORDER_8, _P - _ORDER_8})


class BadKey(DeviceError):
    """Not a public key that proves anything (B14)."""


class BadBase64(DeviceError):
    """Text that is not canonical base64."""


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key; a small-order or non-canonical one cannot be built (B14)."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != 32:
            raise BadKey("a public key must have 32 bytes, but {size} came", size=len(self.raw))
        if not _proves(self.raw):
            raise BadKey("a public key must be a canonical point of large order, but a weak one came: make a new key")

    @classmethod
    def from_text(cls, text: str) -> PublicKey:
        """From base64 (RFC 4648, section 4, padded)."""
        return cls(strict_base64(text))

    @property
    def text(self) -> str:
        """Base64 of the raw key, as messages and enrolment files carry it."""
        return base64.b64encode(self.raw).decode()

    @property
    def keyid(self) -> str:
        """SHA-256 of the raw key in hex, all 64 digits: nobody can make a second key of the same name."""
        return hashlib.sha256(self.raw).hexdigest()

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's over exactly `message` (RFC 8032, 5.1.7; S < L, R of large order)."""
        if len(signature) != 64 or not _proves(signature[:32]):
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def strict_base64(text: str) -> bytes:
    """The bytes of `text` in padded base64; BadBase64 also for a second spelling of the same bytes."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadBase64("expected base64 with padding, but {came!r} came", came=text[:60]) from error
    if base64.b64encode(data).decode() != text:
        raise BadBase64("expected base64 in its one canonical spelling, but {came!r} came", came=text[:60])
    return data


def enrolment_proof(secret: bytes, public: PublicKey) -> str:
    """HMAC-SHA256 over the raw public key, in hex: whoever made this key had the enrolment's secret."""
    return hmac.new(secret, public.raw, hashlib.sha256).hexdigest()


def _proves(point: bytes) -> bool:
    y = int.from_bytes(point, "little") & (2**255 - 1)
    return y < _P and y not in _SMALL_ORDER
