"""Unusual hours are named before they sound: which xóm, which instant, what allows it."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from playlists.rules import EVERY_DAY, QuietHours, Relay, Window
from playlists.slot import Programme
from playlists.week import TIMEZONE, Week
from playlists.xom import Xom
from scheduler.usecases.unusual_hours import unusual_programmes, unusual_relays, unusual_windows

WEEK = Week(2026, 48)
NIGHT = Window(EVERY_DAY, time(3), time(4))
MORNING = Window(EVERY_DAY, time(5), time(6))
EVENING = Window(EVERY_DAY, time(17), time(21))
XOM = (Xom("x1", "Xóm 1", windows=(NIGHT, MORNING)), Xom("x2", "Xóm 2", windows=(NIGHT, EVENING)))
QUIET = (QuietHours(time(21), time(5)),)


def programme(xom: str, hour: int, minute: int = 0, *, day: int = 0, minutes: int = 5) -> Programme:
    start = datetime.combine(WEEK.days[day], time(hour, minute), TIMEZONE)
    return Programme(xom, start, start + timedelta(minutes=minutes), ("b1",))


def test_trung_loc_03_15_a_programme_is_named_with_its_xom_its_instant_and_the_window_that_allows_it() -> None:
    (found,) = unusual_programmes([programme("x1", 3, 15), programme("x2", 3, 15), programme("x1", 5, 30)], XOM)
    assert found.xom == ("Xóm 1", "Xóm 2")
    assert found.start == datetime(2026, 11, 23, 3, 15, tzinfo=TIMEZONE)
    assert str(found.cause) == "it is night, and the window 03:00-04:00 allows it"
    assert found.sounds


def test_trung_loc_03_15_a_relay_set_to_the_night_is_named_once_with_the_quiet_hours() -> None:
    relay = Relay(EVERY_DAY, time(3, 15), time(3, 35), frozenset({"x1"}), "VOV1")
    (found,) = unusual_relays(WEEK, [relay], QUIET, {"x1": "Xóm 1"})
    assert (found.xom, found.start.hour, found.start.minute) == (("Xóm 1",), 3, 15)
    assert str(found.cause) == "the relay of VOV1 is set into the quiet hours 21:00-05:00"
    (by_night,) = unusual_relays(WEEK, [relay], (), {})
    assert str(by_night.cause) == "the relay of VOV1 is set to this hour"


def test_a_relay_by_day_is_not_named() -> None:
    assert not list(unusual_relays(WEEK, [Relay(EVERY_DAY, time(5), time(5, 30), None, "VOV1")], QUIET, {}))


def test_the_edges_of_the_day_are_usual_and_a_minute_beyond_is_not() -> None:
    edges = [programme("x1", 5), programme("x2", 20, 55)]
    assert not list(unusual_programmes(edges, XOM))
    beyond = [programme("x1", 4, 59), programme("x2", 20, 56)]
    assert [item.start for item in unusual_programmes(beyond, XOM)] == [item.start for item in beyond]


def test_an_hour_the_station_did_not_use_of_late_is_named() -> None:
    used = frozenset({time(5, 30), time(17, 5)})
    new = [programme("x1", 6, 30), programme("x2", 18, 10, day=2), programme("x2", 12)]
    found = list(unusual_programmes(new, XOM, used))
    assert [(item.start.hour, item.start.minute) for item in found] == [(18, 10), (12, 0)]
    assert str(found[0].cause) == "the station has not spoken at this hour in the last 4 weeks"


def test_in_a_station_s_first_week_every_hour_of_the_day_is_as_usual_as_another() -> None:
    assert not list(unusual_programmes([programme("x2", 12)], XOM, frozenset()))


def test_a_window_that_allows_the_night_is_named_though_nothing_sounds_in_it() -> None:
    (found,) = unusual_windows(WEEK, XOM, [NIGHT, MORNING])
    assert (found.xom, found.sounds) == ((), False)
    assert str(found.cause) == "the window 03:00-04:00 allows the night"
    (own,) = unusual_windows(WEEK, XOM, [MORNING])
    assert own.xom == ("Xóm 1", "Xóm 2")
