from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest

from playlists.errors import InvalidValueError
from playlists.week import TIMEZONE, Week


def test_a_week_is_read_and_written_in_iso_form() -> None:
    week = Week.parse("2026-W48")
    assert (week.year, week.number, str(week)) == (2026, 48, "2026-W48")
    assert week.days[0] == date(2026, 11, 23)
    assert week.days[6] == date(2026, 11, 29)
    assert week.start.isoformat() == "2026-11-23T00:00:00+07:00"
    assert week.end - week.start == timedelta(days=7)


@pytest.mark.parametrize("text", ["2026-48", "2026W48", "2026-W5", "2026-W54", "2025-W53", "2026-W00", "٢٠٢٦-W48", ""])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="week"):
        Week.parse(text)


def test_c9_2026_has_53_weeks_and_the_1st_of_january_2027_lies_in_the_last() -> None:
    assert Week.on(date(2027, 1, 1)) == Week(2026, 53)
    assert Week(2026, 53).next == Week(2027, 1)
    assert Week(2027, 1).days[0] == date(2027, 1, 4)
    weeks = []
    week = Week(2026, 1)
    while week.year == 2026:
        weeks.append(week)
        week = week.next
    assert len(weeks) == 53


def test_c8_the_edge_of_a_week_is_vietnamese_midnight() -> None:
    week = Week(2026, 48)
    last = datetime(2026, 11, 29, 23, 59, 50, tzinfo=TIMEZONE)
    assert week.contains(last)
    assert not week.contains(last + timedelta(seconds=10))
    assert Week.of(datetime(2026, 11, 29, 17, 0, tzinfo=UTC)) == week.next
    assert Week.of(datetime(2026, 11, 29, 16, 59, 59, tzinfo=UTC)) == week


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="time zone"):
        Week.of(datetime(2026, 11, 29))  # noqa: DTZ001


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_c7_the_zone_of_the_host_changes_no_instant(zone: str) -> None:
    script = (
        "from datetime import UTC; from playlists.week import Week\n"
        "for number in (13, 43, 48): week = Week(2026, number);"
        " print(week.start.astimezone(UTC).isoformat(), week.end.timestamp())"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True
    ).stdout
    assert shown.splitlines()[2].startswith("2026-11-22T17:00:00+00:00")
    assert shown == "".join(
        f"{Week(2026, number).start.astimezone(UTC).isoformat()} {Week(2026, number).end.timestamp()}\n"
        for number in (13, 43, 48)
    )
