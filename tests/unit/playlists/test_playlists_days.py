"""Weekdays, public holidays and special days: which days of a week may be spoken on."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from playlists.days import NOT_A_DAY_OF_BROADCASTS, DayRules, silent_days, windows_in
from playlists.errors import InvalidValueError
from playlists.holidays import public_holidays
from playlists.rules import EVERY_DAY, Window
from playlists.week import TIMEZONE, Week, midnight

TET = Week(2027, 5)
WORKDAYS = frozenset(range(1, 6))
EVERY = Window(EVERY_DAY, time(5, 30), time(6))
WORKDAY = Window(WORKDAYS, time(17), time(17, 30))
WEEKEND = Window(frozenset({6, 7}), time(7), time(7, 30))


def silent(week: Week, rules: DayRules) -> dict[date, str]:
    found = silent_days(week, [EVERY], rules)
    assert all(blackout.interval.duration.days == 1 for blackout in found)
    return {blackout.start.astimezone(TIMEZONE).date(): blackout.why for blackout in found}


def test_tet_2027_begins_on_the_4th_of_february_by_the_maintained_library() -> None:
    assert [(found.day, found.name) for found in public_holidays(TET)] == [
        (date(2027, 2, 4), "29 Tết"),
        (date(2027, 2, 5), "Giao thừa Tết Nguyên Đán"),
        (date(2027, 2, 6), "Tết Nguyên Đán"),
        (date(2027, 2, 7), "Mùng hai Tết Nguyên Đán"),
    ]
    assert [found.day.day for found in public_holidays(TET.next)] == [8, 9, 10]


@pytest.mark.parametrize(
    ("day", "chinese"),
    [
        (date(2007, 2, 17), date(2007, 2, 18)),
        (date(2026, 2, 17), date(2026, 2, 17)),
        (date(2027, 2, 6), date(2027, 2, 6)),
        (date(2030, 2, 2), date(2030, 2, 3)),
    ],
)
def test_tet_is_reckoned_for_the_meridian_of_hanoi_not_of_beijing(day: date, chinese: date) -> None:
    named = {found.day: found.name for week in {Week.on(day), Week.on(chinese)} for found in public_holidays(week)}
    assert named[day] == "Tết Nguyên Đán"
    assert day == chinese or named.get(chinese) != "Tết Nguyên Đán"


def test_2026_w53_has_the_new_year_s_day_of_2027_and_2027_w01_has_none() -> None:
    assert [(found.day, found.name) for found in public_holidays(Week(2026, 53))] == [
        (date(2027, 1, 1), "Tết Dương lịch")
    ]
    assert public_holidays(Week(2027, 1)) == ()


def test_a_silent_holiday_is_silent_from_midnight_to_midnight_with_its_name() -> None:
    rules = DayRules(holidays="silent")
    assert silent(TET, rules) == {
        date(2027, 2, 4): "29 Tết",
        date(2027, 2, 5): "Giao thừa Tết Nguyên Đán",
        date(2027, 2, 6): "Tết Nguyên Đán",
        date(2027, 2, 7): "Mùng hai Tết Nguyên Đán",
        date(2027, 2, 8): "Mùng ba Tết Nguyên Đán",  # the Monday after, into which Sunday's windows may last
    }
    assert silent_days(TET, [], rules)[0].start == midnight(date(2027, 2, 4))
    assert windows_in(TET, [EVERY, WEEKEND], rules) == (EVERY, WEEKEND)


def test_a_window_over_midnight_is_silent_to_its_end() -> None:
    late = Window(frozenset({7}), time(23, 30), time(0, 30))
    *_, sunday = silent_days(Week(2026, 48), [EVERY, late], DayRules(days=WORKDAYS))
    assert sunday.end == Week(2026, 48).end + timedelta(minutes=30)


def test_a_holiday_as_usual_changes_nothing() -> None:
    assert silent(TET, DayRules()) == {}
    assert windows_in(TET, [EVERY, WORKDAY], DayRules()) == (EVERY, WORKDAY)


def test_a_holiday_as_a_sunday_has_sunday_s_windows_and_no_others() -> None:
    every, workday, weekend = windows_in(TET, [EVERY, WORKDAY, WEEKEND], DayRules(holidays="as_sunday"))
    assert every == EVERY
    assert workday.days == {1, 2, 3}
    assert weekend.days == {4, 5, 6, 7}
    assert silent(TET, DayRules(holidays="as_sunday")) == {}


def test_a_holiday_as_a_sunday_is_silent_where_sundays_are() -> None:
    found = silent(TET, DayRules(days=WORKDAYS, holidays="as_sunday"))
    assert found[date(2027, 2, 4)] == "29 Tết"
    assert found[date(2027, 2, 7)] == "Mùng hai Tết Nguyên Đán"
    assert date(2027, 2, 3) not in found


def test_a_window_only_on_holidays_workdays_falls_away() -> None:
    thursday = Window(frozenset({4}), time(17), time(17, 30))
    assert windows_in(TET, [thursday], DayRules(holidays="as_sunday")) == ()


def test_weekends_are_silent_under_the_five_day_rule_but_in_special_cases() -> None:
    week = Week(2026, 48)
    saturday, sunday = week.days[5:]
    assert silent(week, DayRules(days=WORKDAYS)) == dict.fromkeys((saturday, sunday), NOT_A_DAY_OF_BROADCASTS)
    assert set(silent(week, DayRules(days=WORKDAYS, special=frozenset({saturday})))) == {sunday}


def test_a_special_day_is_as_usual_even_on_a_holiday() -> None:
    rules = DayRules(holidays="silent", special=frozenset({date(2027, 2, 6)}))
    assert date(2027, 2, 6) not in silent(TET, rules)
    assert date(2027, 2, 5) in silent(TET, rules)


def test_days_that_are_none_are_refused() -> None:
    for days in (frozenset(), frozenset({0}), frozenset({8})):
        with pytest.raises(InvalidValueError, match=r"1 \(Monday\) to 7 \(Sunday\)"):
            DayRules(days=days)
