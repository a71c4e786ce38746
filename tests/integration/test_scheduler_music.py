"""Music under a bulletin: the bulletin's own, the station's, or none; and what its change does to the sound."""

from datetime import timedelta
from pathlib import Path

import pytest
from scheduler_cast import SUNDAY, published, written
from tts_sounds import tone

from playlists.audio.music import AFTER, BEFORE
from scheduler.errors import NotFoundError
from scheduler.station import Station, open_station
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.voice_bulletin import Voiced, voice_bulletin
from tts.decode import DecodeRefused


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


def voiced(station: Station, beside: Path, **header: object) -> Voiced:
    added = add_bulletin(station, written(**header), SUNDAY, beside=beside)
    return voice_bulletin(station, added.bulletin.id, SUNDAY)


def test_a_bulletin_brings_its_music_along(station: Station, tmp_path: Path) -> None:
    music = tone(tmp_path / "khúc dạo.wav", 4)
    bare = voiced(station, tmp_path)
    with_music = voiced(station, tmp_path, music=music.name)
    (kept,) = station.music.iterdir()
    assert kept.read_bytes() == music.read_bytes()
    assert with_music.bulletin.manner.music == kept.name
    assert with_music.clip.duration - bare.clip.duration == BEFORE + AFTER
    moved = [
        later.start - earlier.start
        for later, earlier in zip(with_music.rendering.marks, bare.rendering.marks, strict=True)
    ]
    assert all(abs(by - BEFORE) < timedelta(milliseconds=50) for by in moved)


def test_the_stations_music_lies_under_every_bulletin_but_those_that_want_none(
    station: Station, tmp_path: Path
) -> None:
    tone(station.music / "nen.wav", 4)
    bare = voiced(station, tmp_path)
    config = station.folder / "config.toml"
    config.write_text(config.read_text().replace("[sound]", '[sound]\nmusic = "nen.wav"', 1))
    musical = open_station(station.folder)
    again = voice_bulletin(musical, bare.bulletin.id, SUNDAY)
    assert not again.kept
    assert again.clip.duration == bare.clip.duration + BEFORE + AFTER
    assert voiced(musical, tmp_path, music="không").clip.digest == bare.clip.digest


def test_another_music_of_the_same_name_is_another_sound(station: Station, tmp_path: Path) -> None:
    tone(station.music / "nen.wav", 4)
    first = voiced(station, tmp_path, music="nen.wav")
    assert voice_bulletin(station, first.bulletin.id, SUNDAY).kept
    tone(station.music / "nen.wav", 6)
    second = voice_bulletin(station, first.bulletin.id, SUNDAY)
    assert not second.kept
    assert second.clip.digest != first.clip.digest


def test_music_that_is_not_there_or_no_music_is_said_when_the_bulletin_comes_in(
    station: Station, tmp_path: Path
) -> None:
    with pytest.raises(NotFoundError, match="neither beside the bulletin nor in"):
        voiced(station, tmp_path, music="mat.mp3")
    (tmp_path / "thu.mp3").write_text("#EXTM3U\nfile:///etc/passwd\n")
    with pytest.raises(DecodeRefused):
        voiced(station, tmp_path, music="thu.mp3")
    assert not list(station.music.iterdir())


def test_lost_music_fails_the_bulletin_loudly(station: Station, tmp_path: Path) -> None:
    music = tone(station.music / "nen.wav", 4)
    first = voiced(station, tmp_path, music="nen.wav")
    music.unlink()
    with pytest.raises(DecodeRefused, match=r"nen\.wav"):
        voice_bulletin(station, first.bulletin.id, SUNDAY)
