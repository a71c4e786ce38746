"""`loa doctor`: what an operator should know before something goes wrong. Looks, and changes nothing."""

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from playlists.week import TIMEZONE
from scheduler.audit.entry import instant_text, read_instant
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.pulse import last_beat
from scheduler.store.queries import active_receivers, open_incidents, valid_approvals, xom_rows
from tts.delivery import plain
from tts.errors import ReadableError
from tts.voices.voice import Voice

LEAST_FREE_MB = 500
SERVICE_SILENT = timedelta(seconds=30)
CONNECT_S = 2.0
OF_LATE = timedelta(days=7)
INCIDENTS_SHOWN = 20


@dataclass(frozen=True)
class Finding:
    """`name` is what was looked at; `said` what was found."""

    name: Sentence
    verdict: Literal["ok", "warning", "fault"]
    said: Sentence


def examine_station(station: Station, voices: list[Voice], now: datetime) -> list[Finding]:
    """Voices, keys, disk, broker, service, register, and what went wrong of late: each with its verdict."""
    return [
        *_voices(voices),
        *_keys(station),
        _disk(station),
        _broker(station),
        _service(station, now),
        *_register(station),
        *_incidents(station, now),
    ]


def _voices(voices: list[Voice]) -> Iterator[Finding]:
    for voice in voices:
        name = Sentence("voice {name}", name=voice.identity.name)
        if voice.identity.online:
            yield Finding(name, "warning", Sentence("not tried: it sends the text to an outside service"))
            continue
        try:
            speech = voice.speak(plain("xin chào bà con."))
            seconds = f"{speech.duration.total_seconds():.1f}"
            yield Finding(name, "ok", Sentence("spoke {seconds} s", seconds=seconds))
        except ReadableError as error:
            yield Finding(name, "fault", Sentence("cannot speak: {error}", error=str(error)))


def _keys(station: Station) -> Iterator[Finding]:
    for name in ("root", "approver"):
        if (station.keys.folder / f"{name}.key").is_file():
            said = Sentence("keys/{name}.key is on this machine: move it to a stick in a drawer", name=name)
            yield Finding(Sentence("key {name}", name=name), "warning", said)
    for name in ("schedule", "log"):
        present = (station.keys.folder / f"{name}.key").is_file()
        said = Sentence("is here") if present else Sentence("keys/{name}.key is missing: put it back", name=name)
        yield Finding(Sentence("key {name}", name=name), "ok" if present else "fault", said)


def _disk(station: Station) -> Finding:
    free = shutil.disk_usage(station.folder).free // 1_000_000
    return Finding(Sentence("disk"), "ok" if free >= LEAST_FREE_MB else "fault", Sentence("{free} MB free", free=free))


def _broker(station: Station) -> Finding:
    broker = station.config.broker
    try:
        socket.create_connection((broker.host, broker.port), CONNECT_S).close()
    except OSError as error:
        said = Sentence(
            "nothing answers on {host}:{port} ({error}): start `loa serve`, or the broker of its own",
            host=broker.host,
            port=broker.port,
            error=str(error.strerror),
        )
        return Finding(Sentence("broker"), "fault", said)
    return Finding(Sentence("broker"), "ok", Sentence("answers on {host}:{port}", host=broker.host, port=broker.port))


def _service(station: Station, now: datetime) -> Finding:
    with station.store.reading() as session:
        beat = last_beat(session)
    if beat is None or now - beat > SERVICE_SILENT:
        return Finding(Sentence("service"), "fault", Sentence("`loa serve` is not running"))
    return Finding(Sentence("service"), "ok", Sentence("on duty"))


def _register(station: Station) -> Iterator[Finding]:
    with station.store.reading() as session:
        receivers, xom = active_receivers(session), xom_rows(session)
        approved = [row for row in valid_approvals(session) if row.kind == "bulletin"]
    without = [row.id for row in xom if not receivers.get(row.id)]
    if without:
        yield Finding(Sentence("xom"), "fault", Sentence("no receiver in {xom}", xom=", ".join(without)))
    waiting = [r.id for rows in receivers.values() for r in rows if r.enrolled_at is None]
    if waiting:
        said = Sentence("never heard of: {receivers}; bring them their enrolment files", receivers=", ".join(waiting))
        yield Finding(Sentence("receivers"), "warning", said)
    if not approved:
        yield Finding(Sentence("bulletins"), "warning", Sentence("none is approved, so nothing can be planned"))


def _incidents(station: Station, now: datetime) -> Iterator[Finding]:
    """What receivers refused, who fell silent, what was forged (promise I10); the newest of the last days."""
    with station.store.reading() as session:
        rows = open_incidents(session, instant_text(now - OF_LATE))
    for row in rows[:INCIDENTS_SHOWN]:
        at = f"{read_instant(row.opened_at).astimezone(TIMEZONE):%H:%M %d/%m}"
        verdict: Literal["warning", "fault"] = "fault" if row.kind == "silent" else "warning"
        yield Finding(Sentence("incident at {time}", time=at), verdict, Sentence(row.template, **row.values))
    if len(rows) > INCIDENTS_SHOWN:
        more = Sentence("{count} more; `loa report week` lists them all", count=len(rows) - INCIDENTS_SHOWN)
        yield Finding(Sentence("incidents"), "warning", more)
