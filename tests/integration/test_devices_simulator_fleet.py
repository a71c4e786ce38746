"""A fleet in a simulated week, over a real broker and real HTTP, with one fault of each kind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from devices_receiver_cast import (
    BOUND_S,
    FFMPEG,
    MONDAY,
    MORNING,
    AudioServer,
    Station,
    accounts,
    clip,
    enrolment,
    manifest,
    mp3_of,
    password,
    slot,
)

from devices.broker.embedded import EmbeddedBroker
from devices.broker.link import Link
from devices.broker.mqtt import MqttLink, MqttSettings
from devices.receiver.download import HttpDownload
from devices.receiver.enrolment import Enrolment
from devices.simulator.clock import SimulatedClock
from devices.simulator.faults import DeadAmplifier, Offline, PowerCut, week_of_faults
from devices.simulator.fleet import Fleet

NAMES = ("r1", "r2", "r3", "r4")
SPOKEN = (30.0, 9)
DAY = timedelta(days=1)


class Week:
    """Four receivers with one slot a day for four days, and a station over MQTT."""

    def __init__(self, folder: Path) -> None:
        self.broker = EmbeddedBroker(folder / "broker", "127.0.0.1", 0, lambda: accounts(*NAMES))
        self.broker.start()
        self.audio = AudioServer()
        self.station = Station(self.link("station")).open()
        self.woken = threading.Event()
        self.clock = SimulatedClock(MONDAY)
        made = clip(*SPOKEN)
        self.audio.files[made.digest] = mp3_of(made, *SPOKEN)
        self.station.send_trust()
        for name in NAMES:
            slots = [slot(f"{name}-{day}", MORNING + DAY * day, made) for day in range(4)]
            self.station.send(manifest(name, self.audio.base, slots, [made]))
        self.fleet = Fleet(
            folder / "fleet",
            [enrolment(name, self.audio.base) for name in NAMES],
            self._link_of,
            HttpDownload(),
            FFMPEG,
            (
                Offline("r2", MONDAY + timedelta(hours=12), MONDAY + timedelta(hours=60)),
                DeadAmplifier("r3", MONDAY),
                PowerCut("r4", MONDAY + DAY, timedelta(seconds=20), timedelta(hours=1)),
            ),
            self.woken.set,
        )

    def link(self, name: str) -> Link:
        return MqttLink(MqttSettings("127.0.0.1", self.broker.port, name, name, password(name)))

    def _link_of(self, enrolled: Enrolment) -> Link:
        return self.link(enrolled.receiver)

    def run(self, days: int, *, restart_broker_after: int) -> None:
        deadline = time.monotonic() + BOUND_S
        restart_at = MONDAY + DAY * restart_broker_after
        while True:
            self.woken.clear()
            due = self.fleet.step(self.clock.read())
            assert self.fleet.alive
            assert time.monotonic() < deadline, "the fleet never comes to rest"
            if due is not None and due <= self.clock.read().wall:
                continue
            if self.fleet.busy:
                self.woken.wait(0.02)
            elif due is None or due > MONDAY + DAY * days:
                return
            else:
                if self.clock.read().wall < restart_at <= due:
                    self.broker.stop()
                    self.broker.start()
                self.clock.advance_to(due)

    def results(self, name: str) -> list[tuple[str, str]]:
        return [(record.slot, record.result) for record in self.station.records[name]]

    def close(self) -> None:
        self.fleet.close()
        self.station.link.close()
        self.broker.stop()
        self.audio.close()


@pytest.fixture
def week(tmp_path: Path) -> Iterator[Week]:
    made = Week(tmp_path)
    yield made
    made.close()


def test_a_simulated_week_is_played_whatever_happens(week: Week) -> None:
    week.run(4, restart_broker_after=3)
    station = week.station
    for name in ("r1", "r2", "r3"):
        assert week.results(name) == [(f"{name}-{day}", "completed") for day in range(4)]
        for record in station.records[name]:
            assert record.samples_played == record.samples_expected == clip(*SPOKEN).samples
            assert record.start == record.planned_start
            assert record.simulated

    away = [hello for hello in station.hellos if hello.receiver == "r2"]
    assert len(away) >= 2
    assert {record.boot for record in station.records["r2"]} == {"1"}
    assert {record.load for record in station.records["r3"]} == {"none"}
    assert {record.load for record in station.records["r1"]} == {"ok"}

    assert week.results("r4") == [
        ("r4-0", "completed"),
        ("r4-1", "interrupted"),
        ("r4-2", "completed"),
        ("r4-3", "completed"),
    ]
    cut = station.record("r4", "r4-1")
    assert cut.boot == "2"
    assert cut.played == timedelta(seconds=15)
    for name in NAMES:
        assert station.seen[name] == set(range(1, len(station.seen[name]) + 1))


def test_the_same_seed_gives_the_same_faults_on_three_receivers() -> None:
    names = [f"r{number}" for number in range(40)]
    faults = week_of_faults(48, names, MONDAY)
    assert faults == week_of_faults(48, reversed(names), MONDAY)
    assert faults != week_of_faults(49, names, MONDAY)
    assert len({fault.receiver for fault in faults}) == 3
    offline, dead, cut = faults
    assert isinstance(offline, Offline)
    assert offline.end - offline.start == 2 * DAY
    assert isinstance(dead, DeadAmplifier)
    assert isinstance(cut, PowerCut)
    with pytest.raises(ValueError, match="larger than population"):
        week_of_faults(48, names[:2], MONDAY)


def test_the_simulated_clock_never_goes_back() -> None:
    clock = SimulatedClock(MONDAY)
    clock.advance_to(MONDAY + DAY)
    clock.advance_to(MONDAY)
    now = clock.read()
    assert (now.wall, now.monotonic_s, now.state) == (MONDAY + DAY, 86400.0, "synchronised")
