"""Hand a published week to other programs and to the wall: calendars, playlists with their clips, pages to print.

Whoever opens them lives in the commune, so they are in Vietnamese whatever language the operator works in.
"""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from playlists.export import Event, Track, calendar, playlist
from playlists.slot import Slot
from playlists.week import TIMEZONE
from scheduler.catalogue import in_vietnamese
from scheduler.errors import NotFoundError
from scheduler.reports.wall import WallSlot, wall_page
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.usecases.published_week import PublishedSlot, PublishedWeek

CLIPS = "clips"


def export_calendars(station: Station, published: PublishedWeek, folder: Path, now: datetime) -> list[Path]:
    """One file for the commune and one for each xóm, in the place of earlier ones; cancelled slots are marked so."""
    events = {xom: [_event(published, entry.slot) for entry in published.of(xom)] for xom in published.xom}
    together = sorted((event for own in events.values() for event in own), key=lambda event: event.slot.programme.start)
    files = {f"{published.week}.ics": (published.station, together)}
    files |= {f"{published.week}-{xom}.ics": (published.xom[xom], own) for xom, own in events.items()}
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for file, (name, own) in files.items():
        said = Sentence("Broadcasts of {name}", name=name).text(in_vietnamese)
        written.append(folder / file)
        _place(written[-1], calendar(_marked(published, said), station.id, own, now))
    return written


def export_playlists(station: Station, published: PublishedWeek, folder: Path) -> list[Path]:
    """One playlist for each slot to be played, in WEEK/XÓM/, and beside the weeks the clips they name.

    Playlists of the week that are no longer so are removed. Raises NotFoundError when a clip is not there.
    """
    going = [entry for entry in published.slots if not entry.slot.cancelled]
    needed = sorted({digest for entry in going for digest in entry.items})
    sources = {digest: published.clips[digest].path(station.audio) for digest in needed}
    for source in sources.values():
        if not source.is_file():
            raise NotFoundError("the clip {path} is missing: put it back from a copy of the station", path=source)
    (folder / CLIPS).mkdir(parents=True, exist_ok=True)
    for source in sources.values():
        shutil.copyfile(source, folder / CLIPS / source.name)
    written = []
    for entry in going:
        programme = entry.slot.programme
        start = programme.start.astimezone(TIMEZONE)
        path = folder / str(published.week) / programme.xom / f"{start:%Y-%m-%d-%H%M%S}.m3u8"
        path.parent.mkdir(parents=True, exist_ok=True)
        title = f"{published.xom[programme.xom]} {start:%H:%M %d/%m/%Y}"
        text = playlist(_marked(published, title), _tracks(published, entry))
        _place(path, text.encode())
        written.append(path)
    for path in (folder / str(published.week)).glob("*/*.m3u8"):
        if path not in written:
            path.unlink()
    return written


def export_pages(published: PublishedWeek, folder: Path, now: datetime) -> list[Path]:
    """Pages to print and hang up: one for each xóm, and all of them in one file behind the commune's table."""
    folder.mkdir(parents=True, exist_ok=True)
    slots = {
        xom: [_wall_slot(published, entry.slot) for entry in published.of(xom) if not entry.slot.cancelled]
        for xom in published.xom
    }
    files = {f"{published.week}.html": dict(slots)}
    files |= {f"{published.week}-{xom}.html": {xom: own} for xom, own in slots.items()}
    written = []
    for file, own in files.items():
        page = wall_page(
            published.week,
            published.station,
            {published.xom[xom]: shown for xom, shown in own.items()},
            revision=published.revision,
            printed=now,
            simulated=published.simulated,
        )
        written.append(folder / file)
        _place(written[-1], page.encode())
    return written


def _event(published: PublishedWeek, slot: Slot) -> Event:
    place, contents = published.xom[slot.programme.xom], published.contents(slot)
    lines = list(contents)
    if slot.makes_good:
        lines.append(Sentence("A make-good for {slot}", slot=slot.makes_good).text(in_vietnamese))
    if slot.cancelled:
        lines.append(Sentence("Taken back: {why}", why=slot.why).text(in_vietnamese))
    others = f" (+{len(contents) - 1})" if len(contents) > 1 else ""
    summary = _marked(published, f"{place}: {contents[0]}{others}")
    return Event(slot, summary, place, "\n".join(lines))


def _tracks(published: PublishedWeek, entry: PublishedSlot) -> Iterator[Track]:
    kinds = {"ident": Sentence("Station ident"), "sign_off": Sentence("Sign-off")}
    titles = iter(published.contents(entry.slot))
    for digest in entry.items:
        clip = published.clips[digest]
        title = kinds[clip.kind].text(in_vietnamese) if clip.kind in kinds else next(titles)
        yield Track(f"../../{CLIPS}/{clip.path(Path()).name}", title, clip.duration)


def _wall_slot(published: PublishedWeek, slot: Slot) -> WallSlot:
    return WallSlot(
        start=slot.programme.start,
        end=slot.programme.end,
        titles=tuple(published.contents(slot)),
        campaign=slot.campaign,
        make_good=slot.makes_good is not None,
    )


def _marked(published: PublishedWeek, text: str) -> str:
    """Nothing of a rehearsal leaves the station without being called one."""
    return Sentence("[SIMULATED] {text}", text=text).text(in_vietnamese) if published.simulated else text


def _place(path: Path, content: bytes) -> None:
    """Whole or not at all: a calendar program may be reading."""
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(content)
    draft.replace(path)
