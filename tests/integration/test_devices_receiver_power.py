"""One agent whose power fails, whose disk rots and whose clock jumps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from devices_receiver_cast import (
    MORNING,
    Stage,
    manifest,
    slot,
    stage,
)
from devices_receiver_stage import SAMPLES, publish, results

from devices.clock import Reading

MINUTE = timedelta(minutes=1)


@pytest.fixture
def on(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as made:
        yield made


def test_d4_a_clip_that_rots_in_the_cache_is_noticed_before_it_sounds_and_brought_anew(on: Stage) -> None:
    made = publish(on, MORNING)
    on.switch_on()
    on.settle()
    digest = made.slots[0].items[0]
    path = on.folder / "clips" / f"{digest}.clip"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    on.run_to(MORNING + MINUTE)
    assert results(on) == [("s1", "completed", "")]
    assert ("fault", f"clip {digest}", "clip-damaged") in on.station.reasons("r1")
    assert on.station.record("r1", "s1").start == MORNING


def test_d1_a_power_cut_while_playing_is_recorded_as_interrupted_and_not_taken_up(on: Stage) -> None:
    clips = on.serve((60.0, 7))
    on.station.send_trust()
    on.station.send(manifest("r1", on.audio.base, [slot("s1", MORNING, *clips)], clips))
    on.switch_on()
    on.run_to(MORNING + timedelta(seconds=40))
    on.switch_off()
    on.clock.advance_to(MORNING + timedelta(minutes=5))
    on.switch_on()
    on.run_to(MORNING + timedelta(minutes=30))

    record = on.station.record("r1", "s1")
    assert (record.result, record.reason) == ("interrupted", "power")
    assert (record.start, record.end) == (MORNING, None)
    assert record.played == timedelta(seconds=30)
    assert record.samples_played == 30 * 24000
    assert record.boot == "2"


def test_d1_a_power_cut_between_the_last_sample_and_the_record_counts_no_completed_play(on: Stage) -> None:
    publish(on, MORNING)
    on.switch_on()
    on.run_to(MORNING + timedelta(seconds=3))
    on.switch_off()
    on.switch_on()
    on.settle()
    assert results(on) == [("s1", "interrupted", "power")]


def test_who_was_switched_off_says_that_it_was_absent(on: Stage) -> None:
    publish(on, MORNING)
    on.switch_on()
    on.settle()
    on.switch_off()
    on.clock.advance_to(MORNING + timedelta(hours=1))
    on.switch_on()
    on.settle()
    assert results(on) == [("s1", "missed", "absent")]


def test_c3_a_clock_that_jumps_over_a_slot_has_missed_it(on: Stage) -> None:
    publish(on, MORNING)
    on.switch_on()
    on.run_to(MORNING - timedelta(minutes=10))
    ahead = on.clock.read()
    assert on.agent is not None
    on.agent.step(Reading(MORNING + timedelta(minutes=20), ahead.monotonic_s + 1, "synchronised"))
    on.clock.advance_to(MORNING + timedelta(minutes=21))
    on.settle()
    assert results(on) == [("s1", "missed", "clock")]


def test_c2_a_clock_that_jumps_back_plays_nothing_twice(on: Stage) -> None:
    publish(on, MORNING)
    on.switch_on()
    on.run_to(MORNING + timedelta(seconds=1))
    now = on.clock.read()
    assert on.agent is not None
    for second in range(900):
        wall = MORNING - timedelta(minutes=10) + timedelta(seconds=second)
        on.agent.step(Reading(wall, now.monotonic_s + second, "synchronised"))
    on.clock.advance_to(MORNING + timedelta(minutes=6))
    on.settle()
    assert results(on) == [("s1", "completed", "")]
    assert on.station.record("r1", "s1").played == timedelta(milliseconds=SAMPLES / 24)


@pytest.mark.parametrize("wrong", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)])
def test_c4_c5_with_an_impossible_clock_it_waits_keeps_its_week_and_recovers(on: Stage, wrong: datetime) -> None:
    publish(on, MORNING)
    on.switch_on()
    on.settle()
    on.switch_off()
    agent = on.switch_on()
    for second in range(3):
        agent.step(Reading(wrong + timedelta(seconds=second), float(second), "unverified"))
    assert on.station.statuses[-1].clock == "unknown"
    on.clock.advance_to(MORNING - MINUTE)
    on.run_to(MORNING + MINUTE)
    assert results(on) == [("s1", "completed", "")]
    assert on.station.reasons("r1") == [("adopted", "trust 1", "adopted"), ("adopted", "manifest 1", "adopted")]


def test_an_orderly_stop_records_what_was_heard(on: Stage) -> None:
    clips = on.serve((60.0, 7))
    on.station.send_trust()
    on.station.send(manifest("r1", on.audio.base, [slot("s1", MORNING, *clips)], clips))
    agent = on.switch_on()
    on.run_to(MORNING + timedelta(seconds=20))
    agent.stop(on.clock.read())
    on.station.until(lambda: bool(on.station.records.get("r1")))
    record = on.station.record("r1", "s1")
    assert (record.result, record.reason, record.samples_played) == ("interrupted", "stopped", 20 * 24000)
