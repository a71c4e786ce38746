"""Keep the week's word: a lost slot gets its make-good; one that late proof made needless is taken back."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, SQLModel, col, select

from playlists.planning.makegood import Lost as LostSlot
from playlists.planning.makegood import MakeGood, MakeGoods, Unmet, make_good
from playlists.planning.problem import PlayState
from playlists.slot import Programme
from playlists.week import Week
from scheduler.audit.entry import instant_text, read_instant
from scheduler.catalogue import in_vietnamese
from scheduler.compliance import counted_make_goods, late_proofs, lost_slots
from scheduler.facts import Rules, SlotFact, WeekFacts
from scheduler.reports.evidence import NO_MAKE_GOOD
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import latest_plan, slots_of_week, weeks_of_slots
from scheduler.store.tables import IncidentRow, PlanRow, SlotRow
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.man_slots import man_slots
from scheduler.usecases.plan_week import Material, find_material, pose
from scheduler.usecases.publish_week import next_revision, slots_of
from scheduler.usecases.tell_guarantee import tell_guarantee
from scheduler.usecases.week_facts import counting_rules, week_facts
from scheduler.verdict import Lost

LONGEST = timedelta(hours=1)


def keep_week(session: Session, station: Station, now: datetime) -> datetime:
    """Make good what is lost in the week of `now` and in those already sent; returns when to look again, at the latest.

    Bounded: one make-good for a slot, a cap for each xóm and week, never in quiet hours (promises I8 and I13). Nothing
    already dispatched moves; only where no room is left, extras give theirs up. What finds no place, and what can no
    longer be met, is written down at once, with the reason.
    """
    counting = counting_rules(session, station.config)
    weeks = sorted({Week.of(now), *weeks_of_slots(session, instant_text(now))})
    changed = bool(man_slots(session, station, now))
    looks = [now + LONGEST]
    for week in weeks:
        changed |= _keep(session, station, week, counting, now)
        looks.append(_next_look(week_facts(session, week, now), counting.record_deadline, now))
    tell_guarantee(session, station, weeks, now)
    if changed:
        dispatch(session, station, now)
    return min(looks)


def _keep(session: Session, station: Station, week: Week, counting: Rules, now: datetime) -> bool:
    """One week; returns whether its slots changed."""
    facts = week_facts(session, week, now)
    surplus = late_proofs(facts, counting, now)
    if surplus:
        _take_back(session, surplus, now)
        facts = week_facts(session, week, now)
    lost = lost_slots(facts, counting, now)
    answer = _answer(session, station, week, facts, lost, now) if lost else None
    unmet = answer.unmet if answer else ()
    if now < week.end and (settled := facts.given_up.keys() - {item.lost.slot for item in unmet}):
        append(session, "incident", now, list(_closed(session, settled, now)))
    told = [_unmet_row(item, now) for item in unmet if item.lost.slot not in facts.given_up]
    if told:
        append(session, "incident", now, told)
    return bool(surplus) or bool(answer and answer.made)


def _answer(
    session: Session, station: Station, week: Week, facts: WeekFacts, lost: Sequence[Lost], now: datetime
) -> MakeGoods:
    """The make-goods of the lost slots, written down with what gave them its room."""
    material = find_material(session, station, week)
    guarantee = station.config.guarantee
    rows = {row.id: row for row in slots_of_week(session, str(week))}
    spare = {_programme(row): row for row in rows.values() if _may_give_way(row, material, now)}
    answer = make_good(
        pose(session, station, week, material, now),
        [_lost_slot(rows[item.slot.id], item) for item in lost],
        lead_time=timedelta(minutes=guarantee.make_good_lead_min),
        weekly_cap=guarantee.make_goods_per_week,
        already={xom.id: sum(counted_make_goods(facts, xom.id)) for xom in facts.xom},
        spare=tuple(spare),
    )
    if answer.made:
        bumped = [_bumped(spare[made.bumped], made, now) for made in answer.made if made.bumped is not None]
        append(session, "make_good", now, [*_revision(session, week, answer, material, now), *bumped])
    return answer


def _may_give_way(row: SlotRow, material: Material, now: datetime) -> bool:
    """Planned by the planner, still to come, and every bulletin of it still known."""
    coming = row.cancelled_at is None and row.kind == "planned" and row.start > instant_text(now)
    return coming and not row.campaign and all(bulletin in material.clips for bulletin in row.bulletins)


def _bumped(row: SlotRow, made: MakeGood, now: datetime) -> SlotRow:
    why = Sentence("its room went to the make-good of {slot}", slot=made.lost.slot).text(in_vietnamese)
    return SlotRow(**{**row.model_dump(), "cancelled_at": instant_text(now), "why": why})


def _revision(session: Session, week: Week, answer: MakeGoods, material: Material, now: datetime) -> list[SQLModel]:
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


def _lost_slot(row: SlotRow, lost: Lost) -> LostSlot:
    state = PlayState.MISSED if lost.failed else PlayState.UNKNOWN
    return LostSlot(row.id, _programme(row), state, taken_back=lost.taken_back)


def _programme(row: SlotRow) -> Programme:
    return Programme(row.xom, read_instant(row.start), read_instant(row.end), tuple(row.bulletins))


def _unmet_row(unmet: Unmet, now: datetime) -> IncidentRow:
    return IncidentRow(
        id=f"{NO_MAKE_GOOD}-{unmet.lost.slot}",
        kind=NO_MAKE_GOOD,
        subject=unmet.lost.slot,
        opened_at=instant_text(now),
        closed_at=None,
        template="slot {slot} cannot be made good: {reason}",
        values={"slot": unmet.lost.slot, "reason": unmet.reason.said(in_vietnamese)},
        envelope=None,
    )


def _closed(session: Session, slots: Iterable[str], now: datetime) -> Iterator[IncidentRow]:
    """The incidents of slots that were proven, or made good, after all."""
    query = select(IncidentRow).where(IncidentRow.kind == NO_MAKE_GOOD, col(IncidentRow.subject).in_(list(slots)))
    for row in session.exec(query):
        yield IncidentRow(**{**row.model_dump(), "closed_at": instant_text(now)})


def _next_look(facts: WeekFacts, deadline: timedelta, now: datetime) -> datetime:
    """When the next slot's proof becomes overdue, or the week ends."""
    overdue = [slot.end + deadline for slot in facts.slots if not slot.cancelled and slot.end + deadline > now]
    return min([*overdue, facts.week.end])
