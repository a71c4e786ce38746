"""DSSE v1 envelopes (github.com/secure-systems-lab/dsse): the signature covers the payload's type and its exact bytes.

What was verified is what is parsed: the payload is taken out of the envelope once, verified as bytes, and those bytes
go to the codec. Nothing is ever encoded again to be verified.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from devices.errors import DeviceError
from devices.protocol.codec import MANIFEST_LIMIT, Json, Malformed, decode
from devices.protocol.fields import Fields
from devices.protocol.keys import BadBase64, PublicKey, strict_base64
from devices.protocol.reasons import REASONS

MAX_SIGNATURES = 16


class BadSignature(DeviceError):
    """Not signed, or not by a key that may sign this. `reason` is a slug of `REASONS`, `details` fill its template."""

    def __init__(self, reason: str, **details: str) -> None:
        super().__init__(REASONS[reason][1], **details)
        self.reason = reason
        self.details = details


@dataclass(frozen=True)
class Signature:
    keyid: str
    sig: bytes


@dataclass(frozen=True)
class Envelope:
    """One signed message, not yet verified."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    @classmethod
    def from_json(cls, value: Json, path: str = "envelope") -> Envelope:
        """Refuses no signature at all, and two under one keyid (B11, B14)."""
        fields = Fields(value, path)
        payload_type = fields.text("payloadType", limit=200)
        payload = _bytes(fields, "payload", limit=MANIFEST_LIMIT)
        signatures = tuple(
            Signature(item.text("keyid", limit=64), _bytes(item, "sig", limit=88))
            for item in fields.objects("signatures", limit=MAX_SIGNATURES)
        )
        if not signatures:
            raise Malformed("{path}: expected at least one signature, but none came", path=f"{path}.signatures")
        if len({signature.keyid for signature in signatures}) != len(signatures):
            raise Malformed("{path}: expected one signature per key, but a key came twice", path=f"{path}.signatures")
        return cls(payload_type, payload, signatures)

    def to_json(self) -> dict[str, Json]:
        return {
            "payload": base64.b64encode(self.payload).decode(),
            "payloadType": self.payload_type,
            "signatures": [
                {"keyid": signature.keyid, "sig": base64.b64encode(signature.sig).decode()}
                for signature in self.signatures
            ],
        }


class Verified(NamedTuple):
    """The payload whose signatures hold, and the keys (each once) that signed it."""

    payload: bytes
    keyids: frozenset[str]


def open_envelope(raw: bytes, *, limit: int = MANIFEST_LIMIT) -> Envelope:
    """The envelope in `raw`, at most `limit` bytes; raises Malformed. Believe nothing of it before it is `verified`."""
    return Envelope.from_json(decode(raw, limit=limit))


def payload_type(kind: str) -> str:
    return f"application/vnd.loa.{kind}+json"


def pae(type_: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is really signed."""
    name = type_.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def verified(envelope: Envelope, kind: str, keys: Iterable[PublicKey]) -> Verified:
    """The payload and which of `keys` signed it, at least one. Signatures by other keys are neither used nor judged.

    Raises BadSignature: `wrong-type` if the envelope holds another kind, `bad-signature` if one of `keys` is named but
    did not sign these bytes, `unknown-signer` if none of them is named.
    """
    if envelope.payload_type != payload_type(kind):
        raise BadSignature("wrong-type", expected=payload_type(kind), came=envelope.payload_type)
    by_id = {key.keyid: key for key in keys}
    message = pae(envelope.payload_type, envelope.payload)
    signers = set()
    for signature in envelope.signatures:
        key = by_id.get(signature.keyid)
        if key is None:
            continue
        if not key.signed(message, signature.sig):
            raise BadSignature("bad-signature", keyid=signature.keyid)
        signers.add(key.keyid)
    if not signers:
        raise BadSignature("unknown-signer", signers=", ".join(signature.keyid for signature in envelope.signatures))
    return Verified(envelope.payload, frozenset(signers))


def _bytes(fields: Fields, name: str, *, limit: int) -> bytes:
    text = fields.text(name, limit=limit)
    try:
        return strict_base64(text)
    except BadBase64 as error:
        raise Malformed("{path}: {problem}", path=fields.path_of(name), problem=str(error)) from error
