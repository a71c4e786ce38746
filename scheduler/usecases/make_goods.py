"""Make-goods written down: a new revision with what takes the place of lost slots, and what gave up its room for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session

from playlists.planning.makegood import Lost, MakeGood, MakeGoods, make_good
from playlists.planning.problem import PlayState
from playlists.slot import Programme
from playlists.week import Week
from scheduler.audit.entry import instant_text, read_instant
from scheduler.catalogue import in_vietnamese
from scheduler.compliance import counted_make_goods
from scheduler.facts import WeekFacts
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import latest_plan, slots_of_week
from scheduler.store.tables import PlanRow, SlotRow
from scheduler.usecases.plan_week import Material, find_material, pose
from scheduler.usecases.publish_week import next_revision, slots_of


def make_goods(
    session: Session,
    station: Station,
    facts: WeekFacts,
    lost: Sequence[Lost],
    now: datetime,
    *,
    campaign_only: bool = True,
) -> MakeGoods:
    """Find the lost slots a place in the rest of their week and write it down; the caller dispatches.

    `facts` are those of the week. Raises NotAllowedError when nothing is approved.
    """
    week, guarantee = facts.week, station.config.guarantee
    material = find_material(session, station, week)
    spare = {programme_of(row): row for row in slots_of_week(session, str(week)) if _may_give_way(row, material, now)}
    answer = make_good(
        pose(session, station, week, material, now),
        lost,
        lead_time=timedelta(minutes=guarantee.make_good_lead_min),
        weekly_cap=guarantee.make_goods_per_week,
        already={xom.id: sum(counted_make_goods(facts, xom.id)) for xom in facts.xom},
        campaign_only=campaign_only,
        spare=tuple(spare),
    )
    if answer.made:
        makes_good = {made.programme: made.lost.slot for made in answer.made}
        plan = next_plan(session, week, "make_good", now)
        slots = slots_of(
            session, week, plan.revision, tuple(makes_good), material, kind="make_good", makes_good=makes_good
        )
        bumped = [_bumped(spare[made.bumped], made, now) for made in answer.made if made.bumped is not None]
        append(session, "make_good", now, [plan, *slots, *bumped])
    return answer


def next_plan(session: Session, week: Week, kind: Literal["make_good", "by_hand"], now: datetime) -> PlanRow:
    """The week's next revision, which carries on what the planner said of the week."""
    before = latest_plan(session, str(week))
    return PlanRow(
        week=str(week),
        revision=next_revision(session, week),
        at=instant_text(now),
        kind=kind,
        feasible=before.feasible if before else None,
        reasons=before.reasons if before else [],
    )


def lost_slot(row: SlotRow, *, failed: bool, taken_back: bool) -> Lost:
    """A slot as the planner is told of its loss."""
    state = PlayState.MISSED if failed else PlayState.UNKNOWN
    return Lost(row.id, programme_of(row), state, taken_back=taken_back)


def programme_of(row: SlotRow) -> Programme:
    return Programme(row.xom, read_instant(row.start), read_instant(row.end), tuple(row.bulletins))


def _may_give_way(row: SlotRow, material: Material, now: datetime) -> bool:
    """Placed by the planner, still to come, and every bulletin of it still known."""
    coming = row.cancelled_at is None and row.kind == "planned" and row.start > instant_text(now)
    return coming and not row.campaign and all(bulletin in material.clips for bulletin in row.bulletins)


def _bumped(row: SlotRow, made: MakeGood, now: datetime) -> SlotRow:
    why = Sentence("its room went to the make-good of {slot}", slot=made.lost.slot).text(in_vietnamese)
    return SlotRow(**{**row.model_dump(), "cancelled_at": instant_text(now), "why": why})
