"""What a receiver takes over its 4G card."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from playlists.clip import Clip
from playlists.data import MONTH, DataUse, each_month

MINUTE = timedelta(minutes=1)


def clip(letter: str, size: int) -> Clip:
    return Clip(letter * 64, size, 24_000, 24_000, timedelta(seconds=1), "bulletin")


IDENT, SIGN_OFF = clip("1", 30_000), clip("2", 24_000)


def test_a_clip_is_fetched_once_however_often_it_sounds() -> None:
    once = each_month([clip("a", 360_000)], [], MINUTE)
    assert each_month([clip("a", 360_000)] * 5, [], MINUTE) == once
    assert once.clips == round(360_000 * 30 / 7)


def test_ident_and_sign_off_are_fetched_once_for_all_weeks() -> None:
    use = each_month([clip("a", 70_000), IDENT], [IDENT, SIGN_OFF], MINUTE)
    assert use.clips == 300_000 + 54_000


def test_a_heartbeat_a_minute_is_most_of_it() -> None:
    use = each_month([], [], MINUTE)
    assert use == DataUse(0, 43_200 * 850)
    assert each_month([], [], 10 * MINUTE).heartbeats * 10 == use.heartbeats


@given(st.lists(st.builds(clip, st.sampled_from("abcdef"), st.just(100_000))), st.integers(1, 86_400))
def test_more_clips_never_cost_less(clips: list[Clip], heartbeat_s: int) -> None:
    heartbeat = timedelta(seconds=heartbeat_s)
    less, more = each_month(clips[1:], [], heartbeat), each_month(clips, [], heartbeat)
    assert less.total <= more.total
    assert more.clips <= 6 * 100_000 * (MONTH / timedelta(days=7)) + 1
