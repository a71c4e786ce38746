"""The facts of a week, out of the store: what compliance judges and the planner keeps.

The rows are put into the same tables that folding the log gives, so a status and a report count in one way.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from playlists.week import Week
from scheduler.audit.entry import read_instant
from scheduler.audit.fold import Tables, empty_tables, key_of
from scheduler.compliance import judge
from scheduler.config import Config
from scheduler.facts import Rules, WeekFacts
from scheduler.reports.evidence import rules_of, station_of, week_facts_of
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
    rules = rules_of(station_of(_tables(session, StationRow)))
    return replace(rules, silent_after=timedelta(seconds=config.receivers.silent_after_s))


def week_facts(session: Session, week: Week, now: datetime) -> WeekFacts:
    """Everything the store knows about the week, and when each receiver was last heard of."""
    tables = _tables(session, XomRow, ReceiverRow, AdoptionRow, ManifestRow)
    _add(tables, session.exec(select(PlanRow).where(PlanRow.week == str(week))).all())
    _add(tables, session.exec(select(WaiverRow).where(WaiverRow.week == str(week))).all())
    slots = session.exec(select(SlotRow).where(SlotRow.week == str(week))).all()
    _add(tables, slots)
    ids = [slot.id for slot in slots]
    _add(tables, session.exec(select(PlayRecordRow).where(col(PlayRecordRow.slot).in_(ids))).all())
    _add(tables, session.exec(select(IncidentRow).where(IncidentRow.kind == "clone-suspected")).all())
    facts = week_facts_of(tables, week, now)
    contacts = {row.receiver: read_instant(row.last_seen) for row in session.exec(select(ContactRow))}
    return replace(facts, receivers=tuple(replace(r, last_seen=contacts.get(r.id)) for r in facts.receivers))


def _tables(session: Session, *kinds: type[SQLModel]) -> Tables:
    tables = empty_tables()
    for kind in kinds:
        _add(tables, session.exec(select(kind)).all())
    return tables


def _add(tables: Tables, rows: Any) -> None:
    for row in rows:
        name, values = str(row.__tablename__), row.model_dump()
        tables[name][key_of(name, values)] = values
