"""Vectors of trust, first and following."""

from __future__ import annotations

import json
from dataclasses import replace

from devices_examples import COMMUNE, KEYS, NEXT_EPOCH, NOW, TRUST, trusted
from devices_forgery import raw_payload, refusal, text

from devices.protocol.codec import Json, encode
from devices.protocol.envelope import open_envelope
from devices.protocol.messages import Trust
from devices.signing import SigningKey, seal


def trust_vectors() -> Json:
    roots = ("root-1", "root-2", "root-3")
    current = seal(TRUST, KEYS["root-1"], KEYS["root-2"])
    following = replace(TRUST, version=4, issued=NOW)

    def keys(*names: str) -> list[SigningKey]:
        return [KEYS[name] for name in names]

    def raw(trust: Trust, *names: str) -> bytes:
        return seal(trust, *keys(*names))

    def case(name: str, message: bytes, verdict: int | str, *, first: bool = False) -> Json:
        current_version = None if first else TRUST.version
        result: Json = {"accepted": verdict} if isinstance(verdict, int) else refusal(verdict)
        return {"name": name, "commune": COMMUNE, "current": current_version, **text(message), "verdict": result}

    new_roots = replace(
        following,
        keys=(trusted("root", "stranger"), trusted("schedule", "schedule")),
        threshold=1,
    )
    lost_root = replace(
        following,
        revoked=TRUST.revoked | {KEYS["root-3"].keyid},
    )
    two_of_two = replace(lost_root, threshold=3)
    value = two_of_two.to_json()
    one_by_two = open_envelope(raw(following, "root-1"))
    twice = replace(one_by_two, signatures=one_by_two.signatures * 2)
    payload = encode(following.to_json())

    def forged(**changes: Json) -> bytes:
        return raw_payload("trust", encode({**following.to_json(), **changes}), "root-1", "root-2")

    cases = [
        case("the first trust, by two of three pinned roots", current, 3, first=True),
        case("the first trust, by one of three", raw(TRUST, "root-1"), "too-few-signatures", first=True),
        case("the first trust, by strangers", raw(new_roots, "stranger"), "unknown-signer", first=True),
        case(
            "the first trust, by one pinned root that lowers the threshold",
            raw(replace(TRUST, threshold=1), "root-1"),
            "too-few-signatures",
            first=True,
        ),
        case(
            "the first trust, by pinned roots that are not its own",
            raw(new_roots, "root-1", "root-2"),
            "unknown-signer",
            first=True,
        ),
        case(
            "the first trust of another commune",
            raw(replace(TRUST, commune="yen-thanh"), "root-1", "root-2"),
            "wrong-commune",
            first=True,
        ),
        case("the next version", raw(following, "root-1", "root-3"), 4),
        case("the same again", current, 3),
        case(
            "an unknown field", raw_payload("trust", encode({**following.to_json(), "x": [1]}), "root-1", "root-2"), 4
        ),
        case(
            "the same, spelled with spaces",
            raw_payload("trust", json.dumps(TRUST.to_json()).encode(), "root-1", "root-2"),
            3,
        ),
        case(
            "B10: the schedule key replaced, a new epoch", raw(replace(NEXT_EPOCH, issued=NOW), "root-1", "root-2"), 4
        ),
        case("a root key revoked", raw(lost_root, "root-1", "root-2"), 4),
        case("a root key revoked, signed by it", raw(lost_root, "root-1", "root-3"), "too-few-signatures"),
        case("B11: version N+2 offered directly", raw(replace(TRUST, version=5), "root-1", "root-2"), "trust-skipped"),
        case("B11: signed only by new keys", raw(new_roots, "stranger"), "unknown-signer"),
        case("B11: old and new keys, the old too few", raw(new_roots, "stranger", "root-1"), "too-few-signatures"),
        case("B11: the old keys only", raw(new_roots, "root-1", "root-2"), "unknown-signer"),
        case("B11: old and new keys", raw(new_roots, "stranger", "root-1", "root-2"), 4),
        case("B11: one key signing twice", encode(twice.to_json()), "malformed"),
        case("one root where two are needed", raw(following, "root-1"), "too-few-signatures"),
        case("an old version", raw(replace(TRUST, version=2), "root-1", "root-2"), "trust-rollback"),
        case(
            "the same version, other contents",
            raw(replace(TRUST, quiet=()), "root-1", "root-2"),
            "trust-equivocation",
        ),
        case("another commune", raw(replace(following, commune="yen-thanh"), "root-1", "root-2"), "wrong-commune"),
        case(
            "a revoked key forgiven", raw(replace(following, revoked=frozenset()), "root-1", "root-2"), "unrevoked-key"
        ),
        case(
            "an epoch gone down",
            raw_payload("trust", encode({**following.to_json(), "epoch": 0}), "root-1", "root-2"),
            "malformed",
        ),
        case("B14: threshold 0", forged(threshold=0), "malformed"),
        case(
            "B14: a threshold above the root keys", raw_payload("trust", encode(value), "root-1", "root-2"), "malformed"
        ),
        case(
            "B14: a key of small order",
            forged(keys=[{**trusted("root", "root-1").to_json(), "public": "A" * 43 + "="}]),
            "malformed",
        ),
        case(
            "one key in two roles",
            forged(keys=[key.to_json() for key in (*TRUST.keys, trusted("log", "root-1"))]),
            "malformed",
        ),
        case(
            "a key under another's name",
            forged(keys=[{**key.to_json(), "keyid": "0" * 64} for key in TRUST.keys]),
            "malformed",
        ),
        case("quiet hours of no length", forged(quiet=[{"from": "05:00", "to": "05:00"}]), "malformed"),
        case("D12: a later format", forged(spec=2), "unsupported-spec"),
        case("a text for a number", forged(version="4"), "malformed"),
        case("true for a number", forged(threshold=True), "malformed"),
        case(
            "B13: a duplicate key",
            raw_payload("trust", payload[:-1] + b',"version":4}', "root-1", "root-2"),
            "malformed",
        ),
        case(
            "B13: 1e400",
            raw_payload("trust", payload.replace(b'"version":4', b'"version":1e400'), "root-1", "root-2"),
            "malformed",
        ),
        case("B13: bytes after it", raw_payload("trust", payload + b"\0", "root-1", "root-2"), "malformed"),
    ]
    return {"pinned": [*roots], "current": current.decode(), "cases": cases}
