"""loa week waive and unwaive: an authority accepts a week that is not met, or no longer does."""

from gettext import gettext as _
from pathlib import Path

import click

from playlists.week import Week
from scheduler.cli.command import Command, argument, dry_run_option, emit, json_option, option, say, station_option
from scheduler.cli.named_xom import xom_ids, xom_names
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.week_parameter import WEEK
from scheduler.station import Station
from scheduler.store.tables import WaiverRow
from scheduler.usecases.waive_week import unwaive_week, waive_week


@click.command(
    "waive",
    cls=Command,
    help="Put on record that an authority accepts fewer slots in WEEK, in XOM or in every xóm. Never counted as met.",
)
@argument("week", type=WEEK)
@argument("xom", required=False)
@option("--authority", required=True, help="Who accepts it, by name and office.")
@option("--why", required=True, help="The reason, for the record.")
@station_option
@dry_run_option
@json_option
def waive(
    week: Week, xom: str | None, authority: str, why: str, station_folder: Path | None, dry_run: bool, as_json: bool
) -> None:
    station = opened(station_folder)
    row = waive_week(station, week, _xom(station, xom), authority, why, clock_of(station), dry_run=dry_run)
    _emit(station, row, dry_run, as_json)


@click.command(
    "unwaive",
    cls=Command,
    help="Put on record that the waiver of WEEK, for XOM or for every xóm, holds no longer.",
)
@argument("week", type=WEEK)
@argument("xom", required=False)
@option("--why", required=True, help="The reason, for the record.")
@station_option
@dry_run_option
@json_option
def unwaive(week: Week, xom: str | None, why: str, station_folder: Path | None, dry_run: bool, as_json: bool) -> None:
    station = opened(station_folder)
    row = unwaive_week(station, week, _xom(station, xom), why, clock_of(station), dry_run=dry_run)
    _emit(station, row, dry_run, as_json)


def _xom(station: Station, named: str | None) -> str | None:
    return None if named is None else xom_ids(station, [named])[0]


def _emit(station: Station, row: WaiverRow, dry_run: bool, as_json: bool) -> None:
    def show() -> None:
        xom = _("every xóm") if row.xom is None else xom_names(station)[row.xom]
        if row.lifted_at is None:
            said = "Week {week}, {xom}: waived by {authority}: {why}."
            say(said, week=row.week, xom=xom, authority=row.authority, why=row.why)
        else:
            say("Week {week}, {xom}: no longer waived: {why}.", week=row.week, xom=xom, why=row.lifted_why)

    emit({**row.model_dump(), "dry_run": dry_run}, as_json, show)
