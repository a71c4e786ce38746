"""When the clock is believed, and when it is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from devices.clock import ClockState, Reading
from devices.receiver.hostclock import HostClock
from devices.receiver.timekeeping import Timekeeper

ISSUED = datetime(2026, 11, 22, tzinfo=UTC)
LATEST = ISSUED + timedelta(days=28)
NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)


def at(wall: datetime, monotonic_s: float = 0.0, state: ClockState = "synchronised") -> Reading:
    return Reading(wall, monotonic_s, state)


@pytest.mark.parametrize("state", ["synchronised", "unverified", "unknown"])
def test_a_plausible_clock_keeps_its_own_state(state: ClockState) -> None:
    assert Timekeeper().judge(at(NOON, 0.0, state), ISSUED, LATEST) == state


def test_c4_a_boot_in_1970_is_unknown_time_until_the_clock_is_set() -> None:
    keeper = Timekeeper()
    assert keeper.judge(at(datetime(1970, 1, 1, tzinfo=UTC)), ISSUED, LATEST) == "unknown"
    assert keeper.judge(at(NOON, 30.0), ISSUED, LATEST) == "synchronised"


def test_c5_a_boot_in_2099_is_unknown_time_until_the_clock_is_set() -> None:
    keeper = Timekeeper()
    assert keeper.judge(at(datetime(2099, 1, 1, tzinfo=UTC)), ISSUED, LATEST) == "unknown"
    assert keeper.judge(at(NOON, 30.0), ISSUED, LATEST) == "synchronised"


def test_c5_a_jump_of_more_than_a_day_needs_a_second_source() -> None:
    keeper = Timekeeper()
    keeper.judge(at(NOON), ISSUED, LATEST)
    jumped = at(NOON + timedelta(days=2), 10.0)
    assert keeper.judge(jumped, ISSUED, LATEST) == "unknown"
    assert keeper.judge(jumped, ISSUED, LATEST) == "unknown"
    keeper.confirm(jumped, NOON)
    assert keeper.judge(jumped, ISSUED, LATEST) == "unknown"
    keeper.confirm(jumped, NOON + timedelta(days=2))
    assert keeper.judge(jumped, ISSUED, LATEST) == "synchronised"


def test_c5_a_jump_is_forgotten_when_time_returns() -> None:
    keeper = Timekeeper()
    keeper.judge(at(NOON), ISSUED, LATEST)
    assert keeper.judge(at(NOON + timedelta(days=3), 10.0), ISSUED, LATEST) == "unknown"
    assert keeper.judge(at(NOON + timedelta(seconds=20), 20.0), ISSUED, LATEST) == "synchronised"


def test_c3_a_jump_of_an_hour_is_believed() -> None:
    keeper = Timekeeper()
    keeper.judge(at(NOON), ISSUED, LATEST)
    assert keeper.judge(at(NOON + timedelta(hours=1), 1.0), ISSUED, LATEST) == "synchronised"


def test_days_that_pass_are_no_jump() -> None:
    keeper = Timekeeper()
    keeper.judge(at(NOON), ISSUED, LATEST)
    later = at(NOON + timedelta(days=5), 5 * 86400.0)
    assert keeper.judge(later, ISSUED, LATEST) == "synchronised"


def test_the_host_clock_is_in_utc_and_never_claims_unknown() -> None:
    first, second = HostClock().read(), HostClock().read()
    assert first.wall.utcoffset() == timedelta(0)
    assert first.monotonic_s <= second.monotonic_s
    assert first.state in ("synchronised", "unverified")
