"""Instants as operators type them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.week import Week
from scheduler.cli.moments import NAMES, MomentError, read_day, read_instant, read_moment, read_span, read_time

WEEK = Week(2026, 48)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return WEEK.start + timedelta(days=day - 1, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("tue", at(2)),
        ("Tue", at(2)),
        ("Thứ ba", at(2)),
        ("thứ 3", at(2)),
        ("t3", at(2)),
        ("T3 16:00", at(2, 16)),
        ("t3 16h", at(2, 16)),
        ("t3 16h30", at(2, 16, 30)),
        ("thứ tư 5g", at(3, 5)),
        ("thu", at(4)),
        ("Thứ năm 05:30", at(4, 5, 30)),
        ("CN", at(7)),
        ("chủ nhật 24:00", at(8)),
        ("24/11", at(2)),
        ("24/11/2026 05:30", at(2, 5, 30)),
        ("2026-11-24 5:30", at(2, 5, 30)),
        ("T3 24/11 05:30:15", at(2, 5, 30) + timedelta(seconds=15)),
    ],
)
def test_a_moment(text: str, instant: datetime) -> None:
    assert read_moment(text, WEEK) == instant


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Tue 16:00-19:00", at(2, 16), at(2, 19)),
        ("thứ ba 16h - 19h30", at(2, 16), at(2, 19, 30)),
        ("t3 16h đến 19h", at(2, 16), at(2, 19)),
        ("tue 16:00 to 19:00", at(2, 16), at(2, 19)),
        ("t3 22:00-05:00", at(2, 22), at(3, 5)),
        ("t3 22:00 - t4 05:00", at(2, 22), at(3, 5)),
        ("t3", at(2), at(3)),
        ("t3-t5", at(2), at(5)),
        ("t3 12:00 – t5", at(2, 12), at(5)),
        ("cn 22:00-02:00", at(7, 22), at(8, 2)),
        ("2026-11-24 16:00-19:00", at(2, 16), at(2, 19)),
        ("24/11-25/11", at(2), at(4)),
    ],
)
def test_a_span(text: str, start: datetime, end: datetime) -> None:
    assert read_span(text, WEEK) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "thứ",
        "t8",
        "t1",
        "30/11",
        "24/11/2025",
        "t4 24/11",
        "tue 25:00",
        "tue 16:75",
        "tue 16:30:75",
        "16:00",
        "mai",
    ],
)
def test_what_names_no_instant_of_the_week_is_not_guessed(text: str) -> None:
    with pytest.raises(MomentError):
        read_moment(text, WEEK)


@pytest.mark.parametrize("text", ["16:00-19:00", "tue 16:00", "t5-t3", "t3-t4-t5", "tue 16:00-", "-19:00", "tue x-y"])
def test_what_is_no_span_is_not_guessed(text: str) -> None:
    with pytest.raises(MomentError):
        read_span(text, WEEK)


NOW = at(2, 13, 20)
"""Tuesday 24 November 2026, 13:20."""


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("t4 6h30", at(3, 6, 30)),
        ("t3 17:30", at(2, 17, 30)),
        ("t3 12:00", at(9, 12)),  # its hour of today is over: the next one
        ("t2 05:30", at(8, 5, 30)),
        ("24/11 05:30", at(2, 5, 30)),
        ("5/12 17:10", at(13, 17, 10)),
        ("2/1 17:10", at(41, 17, 10)),  # of next year
        ("3/1/2027 17:10", at(42, 17, 10)),
        ("2026-11-20 06:30", at(-2, 6, 30)),
        ("CN 03/01 17:42:56", at(42, 17, 42) + timedelta(seconds=56)),
    ],
)
def test_an_instant_is_the_next_of_its_name_and_the_nearest_of_its_date(text: str, instant: datetime) -> None:
    assert read_instant(text, NOW) == instant


@pytest.mark.parametrize(
    "text", ["", "t3", "24/11", "2026-11-24", "17:30", "t3 16h-19h", "T2 03/01 17:10", "31/11 6:30"]
)
def test_what_lacks_its_day_or_its_hour_is_no_instant(text: str) -> None:
    with pytest.raises(MomentError):
        read_instant(text, NOW)


def test_a_day_has_no_hour_and_a_time_no_day() -> None:
    assert [read_day(text, WEEK) for text in ("t3", "24/11", "Thứ ba")] == [date(2026, 11, 24)] * 3
    assert [read_time(text) for text in ("17:30", "17h30", "5g")] == [time(17, 30), time(17, 30), time(5)]
    for text in ("t3 17:00", "17:00", "30/11", ""):
        with pytest.raises(MomentError):
            read_day(text, WEEK)
    for text in ("t3 17:00", "t3", "25:00", "24:00", "17", ""):
        with pytest.raises(MomentError):
            read_time(text)


@given(st.integers(0, 6), st.integers(0, 23), st.integers(0, 59), st.data())
def test_every_name_of_a_day_is_that_day(day: int, hour: int, minute: int, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES[day]))
    assert read_moment(f"{name.upper()}  {hour}:{minute:02d}", WEEK) == at(day + 1, hour, minute)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_moment, read_span, read_day):
        with suppress(MomentError):
            read(text, WEEK)
    with suppress(MomentError):
        read_instant(text, NOW)
    with suppress(MomentError):
        read_time(text)
