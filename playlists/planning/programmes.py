"""From plays to programmes: what sounds in one go in one window of one xóm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from playlists.planning.problem import NOTHING, Play, Problem, SlotKey, slot_of
from playlists.slot import Programme

InSlot = tuple[Play, SlotKey]


def in_slots(problem: Problem, plays: Iterable[Play]) -> list[InSlot]:
    """The plays by xóm and start, each with its slot."""
    xom_by_id = {xom.id: xom for xom in problem.xom}
    bulletins = {bulletin.id: bulletin for bulletin in problem.bulletins}
    placed = [(play, slot_of(problem, xom_by_id[play.xom], bulletins[play.bulletin], play.start)) for play in plays]
    return in_order(problem, placed)


def in_order(problem: Problem, placed: Iterable[InSlot]) -> list[InSlot]:
    """By xóm, as the problem lists them, and start."""
    order = {xom.id: number for number, xom in enumerate(problem.xom)}
    return sorted(placed, key=lambda entry: (order[entry[0].xom], entry[0].start, entry[0].bulletin))


def programmes(problem: Problem, plays: Iterable[Play], gap: timedelta = NOTHING) -> tuple[Programme, ...]:
    """Group plays that follow each other in one window with no more than `gap` of silence, by xóm and start."""
    return programmes_of(problem, in_slots(problem, plays), gap)


def programmes_of(problem: Problem, placed: Iterable[InSlot], gap: timedelta = NOTHING) -> tuple[Programme, ...]:
    """As `programmes`, of plays that are in order and have their slots.

    A programme starts with its ident, on the grid, at least `lead_in` before its first bulletin, and ends `lead_out`
    after the pause that follows its last one; with neither, it lasts from the first sound to the last.
    """
    bulletins = {bulletin.id: bulletin for bulletin in problem.bulletins}
    rooms = {bulletin.id: problem.occupied(bulletin) for bulletin in problem.bulletins}
    groups: list[list[Play]] = []
    before: tuple[str, SlotKey] | None = None
    ends = problem.week.start
    for play, slot in placed:
        if (play.xom, slot) == before and play.start - ends <= gap:
            groups[-1].append(play)
        else:
            groups.append([play])
        before, ends = (play.xom, slot), play.start + rooms[play.bulletin]
    ahead = -(-problem.lead_in // problem.rules.grid) * problem.rules.grid
    tail = problem.rules.pause + problem.lead_out if problem.lead_out else NOTHING
    return tuple(
        Programme(
            xom=group[0].xom,
            start=group[0].start - ahead,
            end=group[-1].start + bulletins[group[-1].bulletin].duration + tail,
            bulletins=tuple(play.bulletin for play in group),
        )
        for group in groups
    )
