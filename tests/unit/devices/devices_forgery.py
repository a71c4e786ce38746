"""Messages as a fault or an attacker would make them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace

from devices_examples import KEYS

from devices.protocol.codec import Json, encode
from devices.protocol.envelope import Envelope, Signature, open_envelope, pae
from devices.protocol.messages import Message
from devices.signing import SigningKey, signed


def text(raw: bytes) -> dict[str, Json]:
    """Bytes as text where they are text, else in base64."""
    try:
        return {"message": raw.decode("utf-8")}
    except UnicodeDecodeError:
        return {"message_base64": base64.b64encode(raw).decode()}


def refusal(reason: str) -> Json:
    return {"refused": reason}


def edited(message: Message, key: str, change: Callable[[dict[str, Json]], object]) -> bytes:
    """A signed message with its JSON changed before signing: what only a faulty station or receiver sends."""
    value = message.to_json()
    change(value)
    return signed(message.KIND, encode(value), KEYS[key])


def raw_payload(kind: str, payload: bytes, *names: str) -> bytes:
    return signed(kind, payload, *(KEYS[name] for name in names))


def resigned(raw: bytes, change: Callable[[Envelope], Envelope]) -> bytes:
    return encode(change(open_envelope(raw)).to_json())


def flipped(raw: bytes) -> bytes:
    """One bit of the payload changed on the way."""
    envelope = open_envelope(raw)
    payload = bytearray(envelope.payload)
    payload[len(payload) // 2] ^= 1
    return encode(replace(envelope, payload=bytes(payload)).to_json())


def malleable(raw: bytes) -> bytes:
    """S + L in place of S: a second signature over the same bytes, for verifiers that forget RFC 8032's range check."""
    order = 2**252 + 27742317777372353535851937790883648493

    def change(envelope: Envelope) -> Envelope:
        first = envelope.signatures[0]
        s = int.from_bytes(first.sig[32:], "little") + order
        return replace(envelope, signatures=(Signature(first.keyid, first.sig[:32] + s.to_bytes(32, "little")),))

    return resigned(raw, change)


def digest_of(raw: bytes) -> str:
    return hashlib.sha256(open_envelope(raw).payload).hexdigest()


def small_order_r(raw: bytes, seed: bytes) -> bytes:
    """A signature that fits, with the neutral point as R: loose verifiers take it (B14)."""
    order = 2**252 + 27742317777372353535851937790883648493

    def change(envelope: Envelope) -> Envelope:
        key = SigningKey.from_seed(seed)
        scalar = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little")
        scalar = (scalar & (2**254 - 8)) | 2**254
        r = b"\x01" + bytes(31)
        message = pae(envelope.payload_type, envelope.payload)
        h = int.from_bytes(hashlib.sha512(r + key.public.raw + message).digest(), "little")
        s = (h * scalar % order).to_bytes(32, "little")
        return replace(envelope, signatures=(Signature(key.keyid, r + s),))

    return resigned(raw, change)
