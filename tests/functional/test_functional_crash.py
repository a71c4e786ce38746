"""kill -9 of the service, of a receiver and of Mosquitto, ten times each while slots play: each is counted once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from functional_cast import RECEIVERS, Daemon, Station, accepts, journalled, now, running, sound_of

from devices.receiver.state import ARM_AHEAD
from playlists.week import Week
from scheduler.audit.entry import Entry

SEED = 20261122
KILLS_EACH = 10
SLOTS_EACH = 11
STEP = timedelta(seconds=13)
AHEAD = timedelta(seconds=40)
NO_RECORD_YET = timedelta(seconds=2)
"""From the last thing a killed receiver wrote to the kill: a second from arming to the sound, and the disk."""


@dataclass(frozen=True)
class Kill:
    at: datetime
    daemon: str


def schedule(begin: datetime, end: datetime) -> list[Kill]:
    """Ten kills of each kind, spread over the run by the seed."""
    chance = random.Random(SEED)
    whom = ["service"] * KILLS_EACH + ["mosquitto"] * KILLS_EACH
    whom += [chance.choice([*RECEIVERS]) for _ in range(KILLS_EACH)]
    return sorted((Kill(begin + chance.random() * (end - begin), name) for name in whom), key=lambda kill: kill.at)


@pytest.mark.functional
@pytest.mark.needs_mosquitto
@pytest.mark.timeout(600)
def test_every_played_slot_is_counted_once_and_none_invented_over_thirty_kills(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Cases A1, A4, A5, D1; promises I3 and I4."""
    with running(tmp_path, pause_s=0) as station:
        station.found()
        station.write_bulletin(plays=SLOTS_EACH)
        station.mosquitto().start()
        station.until("the broker", lambda: accepts(station.broker_port))
        station.service().start()
        station.until("the service at the broker", station.on_the_air)
        for receiver in RECEIVERS:
            station.receiver(receiver).start()
        station.until("every receiver enrolled", station.all_enrolled)

        first = (now() + AHEAD).replace(microsecond=0)
        starts = [first + number * STEP for number in range(SLOTS_EACH)]
        length = station.programme_length()
        assert length <= STEP, "windows of one bulletin must not touch, or two plays of it could share one"
        slots = station.publish([(start, start + length) for start in starts])
        assert len(slots) == SLOTS_EACH * len(RECEIVERS)
        station.until("the manifests adopted, the clips there", station.adopted_by_all)

        kills = []
        for kill in schedule(first - STEP / 2, starts[-1] + STEP):
            daemon = station.daemons[kill.daemon]
            station.until(f"the moment to kill {daemon.name}", partial(_due, kill, daemon), 300)
            daemon.crash()
            kills.append(Kill(now(), kill.daemon))
        quiet = now()
        station.until("every record counted and signed for", lambda: _all_told(station, len(slots)), 180)
        record_property("seconds from the last kill to all counted", (now() - quiet).total_seconds())

        counted = {receiver: _judge(station, receiver, slots, kills) for receiver in RECEIVERS}
        record_property("kills", dict(Counter(kill.daemon for kill in kills)))
        record_property("slots", len(slots))
        record_property("counted", counted)
        _logged_once(station)
        for daemon in station.daemons.values():
            daemon.stop()
        assert station.loa("audit", "verify")["intact"]
        played: Counter[str] = Counter()
        for week in sorted({str(Week.of(start)) for start in starts}):
            played.update({xom["id"]: xom["played"] for xom in station.loa("status", week)["xom"]})
        assert played == {RECEIVERS[receiver]: count for receiver, count in counted.items()}


def _due(kill: Kill, daemon: Daemon) -> bool:
    """A process that is down at its moment is killed as soon as it has begun again."""
    return now() >= kill.at and daemon.running


def _all_told(station: Station, slots: int) -> bool:
    """Whether each slot has its record at the station, and each receiver's journal is receipted to its end."""
    if station.rows("SELECT COUNT(*) AS n FROM play_record")[0]["n"] < slots:
        return False
    through = {row["receiver"]: row["through"] for row in station.rows("SELECT receiver, through FROM contact")}
    return all(through[receiver] == max(journalled(station.state(receiver))) for receiver in RECEIVERS)


def _judge(station: Station, receiver: str, slots: list[dict[str, object]], kills: list[Kill]) -> int:
    """Hold a receiver's journal and sound files against what the station counts; returns how many slots count."""
    own = {str(slot["id"]) for slot in slots if slot["xom"] == RECEIVERS[receiver]}
    journal = journalled(station.state(receiver))
    assert sorted(journal) == list(range(1, len(journal) + 1))
    filed = {(seq, record.boot, record.slot, record.result, raw) for seq, (raw, record) in journal.items() if record}
    rows = station.rows("SELECT * FROM play_record WHERE receiver = ?", receiver)
    assert {(row["seq"], row["boot"], row["slot"], row["result"], row["envelope"]) for row in rows} == filed
    assert Counter(row["slot"] for row in rows) == Counter(own), "each slot has exactly one record"

    own_kills = [kill.at for kill in kills if kill.daemon == receiver]
    results = Counter(row["result"] for row in rows)
    assert results["completed"] + results["interrupted"] == len(own)
    assert results["interrupted"] <= len(own_kills)
    for row in rows:
        wav = station.wav(receiver, row["slot"])
        sound, expected = sound_of(wav) if wav.exists() else b"", station.expected_sound(row["slot"])
        if row["result"] == "completed":
            assert sound == expected, "what counts was heard whole"
            assert row["samples_played"] * 2 == len(expected)
        else:
            assert expected.startswith(sound), "what was cut off was cut off, not altered"
            assert row["reason"] == "power"
            last_sign = datetime.fromtimestamp(wav.stat().st_mtime, UTC) if wav.exists() else _armed(row)
            assert any(last_sign <= at <= last_sign + NO_RECORD_YET for at in own_kills), "only a kill cuts off"
    return results["completed"]


def _armed(row: dict[str, Any]) -> datetime:
    """When a receiver wrote down that a slot is about to sound, at the earliest."""
    return datetime.fromisoformat(row["start"]) - ARM_AHEAD


def _logged_once(station: Station) -> None:
    """Every play record is in exactly one leaf."""
    leaves = [Entry.decode(row["entry"]) for row in station.rows("SELECT entry FROM leaf ORDER BY n")]
    logged = Counter((row["receiver"], row["seq"]) for leaf in leaves for row in leaf.rows.get("play_record", ()))
    rows = station.rows("SELECT receiver, seq FROM play_record")
    assert logged == Counter((row["receiver"], row["seq"]) for row in rows)
