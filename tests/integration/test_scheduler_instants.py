"""From config.toml to the signed manifest: the same instants on every host, at every edge of the calendar.

Four tests bear the names of bugs that were read in the schedulers of receivers in the field.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import tomlkit

from devices.protocol.envelope import open_envelope
from devices.protocol.messages import Manifest
from playlists.week import TIMEZONE, Week
from scheduler.station import Station, open_station
from scheduler.store.queries import latest_manifests, slots_of_week
from scheduler.store.tables import SlotRow
from scheduler.usecases.add_bulletin import add_bulletin, read_file
from scheduler.usecases.approve_bulletin import approve_bulletin
from scheduler.usecases.found_station import found_station
from scheduler.usecases.plan_week import plan_week, said
from scheduler.usecases.publish_week import publish_week
from scheduler.usecases.voice_bulletin import voice_bulletin

NOW = datetime(2026, 12, 20, 3, tzinfo=UTC)
CONFIG = """\
[station]
id = "xa-thu"
name = "Đài truyền thanh xã Thử"
commune = "xã Thử"
province = "tỉnh Thử"
leader = "Bà Lan"

[guarantee]
campaign_slots_per_week = 1

[rules]
holidays = "as_sunday"
quiet = [{ from = "01:00", to = "05:00" }]
windows = [{ from = "05:00", to = "05:30" }]

[sound]
ident = "Xã Thử."
sign_off = "Hết."

[[xom]]
id = "dawn"
name = "Xóm Sớm"
receivers = ["r1"]
windows = [{ days = [1], from = "05:00", to = "05:30" }]

[[xom]]
id = "sunday"
name = "Xóm Chủ Nhật"
receivers = ["r2"]
windows = [{ days = [7], from = "19:00", to = "19:30" }]

[[xom]]
id = "midnight"
name = "Xóm Khuya"
receivers = ["r3"]
windows = [{ days = [3], from = "23:59:58", to = "00:30" }]

[[xom]]
id = "week-end"
name = "Xóm Cuối Tuần"
receivers = ["r4"]
windows = [{ days = [7], from = "23:59:58", to = "00:30" }]
"""
BULLETIN = """+++
tiêu đề = "Họp xóm"
chuyên mục = "Nghị quyết 57"
từ ngày = 2026-12-28
đến ngày = 2027-03-28
số lượt = 1
+++
Kính mời bà con đến họp xóm.
"""
WEEKS = ("2026-W53", "2027-W01", "2027-W05", "2027-W12")
"""The 53rd week, the first, that of Tết, and that on whose Sunday Europe puts its clocks forward, the last of the
bulletin."""
EXPECTED = {
    "dawn": [
        "2026-12-28T05:00:00+07:00",
        "2027-01-04T05:00:00+07:00",
        "2027-02-01T05:00:00+07:00",
        "2027-03-22T05:00:00+07:00",
    ],
    "sunday": [
        "2027-01-01T19:00:00+07:00",  # a Friday, but the New Year's: kept as a Sunday
        "2027-01-10T19:00:00+07:00",
        "2027-02-04T19:00:00+07:00",  # the 29th of the last lunar month, a Thursday
        "2027-03-28T19:00:00+07:00",
    ],
    "midnight": [
        "2026-12-30T23:59:58+07:00",
        "2027-01-06T23:59:58+07:00",
        "2027-02-03T23:59:58+07:00",
        "2027-03-24T23:59:58+07:00",
    ],
    "week-end": [
        "2027-01-01T23:59:58+07:00",
        "2027-01-10T23:59:58+07:00",
        "2027-02-04T23:59:58+07:00",
        "2027-03-28T23:59:58+07:00",
    ],
}
PUBLISHING = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_scheduler_instants import starts
print(starts(Path(sys.argv[1])))
"""


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("instants")
    station = found_station(folder / "station", CONFIG, NOW).station
    (folder / "tin.md").write_text(BULLETIN, encoding="utf-8")
    added = add_bulletin(station, read_file(folder / "tin.md", NOW), NOW)
    voice_bulletin(station, added.bulletin.id, NOW)
    approve_bulletin(station, added.bulletin.id, "Bà Lan", station.keys.approver(), NOW)
    station.store.close()
    return folder / "station"


def copied(founded: Path, folder: Path, **rules: object) -> Station:
    shutil.copytree(founded, folder)
    path = folder / "config.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["rules"].update(rules)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return open_station(folder)


def starts(folder: Path) -> str:
    """Publish the weeks and read back when the signed manifests let each xóm sound, as JSON in Vietnamese time."""
    station = open_station(folder)
    for week in WEEKS:
        assert publish_week(station, Week.parse(week), NOW).planned.feasible
    found = {}
    with station.store.reading() as session:
        for row in latest_manifests(session).values():
            manifest = Manifest.from_json(json.loads(open_envelope(row.envelope.encode()).payload))
            found[manifest.xom] = [slot.start.astimezone(TIMEZONE).isoformat() for slot in manifest.slots]
    return json.dumps(found, sort_keys=True)


def slots(station: Station, week: str, xom: str) -> list[SlotRow]:
    with station.store.reading() as session:
        return [slot for slot in slots_of_week(session, week) if slot.xom == xom]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Ho_Chi_Minh"])
def test_c7_c9_the_manifests_name_the_same_instants_whatever_the_zone_of_the_host(
    founded: Path, tmp_path: Path, zone: str
) -> None:
    shutil.copytree(founded, tmp_path / "station")
    said = subprocess.run(
        [sys.executable, "-c", PUBLISHING, str(tmp_path / "station"), str(Path(__file__).parent)],
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout) == EXPECTED


@pytest.fixture
def station(founded: Path, tmp_path: Path) -> Station:
    return copied(founded, tmp_path / "station")


def test_vendor_bug_sunday_stored_as_7_and_compared_with_0(station: Station) -> None:
    publish_week(station, Week(2027, 1), NOW)
    (slot,) = slots(station, "2027-W01", "sunday")
    assert slot.start == "2027-01-10T12:00:00.000000Z"
    assert slot.week == "2027-W01"


def test_vendor_bug_the_end_date_left_out(station: Station) -> None:
    publish_week(station, Week(2027, 12), NOW)
    (slot,) = slots(station, "2027-W12", "sunday")
    assert datetime.fromisoformat(slot.start).astimezone(TIMEZONE).date() == date(2027, 3, 28)
    assert plan_week(station, Week(2027, 13), NOW).plan.programmes == (), "and not a day longer"


def test_vendor_bug_a_programme_across_midnight_cut_at_23_59_59(station: Station) -> None:
    publish_week(station, Week(2027, 1), NOW)
    (slot,) = slots(station, "2027-W01", "midnight")
    start, end = (datetime.fromisoformat(text).astimezone(TIMEZONE) for text in (slot.start, slot.end))
    assert (start.date(), end.date()) == (date(2027, 1, 6), date(2027, 1, 7))
    assert len(slot.items) == 3, "ident, bulletin and sign-off"


def test_vendor_bug_the_local_weekday_mixed_with_utc_seconds_before_07_00(station: Station) -> None:
    publish_week(station, Week(2027, 1), NOW)
    (slot,) = slots(station, "2027-W01", "dawn")
    assert slot.start == "2027-01-03T22:00:00.000000Z", "Monday 05:00 in Vietnam is Sunday in UTC"
    assert slot.id.split(".")[2].startswith("1-0500")


def test_c8_a_programme_that_ends_in_the_next_week_belongs_to_the_week_it_starts_in(station: Station) -> None:
    publish_week(station, Week(2027, 1), NOW)
    (slot,) = slots(station, "2027-W01", "week-end")
    assert datetime.fromisoformat(slot.end) > Week(2027, 1).end
    assert slots(station, "2027-W02", "week-end") == []


def test_tet_in_silence_is_named_as_the_reason_why_a_xom_gets_nothing(founded: Path, tmp_path: Path) -> None:
    station = copied(founded, tmp_path / "station", holidays="silent")
    answer = plan_week(station, Week(2027, 5), NOW)
    texts = [said(reason) for reason in answer.reasons if reason.xom == "sunday"]
    assert texts
    assert all("Mùng hai Tết Nguyên Đán" in text for text in texts)


def test_what_was_sent_for_a_day_that_falls_silent_is_taken_back_with_the_holiday_s_name(
    founded: Path, tmp_path: Path
) -> None:
    before = copied(founded, tmp_path / "station")
    publish_week(before, Week(2027, 5), NOW)
    silent = copied(tmp_path / "station", tmp_path / "silent", holidays="silent")
    lifted = {slot.xom: slot.why for slot in publish_week(silent, Week(2027, 5), NOW + timedelta(hours=1)).lifted}
    assert set(lifted) == {"sunday", "week-end", "midnight"}, "midnight's would have sounded into the first day"
    assert all("29 Tết" in str(why) for why in lifted.values())


def test_the_sessions_of_a_preset_bind_the_plan(founded: Path, tmp_path: Path) -> None:
    station = copied(founded, tmp_path / "station", preset="ha-noi-phuong", holidays="as_usual")
    answer = plan_week(station, Week(2027, 1), NOW)
    assert answer.problem.rules.max_sessions_per_day == 2
    assert answer.problem.rules.max_session == timedelta(minutes=15)
    assert {reason.xom for reason in answer.reasons} == {"sunday", "week-end"}
    assert all("không phải ngày phát" in said(reason) for reason in answer.reasons)
