"""Calendars and playlists: byte for byte where a standard says how, and read by libical, which real clients use."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from playlists.export import Event, Track, calendar, playlist
from playlists.slot import Programme, Slot
from playlists.week import TIMEZONE, Week

WEEK = Week(2026, 48)
STAMP = datetime(2026, 11, 22, 11, tzinfo=UTC)
STATION = "xa-thu"
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=120) | st.text(
    'a,;\\: "\nĐường ệ😀', max_size=120
)


def slot(start: datetime | None = None, *, revision: int = 1, cancelled: bool = False, length: float = 95.0) -> Slot:
    begins = start or WEEK.start + timedelta(hours=5, minutes=30)
    programme = Programme("x1", begins, begins + timedelta(seconds=length), ("b1",))
    return Slot(f"{WEEK}.x1.1-053000.{revision}", programme, revision, True, None, cancelled, "tang lễ" * cancelled)


def event(of: Slot | None = None, summary: str = "Xóm 1: Thử loa", description: str = "Thử loa") -> Event:
    return Event(of or slot(), summary, "Xóm 1", description)


def written(*events: Event, name: str = "Lịch", stamp: datetime = STAMP) -> bytes:
    return calendar(name, STATION, events, stamp)


def test_a_calendar_is_these_bytes() -> None:
    assert written(event()).decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Loa//Loa//VI",
        "NAME:Lịch",
        "X-WR-CALNAME:Lịch",
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Ho_Chi_Minh",
        "BEGIN:STANDARD",
        "DTSTART:20000101T000000",
        "TZNAME:+07",
        "TZOFFSETFROM:+0700",
        "TZOFFSETTO:+0700",
        "END:STANDARD",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        "SUMMARY:Xóm 1: Thử loa",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T053000",
        "DTEND;TZID=Asia/Ho_Chi_Minh:20261123T053135",
        "DTSTAMP:20261122T110000Z",
        "UID:2026-W48.x1.1-053000.1@xa-thu",
        "SEQUENCE:1",
        "DESCRIPTION:Thử loa",
        "LOCATION:Xóm 1",
        "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_the_same_week_gives_the_same_bytes() -> None:
    assert written(event()) == written(event())


def test_a_cancelled_slot_keeps_its_uid_and_its_sequence_rises() -> None:
    before, after = (
        Calendar.from_ical(written(event(slot(revision=3, cancelled=cancelled)))).events[0]
        for cancelled in (False, True)
    )
    assert before["UID"] == after["UID"]
    assert (before["STATUS"], after["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (3, 4)


def test_an_end_within_a_second_is_not_cut_short() -> None:
    """Calendars have whole seconds; a slot of 1.2 s takes 2 of them."""
    (found,) = Calendar.from_ical(written(event(slot(length=1.2)))).events
    assert found.duration == timedelta(seconds=2)


@pytest.mark.parametrize("week", [Week(2026, 53), Week(2027, 1)])
def test_c9_the_turn_of_the_year_and_midnight_keep_their_local_times(week: Week) -> None:
    starts = [week.start, week.end - timedelta(seconds=100), week.start + timedelta(hours=5)]
    text = written(*(event(slot(start.astimezone(UTC))) for start in starts)).decode()
    for start in starts:
        assert f"DTSTART;TZID=Asia/Ho_Chi_Minh:{start.astimezone(TIMEZONE):%Y%m%dT%H%M%S}\r\n" in text


@given(TEXTS, TEXTS)
def test_any_text_comes_back_and_no_line_is_too_long(summary: str, description: str) -> None:
    raw = written(event(summary=summary, description=description), name=summary)
    lines = raw.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in raw.replace(b"\r\n", b"")
    for line in lines:
        line.decode()  # folded between characters, never inside one
    back = Calendar.from_ical(raw)
    assert unescaped(str(back["NAME"])) == unescaped(str(back["X-WR-CALNAME"])) == summary
    assert (back.events[0]["SUMMARY"], back.events[0]["DESCRIPTION"]) == (summary, description)


def unescaped(text: str) -> str:
    """RFC 5545, section 3.3.11."""
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


class _IcalTime(ctypes.Structure):
    """struct icaltimetype of libical 3."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "dst")),
        ("zone", ctypes.c_void_p),
    )


class Libical:
    """The parser of Evolution, GNOME Calendar and KOrganizer, by its C interface (libical 3)."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        for name in (
            "icalparser_parse_string", "icalcomponent_get_first_component", "icalcomponent_get_next_component",
        ):  # fmt: skip
            getattr(library, name).restype = ctypes.c_void_p
        for name in ("icalcomponent_get_uid", "icalcomponent_get_summary"):
            getattr(library, name).restype = ctypes.c_char_p
        library.icalcomponent_get_dtstart.restype = _IcalTime
        library.icaltime_as_timet_with_zone.restype = ctypes.c_long
        library.icaltime_as_timet_with_zone.argtypes = [_IcalTime, ctypes.c_void_p]

    def events(self, raw: bytes) -> Iterator[tuple[str, str, str, int]]:
        """uid, summary, start in UTC, sequence. Raises AssertionError for a file that libical finds a fault in."""
        call = self._library
        root = ctypes.c_void_p(call.icalparser_parse_string(ctypes.c_char_p(raw)))
        assert root.value
        assert call.icalcomponent_count_errors(root) == 0
        assert call.icalrestriction_check(root) == 1, "RFC 5546 restrictions"
        kind = call.icalcomponent_string_to_kind(b"VEVENT")
        found = call.icalcomponent_get_first_component(root, kind)
        while found:
            one = ctypes.c_void_p(found)
            uid, summary = call.icalcomponent_get_uid(one), call.icalcomponent_get_summary(one)
            yield uid.decode(), summary.decode(), self._start(one), call.icalcomponent_get_sequence(one)
            found = call.icalcomponent_get_next_component(root, kind)
        call.icalcomponent_free(root)

    def _start(self, one: ctypes.c_void_p) -> str:
        """Its start as libical resolves it with the file's own VTIMEZONE, in UTC."""
        call = self._library
        start = call.icalcomponent_get_dtstart(one)
        seconds = call.icaltime_as_timet_with_zone(start, start.zone)
        return datetime.fromtimestamp(seconds, UTC).isoformat()


@pytest.fixture(scope="module")
def libical() -> Libical:
    try:
        return Libical(ctypes.CDLL("libical.so.3"))
    except OSError:
        missing = "libical.so.3 is missing: install the Debian package libical3"
        if os.environ.get("LOA_REQUIRE_ALL") == "1":
            pytest.fail(missing)
        pytest.skip(missing)


def test_libical_reads_what_we_write(libical: Libical) -> None:
    long = "Nghị quyết 57: “số”, đường dây\\nóng." * 9
    kept, gone = slot(), slot(WEEK.start + timedelta(days=6, hours=17), revision=2, cancelled=True)
    raw = written(event(kept, summary=long), event(gone))
    assert list(libical.events(raw)) == [
        (f"{kept.id}@{STATION}", long, "2026-11-22T22:30:00+00:00", 1),
        (f"{gone.id}@{STATION}", "Xóm 1: Thử loa", "2026-11-29T10:00:00+00:00", 3),
    ]


def test_a_playlist_is_these_lines() -> None:
    tracks = [
        Track("../clips/a.mp3", "Nhạc hiệu", timedelta(seconds=5.6)),
        Track("../clips/b.mp3", "Một\ntên\r\n  dài", timedelta(seconds=95)),
    ]
    assert playlist("Xóm 1\n05:30", tracks) == (
        "#EXTM3U\n#PLAYLIST:Xóm 1 05:30\n#EXTINF:6,Nhạc hiệu\n../clips/a.mp3\n#EXTINF:95,Một tên dài\n../clips/b.mp3\n"
    )


@given(st.lists(TEXTS, max_size=5))
def test_no_title_becomes_a_line_of_its_own(titles: list[str]) -> None:
    """A title with a line break must not slip another file into what is played."""
    tracks = [Track(f"c/{number}.mp3", title, timedelta(seconds=1)) for number, title in enumerate(titles)]
    lines = playlist("", tracks).splitlines()
    assert len(lines) == 2 + 2 * len(tracks)
    assert [line for line in lines if not line.startswith("#")] == [str(PurePosixPath(track.path)) for track in tracks]
