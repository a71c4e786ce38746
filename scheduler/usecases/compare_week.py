"""What a week's revision changed, and what publishing it now would change. Writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlmodel import Session

from playlists.changes import Change, changes
from playlists.slot import Slot
from playlists.week import Week
from scheduler.audit import tables as columns
from scheduler.audit.entry import Entry
from scheduler.audit.fold import apply, empty_tables
from scheduler.errors import NotFoundError
from scheduler.station import Station
from scheduler.store.log import leaves_naming
from scheduler.store.queries import latest_plan, slots_of_week, xom_rows
from scheduler.store.tables import SlotRow
from scheduler.usecases.lift_slots import lift_slots
from scheduler.usecases.plan_week import planned
from scheduler.usecases.publish_week import next_revision, slots_of
from scheduler.usecases.published_week import slot_value, titles


@dataclass(frozen=True)
class Comparison:
    """`later` is None for the week as it would be published now; `xom` and `titles` are names by id."""

    week: Week
    earlier: int
    later: int | None
    changes: tuple[Change, ...]
    xom: Mapping[str, str]
    titles: Mapping[str, str]


def compare_revisions(station: Station, week: Week, earlier: int, later: int) -> Comparison:
    """Two revisions, each as it was when it was published. Raises NotFoundError for one that never was."""
    with station.store.reading() as session:
        before, after = (_slots_at(session, week, revision) for revision in (earlier, later))
        return _comparison(session, week, earlier, later, before, after)


def compare_with_now(station: Station, week: Week, now: datetime) -> Comparison:
    """What is out now, against what `publish_week` would send out now.

    Raises NotFoundError for a week that was not published, and what publish_week raises.
    """
    with station.store.writing(dry_run=True) as session:
        latest = latest_plan(session, str(week))
        if latest is None:
            raise NotFoundError("week {week} is not published yet; see `loa week publish {week}`", week=week)
        before = [slot_value(row) for row in slots_of_week(session, str(week))]
        lift_slots(session, station, now)
        answer = planned(session, station, week, now)
        fresh = slots_of(session, week, next_revision(session, week), answer.plan.programmes, answer.material)
        after = [slot_value(row) for row in (*slots_of_week(session, str(week)), *fresh)]
        return _comparison(session, week, latest.revision, None, before, after)


def _slots_at(session: Session, week: Week, revision: int) -> list[Slot]:
    """The slots as the leaf of that revision left them, out of the log: rows hold only what is so now."""
    tables = empty_tables()
    for leaf in leaves_naming(session, str(week)):
        apply(tables, Entry.decode(leaf))
        if (str(week), revision) in tables["plan"]:
            rows = (cast("columns.Slot", row) for row in tables["slot"].values())
            return [slot_value(SlotRow(**row)) for row in rows if row["week"] == str(week)]
    raise NotFoundError(
        "week {week} has no revision {revision}; `loa week show {week}` names the last", week=week, revision=revision
    )


def _comparison(
    session: Session, week: Week, earlier: int, later: int | None, before: list[Slot], after: list[Slot]
) -> Comparison:
    names = {row.id: row.name for row in xom_rows(session)}
    return Comparison(week, earlier, later, changes(before, after), names, titles(session))
