"""A week as it was published, with everything that is said of it outside: names, titles, clips."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from playlists.clip import Clip
from playlists.slot import Programme, Slot
from playlists.week import Week
from scheduler.audit.entry import read_instant
from scheduler.errors import NotFoundError
from scheduler.station import Station
from scheduler.store.queries import bulletin_rows, clip_rows, latest_plan, slots_of_week, station_row, xom_rows
from scheduler.store.tables import SlotRow
from scheduler.usecases.values import clip_value


@dataclass(frozen=True)
class PublishedSlot:
    """A slot and the digests of its clips in playing order."""

    slot: Slot
    items: tuple[str, ...]


@dataclass(frozen=True)
class PublishedWeek:
    """`xom` and `titles` are names by id; `slots` are by start, cancelled ones among them."""

    week: Week
    revision: int
    station: str
    simulated: bool
    xom: Mapping[str, str]
    titles: Mapping[str, str]
    clips: Mapping[str, Clip]
    slots: tuple[PublishedSlot, ...]

    def contents(self, slot: Slot) -> list[str]:
        """What a slot holds, by title."""
        return [self.titles.get(bulletin, bulletin) for bulletin in slot.programme.bulletins]

    def of(self, xom: str) -> tuple[PublishedSlot, ...]:
        return tuple(entry for entry in self.slots if entry.slot.programme.xom == xom)


def published_week(station: Station, week: Week) -> PublishedWeek:
    """Raises NotFoundError for a week that was not published."""
    with station.store.reading() as session:
        latest = latest_plan(session, str(week))
        if latest is None:
            raise NotFoundError("week {week} is not published yet; see `loa week publish {week}`", week=week)
        rows, about = slots_of_week(session, str(week)), station_row(session)
        names = {row.id: row.name for row in xom_rows(session)}
        clips = clip_rows(session, {digest for row in rows for digest in row.items})
        return PublishedWeek(
            week=week,
            revision=latest.revision,
            station=about.name,
            simulated=about.simulated,
            xom={xom: names.get(xom, xom) for xom in sorted({*names, *(row.xom for row in rows)})},
            titles=titles(session),
            clips={digest: clip_value(row) for digest, row in clips.items()},
            slots=tuple(PublishedSlot(slot_value(row), tuple(row.items)) for row in rows),
        )


def titles(session: Session) -> dict[str, str]:
    """Every bulletin's title, by id."""
    return {row.id: row.title for row in bulletin_rows(session)}


def slot_value(row: SlotRow) -> Slot:
    return Slot(
        id=row.id,
        programme=Programme(row.xom, read_instant(row.start), read_instant(row.end), tuple(row.bulletins)),
        revision=row.plan_revision,
        campaign=row.campaign,
        makes_good=row.mends,
        cancelled=row.cancelled_at is not None,
        why=row.why or "",
    )
