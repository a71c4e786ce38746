"""The demo's story: the sample station's week 2026-W48, from ten written bulletins to the proven report."""

import shutil
import socket
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import imageio_ffmpeg
import tomlkit

from devices.receiver.download import HttpDownload
from devices.receiver.enrolment import Enrolment
from devices.receiver.run import mqtt_link
from devices.simulator.clock import SimulatedClock
from devices.simulator.faults import Fault, week_of_faults
from devices.simulator.fleet import Fleet
from playlists.week import Week
from scheduler.bootstrap import embedded_broker, station_link
from scheduler.errors import ConflictError, StationError
from scheduler.rehearsal.clockwork import Clockwork
from scheduler.sample import SAMPLE_BULLETINS, SAMPLE_CONFIG
from scheduler.service.audio_server import AudioServer
from scheduler.service.station_service import StationService
from scheduler.station import Station, on_duty
from scheduler.store.queries import active_receivers
from scheduler.usecases.add_bulletin import add_bulletin, read_file
from scheduler.usecases.approve_bulletin import approve_bulletin
from scheduler.usecases.found_station import found_station
from scheduler.usecases.publish_week import Published, publish_week
from scheduler.usecases.voice_bulletin import Voiced, voice_bulletin

WEEK = Week(2026, 48)
SEED = 48
RENDERERS = 2
FOUNDED = WEEK.start - timedelta(hours=16)
PUBLISHED = WEEK.start - timedelta(hours=6)
CLOSED = WEEK.end + timedelta(hours=6)
BROKER_RESTARTS = WEEK.start + timedelta(days=2, hours=17, minutes=8)
"""Wednesday, while programmes sound: the receivers play on, and report when it is back."""


@dataclass(frozen=True)
class Cast:
    """Who plays in the story and what befalls them."""

    station: Station
    faults: tuple[Fault, ...]


def prepare(folder: Path) -> Station:
    """The sample station in `folder`, on free ports, marked as simulated. An earlier demo there is replaced.

    Raises ConflictError when the folder holds anything else.
    """
    if folder.exists() and any(folder.iterdir()):
        if not _is_demo(folder):
            raise ConflictError(
                "{folder} holds something that is no demo: expected an empty or new folder", folder=folder
            )
        shutil.rmtree(folder)
    return found_station(folder, _config(), FOUNDED).station


def write_bulletins(station: Station, told: Callable[[Voiced], None]) -> list[Voiced]:
    """Take in, voice and approve the sample bulletins, two at a time; `told` hears of each clip when it is done."""
    leader, key = station.config.station.leader, station.keys.approver()
    added = [
        add_bulletin(station, read_file(path, FOUNDED), FOUNDED, beside=path.parent)
        for path in sorted(SAMPLE_BULLETINS.glob("*.md"))
    ]
    with ThreadPoolExecutor(RENDERERS) as renderers:
        voiced = []
        for item in renderers.map(lambda one: voice_bulletin(station, one.bulletin.id, FOUNDED), added):
            told(item)
            voiced.append(item)
    for item in voiced:
        approve_bulletin(station, item.bulletin.id, leader, key, FOUNDED, seen_clip=item.clip.digest)
    return voiced


def cast(station: Station) -> Cast:
    """The seeded faults on this station's receivers."""
    with station.store.reading() as session:
        receivers = [row.id for rows in active_receivers(session).values() for row in rows]
    return Cast(station, week_of_faults(SEED, receivers, WEEK.start))


def play_week(
    story: Cast,
    published: Callable[[Published], None],
    restarted: Callable[[], None],
    observe: Callable[[datetime], None],
) -> None:
    """The whole week on the air: the receivers enrol, the week is published, played, lost, made good and recorded."""
    station = story.station
    clock, wake = SimulatedClock(FOUNDED), threading.Event()
    broker = embedded_broker(station)
    if broker is None:
        raise StationError("the demo uses the embedded broker: expected broker.kind = embedded")
    audio = AudioServer(station.audio, station.config.audio.host, station.config.audio.port)
    link = station_link(station)

    def publish() -> None:
        published(publish_week(station, WEEK, clock.read().wall))

    def restart() -> None:
        broker.stop()
        broker.start()
        restarted()

    with on_duty(station), tempfile.TemporaryDirectory(prefix="loa-receivers-") as receivers:
        broker.start()
        audio.start()
        service = StationService(station, link, clock.read().wall)
        link.open(wake.set)
        fleet = _fleet(story, Path(receivers), wake.set)
        events = ((PUBLISHED, publish), (BROKER_RESTARTS, restart))
        try:
            Clockwork(clock, service, fleet, wake, events, observe).run(CLOSED)
            service.prove_alive(clock.read().wall)
        finally:
            fleet.close()
            link.close()
            audio.stop()
            broker.stop()


def _fleet(story: Cast, folder: Path, wake: Callable[[], None]) -> Fleet:
    enrolments = [Enrolment.load(path) for path in sorted(story.station.enrolments.glob("*.json"))]
    ffmpeg = Path(imageio_ffmpeg.get_ffmpeg_exe())
    return Fleet(folder, enrolments, mqtt_link, HttpDownload(None), ffmpeg, story.faults, wake)


def _config() -> str:
    """The sample's config.toml as a rehearsal needs it: simulated, free ports, a heartbeat every six hours."""
    document = tomlkit.parse(SAMPLE_CONFIG.read_text(encoding="utf-8"))
    ports = _free_ports(2)
    for section, key, value in (
        ("station", "simulated", True),
        ("broker", "port", ports[0]),
        ("audio", "port", ports[1]),
        ("receivers", "heartbeat_s", 6 * 3600),
        ("receivers", "silent_after_s", 8 * 3600),
    ):
        document[section][key] = value
    return tomlkit.dumps(document)


def _is_demo(folder: Path) -> bool:
    try:
        document = tomlkit.parse((folder / "config.toml").read_text(encoding="utf-8")).unwrap()
    except (OSError, ValueError):
        return False
    return document.get("station", {}).get("simulated") is True


def _free_ports(count: int) -> list[int]:
    """Ports nobody listens on now, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()
