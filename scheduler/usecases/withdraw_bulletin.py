"""Withdraw a bulletin: its approval ends, and coming slots that name it play without it, or not at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from scheduler.audit.entry import instant_text, read_instant
from scheduler.catalogue import in_vietnamese
from scheduler.errors import ConflictError
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import bulletin_row, bulletin_rows, clip_rows, slots_ending_after, valid_approvals
from scheduler.store.tables import ApprovalRow, BulletinRow, SlotRow
from scheduler.usecases.dispatch import dispatch


@dataclass(frozen=True)
class Withdrawn:
    """The bulletin, the coming slots that were taken back because of it, and the receivers that are told."""

    bulletin: BulletinRow
    cancelled: tuple[SlotRow, ...]
    receivers: tuple[str, ...]


def withdraw_bulletin(station: Station, bulletin: str, now: datetime, *, dry_run: bool = False) -> Withdrawn:
    """Off the air at once: coming slots that name it are cancelled, and come back without it where others remain.

    Raises NotFoundError, ConflictError when it is withdrawn already.
    """
    with station.store.writing(dry_run=dry_run) as session:
        row = bulletin_row(session, bulletin)
        if row.state == "withdrawn":
            at = read_instant(row.updated_at)
            raise ConflictError("bulletin {id} was withdrawn already on {at}", id=row.id, at=at)
        gone = BulletinRow(**{**row.model_dump(), "state": "withdrawn", "updated_at": instant_text(now)})
        taken = off_the_air(session, station, row, Sentence("bulletin {id} withdrawn", id=bulletin), now)
        append(session, "bulletin_withdrawn", now, [gone, *taken.rows])
        receivers = dispatch(session, station, now) if taken.cancelled else ()
    return Withdrawn(gone, taken.cancelled, receivers)


@dataclass(frozen=True)
class TakenOff:
    """What a bulletin whose approval ends leaves behind, for the caller to append and then to dispatch."""

    approvals: tuple[ApprovalRow, ...]
    cancelled: tuple[SlotRow, ...]
    shortened: tuple[SlotRow, ...]

    @property
    def rows(self) -> tuple[ApprovalRow | SlotRow, ...]:
        return (*self.approvals, *self.cancelled, *self.shortened)


def off_the_air(session: Session, station: Station, row: BulletinRow, why: Sentence, now: datetime) -> TakenOff:
    """The end of a bulletin's approvals and of the coming slots that name it: `row` as it was approved (case E15).

    Receivers refuse a slot whose clip lacks its approval, so none may be left that names it.
    """
    at = instant_text(now)
    ended = [
        ApprovalRow(**{**approval.model_dump(), "withdrawn_at": at})
        for approval in valid_approvals(session)
        if approval.bulletin == row.id
    ]
    slots = [slot for slot in slots_ending_after(session, at) if row.id in slot.bulletins and slot.start > at]
    said = why.text(in_vietnamese)
    cancelled = [SlotRow(**{**slot.model_dump(), "cancelled_at": at, "why": said}) for slot in slots]
    shortened = _shortened(session, slots, row, timedelta(seconds=station.config.rules.pause_s))
    return TakenOff(tuple(ended), tuple(cancelled), tuple(shortened))


def _shortened(session: Session, slots: list[SlotRow], withdrawn: BulletinRow, pause: timedelta) -> list[SlotRow]:
    """The same programmes without the withdrawn bulletin, under new names; nothing where it stood alone."""
    campaign = {row.id for row in bulletin_rows(session) if row.campaign}
    clips = clip_rows(session, [withdrawn.clip] if withdrawn.clip else [])
    length = timedelta(milliseconds=sum(clip.duration_ms for clip in clips.values()))
    kept = []
    for slot in slots:
        others = [item for item in slot.bulletins if item != withdrawn.id]
        if others:
            changes = {
                "id": f"{slot.id}-{withdrawn.id}",
                "bulletins": others,
                "items": [item for item in slot.items if item != withdrawn.clip],
                "campaign": any(item in campaign for item in others),
                "end": instant_text(read_instant(slot.end) - length - pause),
            }
            kept.append(SlotRow(**{**slot.model_dump(), **changes}))
    return kept
