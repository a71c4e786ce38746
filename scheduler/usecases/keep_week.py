"""Keep the week's word: a lost slot gets its make-good; one that late proof made needless is taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, select

from playlists.planning.makegood import Lost as LostSlot
from playlists.planning.makegood import MakeGoods, Unmet, make_good
from playlists.planning.problem import PlayState
from playlists.slot import Programme
from playlists.week import Week
from scheduler.audit.entry import instant_text
from scheduler.catalogue import in_vietnamese
from scheduler.compliance import late_proofs, lost_slots
from scheduler.facts import SlotFact, WeekFacts
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import latest_plan
from scheduler.store.tables import IncidentRow, PlanRow, SlotRow
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.plan_week import Material, find_material, pose
from scheduler.usecases.publish_week import next_revision, slots_of
from scheduler.usecases.week_facts import counting_rules, week_facts
from scheduler.verdict import Lost

UNMET = "no-make-good"
LONGEST = timedelta(hours=1)


def keep_week(session: Session, station: Station, now: datetime) -> datetime:
    """Make good what is lost in the week of `now`; returns when to look again, at the latest.

    Bounded: one make-good for a slot, a cap for each xóm and week, never in quiet hours, nothing already dispatched
    moves (promises I8 and I13). What finds no place is written down at once, with the reason.
    """
    week = Week.of(now)
    facts, counting = week_facts(session, week, now), counting_rules(session, station.config)
    surplus = late_proofs(facts, counting, now)
    if surplus:
        _take_back(session, surplus, now)
        facts = week_facts(session, week, now)
    given_up = set(session.exec(select(IncidentRow.subject).where(IncidentRow.kind == UNMET)))
    lost = [item for item in lost_slots(facts, counting, now) if item.slot.id not in given_up]
    if lost:
        _make_good(session, station, week, facts, lost, now)
    if surplus or lost:
        dispatch(session, station, now)
    return _next_look(facts, counting.record_deadline, now)


def _make_good(
    session: Session, station: Station, week: Week, facts: WeekFacts, lost: Sequence[Lost], now: datetime
) -> None:
    material = find_material(session, station, week)
    guarantee = station.config.guarantee
    answer = make_good(
        pose(session, station, week, material, now),
        [_lost_slot(session, item) for item in lost],
        lead_time=timedelta(minutes=guarantee.make_good_lead_min),
        weekly_cap=guarantee.make_goods_per_week,
        already=_already(facts),
    )
    rows = [_unmet_row(item, now) for item in answer.unmet]
    if answer.made:
        append(session, "make_good", now, [*_revision(session, week, answer, material, now), *rows])
    elif rows:
        append(session, "incident", now, rows)


def _revision(
    session: Session, week: Week, answer: MakeGoods, material: Material, now: datetime
) -> list[PlanRow | SlotRow]:
    revision, before = next_revision(session, week), latest_plan(session, str(week))
    plan = PlanRow(
        week=str(week),
        revision=revision,
        at=instant_text(now),
        kind="make_good",
        feasible=before.feasible if before else None,
        reasons=before.reasons if before else [],
    )
    makes_good = {made.programme: made.lost.slot for made in answer.made}
    return [plan, *slots_of(session, week, revision, tuple(makes_good), material, makes_good=makes_good)]


def _take_back(session: Session, surplus: Sequence[SlotFact], now: datetime) -> None:
    rows = []
    for fact in surplus:
        row = session.get(SlotRow, fact.id)
        if row is not None:
            why = Sentence("late proof of {slot}", slot=fact.makes_good or "").text(in_vietnamese)
            rows.append(SlotRow(**{**row.model_dump(), "cancelled_at": instant_text(now), "why": why}))
    append(session, "make_good_cancelled", now, rows)


def _lost_slot(session: Session, lost: Lost) -> LostSlot:
    row = session.get_one(SlotRow, lost.slot.id)
    state = PlayState.MISSED if lost.failed else PlayState.UNKNOWN
    programme = Programme(row.xom, lost.slot.start, lost.slot.end, tuple(row.bulletins))
    return LostSlot(row.id, programme, state)


def _already(facts: WeekFacts) -> dict[str, int]:
    made = [slot.xom for slot in facts.slots if slot.kind == "make_good" and not slot.cancelled]
    return {xom: made.count(xom) for xom in set(made)}


def _unmet_row(unmet: Unmet, now: datetime) -> IncidentRow:
    return IncidentRow(
        id=f"{UNMET}-{unmet.lost.slot}",
        kind=UNMET,
        subject=unmet.lost.slot,
        opened_at=instant_text(now),
        closed_at=None,
        template="slot {slot} cannot be made good: {reason}",
        values={"slot": unmet.lost.slot, "reason": unmet.reason.said(in_vietnamese)},
        envelope=None,
    )


def _next_look(facts: WeekFacts, deadline: timedelta, now: datetime) -> datetime:
    """When the next slot's proof becomes overdue, or the week ends."""
    overdue = [slot.end + deadline for slot in facts.slots if not slot.cancelled and slot.end + deadline > now]
    return min([*overdue, facts.week.end, now + LONGEST])
