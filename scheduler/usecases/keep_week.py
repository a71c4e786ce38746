"""Keep the week's word: a lost slot gets its make-good; one that late proof made needless is taken back."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from playlists.planning.makegood import Unmet
from playlists.week import Week
from scheduler.audit.entry import instant_text
from scheduler.catalogue import in_vietnamese
from scheduler.compliance import late_proofs, lost_slots
from scheduler.facts import Rules, SlotFact, WeekFacts
from scheduler.reports.evidence import NO_MAKE_GOOD
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import planned_weeks, weeks_of_slots
from scheduler.store.tables import IncidentRow, SlotRow
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.hopeless import Hopeless
from scheduler.usecases.make_goods import lost_values, make_goods
from scheduler.usecases.man_slots import man_slots
from scheduler.usecases.tell_guarantee import tell_guarantee
from scheduler.usecases.week_facts import counting_rules, week_facts

LONGEST = timedelta(hours=1)


def keep_week(session: Session, station: Station, now: datetime, hopeless: Hopeless | None = None) -> datetime:
    """Make good what is lost in the week of `now` and in those already sent; returns when to look again, at the latest.

    Bounded: one make-good for a slot, a cap for each xóm and week, never in quiet hours (promises I8 and I13). Nothing
    already dispatched moves, but where the xóm would go short without it. What finds no place, and what can no longer
    be met, is written down at once, with the reason; it is looked for again whenever the week has changed, if
    `hopeless` goes from one look to the next.
    """
    counting = counting_rules(session, station.config)
    sent = {*planned_weeks(session), *weeks_of_slots(session, instant_text(now))}
    weeks = sorted({Week.of(now), *(week for week in sent if week.end > now)})
    changed = bool(man_slots(session, station, now))
    looks = [now + LONGEST]
    for week in weeks:
        changed |= _keep(session, station, week, counting, now, hopeless)
        looks.append(_next_look(week_facts(session, week, now), counting.record_deadline, now))
    tell_guarantee(session, station, weeks, now)
    if changed:
        dispatch(session, station, now)
    return min(looks)


def _keep(
    session: Session, station: Station, week: Week, counting: Rules, now: datetime, hopeless: Hopeless | None
) -> bool:
    """One week; returns whether its slots changed."""
    facts = week_facts(session, week, now)
    surplus = late_proofs(facts, counting, now)
    if surplus:
        _take_back(session, surplus, now)
        facts = week_facts(session, week, now)
    lost = lost_slots(facts, counting, now)
    asked = lost_values(session, lost)
    answer = make_goods(session, station, facts, asked, now, hopeless=hopeless) if lost else None
    unmet = answer.unmet if answer else ()
    if now < week.end and (settled := facts.given_up.keys() - {item.lost.slot for item in unmet}):
        append(session, "incident", now, list(_closed(session, settled, now)))
    told = [_unmet_row(item, now) for item in unmet if item.lost.slot not in facts.given_up]
    if told:
        append(session, "incident", now, told)
    return bool(surplus) or bool(answer and answer.made)


def _take_back(session: Session, surplus: Sequence[SlotFact], now: datetime) -> None:
    rows = []
    for fact in surplus:
        row = session.get(SlotRow, fact.id)
        if row is not None:
            why = Sentence("late proof of {slot}", slot=fact.makes_good or "").text(in_vietnamese)
            rows.append(SlotRow(**{**row.model_dump(), "cancelled_at": instant_text(now), "why": why}))
    append(session, "make_good_cancelled", now, rows)


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
