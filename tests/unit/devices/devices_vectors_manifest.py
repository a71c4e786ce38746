"""Vectors of manifests: what is accepted, held, refused, and which slots of it may sound."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from devices_examples import (
    BULLETIN,
    BULLETIN_APPROVAL,
    COMMUNE,
    EVENING,
    FLOOD_APPROVAL,
    KEYS,
    MANIFEST,
    MORNING,
    NEXT_EPOCH,
    NOW,
    RECEIVER,
    TRUST,
    at,
    sealed,
)
from devices_forgery import digest_of, edited, flipped, raw_payload, refusal, text

from devices.protocol.codec import Json
from devices.protocol.envelope import Envelope, open_envelope
from devices.protocol.messages import Manifest, Slot
from devices.signing import seal


def accepted_manifest(
    *slots: Slot, held: bool = False, repeated: bool = False, refused: dict[str, str] | None = None
) -> Json:
    return {
        "accepted": {
            "held": held,
            "repeated": repeated,
            "slots": [slot.id for slot in slots],
            "refused": {**(refused or {})},
        },
    }


def manifest_vectors() -> Json:
    trust = seal(TRUST, KEYS["root-1"], KEYS["root-2"])
    rotated = seal(NEXT_EPOCH, KEYS["root-1"], KEYS["root-2"])
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
            "the first one ever",
            good,
            accepted_manifest(MORNING, EVENING),
            floor={"epoch": 0, "version": 0, "digest": ""},
        ),
        case("an empty week", with_slots(), accepted_manifest()),
        case(
            "unknown fields",
            raw_payload("manifest", payload[:-1] + b',"zz":{"a":[1]}}', "schedule"),
            accepted_manifest(MORNING, EVENING),
        ),
        case("a slot at half the volume", with_slots(replace(EVENING, volume=50)), accepted_manifest(EVENING)),
        case(
            "I3: a slot that nobody could hear",
            edited(MANIFEST, "schedule", lambda value: value["slots"][0].update(volume=9)),  # type: ignore[index,union-attr]
            refusal("malformed"),
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
        case(
            "B7: one second before it expires",
            MANIFEST,
            accepted_manifest(MORNING, EVENING),
            now=MANIFEST.expires - second,
        ),
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
            accepted_manifest(MORNING, refused={f"slot {EVENING.id}": "unapproved-clip"}),
        ),
        case(
            "B9: an approval signed by the schedule key",
            with_approvals(ident, bulletin, sealed(FLOOD_APPROVAL, "schedule")),
            accepted_manifest(
                MORNING, refused={"approval 2 of manifest 12": "bad-approval", f"slot {EVENING.id}": "unapproved-clip"}
            ),
        ),
        case(
            "B9: an approval by a revoked approver",
            with_approvals(ident, bulletin, sealed(FLOOD_APPROVAL, "approver-2")),
            accepted_manifest(
                MORNING, refused={"approval 2 of manifest 12": "bad-approval", f"slot {EVENING.id}": "unapproved-clip"}
            ),
        ),
        case(
            "B9: an approval whose clip was changed after signing",
            with_approvals(
                ident, bulletin, replace(flood, payload=flood.payload.replace(b'"size":540000', b'"size":540001'))
            ),
            accepted_manifest(
                MORNING, refused={"approval 2 of manifest 12": "bad-approval", f"slot {EVENING.id}": "unapproved-clip"}
            ),
        ),
        case(
            "B9: an approval from another commune",
            with_approvals(ident, bulletin, sealed(replace(FLOOD_APPROVAL, commune="yen-thanh"), "approver")),
            accepted_manifest(
                MORNING, refused={"approval 2 of manifest 12": "wrong-commune", f"slot {EVENING.id}": "unapproved-clip"}
            ),
        ),
        case(
            "a clip approved only from the slot's second on, and until the second after it",
            with_approvals(
                ident,
                sealed(
                    replace(BULLETIN_APPROVAL, valid_from=MORNING.start, valid_to=MORNING.start + second), "approver"
                ),
                flood,
            ),
            accepted_manifest(MORNING, refused={f"slot {EVENING.id}": "approval-not-valid-then"}),
        ),
        case(
            "a clip approved until the slot's second",
            with_approvals(ident, sealed(replace(BULLETIN_APPROVAL, valid_to=MORNING.start), "approver"), flood),
            accepted_manifest(
                refused={
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
        case(
            "C11: a slot that ends with the quiet hours' beginning",
            with_slots(slot(at(1, 20, 59))),
            accepted_manifest(slot(at(1, 20, 59))),
        ),
        case(
            "C11: a slot that ends one second into the quiet hours",
            with_slots(slot(at(1, 20, 59) + second)),
            accepted_manifest(refused={"slot s": "quiet-hours"}),
        ),
        case(
            "I8: a slot at 03:15", with_slots(slot(at(1, 3, 15))), accepted_manifest(refused={"slot s": "quiet-hours"})
        ),
        case(
            "I8: a slot at 23:59", with_slots(slot(at(1, 23, 59))), accepted_manifest(refused={"slot s": "quiet-hours"})
        ),
        case("I8: a slot at 05:00, when they end", with_slots(slot(at(1, 5))), accepted_manifest(slot(at(1, 5)))),
        case("I8: a slot at noon", with_slots(slot(at(1, 12))), accepted_manifest(refused={"slot s": "quiet-hours"})),
        case(
            "C12: a slot that starts while another sounds",
            with_slots(slot(at(1, 6, 1) - second, id_="late"), slot(at(1, 6), id_="early")),
            accepted_manifest(slot(at(1, 6), id_="early"), refused={"slot late": "overlap"}),
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
            accepted_manifest(slot(at(1, 6), id_="early"), refused={"slot late": "overlap"}),
        ),
        case(
            "C12: two slots at one instant",
            with_slots(slot(at(1, 6), id_="b"), slot(at(1, 6), id_="a")),
            accepted_manifest(slot(at(1, 6), id_="a"), refused={"slot b": "overlap"}),
        ),
        case(
            "C12: a refused slot does not stand in another's way",
            with_slots(slot(at(1, 4, 59), id_="quiet"), slot(at(1, 5), id_="good")),
            accepted_manifest(slot(at(1, 5), id_="good"), refused={"slot quiet": "quiet-hours"}),
        ),
        case(
            "a slot at the second of expiry",
            replace(
                with_slots(slot(at(7, 6))),
                expires=at(7, 6),
                approvals=(sealed(replace(BULLETIN_APPROVAL, valid_to=at(9, 0)), "approver"),),
            ),
            accepted_manifest(refused={"slot s": "after-expiry"}),
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
        case(
            "B13: a duplicate key",
            raw_payload("manifest", payload[:-1] + b',"xom":"a"}', "schedule"),
            refusal("malformed"),
        ),
        case("B13: NaN", raw_payload("manifest", payload.replace(b"1500", b"NaN"), "schedule"), refusal("malformed")),
        case(
            "D12: a later format",
            edited(MANIFEST, "schedule", lambda value: value.update(spec=2)),
            refusal("unsupported-spec"),
        ),
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
            edited(MANIFEST, "schedule", lambda value: value["slots"][0].update(items=["../../etc/passwd"])),  # type: ignore[index,union-attr]
            refusal("malformed"),
        ),
        case("cut short", good[:-200], refusal("malformed")),
    ]
    trusts: dict[str, Json] = {"version 3": trust.decode(), "version 4, a new epoch": rotated.decode()}
    return {"pinned": ["root-1", "root-2", "root-3"], "trusts": trusts, "cases": cases}
