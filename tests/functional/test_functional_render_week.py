"""A week of bulletins rendered by processes that are killed: what is finished stays, nothing half-written is seen."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scheduler_cast import CONFIG, written

from playlists.week import TIMEZONE
from scheduler.station import Station, open_station
from scheduler.store.queries import bulletin_rows
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.found_station import found_station
from scheduler.usecases.render_bulletins import render_bulletins, without_sound
from scheduler.usecases.verify_log import verify_station

pytestmark = [pytest.mark.functional, pytest.mark.timeout(300)]
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["scheduler.usecases.render_bulletins"])
BULLETINS = 25
KILLS = 10
SEED = 57
BOUND_S = 90
"""No test waits for this; it only ends one whose event never comes."""
LOOK_S = 0.001


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """A station with a week's bulletins, none of which has a sound."""
    today = now().astimezone(TIMEZONE)
    days = {"valid_from": f"{today:%Y-%m-%d}", "valid_to": f"{today + timedelta(days=1):%Y-%m-%d}"}
    station = found_station(tmp_path / "station", CONFIG, now()).station
    for number in range(BULLETINS):
        manuscript = written(title=f"Tin {number}", plays=1, **days)
        words = replace(manuscript.bulletin, text=f"Tin số {number}. Mời bà con họp xóm.")
        add_bulletin(station, replace(manuscript, bulletin=words), now())
    return station


def command(station: Station) -> list[str]:
    return [sys.executable, "-m", "scheduler", "--station", str(station.folder), "bulletin", "render", "--all"]


def by_command(station: Station) -> tuple[int, Callable[[], int]]:
    """`loa bulletin render --all`: its process id, and what waits for its end and gives its exit code."""
    process = subprocess.Popen(command(station), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return process.pid, process.wait


def by_fork(station: Station) -> tuple[int, Callable[[], int]]:
    """The same without the start of an interpreter."""
    process = FORKS.Process(target=render, args=(station.folder,))
    process.start()
    assert process.pid is not None

    def wait() -> int:
        process.join(BOUND_S)
        assert process.exitcode is not None
        return process.exitcode

    return process.pid, wait


def render(folder: Path) -> None:
    station = open_station(folder)
    render_bulletins(station, without_sound(station, now()), now())


def clips(station: Station) -> dict[str, str | None]:
    with station.store.reading() as session:
        return {row.id: row.clip for row in bulletin_rows(session)}


def files(station: Station) -> set[Path]:
    return set(station.audio.glob("*.mp3"))


def check_nothing_is_half_written(station: Station) -> None:
    """Every file under a clip's name holds its bytes, and every bulletin that has a clip has its file."""
    for path in files(station):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
    assert {clip for clip in clips(station).values() if clip} <= {path.stem for path in files(station)}


def killed(
    station: Station, start: Callable[[Station], tuple[int, Callable[[], int]]], finished: int, *, midway: bool
) -> None:
    """Render until `finished` more clips have appeared, and `midway`: until one more is being written; then kill -9."""
    before = files(station)
    process, wait = start(station)
    until = time.monotonic() + BOUND_S
    while len(files(station) - before) < finished or (midway and not list(station.audio.glob(".*.part"))):
        assert time.monotonic() < until
        time.sleep(LOOK_S)
    os.kill(process, signal.SIGKILL)
    assert wait() == -signal.SIGKILL, "it ended before it was killed"


def test_killed_at_ten_moments_a_week_is_rendered_to_the_same_clips(station: Station, tmp_path: Path) -> None:
    station.store.close()
    shutil.copytree(station.folder, tmp_path / "undisturbed")
    undisturbed = open_station(tmp_path / "undisturbed")
    assert render_bulletins(undisturbed, without_sound(undisturbed, now()), now()).failed == ()

    moments = random.Random(SEED)
    done = 0
    for number in range(KILLS):
        start = by_fork if number else by_command
        killed(station, start, moments.randrange(1, 3) if number else 0, midway=number % 2 == 0)
        check_nothing_is_half_written(station)
        kept = sum(clip is not None for clip in clips(station).values())
        assert done <= kept < BULLETINS, "what was finished stays, and something was left to kill"
        done = kept
    assert done > 0

    last = subprocess.run([*command(station), "--json"], capture_output=True, timeout=BOUND_S, check=False)
    assert last.returncode == 0, last.stderr.decode()
    assert len(json.loads(last.stdout)["rendered"]) == BULLETINS - done, "nothing is rendered twice"
    assert clips(station) == clips(undisturbed)
    assert {path.name for path in files(station)} == {path.name for path in files(undisturbed)}
    assert not list(station.audio.glob(".*.part"))
    assert without_sound(station, now()) == ()
    assert verify_station(station).findings == ()
