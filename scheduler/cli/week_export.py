"""loa week export: a published week for calendars, players and the wall."""

from gettext import gettext as _
from pathlib import Path

import click

from playlists.week import Week
from scheduler.cli.command import Command, DiskPath, argument, emit, json_option, option, say, station_option
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.week_parameter import WEEK
from scheduler.usecases.export_week import export_calendars, export_pages, export_playlists
from scheduler.usecases.published_week import published_week

FOLDER = DiskPath(file_okay=False)


@click.command("export", cls=Command, help="Write the published WEEK for calendars, players and the wall.")
@argument("week", type=WEEK)
@option("--ics", "calendars", type=FOLDER, help="Calendars into this folder: the commune's, and one for each xóm.")
@option("--m3u", "playlists", type=FOLDER, help="A playlist for each slot, with its clips, into this folder.")
@option("--html", "pages", type=FOLDER, help="Pages to print and hang up: the commune's, and one for each xóm.")
@station_option
@json_option
def export(
    week: Week,
    calendars: Path | None,
    playlists: Path | None,
    pages: Path | None,
    station_folder: Path | None,
    as_json: bool,
) -> None:
    if not (calendars or playlists or pages):
        raise click.UsageError(_("say what to write: --ics, --m3u or --html, each with a folder"))
    station = opened(station_folder)
    published, now = published_week(station, week), clock_of(station)
    written = {
        "ics": export_calendars(station, published, calendars, now) if calendars else [],
        "m3u": export_playlists(station, published, playlists) if playlists else [],
        "html": export_pages(published, pages, now) if pages else [],
    }
    document = {
        "week": str(week),
        "revision": published.revision,
        **{kind: [str(path) for path in paths] for kind, paths in written.items()},
    }

    def show() -> None:
        for folder, paths in ((calendars, written["ics"]), (playlists, written["m3u"]), (pages, written["html"])):
            if folder is not None:
                say("{count} files in {folder}", count=len(paths), folder=folder)

    emit(document, as_json, show)
