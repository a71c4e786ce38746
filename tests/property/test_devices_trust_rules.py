"""What holds for every manifest, every clock and every order of arrival."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from devices_messages import KEYS
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.protocol.envelope import open_envelope
from devices.protocol.messages import Approval, Clip, Manifest, Quiet, Slot, Trust, TrustedKey
from devices.signing import seal
from devices.trust import (
    NO_FLOOR,
    Accepted,
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

ROOT, SCHEDULE, APPROVER, STRANGER = KEYS[:4]
MONDAY = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
CLIPS = [
    Clip(letter * 64, 1000, seconds * 8000, 8000, timedelta(seconds=seconds))
    for letter, seconds in (("a", 1), ("b", 59), ("c", 600), ("d", 3600))
]
TRUST = Trust(
    commune="dien-chau",
    version=1,
    epoch=1,
    issued=MONDAY,
    threshold=1,
    keys=(
        TrustedKey("root", "root", ROOT.public),
        TrustedKey("schedule", "schedule", SCHEDULE.public),
        TrustedKey("approver", "approver", APPROVER.public),
    ),
)


def approval(clip: Clip, start: datetime, end: datetime, signer: int) -> object:
    message = Approval(
        commune="dien-chau",
        bulletin="b",
        title="Tin",
        kind="bulletin",
        words_digest="0" * 64,
        clip=clip,
        approver="Hoa",
        approved_at=MONDAY,
        valid_from=start,
        valid_to=end,
    )
    return open_envelope(seal(message, (APPROVER, SCHEDULE, STRANGER)[signer]))


minutes = st.integers(0, 8 * 24 * 60).map(lambda minute: MONDAY + timedelta(minutes=minute))
approvals = st.tuples(st.sampled_from(CLIPS), minutes, st.integers(1, 9), st.sampled_from((0, 0, 0, 1, 2))).map(
    lambda drawn: (drawn[0], drawn[1], drawn[1] + timedelta(days=drawn[2]), drawn[3])
)
slots = st.lists(
    st.tuples(minutes, st.lists(st.sampled_from(CLIPS), min_size=1, max_size=3)), min_size=1, max_size=12
).map(
    lambda drawn: tuple(
        Slot(f"s{number}", "2026-W48", start, "planned", tuple(clip.digest for clip in items))
        for number, (start, items) in enumerate(drawn)
    )
)
quiets = st.lists(
    st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda hours: hours[0] != hours[1]), max_size=2
).map(lambda drawn: tuple(Quiet(time(start), time(end)) for start, end in drawn))


def quiet_at(quiet: tuple[Quiet, ...], instant: datetime) -> bool:
    """By the clock on the wall of the commune, another way than the code's."""
    wall = (instant + timedelta(hours=7)).time()
    return any(
        each.start <= wall < each.end if each.start < each.end else wall >= each.start or wall < each.end
        for each in quiet
    )


@settings(max_examples=80, deadline=None)
@given(slots, st.lists(approvals, max_size=6), quiets, st.integers(0, 60))
def test_i1_i8_c12_only_approved_sound_outside_quiet_hours_one_at_a_time(
    wanted: tuple[Slot, ...],
    given_approvals: list[tuple[Clip, datetime, datetime, int]],
    quiet: tuple[Quiet, ...],
    gap: int,
) -> None:
    manifest = Manifest(
        commune="dien-chau",
        receiver="r1",
        xom="x",
        epoch=1,
        version=1,
        issued=MONDAY,
        not_before=MONDAY,
        expires=MONDAY + timedelta(days=7),
        audio_base="http://127.0.0.1/audio",
        gap=timedelta(seconds=gap),
        slots=wanted,
        approvals=tuple(approval(*each) for each in given_approvals),  # type: ignore[misc]
    )
    trust = replace(TRUST, quiet=quiet)
    accepted = accept_manifest(seal(manifest, SCHEDULE), trust, NO_FLOOR, "dien-chau", "r1", MONDAY)
    assert isinstance(accepted, Accepted)

    # Nothing is lost silently: each slot plays or has one reason.
    lost = [refusal.subject for refusal in accepted.refused if refusal.subject.startswith("slot ")]
    assert sorted([f"slot {playable.slot.id}" for playable in accepted.slots] + lost) == sorted(
        f"slot {slot.id}" for slot in wanted
    )
    until = MONDAY
    for playable in accepted.slots:
        start, end = playable.slot.start, playable.end
        assert until <= start < manifest.expires
        until = end
        assert tuple(clip.digest for clip in playable.clips) == playable.slot.items
        for clip in playable.clips:
            assert any(
                clip == approved and begins <= start < ends and signer == 0
                for approved, begins, ends, signer in given_approvals
            )
        silence = timedelta(seconds=gap) * (len(playable.clips) - 1)
        assert end - start == sum((clip.duration for clip in playable.clips), silence)
        last = end - timedelta(microseconds=1)
        moments = [start + timedelta(minutes=minute) for minute in range((last - start) // timedelta(minutes=1) + 1)]
        assert not any(quiet_at(quiet, moment) for moment in [*moments, last])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 5), st.booleans()), max_size=12))
def test_i2_the_version_in_use_never_goes_down_within_an_epoch(arrivals: list[tuple[int, int, bool]]) -> None:
    """Manifests of any epoch and version, in any order, some in a second form; the trust moves on by epochs between."""
    trust, floor = TRUST, NO_FLOOR
    seen: dict[tuple[int, int], str] = {}
    for epoch, version, other_form in arrivals:
        if epoch > trust.epoch:
            trust = replace(trust, version=trust.version + 1, epoch=epoch)
        manifest = Manifest(
            commune="dien-chau",
            receiver="r1",
            xom="y" if other_form else "x",
            epoch=epoch,
            version=version,
            issued=MONDAY,
            not_before=MONDAY,
            expires=MONDAY + timedelta(days=7),
            audio_base="http://127.0.0.1/audio",
            gap=timedelta(),
            slots=(),
            approvals=(),
        )
        result = accept_manifest(seal(manifest, SCHEDULE), trust, floor, "dien-chau", "r1", MONDAY)
        if isinstance(result, Refused):
            continue
        assert (result.floor.epoch, result.floor.version) >= (floor.epoch, floor.version)
        assert epoch == trust.epoch
        assert seen.setdefault((epoch, version), result.floor.digest) == result.floor.digest
        assert result.repeated == (result.floor == floor)
        floor = result.floor


DOORS: dict[str, Callable[[bytes], object]] = {
    "first_trust": lambda raw: first_trust(raw, "dien-chau", [ROOT.public]),
    "adopt_trust": lambda raw: adopt_trust(TRUST, raw),
    "accept_manifest": lambda raw: accept_manifest(raw, TRUST, NO_FLOOR, "dien-chau", "r1", MONDAY),
    "accept_receipt": lambda raw: accept_receipt(raw, TRUST, "r1", "0" * 64),
    "accept_hello": lambda raw: accept_hello(raw, "dien-chau", "r1", secret=b"secret", known=None),
    "accept_record": lambda raw: accept_record(raw, "dien-chau", "r1", STRANGER.public),
    "accept_report": lambda raw: accept_report(raw, "dien-chau", "r1", STRANGER.public),
    "accept_status": lambda raw: accept_status(raw, "dien-chau", "r1", STRANGER.public),
}
kinds = st.sampled_from(("trust", "manifest", "receipt", "hello", "record", "report", "status", "approval"))
signed_nonsense = st.builds(
    lambda kind, payload, key: key.sign(kind, payload), kinds, st.binary(min_size=1, max_size=99), st.sampled_from(KEYS)
)


@pytest.mark.parametrize("door", DOORS)
@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300) | signed_nonsense)
def test_a6_no_bytes_bring_a_door_down(door: str, raw: bytes) -> None:
    """Poison is refused with a reason that can be read, also when one of the trusted keys signed it."""
    result = DOORS[door](raw)
    assert isinstance(result, Refused)
    assert str(result)
