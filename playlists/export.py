"""A published week for other programs: calendars (iCalendar, RFC 5545) and playlists (M3U8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from icalendar import Calendar, Timezone, vText
from icalendar import Event as CalendarEvent

from playlists.slot import Slot
from playlists.week import TIMEZONE

PRODUCT = "-//Loa//Loa//VI"


@dataclass(frozen=True)
class Event:
    """A slot as a calendar shows it."""

    slot: Slot
    summary: str
    place: str
    description: str


@dataclass(frozen=True)
class Track:
    """One clip of a playlist; `path` is relative to the playlist, with slashes."""

    path: str
    title: str
    duration: timedelta


def calendar(name: str, station: str, events: Iterable[Event], stamp: datetime) -> bytes:
    """One .ics file. `stamp` is when it is made; same events, same stamp, same bytes.

    A slot keeps its UID, its own name at the station, for ever; a calendar that took it in before follows it. Its
    SEQUENCE is the revision that brought it, and one more once it is cancelled.
    """
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("name", vText(name))  # RFC 7986; the other is what older programs read
    made.add("x-wr-calname", vText(name))
    made.add_component(_clock())
    for event in events:
        made.add_component(_event(event, station, stamp))
    content: bytes = made.to_ical()
    return content


def playlist(title: str, tracks: Iterable[Track]) -> str:
    """One extended M3U file, to be written as UTF-8; lengths in whole seconds, as players expect them."""
    lines = ["#EXTM3U", f"#PLAYLIST:{_line(title)}"]
    for track in tracks:
        lines += [f"#EXTINF:{round(track.duration.total_seconds())},{_line(track.title)}", track.path]
    return "\n".join(lines) + "\n"


@cache
def _clock() -> Timezone:
    """Vietnam's, one offset all year since 1975; without the remark that RFC 5546 allows no time zone."""
    clock = Timezone.from_tzinfo(TIMEZONE, first_date=date(2000, 1, 1), last_date=date(2100, 1, 1))
    del clock["comment"]
    return clock


def _event(event: Event, station: str, stamp: datetime) -> CalendarEvent:
    slot, made = event.slot, CalendarEvent()
    made.add("uid", f"{slot.id}@{station}")
    made.add("dtstamp", stamp.astimezone(UTC))
    made.add("dtstart", _local(slot.programme.start))
    made.add("dtend", _local(slot.programme.end, up=True))
    made.add("sequence", slot.revision + slot.cancelled)
    made.add("status", "CANCELLED" if slot.cancelled else "CONFIRMED")
    made.add("transp", "TRANSPARENT")  # nobody is busy because a loudspeaker sounds
    made.add("summary", event.summary)
    made.add("location", event.place)
    made.add("description", event.description)
    return made


def _local(instant: datetime, *, up: bool = False) -> datetime:
    """On the clock of Vietnam, in the whole seconds that a calendar has; an end is rounded up."""
    whole = instant.astimezone(TIMEZONE).replace(microsecond=0)
    return whole + timedelta(seconds=1) if up and instant.microsecond else whole


def _line(text: str) -> str:
    return " ".join(text.split())
