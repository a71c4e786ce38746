import hashlib
from datetime import timedelta

import pytest

from tts.speech import Mark, Speech

Q = timedelta(seconds=0.25)


def test_samples_and_duration_follow_from_the_bytes() -> None:
    speech = Speech(bytes(2 * 11_025), 22_050)
    assert speech.samples == 11_025
    assert speech.duration == timedelta(seconds=0.5)


def test_the_digest_is_over_rate_and_samples() -> None:
    assert Speech(b"\1\0", 8000).digest == hashlib.sha256(b"8000\n\1\0").hexdigest()
    assert Speech(b"\1\0", 8000).digest != Speech(b"\1\0", 8001).digest


def test_marks_are_beside_the_sound() -> None:
    marked = Speech(b"\1\0", 8000, (Mark(timedelta(0), timedelta(seconds=1), "a"),))
    assert marked == Speech(b"\1\0", 8000)
    assert marked.digest == Speech(b"\1\0", 8000).digest


def test_silence_is_rounded_to_whole_samples() -> None:
    assert Speech.silence(timedelta(milliseconds=300), 22_050) == Speech(bytes(2 * 6615), 22_050)
    assert Speech.silence(timedelta(0), 22_050).samples == 0


def test_joining_moves_the_marks_with_their_parts() -> None:
    first = Speech(b"\1\0" * 8000, 8000, (Mark(timedelta(0), timedelta(seconds=1), "a"),))
    second = Speech(b"\2\0" * 4000, 8000, (Mark(Q * 0, Q, "b"), Mark(Q, Q * 2, "c")))
    joined = Speech.joined([first, Speech.silence(timedelta(seconds=1), 8000), second])
    assert joined.pcm == first.pcm + bytes(16_000) + second.pcm
    assert joined.marks == (
        Mark(timedelta(0), timedelta(seconds=1), "a"),
        Mark(Q * 8, Q * 9, "b"),
        Mark(Q * 9, Q * 10, "c"),
    )


@pytest.mark.parametrize(("pcm", "rate"), [(b"\0", 8000), (b"\0\0\0", 8000), (b"", 0), (b"", -1)])
def test_half_samples_and_impossible_rates_are_refused(pcm: bytes, rate: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        Speech(pcm, rate)


def test_different_rates_and_nothing_are_not_joined() -> None:
    with pytest.raises(ValueError, match="8000, 22050"):
        Speech.joined([Speech(b"", 8000), Speech(b"", 22_050)])
    with pytest.raises(ValueError, match="one rate"):
        Speech.joined([])
