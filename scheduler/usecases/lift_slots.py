"""Slots that were sent and that today's rules no longer allow (a funeral, an exam, a window moved) are taken back."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from playlists.interval import Interval
from playlists.rules import QuietHours, Relay, quiet_violation
from playlists.week import Week
from playlists.xom import Xom
from scheduler.audit.entry import instant_text, read_instant
from scheduler.catalogue import in_vietnamese
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import slots_ending_after, xom_rows
from scheduler.store.tables import SlotRow
from scheduler.usecases.values import quiet_hours, relays, xom_value


def lift_slots(session: Session, station: Station, now: datetime) -> tuple[SlotRow, ...]:
    """Cancel what is still to start and would break a rule as config.toml and the register have them now.

    Returns the cancelled slots, each with its reason; the caller dispatches, and plans what they leave open.
    """
    rows = {row.id: row for row in xom_rows(session)}
    quiet, relayed = quiet_hours(station.config.rules), relays(station.config.rules)
    lifted = []
    for slot in slots_ending_after(session, instant_text(now)):
        if read_instant(slot.start) <= now:
            continue
        span = Interval(read_instant(slot.start), read_instant(slot.end))
        row = rows.get(slot.xom)
        xom = () if row is None else tuple(xom_value(row, station.config, week) for week in _weeks(span))
        why = next(forbidding(span, xom, quiet, relayed, windows=slot.authority is None), None)
        if why is not None:
            lifted.append(
                SlotRow(**{**slot.model_dump(), "cancelled_at": instant_text(now), "why": why.text(in_vietnamese)})
            )
    if lifted:
        append(session, "slots_lifted", now, lifted)
    return tuple(lifted)


def _weeks(span: Interval) -> tuple[Week, ...]:
    """The week of a stretch of sound, and the week before where its Sunday's windows may last into it."""
    return tuple({Week.of(span.start): None, Week.of(span.start - timedelta(days=1)): None})


def forbidding(
    span: Interval, xom: Sequence[Xom], quiet: Sequence[QuietHours], relayed: Sequence[Relay], *, windows: bool = True
) -> Iterator[Sentence]:
    """What keeps this stretch of sound from the xóm, as it is in each of the `_weeks`; none where it was removed.

    Without `windows` an authority has let it sound outside them.
    """
    if not xom:
        yield Sentence("the xóm was removed")
        return
    if (hours := quiet_violation(span, quiet)) is not None:
        yield Sentence("the quiet hours {hours}", hours=str(hours))
    for blackout in xom[0].blackouts:
        if blackout.interval.overlaps(span):
            yield Sentence("the silence for {why}", why=blackout.why)
    for relay in relayed:
        if relay.concerns(xom[0].id) and any(
            stretch.overlaps(span) for stretch in relay.intervals(Week.of(span.start))
        ):
            yield Sentence("the relay of {name}", name=relay.name)
    open_in = ((window, week) for known, week in zip(xom, _weeks(span), strict=False) for window in known.windows)
    if windows and not any(stretch.holds(span) for window, week in open_in for stretch in window.intervals(week)):
        yield Sentence("it lies outside the windows")
