"""What a xóm can no longer get is told at the moment it is knowable, with the reason (promise I7)."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from playlists.week import Week
from scheduler.audit.entry import instant_text
from scheduler.catalogue import in_vietnamese
from scheduler.compliance import judge
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import weeks_of_slots
from scheduler.store.tables import IncidentRow
from scheduler.usecases.week_facts import counting_rules, week_facts
from scheduler.verdict import XomWeek

BROKEN = "guarantee"
"""The kind of incident that says of a xóm, its subject, that its week cannot be met any more."""
LOST = ("missed", "impossible")


def tell_guarantee(session: Session, station: Station, weeks: Iterable[Week], now: datetime) -> None:
    """Open an incident for each xóm whose week is lost, close those of weeks that late proof mended after all."""
    counting = counting_rules(session, station.config)
    rows = [
        row
        for week in weeks
        for row in _changed(session, week, judge(week_facts(session, week, now), counting, now), now)
    ]
    if rows:
        append(session, "guarantee", now, rows)


def past_weeks(session: Session, station: Station, now: datetime) -> list[Week]:
    """The weeks that are over and whose proof may still arrive, or has just been due."""
    since = now - counting_rules(session, station.config).evidence - timedelta(days=8)
    return [week for week in weeks_of_slots(session, instant_text(since)) if week.end <= now]


def _changed(session: Session, week: Week, verdicts: Iterable[XomWeek], now: datetime) -> Iterator[IncidentRow]:
    query = select(IncidentRow).where(IncidentRow.kind == BROKEN, col(IncidentRow.id).startswith(f"{BROKEN}-{week}-"))
    told = {row.subject: row for row in session.exec(query)}
    for verdict in verdicts:
        before = told.get(verdict.id)
        is_open = before is not None and before.closed_at is None
        if verdict.state in LOST and not is_open:
            yield _incident(week, verdict, now)
        elif before is not None and is_open and verdict.state not in LOST:
            yield IncidentRow(**{**before.model_dump(), "closed_at": instant_text(now)})


def _incident(week: Week, verdict: XomWeek, now: datetime) -> IncidentRow:
    return IncidentRow(
        id=f"{BROKEN}-{week}-{verdict.id}",
        kind=BROKEN,
        subject=verdict.id,
        opened_at=instant_text(now),
        closed_at=None,
        template="{xom}: the guarantee of week {week} can no longer be kept: {reason}",
        values={
            "xom": verdict.name,
            "week": str(week),
            "reason": " ".join(reason.text(in_vietnamese) for reason in verdict.reasons),
        },
        envelope=None,
    )
