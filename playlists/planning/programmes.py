"""From plays to programmes: what sounds in one go in one window of one xóm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from playlists.planning.problem import NOTHING, Play, Problem, SlotKey, slot_of
from playlists.slot import Programme


def programmes(problem: Problem, plays: Iterable[Play], gap: timedelta = NOTHING) -> tuple[Programme, ...]:
    """Group plays that follow each other in one window with no more than `gap` of silence, by xóm and start.

    A programme starts with its ident, on the grid, at least `lead_in` before its first bulletin, and ends `lead_out`
    after the pause that follows its last one; with neither, it lasts from the first sound to the last.
    """
    xom_by_id = {xom.id: xom for xom in problem.xom}
    bulletins = {bulletin.id: bulletin for bulletin in problem.bulletins}
    order = {xom.id: number for number, xom in enumerate(problem.xom)}
    grouped: list[tuple[SlotKey, datetime, list[Play]]] = []
    for play in sorted(plays, key=lambda play: (order[play.xom], play.start)):
        slot = slot_of(problem, xom_by_id[play.xom], bulletins[play.bulletin], play.start)
        end = play.start + problem.occupied(bulletins[play.bulletin])
        if grouped:
            last_slot, last_end, group = grouped[-1]
            if group[0].xom == play.xom and slot == last_slot and play.start - last_end <= gap:
                grouped[-1] = slot, end, [*group, play]
                continue
        grouped.append((slot, end, [play]))
    tail = problem.rules.pause + problem.lead_out if problem.lead_out else NOTHING
    return tuple(
        Programme(
            xom=group[0].xom,
            start=group[0].start + (-problem.lead_in // problem.rules.grid) * problem.rules.grid,
            end=group[-1].start + bulletins[group[-1].bulletin].duration + tail,
            bulletins=tuple(play.bulletin for play in group),
        )
        for _, _, group in grouped
    )
