"""How nice a xóm's plan is beyond the number of its plays: docs/planning.md's lower aims, in grid steps."""

from __future__ import annotations

from itertools import pairwise

from playlists.planning.lane import Lane
from playlists.planning.positions import Starts

Figure = tuple[int, int, int, int, int]
"""Plays beyond the first of a bulletin on one day; bulletins of two plays or more that are all before noon or all after
it; of each topic the wishes unmet, squared; programmes; steps from Monday to every start. All are to be small."""

ELSEWHERE = -1  # the slot of what was committed: not known, and the same in every plan


def figure(lane: Lane, starts: Starts) -> Figure:
    """The figure of a lane's plan. Squares are least where what is unmet is shared out among the topics."""
    days = [[day for day, _ in demand.taken] for demand in lane.demands]
    halves = [[half for _, half in demand.taken] for demand in lane.demands]
    sounds = [(start, end, ELSEWHERE) for start, end in lane.sounding]
    for (number, block), start in starts.items():
        place = lane.blocks[block]
        days[number].append(place.day)
        halves[number].append(place.half)
        sounds.append((start, start + lane.demands[number].size, place.slot))
    unmet: dict[str, int] = {}
    for demand, found in zip(lane.demands, days, strict=True):
        unmet[demand.topic] = unmet.get(demand.topic, 0) + demand.want + len(demand.taken) - len(found)
    return (
        sum(len(found) - len(set(found)) for found in days),
        sum(len(found) > 1 and len(set(found)) == 1 for found in halves),
        sum(left * left for left in unmet.values()),
        _rows(lane, sorted(sounds)),
        sum(starts.values()),
    )


def _rows(lane: Lane, sounds: list[tuple[int, int, int]]) -> int:
    """Rows of sound in one slot with no more than a minute between, as objective.py counts programmes."""
    breaks = sum(
        late[0] - early[1] > lane.session_gap or (early[2] != late[2] and ELSEWHERE not in (early[2], late[2]))
        for early, late in pairwise(sounds)
    )
    return breaks + bool(sounds)
