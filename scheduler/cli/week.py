"""loa week: plan it, show it, publish it."""

from collections import defaultdict
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from playlists.slot import Programme
from playlists.week import TIMEZONE, Week
from scheduler.audit.entry import read_instant
from scheduler.cli.command import (
    Group,
    argument,
    clock_of,
    dry_run_option,
    emit,
    json_option,
    opened,
    say,
    station_option,
    yes_option,
)
from scheduler.cli.tables import show_table
from scheduler.cli.waiver import unwaive, waive
from scheduler.cli.week_export import export
from scheduler.cli.week_parameter import WEEK
from scheduler.cli.week_solve import solve
from scheduler.cli.week_warnings import ask_about, calendar_document, show_calendar
from scheduler.errors import NotFoundError
from scheduler.station import Station
from scheduler.store.queries import latest_plan, slots_of_week
from scheduler.store.tables import SlotRow
from scheduler.usecases.plan_week import Planned, plan_week, said, said_together
from scheduler.usecases.publish_week import publish_week
from scheduler.usecases.unusual_hours import Unusual, unusual_hours

PARTIAL = 6
NO = 1


@click.group("week", cls=Group, help="A week's playlists.")
def week() -> None:
    pass


week.add_command(export)
week.add_command(waive)
week.add_command(unwaive)
week.add_command(solve)


@week.command("plan", help="Show the plan of WEEK (2026-W48) as it would be published now. Changes nothing.")
@argument("week", type=WEEK)
@station_option
@json_option
def plan(week: Week, station_folder: Path | None, as_json: bool) -> int:
    station = opened(station_folder)
    answer = plan_week(station, week, clock_of(station))
    unusual = _unusual(station, answer)
    document = {**_plan_document(answer), **calendar_document(station, answer.week, unusual)}

    def show() -> None:
        _show_plan(answer)
        show_calendar(station, answer.week, unusual)

    emit(document, as_json, show)
    return _exit_code(answer)


@week.command("publish", help="Plan WEEK, sign it and send it to the receivers. What was sent before stays.")
@argument("week", type=WEEK)
@station_option
@dry_run_option
@yes_option
@json_option
def publish(week: Week, station_folder: Path | None, dry_run: bool, yes: bool, as_json: bool) -> int:
    station = opened(station_folder)
    if not (dry_run or yes):
        ask_about(_unusual(station, publish_week(station, week, clock_of(station), dry_run=True).planned))
    published = publish_week(station, week, clock_of(station), dry_run=dry_run)
    unusual = _unusual(station, published.planned)
    document = {
        "revision": published.revision,
        "slots": [_slot_document(slot) for slot in published.slots],
        "lifted": [_slot_document(slot) for slot in published.lifted],
        "receivers": list(published.receivers),
        "dry_run": dry_run,
        **_plan_document(published.planned),
        **calendar_document(station, week, unusual),
    }

    def show() -> None:
        _show_plan(published.planned)
        show_calendar(station, week, unusual)
        for slot in published.lifted:
            say("Taken back: {slot} ({why})", slot=slot.id, why=slot.why)
        say(
            "Revision {revision}: {slots} new slots for {receivers} receivers.",
            revision=published.revision,
            slots=len(published.slots),
            receivers=len(published.receivers),
        )

    emit(document, as_json, show)
    return _exit_code(published.planned)


@week.command("show", help="Show the slots of WEEK as they were published.")
@argument("week", type=WEEK)
@station_option
@json_option
def show(week: Week, station_folder: Path | None, as_json: bool) -> None:
    station = opened(station_folder)
    with station.store.reading() as session:
        last, slots = latest_plan(session, str(week)), slots_of_week(session, str(week))
    if last is None:
        raise NotFoundError("week {week} is not published yet; see `loa week publish {week}`", week=week)
    document = {
        "week": str(week),
        "revision": last.revision,
        "feasible": last.feasible,
        "reasons": [{"xom": item["xom"], "text": item["values"]["reason"]} for item in last.reasons],
        "slots": [_slot_document(slot) for slot in slots],
    }
    kept = [slot for slot in slots if slot.cancelled_at is None]
    cells = [(slot.xom, read_instant(slot.start), _label(slot)) for slot in kept]
    emit(document, as_json, lambda: _show_days(week, cells))


def _unusual(station: Station, answer: Planned) -> tuple[Unusual, ...]:
    with station.store.reading() as session:
        return unusual_hours(session, station, answer)


def _plan_document(answer: Planned) -> dict[str, Any]:
    return {
        "week": str(answer.week),
        "feasible": answer.feasible,
        "programmes": [
            {
                "xom": item.xom,
                "start": item.start.astimezone(TIMEZONE).isoformat(),
                "end": item.end.astimezone(TIMEZONE).isoformat(),
                "bulletins": list(item.bulletins),
                "campaign": any(bulletin in answer.material.campaign for bulletin in item.bulletins),
            }
            for item in answer.plan.programmes
        ],
        "same_day": list(answer.plan.same_day),
        "reasons": [
            {
                "xom": reason.xom,
                "bulletins": list(reason.bulletins),
                "rules": list(reason.rules),
                "text": said(reason, _),
                "would_help": [phrase.said(_) for phrase in reason.would_help],
            }
            for reason in answer.reasons
        ],
    }


def _show_plan(answer: Planned) -> None:
    cells = [(item.xom, item.start, _planned_label(item, answer.material.campaign)) for item in answer.plan.programmes]
    _show_days(answer.week, cells)
    if answer.plan.same_day:
        say("Both campaign slots on one day, because no other plan exists: {xom}", xom=", ".join(answer.plan.same_day))
    for text in said_together(answer.reasons, _):
        say("{text}", text=text)
    if answer.feasible is None:
        say("Not concluded: neither a full plan nor a proof that there is none was found. This is the best plan found.")


def _show_days(week: Week, cells: list[tuple[str, datetime, str]]) -> None:
    by_day: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for xom, start, label in sorted(cells):
        by_day[xom][start.astimezone(TIMEZONE).isoweekday()].append(label)
    rows = [[xom, *("\n".join(days[day]) for day in range(1, 8))] for xom, days in sorted(by_day.items())]
    show_table(("Xóm", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), rows, title=str(week))


def _planned_label(item: Programme, campaign: frozenset[str]) -> str:
    star = "★" if campaign.intersection(item.bulletins) else " "
    return f"{item.start.astimezone(TIMEZONE):%H:%M}{star} {'+'.join(item.bulletins)}"


def _label(slot: SlotRow) -> str:
    sign = "★" if slot.campaign else " "
    again = "+" if slot.kind == "make_good" else ""
    return f"{read_instant(slot.start).astimezone(TIMEZONE):%H:%M}{sign}{again} {'+'.join(slot.bulletins)}"


def _slot_document(slot: SlotRow) -> dict[str, Any]:
    keys = ("id", "xom", "start", "end", "kind", "makes_good", "campaign", "bulletins", "receivers", "plan_revision")
    values = slot.model_dump()
    return {**{key: values[key] for key in keys}, "cancelled_at": slot.cancelled_at, "why": slot.why}


def _exit_code(answer: Planned) -> int:
    return {True: 0, False: NO, None: PARTIAL}[answer.feasible]
