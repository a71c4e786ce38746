"""The facts of a week, out of the store: what compliance judges and the planner keeps.

The rows are put into the same tables that folding the log gives, so a status and a report count in one way.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_
from sqlalchemy import select as sa_select
from sqlmodel import Session, SQLModel, col, select

from playlists.week import Week
from scheduler.audit.entry import instant_text, read_instant
from scheduler.audit.fold import Tables, empty_tables, key_of
from scheduler.compliance import judge
from scheduler.config import Config
from scheduler.facts import Rules, WeekFacts
from scheduler.reports.evidence import CLONE_SUSPECTED, NO_MAKE_GOOD, rules_of, station_of, week_facts_of
from scheduler.station import Station
from scheduler.store.tables import (
    AdoptionRow,
    ContactRow,
    IncidentRow,
    ManifestRow,
    PlanRow,
    PlayRecordRow,
    ReceiverRow,
    SlotRow,
    StationRow,
    WaiverRow,
    XomRow,
)
from scheduler.verdict import XomWeek


def week_status(station: Station, week: Week, now: datetime) -> tuple[XomWeek, ...]:
    """The state of each xóm's week."""
    with station.store.reading() as session:
        return judge(week_facts(session, week, now), counting_rules(session, station.config), now)


def counting_rules(session: Session, config: Config) -> Rules:
    """How this station counts, as its log says; and after what silence a receiver is a fault."""
    rules = rules_of(station_of(_tables(session, (StationRow, None))))
    return replace(rules, silent_after=timedelta(seconds=config.receivers.silent_after_s))


def week_facts(session: Session, week: Week, now: datetime) -> WeekFacts:
    """Everything the store knows about the week, and when each receiver was last heard of."""
    of_week, week_start, week_end = str(week), instant_text(week.start), instant_text(week.end)
    slots = select(SlotRow.id).where(SlotRow.week == of_week)
    tables = _tables(
        session,
        (XomRow, None),
        (ReceiverRow, None),
        (AdoptionRow, None),
        (ManifestRow, and_(col(ManifestRow.issued) < week_end, col(ManifestRow.expires) > week_start)),
        (PlanRow, col(PlanRow.week) == of_week),
        (WaiverRow, col(WaiverRow.week) == of_week),
        (SlotRow, col(SlotRow.week) == of_week),
        (PlayRecordRow, col(PlayRecordRow.slot).in_(slots)),
        (
            IncidentRow,
            col(IncidentRow.kind).in_((CLONE_SUSPECTED, NO_MAKE_GOOD)) & col(IncidentRow.closed_at).is_(None),
        ),
    )
    facts = week_facts_of(tables, week, now)
    contacts = {row.receiver: read_instant(row.last_seen) for row in session.exec(select(ContactRow))}
    return replace(facts, receivers=tuple(replace(r, last_seen=contacts.get(r.id)) for r in facts.receivers))


def _tables(session: Session, *wanted: tuple[type[SQLModel], ColumnElement[bool] | None]) -> Tables:
    """Rows as the log's fold gives them, without the signed envelopes: most of the bytes, and never counted."""
    tables = empty_tables()
    for kind, where in wanted:
        table: Table = kind.__table__  # type: ignore[attr-defined]
        query = sa_select(*(column for column in table.columns if column.name != "envelope"))
        for row in session.connection().execute(query if where is None else query.where(where)).mappings():
            values = dict(row)
            tables[table.name][key_of(table.name, values)] = values
    return tables
