"""The outbox: what is to reach the broker, sent again until it is answered (faults.md, rules 1 and 2)."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from scheduler.audit.entry import instant_text, read_instant
from scheduler.store.tables import OutboxRow

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)


def put(
    session: Session,
    topic: str,
    payload: bytes,
    *,
    kind: str,
    version: int,
    retain: bool,
    now: datetime,
    receiver: str | None = None,
) -> None:
    """The newest message of a topic, due at once; it replaces the one before it."""
    session.merge(
        OutboxRow(
            topic=topic,
            receiver=receiver,
            kind=kind,
            version=version,
            payload=payload,
            retain=retain,
            attempts=0,
            next_at=instant_text(now),
            answered_at=None,
        )
    )


def due(session: Session, now: datetime) -> list[OutboxRow]:
    """What is to be published now."""
    return list(session.exec(select(OutboxRow).where(col(OutboxRow.next_at) <= instant_text(now))))


def next_due(session: Session) -> datetime | None:
    text = session.exec(
        select(OutboxRow.next_at).where(col(OutboxRow.next_at).is_not(None)).order_by(col(OutboxRow.next_at))
    ).first()
    return read_instant(text) if text else None


def published(session: Session, row: OutboxRow, now: datetime) -> None:
    """Handed to the broker: a message that waits for an answer comes again with growing pauses, any other is done."""
    row.attempts += 1
    if row.receiver is None:
        row.answered_at = instant_text(now)
    if row.answered_at is not None:
        row.next_at = None
    else:
        row.next_at = instant_text(now + min(FIRST_PAUSE * 2 ** min(row.attempts - 1, 10), LONGEST_PAUSE))
    session.add(row)


def answered(session: Session, receiver: str, kind: str, version: int, now: datetime) -> None:
    """The receiver's own signed answer to this or a newer version is here."""
    for row in session.exec(select(OutboxRow).where(OutboxRow.receiver == receiver, OutboxRow.kind == kind)):
        if row.version <= version and row.answered_at is None:
            row.next_at, row.answered_at = None, instant_text(now)
            session.add(row)


def again(session: Session, now: datetime, receiver: str | None = None) -> None:
    """The broker may have lost its retained messages (A2), or a receiver is back: what is theirs is due now."""
    query = select(OutboxRow).where(col(OutboxRow.retain).is_(True))
    if receiver is not None:
        query = query.where(OutboxRow.receiver == receiver)
    for row in session.exec(query):
        row.next_at = instant_text(now)
        row.attempts = 0
        session.add(row)


def waiting(session: Session) -> list[OutboxRow]:
    """Messages no receiver has answered yet."""
    return list(session.exec(select(OutboxRow).where(col(OutboxRow.answered_at).is_(None))))
