"""Recorded phrases: kept under a name, played where a text calls for them, and what a change of one does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from scheduler_cast import MANUSCRIPT, SUNDAY, WEEK, published, slots, written
from tts_sounds import ffmpeg, tone

from scheduler.audit.fold import fold
from scheduler.cli import main
from scheduler.errors import ConflictError, NotFoundError, StationError
from scheduler.station import Station, open_station
from scheduler.store.log import read_leaves
from scheduler.store.queries import bulletin_row, clip_rows, phrase_rows, valid_approvals
from scheduler.store.tables import BulletinRow
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.approve_bulletin import approve_bulletin
from scheduler.usecases.change_lexicon import add_reading
from scheduler.usecases.change_phrase import add_phrase, remove_phrase
from scheduler.usecases.lexicon_readings import reading
from scheduler.usecases.publish_week import publish_week
from scheduler.usecases.verify_log import verify_station
from scheduler.usecases.voice_bulletin import voice_bulletin
from scheduler.usecases.withdraw_bulletin import withdraw_bulletin
from tts.levels import Unusable

LATER = SUNDAY + timedelta(minutes=5)
CALLING = MANUSCRIPT.replace("Xin chào bà con.", "[câu: Chào đầu]\nXã họp chiều nay.")

Loa = Callable[..., Any]


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


@pytest.fixture
def greeting(tmp_path: Path) -> Path:
    """Two seconds of a person."""
    return tone(tmp_path / "chao.wav", 2)


def bulletin(station: Station, key: str) -> BulletinRow:
    with station.store.reading() as session:
        return bulletin_row(session, key)


def leaves(station: Station) -> list[bytes]:
    with station.store.reading() as session:
        return [leaf.entry for leaf in read_leaves(session)]


def on_the_air(station: Station, text: str = CALLING) -> str:
    """A bulletin of this text, approved and published beside b001."""
    key = add_bulletin(station, written(text, title="Có câu ghi sẵn"), SUNDAY).bulletin.id
    voice_bulletin(station, key, SUNDAY)
    approve_bulletin(station, key, "Bà Lan", station.keys.approver(), SUNDAY)
    publish_week(station, WEEK, SUNDAY)
    return key


def approved(station: Station, key: str) -> bool:
    with station.store.reading() as session:
        return any(row.bulletin == key for row in valid_approvals(session))


def test_a_line_that_calls_for_a_phrase_plays_it(station: Station, greeting: Path) -> None:
    add_phrase(station, "chao-dau", greeting, SUNDAY, words="Kính chào bà con!")
    plain = add_bulletin(station, written(MANUSCRIPT.replace("Xin chào bà con", "Xã họp chiều nay")), SUNDAY)
    alone = voice_bulletin(station, plain.bulletin.id, SUNDAY).clip
    key = add_bulletin(station, written(CALLING), SUNDAY).bulletin.id
    voiced = voice_bulletin(station, key, SUNDAY)
    assert timedelta(seconds=1.8) < voiced.clip.duration - alone.duration < timedelta(seconds=4)
    assert voiced.reading.words == "kính chào bà con!\nxã họp chiều nay."
    assert [mark.text for mark in voiced.rendering.marks] == ["kính chào bà con!", "xã họp chiều nay."]
    with station.store.reading() as session:
        spoken_by = str(clip_rows(session, [voiced.clip.digest])[voiced.clip.digest].spoken_by)
    assert [part.split()[0] for part in spoken_by.split(" + ")] == ["recorded", "espeak"]


@pytest.mark.parametrize(("name", "told"), [("chao-dua", "did you mean “chao-dau”"), ("thời tiết", "loa phrase list")])
def test_a_bulletin_that_calls_for_an_unknown_phrase_is_not_taken_in(
    station: Station, greeting: Path, name: str, told: str
) -> None:
    add_phrase(station, "chao-dau", greeting, SUNDAY)
    before = leaves(station)
    with pytest.raises(NotFoundError, match=told):
        add_bulletin(station, written(CALLING.replace("Chào đầu", name)), SUNDAY)
    assert leaves(station) == before


def test_e15_a_phrase_recorded_anew_ends_the_approval_of_the_bulletins_that_call_for_it(
    station: Station, greeting: Path, tmp_path: Path
) -> None:
    add_phrase(station, "chao-dau", greeting, SUNDAY)
    key = on_the_air(station)
    before, other = bulletin(station, key), bulletin(station, "b001")
    assert any(key in slot.bulletins for slot in slots(station))
    change = add_phrase(station, "Chào Đầu", tone(tmp_path / "new.wav", 3), LATER)
    after = bulletin(station, key)
    assert (change.replaced, change.phrase.name, change.bulletins, change.silent) == (True, "chao-dau", (key,), ())
    assert change.cancelled
    assert (after.state, after.clip not in (None, before.clip)) == ("draft", True)
    assert not approved(station, key)
    assert bulletin(station, "b001") == other
    assert not any(key in slot.bulletins for slot in slots(station))
    assert any("b001" in slot.bulletins for slot in slots(station)), "the others still play"
    assert verify_station(station).findings == ()


def test_other_words_or_the_same_file_leave_the_sound_alone(station: Station, greeting: Path) -> None:
    add_phrase(station, "chao-dau", greeting, SUNDAY, words="Chào bà con.")
    key = on_the_air(station)
    before = bulletin(station, key)
    assert add_phrase(station, "chao-dau", greeting, LATER, words="Kính chào bà con.").bulletins == ()
    written_so_far = leaves(station)
    again = add_phrase(station, "chao-dau", greeting, LATER)
    assert (again.phrase.words, again.bulletins) == ("Kính chào bà con.", ())
    assert leaves(station) == written_so_far, "nothing is written for nothing"
    assert bulletin(station, key) == before
    assert approved(station, key)


def test_a_reading_of_the_lexicon_does_not_change_what_a_person_says(station: Station, greeting: Path) -> None:
    add_phrase(station, "chao-dau", greeting, SUNDAY, words="Chào cô bác.")
    key = on_the_air(station)
    assert add_reading(station, reading("cô bác", "cô chú", LATER), LATER).bulletins == ()
    assert approved(station, key)


def test_a_phrase_is_removed_once_nothing_calls_for_it(station: Station, greeting: Path) -> None:
    added = add_phrase(station, "chao-dau", greeting, SUNDAY)
    key = add_bulletin(station, written(CALLING), SUNDAY).bulletin.id
    with pytest.raises(ConflictError, match=key):
        remove_phrase(station, "chao-dau", LATER)
    withdraw_bulletin(station, key, LATER)
    assert remove_phrase(station, "Chào đầu", LATER, dry_run=True).name == "chao-dau"
    assert remove_phrase(station, "Chào đầu", LATER).removed_at is not None
    with station.store.reading() as session:
        assert phrase_rows(session) == []
    with pytest.raises(NotFoundError):
        remove_phrase(station, "chao-dau", LATER)
    assert fold(leaves(station))["phrase"][("chao-dau",)]["removed_at"] is not None
    assert (station.recordings / added.phrase.recording).is_file()
    add_phrase(station, "chao-dau", greeting, LATER)
    assert verify_station(station).findings == ()


@pytest.mark.parametrize("name", ["", " ", "---", "a" * 81, "a]b", "a:b", "a\tb\u200b\x07"])
def test_what_no_text_could_call_for_is_no_name(station: Station, greeting: Path, name: str) -> None:
    with pytest.raises(StationError, match="cannot name a phrase"):
        add_phrase(station, name, greeting, SUNDAY)


def test_e6_a_phrase_that_cannot_be_its_words_is_refused(station: Station, greeting: Path, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="syllables take at least"):
        add_phrase(station, "dài", greeting, SUNDAY, words="Kính thưa bà con. " * 20)
    silent = tmp_path / "silent.wav"
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=24000:cl=mono", "-t", "2", str(silent))
    with pytest.raises(Unusable, match="not muted"):
        add_phrase(station, "im", silent, SUNDAY)
    assert list(station.recordings.iterdir()) == []


def test_the_ident_may_be_a_phrase(station: Station, greeting: Path, tmp_path: Path) -> None:
    extra = tmp_path / "extra.toml"
    extra.write_text('[sound]\nident = "[câu: xung-dai]"\n')
    station.store.close()
    station = open_station(station.folder, extra)
    voice_bulletin(station, (key := add_bulletin(station, written(title="Tin"), SUNDAY).bulletin.id), SUNDAY)
    with pytest.raises(NotFoundError, match="xung-dai"):
        approve_bulletin(station, key, "Bà Lan", station.keys.approver(), SUNDAY)
    add_phrase(station, "xung-dai", greeting, SUNDAY, words="Đây là Đài truyền thanh xã Thử.")
    signed = approve_bulletin(station, key, "Bà Lan", station.keys.approver(), SUNDAY)
    (ident,) = signed.sounds
    assert (ident.kind, [voice.name for voice in ident.spoken.voices]) == ("ident", ["recorded"])
    with pytest.raises(ConflictError, match="ident"):
        remove_phrase(station, "xung-dai", LATER)
    add_phrase(station, "xung-dai", tone(tmp_path / "new.wav", 3), LATER)
    other = add_bulletin(station, written(title="Tin khác"), LATER).bulletin.id
    voice_bulletin(station, other, LATER)
    (anew,) = approve_bulletin(station, other, "Bà Lan", station.keys.approver(), LATER).sounds
    assert anew.clip.digest != ident.clip.digest


@pytest.fixture
def loa(station: Station, capsys: pytest.CaptureFixture[str]) -> Loa:
    """A command of this station; its JSON, or what it says where it does not end well."""
    station.store.close()

    def run(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--lang", "en", "--station", str(station.folder), *words, "--json"])
        said = capsys.readouterr()
        assert ended.value.code == code, said.err
        return json.loads(said.out) if code == 0 else said.err

    return run


def test_the_commands_of_a_phrase(loa: Loa, greeting: Path, tmp_path: Path) -> None:
    tried = loa("phrase", "add", "chao-dau", str(greeting), "--words", "Chào bà con.", "--dry-run")
    assert (tried["dry_run"], loa("phrase", "list")) == (True, [])
    added = loa("phrase", "add", "chao-dau", str(greeting), "--words", "Chào bà con.")
    assert {**added, "dry_run": True} == tried
    assert loa("phrase", "list") == [{key: added[key] for key in ("name", "words", "recording")}]
    paper = tmp_path / "tin.md"
    paper.write_text(CALLING)
    assert loa("bulletin", "check", str(paper))["words"] == "chào bà con.\nxã họp chiều nay."
    paper.write_text(CALLING.replace("Chào đầu", "cháo đấu"))
    assert loa("bulletin", "check", str(paper))["words"] == "chào bà con.\nxã họp chiều nay."
    paper.write_text(CALLING.replace("Chào đầu", "chao-cuoi"))
    assert "no phrase “chao-cuoi”" in loa("bulletin", "check", str(paper), code=3)
    assert "no phrase" in loa("bulletin", "add", str(paper), code=3)
    assert "no phrase" in loa("phrase", "hear", "chao-cuoi", code=3)
    paper.write_text("[câu: chao-dau]\n[nam] Xã họp.\n")
    tried_out = loa("speech", "audio", str(paper), "-o", str(tmp_path / "thu.mp3"))
    assert [part.split()[0] for part in tried_out["voice"].split(" + ")] == ["recorded", "espeak"]
    assert "--yes" in loa("phrase", "remove", "chao-dau", code=4)
    assert loa("phrase", "remove", "chao-dau", "--yes")["name"] == "chao-dau"
    assert loa("phrase", "list") == []


def test_a_phrase_is_heard_or_its_file_is_named(loa: Loa, station: Station, greeting: Path) -> None:
    added = loa("phrase", "add", "chao-dau", str(greeting))
    heard = loa("phrase", "hear", "Chào đầu")
    assert (heard["name"], heard["duration_s"]) == ("chao-dau", 2.0)
    assert heard["audio"] == str(station.recordings / added["recording"])
