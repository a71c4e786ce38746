"""One agent from first contact to the receipt: real files, ffmpeg, HTTP, signatures; a broker in memory, told time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from devices_receiver_cast import (
    KEYS,
    MONDAY,
    MORNING,
    Stage,
    approval,
    manifest,
    slot,
    stage,
    trust,
)
from devices_receiver_stage import EVENING, SAMPLES, publish, results

from devices.protocol.envelope import open_envelope
from devices.receiver.journal import JournalLocked
from devices.signing import seal

MINUTE = timedelta(minutes=1)


@pytest.fixture
def on(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as made:
        yield made


def test_a_week_is_taken_played_and_signed_for(on: Stage) -> None:
    publish(on, MORNING, EVENING)
    agent = on.switch_on()
    on.run_to(EVENING + MINUTE)

    record = on.station.record("r1", "s1")
    assert record.result == "completed"
    assert record.start == record.planned_start == MORNING
    assert record.samples_played == record.samples_expected == SAMPLES
    assert record.played == timedelta(milliseconds=SAMPLES / 24)
    assert len(record.clips) == 2
    assert record.simulated
    assert record.clock == "synchronised"
    assert on.station.record("r1", "s2").start == EVENING
    assert on.station.reasons("r1") == [("adopted", "trust 1", "adopted"), ("adopted", "manifest 1", "adopted")]
    assert not agent.busy
    assert on.station.seen["r1"] == {1, 2, 3, 4}


def test_the_first_hello_has_the_proof_and_later_ones_the_versions(on: Stage) -> None:
    publish(on, MORNING)
    on.switch_on()
    on.settle()
    on.broker.stop()
    on.broker.start()
    on.settle()
    first, second = on.station.hellos
    assert first.proof is not None
    assert second.proof is None
    assert (second.trust_version, second.manifest_version) == (1, 1)
    assert first.public == second.public


def test_the_heartbeat_says_how_it_is(on: Stage) -> None:
    publish(on, MORNING)
    on.switch_on()
    on.run_to(MONDAY + timedelta(hours=6, minutes=1))
    status = on.station.statuses[-1]
    assert timedelta(0) <= status.at - MONDAY - timedelta(hours=6) < timedelta(milliseconds=1)
    assert (status.trust_version, status.manifest_version, status.clips_missing) == (1, 1, 0)
    assert status.sink == "null"
    assert status.disk_free > 0


def test_the_stored_week_plays_without_a_network_and_is_told_later(on: Stage) -> None:
    publish(on, MORNING, EVENING)
    on.switch_on()
    on.settle()
    on.switch_off()
    on.broker.cut("r1")
    on.broker.stop()

    on.switch_on()
    on.run_to(EVENING + MINUTE)
    assert results(on) == []

    on.broker.start()
    on.settle()
    assert results(on) == [("s1", "completed", ""), ("s2", "completed", "")]
    assert {record.boot for record in on.station.records["r1"]} == {"2"}


def test_a2_after_the_broker_lost_everything_all_comes_again_once(on: Stage) -> None:
    publish(on, MORNING)
    on.station.signs_receipts = False
    on.switch_on()
    on.step_to(MORNING + MINUTE)
    on.broker.stop()
    on.broker.forget_everything()
    on.station.signs_receipts = True
    on.broker.start()
    on.settle()
    assert results(on) == [("s1", "completed", "")]


def test_i4_a_record_is_kept_over_boots_until_the_receipt(on: Stage) -> None:
    publish(on, MORNING)
    on.station.signs_receipts = False
    on.switch_on()
    on.step_to(MORNING + MINUTE)
    on.switch_off()
    on.station.signs_receipts = True
    on.switch_on()
    on.settle()
    assert results(on) == [("s1", "completed", "")]
    assert on.station.seen["r1"] == {1, 2, 3}


class TestRefusals:
    """Each is refused with its reason, the station is told, and the week in use goes on."""

    @pytest.fixture(autouse=True)
    def week(self, on: Stage) -> None:
        self.made = publish(on, MORNING, version=5)
        on.switch_on()
        on.settle()

    def refused(self, on: Stage) -> list[tuple[str, str, str]]:
        on.settle()
        found = [each for each in on.station.reasons("r1") if each[0] != "adopted"]
        on.run_to(MORNING + MINUTE)
        assert results(on) == [("s1", "completed", "")]
        return found

    def test_b9_a_manifest_by_a_wrong_key(self, on: Stage) -> None:
        on.station.send(replace(self.made, version=6), key="thief")
        assert self.refused(on) == [("security", "manifest", "unknown-signer")]

    def test_b4_old_manifest_is_refused(self, on: Stage) -> None:
        on.station.send(replace(self.made, version=4))
        assert self.refused(on) == [("security", "manifest 4", "manifest-rollback")]

    def test_b5_the_same_version_with_other_bytes(self, on: Stage) -> None:
        on.station.send(replace(self.made, slots=()))
        assert self.refused(on) == [("security", "manifest 5", "manifest-equivocation")]

    def test_b6_a_manifest_for_another_receiver(self, on: Stage) -> None:
        raw = seal(replace(self.made, receiver="r2", version=6), KEYS["schedule"])
        on.station.send_raw("r1", raw)
        assert self.refused(on) == [("security", "manifest 6", "wrong-receiver")]

    def test_b7_an_expired_manifest(self, on: Stage) -> None:
        on.station.send(replace(self.made, version=6, expires=MONDAY - MINUTE))
        assert self.refused(on) == [("refused", "manifest 6", "expired")]

    def test_b13_what_is_no_message(self, on: Stage) -> None:
        on.station.send_raw("r1", b'{"payload":1,"payload":2}')
        assert self.refused(on) == [("refused", "manifest", "malformed")]

    def test_b11_a_trust_signed_by_a_stranger(self, on: Stage) -> None:
        on.station.link.publish("loa/1/c1/trust", seal(trust(2), KEYS["thief"]), retain=True)
        assert self.refused(on) == [("security", "trust", "unknown-signer")]

    def test_b11_a_trust_that_skips_a_version(self, on: Stage) -> None:
        on.station.send_trust(trust(3))
        assert self.refused(on) == [("refused", "trust 3", "trust-skipped")]

    def test_i2_the_floor_holds_over_a_boot(self, on: Stage) -> None:
        on.switch_off()
        on.station.send(replace(self.made, version=4))
        on.switch_on()
        assert self.refused(on) == [("security", "manifest 4", "manifest-rollback")]


def test_b9_a_clip_without_an_approval_that_holds_stays_silent(on: Stage) -> None:
    good, bad = on.serve((2.0, 1), (1.0, 2))
    forged = open_envelope(seal(approval(bad), KEYS["thief"]))
    made = manifest("r1", on.audio.base, [slot("s1", MORNING, good), slot("s2", EVENING, good, bad)], [good])
    on.station.send_trust()
    on.station.send(replace(made, approvals=(*made.approvals, forged)))
    on.switch_on()
    on.run_to(EVENING + MINUTE)
    assert results(on) == [("s1", "completed", ""), ("s2", "failed", "unapproved-clip")]
    assert ("security", "slot s2", "unapproved-clip") in on.station.reasons("r1")


def test_b8_a_changed_clip_is_refused_and_reported_and_the_slot_fails(on: Stage) -> None:
    made = publish(on, MORNING)
    digest = made.slots[0].items[0]
    on.audio.files[digest] = on.audio.files[digest][:-1] + b"!"
    on.switch_on()
    on.run_to(MORNING + timedelta(minutes=16))
    assert results(on) == [("s1", "failed", "clip-missing")]
    assert ("fault", f"clip {digest}", "damaged") in on.station.reasons("r1")


def test_e1_clips_that_cannot_be_had_are_tried_again_and_play_late_within_the_grace(on: Stage) -> None:
    publish(on, MORNING)
    on.audio.status = 500
    on.switch_on()
    on.run_to(MORNING + MINUTE)
    on.audio.status = None
    on.run_to(MORNING + timedelta(minutes=16))
    record = on.station.record("r1", "s1")
    assert record.result == "completed"
    assert record.start is not None
    assert timedelta(minutes=1) < record.start - MORNING <= timedelta(minutes=15)
    assert len(on.audio.asked) > 4


def test_b7_a_manifest_for_later_is_held_while_the_present_one_plays(on: Stage) -> None:
    made = publish(on, MORNING)
    noon = MORNING + timedelta(hours=6)
    later = replace(made, version=2, not_before=noon, slots=(replace(made.slots[0], id="s9", start=EVENING),))
    on.switch_on()
    on.settle()
    on.station.send(later)
    on.settle()
    on.switch_off()
    on.switch_on()
    on.run_to(EVENING + MINUTE)
    assert results(on) == [("s1", "completed", ""), ("s9", "completed", "")]
    assert [record.manifest_version for record in on.station.records["r1"]] == [1, 2]


def test_a_slot_that_a_new_manifest_withdraws_does_not_sound(on: Stage) -> None:
    made = publish(on, MORNING, EVENING)
    on.switch_on()
    on.settle()
    on.station.send(replace(made, version=2, slots=made.slots[1:]))
    on.run_to(EVENING + MINUTE)
    assert results(on) == [("s2", "completed", "")]


def test_b10_after_a_revocation_the_approvers_clips_are_silent_at_once(on: Stage) -> None:
    publish(on, MORNING)
    on.switch_on()
    on.settle()
    on.station.send_trust(trust(2, revoked=frozenset({KEYS["approver"].keyid})))
    on.run_to(MORNING + MINUTE)
    assert results(on) == [("s1", "failed", "unapproved-clip")]
    assert ("security", "slot s1", "unapproved-clip") in on.station.reasons("r1")


def test_a_manifest_that_comes_before_its_trust_is_taken_when_the_trust_comes(on: Stage) -> None:
    made = publish(on, MORNING)
    on.switch_on()
    on.settle()
    on.station.send(replace(made, version=1, epoch=2))
    on.settle()
    assert ("refused", "manifest 1", "unknown-epoch") in on.station.reasons("r1")
    on.station.send_trust(trust(2, epoch=2))
    on.run_to(MORNING + MINUTE)
    assert results(on) == [("s1", "completed", "")]


def test_b16_a_forged_receipt_drops_nothing(on: Stage) -> None:
    publish(on, MORNING)
    on.station.signs_receipts = False
    on.switch_on()
    on.step_to(MORNING + MINUTE)
    on.station.link.publish("loa/1/c1/to/r1/receipt", b'{"through":99}')
    on.step_to(MORNING + MINUTE)
    on.broker.stop()
    on.station.signs_receipts = True
    on.station.records.clear()
    on.station.seen.clear()
    on.broker.start()
    on.settle()
    assert results(on) == [("s1", "completed", "")]


def test_one_folder_has_one_agent(on: Stage) -> None:
    agent = on.switch_on()
    with pytest.raises(JournalLocked):
        on.switch_on()
    on.agent = agent


def test_quiet_hours_are_looked_at_again_at_the_start(on: Stage) -> None:
    """I8, C11: on time it would have ended at 21:56, late it would end after 22:00."""
    clips = on.serve((60.0, 7))
    late = MONDAY + timedelta(hours=21, minutes=55)
    on.station.send_trust()
    on.station.send(manifest("r1", on.audio.base, [slot("s1", late, *clips)], clips))
    on.audio.status = 503
    on.switch_on()
    on.run_to(late + timedelta(minutes=4, seconds=30))
    on.audio.status = None
    on.run_to(late + timedelta(hours=1))
    (record,) = on.station.records["r1"]
    assert record.start is None
    assert (record.result, record.reason) == ("missed", "quiet-hours")
