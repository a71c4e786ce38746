"""The sessions of one lane, beside what was sent: how long they are, how many a day.

Written in two ways, as everything: as stretches that sound and short pauses fill, and as which of two sounds comes
first and which joins which.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from ortools.sat.python import cp_model

from playlists.exact.writing import Bool, Constraint, Expr, Writing
from playlists.planning.lane import Lane
from playlists.planning.problem import SlotKey
from playlists.planning.question import Encoding
from playlists.planning.sessions import Sessions


@dataclass(frozen=True, eq=False)
class Stretch:
    """What sounds without a break: a play, a programme with its ident and sign-off, or, not `new`, what was sent.

    It begins at `first` or later, ends at `last` or earlier and is `least` to `most` long, 0 where it is not present;
    all in steps of the grid, then in units of `Sessions`. `anywhere` says that it may lie wherever there is room.
    """

    key: SlotKey
    new: bool
    present: Bool
    begin: Expr
    size: Expr
    first: int
    last: int
    least: int
    most: int
    anywhere: bool = False

    @property
    def end(self) -> Expr:
        return self.begin + self.size


@dataclass(frozen=True, eq=False)
class Cluster:
    """Stretches of one slot that may be in one session; `others` are of slots that may sound in between."""

    members: Sequence[Stretch]
    others: Sequence[Stretch]

    @property
    def anywhere(self) -> bool:
        return self.members[0].anywhere

    @property
    def first(self) -> int:
        return min(stretch.first for stretch in self.members)

    @property
    def last(self) -> int:
        return max(stretch.last for stretch in self.members)


def keep_sessions(
    writing: Writing, lane: Lane, sessions: Sessions, sounding: Sequence[Stretch]
) -> dict[int, list[Bool]]:
    """Bound the sessions of the lane's days that hear something new; what was sent alone may break any bound.

    Of what may lie anywhere, the session of its block that each is in, by the index of its `present`.
    """
    cp = writing.cp
    where: dict[int, list[Bool]] = {}
    by_day: dict[date, list[Stretch]] = {}
    for stretch in sounding:
        by_day.setdefault(stretch.key.day, []).append(_in_units(stretch, lane, sessions))
    always = cp.new_constant(1)
    for key, start, end in sessions.standing:
        if key.day in by_day:
            sent = Stretch(key, False, always, start, end - start, start, end, end - start, end - start)
            by_day[key.day].append(sent)
    order = writing.question.encoding is Encoding.ORDER
    for day in by_day.values():
        clusters = list(_clusters(day, sessions.gap))
        heads = [
            head for cluster in clusters if cluster.anywhere for head in _packed(writing, sessions, cluster, where)
        ]
        placed = [cluster for cluster in clusters if not cluster.anywhere]
        heads += _joined(writing, sessions, placed) if order else _filled(writing, sessions, placed)
        if sessions.most is not None and sessions.most < len(heads):
            bounded = cp.add(sum(heads) <= sessions.most)
            if not all(stretch.new for stretch in day):
                something = cp.new_bool_var("")
                for stretch in day:
                    if stretch.new:
                        cp.add_implication(stretch.present, something)
                bounded.only_enforce_if(something)
    return where


def _in_units(stretch: Stretch, lane: Lane, sessions: Sessions) -> Stretch:
    """In units; idents and sign-offs are not rounded up to whole steps here."""
    units = sessions.units
    late, early = units * lane.lead_in - sessions.lead_in, units * lane.lead_out - sessions.lead_out
    return replace(
        stretch,
        begin=units * stretch.begin + late,
        size=units * stretch.size - (late + early) * stretch.present,
        first=units * stretch.first + late,
        last=units * stretch.last - early,
        least=units * stretch.least - late - early,
        most=units * stretch.most - late - early,
    )


def _clusters(day: Sequence[Stretch], gap: int) -> Iterator[Cluster]:
    by_slot: dict[SlotKey, list[Stretch]] = {}
    for stretch in sorted(day, key=lambda stretch: stretch.first):
        by_slot.setdefault(stretch.key, []).append(stretch)
    apart: list[list[Stretch]] = []
    for slot in by_slot.values():
        last: int | None = None
        for stretch in slot:
            if last is None or stretch.first - last > gap:
                apart.append([])
            apart[-1].append(stretch)
            last = max(stretch.last, last or stretch.last)
    for members in apart:
        alone = Cluster(members, ())
        others = [
            stretch
            for stretch in day
            if stretch.key != members[0].key and stretch.first < alone.last and alone.first < stretch.last
        ]
        yield Cluster(members, others)


def _packed(writing: Writing, sessions: Sessions, cluster: Cluster, where: dict[int, list[Bool]]) -> Sequence[Bool]:
    """Sessions that may lie anywhere in a block of their own, for which there must be room; whether each is used."""
    cp = writing.cp
    if len(cluster.members) == 1:
        (only,) = cluster.members
        if sessions.longest is not None:
            cp.add(only.size <= sessions.longest)
        return [only.present]
    if sessions.longest is None:
        used = cp.new_bool_var("")
        for stretch in cluster.members:
            cp.add_implication(stretch.present, used)
        return [used]
    rows = [cp.new_bool_var("") for _ in range(_most_rows(sessions, cluster))]
    for stretch in cluster.members:
        where[stretch.present.index] = [cp.new_bool_var("") for _ in rows]
        cp.add(sum(where[stretch.present.index]) == stretch.present)
    for number, row in enumerate(rows):
        loads = [stretch.most * where[stretch.present.index][number] for stretch in cluster.members]
        cp.add(sum(loads) <= sessions.longest * row)
    for early, late in pairwise(rows):
        cp.add_implication(late, early)
    apart = (sessions.gap // sessions.units + 1) * sessions.units
    sizes = sum(stretch.size for stretch in cluster.members)
    cp.add(sizes + apart * sum(rows) <= cluster.last - cluster.first + apart)
    return rows


@dataclass(frozen=True, eq=False)
class _Row:
    begin: cp_model.IntVar
    length: cp_model.IntVar
    end: cp_model.IntVar
    used: Bool


def _filled(writing: Writing, sessions: Sessions, clusters: Sequence[Cluster]) -> list[Bool]:
    """Sessions as stretches of their own, filled by what sounds and the pause after each; whether each is used."""
    cp = writing.cp
    rows = {cluster: _rows(writing, sessions, cluster) for cluster in clusters}
    every: dict[SlotKey, list[_Row]] = {cluster.members[0].key: [] for cluster in clusters}
    for cluster, own in rows.items():
        every[cluster.members[0].key] += own
    for cluster, own in rows.items():
        between = [
            row for key, others in every.items() if any(other.key == key for other in cluster.others) for row in others
        ]
        for early, late in pairwise(own):
            cp.add_implication(late.used, early.used)
            apart = sessions.gap + 1 if sessions.longest is not None else 0
            ways: list[list[Constraint]] = [[late.begin >= early.end + apart]]
            if apart:
                ways += [[row.begin >= early.end, row.end <= late.begin, row.used == 1] for row in between]
            cp.add(late.begin >= early.end)
            writing.either([late.used], ways)
    if any(cluster.others for cluster in clusters):
        cp.add_no_overlap(
            cp.new_optional_interval_var(row.begin, row.length, row.end, row.used, "")
            for own in rows.values()
            for row in own
        )
    return [row.used for own in rows.values() for row in own]


def _rows(writing: Writing, sessions: Sessions, cluster: Cluster) -> list[_Row]:
    cp, first, last = writing.cp, cluster.first, cluster.last
    pause = sessions.gap if sessions.most is not None else last - first
    rows = [
        _Row(
            cp.new_int_var(first, last, ""),
            cp.new_int_var(0, last - first, ""),
            cp.new_int_var(first, last, ""),
            cp.new_bool_var(""),
        )
        for _ in range(_most_rows(sessions, cluster))
    ]
    inside: dict[_Row, list[tuple[Stretch, Bool]]] = {row: [] for row in rows}
    shares: dict[_Row, list[Expr]] = {row: [] for row in rows}
    intervals = []
    for stretch in cluster.members:
        filled, until = cp.new_int_var(0, stretch.most + pause, ""), cp.new_int_var(first, last, "")
        intervals.append(cp.new_optional_interval_var(stretch.begin, filled, until, stretch.present, ""))
        for row in rows:
            here = cp.new_bool_var("")
            share = cp.new_int_var(0, stretch.most + pause, "")
            cp.add(share <= (stretch.most + pause) * here)
            cp.add(share >= stretch.size - stretch.most + stretch.most * here)
            cp.add(row.begin <= stretch.begin).only_enforce_if(here)
            cp.add(until <= row.end).only_enforce_if(here)
            cp.add_implication(here, row.used)
            inside[row].append((stretch, here))
            shares[row].append(share)
        cp.add(filled == sum(shares[row][-1] for row in rows))
        cp.add(filled <= stretch.size + pause)
        cp.add(sum(inside[row][-1][1] for row in rows) == stretch.present)
    cp.add_no_overlap(intervals)
    for row in rows:
        cp.add(row.begin + row.length == row.end)
        cp.add(sum(shares[row]) == row.length)
        cp.add_bool_or(*(here for _, here in inside[row]), ~row.used)
        if sessions.longest is None:
            continue
        if all(stretch.new for stretch in cluster.members):
            cp.add(row.length <= sessions.longest * row.used)
        else:
            for stretch, inside_row in inside[row]:
                if stretch.new:
                    cp.add(row.length <= sessions.longest).only_enforce_if(inside_row)
    return rows


def _most_rows(sessions: Sessions, cluster: Cluster) -> int:
    """How many sessions there may be.

    Where their number is not bounded, one may have long pauses; then two that follow each other are longer together
    than one may be, else they could be one, unless something was sent or comes between.
    """
    count = len(cluster.members)
    sent = sum(not stretch.new for stretch in cluster.members)
    length = cluster.last - cluster.first
    if sessions.most is not None:
        count = min(count, max(sessions.most, sent))
    elif sessions.longest is not None and not cluster.others:
        count = min(count, 2 * length // max(1, sessions.longest) + 1 + 2 * sent)
    if sessions.longest is not None and not cluster.others:
        apart = sessions.gap + 1
        smallest = min(stretch.least for stretch in cluster.members)
        count = min(count, (length + apart) // (smallest + apart))
    return max(1, count)


def _joined(writing: Writing, sessions: Sessions, clusters: Sequence[Cluster]) -> list[Bool]:
    """Each sound joins one that ends shortly before it, or begins a session; whether each does."""
    heads: list[Bool] = []
    for cluster in clusters:
        before: dict[Stretch, list[Bool]] = {stretch: [] for stretch in cluster.members}
        began = _Began(writing, sessions, cluster)
        for early in cluster.members:
            for late in cluster.members:
                if early is not late and early.first + early.least <= late.last - late.least:
                    before[late].append(_joins(writing, sessions, cluster, early, late))
                    began.no_later(early, late, before[late][-1])
        own = [writing.cp.new_bool_var("") for _ in before]
        for head, (stretch, joined) in zip(own, before.items(), strict=True):
            writing.cp.add_bool_or(head, *joined, ~stretch.present)
            writing.cp.add_bool_or(*own, ~stretch.present)  # it follows, and makes the search shorter
        if sessions.longest is not None:  # so does this
            writing.cp.add(sum(s.size for s in cluster.members if s.new) <= sessions.longest * sum(own))
        heads += own
    return heads


def _joins(writing: Writing, sessions: Sessions, cluster: Cluster, early: Stretch, late: Stretch) -> Bool:
    """Whether `late` follows `early` in one session: exactly then, as far as lengths are bounded."""
    cp, joins = writing.cp, writing.cp.new_bool_var("")
    cp.add_implication(joins, early.present)
    cp.add_implication(joins, late.present)
    cp.add(late.begin >= early.end).only_enforce_if(joins)
    cp.add(late.begin <= early.end + sessions.gap).only_enforce_if(joins)
    for other in cluster.others:
        writing.either([joins, other.present], [[other.end <= early.begin], [other.begin >= late.end]])
    if sessions.longest is not None:
        ways: list[list[Constraint]] = [
            [joins == 1],
            [late.end <= early.begin],
            [late.begin >= early.end + sessions.gap + 1],
        ]
        for other in cluster.others:
            ways.append([other.begin >= early.end, other.end <= late.begin, other.present == 1])
        writing.either([early.present, late.present], ways)
    return joins


class _Began:
    """For each sound, no later than when its session began, and whether that holds anything new so far."""

    def __init__(self, writing: Writing, sessions: Sessions, cluster: Cluster) -> None:
        cp = self.cp = writing.cp
        self.longest = sessions.longest
        self.at: dict[Stretch, cp_model.IntVar] = {}
        self.new: dict[Stretch, Bool] = {}
        if sessions.longest is None:
            return
        for stretch in cluster.members:
            self.at[stretch] = cp.new_int_var(cluster.first, cluster.last, "")
            self.new[stretch] = stretch.present if stretch.new else cp.new_bool_var("")
            cp.add(self.at[stretch] <= stretch.begin).only_enforce_if(stretch.present)
            cp.add(stretch.end <= self.at[stretch] + sessions.longest).only_enforce_if(self.new[stretch])

    def no_later(self, early: Stretch, late: Stretch, joins: Bool) -> None:
        if self.longest is not None:
            self.cp.add(self.at[late] <= self.at[early]).only_enforce_if(joins)
            self.cp.add_bool_or(~joins, ~self.new[early], self.new[late])
