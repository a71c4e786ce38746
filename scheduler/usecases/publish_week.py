"""Publish a week: the plan becomes slots, the slots become signed manifests, all in one transaction with the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from playlists.planning.reasons import CAMPAIGN
from playlists.slot import Programme
from playlists.week import TIMEZONE, Week
from scheduler.audit.entry import instant_text
from scheduler.facts import SlotKind
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import active_receivers, latest_plan
from scheduler.store.tables import PlanRow, ReceiverRow, SlotRow
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.lift_slots import lift_slots
from scheduler.usecases.man_slots import man_slots
from scheduler.usecases.plan_week import Material, Planned, planned, said
from scheduler.usecases.renew_trust import renew_trust


@dataclass(frozen=True)
class Published:
    """`changed` is whether there is anything new to say of the week; else `revision` is the one that stands already.

    `receivers` are those that are sent a manifest, for whatever reason.
    """

    revision: int
    changed: bool
    planned: Planned
    slots: tuple[SlotRow, ...]
    lifted: tuple[SlotRow, ...]
    receivers: tuple[str, ...]


def publish_week(station: Station, week: Week, now: datetime, *, dry_run: bool = False) -> Published:
    """Plan what is missing in the week and send it out; what was sent before stays, unless a rule now forbids it.

    Where nothing is added or taken back, and the planner says what it said last, there is no new revision.

    Raises NotAllowedError when nothing is approved, ConflictError for a week that is over.
    """
    with station.store.writing(dry_run=dry_run) as session:
        renew_trust(session, station, now)
        lifted = lift_slots(session, station, now)
        man_slots(session, station, now)
        answer = planned(session, station, week, now)
        last, plan = latest_plan(session, str(week)), plan_row(answer, next_revision(session, week), now)
        slots = slots_of(session, week, plan.revision, answer.plan.programmes, answer.material)
        taken_back = any(slot.week == str(week) for slot in lifted)
        changed = last is None or bool(slots) or taken_back or _said(plan) != _said(last)
        if changed:
            append(session, "week_published", now, [plan, *slots])
        receivers = dispatch(session, station, now)
        revision = plan.revision if changed or last is None else last.revision
    return Published(revision, changed, answer, tuple(slots), lifted, receivers)


def _said(plan: PlanRow) -> tuple[bool | None, list[Any]]:
    """The planner's word on the week."""
    return plan.feasible, plan.reasons


def next_revision(session: Session, week: Week) -> int:
    last = latest_plan(session, str(week))
    return last.revision + 1 if last else 1


def plan_row(answer: Planned, revision: int, now: datetime) -> PlanRow:
    said_of: dict[tuple[str, bool], list[str]] = {}
    for reason in answer.reasons:
        said_of.setdefault((reason.xom, CAMPAIGN in reason.rules), []).append(said(reason))
    return PlanRow(
        week=str(answer.week),
        revision=revision,
        at=instant_text(now),
        kind="plan",
        feasible=answer.feasible,
        reasons=[
            {"xom": xom, "campaign": campaign, "template": "{reason}", "values": {"reason": " ".join(texts)}}
            for (xom, campaign), texts in sorted(said_of.items())
        ],
    )


def slots_of(
    session: Session,
    week: Week,
    revision: int,
    programmes: Sequence[Programme],
    material: Material,
    *,
    kind: SlotKind = "planned",
    makes_good: Mapping[Programme, str] | None = None,
    authority: str | None = None,
) -> list[SlotRow]:
    """Rows for new programmes, each for the receivers that stand in its xóm now."""
    receivers = active_receivers(session)
    lost = makes_good or {}
    return [
        _slot(week, revision, item, material, receivers.get(item.xom, []), kind, lost.get(item), authority)
        for item in programmes
    ]


def _slot(
    week: Week,
    revision: int,
    programme: Programme,
    material: Material,
    receivers: Sequence[ReceiverRow],
    kind: SlotKind,
    makes_good: str | None,
    authority: str | None,
) -> SlotRow:
    local = programme.start.astimezone(TIMEZONE)
    return SlotRow(
        id=f"{week}.{programme.xom}.{local.isoweekday()}-{local:%H%M%S}.{revision}",
        xom=programme.xom,
        week=str(Week.of(programme.start)),
        start=instant_text(programme.start),
        end=instant_text(programme.start + material.length(programme.bulletins)),
        kind=kind,
        makes_good=makes_good,
        campaign=any(bulletin in material.campaign for bulletin in programme.bulletins),
        bulletins=list(programme.bulletins),
        items=material.items(programme.bulletins),
        receivers=[receiver.id for receiver in receivers],
        plan_revision=revision,
        authority=authority,
        cancelled_at=None,
        why=None,
    )
