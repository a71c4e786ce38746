"""What the rules ask of sessions, to the instant: committed programmes may begin between the steps of the grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import gcd

from playlists.planning.problem import NOTHING, SESSION_GAP, Committed, PlannedBulletin, Problem, SlotKey

MICROSECOND = timedelta(microseconds=1)

Sent = tuple[Committed, PlannedBulletin, SlotKey]


@dataclass(frozen=True)
class Sessions:
    """The bounds of sessions, in units of which a grid step has `units`.

    Sound in one slot that pauses for at most `gap`, with nothing of another slot between, is one session: at most
    `longest` long, at most `most` a day; None does not bound. What only committed programmes break is left as it is.
    `standing` are these, with the slot of each, ident and sign-off included, in order and apart. `lead_in` and
    `lead_out` are not rounded up to the grid here.
    """

    units: int
    gap: int
    longest: int | None
    most: int | None
    lead_in: int
    lead_out: int
    standing: tuple[tuple[SlotKey, int, int], ...]


def sessions_of(problem: Problem, sent: Sequence[Sent], longest: timedelta | None, most: int | None) -> Sessions | None:
    """The bounds beside what was sent; None where that overlaps itself, so that there is no telling its sessions."""
    standing = sent_programmes(problem, sent)
    if any(late[1] < early[2] for early, late in pairwise(standing)):
        return None
    origin = problem.week.start
    lengths = [SESSION_GAP, longest or NOTHING, problem.lead_in, problem.lead_out, problem.rules.grid]
    offsets = [start - origin for _, start, _ in standing] + [end - origin for _, _, end in standing]
    unit = gcd(*((length // MICROSECOND) for length in (*lengths, *offsets))) * MICROSECOND
    return Sessions(
        units=problem.rules.grid // unit,
        gap=SESSION_GAP // unit,
        longest=None if longest is None else longest // unit,
        most=most,
        lead_in=problem.lead_in // unit,
        lead_out=problem.lead_out // unit,
        standing=tuple((key, (start - origin) // unit, (end - origin) // unit) for key, start, end in standing),
    )


def sent_programmes(problem: Problem, sent: Sequence[Sent]) -> list[tuple[SlotKey, datetime, datetime]]:
    """Rows of committed plays without a break in one slot, with ident and sign-off, by their start."""
    rows: list[tuple[SlotKey, datetime, datetime]] = []
    for play, bulletin, key in sorted(sent, key=lambda entry: entry[0].start):
        end = play.start + problem.occupied(bulletin)
        if rows and rows[-1][0] == key and rows[-1][2] == play.start:
            rows[-1] = key, rows[-1][1], end
        else:
            rows.append((key, play.start, end))
    return [(key, start - problem.lead_in, end + problem.lead_out) for key, start, end in rows]
