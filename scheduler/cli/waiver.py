"""loa week waive and unwaive: an authority accepts a week that is not met, or no longer does."""

from pathlib import Path

import click

from playlists.week import Week
from scheduler.cli.command import Command, argument, dry_run_option, emit, json_option, option, say, station_option
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.week_parameter import WEEK
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
    row = waive_week(station, week, xom, authority, why, clock_of(station), dry_run=dry_run)
    _emit(row, dry_run, as_json)


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
    row = unwaive_week(station, week, xom, why, clock_of(station), dry_run=dry_run)
    _emit(row, dry_run, as_json)


def _emit(row: WaiverRow, dry_run: bool, as_json: bool) -> None:
    def show() -> None:
        if row.lifted_at is None:
            say("Week {week} is waived by {authority}: {why}.", week=row.week, authority=row.authority, why=row.why)
        else:
            say("Week {week} is no longer waived: {why}.", week=row.week, why=row.lifted_why)

    emit({**row.model_dump(), "dry_run": dry_run}, as_json, show)
