"""One agent from first contact to the receipt, on real files, with real ffmpeg, HTTP and signatures."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from devices_receiver_cast import MORNING, manifest, slot, stage


def test_a_week_is_taken_played_and_signed_for(tmp_path: Path) -> None:
    with stage(tmp_path) as on:
        first, second = on.serve((2.0, 1), (1.0, 2))
        on.station.send_trust()
        on.station.send(manifest("r1", on.audio.base, [slot("s1", MORNING, first, second)], [first, second]))
        on.switch_on()
        on.run_to(MORNING + timedelta(minutes=1))

        record = on.station.record("r1", "s1")
        assert record.result == "completed"
        assert record.start == MORNING
        assert record.samples_played == record.samples_expected == first.samples + second.samples + 12000
        assert record.clips == (first.digest, second.digest)
        assert record.simulated
        assert on.station.reasons("r1") == [
            ("adopted", "trust 1", "adopted"),
            ("adopted", "manifest 1", "adopted"),
        ]
        assert on.agent is not None
        assert not on.agent.busy
