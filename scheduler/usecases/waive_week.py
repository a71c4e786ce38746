"""Waive what can no longer be met: a named authority accepts it, on the record; and lift that, on the record too."""

from datetime import datetime

from sqlmodel import Session, col, select

from playlists.week import Week
from scheduler.audit.entry import instant_text
from scheduler.errors import ConflictError, NotFoundError, StationError
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import xom_rows
from scheduler.store.tables import WaiverRow


def waive_week(
    station: Station, week: Week, xom: str | None, authority: str, why: str, now: datetime, *, dry_run: bool = False
) -> WaiverRow:
    """The guarantee of `week` is waived in `xom`, or in every xóm. What was proven stays counted as it is; nothing more
    is made good there.

    Raises NotFoundError for a xóm that does not exist, ConflictError where it is waived already, StationError when
    nobody is named or no reason is given.
    """
    with station.store.writing(dry_run=dry_run) as session:
        if xom is not None and xom not in {row.id for row in xom_rows(session)}:
            raise NotFoundError("there is no xóm {id}; `loa xom list` shows them", id=xom)
        if _standing(session, week, xom):
            raise ConflictError("week {week} is waived there already; `loa week unwaive` takes it back", week=week)
        row = WaiverRow(
            id=_next_id(session, week, xom),
            xom=xom,
            week=str(week),
            authority=_said(authority, StationError("the authority that waives must be named, for the record")),
            why=_said(why, StationError("a reason is needed, for the record")),
            at=instant_text(now),
            lifted_at=None,
            lifted_why=None,
        )
        append(session, "waived", now, [row])
        return WaiverRow(**row.model_dump())


def unwaive_week(
    station: Station, week: Week, xom: str | None, why: str, now: datetime, *, dry_run: bool = False
) -> WaiverRow:
    """The waiver of `week` for `xom`, or that for every xóm, holds no longer; what is lost asks for make-goods again.

    Raises NotFoundError when there is none, StationError when no reason is given.
    """
    with station.store.writing(dry_run=dry_run) as session:
        standing = _standing(session, week, xom)
        if not standing:
            raise NotFoundError(
                "week {week} is not waived there; `loa report week {week}` lists the waivers", week=week
            )
        reason = _said(why, StationError("a reason is needed, for the record"))
        given = standing[0].model_dump()
        row = WaiverRow(**{**given, "lifted_at": instant_text(now), "lifted_why": reason})
        append(session, "waiver_lifted", now, [row])
        return WaiverRow(**row.model_dump())


def _standing(session: Session, week: Week, xom: str | None) -> list[WaiverRow]:
    query = select(WaiverRow).where(WaiverRow.week == str(week), col(WaiverRow.lifted_at).is_(None))
    return [row for row in session.exec(query) if row.xom == xom]


def _next_id(session: Session, week: Week, xom: str | None) -> str:
    given = session.exec(select(WaiverRow.xom).where(WaiverRow.week == str(week))).all()
    return f"{week}.{xom or '*'}.{given.count(xom) + 1}"


def _said(text: str, otherwise: StationError) -> str:
    if not text.strip():
        raise otherwise
    return text.strip()
