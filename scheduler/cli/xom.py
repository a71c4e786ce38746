"""loa xom: the register of xóm."""

from gettext import gettext as _
from pathlib import Path

import click

from scheduler.cli.command import (
    DiskPath,
    Group,
    argument,
    confirm,
    dry_run_option,
    emit,
    json_option,
    say,
    station_option,
    yes_option,
)
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.tables import show_table
from scheduler.config import parse_config_text, read_text
from scheduler.sections import XomSettings
from scheduler.store.queries import active_receivers, xom_rows
from scheduler.usecases.register_xom import read_csv, register_xom


@click.group("xom", cls=Group, help="The xóm of the commune.")
def xom() -> None:
    pass


@xom.command("import", help="Make the register what FILE says: a CSV, or a config.toml with [[xom]].")
@argument("file", type=DiskPath(exists=True, dir_okay=False))
@station_option
@dry_run_option
@yes_option
@json_option
def import_(file: Path, station_folder: Path | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    station = opened(station_folder)
    listed = _listed(file)
    preview = register_xom(station, listed, clock_of(station), dry_run=True)
    if preview.removed and not dry_run:
        confirm(
            _("{count} xóm would be removed: {ids}. Go on?").format(
                count=len(preview.removed), ids=", ".join(preview.removed)
            ),
            yes,
        )
    change = preview if dry_run else register_xom(station, listed, clock_of(station))
    document = {
        "added": list(change.added),
        "changed": list(change.changed),
        "removed": list(change.removed),
        "receivers": list(change.receivers),
        "dry_run": dry_run,
    }
    emit(
        document,
        as_json,
        lambda: say(
            "Xóm: {added} added, {changed} changed, {removed} removed; {receivers} receivers added.",
            added=len(change.added),
            changed=len(change.changed),
            removed=len(change.removed),
            receivers=len(change.receivers),
        ),
    )


@xom.command("list", help="Show the xóm, their tags and receivers.")
@station_option
@json_option
def list_(station_folder: Path | None, as_json: bool) -> None:
    station = opened(station_folder)
    with station.store.reading() as session:
        rows, receivers = xom_rows(session), active_receivers(session)
    names = {row.id: [receiver.id for receiver in receivers.get(row.id, [])] for row in rows}
    document = [
        {
            "id": row.id,
            "name": row.name,
            "tags": row.tags,
            "receivers": names[row.id],
            "windows": row.windows,
            "daily_cap_s": row.daily_cap_s,
        }
        for row in rows
    ]
    lines = [(row.id, row.name, " ".join(row.tags), " ".join(names[row.id])) for row in rows]
    emit(document, as_json, lambda: show_table(("Id", "Name", "Tags", "Receivers"), lines))


def _listed(file: Path) -> list[XomSettings]:
    if file.suffix == ".toml":
        return list(parse_config_text(read_text(file)).xom)
    return read_csv(file.read_bytes())
