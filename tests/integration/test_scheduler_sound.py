"""How a station's bulletins sound: music from its own folder, the codec of its config, and what it costs over 4G."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from scheduler_cast import SUNDAY, WEEK, published, written
from tts_sounds import tone

from devices.protocol.codec import decode
from devices.protocol.envelope import open_envelope
from devices.protocol.messages import MAX_CLIP_BYTES, Approval
from playlists.audio import loudness
from playlists.audio.music import AFTER, BEFORE
from scheduler.errors import ConflictError, NotFoundError
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import bulletin_row, clip_rows, valid_approvals
from scheduler.store.tables import ClipRow
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.approve_bulletin import approve_bulletin
from scheduler.usecases.data_use import data_use
from scheduler.usecases.plan_week import plan_week
from scheduler.usecases.preview_bulletin import write_preview
from scheduler.usecases.verify_log import verify_station
from scheduler.usecases.voice_bulletin import Voiced, voice_bulletin
from tts.decode import DecodeRefused


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


def with_sound(station: Station, **sound: object) -> Station:
    return replace(
        station,
        config=station.config.model_copy(update={"sound": station.config.sound.model_copy(update=sound)}),
    )


def voiced(station: Station, **header: object) -> Voiced:
    header = {"title": "Tin có nhạc", **header}
    return voice_bulletin(station, add_bulletin(station, written(**header), SUNDAY).bulletin.id, SUNDAY)


def test_music_of_the_config_lies_under_every_bulletin_and_a_header_may_ask_for_none(station: Station) -> None:
    tone(station.music / "nhac.mp3", 5)
    plain = voiced(station, music="không")
    scored = voiced(with_sound(station, music="nhac.mp3"))
    silent = voiced(with_sound(station, music="nhac.mp3"), music="không")
    assert abs(scored.clip.duration - plain.clip.duration - BEFORE - AFTER).total_seconds() <= 0.1
    assert silent.clip == plain.clip
    measured = loudness.of_file(scored.clip.path(station.audio), scored.clip.rate).loudness
    assert abs(measured.integrated + 16) <= 0.5


def test_other_music_is_another_sound_and_the_same_is_kept(station: Station) -> None:
    tone(station.music / "nhac.mp3", 5)
    first = voiced(station, music="nhac.mp3")
    again = voice_bulletin(station, first.bulletin.id, SUNDAY)
    assert (again.clip, again.kept) == (first.clip, True)
    tone(station.music / "nhac.mp3", 6)
    other = voice_bulletin(station, first.bulletin.id, SUNDAY)
    assert not other.kept
    assert other.clip != first.clip


def test_e5_music_that_is_not_there_or_no_sound_or_a_link_is_refused(station: Station) -> None:
    (station.music / "list.mp3").write_bytes(b"#EXTM3U\nfile:///etc/passwd\n")
    (station.music / "link.mp3").symlink_to("/etc/passwd")
    os.mkfifo(station.music / "pipe.mp3")
    for name in ("none.mp3", "list.mp3", "link.mp3", "pipe.mp3"):
        with pytest.raises((DecodeRefused, NotFoundError)):
            voiced(station, music=name)
    assert not list(station.audio.glob(".*"))


def test_opus_from_config_to_the_signed_approval(station: Station) -> None:
    opus = with_sound(station, codec="opus")
    made = voiced(opus)
    assert made.clip.path(opus.audio).suffix == ".opus"
    assert made.clip.path(opus.audio).read_bytes().startswith(b"OggS")
    assert write_preview(opus, made).audio.suffix == ".opus"
    approve_bulletin(opus, made.bulletin.id, "Bà Lan", opus.keys.approver(), SUNDAY)
    with opus.store.reading() as session:
        assert bulletin_row(session, made.bulletin.id).state == "approved"
        rows = [row for row in valid_approvals(session) if row.clip == made.clip.digest]
        ident = {row.kind for row in valid_approvals(session) if row.approved_at == rows[0].approved_at}
    approval = Approval.from_json(decode(open_envelope(rows[0].envelope.encode()).payload))
    assert approval.clip.codec == "opus"
    assert approval.clip.name == f"{made.clip.digest}.opus"
    assert ident == {"bulletin", "ident", "sign_off"}, "they sound otherwise now, so they are approved anew"
    assert verify_station(opus).findings == ()


def test_a_changed_opus_clip_is_found_by_the_inspection(station: Station) -> None:
    opus = with_sound(station, codec="opus")
    path = voiced(opus).clip.path(opus.audio)
    path.write_bytes(path.read_bytes() + b"x")
    assert any(path.name in finding.where for finding in verify_station(opus).findings)


def test_the_plan_tells_what_a_receiver_takes_over_4g(station: Station) -> None:
    answer = plan_week(station, WEEK, SUNDAY)
    use = data_use(station, answer)
    clips = {play.xom: answer.material.clips[play.bulletin].size for play in answer.plan.plays}
    fixed = answer.material.ident.size + answer.material.sign_off.size
    assert {xom: each.clips for xom, each in use.items()} == {
        xom: round(size * 30 / 7) + fixed for xom, size in clips.items()
    }


@pytest.mark.parametrize(
    "beyond", [{"size": MAX_CLIP_BYTES + 1}, {"samples": 3_601 * 24_000, "duration_ms": 3_601_000}]
)
def test_e3_a_clip_that_no_receiver_takes_is_not_signed(station: Station, beyond: dict[str, int]) -> None:
    made = voiced(station)
    with station.store.writing() as session:
        row = clip_rows(session, [made.clip.digest])[made.clip.digest]
        append(session, "bulletin_voiced", SUNDAY, [ClipRow(**{**row.model_dump(), **beyond})])
    with pytest.raises(ConflictError, match=r"receivers take at most 60 minutes and 21\.0 MB; cut it"):
        approve_bulletin(station, made.bulletin.id, "Bà Lan", station.keys.approver(), SUNDAY)
