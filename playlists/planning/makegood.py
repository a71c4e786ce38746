"""Make-goods (phát bù): new programmes in the rest of the week for slots that were not played.

Bounded: one for each lost slot, a cap for each xóm and week, never in quiet hours, not before a receiver can have it.
The past and everything dispatched stay as they are, whole programmes with their idents and sign-offs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from playlists.planning.check import violations
from playlists.planning.lane import Block, Demand, Lane, Span, instant, lane_of, merged, remaining
from playlists.planning.phrases import Phrase
from playlists.planning.plan import WeekPlan, week_plan
from playlists.planning.problem import Committed, Play, PlayState, Problem
from playlists.planning.programmes import programmes
from playlists.planning.solve import PlanningError
from playlists.slot import Programme

LEAD_TIME = timedelta(minutes=30)  # for a receiver to fetch its new week
WEEKLY_CAP = 4  # make-goods for one xóm in one week
PROMISES = frozenset({"campaign_min_per_xom", "min_per_week"})


@dataclass(frozen=True)
class Lost:
    """A dispatched programme whose deadline passed without a counted play; `state` is missed or unknown (I13).

    `slot` is the caller's own name for it. `made_good` says that it has had its one make-good already.
    """

    slot: str
    programme: Programme
    state: PlayState = PlayState.MISSED
    made_good: bool = False


@dataclass(frozen=True)
class MakeGood:
    """A new programme in place of a lost one."""

    lost: Lost
    plays: tuple[Play, ...]
    programme: Programme


@dataclass(frozen=True)
class Unmet:
    """A lost programme that gets no make-good, and why."""

    lost: Lost
    reason: Phrase


@dataclass(frozen=True)
class MakeGoods:
    """What is added to the week, and what cannot be met; `plan` is the whole week with it."""

    plan: WeekPlan
    made: tuple[MakeGood, ...]
    unmet: tuple[Unmet, ...]


def make_good(
    problem: Problem,
    lost: Sequence[Lost],
    *,
    lead_time: timedelta = LEAD_TIME,
    weekly_cap: int = WEEKLY_CAP,
    already: Mapping[str, int] | None = None,
    campaign_only: bool = True,
) -> MakeGoods:
    """Find each lost programme a new place, the longest lost first.

    `problem.committed` holds everything that was dispatched, make-goods among it, with what is known of it; `already`
    counts the make-goods that each xóm has had this week. A make-good repeats the lost bulletins that may still be
    played, the campaign's first, as many as fit. It takes a window that has no campaign yet if there is one, on a day
    that has none where the campaign is on less than two. By default only programmes that held campaign bulletins are
    made good, and every make-good holds one. Raises PlanningError when the independent check finds a fault.
    """
    later = _with_losses(replace(problem, now=problem.now + lead_time), lost)
    given = dict(already or {})
    made: list[MakeGood] = []
    unmet: list[Unmet] = []
    for slot in sorted(lost, key=lambda slot: (slot.programme.start, slot.programme.xom, slot.slot)):
        xom = slot.programme.xom
        if campaign_only and not any(problem.bulletin(name).campaign for name in slot.programme.bulletins):
            continue
        refusal = _refusal(problem, slot, given.get(xom, 0), weekly_cap)
        plays = () if refusal else _place(_with_plays(later, made), slot.programme, campaign_only=campaign_only)
        if plays:
            made.append(MakeGood(slot, plays, programmes(later, plays)[0]))
            given[xom] = given.get(xom, 0) + 1
        else:
            unmet.append(Unmet(slot, refusal or _no_room(later, slot)))
    plan = week_plan(later, [play for entry in made for play in entry.plays])
    faults = [fault for fault in violations(later, plan) if fault.rule not in PROMISES]
    if faults:
        raise PlanningError(
            "the make-goods of {week} break {rule} in {xom}; none is sent, report this as a fault of Loa",
            week=problem.week,
            rule=faults[0].rule,
            xom=faults[0].xom,
        )
    return MakeGoods(plan, tuple(made), tuple(unmet))


def _with_losses(problem: Problem, lost: Sequence[Lost]) -> Problem:
    """The week with the lost plays as missed, so that an unknown one does not count against what is wanted."""

    def is_lost(play: Committed) -> bool:
        return any(
            slot.programme.xom == play.xom and slot.programme.interval.contains(play.start) and not slot.made_good
            for slot in lost
        )

    return replace(
        problem,
        committed=tuple(replace(play, state=PlayState.MISSED) if is_lost(play) else play for play in problem.committed),
    )


def _with_plays(problem: Problem, made: Iterable[MakeGood]) -> Problem:
    added = tuple(Committed(play.xom, play.bulletin, play.start) for entry in made for play in entry.plays)
    return replace(problem, committed=problem.committed + added)


def _refusal(problem: Problem, slot: Lost, given: int, weekly_cap: int) -> Phrase | None:
    """Why a lost slot is not made good whatever room there is."""
    values = {"xom": _name(problem, slot), "start": slot.programme.start, "count": weekly_cap}
    if slot.made_good:
        return Phrase("{xom}: the slot of {start} has had its one make-good", values)
    if given >= weekly_cap:
        return Phrase("{xom}: it has had its {count} make-goods of this week", values)
    return None


def _no_room(problem: Problem, slot: Lost) -> Phrase:
    return Phrase(
        "{xom}: from {now} to the end of the week no window has room for a make-good of the slot of {start}",
        {"xom": _name(problem, slot), "now": problem.now, "start": slot.programme.start},
    )


def _name(problem: Problem, slot: Lost) -> str:
    return next(xom.name for xom in problem.xom if xom.id == slot.programme.xom)


def _place(problem: Problem, lost: Programme, *, campaign_only: bool) -> tuple[Play, ...]:
    """The plays of a new programme in its best place, nothing when there is none."""
    xom = next(xom for xom in problem.xom if xom.id == lost.xom)
    lane = lane_of(problem, xom)
    playable = [
        (number, demand) for number, demand in enumerate(lane.demands) if demand.want > 0 and any(demand.bounds)
    ]
    demands = [entry for entry in playable if problem.bulletins[entry[1].bulletin].id in lost.bulletins]
    if campaign_only and not any(demand.campaign for _, demand in demands):
        demands = [entry for entry in playable if entry[1].campaign]
    demands.sort(key=lambda entry: (not entry[1].priority, not entry[1].campaign, entry[1].bulletin))
    best: tuple[tuple[bool, bool, int, int], list[tuple[int, int]]] | None = None
    for number, block, span in _rooms(problem, lane, lost.xom):
        starts = _packed(lane, number, block, span, demands)
        if not starts or (campaign_only and not any(lane.demands[demand].campaign for demand, _ in starts)):
            continue
        another_day = len(lane.covered_days) >= 2 or block.day not in lane.covered_days
        rank = lane.slots[block.slot] in lane.covered, not another_day, -len(starts), span[0]
        if best is None or rank < best[0]:
            best = rank, starts
    if best is None:
        return ()
    return tuple(
        Play(lost.xom, problem.bulletins[lane.demands[demand].bulletin].id, instant(problem, start))
        for demand, start in best[1]
    )


def _rooms(problem: Problem, lane: Lane, xom: str) -> Iterator[tuple[int, Block, Span]]:
    """The free stretches of the lane in which no neighbour sounds."""
    neighbours = {other for pair in problem.overlaps if xom in pair for other in pair} - {xom}
    sounding = [span for other in problem.xom if other.id in neighbours for span in lane_of(problem, other).sounding]
    for number, block in enumerate(lane.blocks):
        for span in remaining((block.start, block.end), merged(sounding)):
            yield number, block, span


def _packed(
    lane: Lane, block: int, place: Block, span: Span, demands: Sequence[tuple[int, Demand]]
) -> list[tuple[int, int]]:
    """As many of the bulletins as fit into one programme, with their starts; the first ones before the others."""
    if lane.day_sessions[place.day] <= 0:
        return []
    room = min(span[1] - span[0], lane.session_room, lane.day_room[place.day]) - lane.leads
    chosen: list[tuple[int, int]] = []
    for number, demand in sorted(demands, key=lambda entry: not entry[1].campaign):
        tried = sorted([*(demand for demand, _ in chosen), number], key=[entry[0] for entry in demands].index)
        starts = _starts(lane, block, span, tried) if demand.size <= room else None
        if starts is not None:
            chosen = starts
            room -= demand.size
    return chosen


def _starts(lane: Lane, block: int, span: Span, order: Sequence[int]) -> list[tuple[int, int]] | None:
    """The earliest starts, one after the other, None when the bounds of one of them do not allow it."""
    offset, begin = 0, span[0] + lane.lead_in
    offsets: list[int] = []
    for number in order:
        bounds = lane.demands[number].bounds[block]
        if bounds is None:
            return None
        begin = max(begin, bounds[0] - offset)
        offsets.append(offset)
        offset += lane.demands[number].size
    starts = [(number, begin + after) for number, after in zip(order, offsets, strict=True)]
    late = any(start > (lane.demands[number].bounds[block] or (0, -1))[1] for number, start in starts)
    return None if late or begin + offset + lane.lead_out > span[1] else starts
