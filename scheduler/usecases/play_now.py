"""Play a bulletin today, as soon as the receivers can have it, or at an hour of today."""

from collections.abc import Sequence
from datetime import datetime, time

from playlists.planning.placing import broken, nearest, on_grid, span_of
from playlists.planning.settling import Choice, Wish
from playlists.week import TIMEZONE, Week
from scheduler.station import Station
from scheduler.usecases.pin_bulletin import places
from scheduler.usecases.place_by_hand import Desk, HandPlaced, desk, place_by_hand


def play_now(
    station: Station,
    bulletin: str,
    xom: Sequence[str],
    at: time | None,
    now: datetime,
    *,
    choice: Choice | None = None,
    authority: str | None = None,
    dry_run: bool = False,
) -> HandPlaced:
    """A programme of this bulletin today, in these xóm or in all it is meant for; inside the windows, unless a named
    authority lets it sound outside them; in quiet hours never (I8).

    Raises NotFoundError, NotAllowedError when the bulletin may not be played this week.
    """
    with station.store.writing(dry_run=dry_run) as session:
        week = Week.of(now)
        table = desk(session, station, week, now, authority)
        wishes = [
            Wish(one, _start(table, one, bulletin, at, now), (bulletin,))
            for one in places(session, station, bulletin, xom, week)
        ]
        return place_by_hand(session, station, week, wishes, "play_now", choice, now, authority=authority)


def _start(table: Desk, xom: str, bulletin: str, at: time | None, now: datetime) -> datetime:
    """The hour that was named; else the first instant from now on, on this day, that only a conflict may speak
    against; else simply now, to be refused with the reason."""
    if at is not None:
        return datetime.combine(now.astimezone(TIMEZONE).date(), at, TIMEZONE)
    soon = on_grid(table.problem, table.problem.now)
    if bulletin not in table.material.clips:
        return soon
    span = span_of(table.problem, [bulletin], soon)
    if any(item.programme.xom == xom and item.programme.interval.overlaps(span) for item in table.standing):
        return soon
    if not broken(table.problem, xom, [bulletin], soon, table.lifted):
        return soon
    _, after = nearest(table.problem, xom, [bulletin], soon, table.lifted)
    today = after is not None and after.astimezone(TIMEZONE).date() == now.astimezone(TIMEZONE).date()
    return after if after is not None and today else soon
