"""Pin a bulletin to an instant in its xóm, and take the pin out again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from playlists.planning.settling import Choice, Wish
from playlists.week import Week
from scheduler.audit.entry import instant_text
from scheduler.catalogue import in_vietnamese
from scheduler.errors import NotFoundError
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import bulletin_row, slots_ending_after, xom_rows
from scheduler.store.tables import SlotRow
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.place_by_hand import HandPlaced, place_by_hand
from scheduler.usecases.values import bulletin_value, xom_value


def pin_bulletin(
    station: Station,
    bulletin: str,
    at: datetime,
    xom: Sequence[str],
    now: datetime,
    *,
    choice: Choice | None = None,
    dry_run: bool = False,
) -> HandPlaced:
    """A programme of this bulletin begins at `at`, in these xóm or in all it is meant for; sent out at once.

    Raises NotFoundError, NotAllowedError when the bulletin may not be played in that week.
    """
    with station.store.writing(dry_run=dry_run) as session:
        week = Week.of(at)
        wishes = [Wish(one, at, (bulletin,)) for one in places(session, station, bulletin, xom, week)]
        return place_by_hand(session, station, week, wishes, "pinned", choice, now)


def unpin_bulletin(
    station: Station, bulletin: str, at: datetime | None, xom: Sequence[str], now: datetime, *, dry_run: bool = False
) -> tuple[SlotRow, ...]:
    """Take back its pinned programmes that are still to come, of that instant and those xóm or all.

    Returns them. Raises NotFoundError when there is none; the planner fills the room when the week is published again.
    """
    with station.store.writing(dry_run=dry_run) as session:
        bulletin_row(session, bulletin)
        reachable = instant_text(now + timedelta(seconds=station.config.rules.lead_s))
        found = [
            slot
            for slot in slots_ending_after(session, instant_text(now))
            if slot.kind == "pinned" and bulletin in slot.bulletins and slot.start > reachable
            if (not xom or slot.xom in xom) and at in (None, datetime.fromisoformat(slot.start))
        ]
        if not found:
            raise NotFoundError("no pinned programme of bulletin {id} is still to come there and then", id=bulletin)
        why = Sentence("bulletin {id} is no longer pinned", id=bulletin).text(in_vietnamese)
        gone = [SlotRow(**{**slot.model_dump(), "cancelled_at": instant_text(now), "why": why}) for slot in found]
        append(session, "unpinned", now, gone)
        dispatch(session, station, now)
    return tuple(gone)


def places(session: Session, station: Station, bulletin: str, xom: Sequence[str], week: Week) -> list[str]:
    """The named xóm, or all that the bulletin is meant for. Raises NotFoundError."""
    rows = {row.id: row for row in xom_rows(session)}
    for one in xom:
        if one not in rows:
            raise NotFoundError("there is no xóm {id}; `loa xom list` shows them", id=one)
    targets = bulletin_value(bulletin_row(session, bulletin)).targets
    return list(xom) or [key for key, row in rows.items() if targets.includes(xom_value(row, station.config, week))]
