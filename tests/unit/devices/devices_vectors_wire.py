"""Vectors of strict JSON and of envelopes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace

from devices_forgery import flipped, malleable, raw_payload, refusal, small_order_r, text

from devices.protocol.codec import Json, encode
from devices.protocol.envelope import Signature, open_envelope, pae, payload_type


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
            case("R of small order, though it fits", small_order_r(good, bytes([8]) * 32), "bad-signature"),
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
