"""What a receiver does next, as a table; and that no walk of the clock settles a slot twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from devices.protocol.messages import Clip, Quiet, Slot
from devices.receiver.state import ARM_AHEAD, GRACE, PREPARE_AHEAD, Arm, Prepare, Settle, Stage, Start, Step, Turn, Wait
from devices.receiver.state import next_step as real_next_step

START = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
"""05:30 local."""
LONG_AGO = START - timedelta(days=1)
CLIP = Clip("a" * 64, 1000, 24000 * 60, 24000, timedelta(minutes=1))
AT_REST = Stage(present=LONG_AGO, free=LONG_AGO, sounding="", prepared="", armed="")
ONE_US = timedelta(microseconds=1)


def turn(name: str = "s1", start: datetime = START, refusal: str = "") -> Turn:
    slot = Slot(name, "2026-W48", start, "planned", (CLIP.digest,))
    return Turn(slot, timedelta() if refusal else timedelta(minutes=4), () if refusal else (CLIP,), refusal)


def next_step(
    now: datetime,
    stage: Stage = AT_REST,
    week: Sequence[Turn] = (turn(),),
    settled: Sequence[str] = (),
    quiet: Sequence[Quiet] = (),
    ready: bool = True,
) -> Step:
    return real_next_step(week, settled, stage, quiet, lambda _: ready, now)


PREPARED = replace(AT_REST, prepared="s1")
ARMED = replace(PREPARED, armed="s1")


def test_long_before_the_slot_it_waits_until_it_has_to_prepare() -> None:
    assert next_step(LONG_AGO) == Wait(START - PREPARE_AHEAD)


def test_it_prepares_arms_and_starts_at_the_instant() -> None:
    assert next_step(START - PREPARE_AHEAD) == Prepare(turn())
    assert next_step(START - PREPARE_AHEAD, PREPARED) == Wait(START - ARM_AHEAD)
    assert next_step(START - ARM_AHEAD, PREPARED) == Arm(turn())
    assert next_step(START - ARM_AHEAD, ARMED) == Wait(START)
    assert next_step(START, ARMED) == Start(turn())


def test_c2_a_settled_slot_is_not_looked_at_again() -> None:
    assert next_step(START, settled=["s1"]) == Wait(None)
    assert next_step(START - timedelta(minutes=10), settled=["s1"]) == Wait(None)


def test_c2_the_slot_that_sounds_is_neither_started_again_nor_given_up() -> None:
    sounding = replace(AT_REST, sounding="s1")
    assert next_step(START, sounding) == Wait(None)
    assert next_step(START + GRACE * 2, sounding) == Wait(None)


def test_c3_within_the_grace_it_plays_late() -> None:
    assert next_step(START + GRACE) == Prepare(turn())
    assert next_step(START + GRACE, PREPARED) == Arm(turn())
    assert next_step(START + GRACE, ARMED) == Start(turn())


def test_c3_beyond_the_grace_it_is_missed_because_of_the_clock() -> None:
    assert next_step(START + GRACE + ONE_US, ARMED) == Settle(turn(), "missed", "clock")


def test_who_was_not_there_says_so() -> None:
    absent = replace(AT_REST, present=START + GRACE + ONE_US)
    assert next_step(START + timedelta(hours=1), absent) == Settle(turn(), "missed", "absent")


def test_c12_a_slot_whose_time_another_took_says_so() -> None:
    other = replace(AT_REST, sounding="s0")
    assert next_step(START + timedelta(minutes=20), other) == Wait(None)
    ended = replace(AT_REST, free=START + timedelta(minutes=20))
    assert next_step(START + timedelta(minutes=20), ended) == Settle(turn(), "missed", "busy")


def test_the_next_slot_is_prepared_while_one_sounds_but_not_started() -> None:
    sounding = replace(AT_REST, sounding="s0")
    assert next_step(START, sounding) == Prepare(turn())
    assert next_step(START, replace(sounding, prepared="s1")) == Wait(None)


def test_e1_clips_that_lack_are_waited_for_and_then_the_slot_has_failed() -> None:
    assert next_step(START, ready=False) == Wait(START + GRACE + ONE_US)
    assert next_step(START + GRACE + ONE_US, ready=False) == Settle(turn(), "failed", "clip-missing")


def test_a_slot_without_its_clips_does_not_hold_up_the_next() -> None:
    second = turn("s2", START + timedelta(minutes=5))
    step = real_next_step(
        (turn(), second), (), AT_REST, (), lambda each: each.slot.id == "s2", second.slot.start - PREPARE_AHEAD
    )
    assert step == Prepare(second)


def test_i1_a_refused_slot_fails_at_its_time_with_the_reason() -> None:
    refused = turn(refusal="unapproved-clip")
    assert next_step(START - ONE_US, week=[refused]) == Wait(START)
    assert next_step(START, week=[refused]) == Settle(refused, "failed", "unapproved-clip")


def test_c11_a_late_slot_that_would_end_in_quiet_hours_does_not_start() -> None:
    evening = datetime(2026, 11, 22, 14, 55, tzinfo=UTC)  # 21:55 local
    quiet = (Quiet(time(22), time(5)),)
    late = turn(start=evening)
    assert next_step(evening + timedelta(minutes=1), ARMED, [late], quiet=quiet) == Start(late)
    step = next_step(evening + timedelta(minutes=1, seconds=1), ARMED, [late], quiet=quiet)
    assert step == Settle(late, "missed", "quiet-hours")


def test_c8_a_slot_over_midnight_on_sunday_is_one_slot() -> None:
    sunday = datetime(2026, 11, 29, 16, 59, 50, tzinfo=UTC)  # 23:59:50 local
    assert next_step(sunday, ARMED, [turn(start=sunday)]) == Start(turn(start=sunday))


@dataclass
class Receiver:
    """The shell in miniature: carries steps out at once, and counts."""

    week: tuple[Turn, ...]
    settled: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    stage: Stage = AT_REST

    def step(self, now: datetime) -> None:
        for _ in range(100):
            match real_next_step(self.week, self.settled, self.stage, (), lambda _: True, now):
                case Prepare(turn=each):
                    self.stage = replace(self.stage, prepared=each.slot.id)
                case Arm(turn=each):
                    self.stage = replace(self.stage, armed=each.slot.id)
                case Start(turn=each):
                    self.started.append(each.slot.id)
                    self.stage = replace(self.stage, sounding=each.slot.id, prepared="", armed="")
                case Settle(turn=each):
                    self.settled.append(each.slot.id)
                case Wait(until=until):
                    assert until is None or until > now
                    return
        raise AssertionError("it never waits")

    def end(self, now: datetime) -> None:
        if self.stage.sounding:
            self.settled.append(self.stage.sounding)
            self.stage = replace(self.stage, sounding="", free=now)


@given(st.lists(st.tuples(st.integers(-3000, 3000), st.booleans()), max_size=30))
def test_c2_whatever_the_clock_does_a_slot_starts_once_and_is_settled_once(walk: list[tuple[int, bool]]) -> None:
    receiver = Receiver(tuple(turn(f"s{n}", START + timedelta(minutes=10 * n)) for n in range(4)))
    now = START
    for seconds, ends in walk:
        now += timedelta(seconds=seconds)
        receiver.step(now)
        if ends:
            receiver.end(now)
    receiver.end(now)
    receiver.step(START + timedelta(days=1))
    assert sorted(receiver.settled) == ["s0", "s1", "s2", "s3"]
    assert len(set(receiver.started)) == len(receiver.started)
    assert set(receiver.started) <= set(receiver.settled)
