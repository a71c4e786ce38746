"""Where sounds meet: no click, and no gap but the pause that was set."""

import math
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from playlists_voices import decoded, of_samples, samples_of, spoken, within

from devices.receiver.player import Programme, ProgrammeClip
from devices.receiver.sinks.decode import Decoding
from playlists import render
from playlists.audio import ffmpeg
from playlists.audio.settings import SoundSettings
from playlists.clip import Clip, Codec
from tts.speech import Speech

SECOND = timedelta(seconds=1)
RATE = 24_000
PITCH = 620
PAUSE = timedelta(milliseconds=700)
GAP = timedelta(seconds=2)
GRID = timedelta(seconds=1 / render.GRIDS_PER_S)
EDGE = timedelta(milliseconds=25)  # what is kept around a sound when its silence is cut away
AUDIBLE = 200  # of 32,768

CODECS: tuple[Codec, ...] = ("mp3", "opus")


def cut_tone(peak: float, seconds: float) -> Speech:
    """Begins at its crest and ends anywhere: whoever joins it as it is hears a click."""
    count = round(seconds * RATE)
    return of_samples([peak * math.cos(2 * math.pi * PITCH * n / RATE) for n in range(count)], RATE)


def steepest_step(samples: list[int]) -> int:
    return max(abs(after - before) for before, after in pairwise(samples))


def joins(samples: list[int], rate: int) -> list[tuple[int, int]]:
    """The silences of at least an eighth of a second: the sample after the last sound, and the first sound again."""
    loud = [place for place, sample in enumerate(samples) if abs(sample) > AUDIBLE]
    edges = [-1, *loud, len(samples)]
    return [(before + 1, after) for before, after in pairwise(edges) if after - before > rate // 8]


def programme(clips: list[Clip], folder: Path) -> Speech:
    """As the receiver plays it."""
    items = tuple(ProgrammeClip(clip.path(folder), clip.samples, clip.rate, clip.codec) for clip in clips)
    decoding = Decoding(ffmpeg.program(), Programme("s", items, round(GAP / timedelta(milliseconds=1))))
    pcm = b"".join(iter(lambda: decoding.read(50_000), b""))
    assert decoding.fault() == ""
    decoding.close()
    return Speech(pcm, clips[0].rate)


@pytest.mark.parametrize("codec", CODECS)
def test_no_click_where_the_turns_of_a_bulletin_and_the_clips_of_a_programme_meet(codec: Codec, tmp_path: Path) -> None:
    """A tone moves no faster anywhere than in its middle; as it came it jumps by its whole height."""
    settings = SoundSettings(codec=codec)
    tones = [cut_tone(20_000, 1.003), cut_tone(500, 0.8017)]
    first = render.render_bulletin([tones[0], PAUSE, tones[1]], settings, tmp_path).clip
    second = render.render_bulletin([cut_tone(9_000, 1.2)], settings, tmp_path).clip
    whole = programme([first, second], tmp_path)
    steady = steepest_step(samples_of(within(whole, 0.5 * SECOND, 0.9 * SECOND)))
    assert steepest_step(samples_of(whole)) <= 1.25 * steady
    assert abs(samples_of(tones[0])[0]) > 5 * steady, "the tone as it came would click"


@pytest.mark.parametrize("codec", CODECS)
def test_speech_rises_from_silence_and_falls_into_it(codec: Codec, tmp_path: Path) -> None:
    said = [spoken("espeak", "kính thưa bà con."), PAUSE, spoken("espeak-south", "tin tức trong ngày.")]
    clip = render.render_bulletin(said, SoundSettings(codec=codec), tmp_path).clip
    samples = samples_of(programme([clip, clip], tmp_path))
    steps = [abs(after - before) for before, after in pairwise(samples)]
    near = round(0.003 * RATE)
    found = joins(samples, RATE)
    assert len(found) >= 5  # before, between the turns, between the clips, between the turns, after
    for start, end in found:
        before, after = steps[max(0, start - near) : start], steps[end - 1 : end + near]
        assert max(before, default=0) < 1_000
        assert max(after, default=0) < 1_000


@pytest.mark.parametrize("codec", CODECS)
def test_the_gaps_are_the_pauses_that_were_set(codec: Codec, tmp_path: Path) -> None:
    settings = SoundSettings(codec=codec)
    clip = render.render_bulletin([cut_tone(9_000, 1.0), PAUSE, cut_tone(9_000, 1.0)], settings, tmp_path).clip
    samples = samples_of(programme([clip, clip], tmp_path))
    _, first, clips, second, _ = ((end - start) / RATE * SECOND for start, end in joins(samples, RATE))
    between_clips = settings.tail + GAP + settings.lead
    for gap in (first, second):
        assert PAUSE - EDGE <= gap <= PAUSE + 2 * EDGE
    assert between_clips - EDGE <= clips <= between_clips + GRID + 2 * EDGE


def test_a_clip_lasts_a_whole_number_of_tenths(tmp_path: Path) -> None:
    for milliseconds in (301, 950, 1_333):
        clip = render.render_bulletin([cut_tone(9_000, milliseconds / 1000)], SoundSettings(), tmp_path).clip
        assert clip.samples % (RATE // render.GRIDS_PER_S) == 0
        assert decoded(clip, tmp_path).samples == clip.samples
