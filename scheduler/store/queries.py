"""What the use cases ask of the store, each question by its intent."""

from collections.abc import Iterable

from sqlalchemy import func, tuple_
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from playlists.week import Week
from scheduler.errors import NotFoundError
from scheduler.store.tables import (
    ApprovalRow,
    BulletinRow,
    CheckpointRow,
    ClipRow,
    IncidentRow,
    LexiconRow,
    ManifestRow,
    PhraseRow,
    PlanRow,
    ReceiverRow,
    RenderingRow,
    SlotRow,
    StationRow,
    XomRow,
)


def station_row(session: Session) -> StationRow:
    return session.exec(select(StationRow)).one()


def xom_rows(session: Session) -> list[XomRow]:
    """The xóm of the register, without the removed ones, by id."""
    return list(session.exec(select(XomRow).where(col(XomRow.removed_at).is_(None)).order_by(XomRow.id)))


def receiver_rows(session: Session) -> list[ReceiverRow]:
    """Every receiver ever added, by id."""
    return list(session.exec(select(ReceiverRow).order_by(ReceiverRow.id)))


def active_receivers(session: Session) -> dict[str, list[ReceiverRow]]:
    """Receivers that are not revoked, by xóm."""
    found: dict[str, list[ReceiverRow]] = {}
    for row in receiver_rows(session):
        if row.revoked_at is None:
            found.setdefault(row.xom, []).append(row)
    return found


def bulletin_row(session: Session, bulletin: str) -> BulletinRow:
    """Raises NotFoundError."""
    row = session.get(BulletinRow, bulletin)
    if row is None:
        raise NotFoundError("there is no bulletin {id}; `loa bulletin list` shows them", id=bulletin)
    return row


def bulletin_rows(session: Session) -> list[BulletinRow]:
    return list(session.exec(select(BulletinRow).order_by(BulletinRow.id)))


def lexicon_rows(session: Session) -> list[LexiconRow]:
    """The commune's readings, without the removed ones, in the order of what is written."""
    query = select(LexiconRow).where(col(LexiconRow.removed_at).is_(None))
    return list(session.exec(query.order_by(LexiconRow.written, LexiconRow.before, LexiconRow.after)))


def phrase_rows(session: Session) -> list[PhraseRow]:
    """The recorded phrases, without the removed ones, by name."""
    return list(session.exec(select(PhraseRow).where(col(PhraseRow.removed_at).is_(None)).order_by(PhraseRow.name)))


def clip_rows(session: Session, digests: Iterable[str]) -> dict[str, ClipRow]:
    return {row.digest: row for row in session.exec(select(ClipRow).where(col(ClipRow.digest).in_(list(digests))))}


def renderings_of(session: Session, digests: Iterable[str]) -> dict[str, RenderingRow]:
    """How each of these clips came to its sound, where that is known, as it last did."""
    query = select(RenderingRow).where(col(RenderingRow.clip).in_(list(digests))).order_by(RenderingRow.at)
    return {row.clip: row for row in session.exec(query)}


def valid_approvals(session: Session) -> list[ApprovalRow]:
    """Approvals that were not withdrawn, newest first."""
    query = select(ApprovalRow).where(col(ApprovalRow.withdrawn_at).is_(None))
    return list(session.exec(query.order_by(col(ApprovalRow.approved_at).desc())))


def latest_plan(session: Session, week: str) -> PlanRow | None:
    return session.exec(select(PlanRow).where(PlanRow.week == week).order_by(col(PlanRow.revision).desc())).first()


def open_incidents(session: Session, since: str) -> list[IncidentRow]:
    """What went wrong since an instant and is not over, newest first."""
    query = select(IncidentRow).where(col(IncidentRow.closed_at).is_(None), IncidentRow.opened_at >= since)
    return list(session.exec(query.order_by(col(IncidentRow.opened_at).desc(), IncidentRow.id)))


def slots_of_week(session: Session, week: str) -> list[SlotRow]:
    """Every slot of a week, cancelled ones too, by start."""
    return list(session.exec(select(SlotRow).where(SlotRow.week == week).order_by(SlotRow.start, SlotRow.xom)))


def slots_ending_after(session: Session, instant: str) -> list[SlotRow]:
    """Slots still to be played or playing, not cancelled."""
    query = select(SlotRow).where(SlotRow.end > instant, col(SlotRow.cancelled_at).is_(None))
    return list(session.exec(query.order_by(SlotRow.start, SlotRow.xom)))


def weeks_of_slots(session: Session, instant: str) -> list[Week]:
    """The weeks that have slots, cancelled ones too, which end after an instant."""
    return sorted(map(Week.parse, session.exec(select(SlotRow.week).where(SlotRow.end > instant).distinct())))


def planned_weeks(session: Session) -> set[Week]:
    """The weeks that were planned, also one for which nothing was found."""
    return set(map(Week.parse, session.exec(select(PlanRow.week).distinct())))


def slot_starts(session: Session, first: str, last: str) -> list[str]:
    """When slots started between two instants, each start once; cancelled ones did not."""
    query = select(SlotRow.start).where(SlotRow.start >= first, SlotRow.start < last)
    return list(session.exec(query.where(col(SlotRow.cancelled_at).is_(None)).distinct()))


def cancelled_before_start(session: Session, instant: str) -> set[str]:
    """Ids of cancelled slots that would still be to come."""
    query = select(SlotRow.id).where(SlotRow.start > instant, col(SlotRow.cancelled_at).is_not(None))
    return set(session.exec(query))


def latest_manifests(session: Session) -> dict[str, ManifestRow]:
    """The newest manifest of each receiver; its envelope, the bulk of it, is read only when asked for."""
    newest = select(ManifestRow.receiver, func.max(ManifestRow.version)).group_by(ManifestRow.receiver)
    key = tuple_(col(ManifestRow.receiver), col(ManifestRow.version))
    query = select(ManifestRow).where(key.in_(newest)).options(defer(ManifestRow.envelope))  # type: ignore[arg-type]
    return {row.receiver: row for row in session.exec(query)}


def latest_checkpoint(session: Session) -> CheckpointRow | None:
    return session.exec(select(CheckpointRow).order_by(col(CheckpointRow.size).desc())).first()
