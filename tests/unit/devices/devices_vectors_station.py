"""Vectors of receipts, and of what receivers send to the station."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from devices_examples import COMMUNE, HELLO, KEYS, OFFLINE, RECEIPT, RECEIVER, RECORD, REPORT, SECRET, STATUS, TRUST
from devices_forgery import edited, refusal, text

from devices.protocol.codec import Json, encode
from devices.protocol.messages import Receipt
from devices.signing import enrolment_proof, seal


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
        case(
            "a hello not signed by the key it names",
            "hello",
            seal(HELLO, stolen),
            refusal("unknown-signer"),
            known=None,
        ),
        case(
            "B15: enrolled twice",
            "hello",
            seal(replace(HELLO, public=stolen.public, proof=enrolment_proof(SECRET, stolen.public)), stolen),
            refusal("another-key"),
        ),
        case(
            "a hello of another receiver",
            "hello",
            seal(replace(HELLO, receiver="dc-08-1"), mine),
            refusal("wrong-receiver"),
            known=None,
        ),
        case("a play record", "record", seal(RECORD, mine), ok),
        case("B1: signed by another receiver", "record", seal(RECORD, stolen), refusal("unknown-signer")),
        case(
            "B1: the body names another receiver",
            "record",
            seal(replace(RECORD, receiver="dc-08-1"), mine),
            refusal("wrong-receiver"),
        ),
        case(
            "the body names another commune",
            "record",
            seal(replace(RECORD, commune="yen-thanh"), mine),
            refusal("wrong-commune"),
        ),
        case("a report on the record's topic", "record", seal(REPORT, mine), refusal("wrong-type")),
        case(
            "a missed slot",
            "record",
            seal(
                replace(
                    RECORD,
                    result="missed",
                    reason="clock",
                    start=None,
                    end=None,
                    played=timedelta(),
                    samples_played=0,
                    clips=(),
                ),
                mine,
            ),
            ok,
        ),
        case(
            "missed, yet it sounded",
            "record",
            edited(RECORD, "receiver", lambda value: value.update(result="missed")),
            refusal("malformed"),
        ),
        case(
            "completed without an end",
            "record",
            edited(RECORD, "receiver", lambda value: value.update(end=None)),
            refusal("malformed"),
        ),
        case("seq 0", "record", edited(RECORD, "receiver", lambda value: value.update(seq=0)), refusal("malformed")),
        case(
            "an instant without zone",
            "record",
            edited(RECORD, "receiver", lambda value: value.update(start="2026-11-22T22:30:00")),
            refusal("malformed"),
        ),
        case(
            "30 February",
            "record",
            edited(RECORD, "receiver", lambda value: value.update(start="2026-02-30T22:30:00Z")),
            refusal("malformed"),
        ),
        case(
            "a field missing",
            "record",
            edited(RECORD, "receiver", lambda value: value.pop("load")),
            refusal("malformed"),
        ),
        case("an unknown field", "record", edited(RECORD, "receiver", lambda value: value.update(volume=70)), ok),
        case(
            "E14: a newline in a name",
            "record",
            edited(RECORD, "receiver", lambda value: value.update(sink="x\nforged log line")),
            refusal("malformed"),
        ),
        case("a report", "report", seal(REPORT, mine), ok),
        case("a report by a stranger", "report", seal(REPORT, stolen), refusal("unknown-signer")),
        case("a heartbeat", "status", seal(STATUS, mine), ok),
        case("a heartbeat by a stranger", "status", seal(STATUS, stolen), refusal("unknown-signer")),
        case("the last will", "status", encode(OFFLINE.to_json()), ok),
        case(
            "another's last will",
            "status",
            encode(replace(OFFLINE, receiver="dc-08-1").to_json()),
            refusal("wrong-receiver"),
        ),
        case("not JSON", "status", b"online", refusal("malformed")),
    ]
