"""The service's sign of life, written by a commit and read by `loa doctor`."""

from datetime import datetime

from sqlmodel import Session

from scheduler.audit.entry import instant_text, read_instant
from scheduler.store.tables import PulseRow


def beat(session: Session, now: datetime) -> None:
    session.merge(PulseRow(id=0, at=instant_text(now)))


def last_beat(session: Session) -> datetime | None:
    row = session.get(PulseRow, 0)
    return read_instant(row.at) if row else None
