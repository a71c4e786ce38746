"""Volume by hour: config.toml → each receiver's manifest, also for slots that were sent before it was written."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import tomlkit
from scheduler_cast import CONFIG, SUNDAY, WEEK, published

from devices.protocol.envelope import open_envelope
from devices.protocol.messages import Manifest
from playlists.week import TIMEZONE
from scheduler.config import parse_config_text
from scheduler.errors import ConfigError
from scheduler.station import Station, open_station
from scheduler.store.queries import latest_manifests
from scheduler.usecases.publish_week import publish_week
from scheduler.usecases.values import volume_at


def with_volume(station: Station, *hours: dict[str, object]) -> Station:
    path = station.folder / "config.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["rules"]["volume"] = list(hours)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return open_station(station.folder)


def volumes(station: Station) -> dict[str, set[int]]:
    """By the hour at which slots start, the volumes that the receivers' newest manifests name."""
    found: dict[str, set[int]] = {}
    with station.store.reading() as session:
        for row in latest_manifests(session).values():
            manifest = Manifest.from_json(json.loads(open_envelope(row.envelope.encode()).payload))
            for slot in manifest.slots:
                found.setdefault(f"{slot.start.astimezone(TIMEZONE):%H}", set()).add(slot.volume)
    return found


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


def test_a_changed_volume_is_sent_for_the_slots_that_were_sent_before(station: Station) -> None:
    assert set().union(*volumes(station).values()) == {100}
    quieter = with_volume(station, {"from": "05:00", "to": "06:00", "percent": 60})
    answer = publish_week(quieter, WEEK, SUNDAY)
    assert answer.receivers == ("r1", "r2", "r3")
    assert (answer.changed, answer.revision) == (False, 1), "the slots are the same"
    assert {hour: found for hour, found in volumes(quieter).items() if found != {100}} == {"05": {60}}
    assert publish_week(quieter, WEEK, SUNDAY + timedelta(minutes=1)).receivers == (), "nothing new to say"
    assert publish_week(with_volume(station), WEEK, SUNDAY + timedelta(minutes=2)).receivers == ("r1", "r2", "r3")
    assert set().union(*volumes(station).values()) == {100}


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=TIMEZONE)


def test_the_first_of_the_hours_counts_also_over_midnight() -> None:
    night, morning = (
        '{ from = "22:00", to = "05:30", percent = 40 }',
        '{ from = "05:00", to = "06:00", percent = 70 }',
    )
    text = CONFIG.replace("[rules]\n", f"[rules]\nvolume = [{night}, {morning}]\n")
    rules = parse_config_text(text).rules
    found = [volume_at(rules, instant) for instant in (at(22), at(0), at(5, 29), at(5, 30), at(6), at(21, 59))]
    assert found == [40, 40, 40, 70, 100, 100]


@pytest.mark.parametrize("percent", [0, 9, 101])
def test_a_volume_that_nobody_could_hear_is_refused(percent: int) -> None:
    text = CONFIG.replace("[rules]\n", f'[rules]\nvolume = [{{ from = "22:00", to = "05:30", percent = {percent} }}]\n')
    with pytest.raises(ConfigError, match=r"rules\.volume\.0\.percent"):
        parse_config_text(text)
