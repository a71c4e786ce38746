"""loa week diff: what a revision of a week changed, or what publishing it now would change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from playlists.changes import Change, ChangeKind
from playlists.slot import Slot
from playlists.week import Week
from scheduler.audit.entry import instant_text
from scheduler.cli.command import Command, argument, emit, json_option, say, station_option
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.tables import show_table
from scheduler.cli.week_parameter import WEEK
from scheduler.cli.week_table import entry, length, moment, which
from scheduler.usecases.compare_week import Comparison, compare_revisions, compare_with_now

LABELS = {
    ChangeKind.ADDED: "added",
    ChangeKind.REMOVED: "taken back",
    ChangeKind.MOVED: "moved",
    ChangeKind.SHORTENED: "shortened",
}


class RevisionParameter(click.ParamType):
    """A revision of a week, counted from 1."""

    name = "revision"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(value)
        except ValueError:
            number = 0
        if number < 1:
            self.fail(_("a revision is a number such as 1 or 2, not {text}").format(text=repr(value)), param, ctx)
        return number


@click.command(
    "diff",
    cls=Command,
    help="Show what changed from one revision of WEEK to another; without revisions, what publishing now would change.",
)
@argument("week", type=WEEK)
@argument("revisions", type=RevisionParameter(), nargs=-1, metavar="[REVISION REVISION]")
@station_option
@json_option
def diff(week: Week, revisions: tuple[int, ...], station_folder: Path | None, as_json: bool) -> None:
    if len(revisions) not in (0, 2):
        raise click.UsageError(_("name two revisions, the earlier and the later, or none"))
    station = opened(station_folder)
    found = (
        compare_revisions(station, week, *revisions)
        if revisions
        else compare_with_now(station, week, clock_of(station))
    )
    emit(_document(found), as_json, lambda: _show(found))


def _document(found: Comparison) -> dict[str, Any]:
    return {
        "week": str(found.week),
        "from": found.earlier,
        "to": found.later,
        "changes": [change_document(change) for change in found.changes],
    }


def change_document(change: Change) -> dict[str, Any]:
    return {
        "kind": str(change.kind),
        "xom": change.xom,
        "before": _side(change.before),
        "after": _side(change.after),
        "why": change.why,
    }


def _side(slot: Slot | None) -> dict[str, Any] | None:
    if slot is None:
        return None
    programme = slot.programme
    return {
        "slot": slot.id,
        "start": instant_text(programme.start),
        "end": instant_text(programme.end),
        "bulletins": list(programme.bulletins),
        "campaign": slot.campaign,
        "makes_good": slot.makes_good,
    }


def _show(found: Comparison) -> None:
    later = _("as it would be published now") if found.later is None else str(found.later)
    if found.changes:
        show_changes(found.changes, found.xom, found.titles, f"{found.week}: {found.earlier} → {later}")
    else:
        say("Nothing differs between revision {earlier} and {later}.", earlier=found.earlier, later=later)


def show_changes(changes: Iterable[Change], names: Mapping[str, str], titles: Mapping[str, str], title: str) -> None:
    """One row for the same change in several xóm; `names` are those of all xóm, by id."""
    together: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for change in sorted(changes, key=lambda change: (change.start, change.kind)):
        together[_cells(titles, change)].append(change.xom)
    rows = [[what, content, which(xom, names), why] for (what, content, why), xom in together.items()]
    show_table(("Change", "Content", "Xóm", "Why"), rows, title=title, cut=("Content",))


def _cells(titles: Mapping[str, str], change: Change) -> tuple[str, str, str]:
    """What happened and when, the titles, why."""
    times = [_when(slot) for slot in (change.before, change.after) if slot]
    slot = change.after or change.before
    assert slot is not None, "a change has one side at least"
    contents = [entry(bulletin, titles.get(bulletin, bulletin)) for bulletin in slot.programme.bulletins]
    dropped = change.before.programme.bulletins if change.before and change.after else ()
    contents += [f"− {entry(name, titles.get(name, name))}" for name in dropped if name not in slot.programme.bulletins]
    again = _("make-good") if slot.makes_good and not change.before else ""
    what = "\n→ ".join([f"{_(LABELS[change.kind])}\n{times[0]}", *times[1:]])
    return what, "\n".join(contents), change.why or again


def _when(slot: Slot) -> str:
    programme = slot.programme
    return f"{moment(programme.start)} ({length(programme.end - programme.start)})"
