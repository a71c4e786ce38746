"""A music bed: heard before and after, well below the voice while it speaks, and the clip as loud as any other."""

import math
from datetime import timedelta
from pathlib import Path

import pytest
from playlists_voices import decoded, of_samples, samples_of, spoken, within

from playlists import render
from playlists.audio import ffmpeg, loudness
from playlists.audio.check import check
from playlists.audio.music import AFTER, BEFORE, Bed
from playlists.audio.settings import SoundSettings
from playlists.errors import InvalidValueError, SoundError
from tts.speech import Mark, Speech

SECOND = timedelta(seconds=1)
RATE = 24_000
PITCH = 4_000  # one note, so that a narrow filter finds the music under the voice
SETTINGS = SoundSettings()


def music(seconds: float, peak: float = 6_000, rate: int = RATE) -> Speech:
    count = round(seconds * rate)
    return of_samples([peak * math.sin(2 * math.pi * PITCH * n / rate) for n in range(count)], rate)


@pytest.fixture(scope="module")
def speech() -> Speech:
    return spoken("espeak")


def level(sound: Speech, start: timedelta, end: timedelta, *filters: str) -> float:
    """The mean in dBFS of a stretch after the filters."""
    trim = f"atrim={start / SECOND:.3f}:{end / SECOND:.3f}"
    chain = ",".join([*filters, trim, "astats=measure_perchannel=none:measure_overall=RMS_level"])
    log = ffmpeg.run([*ffmpeg.pcm_input(sound.rate), "-af", chain, "-f", "null", "-"], sound.pcm).log
    return float(log.rsplit("RMS level dB:", 1)[1].split()[0])


NOTE = (f"bandpass=f={PITCH}:width_type=h:width=12",) * 2


@pytest.mark.parametrize("under_db", [12.0, 18.0, 26.0])
def test_the_voice_stands_clearly_above_the_music(speech: Speech, under_db: float, tmp_path: Path) -> None:
    rendered = render.render_bulletin([speech], SETTINGS, tmp_path, bed=Bed(music(30), under_db))
    sound = decoded(rendered.clip, tmp_path)
    first, last = rendered.marks[0].start, rendered.marks[-1].end
    voice = level(sound, first, last)
    under = level(sound, first + SECOND, last - SECOND, *NOTE)
    alone = level(sound, SETTINGS.lead + 1.5 * SECOND, first - 0.2 * SECOND, *NOTE)
    assert voice - under >= under_db - 4, "some of the voice passes the narrow filter, and some pauses"
    assert alone - under >= under_db - 10, "before the words it is heard"
    assert voice - alone >= 2, "and even then it is softer than the voice"


def test_a_bulletin_with_music_is_as_loud_as_any_other(speech: Speech, tmp_path: Path) -> None:
    for codec in ("mp3", "opus"):
        settings = SoundSettings(codec=codec)
        clip = render.render_bulletin([speech], settings, tmp_path, bed=Bed(music(30))).clip
        measured = loudness.of_file(clip.path(tmp_path), clip.rate, clip.codec).loudness
        assert abs(measured.integrated - settings.loudness_lufs) <= 0.5
        assert measured.true_peak <= settings.peak_dbtp
        assert clip.samples % (clip.rate // render.GRIDS_PER_S) == 0


def test_the_music_comes_before_the_words_and_fades_after_them(speech: Speech, tmp_path: Path) -> None:
    rendered = render.render_bulletin([speech], SETTINGS, tmp_path, bed=Bed(music(30)))
    sound = decoded(rendered.clip, tmp_path)
    first, last = rendered.marks[0].start, rendered.marks[-1].end
    assert abs(first - SETTINGS.lead - BEFORE) < 0.1 * SECOND
    assert abs(sound.duration - last - AFTER - SETTINGS.tail) < 0.2 * SECOND
    for quiet, loud in ((timedelta(0), 2 * SECOND), (sound.duration - 0.1 * SECOND, last + 0.6 * SECOND)):
        tenth = 0.1 * SECOND
        assert level(sound, quiet, quiet + tenth) < level(sound, loud, loud + tenth) - 10


def test_music_that_is_short_goes_on_without_a_hole_or_a_click(speech: Speech, tmp_path: Path) -> None:
    clip = render.render_bulletin([speech], SETTINGS, tmp_path, bed=Bed(music(4, rate=44_100))).clip
    sound = decoded(clip, tmp_path)
    assert clip.duration > 20 * SECOND
    chain = ["-af", ",".join(NOTE), *ffmpeg.pcm_output(RATE)]
    note = Speech(ffmpeg.run([*ffmpeg.pcm_input(RATE), *chain], sound.pcm).output, RATE)
    for tenth in range(15, int(sound.duration / SECOND * 10) - 30):
        heard = samples_of(within(note, tenth / 10 * SECOND, (tenth + 1) / 10 * SECOND))
        assert max(map(abs, heard)) > 60, f"no music {tenth / 10} s after the start"


def test_the_same_music_gives_the_same_bytes(speech: Speech, tmp_path: Path) -> None:
    made = {render.render_bulletin([speech], SETTINGS, tmp_path, bed=Bed(music(5))).clip.digest for _ in range(2)}
    other = render.render_bulletin([speech], SETTINGS, tmp_path, bed=Bed(music(6))).clip.digest
    assert len(made) == 1
    assert other not in made


def test_e6_silent_music_is_refused(speech: Speech, tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="silence"):
        render.render_bulletin([speech], SETTINGS, tmp_path, bed=Bed(Speech.silence(5 * SECOND, RATE)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("under_db", [5.9, 40.1, math.nan])
def test_music_too_loud_or_never_heard_is_refused(under_db: float) -> None:
    with pytest.raises(InvalidValueError, match=r"between 6\.0 and 40\.0 dB"):
        Bed(music(1), under_db)


def test_a_sentence_lost_under_the_music_would_be_found() -> None:
    marks = (Mark(timedelta(0), SECOND, "một câu."),)
    with pytest.raises(SoundError, match="hardly to be heard"):
        check(music(1, peak=300), SECOND, marks, -16.0, silent_pauses=False)
