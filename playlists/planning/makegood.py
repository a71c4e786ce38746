"""Make-goods (phát bù): new programmes in the rest of the week for slots that were not played.

Bounded: one for each lost slot, a cap for each xóm and week, never in quiet hours, not before a receiver can have it.
The past and everything dispatched stay as they are, whole programmes with their idents and sign-offs; only where no
room is left and the xóm would go short, a programme of extras (plays above their minimums) gives up its room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from playlists.planning.check import violations
from playlists.planning.lane import Block, Demand, Lane, Span, instant, lane_of, merged, remaining
from playlists.planning.phrases import Phrase
from playlists.planning.plan import WeekPlan, missing, week_plan
from playlists.planning.problem import ONE_DAY, Committed, PlannedBulletin, Play, PlayState, Problem
from playlists.planning.programmes import programmes
from playlists.planning.solve import PlanningError
from playlists.slot import Programme
from playlists.week import midnight

LEAD_TIME = timedelta(minutes=30)  # for a receiver to fetch its new week
WEEKLY_CAP = 4  # make-goods for one xóm in one week
PROMISES = frozenset({"campaign_min_per_xom", "min_per_week"})


@dataclass(frozen=True)
class Lost:
    """A dispatched programme whose deadline passed without a counted play; `state` is missed or unknown (I13).

    `slot` is the caller's own name for it. `made_good` says that it has had its one make-good already; `taken_back`
    that it was cancelled before it sounded, so that its make-good is no further sound and not held against the cap.
    """

    slot: str
    programme: Programme
    state: PlayState = PlayState.MISSED
    made_good: bool = False
    taken_back: bool = False


@dataclass(frozen=True)
class MakeGood:
    """A new programme in place of a lost one; `bumped` is the dispatched one of extras whose room it needs, if any."""

    lost: Lost
    plays: tuple[Play, ...]
    programme: Programme
    bumped: Programme | None = None


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
    spare: Sequence[Programme] = (),
) -> MakeGoods:
    """Find each lost programme a new place, the longest lost first.

    `problem.committed` holds everything that was dispatched, make-goods among it, with what is known of it; `already`
    counts the make-goods that each xóm has had this week. A make-good repeats the lost bulletins that may still be
    played, the campaign's first, as many as fit. It takes a window that has no campaign yet if there is one, on a day
    that has none where the campaign is on less than two. By default only programmes that held campaign bulletins are
    made good, and every make-good holds one. `spare` are dispatched programmes that may be taken back for their room,
    if they hold extras only. Raises PlanningError when the independent check finds a fault.
    """
    later = _with_losses(replace(problem, now=problem.now + lead_time), lost)
    given = dict(already or {})
    made: list[MakeGood] = []
    unmet: list[Unmet] = []
    for slot in sorted(lost, key=lambda slot: (slot.programme.start, slot.programme.xom, slot.slot)):
        xom = slot.programme.xom
        if campaign_only and not _held_campaign(problem, slot.programme):
            continue
        refusal = None if slot.taken_back else _refusal(problem, slot, given.get(xom, 0), weekly_cap)
        found = None if refusal else _found(later, slot, spare, campaign_only=campaign_only)
        if found is None:
            unmet.append(Unmet(slot, refusal or _no_room(later, slot, campaign_only=campaign_only)))
            continue
        made.append(found)
        given[xom] = given.get(xom, 0) + (not slot.taken_back)
        later = _with_plays(_without(later, found.bumped), found.plays)
    new = {play for entry in made for play in entry.plays}
    later = replace(later, committed=tuple(play for play in later.committed if play.play not in new))
    plan = week_plan(later, new)
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
        return any(_is_in(slot.programme, play) and not slot.made_good and not slot.taken_back for slot in lost)

    return replace(
        problem,
        committed=tuple(replace(play, state=PlayState.MISSED) if is_lost(play) else play for play in problem.committed),
    )


def _held_campaign(problem: Problem, programme: Programme) -> bool:
    """Whether it held a campaign bulletin, as far as its bulletins are still known."""
    campaign = {bulletin.id: bulletin.campaign for bulletin in problem.bulletins}
    return any(campaign.get(bulletin, True) for bulletin in programme.bulletins) or not programme.bulletins


def _with_plays(problem: Problem, plays: Iterable[Play]) -> Problem:
    added = tuple(Committed(play.xom, play.bulletin, play.start) for play in plays)
    return replace(problem, committed=problem.committed + added)


def _without(problem: Problem, programme: Programme | None) -> Problem:
    """The week when a dispatched programme is taken back."""
    if programme is None:
        return problem
    kept = [play for play in problem.committed if not _is_in(programme, play)]
    return replace(problem, committed=tuple(kept))


def _is_in(programme: Programme, play: Committed) -> bool:
    return programme.xom == play.xom and programme.interval.contains(play.start)


def _found(problem: Problem, lost: Lost, spare: Sequence[Programme], *, campaign_only: bool) -> MakeGood | None:
    """The make-good in free room, else in the room of the programme whose loss costs least."""
    plays = _place(problem, lost.programme, campaign_only=campaign_only)
    if plays:
        return MakeGood(lost, plays, programmes(problem, plays)[0])
    best: tuple[tuple[int, float], MakeGood] | None = None
    for programme in spare if _goes_short(problem, lost.programme) else ():
        if programme.xom != lost.programme.xom or programme.start < problem.now:
            continue
        if any(problem.bulletin(bulletin).campaign for bulletin in programme.bulletins):
            continue
        freed = _without(problem, programme)
        carried = _needed(freed, programme)
        plays = _place(freed, lost.programme, campaign_only=campaign_only, carried=carried)
        rank = len(programme.bulletins) - len(carried), programme.start.timestamp()
        if plays and (best is None or rank < best[0]):
            best = rank, MakeGood(lost, plays, programmes(freed, plays)[0], programme)
    return best[1] if best else None


def _goes_short(problem: Problem, lost: Programme) -> bool:
    """Whether the xóm lacks what the guarantee or a minimum of a lost bulletin asks."""
    lacking = missing(problem, week_plan(problem, ()))
    return any(item.xom == lost.xom and (item.bulletin is None or item.bulletin in lost.bulletins) for item in lacking)


def _needed(problem: Problem, programme: Programme) -> frozenset[str]:
    """The programme's bulletins that have not their minimum without it."""
    lacking = {item.bulletin for item in missing(problem, week_plan(problem, ())) if item.xom == programme.xom}
    return frozenset(bulletin for bulletin in programme.bulletins if bulletin in lacking)


def _refusal(problem: Problem, slot: Lost, given: int, weekly_cap: int) -> Phrase | None:
    """Why a lost slot is not made good whatever room there is."""
    values = {"xom": _name(problem, slot), "start": slot.programme.start, "count": weekly_cap}
    if slot.made_good:
        return Phrase("{xom}: the slot of {start} has had its one make-good", values)
    if given >= weekly_cap:
        return Phrase("{xom}: it has had its {count} make-goods of this week", values)
    return None


def _no_room(problem: Problem, slot: Lost, *, campaign_only: bool) -> Phrase:
    xom = next(xom for xom in problem.xom if xom.id == slot.programme.xom)
    if campaign_only and not any(
        bulletin.campaign and bulletin.targets.includes(xom) and problem.now < _last(bulletin)
        for bulletin in problem.bulletins
    ):
        return Phrase(
            "{xom}: no campaign bulletin is left that may be played, so the slot of {start} cannot be made good",
            {"xom": xom.name, "start": slot.programme.start},
        )
    return Phrase(
        "{xom}: from {now} to the end of the week no window has room for a make-good of the slot of {start}",
        {"xom": _name(problem, slot), "now": problem.now, "start": slot.programme.start},
    )


def _last(bulletin: PlannedBulletin) -> datetime:
    return midnight(bulletin.valid_to) + ONE_DAY


def _name(problem: Problem, slot: Lost) -> str:
    return next(xom.name for xom in problem.xom if xom.id == slot.programme.xom)


def _place(
    problem: Problem, lost: Programme, *, campaign_only: bool, carried: frozenset[str] = frozenset()
) -> tuple[Play, ...]:
    """The plays of a new programme in its best place, all of `carried` among them; nothing when there is none."""
    xom = next(xom for xom in problem.xom if xom.id == lost.xom)
    lane = lane_of(problem, xom)
    playable = [
        (number, demand) for number, demand in enumerate(lane.demands) if demand.want > 0 and any(demand.bounds)
    ]
    demands = [entry for entry in playable if problem.bulletins[entry[1].bulletin].id in lost.bulletins]
    if campaign_only and not any(demand.campaign for _, demand in demands):
        demands = [entry for entry in playable if entry[1].campaign]
    chosen = {number for number, _ in demands}
    must = {number for number, demand in playable if problem.bulletins[demand.bulletin].id in carried}
    if len(must) < len(carried):
        return ()
    demands += [entry for entry in playable if entry[0] in must - chosen]
    demands.sort(key=lambda entry: (not entry[1].priority, not entry[1].campaign, entry[1].bulletin))
    best: tuple[tuple[bool, bool, int, int], list[tuple[int, int]]] | None = None
    for number, block, span in _rooms(problem, lane, lost.xom):
        starts = _packed(lane, number, block, span, demands, must)
        if not starts or not must <= {demand for demand, _ in starts}:
            continue
        if campaign_only and not any(lane.demands[demand].campaign for demand, _ in starts):
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
    lane: Lane, block: int, place: Block, span: Span, demands: Sequence[tuple[int, Demand]], must: Set[int]
) -> list[tuple[int, int]]:
    """As many of the bulletins as fit into one programme, with their starts: one of the campaign, what must be in it,
    then the others, each time the first ones first."""
    if lane.day_sessions[place.day] <= 0:
        return []
    room = min(span[1] - span[0], lane.session_room, lane.day_room[place.day]) - lane.leads
    chosen: list[tuple[int, int]] = []
    campaign = next((number for number, demand in demands if demand.campaign), None)
    order = sorted(demands, key=lambda entry: (entry[0] != campaign, entry[0] not in must, not entry[1].campaign))
    for number, demand in order:
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
