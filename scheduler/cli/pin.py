"""loa bulletin pin and unpin: a bulletin sounds at the instant the operator says."""

import re
from datetime import date, datetime
from pathlib import Path

import click

from playlists.week import Week
from scheduler.cli.by_hand import conflict_option, resolved, tell, xom_option
from scheduler.cli.command import Command, argument, dry_run_option, emit, json_option, say, station_option
from scheduler.cli.moments import MomentError, read_moment
from scheduler.cli.opening import clock_of, opened
from scheduler.usecases.pin_bulletin import pin_bulletin, unpin_bulletin

_DATES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})"),
)


@click.command(
    "pin",
    cls=Command,
    help="Let a programme of bulletin ID begin at TIME (2026-11-24 06:30). It is sent out at once; the planner plans "
    "around it.",
)
@argument("bulletin_id", metavar="ID")
@argument("at", metavar="TIME")
@xom_option
@conflict_option
@station_option
@dry_run_option
@json_option
def pin(
    bulletin_id: str,
    at: str,
    xom: tuple[str, ...],
    choice: str | None,
    station_folder: Path | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    station = opened(station_folder)
    now = clock_of(station)
    instant = typed_instant(at, now)
    done = resolved(
        lambda chosen: pin_bulletin(station, bulletin_id, instant, xom, now, choice=chosen, dry_run=dry_run),
        choice,
        as_json,
    )
    return tell(done, as_json, dry_run)


@click.command(
    "unpin", cls=Command, help="Take back the pinned programmes of bulletin ID that are still to come, or that of TIME."
)
@argument("bulletin_id", metavar="ID")
@argument("at", metavar="TIME", required=False)
@xom_option
@station_option
@dry_run_option
@json_option
def unpin(
    bulletin_id: str, at: str | None, xom: tuple[str, ...], station_folder: Path | None, dry_run: bool, as_json: bool
) -> None:
    station = opened(station_folder)
    now = clock_of(station)
    gone = unpin_bulletin(station, bulletin_id, typed_instant(at, now) if at else None, xom, now, dry_run=dry_run)
    document = {"slots": [row.model_dump() for row in gone], "dry_run": dry_run}
    emit(document, as_json, lambda: say("{count} pinned programmes taken back.", count=len(gone)))


def typed_instant(text: str, now: datetime) -> datetime:
    """A day and a time as operators type them; a day by its name is the next one. Raises MomentError."""
    dated = next((found for pattern in _DATES if (found := pattern.search(text))), None)
    if dated is not None:
        try:
            return read_moment(text, Week.on(date(int(dated["y"]), int(dated["m"]), int(dated["d"]))))
        except ValueError:
            return read_moment(text, Week.of(now))
    this = Week.of(now)
    try:
        instant = read_moment(text, this)
    except MomentError:
        return read_moment(text, this.next)
    return instant if instant > now or "/" in text else read_moment(text, this.next)
