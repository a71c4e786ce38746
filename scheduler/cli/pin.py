"""loa bulletin pin and unpin: a bulletin sounds at the instant the operator says."""

from pathlib import Path

import click

from scheduler.cli.by_hand import by_hand_options, resolved, tell, xom_option
from scheduler.cli.command import Command, argument, dry_run_option, emit, json_option, say, station_option
from scheduler.cli.moments import read_instant
from scheduler.cli.named_xom import xom_ids, xom_names
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.week_table import slot_document
from scheduler.usecases.pin_bulletin import pin_bulletin, unpin_bulletin


@click.command(
    "pin",
    cls=Command,
    help="Let a programme of bulletin ID begin at TIME (2026-11-24 06:30). It is sent out at once; the planner plans "
    "around it.",
)
@argument("bulletin_id", metavar="ID")
@argument("at", metavar="TIME", nargs=-1, required=True)
@xom_option
@by_hand_options
def pin(
    bulletin_id: str,
    at: tuple[str, ...],
    xom: tuple[str, ...],
    choice: str | None,
    station_folder: Path | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    station = opened(station_folder)
    now = clock_of(station)
    instant, here = read_instant(" ".join(at), now), xom_ids(station, xom)
    names = xom_names(station)
    done = resolved(
        lambda chosen: pin_bulletin(station, bulletin_id, instant, here, now, choice=chosen, dry_run=dry_run),
        names,
        choice,
        as_json,
    )
    return tell(done, names, as_json, dry_run)


@click.command(
    "unpin", cls=Command, help="Take back the pinned programmes of bulletin ID that are still to come, or that of TIME."
)
@argument("bulletin_id", metavar="ID")
@argument("at", metavar="[TIME]", nargs=-1)
@xom_option
@station_option
@dry_run_option
@json_option
def unpin(
    bulletin_id: str,
    at: tuple[str, ...],
    xom: tuple[str, ...],
    station_folder: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    station = opened(station_folder)
    now = clock_of(station)
    instant, here = read_instant(" ".join(at), now) if at else None, xom_ids(station, xom)
    gone = unpin_bulletin(station, bulletin_id, instant, here, now, dry_run=dry_run)
    document = {"slots": [slot_document(row) for row in gone], "dry_run": dry_run}
    emit(document, as_json, lambda: say("{count} pinned programmes taken back.", count=len(gone)))
