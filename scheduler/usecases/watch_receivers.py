"""A receiver that should speak and does not is a fault, opened and closed on the record (promise I10)."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from playlists.week import TIMEZONE
from scheduler.audit.entry import instant_text, read_instant
from scheduler.store.log import append
from scheduler.store.queries import receiver_rows
from scheduler.store.tables import ContactRow, IncidentRow

SILENT = "receiver {receiver} has been silent since {since}"


def watch_receivers(
    session: Session, silent_after: timedelta, listening_since: datetime, now: datetime
) -> datetime | None:
    """Open a fault for each enrolled receiver that fell silent, close those of receivers that spoke again.

    Silence counts from when the station began to listen: it cannot blame a receiver for what it could not hear.
    Returns when the next receiver would fall silent.
    """
    contacts = {row.receiver: row for row in session.exec(select(ContactRow))}
    query = select(IncidentRow).where(IncidentRow.kind == "silent", col(IncidentRow.closed_at).is_(None))
    open_faults = {row.subject: row for row in session.exec(query)}
    changed: list[IncidentRow] = []
    deadlines: list[datetime] = []
    for receiver in receiver_rows(session):
        fault = open_faults.get(receiver.id)
        contact = contacts.get(receiver.id)
        if receiver.enrolled_at is None or contact is None:
            continue
        seen = read_instant(contact.last_seen)
        silent_at = max(seen, listening_since) + silent_after
        silent = receiver.revoked_at is None and now >= silent_at
        if silent and fault is None:
            changed.append(_fault(receiver.id, seen, now))
        elif fault is not None and not silent:
            changed.append(IncidentRow(**{**fault.model_dump(), "closed_at": instant_text(now)}))
        if receiver.revoked_at is None and not silent:
            deadlines.append(silent_at)
    if changed:
        append(session, "receiver_silence", now, changed)
    return min(deadlines, default=None)


def _fault(receiver: str, since: datetime, now: datetime) -> IncidentRow:
    return IncidentRow(
        id=f"silent-{receiver}-{instant_text(since)}",
        kind="silent",
        subject=receiver,
        opened_at=instant_text(now),
        closed_at=None,
        template=SILENT,
        values={"receiver": receiver, "since": f"{since.astimezone(TIMEZONE):%H:%M %d/%m/%Y}"},
        envelope=None,
    )
