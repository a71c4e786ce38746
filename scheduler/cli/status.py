"""loa status: is every xóm getting what it was promised?"""

from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from playlists.week import Week
from scheduler.cli.command import Command, argument, emit, json_option, out, say, station_option
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.tables import show_table
from scheduler.cli.week_parameter import WEEK
from scheduler.cli.week_plan import show_bears
from scheduler.reports.document import status_document
from scheduler.usecases.week_bears import bears_as_published
from scheduler.usecases.week_facts import week_status

NO = 1
BAD = ("missed", "impossible")
STILL_OPEN = ("on_track", "at_risk")


@click.command("status", cls=Command, help="Show each xóm in WEEK (default: this week). Exit 1 if one is missed.")
@argument("week", type=WEEK, required=False)
@station_option
@json_option
def status(week: Week | None, station_folder: Path | None, as_json: bool) -> int:
    station = opened(station_folder)
    now = clock_of(station)
    chosen = week or Week.of(now)
    guarantee = station.config.guarantee
    document = status_document(
        chosen,
        week_status(station, chosen, now),
        guarantee.campaign_slots_per_week,
        station.config.station.simulated,
        _,
    )
    bears = bears_as_published(station, chosen, now)
    open_still = {xom["id"] for xom in document["xom"] if xom["state"] in STILL_OPEN}
    bears = {xom: count for xom, count in bears.items() if xom in open_still}
    for xom in document["xom"]:
        xom["bears"] = bears.get(xom["id"])

    def show() -> None:
        show_status(document)
        show_bears(bears, {xom["id"]: xom["name"] for xom in document["xom"]})

    emit(document, as_json, show)
    return NO if any(xom["state"] in BAD for xom in document["xom"]) else 0


def show_status(document: dict[str, Any]) -> None:
    """A narrow table, then the reasons, each in a line of its own."""
    columns = ("id", "name", "planned", "played", "unknown", "make_good", "state", "grade")
    headings = ("Id", "Xóm", "Planned", "Played", "Unknown", "Make-good", "State", "Grade")
    title = document["week"] + (f" ({_('simulated')})" if document["simulated"] else "")
    show_table(headings, [[xom[key] for key in columns] for xom in document["xom"]], title=title)
    for xom in document["xom"]:
        named = f"{xom['name']}: "
        if xom["reason"]:  # the planner's reasons name the xóm themselves
            out.print(named + xom["reason"].removeprefix(named), markup=False)
    say("{met} of {total} xóm have their {required} campaign slots.", **document)
    if waived := sum(xom["state"] == "waived" for xom in document["xom"]):
        say("{waived} xóm do not have them, which an authority has accepted.", waived=waived)
