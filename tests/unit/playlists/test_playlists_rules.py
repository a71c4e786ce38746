from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from playlists.errors import InvalidValueError
from playlists.interval import Interval
from playlists.rules import EVERY_DAY, Blackout, QuietHours, Relay, Window, quiet_violation
from playlists.slot import Programme
from playlists.week import TIMEZONE, Week
from playlists.xom import Xom

WEEK = Week(2026, 48)
MONDAY = WEEK.start


def test_vendor_bug_sunday_is_day_7_and_has_its_window() -> None:
    window = Window(frozenset({7}), time(5, 30), time(6, 15))
    (interval,) = window.intervals(WEEK)
    assert interval.start == MONDAY + timedelta(days=6, hours=5, minutes=30)
    assert interval.duration == timedelta(minutes=45)


def test_sunday_written_as_0_is_refused_rather_than_never_played() -> None:
    with pytest.raises(InvalidValueError, match=r"1 \(Monday\) to 7 \(Sunday\)"):
        Window(frozenset({0}), time(5), time(6))


def test_vendor_bug_a_window_across_midnight_is_not_cut() -> None:
    window = Window(frozenset({1}), time(23, 30), time(0, 30))
    (interval,) = window.intervals(WEEK)
    assert interval.start == MONDAY + timedelta(hours=23, minutes=30)
    assert interval.end == MONDAY + timedelta(days=1, minutes=30)


def test_a_window_of_sunday_night_belongs_to_this_week_whole() -> None:
    (interval,) = Window(frozenset({7}), time(23), time(1)).intervals(WEEK)
    assert interval.end == WEEK.end + timedelta(hours=1)


def test_vendor_bug_the_5_am_window_is_in_local_time_not_on_the_utc_day() -> None:
    (interval,) = Window(frozenset({1}), time(5), time(6)).intervals(WEEK)
    assert interval.start.isoformat() == "2026-11-23T05:00:00+07:00"
    assert interval.start.timestamp() == datetime.fromisoformat("2026-11-22T22:00:00+00:00").timestamp()


def test_c11_quiet_hours_over_midnight_cover_both_edges_of_the_week() -> None:
    nights = QuietHours(time(21), time(5)).intervals(WEEK)
    covered = [
        any(night.contains(instant) for night in nights) for instant in (MONDAY, WEEK.end - timedelta(seconds=1))
    ]
    assert covered == [True, True]
    assert not any(night.contains(MONDAY + timedelta(hours=5)) for night in nights)
    assert any(night.contains(MONDAY + timedelta(hours=21)) for night in nights)


def test_i8_trung_loc_03_15_breaks_the_quiet_hours() -> None:
    start = datetime(2025, 12, 5, 3, 15, tzinfo=TIMEZONE)
    night = QuietHours(time(21), time(5))
    assert quiet_violation(Interval(start, start + timedelta(minutes=20)), [night]) == night


@pytest.mark.parametrize(
    ("start", "end", "broken"),
    [((20, 55), (21, 0), False), ((20, 58), (21, 3), True), ((4, 59), (5, 1), True), ((5, 0), (5, 30), False)],
)
def test_c11_sound_must_end_before_the_quiet_hours_and_start_after(
    start: tuple[int, int], end: tuple[int, int], broken: bool
) -> None:
    day = WEEK.days[6]
    span = Interval(
        datetime.combine(day, time(*start), TIMEZONE),
        datetime.combine(day, time(*end), TIMEZONE),
    )
    assert (quiet_violation(span, [QuietHours(time(21), time(5))]) is not None) is broken


def test_a_relay_over_midnight_of_sunday_reaches_into_monday() -> None:
    relay = Relay(frozenset({7}), time(23, 30), time(0, 30), None, "VOV1")
    assert any(block.contains(MONDAY + timedelta(minutes=10)) for block in relay.intervals(WEEK))
    assert relay.concerns("x1")
    assert not Relay(EVERY_DAY, time(5), time(6), frozenset({"x2"}), "VOV1").concerns("x1")


def test_values_that_break_their_own_rules_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="end after it starts"):
        Blackout(MONDAY, MONDAY, "tang lễ")
    with pytest.raises(InvalidValueError, match="time zone"):
        Interval(datetime(2026, 11, 23), datetime(2026, 11, 24))  # noqa: DTZ001
    with pytest.raises(InvalidValueError, match="without a zone"):
        Window(EVERY_DAY, time(5, tzinfo=TIMEZONE), time(6))
    with pytest.raises(InvalidValueError, match="at least one bulletin"):
        Programme("x1", MONDAY, MONDAY + timedelta(minutes=1), ())
    for bad in ("", "#", "a/b", "+", "../x", "x y"):
        with pytest.raises(InvalidValueError, match="letters, digits"):
            Xom(bad, "Xóm 1")
