"""The loop of `loa receiver run`: the one place where the receiver reads the clock and waits."""

from __future__ import annotations

import logging
import signal
import threading
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from devices.broker.link import Link, Will
from devices.broker.mqtt import MqttLink, MqttSettings
from devices.clock import Clock
from devices.errors import DeviceError
from devices.protocol import topics
from devices.protocol.codec import encode
from devices.protocol.messages import Offline
from devices.receiver.agent import Agent
from devices.receiver.crew import Crew
from devices.receiver.download import HttpDownload
from devices.receiver.enrolment import Enrolment
from devices.receiver.fetch import ClipFetcher
from devices.receiver.hostclock import HostClock
from devices.receiver.journal import JournalFailed
from devices.receiver.player import Player
from devices.receiver.sinks.device import device_player, find_program
from devices.receiver.sinks.null import NullPlayer, decoding_crew
from devices.receiver.sinks.wav import wav_player

Sink = Literal["device", "wav", "null"]
SINKS: tuple[Sink, ...] = ("device", "wav", "null")

LOOK_EVERY_S = 1.0
"""The clock may be set while the loop waits, and a link's thread may die: look at least this often (A7, C2, C3)."""
DOWNLOADS = 2

OK = 0
JOURNAL_FAILED = 1
UNUSABLE = 2
LINK_DEAD = 7


def run_receiver(
    folder: Path, enrolment: Enrolment, sink: Sink, ffmpeg: Path, wav_folder: Path, log: logging.Logger
) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code: 0 ended in order, 1 the journal's disk failed, 2 it could not
    begin (folder in use, no sound program, bad key), 7 the network thread is dead. After 1 and 7: start it again."""
    try:
        player = _player(sink, ffmpeg, wav_folder)
        fetcher = ClipFetcher(Crew(DOWNLOADS, "download"), HttpDownload(enrolment.broker.tls_ca))
        link = mqtt_link(enrolment)
        agent = Agent(enrolment, folder, link, player, fetcher, software())
    except (DeviceError, OSError) as error:
        log.error("the receiver cannot run: %s", error)
        return UNUSABLE
    ended, wake = threading.Event(), threading.Event()

    def end(*_: object) -> None:
        ended.set()
        wake.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    log.info("receiver %s plays to %s from %s", enrolment.receiver, player.sink, folder)
    try:
        agent.open(wake.set)
        code = run_agent(agent, link, HostClock(), ended, wake, log)
    except JournalFailed as error:
        log.critical("%s", error)
        code = JOURNAL_FAILED
    finally:
        agent.release()
    log.info("receiver %s ends with %d", enrolment.receiver, code)
    return code


def mqtt_link(enrolment: Enrolment) -> MqttLink:
    """The receiver's link to its broker; the will says that it has fallen silent."""
    broker = enrolment.broker
    offline = Offline(enrolment.commune, enrolment.receiver, boot="")
    will = Will(topics.status(enrolment.commune, enrolment.receiver), encode(offline.to_json()), retain=False)
    return MqttLink(
        MqttSettings(
            host=broker.host,
            port=broker.port,
            client_id=broker.username,
            username=broker.username,
            password=broker.password,
            tls_ca=broker.tls_ca,
            will=will,
        )
    )


def software() -> str:
    """What runs here, as hellos name it."""
    try:
        return f"loa {version('loa')}"
    except PackageNotFoundError:
        return "loa"


def _player(sink: Sink, ffmpeg: Path, wav_folder: Path) -> Player:
    match sink:
        case "wav":
            return wav_player(wav_folder, ffmpeg)
        case "null":
            return NullPlayer(ffmpeg, decoding_crew())
        case "device":
            return device_player(find_program(), ffmpeg)


def run_agent(
    agent: Agent, link: Link, clock: Clock, ended: threading.Event, wake: threading.Event, log: logging.Logger
) -> int:
    """Step the agent when it is due or woken until `ended`; returns the exit code."""
    while not ended.is_set():
        wake.clear()
        due = agent.step(clock.read())
        if not link.alive:
            log.critical("the network thread is dead; the receiver ends to be started again")
            return LINK_DEAD
        wake.wait(_pause_s(due, clock.read().wall))
    agent.stop(clock.read())
    return OK


def _pause_s(due: datetime | None, now: datetime) -> float:
    if due is None:
        return LOOK_EVERY_S
    return min(LOOK_EVERY_S, max(0.0, (due - now).total_seconds()))
