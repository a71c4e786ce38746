"""Forged, old and foreign manifests and a changed clip: a real receiver refuses each and tells the station why."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from functional_cast import Station, accepts, journalled, now, running

from devices.broker.mqtt import MqttLink, MqttSettings
from devices.protocol import topics
from devices.protocol.codec import decode
from devices.protocol.envelope import open_envelope
from devices.protocol.messages import Manifest
from devices.protocol.reasons import REASONS
from devices.receiver.journal import read_journal
from devices.signing import SigningKey, seal
from playlists.week import Week

COMMUNE = "xa-thu"


@pytest.mark.functional
@pytest.mark.needs_mosquitto
@pytest.mark.timeout(300)
def test_forgeries_are_refused_with_their_reason_and_reported(tmp_path: Path) -> None:
    """Cases B4, B6, B8, B9 and B16: even with the station's own log-in at the broker nothing false is taken up."""
    with running(tmp_path, pause_s=0) as station:
        station.found()
        bulletin = station.write_bulletin(plays=2)
        station.mosquitto().start()
        station.until("the broker", lambda: accepts(station.broker_port))
        service, receiver = station.service(), station.receiver("r1")
        service.start()
        station.until("the service at the broker", station.on_the_air)
        receiver.start()
        station.until("the receiver enrolled", lambda: _enrolled(station))

        (row,) = station.rows("SELECT clip FROM bulletin WHERE id = ?", bulletin)
        changed = station.folder / "audio" / f"{row['clip']}.mp3"
        true_bytes = changed.read_bytes()
        changed.write_bytes(_one_bit_changed(true_bytes))

        hour, length = now() + timedelta(hours=1), station.programme_length()
        windows = [(hour, hour + length), (hour + length * 2, hour + length * 3)]
        station.publish(windows[:1])
        station.until("the first manifest adopted", lambda: _adopted(station, 1))
        station.publish(windows)
        station.until("the second manifest adopted", lambda: _adopted(station, 2))
        station.until("the changed clip reported", lambda: _told(station, "reported by receiver", row["clip"]))
        assert not list((station.state("r1") / "clips").rglob(f"{row['clip']}.clip")), "a changed clip is not kept"

        service.stop()
        first, second = (
            row["envelope"].encode()
            for row in station.rows("SELECT envelope FROM manifest WHERE receiver = 'r1' ORDER BY version")
        )
        (foreign,) = station.rows("SELECT envelope FROM manifest WHERE receiver = 'r2' AND version = 2")
        newer = Manifest.from_json(decode(open_envelope(second).payload, limit=len(second)))
        forged = seal(replace(newer, version=3), SigningKey.generate())
        _publish_as_station(station, [forged, first, foreign["envelope"].encode(), second])
        refused = ["unknown-signer", "manifest-rollback", "wrong-receiver"]
        station.until("the refusals in the journal", lambda: _reasons(station) >= {*refused})

        service.start()
        for reason in refused:
            station.until(f"the refusal {reason} at the station", partial(_told, station, REASONS[reason][1]))
        facts, _, _ = read_journal((station.state("r1") / "journal").read_bytes())
        assert facts.current is not None
        assert facts.current.version == 2, "the true manifest stays in force"

        changed.write_bytes(true_bytes)
        incidents = station.loa("report", "week", str(Week.of(now())))["incidents"]
        told = [incident["text"] for incident in incidents if incident["subject"] == "r1"]
        for expected in ("manifest 1", "r2", row["clip"]):
            assert any(expected in text for text in told), told
        assert station.loa("audit", "verify")["intact"]


def _enrolled(station: Station) -> bool:
    return bool(station.rows("SELECT id FROM receiver WHERE id = 'r1' AND enrolled_at IS NOT NULL"))


def _adopted(station: Station, version: int) -> bool:
    return bool(station.rows("SELECT 1 FROM adoption WHERE receiver = 'r1' AND version = ?", version))


def _told(station: Station, *parts: str) -> bool:
    """Whether an incident of the receiver, signed by it, says all of this."""
    rows = station.rows("SELECT * FROM incident WHERE subject = 'r1' AND envelope IS NOT NULL")
    texts = [row["template"] + row["values"] for row in rows]
    return any(all(part in text for part in parts) for text in texts)


def _reasons(station: Station) -> set[str]:
    """The reasons of every report in the receiver's journal."""
    envelopes = [raw for raw, record in journalled(station.state("r1")).values() if record is None]
    return {str(json.loads(open_envelope(raw.encode()).payload)["reason"]) for raw in envelopes}


def _publish_as_station(station: Station, manifests: list[bytes]) -> None:
    """Publish to the receiver with the station's own log-in, as who stole it could."""
    password = (station.folder / "keys" / "broker.password").read_text().strip()
    link = MqttLink(MqttSettings("127.0.0.1", station.broker_port, "station", "station", password))
    link.open(lambda: None)
    try:
        for raw in manifests:
            topic = topics.manifest(COMMUNE, "r1")
            station.until("the broker takes the forgery", partial(link.publish, topic, raw, retain=True))
        station.until("the broker has the forgeries", lambda: link.unacknowledged == 0)
    finally:
        link.close()


def _one_bit_changed(raw: bytes) -> bytes:
    middle = len(raw) // 2
    return raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]
