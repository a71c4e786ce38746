"""A rule that changes after a week was sent takes back what it forbids: a funeral is heard of on the day before."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import tomlkit

from devices.broker.memory import MemoryBroker
from playlists.week import TIMEZONE, Week
from scheduler.rehearsal.story import PUBLISHED, prepare
from scheduler.service.station_service import StationService
from scheduler.station import Station, open_station
from scheduler.store.queries import latest_manifests, slots_of_week
from scheduler.store.tables import SlotRow
from scheduler.usecases.accounts import STATION_USER, accounts
from scheduler.usecases.add_bulletin import add_bulletin, read_file
from scheduler.usecases.approve_bulletin import approve_bulletin
from scheduler.usecases.publish_week import publish_week
from scheduler.usecases.voice_bulletin import voice_bulletin

WEEK = Week(2026, 48)
NOW = PUBLISHED.astimezone(UTC)
BULLETIN = """+++
tiêu đề = "Họp xóm"
chuyên mục = "Nghị quyết 57"
từ ngày = 2026-11-23
đến ngày = 2026-11-29
số lượt = 2
+++
Kính mời bà con đến họp xóm.
"""


@pytest.fixture
def station(tmp_path: Path) -> Station:
    station = prepare(tmp_path / "dai")
    (tmp_path / "tin.md").write_text(BULLETIN, encoding="utf-8")
    added = add_bulletin(station, read_file(tmp_path / "tin.md", NOW), NOW)
    voice_bulletin(station, added.bulletin.id, NOW)
    approve_bulletin(station, added.bulletin.id, "Chủ tịch", station.keys.approver(), NOW)
    publish_week(station, WEEK, NOW)
    return station


def coming(station: Station, xom: str) -> list[SlotRow]:
    with station.store.reading() as session:
        return [slot for slot in slots_of_week(session, str(WEEK)) if slot.xom == xom and slot.cancelled_at is None]


def with_blackout(station: Station, start: datetime, end: datetime) -> Station:
    path = station.folder / "config.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["rules"]["blackouts"] = [{"from": start, "to": end, "why": "đám tang", "xom": ["x01"]}]
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return open_station(station.folder)


def test_a_funeral_after_publishing_silences_the_slots_in_it_and_others_take_their_place(station: Station) -> None:
    monday = WEEK.start
    before = coming(station, "x01")
    assert any(slot.start < (monday + timedelta(days=1)).astimezone(UTC).isoformat() for slot in before)

    mourning = with_blackout(station, monday, monday + timedelta(days=2))
    published = publish_week(mourning, WEEK, NOW)

    assert {slot.xom for slot in published.lifted} == {"x01"}
    assert all("đám tang" in str(slot.why) for slot in published.lifted)
    kept = coming(mourning, "x01")
    assert len(kept) >= 2
    assert all(datetime.fromisoformat(slot.start) >= monday + timedelta(days=2) for slot in kept)
    with mourning.store.reading() as session:
        named = {name for row in latest_manifests(session).values() for name in row.slots}
    assert not named & {slot.id for slot in published.lifted}
    assert coming(mourning, "x02") == coming(station, "x02")


def test_nothing_is_taken_back_while_the_rules_stay(station: Station) -> None:
    assert publish_week(station, WEEK, NOW).lifted == ()


def test_a_slot_that_has_begun_is_left_alone(station: Station) -> None:
    first = min(coming(station, "x01"), key=lambda slot: slot.start)
    begun = datetime.fromisoformat(first.start).astimezone(TIMEZONE) + timedelta(seconds=1)
    mourning = with_blackout(station, WEEK.start, WEEK.start + timedelta(days=2))
    assert first.id not in {slot.id for slot in publish_week(mourning, WEEK, begun.astimezone(UTC)).lifted}


def on_duty(station: Station) -> StationService:
    link = MemoryBroker(lambda: accounts(station)).link(
        STATION_USER, (station.folder / "keys" / "broker.password").read_text().strip()
    )
    service = StationService(station, link, NOW)
    link.open(lambda: None)
    service.step(NOW)
    return service


def test_the_service_takes_a_changed_config_at_its_next_step(station: Station) -> None:
    service = on_duty(station)
    with_blackout(station, WEEK.start, WEEK.start + timedelta(days=2))
    service.step(NOW + timedelta(seconds=1))
    mourning = (WEEK.start + timedelta(days=2)).astimezone(UTC).isoformat()
    assert all(slot.start >= mourning for slot in coming(station, "x01"))


def test_a_config_that_cannot_be_used_changes_nothing(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    service, before = on_duty(station), coming(station, "x01")
    (station.folder / "config.toml").write_text("[station\n", encoding="utf-8")
    service.step(NOW + timedelta(seconds=1))
    assert coming(station, "x01") == before
    assert "the one before stays in force" in caplog.text
