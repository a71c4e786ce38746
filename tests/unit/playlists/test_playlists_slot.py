from __future__ import annotations

from datetime import timedelta

import pytest

from playlists.slot import Programme
from playlists.week import Week

START = Week(2026, 48).start
LENGTH = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("xom", "after", "expected"),
    [("x1", 0, True), ("x1", 4, True), ("x1", 5, False), ("x1", -1, False), ("x2", 0, False)],
)
def test_a_programme_sounds_in_its_xom_from_its_start_until_before_its_end(
    xom: str, after: int, expected: bool
) -> None:
    programme = Programme("x1", START, START + LENGTH, ("b1",))
    assert programme.sounds(xom, START + timedelta(minutes=after)) is expected
