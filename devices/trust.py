"""What a receiver, and the station, may believe. Pure: bytes and `now` in, the message or a reasoned refusal out.

The order is always the same: envelope, signature, then the fields of exactly the verified bytes, then the rules
(compare the TUF specification, section 5). Nothing is returned from a message whose signature did not hold.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from devices.protocol.codec import MANIFEST_LIMIT, MESSAGE_LIMIT, Malformed, decode, encode
from devices.protocol.envelope import BadSignature, Envelope, open_envelope, verified
from devices.protocol.fields import UnsupportedSpec, instant_text
from devices.protocol.keys import PublicKey, enrolment_proof
from devices.protocol.messages import (
    Approval,
    Hello,
    Manifest,
    Message,
    Offline,
    PlayRecord,
    Receipt,
    Report,
    Status,
    Trust,
)
from devices.protocol.reasons import Refused, refused
from devices.slots import PlayableSlot, playable_slots

__all__ = [
    "NO_FLOOR",
    "Accepted",
    "Floor",
    "PlayableSlot",
    "Refused",
    "accept_hello",
    "accept_manifest",
    "accept_receipt",
    "accept_record",
    "accept_report",
    "accept_status",
    "adopt_trust",
    "first_trust",
    "refused",
]

AnyMessage = TypeVar("AnyMessage", bound=Message)
ReceiverMessage = TypeVar("ReceiverMessage", PlayRecord, Report, Status)


@dataclass(frozen=True)
class Floor:
    """The newest manifest a receiver ever accepted: no older one comes back (I2). `digest` is its payload's SHA-256."""

    epoch: int
    version: int
    digest: str


NO_FLOOR = Floor(0, 0, "")
"""Of a receiver that never had a manifest."""


@dataclass(frozen=True)
class Accepted:
    """A manifest to keep, and what of it may sound. Report `refused`: its slots and approvals that do not hold.

    `held`: `not_before` is still to come, so keep it and play the one before until then (B7). `repeated`: it is the
    manifest of the floor again, as after every connection and every boot.
    """

    manifest: Manifest
    floor: Floor
    held: bool
    repeated: bool
    slots: tuple[PlayableSlot, ...]
    refused: tuple[Refused, ...]


def first_trust(raw: bytes, commune: str, pinned_root_keys: Iterable[PublicKey]) -> Trust | Refused:
    """A new receiver's first trust, of any version: signed by more than half of the pinned root keys and by itself.

    More than half, because the threshold inside is not to be believed before; so an enrolment pins the keys that sign.
    """
    pinned = frozenset(pinned_root_keys)
    read = _read(raw, Trust, pinned)
    if isinstance(read, Refused):
        return read
    trust, envelope = read
    subject = f"trust {trust.version}"
    if trust.commune != commune:
        return refused(subject, "wrong-commune", expected=commune, came=trust.commune)
    return (
        _too_few(envelope, subject, pinned, len(pinned) // 2 + 1, "the pinned")
        or _too_few(envelope, subject, trust.holders("root"), trust.threshold, "its own")
        or trust
    )


def adopt_trust(current: Trust, raw: bytes) -> Trust | Refused:
    """The trust after `current`: version N+1, signed by N's threshold of N's root keys and by its own (B11).

    The version in force, offered again, is returned as it is. A key once revoked stays revoked (B10); the epoch never
    goes down, and a new one starts the manifests' floor anew (B12).
    """
    read = _read(raw, Trust, current.holders("root"), current.revoked)
    if isinstance(read, Refused):
        return read
    offered, envelope = read
    subject = f"trust {offered.version}"
    if offered.commune != current.commune:
        return refused(subject, "wrong-commune", expected=current.commune, came=offered.commune)
    if offered.version < current.version:
        return refused(subject, "trust-rollback", current=current.version, came=offered.version)
    if offered.version == current.version:
        ours, theirs = _digest(encode(current.to_json())), _digest(encode(offered.to_json()))
        if ours != theirs:
            return refused(subject, "trust-equivocation", version=current.version, ours=ours, theirs=theirs)
        return current
    if offered.version > current.version + 1:
        return refused(subject, "trust-skipped", expected=current.version + 1, came=offered.version)
    if offered.epoch < current.epoch:
        return refused(subject, "epoch-rollback", current=current.epoch, came=offered.epoch)
    if forgotten := sorted(current.revoked - offered.revoked):
        return refused(subject, "unrevoked-key", keyid=forgotten[0])
    return (
        _too_few(envelope, subject, current.holders("root"), current.threshold, "the current")
        or _too_few(envelope, subject, offered.holders("root"), offered.threshold, "its own")
        or offered
    )


def accept_manifest(
    raw: bytes, trust: Trust, floor: Floor, commune: str, receiver: str, now: datetime
) -> Accepted | Refused:
    """The manifest in `raw`, if it is for this receiver, newer than `floor` (or the same again) and not expired.

    Also the way to load the stored one at boot, and to judge it again under a new trust: pass the bytes once more. A
    refusal says nothing about bytes accepted earlier: one that is `expired` by a wrong clock is not to be deleted (C5).
    """
    read = _read(raw, Manifest, trust.holders("schedule"), trust.revoked)
    if isinstance(read, Refused):
        return read
    manifest, envelope = read
    subject = f"manifest {manifest.version}"
    mine = Floor(manifest.epoch, manifest.version, _digest(envelope.payload))
    if fault := _addressed(subject, manifest.commune, manifest.receiver, commune, receiver):
        return fault
    if manifest.epoch < trust.epoch:
        return refused(subject, "old-epoch", expected=trust.epoch, came=manifest.epoch)
    if manifest.epoch > trust.epoch:
        return refused(subject, "unknown-epoch", expected=trust.epoch, came=manifest.epoch)
    if (mine.epoch, mine.version) < (floor.epoch, floor.version):
        return refused(subject, "manifest-rollback", current=floor.version, came=mine.version)
    if (mine.epoch, mine.version) == (floor.epoch, floor.version) and mine.digest != floor.digest:
        return refused(subject, "manifest-equivocation", version=mine.version, ours=floor.digest, theirs=mine.digest)
    if manifest.expires <= now:
        return refused(subject, "expired", expires=instant_text(manifest.expires), now=instant_text(now))
    approvals, bad_approvals = _approvals(manifest, trust)
    slots, bad_slots = playable_slots(manifest, approvals, trust.quiet)
    return Accepted(
        manifest=manifest,
        floor=mine,
        held=manifest.not_before > now,
        repeated=mine == floor,
        slots=slots,
        refused=(*bad_approvals, *bad_slots),
    )


def accept_receipt(raw: bytes, trust: Trust, receiver: str, keyid: str) -> Receipt | Refused:
    """The station's receipt for what the receiver's key `keyid` signed."""
    read = _read(raw, Receipt, trust.holders("schedule"), trust.revoked, limit=MESSAGE_LIMIT)
    if isinstance(read, Refused):
        return read
    receipt, _ = read
    if receipt.keyid != keyid:
        return refused("receipt", "another-journal", expected=keyid, came=receipt.keyid)
    return _addressed("receipt", receipt.commune, receipt.receiver, trust.commune, receiver) or receipt


def accept_hello(raw: bytes, commune: str, receiver: str, *, secret: bytes, known: PublicKey | None) -> Hello | Refused:
    """A receiver's hello, signed by the very key it names. `commune` and `receiver` are the topic's.

    `known` is the key enrolled for that receiver, None at first contact: then the proof has to be the one of the
    enrolment's `secret`. Another key than the known one is refused: to enrol anew, revoke the old (B15).
    """
    try:
        envelope = open_envelope(raw, limit=MESSAGE_LIMIT)
        hello = Hello.from_json(decode(envelope.payload))
        verified(envelope, Hello.KIND, (hello.public,))
    except (Malformed, BadSignature) as error:
        return _refusal("hello", error)
    if fault := _addressed("hello", hello.commune, hello.receiver, commune, receiver):
        return fault
    if known is not None:
        if hello.public != known:
            return refused("hello", "another-key", expected=known.keyid, came=hello.public.keyid)
        return hello
    if hello.proof is None:
        return refused("hello", "no-proof")
    if not hmac.compare_digest(hello.proof, enrolment_proof(secret, hello.public)):
        return refused("hello", "wrong-proof")
    return hello


def accept_record(raw: bytes, commune: str, receiver: str, public: PublicKey) -> PlayRecord | Refused:
    """A play record. `commune` and `receiver` are the topic's, `public` the key enrolled for it: topic, signer and body
    have to name one receiver (B1)."""
    return _from_receiver(raw, PlayRecord, commune, receiver, public)


def accept_report(raw: bytes, commune: str, receiver: str, public: PublicKey) -> Report | Refused:
    """A report, judged as a play record is."""
    return _from_receiver(raw, Report, commune, receiver, public)


def accept_status(raw: bytes, commune: str, receiver: str, public: PublicKey) -> Status | Offline | Refused:
    """A heartbeat, judged as a play record is; or the will, which nobody signed and which only hints (B16)."""
    try:
        value = decode(raw)
        if "offline" not in value:
            return _from_receiver(raw, Status, commune, receiver, public)
        will = Offline.from_json(value)
    except Malformed as error:
        return _refusal("status", error)
    return _addressed("status", will.commune, will.receiver, commune, receiver) or will


def _from_receiver(
    raw: bytes, kind: type[ReceiverMessage], commune: str, receiver: str, public: PublicKey
) -> ReceiverMessage | Refused:
    read = _read(raw, kind, (public,), limit=MESSAGE_LIMIT)
    if isinstance(read, Refused):
        return read
    message, _ = read
    return _addressed(kind.KIND, message.commune, message.receiver, commune, receiver) or message


def _read(
    raw: bytes,
    kind: type[AnyMessage],
    keys: Iterable[PublicKey],
    revoked: frozenset[str] = frozenset(),
    *,
    limit: int = MANIFEST_LIMIT,
) -> tuple[AnyMessage, Envelope] | Refused:
    """The message in `raw`, signed by at least one of `keys`, and its envelope."""
    try:
        envelope = open_envelope(raw, limit=limit)
        payload = verified(envelope, kind.KIND, keys).payload
        return kind.from_json(decode(payload, limit=limit)), envelope
    except BadSignature as error:
        out_of_force = [signature.keyid for signature in envelope.signatures if signature.keyid in revoked]
        if error.reason == "unknown-signer" and out_of_force:
            return refused(kind.KIND, "revoked-signer", keyid=out_of_force[0])
        return _refusal(kind.KIND, error)
    except Malformed as error:
        return _refusal(kind.KIND, error)


def _refusal(subject: str, error: Malformed | BadSignature) -> Refused:
    if isinstance(error, BadSignature):
        return refused(subject, error.reason, **error.details)
    return refused(
        subject, "unsupported-spec" if isinstance(error, UnsupportedSpec) else "malformed", problem=str(error)
    )


def _addressed(subject: str, for_commune: str, for_receiver: str, commune: str, receiver: str) -> Refused | None:
    """Why a message that names these is not this receiver's (B6, B1)."""
    if for_commune != commune:
        return refused(subject, "wrong-commune", expected=commune, came=for_commune)
    if for_receiver != receiver:
        return refused(subject, "wrong-receiver", expected=receiver, came=for_receiver)
    return None


def _too_few(envelope: Envelope, subject: str, keys: Iterable[PublicKey], threshold: int, whose: str) -> Refused | None:
    """Why fewer than `threshold` of `keys` signed; a key counts once, however often it signed (B11)."""
    try:
        signers = verified(envelope, Trust.KIND, keys).keyids
    except BadSignature as error:
        return _refusal(subject, error)
    if len(signers) < threshold:
        return refused(subject, "too-few-signatures", expected=threshold, whose=whose, came=len(signers))
    return None


def _approvals(manifest: Manifest, trust: Trust) -> tuple[dict[str, list[Approval]], tuple[Refused, ...]]:
    """The approvals in a manifest that hold, by their clip's digest, and why the others do not (B9)."""
    held: dict[str, list[Approval]] = {}
    lost: list[Refused] = []
    for at, envelope in enumerate(manifest.approvals):
        subject = f"approval {at} of manifest {manifest.version}"
        try:
            payload = verified(envelope, Approval.KIND, trust.holders("approver")).payload
            approval = Approval.from_json(decode(payload))
        except (Malformed, BadSignature) as error:
            lost.append(refused(subject, "bad-approval", problem=str(error)))
            continue
        if approval.commune != manifest.commune:
            lost.append(refused(subject, "wrong-commune", expected=manifest.commune, came=approval.commune))
            continue
        held.setdefault(approval.clip.digest, []).append(approval)
    return held, tuple(lost)


def _digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()
