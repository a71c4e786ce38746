"""The preview's picture and page, as functions of what is to be shown; no text becomes markup (E14)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from playlists.audio.loudness import Loudness
from playlists.audio.settings import SoundSettings
from playlists.audio.trace import Trace, outline
from playlists.clip import Clip
from playlists.manuscript import read_manuscript
from scheduler.rendering import Refused, RenderedTurn, Rendering
from scheduler.reports.picture import clock, picture
from scheduler.reports.preview import Previewed, preview_page, transcript
from scheduler.sentence import Sentence
from tts.normalise import read
from tts.speech import SECOND, Mark, Speech

RATE = 24_000
HOSTILE = "<script>alert(1)</script>\" onload='x' {{ 7*7 }} {title} </svg>"
MANUSCRIPT = """\
+++
title = "Họp xóm"
field = "Chỉ đạo, điều hành"
unit = "UBND xã Thử"
valid from = "2026-11-23"
valid to = "2026-11-29"
+++
Họp lúc 19h30 ngày 25/11 tại nhà văn hóa.
Mang theo CCCD. Mời bà con XYZT.
"""
SVG = "{http://www.w3.org/2000/svg}"


def marks(count: int, every_s: float = 10) -> tuple[Mark, ...]:
    return tuple(
        Mark(n * every_s * SECOND, (n * every_s + every_s * 0.9) * SECOND, f"câu thứ {n + 1}.") for n in range(count)
    )


def trace(seconds: float = 60, *, lufs: float = -16.0, peak: float = -3.1) -> Trace:
    sound = Speech.silence(seconds * SECOND, RATE)
    levels = tuple(-16.0 for _ in range(max(0, round(10 * seconds) - 29)))
    return Trace(sound, outline(sound), levels, Loudness(lufs, peak))


def shown(seconds: float = 60, text: str = MANUSCRIPT, **turn: object) -> Previewed:
    measured = trace(seconds)
    bulletin = replace(read_manuscript("tin.md", text.encode(), today=date(2026, 11, 22)).bulletin, id="b001")
    clip = Clip("ab" * 32, 602_400, measured.sound.samples, RATE, measured.duration, "bulletin")
    one = RenderedTurn("espeak northern", (), marks(6))
    return Previewed(
        bulletin, read(text.split("+++\n")[2]), Rendering((replace(one, **turn),)), clip, measured, SoundSettings()
    )


def page(previewed: Previewed) -> str:
    drawn = picture(previewed.trace, previewed.rendering.marks, previewed.sound.loudness_lufs)
    return preview_page(previewed, "b001.mp3", drawn)


def drawn(*given: object) -> ElementTree.Element:
    return ElementTree.fromstring(picture(*given))  # type: ignore[arg-type]


def test_the_picture_has_wave_sentences_loudness_target_and_time() -> None:
    svg = drawn(trace(60), marks(6), -16.0)
    kinds = [node.get("class") for node in svg.iter() if node.get("class")]
    assert [kinds.count(kind) for kind in ("wave", "said", "start", "number", "loud", "target")] == [1, 6, 6, 6, 1, 1]
    assert [node.text for node in svg.iter(f"{SVG}title")] == [f"{n}. câu thứ {n}." for n in range(1, 7)]
    times = [node.text for node in svg.iter(f"{SVG}text") if node.get("class") == "time"]
    assert times[0] == "0:00"
    assert times[-1] == "1:00"
    assert len(times) <= 15


def test_a_mark_stands_at_its_time_on_the_axis() -> None:
    """Half the clip is half the axis, and a sentence is as wide as it is long."""
    svg = drawn(trace(60), [Mark(30 * SECOND, 45 * SECOND, "giữa.")], -16.0)
    left, right = float(svg.get("data-left", "")), float(svg.get("data-right", ""))
    (said,) = [node for node in svg.iter(f"{SVG}rect") if node.get("class") == "said"]
    assert float(said.get("x", "")) == pytest.approx((left + right) / 2, abs=0.1)
    assert float(said.get("width", "")) == pytest.approx((right - left) / 4, abs=0.2)
    assert float(svg.get("data-seconds", "")) == 60


def test_loudness_is_drawn_at_the_end_of_its_three_seconds_and_higher_when_louder() -> None:
    quiet_then_loud = replace(trace(63), short_term=(-22.0,) * 300 + (-16.0,) * 301)
    svg = drawn(quiet_then_loud, (), -16.0)
    (line,) = svg.iter(f"{SVG}polyline")
    points = [tuple(map(float, point.split(","))) for point in line.get("points", "").split()]
    left, right = float(svg.get("data-left", "")), float(svg.get("data-right", ""))
    assert points[0][0] == pytest.approx(left + (right - left) * 3 / 63, abs=0.1)
    (target,) = [float(node.get("y1", "")) for node in svg.iter() if node.get("class") == "target"]
    assert points[-1][1] == target
    assert points[0][1] > target, "below the target is lower on the picture"


@pytest.mark.parametrize("seconds", [0.5, 3, 59.9, 700, 5000])
def test_any_length_gives_a_picture_that_can_be_read(seconds: float) -> None:
    svg = drawn(trace(seconds), marks(int(seconds / 3), 3), -16.0)
    for kind, apart in (("number", 25), ("time", 70)):
        at = [float(node.get("x", "")) for node in svg.iter(f"{SVG}text") if node.get("class") == kind]
        assert all(later - earlier >= apart for earlier, later in pairwise(at))
    assert len(ElementTree.tostring(svg)) < 600_000


def test_the_page_says_who_spoke_how_loud_how_long_and_what_to_look_at() -> None:
    html = page(shown())
    for text in (
        "Họp xóm",
        "espeak northern",
        "1:00",
        "602 kB",
        "−16,0 LUFS",
        "−3,1 dBTP",
        "XYZT",
        "b001.mp3",
        "ab" * 6,
    ):
        assert text in html, text
    assert html.count("data-start=") == 6
    assert 'data-start="10.000"' in html
    assert "mười chín giờ ba mươi phút" in html, "a rewrite stands in its table"


def test_a_voice_that_could_not_speak_is_named_with_its_reason() -> None:
    refused = (Refused("google", Sentence("an answer within {limit_s} s was expected", limit_s=15)),)
    html = page(shown(refused=refused))
    assert "google" in html
    assert "within 15 s" in html


def test_of_two_voices_each_is_named_where_it_begins() -> None:
    previewed = shown()
    (turn,) = previewed.rendering.turns
    both = Rendering((replace(turn, voice="giọng nam"), replace(turn, voice="giọng nữ")))
    html = page(replace(previewed, rendering=both))
    assert html.count('<li class="voice">') == 2
    assert html.count("data-start=") == 12


def test_sound_off_its_target_is_marked() -> None:
    assert 'class="off"' not in page(shown())
    assert page(replace(shown(), trace=trace(lufs=-18.2))).count('class="off"') == 1
    assert page(replace(shown(), trace=trace(peak=-0.5))).count('class="off"') == 1


def test_e14_no_text_becomes_markup() -> None:
    refused = (Refused(HOSTILE, Sentence("{why}", why=HOSTILE)),)
    previewed = shown(voice=HOSTILE, refused=refused, marks=(Mark(SECOND, 2 * SECOND, HOSTILE),))
    previewed = replace(
        previewed,
        bulletin=replace(previewed.bulletin, title=HOSTILE, unit=HOSTILE, text=HOSTILE),
        reading=read(f"{HOSTILE} 19h30 XYZT"),
    )
    html = page(previewed)
    assert "<script>alert" not in html
    assert "49" not in re.sub(r"\d*[.,]\d+", "", html.split("<svg")[0]), "a template in a title is not run"
    assert html.count("<script>") == html.count("</script>") == 1
    assert html.count("</svg>") == 1
    assert not re.findall(r"<[a-z][^>]*\sonload", html)
    ElementTree.fromstring(html[html.index("<svg") : html.index("</svg>") + 6])


def test_the_page_needs_no_network() -> None:
    html = page(shown()).replace("http://www.w3.org/2000/svg", "")
    assert "://" not in html
    assert re.findall(r'(?:src|href)="([^"]*)"', html) == ["b001.mp3"]


def test_a_recording_without_sentences_still_has_its_words() -> None:
    previewed = shown(marks=())
    assert previewed.reading.words.split("\n")[0] in page(previewed)
    assert previewed.reading.words.split("\n")[0] in transcript(previewed)


def test_the_transcript_has_each_sentence_with_its_start() -> None:
    lines = transcript(shown(marks=marks(8, 10.5))).splitlines()
    assert lines[:2] == ["Họp xóm", ""]
    assert lines[2] == "0:00  câu thứ 1."
    assert lines[-1] == "1:13  câu thứ 8."


def test_the_clock_is_that_of_a_player() -> None:
    assert [clock(s * SECOND) for s in (0, 9.99, 60, 754.2)] == ["0:00", "0:09", "1:00", "12:34"]
    assert clock(timedelta(minutes=75)) == "75:00"
