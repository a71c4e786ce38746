"""In real time, with Mosquitto: a service and three receivers as processes of their own play one slot to the sample."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from functional_cast import RECEIVERS, accepts, now, running, sound_of

from playlists.week import Week

LATEST_START = timedelta(milliseconds=100)
LATEST_COUNT = timedelta(seconds=5)
RECORDS = "SELECT receiver FROM play_record"
AHEAD = timedelta(seconds=40)
"""From the publishing to the slot: time for the command, the manifests and the clips, on a busy machine too."""


@pytest.mark.functional
@pytest.mark.needs_mosquitto
@pytest.mark.timeout(300)
def test_a_bulletin_sounds_on_three_receivers_at_its_instant_and_is_counted(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with running(tmp_path, pause_s=1) as station:
        station.found()
        bulletin = station.write_bulletin(plays=1)
        station.mosquitto().start()
        station.until("the broker", lambda: accepts(station.broker_port))
        station.service().start()
        station.until("the service at the broker", station.on_the_air)
        for receiver in RECEIVERS:
            station.receiver(receiver).start()
        station.until("every receiver enrolled", station.all_enrolled)

        start = (now() + AHEAD).replace(microsecond=0)
        slots = station.publish([(start, start + station.programme_length())])
        assert {slot["xom"] for slot in slots} == set(RECEIVERS.values())
        assert all(slot["bulletins"] == [bulletin] for slot in slots)
        station.until("the manifests adopted, the clips there", station.adopted_by_all)
        assert now() < start, "the machine is too slow for this test: the slot is here before the clips are"

        seen: dict[str, datetime] = {}
        station.until(
            "a record of every receiver", lambda: _count(station.rows("SELECT receiver FROM play_record"), seen), 120
        )

        for slot in slots:
            (receiver,) = slot["receivers"]
            (record,) = station.rows("SELECT * FROM play_record WHERE receiver = ?", receiver)
            assert (record["slot"], record["result"], record["simulated"]) == (slot["id"], "completed", 0)
            planned, began, ended = (datetime.fromisoformat(record[key]) for key in ("planned_start", "start", "end"))
            assert planned == datetime.fromisoformat(slot["start"])
            assert sound_of(station.wav(receiver, slot["id"])) == station.expected_sound(slot["id"])
            late, counted = began - planned, seen[receiver] - ended
            record_property(f"{receiver} start offset ms", late / timedelta(milliseconds=1))
            record_property(f"{receiver} end to counted s", counted.total_seconds())
            assert timedelta() <= late < LATEST_START
            assert counted < LATEST_COUNT

        week = str(Week.of(start))
        status = station.loa("status", week)
        assert [(xom["played"], xom["state"]) for xom in status["xom"]] == [(1, "met")] * 3
        assert all(daemon.own_ends == [] for daemon in station.daemons.values())
        assert [daemon.stop() for daemon in station.daemons.values()] == [0] * 5
        assert station.loa("audit", "verify")["intact"]


def _count(rows: list[dict[str, str]], seen: dict[str, datetime]) -> bool:
    """Note when each receiver's record was first there."""
    for row in rows:
        seen.setdefault(row["receiver"], now())
    return len(seen) == len(RECEIVERS)
