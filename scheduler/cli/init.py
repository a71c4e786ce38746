"""loa init: a new station folder."""

from pathlib import Path

import click

from scheduler.cli.command import Command, DiskPath, argument, emit, json_option, option, say
from scheduler.clock import system_now
from scheduler.config import read_text
from scheduler.sample import SAMPLE_CONFIG
from scheduler.usecases.found_station import found_station


@click.command("init", cls=Command, help="Found a station in FOLDER: settings, keys, register of xóm, enrolment files.")
@argument("folder", type=DiskPath(file_okay=False))
@option(
    "--from",
    "source",
    type=DiskPath(exists=True, dir_okay=False),
    help="The config.toml to begin with (default: the sample station, xã Diễn Châu).",
)
@json_option
def init(folder: Path, source: Path | None, as_json: bool) -> None:
    founded = found_station(folder.resolve(), read_text(source or SAMPLE_CONFIG), system_now())
    change, station = founded.change, founded.station
    document = {
        "station": station.id,
        "folder": str(station.folder),
        "xom": list(change.added),
        "receivers": list(change.receivers),
    }

    def show() -> None:
        say("{name} is founded in {folder}.", name=station.config.station.name, folder=station.folder)
        say("{xom} xóm, {receivers} receivers.", xom=len(change.added), receivers=len(change.receivers))
        say("Settings: {file}", file=station.folder / "config.toml")
        say("One file per receiver for the installer: {folder}", folder=station.enrolments)
        say("Take keys/root.key and keys/approver.key to a stick in a drawer; see docs/operations.md.")

    emit(document, as_json, show)
