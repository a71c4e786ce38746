"""loa doctor: is everything in place?"""

from gettext import gettext as _
from pathlib import Path

import click

from scheduler.cli.command import Command, emit, json_option, station_option
from scheduler.cli.opening import opened
from scheduler.cli.tables import show_table
from scheduler.clock import system_now
from scheduler.usecases.examine_station import examine_station
from scheduler.usecases.voices import every_voice

NO = 1


@click.command("doctor", cls=Command, help="Look at voices, keys, disk, broker, service, register. Exit 1 on a fault.")
@station_option
@json_option
def doctor(station_folder: Path | None, as_json: bool) -> int:
    station = opened(station_folder)
    findings = examine_station(station, every_voice(station), system_now())
    document = [{"name": str(item.name), "verdict": item.verdict, "text": item.said.text(_)} for item in findings]
    headings = ("Looked at", "Verdict", "Found")
    rows = [(item.name.text(_), item.verdict, item.said.text(_)) for item in findings]
    emit(document, as_json, lambda: show_table(headings, rows))
    return NO if any(item.verdict == "fault" for item in findings) else 0
