"""What an agent on the stage is given to play, and what it says it did."""

from __future__ import annotations

from datetime import datetime, timedelta

from devices_receiver_cast import MORNING, Stage, clip, manifest, slot

from devices.protocol.messages import Manifest

SAMPLES = clip(2.0, 1).samples + clip(1.0, 2).samples + 12000
EVENING = MORNING + timedelta(hours=11, minutes=30)


def publish(on: Stage, *starts: datetime, version: int = 1, **changed: object) -> Manifest:
    """Two clips served, the trust sent, and a week of slots s1, s2, … sent."""
    clips = on.serve((2.0, 1), (1.0, 2))
    slots = [slot(f"s{n}", start, *clips) for n, start in enumerate(starts, 1)]
    made = manifest("r1", on.audio.base, slots, clips, version=version, **changed)
    on.station.send_trust()
    on.station.send(made)
    return made


def results(on: Stage) -> list[tuple[str, str, str]]:
    return [(record.slot, record.result, record.reason) for record in on.station.records.get("r1", [])]
