"""A published week out of the station: calendars, playlists that a real player plays, pages for the wall."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from scheduler_cast import SUNDAY, WEEK, devices, published, say, slots

from scheduler.cli import main
from scheduler.errors import NotFoundError
from scheduler.station import Station
from scheduler.usecases.export_week import export_calendars, export_pages, export_playlists
from scheduler.usecases.keep_week import keep_week
from scheduler.usecases.published_week import published_week
from scheduler.usecases.withdraw_bulletin import withdraw_bulletin

MPV = (
    "mpv", "--no-config", "--no-video", "--ao=null", "--ao-null-untimed", "--untimed", "--no-input-terminal",
    "--msg-level=all=error,term-msg=info", "--term-status-msg=", "--term-playing-msg=PLAYS ${=duration} ${media-title}",
)  # fmt: skip


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


def test_each_xom_has_its_calendar_and_the_commune_has_all(station: Station, tmp_path: Path) -> None:
    paths = export_calendars(station, published_week(station, WEEK), tmp_path / "ics", SUNDAY)
    found = {path.name: Calendar.from_ical(path.read_bytes()) for path in paths}
    assert [*found] == ["2026-W48.ics", "2026-W48-x1.ics", "2026-W48-x2.ics"]
    uids = {name: [str(event["UID"]) for event in calendar.events] for name, calendar in found.items()}
    for xom in ("x1", "x2"):
        assert uids[f"2026-W48-{xom}.ics"] == [f"{slot.id}@xa-thu" for slot in slots(station, xom)]
    assert sorted(uids["2026-W48.ics"]) == sorted(uids["2026-W48-x1.ics"] + uids["2026-W48-x2.ics"])
    first = found["2026-W48-x1.ics"].events[0]
    assert first["SUMMARY"] == "Xóm 1: Thử loa"
    assert first.start.isoformat() == "2026-11-23T05:30:00+07:00"


def test_a_slot_keeps_its_uid_when_the_week_is_revised_and_when_it_is_taken_back(
    station: Station, tmp_path: Path
) -> None:
    def events() -> dict[str, tuple[str, int]]:
        path = export_calendars(station, published_week(station, WEEK), tmp_path / "ics", SUNDAY)[0]
        calendar = Calendar.from_ical(path.read_bytes())
        return {str(event["UID"]): (str(event["STATUS"]), event["SEQUENCE"]) for event in calendar.events}

    before, cast = events(), devices(station)
    lost = slots(station)[0]
    now = SUNDAY + timedelta(hours=13)
    for receiver in ("r1", "r2"):
        say(station, "record", cast[receiver], cast[receiver].record(lost, "missed"), now)
    with station.store.writing() as session:
        keep_week(session, station, now)
    after = events()
    assert before.items() < after.items()
    assert len(after) > len(before)
    withdraw_bulletin(station, "b001", now)
    last = events()
    assert last.keys() == after.keys()
    played = {uid for uid, now_is in last.items() if now_is == after[uid]}
    assert {last[uid] for uid in last.keys() - played} <= {("CANCELLED", 2), ("CANCELLED", 3)}
    assert last.keys() - played


@pytest.mark.needs_program("mpv", "mpv")
def test_every_playlist_plays_in_mpv_wherever_the_folder_is_carried(station: Station, tmp_path: Path) -> None:
    week = published_week(station, WEEK)
    paths = export_playlists(station, week, tmp_path / "m3u")
    assert len(paths) == len(week.slots)
    carried = tmp_path / "USB của xóm"
    shutil.move(tmp_path / "m3u", carried)
    shutil.rmtree(station.audio)
    path = carried / paths[0].relative_to(tmp_path / "m3u")
    done = subprocess.run([*MPV, str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    plays = [line.split(maxsplit=2) for line in done.stdout.splitlines() if line.startswith("PLAYS")]
    assert [title for _, _, title in plays] == ["Lời xưng đài", "Thử loa", "Lời chào kết"]
    seconds = [week.clips[digest].duration.total_seconds() for digest in week.slots[0].items]
    assert [float(length) for _, length, _ in plays] == pytest.approx(seconds, abs=0.1)  # MP3 frames, encoder delay


@pytest.mark.needs_program("mpv", "mpv")
def test_mpv_would_have_told_of_a_clip_that_is_not_there(station: Station, tmp_path: Path) -> None:
    path = export_playlists(station, published_week(station, WEEK), tmp_path)[0]
    next((tmp_path / "clips").iterdir()).unlink()
    assert subprocess.run([*MPV, str(path)], capture_output=True, timeout=60, check=False).returncode != 0


def test_a_second_export_takes_away_what_is_no_longer_to_be_played(station: Station, tmp_path: Path) -> None:
    before = export_playlists(station, published_week(station, WEEK), tmp_path)
    withdraw_bulletin(station, "b001", SUNDAY)
    assert export_playlists(station, published_week(station, WEEK), tmp_path) == []
    assert before
    assert not list(tmp_path.rglob("*.m3u8"))


def test_a_clip_that_is_missing_is_named_and_nothing_is_written(station: Station, tmp_path: Path) -> None:
    clip = next(station.audio.glob("*.mp3"))
    clip.unlink()
    with pytest.raises(NotFoundError, match=clip.name):
        export_playlists(station, published_week(station, WEEK), tmp_path / "m3u")
    assert not (tmp_path / "m3u").exists()


def test_a_week_that_is_not_published_is_not_found(station: Station) -> None:
    with pytest.raises(NotFoundError, match="2026-W49"):
        published_week(station, WEEK.next)


def test_the_wall_has_a_sheet_for_each_xom_in_vietnamese(station: Station, tmp_path: Path) -> None:
    everything, first, _ = export_pages(published_week(station, WEEK), tmp_path, SUNDAY)
    page = first.read_text(encoding="utf-8")
    assert "Xóm 1" in page
    assert "Xóm 2" not in page
    assert "Thử loa" in page
    assert "05:30" in page
    assert "Thứ Hai" in page
    assert "MÔ PHỎNG" not in page
    assert everything.read_text(encoding="utf-8").count("<section") == 3


def test_nothing_of_a_rehearsal_leaves_without_the_mark(station: Station, tmp_path: Path) -> None:
    week = published_week(station, WEEK)
    rehearsed = type(week)(**{**vars(week), "simulated": True})
    for path in export_pages(rehearsed, tmp_path, SUNDAY):
        assert "MÔ PHỎNG" in path.read_text(encoding="utf-8")
    for path in export_calendars(station, rehearsed, tmp_path, SUNDAY):
        assert all("MÔ PHỎNG" in event["SUMMARY"] for event in Calendar.from_ical(path.read_bytes()).events)
    for path in export_playlists(station, rehearsed, tmp_path):
        assert "MÔ PHỎNG" in path.read_text(encoding="utf-8")


def test_outside_text_is_escaped_on_the_wall(station: Station, tmp_path: Path) -> None:
    """E14."""
    week = published_week(station, WEEK)
    hostile = type(week)(**{**vars(week), "titles": {"b001": "<script>alert(1)</script>"}})
    assert "<script>" not in export_pages(hostile, tmp_path, SUNDAY)[0].read_text(encoding="utf-8")


def test_the_command_names_what_it_wrote(station: Station, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--station", str(station.folder), "week", "export", str(WEEK)]
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    capsys.readouterr()
    folders = [f"--{kind}={tmp_path / kind}" for kind in ("ics", "m3u", "html")]
    with pytest.raises(SystemExit) as ended:
        main([*words, *folders, "--json"])
    assert ended.value.code == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["week"], document["revision"]) == (str(WEEK), 1)
    for kind in ("ics", "m3u", "html"):
        assert document[kind]
        assert all(Path(path).is_file() for path in document[kind])
