"""A week that would sound at an unusual hour is published only when somebody says yes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import tomlkit
from scheduler_cast import SUNDAY, published

from playlists.week import Week
from scheduler.cli.root import main
from scheduler.station import Station, open_station
from scheduler.store.pulse import beat
from scheduler.store.queries import slots_of_week
from scheduler.usecases.add_bulletin import add_bulletin, read_file
from scheduler.usecases.approve_bulletin import approve_bulletin
from scheduler.usecases.voice_bulletin import voice_bulletin

TET = Week(2027, 6)
BULLETIN = """+++
tiêu đề = "Họp xóm"
chuyên mục = "Nghị quyết 57"
từ ngày = 2026-11-23
đến ngày = 2099-12-31
số lượt = 2
+++
Kính mời bà con đến họp xóm.
"""


def with_windows(station: Station, *windows: dict[str, str]) -> Station:
    path = station.folder / "config.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["station"]["simulated"] = True  # its clock stands where its last sign of life was
    document["rules"].update({"quiet": [{"from": "22:00", "to": "03:00"}], "windows": list(windows)})
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return open_station(station.folder)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    station = published(tmp_path / "station")
    (tmp_path / "tin.md").write_text(BULLETIN, encoding="utf-8")
    added = add_bulletin(station, read_file(tmp_path / "tin.md", SUNDAY), SUNDAY)
    voice_bulletin(station, added.bulletin.id, SUNDAY)
    approve_bulletin(station, added.bulletin.id, "Bà Lan", station.keys.approver(), SUNDAY)
    with station.store.writing() as session:
        beat(session, SUNDAY)
    return with_windows(station, {"from": "03:15", "to": "03:45"})


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


Loa = Callable[..., Ended]


@pytest.fixture
def loa(capsys: pytest.CaptureFixture[str]) -> Loa:
    """The command, told a station and arguments; nobody can be asked."""

    def run(station: Station, *arguments: str) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main(["--lang", "en", "--station", str(station.folder), *arguments])
        return Ended(int(ended.value.code or 0), *capsys.readouterr())

    return run


def starts(station: Station) -> list[str]:
    with station.store.reading() as session:
        return [slot.start for slot in slots_of_week(session, str(TET))]


def test_trung_loc_03_15_is_asked_about_before_it_is_published(station: Station, loa: Loa) -> None:
    refused = loa(station, "week", "publish", str(TET))
    assert refused.code == 4
    assert "03:15 Mon 08/02, every xóm: it is night, and the window 03:15-03:45 allows it" in refused.err
    assert starts(station) == []

    trial = loa(station, "week", "publish", str(TET), "--dry-run", "--json")
    assert trial.code == 0, trial.err
    unusual = json.loads(trial.out)["unusual"]
    assert {item["start"] for item in unusual if item["sounds"]} >= {"2027-02-08T03:15:00+07:00"}
    assert starts(station) == []

    assert loa(station, "week", "publish", str(TET), "--yes").code == 0
    assert starts(station)


def test_the_plan_names_the_week_s_holidays(station: Station, loa: Loa) -> None:
    shown = json.loads(loa(station, "week", "plan", str(TET), "--json").out)
    assert shown["holidays"][0] == {"day": "2027-02-08", "name": "Mùng ba Tết Nguyên Đán", "rule": "as_usual"}


def test_a_week_at_the_usual_hours_is_published_without_a_question(station: Station, loa: Loa) -> None:
    usual = with_windows(station, {"from": "05:30", "to": "06:00"}, {"from": "17:00", "to": "17:30"})
    assert loa(usual, "week", "publish", str(TET)).code == 0
    assert starts(usual)
