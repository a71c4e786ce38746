"""Withdraw a bulletin: its approval ends, and coming slots that name it play without it, or not at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from scheduler.audit.entry import instant_text, read_instant
from scheduler.errors import ConflictError
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
            raise ConflictError("bulletin {id} was withdrawn already on {at}", id=row.id, at=row.updated_at)
        gone = BulletinRow(**{**row.model_dump(), "state": "withdrawn", "updated_at": instant_text(now)})
        slots = [
            slot
            for slot in slots_ending_after(session, instant_text(now))
            if bulletin in slot.bulletins and slot.start > instant_text(now)
        ]
        cancelled = [_cancelled(slot, bulletin, now) for slot in slots]
        shortened = _shortened(session, slots, row, timedelta(seconds=station.config.rules.pause_s))
        append(
            session,
            "bulletin_withdrawn",
            now,
            [gone, *withdrawn_approvals(session, bulletin, now), *cancelled, *shortened],
        )
        receivers = dispatch(session, station, now) if slots else ()
    return Withdrawn(gone, tuple(cancelled), receivers)


def _cancelled(slot: SlotRow, bulletin: str, now: datetime) -> SlotRow:
    why = f"bulletin {bulletin} withdrawn"
    return SlotRow(**{**slot.model_dump(), "cancelled_at": instant_text(now), "why": why})


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


def withdrawn_approvals(session: Session, bulletin: str, now: datetime) -> list[ApprovalRow]:
    """The bulletin's valid approvals, each with its end, for the caller to append."""
    at = instant_text(now)
    return [
        ApprovalRow(**{**row.model_dump(), "withdrawn_at": at})
        for row in valid_approvals(session)
        if row.bulletin == bulletin
    ]
