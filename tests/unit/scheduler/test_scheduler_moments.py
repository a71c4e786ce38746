"""Instants as operators type them."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.week import Week
from scheduler.cli.moments import NAMES, MomentError, read_moment, read_span

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
    "text", ["", "thứ", "t8", "t1", "30/11", "24/11/2025", "tue 25:00", "tue 16:75", "16:00", "mai"]
)
def test_what_names_no_instant_of_the_week_is_not_guessed(text: str) -> None:
    with pytest.raises(MomentError):
        read_moment(text, WEEK)


@pytest.mark.parametrize("text", ["16:00-19:00", "tue 16:00", "t5-t3", "t3-t4-t5", "tue 16:00-", "-19:00", "tue x-y"])
def test_what_is_no_span_is_not_guessed(text: str) -> None:
    with pytest.raises(MomentError):
        read_span(text, WEEK)


@given(st.integers(0, 6), st.integers(0, 23), st.integers(0, 59), st.data())
def test_every_name_of_a_day_is_that_day(day: int, hour: int, minute: int, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES[day]))
    assert read_moment(f"{name.upper()}  {hour}:{minute:02d}", WEEK) == at(day + 1, hour, minute)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_moment, read_span):
        with suppress(MomentError):
            read(text, WEEK)
