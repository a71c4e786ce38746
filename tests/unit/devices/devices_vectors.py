"""Makes devices/protocol/vectors/: the same keys, messages and verdicts every time.

    .venv/bin/python tests/unit/devices/devices_vectors.py

The expected verdicts are written here by hand, never taken from the code: test_devices_vectors.py holds the code to them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from devices.protocol.codec import Json, encode
from devices.protocol.envelope import Envelope, Signature, open_envelope, pae, payload_type
from devices.protocol.messages import (
    Approval,
    Clip,
    Hello,
    Manifest,
    Message,
    Offline,
    PlayRecord,
    Quiet,
    Receipt,
    Report,
    Slot,
    Status,
    Trust,
    TrustedKey,
)
from devices.signing import SigningKey, enrolment_proof, seal, signed

FOLDER = Path(__file__).parents[3] / "devices" / "protocol" / "vectors"

NAMES = (
    "root-1", "root-2", "root-3", "schedule", "schedule-2", "approver", "approver-2", "receiver", "receiver-2", "stranger",
)  # fmt: skip
KEYS = {name: SigningKey.from_seed(bytes([number]) * 32) for number, name in enumerate(NAMES, start=1)}
SECRET = b"a secret of the enrolment, 32 B."
COMMUNE, RECEIVER = "dien-chau", "dc-07-1"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
"""Monday 23 November 2026, 00:00 in Diễn Châu."""


def trusted(role: str, name: str) -> TrustedKey:
    return TrustedKey(role, name, KEYS[name].public)  # type: ignore[arg-type]


TRUST = Trust(
    commune=COMMUNE,
    version=3,
    epoch=1,
    issued=NOW - timedelta(days=30),
    threshold=2,
    keys=(
        *(trusted("root", name) for name in ("root-1", "root-2", "root-3")),
        trusted("schedule", "schedule"),
        trusted("approver", "approver"),
    ),
    quiet=(Quiet(time(21, 0), time(5, 0)), Quiet(time(11, 30), time(13, 30))),
    revoked=frozenset({KEYS["approver-2"].keyid}),
)


def clip(letter: str, seconds: int) -> Clip:
    return Clip(letter * 64, seconds * 6000, seconds * 24000, 24000, timedelta(seconds=seconds))


IDENT, BULLETIN, FLOOD = clip("1", 5), clip("b", 60), clip("f", 90)


def approval(sound: Clip, title: str, **changes: object) -> Approval:
    made = Approval(
        commune=COMMUNE,
        bulletin=f"b-{sound.digest[0]}",
        title=title,
        kind="ident" if sound is IDENT else "bulletin",
        words_digest=sound.digest[::-1],
        clip=sound,
        approver="Nguyễn Thị Hoa",
        approved_at=NOW - timedelta(days=1),
        valid_from=MONDAY,
        valid_to=MONDAY + timedelta(days=7),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


IDENT_APPROVAL = approval(IDENT, "Nhạc hiệu đài xã Diễn Châu", valid_to=MONDAY + timedelta(days=365))
BULLETIN_APPROVAL = approval(BULLETIN, "Cảnh giác cuộc gọi giả danh công an")
FLOOD_APPROVAL = approval(FLOOD, "Chủ động phòng chống mưa lũ")


def sealed(message: Message, name: str) -> Envelope:
    return open_envelope(seal(message, KEYS[name]))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Local time of week 2026-W48, day 0 the Monday."""
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


MORNING = Slot("2026-W48/xom-07/1", "2026-W48", at(0, 5, 30), "planned", (IDENT.digest, BULLETIN.digest))
EVENING = Slot("2026-W48/xom-07/2", "2026-W48", at(2, 17), "planned", (IDENT.digest, BULLETIN.digest, FLOOD.digest))
MANIFEST = Manifest(
    commune=COMMUNE,
    receiver=RECEIVER,
    xom="xom-07",
    epoch=1,
    version=12,
    issued=NOW - timedelta(hours=1),
    not_before=NOW - timedelta(hours=1),
    expires=MONDAY + timedelta(days=7),
    audio_base="http://127.0.0.1:8080/audio",
    gap=timedelta(milliseconds=1500),
    slots=(MORNING, EVENING),
    approvals=(
        sealed(IDENT_APPROVAL, "approver"),
        sealed(BULLETIN_APPROVAL, "approver"),
        sealed(FLOOD_APPROVAL, "approver"),
    ),
)
RECEIPT = Receipt(COMMUNE, RECEIVER, KEYS["receiver"].keyid, 41, at(0, 5, 32), None)
HELLO = Hello(
    COMMUNE, RECEIVER, KEYS["receiver"].public, "7f3a", "loa 0.1.0", "alsa", 0, 0,
    enrolment_proof(SECRET, KEYS["receiver"].public),
)  # fmt: skip
RECORD = PlayRecord(
    commune=COMMUNE,
    receiver=RECEIVER,
    boot="7f3a",
    seq=42,
    slot=MORNING.id,
    manifest_version=12,
    planned_start=MORNING.start,
    start=MORNING.start + timedelta(milliseconds=12),
    end=MORNING.start + timedelta(seconds=66, milliseconds=512),
    played=timedelta(seconds=66, milliseconds=500),
    samples_played=65 * 24000,
    samples_expected=65 * 24000,
    result="completed",
    reason="",
    load="ok",
    sink="alsa",
    simulated=False,
    clock="synchronised",
    clips=MORNING.items,
)
REPORT = Report(
    COMMUNE, RECEIVER, "7f3a", 43, at(0, 6), "security", "manifest 11", "manifest-rollback", {"current": 12, "came": 11}
)
STATUS = Status(
    COMMUNE, RECEIVER, "7f3a", at(0, 6), 12, 3, EVENING.start, 0, 6_442_450_944, "synchronised", "alsa", "ok"
)
OFFLINE = Offline(COMMUNE, RECEIVER, "7f3a")

EXAMPLES: dict[str, Message] = {
    "Trust": TRUST,
    "Approval": BULLETIN_APPROVAL,
    "Manifest": replace(MANIFEST, slots=(MORNING,), approvals=MANIFEST.approvals[:2]),
    "Receipt": RECEIPT,
    "Hello": HELLO,
    "Record": RECORD,
    "Report": REPORT,
    "Status": STATUS,
    "Offline": OFFLINE,
}
"""What asyncapi.yaml and docs/protocol.md show, by the schema's name."""


def text(raw: bytes) -> dict[str, Json]:
    """Bytes as text where they are text, else in base64."""
    try:
        return {"message": raw.decode("utf-8")}
    except UnicodeDecodeError:
        return {"message_base64": base64.b64encode(raw).decode()}


def accepted_manifest(*slots: Slot, held: bool = False, repeated: bool = False, **refused: str) -> Json:
    return {
        "accepted": {
            "held": held,
            "repeated": repeated,
            "slots": [slot.id for slot in slots],
            "refused": dict(refused),
        },
    }


def refusal(reason: str) -> Json:
    return {"refused": reason}


def edited(message: Message, key: str, change: Callable[[dict[str, Json]], object]) -> bytes:
    """A signed message with its JSON changed before signing: what only a station or receiver with a fault would send."""
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


def json_vectors() -> Json:
    good = {
        "an object": b'{"a":1}',
        "white space around": b' \n{"a": [true, null, "x"]}\r\n\t',
        "the largest integer": b'{"a":9007199254740992}',
        "the smallest integer": b'{"a":-9007199254740992}',
        "16 levels": b'{"a":' + b"[" * 15 + b"]" * 15 + b"}",
        "brackets in a text are no levels": b'{"a":"' + b"[" * 40 + b'\\"' + b"[" * 40 + b'"}',
        "a surrogate pair": b'{"a":"\\ud83d\\ude00"}',
        "Vietnamese": '{"xóm":"Đồng Tâm"}'.encode(),
    }
    bad = {
        "nothing": b"",
        "a list": b"[]",
        "a text": b'"a"',
        "a duplicate key": b'{"a":1,"a":2}',
        "a duplicate key, one escaped": b'{"a":1,"\\u0061":2}',
        "a duplicate key deep inside": b'{"b":[{"a":1,"a":1}]}',
        "NaN": b'{"a":NaN}',
        "minus Infinity": b'{"a":-Infinity}',
        "1e400": b'{"a":1e400}',
        "1e2": b'{"a":1e2}',
        "a fraction": b'{"a":1.5}',
        "an integer beyond 2^53": b'{"a":9007199254740993}',
        "an integer below -2^53": b'{"a":-9007199254740993}',
        "an integer of 5,000 digits": b'{"a":' + b"9" * 5000 + b"}",
        "a leading zero": b'{"a":01}',
        "a byte order mark": b'\xef\xbb\xbf{"a":1}',
        "UTF-16": '{"a":1}'.encode("utf-16-le"),
        "not UTF-8": b'{"a":"\xff"}',
        "an overlong encoding": b'{"a":"\xc0\x80"}',
        "a surrogate in UTF-8": b'{"a":"\xed\xa0\x80"}',
        "a lone surrogate": b'{"a":"\\ud800"}',
        "a lone surrogate in a key": b'{"\\udc00":1}',
        "a second object": b'{"a":1}{"a":2}',
        "a NUL after it": b'{"a":1}\x00',
        "a comma too many": b'{"a":1,}',
        "a comment": b'{"a":1}//x',
        "single quotes": b"{'a':1}",
        "a raw newline in a text": b'{"a":"x\ny"}',
        "17 levels": b'{"a":' + b"[" * 16 + b"]" * 16 + b"}",
        "20,000 levels": b'{"a":' + b"[" * 20000 + b"]" * 20000 + b"}",
        "20,000 levels, unfinished": b'{"a":' + b"[" * 20000,
        "many quotes, unfinished": b'{"a":"' + b'\\"' * 15000,
        "65,537 bytes": b'{"a":"' + b"x" * 65529 + b'"}',
    }
    return [
        *({"name": name, **short(raw), "verdict": "accepted"} for name, raw in good.items()),
        *({"name": name, **short(raw), "verdict": "refused"} for name, raw in bad.items()),
    ]


def short(raw: bytes) -> dict[str, Json]:
    """Long runs as [part, times] pairs, so that the file stays readable."""
    for part in (b"[", b"9", b"x", b'\\"'):
        times = raw.count(part)
        if times > 1000:
            first = raw.index(part)
            last = first + times * len(part)
            if raw[first:last] == part * times:
                rest = raw[last:]
                closing = len(rest) - len(rest.lstrip(b"]"))
                pieces = [(raw[:first], 1), (part, times), (b"]", closing), (rest[closing:], 1)]
                return {"message_parts": [[piece.decode(), count] for piece, count in pieces if piece and count]}
    return text(raw)


def envelope_vectors() -> Json:
    payload = b'{"spec":1}'
    good = raw_payload("record", payload, "receiver")
    envelope = open_envelope(good)
    first = envelope.signatures[0]
    both = open_envelope(raw_payload("record", payload, "receiver", "stranger"))

    def with_signatures(*signatures: Signature) -> bytes:
        return encode(replace(envelope, signatures=signatures).to_json())

    def changed(change: Callable[[dict[str, Json]], object]) -> bytes:
        value = envelope.to_json()
        change(value)
        return encode(value)

    def case(name: str, raw: bytes, reason: str | None = None) -> Json:
        verdict: Json = refusal(reason) if reason else {"accepted": payload.decode()}
        return {"name": name, "kind": "record", "keys": ["receiver"], **text(raw), "verdict": verdict}

    return {
        "pae": [
            {"payloadType": type_, "payload": body.decode(), "pae": pae(type_, body).decode()}
            for type_, body in (
                (payload_type("record"), payload),
                ("http://example.com/HelloWorld", b"hello world"),
                (payload_type("report"), "xóm".encode()),
                ("", b""),
            )
        ],
        "weak_keys": [
            {"name": "order 1", "public": base64.b64encode(b"\x01" + bytes(31)).decode()},
            {"name": "order 2", "public": base64.b64encode((2**255 - 20).to_bytes(32, "little")).decode()},
            {"name": "order 4", "public": base64.b64encode(bytes(32)).decode()},
            {"name": "order 4, sign bit set", "public": base64.b64encode(bytes(31) + b"\x80").decode()},
            {"name": "order 8", "public": "JuiVj8KyJ7BFw/SJ8u+Y8NXfrAXTxjM5sTgCiG1T/AU="},
            {"name": "order 8, the other", "public": "xxdqcD1N2E+6PAt2DRBnDyogU/osOczGTsf9d5KsA3o="},
            {
                "name": "order 1, not canonical",
                "public": base64.b64encode((2**255 - 18).to_bytes(32, "little")).decode(),
            },
            {"name": "31 bytes", "public": base64.b64encode(bytes(31)).decode()},
        ],
        "cases": [
            case("signed by the receiver", good),
            case("signed by a stranger as well", encode(both.to_json())),
            case("an unknown field in the envelope", changed(lambda value: value.update(note="x"))),
            case("signed by a stranger alone", raw_payload("record", payload, "stranger"), "unknown-signer"),
            case(
                "a stranger's signature under the receiver's name",
                with_signatures(Signature(first.keyid, both.signatures[1].sig)),
                "bad-signature",
            ),
            case("one bit of the payload changed", flipped(good), "bad-signature"),
            case("S + L", malleable(good), "bad-signature"),
            case("an empty signature", with_signatures(Signature(first.keyid, b"")), "malformed"),
            case("all zeros", with_signatures(Signature(first.keyid, bytes(64))), "bad-signature"),
            case(
                "R of small order",
                with_signatures(Signature(first.keyid, b"\x01" + bytes(31) + first.sig[32:])),
                "bad-signature",
            ),
            case("one byte too many", with_signatures(Signature(first.keyid, first.sig + b"\0")), "bad-signature"),
            case("signed as another kind", raw_payload("report", payload, "receiver"), "wrong-type"),
            case(
                "the type changed after signing",
                encode(
                    replace(
                        open_envelope(raw_payload("report", payload, "receiver")), payload_type=payload_type("record")
                    ).to_json()
                ),
                "bad-signature",
            ),
            case("no signature", with_signatures(), "malformed"),
            case("one key twice", with_signatures(first, first), "malformed"),
            case("no payload type", changed(lambda value: value.pop("payloadType")), "malformed"),
            case("base64 without padding", changed(lambda value: value.update(payload="eyJzcGVjIjoxfQ")), "malformed"),
            case("URL-safe base64", changed(lambda value: value.update(payload="_-8=")), "malformed"),
            case(
                "base64 with stray bits", changed(lambda value: value.update(payload="eyJzcGVjIjoxfR==")), "malformed"
            ),
            case(
                "base64 with a newline", changed(lambda value: value.update(payload="eyJzcGVjIjoxfQ==\n")), "malformed"
            ),
            case("bytes after the envelope", good + b" x", "malformed"),
            case("a duplicate key", good[:-1] + b',"payloadType":"x"}', "malformed"),
        ],
    }


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

    rotated = replace(
        following,
        epoch=2,
        keys=tuple(key for key in TRUST.keys if key.role != "schedule") + (trusted("schedule", "schedule-2"),),
        revoked=TRUST.revoked | {KEYS["schedule"].keyid},
    )
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
            "the first trust of another commune",
            raw(replace(TRUST, commune="yen-thanh"), "root-1", "root-2"),
            "wrong-commune",
            first=True,
        ),
        case("the next version", raw(following, "root-1", "root-3"), 4),
        case("the same again", current, 3),
        case("an unknown field", raw_payload("trust", encode({**following.to_json(), "x": [1]}), "root-1", "root-2"), 4),
        case("the same, spelled with spaces", raw_payload("trust", json.dumps(TRUST.to_json()).encode(), "root-1", "root-2"), 3),
        case("B10: the schedule key replaced, a new epoch", raw(rotated, "root-1", "root-2"), 4),
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
        case("a revoked key forgiven", raw(replace(following, revoked=frozenset()), "root-1", "root-2"), "unrevoked-key"),
        case(
            "an epoch gone down",
            raw_payload("trust", encode({**following.to_json(), "epoch": 0}), "root-1", "root-2"),
            "malformed",
        ),
        case("B14: threshold 0", forged(threshold=0), "malformed"),
        case("B14: a threshold above the root keys", raw_payload("trust", encode(value), "root-1", "root-2"), "malformed"),
        case("B14: a key of small order", forged(keys=[{**trusted("root", "root-1").to_json(), "public": "A" * 43 + "="}]), "malformed"),
        case("one key in two roles", forged(keys=[*following.to_json()["keys"], trusted("log", "root-1").to_json()]), "malformed"),  # type: ignore[misc]
        case("a key under another's name", forged(keys=[{**key.to_json(), "keyid": "0" * 64} for key in TRUST.keys]), "malformed"),
        case("quiet hours of no length", forged(quiet=[{"from": "05:00", "to": "05:00"}]), "malformed"),
        case("D12: a later format", forged(spec=2), "unsupported-spec"),
        case("a text for a number", forged(version="4"), "malformed"),
        case("true for a number", forged(threshold=True), "malformed"),
        case("B13: a duplicate key", raw_payload("trust", payload[:-1] + b',"version":4}', "root-1", "root-2"), "malformed"),
        case("B13: 1e400", raw_payload("trust", payload.replace(b'"version":4', b'"version":1e400'), "root-1", "root-2"), "malformed"),
        case("B13: bytes after it", raw_payload("trust", payload + b"\0", "root-1", "root-2"), "malformed"),
    ]  # fmt: skip
    return {"pinned": [*roots], "current": current.decode(), "cases": cases}


def manifest_vectors() -> Json:
    trust = seal(TRUST, KEYS["root-1"], KEYS["root-2"])
    rotated = seal(
        replace(
            TRUST,
            version=4,
            epoch=2,
            keys=tuple(key for key in TRUST.keys if key.role != "schedule") + (trusted("schedule", "schedule-2"),),
            revoked=TRUST.revoked | {KEYS["schedule"].keyid},
        ),
        KEYS["root-1"],
        KEYS["root-2"],
    )
    good = seal(MANIFEST, KEYS["schedule"])
    digest = digest_of(good)
    before: dict[str, Json] = {"epoch": 1, "version": 11, "digest": "0" * 64}

    def case(
        name: str,
        message: Manifest | bytes,
        verdict: Json,
        *,
        key: str = "schedule",
        under: str = "version 3",
        floor: dict[str, Json] = before,
        now: datetime = NOW,
    ) -> Json:
        raw = message if isinstance(message, bytes) else seal(message, KEYS[key])
        return {
            "name": name,
            "trust": under,
            "floor": floor,
            "commune": COMMUNE,
            "receiver": RECEIVER,
            "now": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            **text(raw),
            "verdict": verdict,
        }

    def with_slots(*slots: Slot) -> Manifest:
        return replace(MANIFEST, slots=slots)

    def with_approvals(*approvals: Envelope) -> Manifest:
        return replace(MANIFEST, approvals=approvals)

    def slot(start: datetime, *, id_: str = "s", items: tuple[str, ...] = (BULLETIN.digest,)) -> Slot:
        return Slot(id_, "2026-W48", start, "make_good", items)

    ident, bulletin, flood = MANIFEST.approvals
    payload = open_envelope(good).payload
    forever = replace(MANIFEST, version=2**53 - 1)
    second = timedelta(seconds=1)

    cases = [
        case("this receiver's week", MANIFEST, accepted_manifest(MORNING, EVENING)),
        case(
            "the same again, as after each connection",
            good,
            accepted_manifest(MORNING, EVENING, repeated=True),
            floor={"epoch": 1, "version": 12, "digest": digest},
        ),
        case(
            "the first one ever", good, accepted_manifest(MORNING, EVENING), floor={"epoch": 0, "version": 0, "digest": ""}
        ),
        case("an empty week", with_slots(), accepted_manifest()),
        case(
            "unknown fields",
            raw_payload("manifest", payload[:-1] + b',"zz":{"a":[1]}}', "schedule"),
            accepted_manifest(MORNING, EVENING),
        ),
        case("B4: an old one", replace(MANIFEST, version=10), refusal("manifest-rollback")),
        case(
            "B5: the same version, other bytes",
            replace(MANIFEST, version=11),
            refusal("manifest-equivocation"),
        ),
        case("B6: another receiver's", replace(MANIFEST, receiver="dc-08-1"), refusal("wrong-receiver")),
        case("B6: another commune's", replace(MANIFEST, commune="yen-thanh"), refusal("wrong-commune")),
        case("B7: expired", MANIFEST, refusal("expired"), now=MANIFEST.expires),
        case("B7: one second before it expires", MANIFEST, accepted_manifest(MORNING, EVENING), now=MANIFEST.expires - second),
        case(
            "B7: not before tomorrow",
            replace(MANIFEST, not_before=NOW + timedelta(days=1)),
            accepted_manifest(MORNING, EVENING, held=True),
        ),
        case("B7: not before this very second", replace(MANIFEST, not_before=NOW), accepted_manifest(MORNING, EVENING)),
        case(
            "valid for longer than 14 days",
            edited(MANIFEST, "schedule", lambda value: value.update(expires="2026-12-06T02:00:01Z")),
            refusal("malformed"),
        ),
        case(
            "B9: a clip without approval",
            with_approvals(ident, bulletin),
            accepted_manifest(MORNING, **{f"slot {EVENING.id}": "unapproved-clip"}),
        ),
        case(
            "B9: an approval signed by the schedule key",
            with_approvals(ident, bulletin, sealed(FLOOD_APPROVAL, "schedule")),
            accepted_manifest(
                MORNING, **{"approval 2 of manifest 12": "bad-approval", f"slot {EVENING.id}": "unapproved-clip"}
            ),
        ),
        case(
            "B9: an approval by a revoked approver",
            with_approvals(ident, bulletin, sealed(FLOOD_APPROVAL, "approver-2")),
            accepted_manifest(
                MORNING, **{"approval 2 of manifest 12": "bad-approval", f"slot {EVENING.id}": "unapproved-clip"}
            ),
        ),
        case(
            "B9: an approval whose clip was changed after signing",
            with_approvals(
                ident, bulletin, replace(flood, payload=flood.payload.replace(b'"size":540000', b'"size":540001'))
            ),
            accepted_manifest(
                MORNING, **{"approval 2 of manifest 12": "bad-approval", f"slot {EVENING.id}": "unapproved-clip"}
            ),
        ),
        case(
            "B9: an approval from another commune",
            with_approvals(ident, bulletin, sealed(replace(FLOOD_APPROVAL, commune="yen-thanh"), "approver")),
            accepted_manifest(
                MORNING, **{"approval 2 of manifest 12": "wrong-commune", f"slot {EVENING.id}": "unapproved-clip"}
            ),
        ),
        case(
            "a clip approved only from the slot's second on, and until the second after it",
            with_approvals(
                ident,
                sealed(replace(BULLETIN_APPROVAL, valid_from=MORNING.start, valid_to=MORNING.start + second), "approver"),
                flood,
            ),
            accepted_manifest(MORNING, **{f"slot {EVENING.id}": "approval-not-valid-then"}),
        ),
        case(
            "a clip approved until the slot's second",
            with_approvals(ident, sealed(replace(BULLETIN_APPROVAL, valid_to=MORNING.start), "approver"), flood),
            accepted_manifest(
                **{
                    f"slot {MORNING.id}": "approval-not-valid-then",
                    f"slot {EVENING.id}": "approval-not-valid-then",
                }
            ),
        ),
        case(
            "two approvals of one clip, one of them valid then",
            with_approvals(
                ident, sealed(replace(BULLETIN_APPROVAL, valid_to=MORNING.start), "approver"), bulletin, flood
            ),
            accepted_manifest(MORNING, EVENING),
        ),
        case("C11: a slot that ends with the quiet hours' beginning", with_slots(slot(at(1, 20, 59))),
             accepted_manifest(slot(at(1, 20, 59)))),
        case("C11: a slot that ends one second into the quiet hours", with_slots(slot(at(1, 20, 59) + second)),
             accepted_manifest(**{"slot s": "quiet-hours"})),
        case("I8: a slot at 03:15", with_slots(slot(at(1, 3, 15))), accepted_manifest(**{"slot s": "quiet-hours"})),
        case("I8: a slot at 23:59", with_slots(slot(at(1, 23, 59))), accepted_manifest(**{"slot s": "quiet-hours"})),
        case("I8: a slot at 05:00, when they end", with_slots(slot(at(1, 5))), accepted_manifest(slot(at(1, 5)))),
        case("I8: a slot at noon", with_slots(slot(at(1, 12))), accepted_manifest(**{"slot s": "quiet-hours"})),
        case(
            "C12: a slot that starts while another sounds",
            with_slots(slot(at(1, 6, 1) - second, id_="late"), slot(at(1, 6), id_="early")),
            accepted_manifest(slot(at(1, 6), id_="early"), **{"slot late": "overlap"}),
        ),
        case(
            "C12: a slot that starts when another ends",
            with_slots(slot(at(1, 6, 1), id_="late"), slot(at(1, 6), id_="early")),
            accepted_manifest(slot(at(1, 6), id_="early"), slot(at(1, 6, 1), id_="late")),
        ),
        case(
            "C12: the gap between clips counts",
            with_slots(
                slot(at(1, 6), id_="early", items=(BULLETIN.digest, BULLETIN.digest)),
                slot(at(1, 6, 2) + second, id_="late"),
            ),
            accepted_manifest(slot(at(1, 6), id_="early"), **{"slot late": "overlap"}),
        ),
        case(
            "C12: two slots at one instant",
            with_slots(slot(at(1, 6), id_="b"), slot(at(1, 6), id_="a")),
            accepted_manifest(slot(at(1, 6), id_="a"), **{"slot b": "overlap"}),
        ),
        case(
            "C12: a refused slot does not stand in another's way",
            with_slots(slot(at(1, 4, 59), id_="quiet"), slot(at(1, 5), id_="good")),
            accepted_manifest(slot(at(1, 5), id_="good"), **{"slot quiet": "quiet-hours"}),
        ),
        case(
            "a slot at the second of expiry",
            replace(
                with_slots(slot(at(7, 6))),
                expires=at(7, 6),
                approvals=(sealed(replace(BULLETIN_APPROVAL, valid_to=at(9, 0)), "approver"),),
            ),
            accepted_manifest(**{"slot s": "after-expiry"}),
        ),
        case(
            "one slot id twice",
            edited(MANIFEST, "schedule", lambda value: value.update(slots=[MORNING.to_json(), MORNING.to_json()])),
            refusal("malformed"),
        ),
        case("signed by a stranger", MANIFEST, refusal("unknown-signer"), key="stranger"),
        case("signed by a root key", MANIFEST, refusal("unknown-signer"), key="root-1"),
        case("signed by an approver", MANIFEST, refusal("unknown-signer"), key="approver"),
        case("one bit changed on the way", flipped(good), refusal("bad-signature")),
        case("a trust on the manifest's topic", trust, refusal("wrong-type")),
        case("B10: the revoked schedule key", MANIFEST, refusal("revoked-signer"), under="version 4, a new epoch"),
        case(
            "B12: version 2^53-1 by a stolen key is still accepted …",
            forever,
            accepted_manifest(MORNING, EVENING),
        ),
        case(
            "B12: … then nothing newer is possible …",
            replace(MANIFEST, version=13),
            refusal("manifest-rollback"),
            floor={"epoch": 1, "version": 2**53 - 1, "digest": digest_of(seal(forever, KEYS["schedule"]))},
        ),
        case(
            "B12: … until the trust's next epoch starts anew",
            replace(MANIFEST, epoch=2, version=1),
            accepted_manifest(MORNING, EVENING),
            key="schedule-2",
            under="version 4, a new epoch",
            floor={"epoch": 1, "version": 2**53 - 1, "digest": "0" * 64},
        ),
        case("D11: an old epoch", MANIFEST, refusal("old-epoch"), key="schedule-2", under="version 4, a new epoch"),
        case("an epoch to come", replace(MANIFEST, epoch=2), refusal("unknown-epoch")),
        case("B13: a duplicate key", raw_payload("manifest", payload[:-1] + b',"xom":"a"}', "schedule"), refusal("malformed")),
        case("B13: NaN", raw_payload("manifest", payload.replace(b"1500", b"NaN"), "schedule"), refusal("malformed")),
        case("D12: a later format", edited(MANIFEST, "schedule", lambda value: value.update(spec=2)), refusal("unsupported-spec")),
        case(
            "an audio address with credentials",
            edited(MANIFEST, "schedule", lambda value: value.update(audio_base="http://a:b@host/")),
            refusal("malformed"),
        ),
        case(
            "an audio address of a file",
            edited(MANIFEST, "schedule", lambda value: value.update(audio_base="file:///etc/")),
            refusal("malformed"),
        ),
        case(
            "E12: a clip named by a path",
            edited(MANIFEST, "schedule", lambda value: value["slots"][0].update(items=["../../etc/passwd"])),  # type: ignore[index,call-overload,union-attr]
            refusal("malformed"),
        ),
        case("cut short", good[:-200], refusal("malformed")),
    ]  # fmt: skip
    trusts: dict[str, Json] = {"version 3": trust.decode(), "version 4, a new epoch": rotated.decode()}
    return {"pinned": ["root-1", "root-2", "root-3"], "trusts": trusts, "cases": cases}


def receipt_vectors() -> Json:
    trust = seal(TRUST, KEYS["root-1"], KEYS["root-2"])

    def case(name: str, receipt: Receipt, verdict: Json, key: str = "schedule") -> Json:
        return {
            "name": name,
            "receiver": RECEIVER,
            "key": "receiver",
            **text(seal(receipt, KEYS[key])),
            "verdict": verdict,
        }

    cases = [
        case("through 41", RECEIPT, {"accepted": 41}),
        case("nothing yet", replace(RECEIPT, through=0), {"accepted": 0}),
        case("signed by a stranger", RECEIPT, refusal("unknown-signer"), "stranger"),
        case("another receiver's", replace(RECEIPT, receiver="dc-08-1"), refusal("wrong-receiver")),
        case("another commune's", replace(RECEIPT, commune="yen-thanh"), refusal("wrong-commune")),
        case(
            "replayed to a receiver set up anew",
            replace(RECEIPT, keyid=KEYS["receiver-2"].keyid),
            refusal("another-journal"),
        ),
    ]
    return {"pinned": ["root-1", "root-2", "root-3"], "trust": trust.decode(), "cases": cases}


def station_vectors() -> Json:
    def case(name: str, topic: str, message: bytes, verdict: Json, *, known: str | None = "receiver") -> Json:
        return {
            "name": name,
            "commune": COMMUNE,
            "receiver": RECEIVER,
            "topic": topic,
            "known_key": known,
            **text(message),
            "verdict": verdict,
        }

    mine, stolen = KEYS["receiver"], KEYS["receiver-2"]
    fresh = replace(HELLO, public=stolen.public, proof=enrolment_proof(b"guessed", stolen.public))
    late = replace(HELLO, proof=None, manifest_version=12, trust_version=3)
    ok: Json = {"accepted": RECEIVER}
    return [
        case("a hello at first contact", "hello", seal(HELLO, mine), ok, known=None),
        case("a later hello", "hello", seal(late, mine), ok),
        case("first contact without proof", "hello", seal(late, mine), refusal("no-proof"), known=None),
        case("first contact with a wrong proof", "hello", seal(fresh, stolen), refusal("wrong-proof"), known=None),
        case("a hello not signed by the key it names", "hello", seal(HELLO, stolen), refusal("unknown-signer"), known=None),
        case(
            "B15: enrolled twice",
            "hello",
            seal(replace(HELLO, public=stolen.public, proof=enrolment_proof(SECRET, stolen.public)), stolen),
            refusal("another-key"),
        ),
        case("a hello of another receiver", "hello", seal(replace(HELLO, receiver="dc-08-1"), mine), refusal("wrong-receiver"), known=None),
        case("a play record", "record", seal(RECORD, mine), ok),
        case("B1: signed by another receiver", "record", seal(RECORD, stolen), refusal("unknown-signer")),
        case("B1: the body names another receiver", "record", seal(replace(RECORD, receiver="dc-08-1"), mine), refusal("wrong-receiver")),
        case("the body names another commune", "record", seal(replace(RECORD, commune="yen-thanh"), mine), refusal("wrong-commune")),
        case("a report on the record's topic", "record", seal(REPORT, mine), refusal("wrong-type")),
        case("a missed slot", "record", seal(replace(RECORD, result="missed", reason="clock", start=None, end=None, played=timedelta(), samples_played=0, clips=()), mine), ok),
        case("missed, yet it sounded", "record", edited(RECORD, "receiver", lambda value: value.update(result="missed")), refusal("malformed")),
        case("completed without an end", "record", edited(RECORD, "receiver", lambda value: value.update(end=None)), refusal("malformed")),
        case("seq 0", "record", edited(RECORD, "receiver", lambda value: value.update(seq=0)), refusal("malformed")),
        case("an instant without zone", "record", edited(RECORD, "receiver", lambda value: value.update(start="2026-11-22T22:30:00")), refusal("malformed")),
        case("30 February", "record", edited(RECORD, "receiver", lambda value: value.update(start="2026-02-30T22:30:00Z")), refusal("malformed")),
        case("a field missing", "record", edited(RECORD, "receiver", lambda value: value.pop("load")), refusal("malformed")),
        case("an unknown field", "record", edited(RECORD, "receiver", lambda value: value.update(volume=70)), ok),
        case("E14: a newline in a name", "record", edited(RECORD, "receiver", lambda value: value.update(sink="x\nforged log line")), refusal("malformed")),
        case("a report", "report", seal(REPORT, mine), ok),
        case("a report by a stranger", "report", seal(REPORT, stolen), refusal("unknown-signer")),
        case("a heartbeat", "status", seal(STATUS, mine), ok),
        case("a heartbeat by a stranger", "status", seal(STATUS, stolen), refusal("unknown-signer")),
        case("the last will", "status", encode(OFFLINE.to_json()), ok),
        case("another's last will", "status", encode(replace(OFFLINE, receiver="dc-08-1").to_json()), refusal("wrong-receiver")),
        case("not JSON", "status", b"online", refusal("malformed")),
    ]  # fmt: skip


def digest_of(raw: bytes) -> str:
    return hashlib.sha256(open_envelope(raw).payload).hexdigest()


def keys_file() -> Json:
    return {
        "note": "Test keys. Their secrets are public: never trust one of them.",
        "enrolment_secret": SECRET.decode(),
        "keys": {
            name: {"seed": (bytes([number]) * 32).hex(), "public": KEYS[name].public.text, "keyid": KEYS[name].keyid}
            for number, name in enumerate(NAMES, start=1)
        },
    }


def files() -> dict[str, str]:
    """Each file's name and text."""
    made: dict[str, Json] = {
        "keys.json": keys_file(),
        "json.json": json_vectors(),
        "envelope.json": envelope_vectors(),
        "trust.json": trust_vectors(),
        "manifest.json": manifest_vectors(),
        "receipt.json": receipt_vectors(),
        "from_receiver.json": station_vectors(),
    }
    return {name: json.dumps(value, ensure_ascii=False, indent=1) + "\n" for name, value in made.items()}


if __name__ == "__main__":
    for file_name, contents in files().items():
        (FOLDER / file_name).write_text(contents, encoding="utf-8")
