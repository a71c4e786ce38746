"""loa week plan, publish, show."""

from collections.abc import Iterable, Mapping
from gettext import gettext as _
from pathlib import Path

import click

from playlists.slot import Slot
from playlists.week import Week
from scheduler.audit.entry import read_instant
from scheduler.cli.command import Command, argument, dry_run_option, emit, json_option, say, station_option, yes_option
from scheduler.cli.named_xom import xom_names
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.week_data import data_document, show_data
from scheduler.cli.week_parameter import WEEK
from scheduler.cli.week_plan import names, plan_document, show_bears, show_plan
from scheduler.cli.week_table import Line, entry, moment, show_programmes, slot_document, which
from scheduler.cli.week_warnings import ask_about, calendar_document, show_calendar
from scheduler.station import Station
from scheduler.store.queries import latest_plan, slots_of_week
from scheduler.store.tables import SlotRow
from scheduler.usecases.data_use import data_use
from scheduler.usecases.plan_week import Planned, plan_week
from scheduler.usecases.publish_week import publish_week
from scheduler.usecases.published_week import PublishedWeek, published_week
from scheduler.usecases.unusual_hours import Unusual, unusual_hours
from scheduler.usecases.week_bears import bears_as_planned

LABELS = {"make_good": "make-good", "pinned": "pinned", "play_now": "played by hand today"}
"""What is special about a slot."""
PARTIAL = 6
NO = 1


@click.command(
    "plan", cls=Command, help="Show the plan of WEEK (2026-W48) as it would be published now. Changes nothing."
)
@argument("week", type=WEEK)
@station_option
@json_option
def plan(week: Week, station_folder: Path | None, as_json: bool) -> int:
    station = opened(station_folder)
    now = clock_of(station)
    answer = plan_week(station, week, now)
    unusual = _unusual(station, answer)
    bears = bears_as_planned(station, answer, now)
    data = data_use(station, answer)
    document = {
        **plan_document(answer),
        "lifted": [slot_document(slot) for slot in answer.lifted],
        "bears": bears,
        **data_document(data),
        **calendar_document(station, answer.week, unusual),
    }

    def show() -> None:
        show_plan(answer)
        _show_lifted(answer.lifted, names(answer))
        show_bears(bears, names(answer))
        show_data(data)
        show_calendar(station, answer.week, unusual)

    emit(document, as_json, show)
    return _exit_code(answer)


@click.command(
    "publish", cls=Command, help="Plan WEEK, sign it and send it to the receivers. What was sent before stays."
)
@argument("week", type=WEEK)
@station_option
@dry_run_option
@yes_option
@json_option
def publish(week: Week, station_folder: Path | None, dry_run: bool, yes: bool, as_json: bool) -> int:
    station = opened(station_folder)
    if not (dry_run or yes):
        ask_about(station, _unusual(station, publish_week(station, week, clock_of(station), dry_run=True).planned))
    published = publish_week(station, week, clock_of(station), dry_run=dry_run)
    unusual = _unusual(station, published.planned)
    document = {
        "revision": published.revision,
        "changed": published.changed,
        "slots": [slot_document(slot) for slot in published.slots],
        "lifted": [slot_document(slot) for slot in published.lifted],
        "receivers": list(published.receivers),
        "dry_run": dry_run,
        **plan_document(published.planned),
        **calendar_document(station, week, unusual),
    }

    def show() -> None:
        show_plan(published.planned)
        show_calendar(station, week, unusual)
        _show_lifted(published.lifted, xom_names(station))
        if published.slots or published.lifted:
            say(
                "Revision {revision}: {slots} new slots for {receivers} receivers.",
                revision=published.revision,
                slots=len(published.slots),
                receivers=len(published.receivers),
            )
        elif published.changed:
            say("Revision {revision}: nothing new to send, all of it stays as it was.", revision=published.revision)
        elif published.receivers:
            say(
                "Nothing has changed in the week: revision {revision} stays, sent anew to {receivers} receivers.",
                revision=published.revision,
                receivers=len(published.receivers),
            )
        else:
            say("Nothing has changed: revision {revision} stays.", revision=published.revision)

    emit(document, as_json, show)
    return _exit_code(published.planned)


@click.command("show", cls=Command, help="Show the slots of WEEK as they were published.")
@argument("week", type=WEEK)
@station_option
@json_option
def show(week: Week, station_folder: Path | None, as_json: bool) -> None:
    station = opened(station_folder)
    published = published_week(station, week)
    with station.store.reading() as session:
        last, slots = latest_plan(session, str(week)), slots_of_week(session, str(week))
    assert last is not None, "a published week has a plan"
    document = {
        "week": str(week),
        "revision": last.revision,
        "feasible": last.feasible,
        "reasons": [{"xom": item["xom"], "text": item["values"]["reason"]} for item in last.reasons],
        "slots": [slot_document(slot) for slot in slots],
    }
    kinds = {slot.id: slot.kind for slot in slots}
    shown = [entry.slot for entry in published.slots if not entry.slot.cancelled]
    lines = (_line(published, slot, kinds.get(slot.id, "planned")) for slot in shown)
    emit(document, as_json, lambda: show_programmes(str(week), lines, published.xom))


def _line(published: PublishedWeek, slot: Slot, kind: str) -> Line:
    item, mark = slot.programme, LABELS.get(kind, "")
    bulletins = tuple(map(entry, item.bulletins, published.contents(slot)))
    return Line(item.xom, item.start, item.end, bulletins, slot.campaign, _(mark) if mark else "")


def _show_lifted(lifted: Iterable[SlotRow], names: Mapping[str, str]) -> None:
    """What is taken back at the same time for the same reason, once for all the xóm."""
    together: dict[tuple[str, str | None], list[str]] = {}
    for slot in lifted:
        together.setdefault((slot.start, slot.why), []).append(slot.xom)
    for (start, why), xom in sorted(together.items()):
        say("Taken back: {start}, {xom} ({why})", start=moment(read_instant(start)), xom=which(xom, names), why=why)


def _unusual(station: Station, answer: Planned) -> tuple[Unusual, ...]:
    with station.store.reading() as session:
        return unusual_hours(session, station, answer)


def _exit_code(answer: Planned) -> int:
    return {True: 0, False: NO, None: PARTIAL}[answer.holds]
