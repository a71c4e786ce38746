"""Numbers, days and times read as a peer reads them, where that one is right (sea-g2p says lẻ for linh, bốn for tư)."""

import re
from datetime import date
from typing import Any, cast

import sea_g2p
from hypothesis import given
from hypothesis import strategies as st

from tts.normalise import read

_PEER = cast("Any", sea_g2p).Normalizer()


def _peer(written: str) -> str:
    """The peer's words in our choice among the usual ones."""
    words = re.sub(r"[^\w\s]", " ", str(_PEER.normalize(written)).lower())
    words = re.sub(r"\blẻ\b", "linh", " ".join(words.split()))
    return re.sub(r"(?<=mươi) bốn\b", " tư", words)


def _ours(written: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", read(written).words).split())


@given(st.integers(0, 999_999_999))
def test_grouped_numbers(number: int) -> None:
    written = f"{number:,}".replace(",", ".") + " người"
    assert _ours(written) == _peer(written)


@given(
    st.dates(date(1950, 1, 1), date(2100, 12, 31)).filter(lambda day: day.month != 5)
)  # the peer drops one năm in May
def test_days(day: date) -> None:
    written = f"ngày {day.day}/{day.month}/{day.year}"
    assert _ours(written) == _peer(written)


@given(st.integers(0, 23), st.integers(10, 59))
def test_times(hour: int, minute: int) -> None:
    written = f"lúc {hour}h{minute}"
    assert _ours(written) == _peer(written)
