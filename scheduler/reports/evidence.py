"""The folded log → the facts and rules of one week. Whoever holds the leaves can count again, without the station."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar, cast

from playlists.week import Week
from scheduler.audit import tables as columns
from scheduler.audit.entry import read_instant
from scheduler.audit.fold import Tables
from scheduler.facts import DeliveryFact, ReceiverFact, RecordFact, Rules, SlotFact, WaiverFact, WeekFacts, XomFact
from scheduler.sentence import Sentence

CLONE_SUSPECTED = "clone-suspected"
"""The kind of incident whose subject's records are not counted while it is open (case B3)."""
NO_MAKE_GOOD = "no-make-good"
"""The kind of incident that says of a lost slot, its subject, why nothing can take its place."""


def station_of(tables: Tables) -> columns.Station:
    """The station's row; raises LookupError for a log that has none."""
    for row in tables["station"].values():
        return cast("columns.Station", row)
    raise LookupError("the log has no station row")


def rules_of(station: columns.Station) -> Rules:
    """How the station said it counts. Silence is no evidence and is not logged, so in a report nobody is silent."""
    return Rules(
        required=station["required"],
        record_deadline=timedelta(seconds=station["record_deadline_s"]),
        evidence=timedelta(days=station["evidence_days"]),
        make_goods_per_week=station["make_goods_per_week"],
        simulated=station["simulated"],
    )


def week_facts_of(tables: Tables, week: Week, as_of: datetime) -> WeekFacts:
    """Everything the log knows about `week`; every receiver counts as heard of at `as_of`."""
    slots = slots_of(tables, week)
    ids = {slot["id"] for slot in slots}
    plan = _latest_plan(tables, week)
    return WeekFacts(
        week=week,
        xom=tuple(XomFact(row["id"], row["name"]) for row in _xom(tables, week)),
        slots=tuple(map(slot_fact, slots)),
        records=tuple(_records(tables, ids)),
        receivers=tuple(_postings(tables, as_of)),
        deliveries=tuple(_deliveries(tables, ids)),
        waivers=tuple(
            WaiverFact(row["xom"], row["authority"], row["why"])
            for row in _rows(tables, "waiver", columns.Waiver)
            if row["week"] == str(week) and row["lifted_at"] is None
        ),
        infeasible={
            reason["xom"]: Sentence(reason["template"], **reason["values"])
            for reason in (plan["reasons"] if plan is not None and plan["feasible"] is False else ())
            if reason["campaign"]
        },
        given_up={
            row["subject"]: Sentence("{reason}.", reason=row["values"]["reason"])
            for row in _rows(tables, "incident", columns.Incident)
            if row["kind"] == NO_MAKE_GOOD and row["closed_at"] is None and row["subject"] in ids
        },
    )


def slots_of(tables: Tables, week: Week) -> list[columns.Slot]:
    """The week's slots, cancelled ones too, by start and id."""
    slots = (row for row in _rows(tables, "slot", columns.Slot) if row["week"] == str(week))
    return sorted(slots, key=lambda row: (row["start"], row["id"]))


def slot_fact(row: columns.Slot) -> SlotFact:
    return SlotFact(
        id=row["id"],
        xom=row["xom"],
        week=Week.parse(row["week"]),
        start=read_instant(row["start"]),
        end=read_instant(row["end"]),
        campaign=row["campaign"],
        kind=row["kind"],
        stands_for=row["makes_good"],
        cancelled=row["cancelled_at"] is not None,
        receivers=tuple(row["receivers"]),
    )


def bulletins_of(tables: Tables) -> dict[str, columns.Bulletin]:
    return {row["id"]: row for row in _rows(tables, "bulletin", columns.Bulletin)}


def incidents_of(tables: Tables, week: Week) -> list[columns.Incident]:
    """The incidents that were open at some time of the week, by their beginning."""
    incidents = (
        row
        for row in _rows(tables, "incident", columns.Incident)
        if read_instant(row["opened_at"]) < week.end
        and (row["closed_at"] is None or read_instant(row["closed_at"]) >= week.start)
    )
    return sorted(incidents, key=lambda row: (row["opened_at"], row["id"]))


def waivers_of(tables: Tables, week: Week) -> list[columns.Waiver]:
    """The week's waivers, the lifted ones too, by when they were given."""
    waivers = (row for row in _rows(tables, "waiver", columns.Waiver) if row["week"] == str(week))
    return sorted(waivers, key=lambda row: (row["at"], row["id"]))


def _xom(tables: Tables, week: Week) -> list[columns.Xom]:
    """The xóm that existed in the week, by id."""
    return sorted(
        (
            row
            for row in _rows(tables, "xom", columns.Xom)
            if row["removed_at"] is None or read_instant(row["removed_at"]) >= week.end
        ),
        key=lambda row: row["id"],
    )


def _latest_plan(tables: Tables, week: Week) -> columns.Plan | None:
    plans = [row for row in _rows(tables, "plan", columns.Plan) if row["week"] == str(week)]
    return max(plans, key=lambda row: row["revision"], default=None)


def _records(tables: Tables, slots: set[str]) -> Iterator[RecordFact]:
    copied = {
        row["subject"]
        for row in _rows(tables, "incident", columns.Incident)
        if row["kind"] == CLONE_SUSPECTED and row["closed_at"] is None
    }
    for row in _rows(tables, "play_record", columns.PlayRecord):
        if row["slot"] in slots:
            yield RecordFact(
                receiver=row["receiver"],
                slot=row["slot"],
                start=_instant(row["start"]),
                result=row["result"],
                load=row["load"],
                simulated=row["simulated"],
                samples_played=row["samples_played"],
                samples_expected=row["samples_expected"],
                clock=row["clock"],
                reason=row["reason"],
                disputed=row["receiver"] in copied,
            )


def _postings(tables: Tables, as_of: datetime) -> Iterator[ReceiverFact]:
    """Where each receiver stood, one fact for each xóm (case B15)."""
    for row in _rows(tables, "receiver", columns.Receiver):
        enrolled = _instant(row["enrolled_at"])
        for posting in row["earlier"]:
            began = enrolled and max(enrolled, read_instant(posting["since"]))
            yield ReceiverFact(row["id"], posting["xom"], began, read_instant(posting["until"]), as_of)
        began = enrolled and max(enrolled, read_instant(row["since"]))
        yield ReceiverFact(row["id"], row["xom"], began, _instant(row["revoked_at"]), as_of)


def _deliveries(tables: Tables, slots: set[str]) -> Iterator[DeliveryFact]:
    adopted = tables["adoption"].keys()
    for row in _rows(tables, "manifest", columns.Manifest):
        if (row["receiver"], row["version"]) in adopted:
            yield from (DeliveryFact(row["receiver"], slot) for slot in row["slots"] if slot in slots)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else read_instant(text)


_Shape = TypeVar("_Shape")


def _rows(tables: Tables, table: str, _shape: type[_Shape]) -> Iterable[_Shape]:
    """The rows of a table in the shape that scheduler.audit.tables gives them."""
    return cast("Iterable[_Shape]", tables[table].values())
