"""A week of 25 bulletins with one and with two workers: how much sooner two are done, and how busy the cores are."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from playlists.bulletin import Targets
from playlists.week import TIMEZONE
from scheduler.sample import SAMPLE_BULLETINS
from scheduler.station import Station
from scheduler.usecases.add_bulletin import add_bulletin, read_file
from scheduler.usecases.found_station import found_station
from scheduler.usecases.render_bulletins import render_bulletins

sys.path.insert(0, str(Path(__file__).parents[1]))
from scheduler_cast import CONFIG

BULLETINS = 25
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


def station_with_a_week(folder: Path) -> tuple[Station, list[str]]:
    """The sample bulletins, each more than once, with a sentence of its own so that none is known already."""
    station = found_station(folder, CONFIG, NOW).station
    samples = sorted(SAMPLE_BULLETINS.glob("*.md"))
    added = []
    for number in range(BULLETINS):
        manuscript = read_file(samples[number % len(samples)], NOW.astimezone(TIMEZONE))
        text = f"Tin số {number}.\n{manuscript.bulletin.text}"
        bulletin = replace(manuscript.bulletin, text=text, targets=Targets())
        added.append(add_bulletin(station, replace(manuscript, bulletin=bulletin), NOW).bulletin.id)
    return station, added


def cpu_s() -> float:
    """Of this process and of all it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def measured(workers: int) -> tuple[float, float, float]:
    """Wall, processor and sound seconds of a whole week."""
    with tempfile.TemporaryDirectory() as name:
        station, bulletins = station_with_a_week(Path(name) / "station")
        wall, cpu = time.perf_counter(), cpu_s()
        rendered = render_bulletins(station, bulletins, NOW, workers=workers)
        wall, cpu = time.perf_counter() - wall, cpu_s() - cpu
        assert not rendered.failed
        station.store.close()
    return wall, cpu, sum(voiced.clip.duration.total_seconds() for voiced in rendered.voiced)


def main() -> None:
    walls = []
    for workers in (1, 2):
        wall, cpu, sound = measured(workers)
        walls.append(wall)
        print(
            f"{workers} at a time: {BULLETINS} bulletins, {sound / 60:.1f} min of sound in {wall:.1f} s "
            f"({sound / wall:.0f} x real time); {cpu:.1f} s of processor, {cpu / wall:.2f} cores busy"
        )
    print(f"two at a time take {walls[1] / walls[0]:.2f} of the time of one")


if __name__ == "__main__":
    main()
