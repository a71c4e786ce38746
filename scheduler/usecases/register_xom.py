"""The register of xóm and receivers: imported from config.toml or a CSV file; only what changed is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlmodel import Session, SQLModel, select

from playlists.xom import WHOLE_DAY
from scheduler.audit.entry import instant_text
from scheduler.config import fault_sentences, receiver_faults
from scheduler.errors import StationError
from scheduler.sections import XomSettings
from scheduler.sentence import Sentence, Sentences
from scheduler.sheet import read_sheet
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.tables import ReceiverRow, XomRow
from scheduler.usecases.accounts import write_broker_files
from scheduler.usecases.enrol_receiver import add_receiver_rows
from scheduler.usecases.values import written_windows

CSV_COLUMNS = ("id", "name", "tags", "receivers")


@dataclass(frozen=True)
class RegisterChange:
    """Ids of what an import added, changed and took away."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    receivers: tuple[str, ...]


def register_xom(
    station: Station, listed: Sequence[XomSettings], now: datetime, *, dry_run: bool = False
) -> RegisterChange:
    """Make the register what `listed` says. A xóm that is no longer listed is marked removed; receivers are only added.

    Raises StationError when a receiver is listed in another xóm than it stands in.
    """
    with station.store.writing(dry_run=dry_run) as session:
        known = {row.id: row for row in session.exec(select(XomRow)) if row.removed_at is None}
        wanted = {item.id: _row(item, station) for item in listed}
        added = [key for key in wanted if key not in known]
        changed = [key for key in wanted if key in known and wanted[key].model_dump() != known[key].model_dump()]
        removed = [key for key in known if key not in wanted]
        rows: list[SQLModel] = [wanted[key] for key in (*added, *changed)]
        rows += [XomRow(**{**known[key].model_dump(), "removed_at": instant_text(now)}) for key in removed]
        new = _new_receivers(session, listed)
        rows += add_receiver_rows(session, station, new, now, dry_run=dry_run)
        if rows:
            append(session, "register_changed", now, rows)
    if new and not dry_run:
        write_broker_files(station)
    return RegisterChange(tuple(added), tuple(changed), tuple(removed), tuple(new))


def read_csv(raw: bytes) -> list[XomSettings]:
    """A CSV with the columns id, name, tags, receivers (the last two separated by spaces or semicolons).

    Raises StationError naming every wrong line.
    """
    listed: list[XomSettings] = []
    faults: list[Sentence] = []
    for number, cells in read_sheet(raw, CSV_COLUMNS, needed=CSV_COLUMNS[:2]):
        try:
            listed.append(
                XomSettings(
                    id=cells["id"],
                    name=cells["name"],
                    tags=_words(cells["tags"]),
                    receivers=_words(cells["receivers"]),
                )
            )
        except ValidationError as error:
            found = (fault for item in error.errors() for fault in fault_sentences(item))
            faults += [Sentence("line {number}: {fault}", number=number, fault=fault) for fault in found]
    twice = sorted({x.id for x in listed if [y.id for y in listed].count(x.id) > 1})
    faults += [Sentence("xóm {id} is given twice", id=key) for key in twice]
    faults += receiver_faults(listed)
    if faults or not listed:
        problems = tuple(faults) or (Sentence("it is empty"),)
        raise StationError("the list of xóm cannot be used: {faults}", faults=Sentences(problems))
    return listed


def _new_receivers(session: Session, listed: Iterable[XomSettings]) -> dict[str, str]:
    standing = {row.id: row.xom for row in session.exec(select(ReceiverRow))}
    moved = [
        f"{receiver} ({standing[receiver]} → {item.id})"
        for item in listed
        for receiver in item.receivers
        if receiver in standing and standing[receiver] != item.id
    ]
    if moved:
        raise StationError(
            "receivers stand in another xóm: {moved}; revoke a receiver and add it anew to move it",
            moved=", ".join(moved),
        )
    return {receiver: item.id for item in listed for receiver in item.receivers if receiver not in standing}


def _row(item: XomSettings, station: Station) -> XomRow:
    cap = item.daily_cap_min or station.config.rules.daily_cap_min
    return XomRow(
        id=item.id,
        name=item.name,
        tags=sorted(item.tags),
        windows=written_windows(item.windows),
        daily_cap_s=min(cap * 60, int(WHOLE_DAY.total_seconds())),
        blackouts=[],
        removed_at=None,
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(";", " ").split())
