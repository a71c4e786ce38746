"""loa week play-now, copy-day and template: days and programmes placed by hand."""

from collections.abc import Callable, Mapping
from datetime import time
from pathlib import Path
from typing import Any

import click

from playlists.planning.settling import Choice
from playlists.week import Week
from scheduler.cli.by_hand import PARTIAL, REFUSED, by_hand_options, resolved, tell, xom_option
from scheduler.cli.command import (
    Command,
    Group,
    argument,
    dry_run_option,
    emit,
    explained,
    json_option,
    option,
    say,
    station_option,
)
from scheduler.cli.moments import MomentError, read_day, read_time
from scheduler.cli.named_xom import xom_ids, xom_names
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.tables import show_table
from scheduler.cli.week_parameter import WEEK
from scheduler.cli.week_table import which
from scheduler.usecases.day_template import (
    Applied,
    DayProgramme,
    apply_template,
    copy_day,
    read_template,
    remove_template,
    save_template,
    template_names,
)
from scheduler.usecases.place_by_hand import HandPlaced
from scheduler.usecases.play_now import play_now


class HourParameter(click.ParamType):
    """A time of day, 17:30."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> time:
        try:
            return value if isinstance(value, time) else read_time(value)
        except MomentError as error:
            self.fail(explained(error), param, ctx)


@click.command(
    "play-now",
    cls=Command,
    help="Play bulletin ID today, as soon as the receivers can have it. Inside the windows, unless an authority is "
    "named; in quiet hours never.",
)
@argument("bulletin_id", metavar="ID")
@xom_option
@option("--at", type=HourParameter(), help="At this hour of today (17:30).")
@option("--authority", help="Who lets it sound outside the windows, by name and office; on the record.")
@by_hand_options
def play(
    bulletin_id: str,
    xom: tuple[str, ...],
    at: time | None,
    authority: str | None,
    choice: str | None,
    station_folder: Path | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    station = opened(station_folder)
    now = clock_of(station)
    here, names = xom_ids(station, xom), xom_names(station)

    def place(chosen: Choice | None) -> HandPlaced:
        return play_now(station, bulletin_id, here, at, now, choice=chosen, authority=authority, dry_run=dry_run)

    return tell(resolved(place, names, choice, as_json), names, as_json, dry_run)


@click.command(
    "copy-day",
    cls=Command,
    help="Let the programmes of the first DAY of WEEK sound at the same hours of the second DAY, as pins.",
)
@argument("week", type=WEEK)
@argument("source", metavar="DAY")
@argument("target", metavar="DAY")
@by_hand_options
def copy(
    week: Week,
    source: str,
    target: str,
    choice: str | None,
    station_folder: Path | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    station = opened(station_folder)
    now, days = clock_of(station), (read_day(source, week), read_day(target, week))

    def copied(chosen: Choice | None) -> Applied:
        return copy_day(station, week, *days, now, choice=chosen, dry_run=dry_run)

    return _applied(copied, xom_names(station), choice, as_json, dry_run)


@click.group("template", cls=Group, help="Days kept under a name, to be used again.")
def template() -> None:
    pass


@template.command("save", help="Keep the programmes of DAY of WEEK under NAME.")
@argument("name", metavar="NAME")
@argument("week", type=WEEK)
@argument("day", metavar="DAY")
@station_option
@dry_run_option
@json_option
def save(name: str, week: Week, day: str, station_folder: Path | None, dry_run: bool, as_json: bool) -> None:
    station = opened(station_folder)
    found = save_template(station, name, week, read_day(day, week), clock_of(station), dry_run=dry_run)
    names = xom_names(station)
    emit({**_template(name, found), "dry_run": dry_run}, as_json, lambda: _show(name, found, names))


@template.command("apply", help="Let the programmes kept under NAME sound on DAY of WEEK, as pins.")
@argument("name", metavar="NAME")
@argument("week", type=WEEK)
@argument("day", metavar="DAY")
@by_hand_options
def apply(
    name: str, week: Week, day: str, choice: str | None, station_folder: Path | None, dry_run: bool, as_json: bool
) -> int:
    station = opened(station_folder)
    now, on = clock_of(station), read_day(day, week)

    def used(chosen: Choice | None) -> Applied:
        return apply_template(station, name, week, on, now, choice=chosen, dry_run=dry_run)

    return _applied(used, xom_names(station), choice, as_json, dry_run)


@template.command("list", help="Show the templates and what they hold.")
@station_option
@json_option
def list_(station_folder: Path | None, as_json: bool) -> None:
    station = opened(station_folder)
    found = {name: read_template(station, name) for name in template_names(station)}
    names = xom_names(station)

    def show() -> None:
        for name, programmes in found.items():
            _show(name, programmes, names)
        if not found:
            say("No template is kept yet; `loa week template save` keeps a day as one.")

    emit({"templates": [_template(name, programmes) for name, programmes in found.items()]}, as_json, show)


@template.command("remove", help="Forget the template NAME.")
@argument("name", metavar="NAME")
@station_option
@dry_run_option
@json_option
def remove(name: str, station_folder: Path | None, dry_run: bool, as_json: bool) -> None:
    remove_template(opened(station_folder), name, dry_run=dry_run)
    emit({"removed": name, "dry_run": dry_run}, as_json, lambda: say("The template {name} is removed.", name=name))


def _applied(
    apply_day: Callable[[Choice | None], Applied],
    names: Mapping[str, str],
    choice: str | None,
    as_json: bool,
    dry_run: bool,
) -> int:
    """Use a day's programmes, with the operator's choice where it needs one, and say what was done and left out."""
    tries: list[Applied] = []

    def place(chosen: Choice | None) -> HandPlaced:
        tries.append(apply_day(chosen))
        return tries[-1].done

    done = resolved(place, names, choice, as_json)
    applied = tries[-1]
    code = tell(done, names, as_json, dry_run, {"left_out": list(applied.left_out), "unknown": list(applied.unknown)})
    if applied.left_out and not as_json:
        say("Left out, because they may not be played in that week: {ids}", ids=", ".join(applied.left_out))
    if applied.unknown and not as_json:
        say("Left out, because these xóm are not here any more: {ids}", ids=", ".join(applied.unknown))
    if code or not (applied.left_out or applied.unknown):
        return code
    return PARTIAL if done.slots or done.sounding else REFUSED


def _template(name: str, programmes: tuple[DayProgramme, ...]) -> dict[str, Any]:
    return {
        "name": name,
        "programmes": [
            {"at": item.at.isoformat(), "xom": list(item.xom), "bulletins": list(item.bulletins)} for item in programmes
        ],
    }


def _show(name: str, programmes: tuple[DayProgramme, ...], names: Mapping[str, str]) -> None:
    rows = [
        [item.at.isoformat("seconds").removesuffix(":00"), ", ".join(item.bulletins), which(item.xom, names)]
        for item in programmes
    ]
    show_table(("Start", "Bulletins", "Xóm"), rows, title=name)
