"""The slots of a week and what is known of each, as the planner's look ahead wants them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from playlists.planning.losses import Ahead, Known, Loop
from playlists.planning.plan import WeekPlan
from playlists.planning.problem import Committed, PlayState, Problem
from playlists.slot import Slot
from scheduler.compliance import judged, lost_slots, plays
from scheduler.config import Config
from scheduler.facts import Rules, WeekFacts
from scheduler.store.queries import slots_of_week
from scheduler.usecases.make_goods import given, lost_values, movable_slots
from scheduler.usecases.plan_week import Material
from scheduler.usecases.published_week import slot_value
from scheduler.verdict import Play


def known_slots(session: Session, facts: WeekFacts, counting: Rules, now: datetime) -> list[Known]:
    """Every slot that was published and not taken back.

    One is played when each receiver by which its xóm is judged played it, missed when one of them certainly did not.
    """
    by_slot: dict[str, list[Play]] = defaultdict(list)
    for play in plays(facts, counting, now):
        by_slot[play.slot.id].append(play)
    receivers = {xom.id: {found.id for found in judged(xom.id, facts.week, facts.receivers)} for xom in facts.xom}
    known = []
    for row in slots_of_week(session, str(facts.week)):
        if row.cancelled_at is None and row.xom in receivers:
            own = [play for play in by_slot[row.id] if play.receiver in receivers[row.xom]] or by_slot[row.id]
            slot = slot_value(row)
            overdue = now >= slot.programme.end + counting.record_deadline
            known.append(Known(slot, _state(own) or (PlayState.UNKNOWN if overdue else PlayState.PLANNED)))
    return known


def ahead_of(
    session: Session, facts: WeekFacts, counting: Rules, material: Material, problem: Problem, now: datetime
) -> Ahead:
    """The week as the loop sees it now: what asks for a make-good, and what may make room for one."""
    return Ahead(
        problem,
        lost_values(session, lost_slots(facts, counting, now)),
        given(facts),
        tuple(movable_slots(session, facts.week, material, now)),
    )


def with_planned(ahead: Ahead, plan: WeekPlan, campaign: frozenset[str]) -> tuple[Ahead, list[Known]]:
    """The same with what publishing the plan would add to the week; what was taken back is planned anew with it."""
    added = tuple(Committed(play.xom, play.bulletin, play.start) for play in plan.added)
    problem = replace(ahead.problem, committed=(*ahead.problem.committed, *added))
    new = [
        Known(Slot(f"{programme.xom} {programme.start}", programme, 0, not campaign.isdisjoint(programme.bulletins)))
        for programme in plan.programmes
    ]
    pending = tuple(lost for lost in ahead.pending if not lost.taken_back)
    return replace(ahead, problem=problem, pending=pending, movable=(*ahead.movable, *plan.programmes)), new


def loop_of(config: Config, facts: WeekFacts, counting: Rules) -> Loop:
    """How this station keeps its word in this week."""
    return Loop(
        record_deadline=counting.record_deadline,
        send=timedelta(seconds=config.rules.lead_s),
        lead_time=timedelta(minutes=config.guarantee.make_good_lead_min),
        weekly_cap=counting.make_goods_per_week,
        waived=frozenset(xom.id for xom in facts.xom if facts.waived(xom.id)),
    )


def _state(own: Sequence[Play]) -> PlayState | None:
    """None where there is nobody to tell."""
    states = {play.state for play in own}
    if not states:
        return None
    if "failed" in states:
        return PlayState.MISSED
    if "unknown" in states:
        return PlayState.UNKNOWN
    return PlayState.PLAYED if states == {"played"} else PlayState.PLANNED
