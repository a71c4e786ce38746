"""The published vectors: they are what the script makes, and the code gives every verdict that is written in them."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

import devices_vectors
import pytest
from devices_examples import COMMUNE, SECRET

from devices.protocol.codec import Malformed, decode
from devices.protocol.envelope import BadSignature, open_envelope, pae, verified
from devices.protocol.keys import BadKey, PublicKey
from devices.protocol.messages import Trust
from devices.protocol.reasons import REASONS
from devices.trust import (
    Accepted,
    Floor,
    Refused,
    accept_hello,
    accept_manifest,
    accept_receipt,
    accept_record,
    accept_report,
    accept_status,
    adopt_trust,
    first_trust,
)


def loaded(name: str) -> Any:
    return json.loads((devices_vectors.FOLDER / name).read_text(encoding="utf-8"))


def named(cases: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in cases]


def message(case: dict[str, Any]) -> bytes:
    if "message_parts" in case:
        return b"".join(part.encode() * times for part, times in case["message_parts"])
    return base64.b64decode(case["message_base64"]) if "message_base64" in case else case["message"].encode()


KEYS = {name: PublicKey.from_text(key["public"]) for name, key in loaded("keys.json")["keys"].items()}
ENVELOPES, TRUSTS, MANIFESTS, RECEIPTS = (
    loaded(name) for name in ("envelope.json", "trust.json", "manifest.json", "receipt.json")
)


def believed(raw: str, pinned: list[str]) -> Trust:
    trust = first_trust(raw.encode(), COMMUNE, [KEYS[name] for name in pinned])
    assert isinstance(trust, Trust), trust
    return trust


def verdict_of(result: Refused | object, value: object) -> dict[str, object]:
    for refusal in (result, *getattr(result, "refused", ())):
        if isinstance(refusal, Refused):
            assert str(refusal).startswith(refusal.subject), "a reason's template needs exactly its details"
            assert refusal.kind == REASONS[refusal.reason][0]
    return {"refused": result.reason} if isinstance(result, Refused) else {"accepted": value}


def opened(raw: bytes, kind: str, keys: list[PublicKey]) -> dict[str, str]:
    try:
        return {"accepted": verified(open_envelope(raw), kind, keys).payload.decode()}
    except Malformed:
        return {"refused": "malformed"}
    except BadSignature as error:
        return {"refused": error.reason}


def test_the_files_are_what_the_script_makes() -> None:
    made = devices_vectors.files()
    assert {path.name for path in devices_vectors.FOLDER.glob("*.json")} == set(made)
    for name, text in made.items():
        assert (devices_vectors.FOLDER / name).read_text(encoding="utf-8") == text


def test_keys_are_named_by_their_digest() -> None:
    for name, key in loaded("keys.json")["keys"].items():
        assert KEYS[name].keyid == key["keyid"]


@pytest.mark.parametrize("case", named(loaded("json.json")))
def test_b13_strict_json(case: dict[str, Any]) -> None:
    if case["verdict"] == "accepted":
        assert decode(message(case)) == json.loads(message(case))
    else:
        with pytest.raises(Malformed):
            decode(message(case))


@pytest.mark.parametrize("case", ENVELOPES["pae"])
def test_pre_authentication_encoding(case: dict[str, Any]) -> None:
    assert pae(case["payloadType"], case["payload"].encode()) == case["pae"].encode()


@pytest.mark.parametrize("case", named(ENVELOPES["weak_keys"]))
def test_b14_weak_keys(case: dict[str, Any]) -> None:
    with pytest.raises(BadKey):
        PublicKey.from_text(case["public"])


@pytest.mark.parametrize("case", named(ENVELOPES["cases"]))
def test_b14_envelopes(case: dict[str, Any]) -> None:
    assert opened(message(case), case["kind"], [KEYS[name] for name in case["keys"]]) == case["verdict"]


@pytest.mark.parametrize("case", named(TRUSTS["cases"]))
def test_trust(case: dict[str, Any]) -> None:
    if case["current"] is None:
        result = first_trust(message(case), case["commune"], [KEYS[name] for name in TRUSTS["pinned"]])
    else:
        result = adopt_trust(believed(TRUSTS["current"], TRUSTS["pinned"]), message(case))
    assert verdict_of(result, getattr(result, "version", None)) == case["verdict"], result


@pytest.mark.parametrize("case", named(MANIFESTS["cases"]))
def test_manifests(case: dict[str, Any]) -> None:
    result = accept_manifest(
        message(case),
        believed(MANIFESTS["trusts"][case["trust"]], MANIFESTS["pinned"]),
        Floor(**case["floor"]),
        case["commune"],
        case["receiver"],
        datetime.fromisoformat(case["now"]),
    )
    found = {}
    if isinstance(result, Accepted):
        found = {
            "held": result.held,
            "repeated": result.repeated,
            "slots": [playable.slot.id for playable in result.slots],
            "refused": {refusal.subject: refusal.reason for refusal in result.refused},
        }
    assert verdict_of(result, found) == case["verdict"], result


@pytest.mark.parametrize("case", named(RECEIPTS["cases"]))
def test_receipts(case: dict[str, Any]) -> None:
    trust = believed(RECEIPTS["trust"], RECEIPTS["pinned"])
    result = accept_receipt(message(case), trust, case["receiver"], KEYS[case["key"]].keyid)
    assert verdict_of(result, getattr(result, "through", None)) == case["verdict"], result


@pytest.mark.parametrize("case", named(loaded("from_receiver.json")))
def test_messages_from_receivers(case: dict[str, Any]) -> None:
    raw, commune, receiver = message(case), case["commune"], case["receiver"]
    known = KEYS[case["known_key"]] if case["known_key"] else None
    if case["topic"] == "hello":
        result: object = accept_hello(raw, commune, receiver, secret=SECRET, known=known)
    else:
        assert known is not None
        judge = {"record": accept_record, "report": accept_report, "status": accept_status}[case["topic"]]
        result = judge(raw, commune, receiver, known)
    assert verdict_of(result, getattr(result, "receiver", None)) == case["verdict"], result


def test_every_reason_has_a_vector() -> None:
    """A receiver's maker finds each refusal shown, but those that only an older trust than the vectors' can bring."""
    text = json.dumps([TRUSTS, MANIFESTS, RECEIPTS, ENVELOPES, loaded("from_receiver.json")])
    assert {reason for reason in REASONS if f'"{reason}"' not in text} == {"epoch-rollback"}
