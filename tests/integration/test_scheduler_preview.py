"""Hearing a bulletin before it is approved: its files, renderings that are kept, voices that refused, playing it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from scheduler_cast import SUNDAY, published, written

from scheduler.cli import main
from scheduler.station import Station, making_clips, open_station
from scheduler.store.queries import bulletin_row, renderings_of
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.preview_bulletin import write_preview
from scheduler.usecases.render_bulletins import render_bulletins, without_sound
from scheduler.usecases.voice_bulletin import voice_bulletin
from tts.errors import ReadableError

LOA = (sys.executable, "-m", "scheduler", "--lang", "en")
ABSENT = '[speech]\nvoices = ["vang", "espeak"]\n[[speech.piper]]\nname = "vang"\nmodel = "vang.onnx"\n'
"""A voice whose model is not there, before one that can."""
Loa = Callable[..., Any]
TEXT = "Xin chào bà con. Mời bà con họp xóm lúc 19h30.\n"
BOUND_S = 60


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


def added(station: Station, text: str = TEXT, **header: object) -> str:
    manuscript = written(**{"valid_from": "2026-11-30", "valid_to": "2026-12-06", **header})
    manuscript = replace(manuscript, bulletin=replace(manuscript.bulletin, text=text))
    return add_bulletin(station, manuscript, SUNDAY).bulletin.id


def with_config(station: Station, text: str) -> Station:
    extra = station.folder.parent / "extra.toml"
    extra.write_text(text)
    station.store.close()
    return open_station(station.folder, extra)


@pytest.fixture
def loa(station: Station, capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Any]:
    """The document of a command of this station, run in this process."""

    def run(*words: str, expect: int = 0) -> Any:
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--lang", "en", "--station", str(station.folder), *words, "--json"])
        said = capsysbinary.readouterr()
        assert ended.value.code == expect, said.err.decode()
        return json.loads(said.out) if expect in (0, 6) else said.err.decode()

    return run


def clip_of(station: Station, bulletin: str) -> str | None:
    with station.store.reading() as session:
        return bulletin_row(session, bulletin).clip


def test_a_preview_leaves_the_clip_its_words_its_picture_and_a_page(station: Station, loa: Loa) -> None:
    key = added(station)
    said = loa("bulletin", "preview", key)
    audio, page, transcript, drawing = (Path(said[name]) for name in ("audio", "page", "transcript", "picture"))
    assert audio.read_bytes() == (station.audio / audio.with_stem(said["clip"]).name).read_bytes()
    assert f'src="{audio.name}"' in page.read_text(encoding="utf-8")
    assert ElementTree.fromstring(drawing.read_text(encoding="utf-8")).tag.endswith("svg")
    assert drawing.read_text(encoding="utf-8") in page.read_text(encoding="utf-8")
    assert transcript.read_text(encoding="utf-8").splitlines()[2:] == [
        f"0:0{int(sentence['start_s'])}  {sentence['text']}" for sentence in said["sentences"]
    ]
    assert [sentence["text"] for sentence in said["sentences"]] == [
        "xin chào bà con.",
        "mời bà con họp xóm lúc mười chín giờ ba mươi phút.",
    ]
    assert said["sentences"][0]["end_s"] < said["sentences"][1]["start_s"] < said["duration_s"]
    assert said["loudness_lufs"] == pytest.approx(-16, abs=0.5)
    assert said["true_peak_dbtp"] <= -1.5
    assert not list(station.preview.glob(".*"))


def test_a_clip_in_opus_is_previewed_as_well(station: Station) -> None:
    key = added(station)
    station = with_config(station, '[sound]\ncodec = "opus"\n')
    preview = write_preview(station, voice_bulletin(station, key, SUNDAY))
    assert preview.audio.name == f"{key}.opus"
    assert f'src="{key}.opus"' in preview.page.read_text(encoding="utf-8")
    assert preview.trace.loudness.integrated == pytest.approx(-16, abs=0.5)


def test_each_step_is_told_and_each_sentence_counted(station: Station) -> None:
    key = added(station)
    told: list[tuple[str, int, int]] = []
    voice_bulletin(station, key, SUNDAY, lambda *step: told.append(step))
    assert told == [
        ("reading", 0, 1),
        ("speaking", 0, 2), ("speaking", 1, 2), ("speaking", 2, 2), ("speaking", 2, 2),
        ("levelling", 0, 1),
        ("encoding", 0, 1),
    ]  # fmt: skip


def test_an_unchanged_bulletin_has_its_sound_at_once_and_its_page_again(station: Station) -> None:
    key = added(station)
    first = voice_bulletin(station, key, SUNDAY)
    told: list[str] = []
    again = voice_bulletin(station, key, SUNDAY, lambda step, *_: told.append(step))
    assert (first.kept, again.kept) == (False, True)
    assert told == ["reading"], "nothing is spoken, nothing is encoded"
    assert (again.clip, again.rendering) == (first.clip, first.rendering)
    page = write_preview(station, first).page
    before = page.read_text(encoding="utf-8")
    page.unlink()
    assert write_preview(station, again).page.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-1])])
def test_a_clip_that_is_lost_or_cut_short_is_rendered_again(station: Station, harm: Callable[[Path], object]) -> None:
    key = added(station)
    first = voice_bulletin(station, key, SUNDAY)
    harm(first.clip.path(station.audio))
    assert without_sound(station, SUNDAY) == (key,)
    again = voice_bulletin(station, key, SUNDAY)
    assert (again.kept, again.clip) == (False, first.clip)
    assert without_sound(station, SUNDAY) == ()


@pytest.mark.parametrize("settings", ["[sound]\nbitrate_kbps = 32\n", "[speech]\npace = 0.9\n", ABSENT])
def test_other_settings_or_voices_are_another_recipe(station: Station, settings: str) -> None:
    key = added(station)
    voice_bulletin(station, key, SUNDAY)
    station = with_config(station, settings)
    assert key in without_sound(station, SUNDAY)
    assert not voice_bulletin(station, key, SUNDAY).kept


def test_the_same_words_under_another_name_are_not_rendered_twice(station: Station) -> None:
    one, two = added(station), added(station, title="Tên khác")
    first = voice_bulletin(station, one, SUNDAY)
    second = voice_bulletin(station, two, SUNDAY)
    assert second.kept
    assert clip_of(station, two) == first.clip.digest


def test_a_voice_that_refused_is_kept_with_its_reason_shown_and_asked_again(station: Station, loa: Loa) -> None:
    key = added(station)
    station = with_config(station, ABSENT)
    first = voice_bulletin(station, key, SUNDAY)
    (refused,) = first.rendering.refused
    assert refused.voice.startswith("vang ")
    with station.store.reading() as session:
        assert first.clip.digest in renderings_of(session, [first.clip.digest])
    assert without_sound(station, SUNDAY) == (), "it has a sound"
    assert not voice_bulletin(station, key, SUNDAY).kept, "the better voice is asked again"
    assert refused.voice in write_preview(station, first).page.read_text(encoding="utf-8")
    for document in (loa("bulletin", "show", key), loa("bulletin", "list")[1]):
        assert document["voice"].startswith("espeak ")
        (told,) = document["refused_voices"]
        assert told["voice"] == refused.voice
        assert told["reason"] == str(refused.why)
    station = with_config(station, "")
    again = voice_bulletin(station, key, SUNDAY)
    assert again.clip == first.clip, "the same voice spoke"
    assert again.rendering.refused == ()


def test_what_lacks_its_sound_are_drafts_of_these_days(station: Station) -> None:
    assert without_sound(station, SUNDAY) == (), "b001 is approved and has its clip"
    added(station, valid_from="2026-11-16", valid_to="2026-11-21", title="Đã qua")
    draft = added(station)
    assert without_sound(station, SUNDAY) == (draft,)
    (station.audio / f"{clip_of(station, 'b001')}.mp3").unlink()
    assert without_sound(station, SUNDAY) == ("b001", draft)


def test_an_approved_bulletin_is_not_rendered_anew_because_settings_changed(station: Station) -> None:
    station = with_config(station, "[sound]\nbitrate_kbps = 32\n")
    assert without_sound(station, SUNDAY) == ()


def test_one_that_fails_stops_no_other_and_keeps_its_last_sound(station: Station, loa: Loa) -> None:
    keys = [added(station, title=f"Tin {number}", text=f"Tin số {number}.\n") for number in range(2)]
    broken = added(station, voice="khong-co")
    ends: list[str] = []
    rendered = render_bulletins(station, [*keys, broken], SUNDAY, lambda bulletin, _end: ends.append(bulletin))
    assert [voiced.bulletin.id for voiced in rendered.voiced] == keys
    ((failed, why),) = rendered.failed
    assert failed == broken
    assert isinstance(why, ReadableError)
    assert sorted(ends) == sorted([*keys, broken])
    assert clip_of(station, broken) is None
    document = loa("bulletin", "render", expect=6)
    assert document["rendered"] == []
    assert [item["id"] for item in document["failed"]] == [broken]
    assert "khong-co" in document["failed"][0]["reason"]


def test_no_voice_at_all_keeps_the_last_good_sound(station: Station) -> None:
    key = added(station)
    clip = voice_bulletin(station, key, SUNDAY).clip.digest
    station = with_config(station, ABSENT.replace(', "espeak"', ""))
    rendered = render_bulletins(station, [key], SUNDAY)
    assert [bulletin for bulletin, _why in rendered.failed] == [key]
    assert clip_of(station, key) == clip
    assert (station.audio / f"{clip}.mp3").is_file()


def test_what_was_cut_off_is_removed_when_nobody_renders(station: Station) -> None:
    left = station.audio / ".abc.part"
    left.write_bytes(b"half")
    with making_clips(station, lambda _folder: None):
        voice_bulletin(station, added(station), SUNDAY)
        assert left.exists(), "somebody else is at work: it may be theirs"
    voice_bulletin(station, added(station, text="Một tin khác."), SUNDAY)
    assert not left.exists()


def test_render_takes_ids_or_everything_not_both(loa: Loa) -> None:
    assert "--all goes without ID" in loa("bulletin", "render", "b001", "--all", expect=2)
    assert "b999" in loa("bulletin", "render", "b001", "b999", expect=3)
    assert loa("bulletin", "render", "--all", "--dry-run") == {"wanted": [], "dry_run": True}
    assert loa("bulletin", "render") == {"rendered": [], "failed": []}
    assert [item["id"] for item in loa("bulletin", "render", "b001")["rendered"]] == ["b001"]


def device(folder: Path, script: str) -> str:
    """The PATH of a machine whose sound program does this."""
    folder.mkdir()
    (folder / "aplay").write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
    (folder / "aplay").chmod(0o755)
    return str(folder)


def previewed(station: Station, *words: str, path: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*LOA, "--station", str(station.folder), "bulletin", "preview", "b001", *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "PATH": path},
    )  # fmt: skip


def test_a_preview_is_played_when_asked_and_never_with_json(station: Station, loa: Loa, tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    path = device(tmp_path / "bin", f"cat > {heard}; sleep 2")
    process = previewed(station, "--play", path=path)
    out, _ = process.communicate(timeout=BOUND_S)
    assert process.returncode == 0, out
    assert b"No loudspeaker" not in out
    assert heard.stat().st_size == 2 * 24_000 * loa("bulletin", "preview", "b001")["duration_s"]
    heard.unlink()
    for words in ((), ("--play", "--json")):
        process = previewed(station, *words, path=path)
        process.communicate(timeout=BOUND_S)
        assert (process.returncode, heard.exists()) == (0, False), words


def test_ctrl_c_ends_the_playing_and_nothing_else(station: Station, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    process = previewed(station, "--play", path=device(tmp_path / "bin", f"cat > {begun}; exec sleep 100"))
    until = time.monotonic() + BOUND_S
    while not begun.exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < until
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=BOUND_S)
    assert process.returncode == 0, out
    assert b"No loudspeaker" not in out


def test_without_a_device_the_file_is_named(station: Station, tmp_path: Path) -> None:
    process = previewed(station, "--play", path=device(tmp_path / "bin", "exit 1"))
    out, _ = process.communicate(timeout=BOUND_S)
    assert process.returncode == 0
    assert b"No loudspeaker" in out
    assert b"b001.mp3" in out
