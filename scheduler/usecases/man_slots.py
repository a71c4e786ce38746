"""Who is to play the coming slots: the receivers that stand in a xóm now, also one that came when the week was sent."""

from datetime import datetime, timedelta

from sqlmodel import Session

from scheduler.audit.entry import instant_text
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import active_receivers, slots_ending_after
from scheduler.store.tables import SlotRow


def man_slots(session: Session, station: Station, now: datetime) -> tuple[SlotRow, ...]:
    """Coming slots name the receivers of their xóm as the register has them; returns those that changed.

    A slot that starts before a receiver can have fetched it gets nobody new; the caller dispatches.
    """
    standing = {xom: {row.id for row in rows} for xom, rows in active_receivers(session).items()}
    reachable = instant_text(now + timedelta(seconds=station.config.rules.lead_s))
    changed = []
    for slot in slots_ending_after(session, instant_text(now)):
        here, named = standing.get(slot.xom, set()), set(slot.receivers)
        wanted = named & here if slot.start < reachable else here
        if slot.start > instant_text(now) and wanted != named:
            changed.append(SlotRow(**{**slot.model_dump(), "receivers": sorted(wanted)}))
    if changed:
        append(session, "slots_manned", now, changed)
    return tuple(changed)
