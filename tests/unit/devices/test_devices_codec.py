"""What the strict codec says, and what it refuses to send. The forms it reads or refuses are in vectors/json.json."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from devices.clock import LOCAL, Reading
from devices.protocol.codec import MAX_INTEGER, Json, Malformed, decode, encode
from devices.protocol.fields import Fields, instant_text
from devices.protocol.messages import Clip, Receipt


def test_canonical_form_by_exact_bytes() -> None:
    value = {"b": [1, -2, True, None], "a": 'Xóm "Đông"\n', "é": {}, "Z": []}
    assert encode(value) == '{"Z":[],"a":"Xóm \\"Đông\\"\\n","b":[1,-2,true,null],"é":{}}'.encode()


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"a": 1.5}, "expected a JSON value without fractions, but float came"),
        ({"a": float("nan")}, "expected a JSON value without fractions, but float came"),
        ({"a": MAX_INTEGER + 1}, "expected integers within ±2^53, but 9007199254740993… came"),
        ({"a": "\ud800"}, "expected Unicode text, but half of a surrogate pair came: send the whole character"),
        ({1: "a"}, "expected text as an object's key, but 1 came"),
        ({"a": b"x"}, "expected a JSON value without fractions, but bytes came"),
    ],
)
def test_what_could_not_be_read_back_is_not_sent(value: object, problem: str) -> None:
    with pytest.raises(Malformed) as caught:
        encode(value)  # type: ignore[arg-type]
    assert str(caught.value) == problem


def test_depth_is_the_same_both_ways() -> None:
    deepest = b'{"a":' + b"[" * 15 + b"]" * 15 + b"}"
    assert encode(decode(deepest)) == deepest
    with pytest.raises(Malformed, match="expected at most 16 levels of nesting"):
        encode({"a": decode(deepest)})


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b'{"a":1,"a":2}', "expected each key once in an object, but 'a' came twice"),
        (b'{"a":1} x', "expected one JSON object and nothing after it, but at character 8: Extra data"),
        (b'{"a":1e400}', "expected integers only, but 1e400 came: send a fraction as an integer of a smaller unit"),
        (b"\xef\xbb\xbf{}", "expected JSON in UTF-8 without a byte order mark, but one came: send the object alone"),
        (b'{"a":"\xff"}', "expected UTF-8, but byte 6 is not: encode the message again"),
        (b"[1,2]", "expected a JSON object, but a list of 2 came"),
        (b"{" * 99, "expected at most 16 levels of nesting, but more came"),
    ],
)
def test_b13_says_what_was_expected_and_what_came(raw: bytes, problem: str) -> None:
    with pytest.raises(Malformed) as caught:
        decode(raw)
    assert str(caught.value) == problem


def test_i12_a_duplicate_among_many_keys_is_found_in_linear_time() -> None:
    """Comparing each with each would run into the suite's time limit."""
    raw = b"{" + b",".join(b'"%d":0' % number for number in range(400_000)) + b',"399999":1}'
    with pytest.raises(Malformed, match="'399999' came twice"):
        decode(raw, limit=len(raw))


def test_f11_a_message_over_its_limit_is_not_even_parsed() -> None:
    with pytest.raises(Malformed, match="expected at most 10 bytes, but 11 came"):
        decode(b'{"a":12345}', limit=10)


RECEIPT = Receipt("dien-chau", "r1", "0" * 64, 7, datetime(2026, 11, 23, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("through", "7", "receipt.through: expected an integer from 0 to 9007199254740992, but '7' came"),
        ("through", True, "receipt.through: expected an integer from 0 to 9007199254740992, but true came"),
        ("at", "2026-11-23", "receipt.at: expected an instant such as 2026-11-23T05:30:00Z, but '2026-11-23' came"),
        ("receiver", "r/1", "receipt.receiver: expected an id of the letters a-z A-Z 0-9 _ . -, but 'r/1' came"),
        ("keyid", None, "receipt.keyid: expected a SHA-256 in 64 lower-case hex digits, but null came"),
        ("spec", 2, "receipt.spec: expected 1, but 2 came: update the side that is older"),
        (
            "checkpoint",
            "a\x1b[2J",
            "receipt.checkpoint: expected text without control characters, but 'a\\x1b[2J' came",
        ),
    ],
)
def test_a_fault_names_its_path(field: str, value: object, problem: str) -> None:
    with pytest.raises(Malformed) as caught:
        Receipt.from_json({**RECEIPT.to_json(), field: value})  # type: ignore[dict-item]
    assert str(caught.value) == problem


def test_c7_instants_are_sent_in_utc_whatever_their_zone() -> None:
    hanoi = datetime(2026, 11, 23, 5, 30, tzinfo=timezone(timedelta(hours=7)))
    assert instant_text(hanoi) == "2026-11-22T22:30:00Z"
    assert instant_text(hanoi + timedelta(microseconds=1)) == "2026-11-22T22:30:00.000001Z"
    with pytest.raises(ValueError, match="aware"):
        instant_text(hanoi.replace(tzinfo=None))


@pytest.mark.parametrize("fraction", ["", ".5", ".25", ".125", ".123456"])
def test_instants_with_any_fraction_are_read(fraction: str) -> None:
    read = Fields({"at": f"2026-11-23T05:30:00{fraction}Z"}, "x").instant("at")
    assert read - datetime(2026, 11, 23, 5, 30, tzinfo=UTC) == timedelta(seconds=float(fraction or 0))


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T05:30:00", "2026-11-23T05:30:00+00:00", "2026-11-23 05:30:00Z", "2026-11-23T24:00:00Z",
     "2026-11-23T05:30:60Z", "2026-02-29T00:00:00Z", "0000-01-01T00:00:00Z", "2026-11-23T05:30:00.Z",
     "2026-11-23T05:30:00.1234567Z", "٢٠٢٦-11-23T05:30:00Z", "2026-11-23T05:30:00Z\n"],
)  # fmt: skip
def test_other_spellings_of_instants_are_refused(text: str) -> None:
    with pytest.raises(Malformed, match=r"x\.at: expected an instant"):
        Fields({"at": text}, "x").instant("at")


def test_a_reading_is_in_utc() -> None:
    assert Reading(datetime(2026, 11, 23, tzinfo=UTC), 1.0, "synchronised").state == "synchronised"
    for wall in (datetime(2026, 11, 23, tzinfo=UTC).replace(tzinfo=None), datetime(2026, 11, 23, tzinfo=LOCAL)):
        with pytest.raises(ValueError, match="in UTC"):
            Reading(wall, 1.0, "synchronised")


@pytest.mark.parametrize(("off_ms", "holds"), [(0, True), (1, True), (2, False), (-1, True), (-2, False), (500, False)])
def test_e4_a_clips_duration_is_its_samples_to_one_millisecond(off_ms: int, holds: bool) -> None:
    clip: dict[str, Json] = {
        "digest": "0" * 64,
        "size": 360_000,
        "samples": 60 * 24_000,
        "rate": 24_000,
        "duration_ms": 60_000 + off_ms,
    }
    if holds:
        assert Clip.from_fields(Fields(clip, "clip")).to_json() == clip
    else:
        with pytest.raises(Malformed, match=r"clip\.duration_ms: expected 1440000 samples at 24000 Hz in milliseconds"):
            Clip.from_fields(Fields(clip, "clip"))
