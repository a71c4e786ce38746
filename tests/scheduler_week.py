"""A week of xóm x1 in plain facts, for the tests of compliance. Hours count from Monday 00:00 in Vietnam."""

from datetime import datetime, timedelta

from playlists.week import Week
from scheduler.facts import ReceiverFact, RecordFact, Rules, SlotFact, WeekFacts, XomFact

WEEK = Week.parse("2026-W48")
RULES = Rules()


def at(hours: float) -> datetime:
    return WEEK.start + timedelta(hours=hours)


def slot(name, hours, receivers=("r1",), makes_good=None, **changes) -> SlotFact:
    """`makes_good`: it is a make-good for that slot."""
    if makes_good:
        changes = {"kind": "make_good", "stands_for": makes_good, **changes}
    facts = {
        "id": name,
        "xom": "x1",
        "week": WEEK,
        "start": at(hours),
        "end": at(hours) + timedelta(minutes=5),
        "campaign": True,
        "kind": "planned",
        "stands_for": None,
        "cancelled": False,
        "receivers": tuple(receivers),
    }
    return SlotFact(**{**facts, **changes})


def record(receiver, of: SlotFact, **changes) -> RecordFact:
    facts = {
        "receiver": receiver,
        "slot": of.id,
        "start": of.start,
        "result": "completed",
        "load": "ok",
        "simulated": False,
        "samples_played": 100,
        "samples_expected": 100,
    }
    return RecordFact(**{**facts, **changes})


def receiver(name="r1", xom="x1", since=-24.0, until=None, seen=10_000.0) -> ReceiverFact:
    """Seen in the far future means: never silent."""
    return ReceiverFact(
        name,
        xom,
        None if since is None else at(since),
        None if until is None else at(until),
        None if seen is None else at(seen),
    )


HERE = (receiver(),)


def week(slots=(), records=(), receivers=HERE, **more) -> WeekFacts:
    return WeekFacts(WEEK, (XomFact("x1", "Xóm 1"),), tuple(slots), tuple(records), tuple(receivers), **more)
