"""Stories of a receiver's trust that need more than one message. The single verdicts are in vectors/."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from devices_examples import (
    COMMUNE,
    HELLO,
    KEYS,
    MANIFEST,
    MORNING,
    NEXT_EPOCH,
    NOW,
    RECEIVER,
    RECORD,
    REPORT,
    SECRET,
    TRUST,
    at,
)

from devices.protocol.messages import Manifest, Report, Slot, Trust
from devices.protocol.reasons import REASONS, Refused, refused
from devices.signing import SigningKey, enrolment_proof, seal
from devices.slots import quiet_overlap
from devices.trust import (
    NO_FLOOR,
    Accepted,
    Floor,
    accept_hello,
    accept_manifest,
    accept_record,
    accept_status,
    adopt_trust,
    first_trust,
)


def by_roots(trust: Trust) -> bytes:
    return seal(trust, KEYS["root-1"], KEYS["root-2"])


def accepted(
    manifest: Manifest, trust: Trust = TRUST, floor: Floor = NO_FLOOR, key: str = "schedule"
) -> Accepted | Refused:
    return accept_manifest(seal(manifest, KEYS[key]), trust, floor, COMMUNE, RECEIVER, NOW)


def test_b12_a_receiver_recovers_from_a_stolen_key_that_ran_to_the_last_version() -> None:
    stolen = accepted(replace(MANIFEST, version=2**53 - 1))
    assert isinstance(stolen, Accepted)
    stuck = accepted(replace(MANIFEST, version=13), floor=stolen.floor)
    assert isinstance(stuck, Refused)
    assert stuck.reason == "manifest-rollback"

    rotated = adopt_trust(TRUST, by_roots(NEXT_EPOCH))
    assert isinstance(rotated, Trust)
    # B10: what the thief signed falls the moment the new trust is there, though its bytes were accepted before.
    again = accepted(replace(MANIFEST, version=2**53 - 1), rotated, stolen.floor)
    assert isinstance(again, Refused)
    assert again.reason == "revoked-signer"
    fresh = accepted(replace(MANIFEST, epoch=2, version=1), rotated, stolen.floor, "schedule-2")
    assert isinstance(fresh, Accepted)
    assert fresh.floor.version == 1
    assert [playable.slot for playable in fresh.slots] == list(MANIFEST.slots)


def test_the_epoch_never_goes_down() -> None:
    back = adopt_trust(NEXT_EPOCH, by_roots(replace(NEXT_EPOCH, version=5, epoch=1)))
    assert isinstance(back, Refused)
    assert back.reason == "epoch-rollback"
    assert str(back) == "trust 5: expected epoch 2 or later, but 1 came"


def test_b11_missed_versions_are_adopted_one_after_the_other() -> None:
    fourth, fifth = by_roots(replace(TRUST, version=4)), by_roots(replace(TRUST, version=5))
    skipped = adopt_trust(TRUST, fifth)
    assert isinstance(skipped, Refused)
    assert (skipped.kind, skipped.details) == ("refused", {"expected": 4, "came": 5})
    then = adopt_trust(TRUST, fourth)
    assert isinstance(then, Trust)
    last = adopt_trust(then, fifth)
    assert isinstance(last, Trust)
    assert last.version == 5


def test_trust_from_an_untrusted_majority_of_pins() -> None:
    """One pinned key of two is not more than half; of one it is."""
    raw = seal(replace(TRUST, threshold=1), KEYS["root-1"])
    one, two = KEYS["root-1"].public, KEYS["root-2"].public
    assert isinstance(first_trust(raw, COMMUNE, [one]), Trust)
    assert isinstance(first_trust(raw, COMMUNE, [one, two]), Refused)
    # The same key pinned twice is one key.
    assert isinstance(first_trust(raw, COMMUNE, [one, one]), Trust)
    assert isinstance(first_trust(raw, COMMUNE, []), Refused)


def test_b5_both_hashes_are_named() -> None:
    first = accepted(MANIFEST)
    assert isinstance(first, Accepted)
    other = accepted(replace(MANIFEST, xom="xom-08"), floor=first.floor)
    assert isinstance(other, Refused)
    assert other.kind == "security"
    assert other.details["ours"] == first.floor.digest
    assert len(str(other.details["theirs"])) == 64
    assert other.details["theirs"] != other.details["ours"]


def test_c5_a_clock_gone_wild_refuses_and_the_same_bytes_hold_when_it_is_back() -> None:
    raw = seal(MANIFEST, KEYS["schedule"])
    first = accept_manifest(raw, TRUST, NO_FLOOR, COMMUNE, RECEIVER, NOW)
    assert isinstance(first, Accepted)
    wild = accept_manifest(raw, TRUST, first.floor, COMMUNE, RECEIVER, NOW.replace(year=2099))
    assert isinstance(wild, Refused)
    assert wild.reason == "expired"
    back = accept_manifest(raw, TRUST, first.floor, COMMUNE, RECEIVER, NOW)
    assert isinstance(back, Accepted)
    assert back.repeated


def test_c8_a_slot_over_the_weeks_edge_is_one_slot_with_its_whole_length() -> None:
    late = Slot("s", "2026-W48", at(6, 23, 59), "planned", MORNING.items)
    trust = replace(TRUST, quiet=())
    result = accepted(replace(MANIFEST, slots=(late,), expires=at(7, 0)), trust)
    assert isinstance(result, Accepted)
    assert result.slots[0].end == at(6, 23, 59) + timedelta(seconds=66.5)


def test_c11_quiet_hours_that_a_slot_swallows_whole_are_found() -> None:
    """Half an hour of quiet inside an hour of sound: neither end of the sound is in it."""
    noon = TRUST.quiet[1]
    assert quiet_overlap(TRUST.quiet, at(0, 11), at(0, 14)) == noon
    assert quiet_overlap(TRUST.quiet, at(0, 11), at(0, 11, 30)) is None
    assert quiet_overlap(TRUST.quiet, at(0, 13, 30), at(0, 21)) is None
    assert quiet_overlap(TRUST.quiet, at(0, 20), at(3, 5)) == TRUST.quiet[0]


def test_b15_a_known_receiver_needs_no_proof_and_cannot_change_its_key() -> None:
    mine, other = KEYS["receiver"], SigningKey.generate()
    known = seal(replace(HELLO, proof=None), mine)
    assert not isinstance(accept_hello(known, COMMUNE, RECEIVER, secret=SECRET, known=mine.public), Refused)
    fresh = replace(HELLO, public=other.public, proof=enrolment_proof(SECRET, other.public))
    denied = accept_hello(seal(fresh, other), COMMUNE, RECEIVER, secret=SECRET, known=mine.public)
    assert isinstance(denied, Refused)
    assert denied.details == {"expected": mine.keyid, "came": other.keyid}
    # Once the station revoked the old key, so that none is known, the new one enrols.
    assert not isinstance(accept_hello(seal(fresh, other), COMMUNE, RECEIVER, secret=SECRET, known=None), Refused)


def test_f11_a_record_over_64_kib_is_refused_unread() -> None:
    raw = seal(replace(RECORD, extra={"x": "y" * 70_000}), KEYS["receiver"])
    denied = accept_record(raw, COMMUNE, RECEIVER, KEYS["receiver"].public)
    assert isinstance(denied, Refused)
    assert denied.reason == "malformed"
    assert "expected at most 65536 bytes" in str(denied)


def test_a_will_with_a_signed_status_inside_is_still_only_a_will() -> None:
    """Something that is both a heartbeat's envelope and a will is judged as the lesser of the two."""
    raw = b'{"offline":true,"spec":1,"commune":"dien-chau","receiver":"dc-07-1","boot":"7f3a","payload":""}'
    result = accept_status(raw, COMMUNE, RECEIVER, KEYS["receiver"].public)
    assert type(result).__name__ == "Offline"


@pytest.mark.parametrize("reason", REASONS)
def test_every_refusal_fits_a_report(reason: str) -> None:
    """Slug and details travel as they are, with details as long as an attacker can make them."""
    names = [part.split("}")[0] for part in REASONS[reason][1].split("{")[1:]]
    refusal = refused("manifest 12", reason, **dict.fromkeys(names, "ờ" * 10000))
    report = replace(REPORT, kind=refusal.kind, subject=refusal.subject, reason=refusal.reason, details=refusal.details)
    seal(report, KEYS["receiver"])
    assert Report.from_json(report.to_json()) == report
