"""The figures of one week: a pure function of leaves, checkpoint and the instant they are judged at (I6)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from playlists.week import TIMEZONE, Week
from scheduler.audit import tables as columns
from scheduler.audit.checkpoint import parse_checkpoint
from scheduler.audit.entry import read_instant
from scheduler.audit.fold import fold
from scheduler.audit.merkle import leaf_hash, root
from scheduler.compliance import judge, plays
from scheduler.facts import SlotKind
from scheduler.reports.evidence import (
    bulletins_of,
    incidents_of,
    rules_of,
    slots_of,
    station_of,
    waivers_of,
    week_facts_of,
)
from scheduler.sentence import Sentence
from scheduler.verdict import Play, PlayState, XomWeek


@dataclass(frozen=True)
class Cell:
    """One slot of one xóm. `state` is the worst of its receivers; `played` of `receivers` have proven it."""

    slot: str
    start: datetime
    kind: SlotKind
    authority: str | None  # who let it sound outside the windows
    campaign: bool
    state: PlayState
    played: int
    receivers: int
    titles: tuple[str, ...]
    why: Sentence | None


@dataclass(frozen=True)
class XomReport:
    """`days` holds the slots of Monday to Sunday, by start."""

    verdict: XomWeek
    days: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class BulletinReport:
    """`slots` were to bring it to a xóm, `played` were proven on every receiver they were meant for."""

    id: str
    title: str
    field: str
    unit: str
    campaign: str | None
    slots: int
    played: int


@dataclass(frozen=True)
class IncidentReport:
    opened_at: datetime
    closed_at: datetime | None
    subject: str
    text: Sentence


@dataclass(frozen=True)
class WaiverReport:
    """`xom` is the xóm's name, None for all; a lifted one holds no longer."""

    xom: str | None
    authority: str
    why: str
    at: datetime
    lifted_at: datetime | None
    lifted_why: str | None


@dataclass(frozen=True)
class Proof:
    """The log that was counted: its first `leaves` leaves, their root (hex), and its signed head if there is one."""

    leaves: int
    root: str
    checkpoint: str | None


@dataclass(frozen=True)
class WeekReport:
    week: Week
    as_of: datetime
    station: str
    commune: str
    province: str
    simulated: bool
    required: int
    xom: tuple[XomReport, ...]
    bulletins: tuple[BulletinReport, ...]
    incidents: tuple[IncidentReport, ...]
    waivers: tuple[WaiverReport, ...]
    proof: Proof

    @property
    def met(self) -> int:
        return sum(xom.verdict.state == "met" for xom in self.xom)

    @property
    def waived(self) -> int:
        return sum(xom.verdict.state == "waived" for xom in self.xom)

    @property
    def total(self) -> int:
        return len(self.xom)


def week_report(leaves: Sequence[bytes], week: Week, checkpoint: str | None, as_of: datetime) -> WeekReport:
    """The report of `week` as the log had it. With a checkpoint only the leaves it signed are counted.

    Raises EntryError or FoldError for a log that is not sound, CheckpointError for a text that is no checkpoint,
    LookupError for a log without a station. Nothing is verified here: scheduler.audit.verify does.
    """
    signed = leaves if checkpoint is None else leaves[: parse_checkpoint(checkpoint).size]
    tables = fold(signed)
    station = station_of(tables)
    rules, facts = rules_of(station), week_facts_of(tables, week, as_of)
    every_play = plays(facts, rules, as_of)
    by_slot: dict[str, list[Play]] = {}
    for play in every_play:
        by_slot.setdefault(play.slot.id, []).append(play)
    bulletins, slots = bulletins_of(tables), slots_of(tables, week)
    cells = {slot["id"]: _cell(slot, by_slot.get(slot["id"], []), bulletins, as_of) for slot in slots}
    return WeekReport(
        week=week,
        as_of=as_of,
        station=station["name"],
        commune=station["commune"],
        province=station["province"],
        simulated=station["simulated"],
        required=station["required"],
        xom=tuple(
            XomReport(verdict, _days(week, [cells[slot["id"]] for slot in slots if slot["xom"] == verdict.id]))
            for verdict in judge(facts, rules, as_of)
        ),
        bulletins=_bulletins(slots, cells, bulletins),
        incidents=tuple(
            IncidentReport(
                read_instant(row["opened_at"]),
                None if row["closed_at"] is None else read_instant(row["closed_at"]),
                row["subject"],
                Sentence(row["template"], **row["values"]),
            )
            for row in incidents_of(tables, week)
        ),
        waivers=_waivers(waivers_of(tables, week), {xom.id: xom.name for xom in facts.xom}),
        proof=Proof(len(signed), root([leaf_hash(leaf) for leaf in signed]).hex(), checkpoint),
    )


def _waivers(rows: Sequence[columns.Waiver], names: Mapping[str, str]) -> tuple[WaiverReport, ...]:
    return tuple(
        WaiverReport(
            xom=None if row["xom"] is None else names.get(row["xom"], row["xom"]),
            authority=row["authority"],
            why=row["why"],
            at=read_instant(row["at"]),
            lifted_at=None if row["lifted_at"] is None else read_instant(row["lifted_at"]),
            lifted_why=row["lifted_why"],
        )
        for row in rows
    )


_FROM_WORST: tuple[PlayState, ...] = ("failed", "unknown", "awaited", "upcoming", "played", "cancelled")


def _cell(slot: columns.Slot, own: Sequence[Play], bulletins: Mapping[str, columns.Bulletin], as_of: datetime) -> Cell:
    start = read_instant(slot["start"])
    worst = min(own, key=lambda play: _FROM_WORST.index(play.state), default=None)
    unheard: PlayState = "cancelled" if slot["cancelled_at"] else "upcoming" if as_of < start else "unknown"
    return Cell(
        slot=slot["id"],
        start=start,
        kind=slot["kind"],
        authority=slot["authority"],
        campaign=slot["campaign"],
        state=worst.state if worst is not None else unheard,
        played=sum(play.state == "played" for play in own),
        receivers=len(own),
        titles=tuple(bulletins[b]["title"] if b in bulletins else b for b in slot["bulletins"]),
        why=worst.why if worst is not None else None,
    )


def _days(week: Week, cells: Sequence[Cell]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(cell for cell in cells if cell.start.astimezone(TIMEZONE).date() == day) for day in week.days)


def _bulletins(
    slots: Sequence[columns.Slot], cells: Mapping[str, Cell], bulletins: Mapping[str, columns.Bulletin]
) -> tuple[BulletinReport, ...]:
    planned: Counter[str] = Counter()
    played: Counter[str] = Counter()
    for slot in slots:
        for bulletin in slot["bulletins"]:
            planned[bulletin] += slot["cancelled_at"] is None
            played[bulletin] += cells[slot["id"]].state == "played"
    return tuple(
        BulletinReport(
            row["id"], row["title"], row["field"], row["unit"], row["campaign"], planned[row["id"]], played[row["id"]]
        )
        for row in sorted(bulletins.values(), key=lambda row: row["id"])
        if planned[row["id"]] or played[row["id"]]
    )
