"""Make-goods written down: a new revision with what takes the place of lost slots, and what made room for it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session

from playlists.planning.makegood import Lost as LostSlot
from playlists.planning.makegood import MakeGood, MakeGoods
from playlists.planning.problem import PlayState
from playlists.slot import Programme
from playlists.week import TIMEZONE, Week
from scheduler.audit.entry import instant_text, read_instant
from scheduler.catalogue import in_vietnamese
from scheduler.compliance import counted_make_goods
from scheduler.facts import SlotKind, WeekFacts
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import latest_plan, slots_of_week
from scheduler.store.tables import PlanRow, SlotRow
from scheduler.usecases.hopeless import Asked, Hopeless
from scheduler.usecases.plan_week import Material, find_material, pose
from scheduler.usecases.publish_week import next_revision, slots_of
from scheduler.verdict import Lost


def make_goods(
    session: Session,
    station: Station,
    facts: WeekFacts,
    lost: Sequence[LostSlot],
    now: datetime,
    *,
    campaign_only: bool = True,
    hopeless: Hopeless | None = None,
) -> MakeGoods:
    """Find the lost slots a place in the rest of their week and write it down; the caller dispatches.

    `facts` are those of the week; `hopeless` remembers what found no place.

    Raises NotAllowedError when nothing is approved.
    """
    week, guarantee = facts.week, station.config.guarantee
    material = find_material(session, station, week)
    movable = movable_slots(session, week, material, now)
    asked = Asked(
        pose(session, station, week, material, now),
        tuple(lost),
        given(facts),
        tuple(movable),
        lead_time=timedelta(minutes=guarantee.make_good_lead_min),
        weekly_cap=guarantee.make_goods_per_week,
        campaign_only=campaign_only,
    )
    answer = hopeless.answer(asked) if hopeless else asked.answer()
    if answer.made:
        makes_good = {made.programme: made.lost.slot for made in answer.made}
        plan = next_plan(session, week, "make_good", now)
        slots = slots_of(
            session, week, plan.revision, tuple(makes_good), material, kind="make_good", makes_good=makes_good
        )
        moved = [row for made in answer.made for row in _moved(session, plan, material, movable, made)]
        gone = [row for made in answer.made for row in _gone(movable, made, now)]
        append(session, "make_good", now, [plan, *slots, *moved, *gone])
    return answer


def lost_values(session: Session, lost: Sequence[Lost]) -> tuple[LostSlot, ...]:
    """Lost slots as the planner is told of them."""
    rows = ((session.get_one(SlotRow, item.slot.id), item) for item in lost)
    return tuple(lost_slot(row, failed=item.failed, taken_back=item.taken_back) for row, item in rows)


def given(facts: WeekFacts) -> dict[str, int]:
    """The make-goods each xóm has had, as far as they count against the bound of its week."""
    return {xom.id: sum(counted_make_goods(facts, xom.id)) for xom in facts.xom}


def movable_slots(session: Session, week: Week, material: Material, now: datetime) -> dict[Programme, SlotRow]:
    """What may make room for a make-good: still to come, not placed by hand, every bulletin of it still known."""
    return {
        programme_of(row): row
        for row in slots_of_week(session, str(week))
        if row.cancelled_at is None
        and row.kind in ("planned", "make_good")
        and row.start > instant_text(now)
        and all(bulletin in material.clips for bulletin in row.bulletins)
    }


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


def lost_slot(row: SlotRow, *, failed: bool, taken_back: bool) -> LostSlot:
    """A slot as the planner is told of its loss; a make-good asks in the name of the slot it stood in for (I13)."""
    state = PlayState.MISSED if failed else PlayState.UNKNOWN
    return LostSlot(row.mends or row.id, programme_of(row), state, taken_back=taken_back)


def programme_of(row: SlotRow) -> Programme:
    return Programme(row.xom, read_instant(row.start), read_instant(row.end), tuple(row.bulletins))


def _moved(
    session: Session, plan: PlanRow, material: Material, movable: Mapping[Programme, SlotRow], made: MakeGood
) -> Iterator[SlotRow]:
    """What moved, where it is now: it stands in for the slot it was, or as a make-good for the one that was lost."""
    for move in made.moved:
        before, week = movable[move.before], Week.parse(plan.week)
        kind: SlotKind = "make_good" if before.kind == "make_good" else "planned"
        makes_good = {move.after: before.mends or before.id}
        yield from slots_of(session, week, plan.revision, (move.after,), material, kind=kind, makes_good=makes_good)


def _gone(movable: Mapping[Programme, SlotRow], made: MakeGood, now: datetime) -> Iterator[SlotRow]:
    """What was taken back, each with its reason."""
    lost = made.lost.slot
    for programme in made.gives_way:
        yield _taken_back(movable[programme], Sentence("its room went to the make-good of {slot}", slot=lost), now)
    for move in made.moved:
        start = f"{move.after.start.astimezone(TIMEZONE):%H:%M %d/%m}"
        why = Sentence("moved to {start} to make room for the make-good of {slot}", start=start, slot=lost)
        yield _taken_back(movable[move.before], why, now)


def _taken_back(row: SlotRow, why: Sentence, now: datetime) -> SlotRow:
    return SlotRow(**{**row.model_dump(), "cancelled_at": instant_text(now), "why": why.text(in_vietnamese)})
