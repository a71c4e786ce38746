"""loa report: the week for the leader and the inspector."""

from gettext import gettext as _
from pathlib import Path

import click

from playlists.week import Week
from scheduler.cli.command import Group, argument, emit, json_option, say, station_option
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.week_parameter import WEEK
from scheduler.reports.document import report_document
from scheduler.usecases.report_week import report_week


@click.group("report", cls=Group, help="Reports, counted out of the evidence log.")
def report() -> None:
    pass


@report.command("week", help="Write the report of WEEK: a page to print and a JSON document.")
@argument("week", type=WEEK)
@station_option
@json_option
def week_(week: Week, station_folder: Path | None, as_json: bool) -> None:
    station = opened(station_folder)
    issued = report_week(station, week, clock_of(station), _)
    document = {"revision": issued.revision, "page": str(issued.page), **report_document(issued.report, _)}

    def show() -> None:
        say("{met} of {total} xóm met.", met=issued.report.met, total=issued.report.total)
        say("Report: {path}", path=issued.page)

    emit(document, as_json, show)
