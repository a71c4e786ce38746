"""A slot's volume: from the signed manifest to the samples a sink gets; what is proven stays the same."""

from __future__ import annotations

import array
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from devices_receiver_cast import FFMPEG, MORNING, Stage, clip, manifest, mp3_of, pcm_of, slot

from devices.receiver.player import Player, Programme, ProgrammeClip
from devices.receiver.sinks.decode import Decoding
from devices.receiver.sinks.null import NullPlayer

SECONDS, SEED = 1.0, 2


def decoded(path: Path, volume: int) -> array.array[int]:
    made = clip(SECONDS, SEED)
    decoding = Decoding(FFMPEG, Programme("s", (ProgrammeClip(path, made.samples, made.rate),), 0, volume))
    pcm = b"".join(iter(lambda: decoding.read(5000), b""))
    assert decoding.fault() == ""
    decoding.close()
    return array.array("h", pcm)


@pytest.mark.parametrize("volume", [100, 60, 50, 10])
def test_every_sample_is_multiplied_and_none_is_lost(tmp_path: Path, volume: int) -> None:
    path = tmp_path / "clip.mp3"
    path.write_bytes(mp3_of(clip(SECONDS, SEED), SECONDS, SEED))
    full = array.array("h", pcm_of(path.read_bytes()))
    made = decoded(path, volume)
    assert len(made) == len(full)
    assert max(abs(sample - whole * volume / 100) for sample, whole in zip(made, full, strict=True)) <= 1


class Listening(NullPlayer):
    """The null sink, which remembers what it was told to play."""

    heard: list[Programme]

    def prepare(self, programme: Programme) -> None:
        self.heard.append(programme)
        super().prepare(programme)


class Room(Stage):
    def player(self) -> Player:
        player = Listening(FFMPEG, self.decoders)
        player.heard = self.heard = []
        return player


def test_the_receiver_plays_a_slot_at_the_volume_its_manifest_names_and_proves_it_as_ever(tmp_path: Path) -> None:
    on = Room(tmp_path / "r1")
    try:
        clips = on.serve((SECONDS, SEED))
        later = MORNING + timedelta(hours=1)
        slots = [replace(slot("s1", MORNING, *clips), volume=40), slot("s2", later, *clips)]
        on.station.send_trust()
        on.station.send(manifest("r1", on.audio.base, slots, clips))
        on.switch_on()
        on.run_to(later + timedelta(minutes=1))
        assert [(made.slot, made.volume) for made in on.heard] == [("s1", 40), ("s2", 100)]
        records = [on.station.record("r1", name) for name in ("s1", "s2")]
        assert [(record.result, record.samples_played) for record in records] == [("completed", clips[0].samples)] * 2
    finally:
        on.close()
