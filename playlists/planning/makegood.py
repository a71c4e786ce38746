"""Make-goods (phát bù): new programmes in the rest of the week for slots that were not played.

Bounded: one for each lost slot, a cap for each xóm and week, never in quiet hours, not before a receiver can have it.
The past and everything dispatched stay as they are, whole programmes with their idents and sign-offs; only where the
xóm would go short, programmes still to come move, or give up their room where they hold extras (`rearrange.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from playlists.planning.check import violations
from playlists.planning.phrases import Phrase
from playlists.planning.plan import week_plan
from playlists.planning.problem import ONE_DAY, Committed, PlannedBulletin, Play, PlayState, Problem
from playlists.planning.rearrange import STEPS, Rearranged, rearranged, short, sounds
from playlists.planning.solve import PlanningError
from playlists.planning.vacancy import Ground, Sent, Wanted
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
class Moved:
    """A dispatched programme that goes to another instant, with the same bulletins in the same order."""

    before: Programme
    after: Programme


@dataclass(frozen=True)
class MakeGood:
    """A new programme in place of a lost one, and the dispatched ones that give up their room to it, or move."""

    lost: Lost
    plays: tuple[Play, ...]
    programme: Programme
    gives_way: tuple[Programme, ...] = ()
    moved: tuple[Moved, ...] = ()

    def moved_to(self, programme: Programme) -> MakeGood:
        """The same make-good at another start."""
        shift = programme.start - self.programme.start
        plays = tuple(play._replace(start=play.start + shift) for play in self.plays)
        return replace(self, plays=plays, programme=programme)


@dataclass(frozen=True)
class Unmet:
    """A lost programme that gets no make-good, and why."""

    lost: Lost
    reason: Phrase


@dataclass(frozen=True)
class MakeGoods:
    """What is added to the week, and what cannot be met; `committed` and `movable` are the week's with it.

    `needless` needs no make-good: the week lacks nothing without it, and nothing that it may hold is wanted once more.
    """

    made: tuple[MakeGood, ...]
    unmet: tuple[Unmet, ...]
    needless: tuple[Unmet, ...]
    committed: tuple[Committed, ...]
    movable: tuple[Programme, ...]


def make_good(
    problem: Problem,
    lost: Sequence[Lost],
    *,
    lead_time: timedelta = LEAD_TIME,
    weekly_cap: int = WEEKLY_CAP,
    already: Mapping[str, int] | None = None,
    campaign_only: bool = True,
    movable: Sequence[Programme] = (),
    steps: int = STEPS,
) -> MakeGoods:
    """Find each lost programme a new place, the longest lost first.

    `problem.committed` holds everything that was dispatched, make-goods among it, with what is known of it; `already`
    counts the make-goods that each xóm has had this week. A make-good repeats the lost bulletins that may still be
    played, the campaign's first, as many as fit. It takes a window that has no campaign yet if there is one, on a day
    that has none where the campaign is on less than two. By default only programmes that held campaign bulletins are
    made good, and every make-good holds one. `movable` are dispatched programmes that may go elsewhere, or give up
    their room if they hold extras only, where the xóm would go short; `steps` bound the search for that, over all
    that is lost, each kind of loss in its turn having an equal share of what is left. Raises PlanningError when the
    independent check finds a fault.
    """
    later = _with_losses(replace(problem, now=problem.now + lead_time), lost)
    week = _Week(Ground(later), {xom.id: _own(later, xom.id) for xom in later.xom}, tuple(movable), steps)
    given = dict(already or {})
    unmet: list[Unmet] = []
    needless: list[Unmet] = []
    asked = [slot for slot in lost if not campaign_only or _held_campaign(problem, slot.programme)]
    asked.sort(key=lambda slot: (slot.programme.start, slot.programme.xom, slot.slot))
    questions = [Wanted(slot.programme.xom, slot.programme.bulletins, campaign_only) for slot in asked]
    for number, (slot, wanted) in enumerate(zip(asked, questions, strict=True)):
        xom = wanted.xom
        is_wanted = week.ground.is_wanted(week.sent, wanted)
        if not is_wanted and not slot.made_good and not week.lacks(week.sent, wanted):
            needless.append(Unmet(slot, _needless(problem, slot)))
            continue
        refusal = None if slot.taken_back else _refusal(problem, slot, given.get(xom, 0), weekly_cap)
        if refusal is not None or not week.make_good(slot, wanted, len(set(questions[number:]))):
            unmet.append(Unmet(slot, refusal or _no_room(later, slot, wanted, is_wanted=is_wanted)))
            continue
        given[xom] = given.get(xom, 0) + (not slot.taken_back)
    _check(later, week)
    known = {play.play: play for play in problem.committed}
    return MakeGoods(
        tuple(week.made),
        tuple(unmet),
        tuple(needless),
        tuple(known.get(play.play, play) for own in week.sent.values() for play in own),
        tuple(week.movable),
    )


class _Week:
    """The week while it gets its make-goods."""

    def __init__(self, ground: Ground, sent: Sent, movable: Sequence[Programme], steps: int) -> None:
        self.ground, self.sent, self.steps = ground, sent, steps
        self.movable = list(movable)
        self.made: list[MakeGood] = []
        self.hopeless: set[Wanted] = set()  # as long as nothing is added

    def fresh(self) -> frozenset[Programme]:
        """Programmes that nobody was told of yet, where they are now."""
        moved = (move.after for made in self.made for move in made.moved)
        return frozenset([*(made.programme for made in self.made), *moved])

    def lacks(self, sent: Sent, wanted: Wanted) -> bool:
        """Whether the xóm would be short of the guarantee, or of the minimum of a bulletin that is wanted."""
        lacking = {item.bulletin for item in self.ground.lacking(sent, wanted.xom)}
        return not lacking.isdisjoint({None, *wanted.bulletins})

    def make_good(self, lost: Lost, wanted: Wanted, waiting: int) -> bool:
        """In free room; where that leaves the xóm short, in room that is made for it. Whether there was any.

        `waiting` different questions, this one among them, share the steps that are left.
        """
        if wanted in self.hopeless:
            return False
        ground, sent = self.ground, self.sent
        place = min(ground.places(sent, wanted), key=lambda place: place.rank, default=None)
        free = None
        if place is not None:
            free = Rearranged(place, (), (), ground.sent_with(sent, [wanted.xom], place.bulletins, place.start))
        after = free.sent if free else sent
        found, share = None, self.steps // waiting
        if share and self.lacks(after, wanted):
            fixed = frozenset(made.programme for made in self.made)
            around = sounds(ground, wanted.xom, self.movable, self.fresh(), fixed)
            found, left = rearranged(ground, sent, wanted, around, short(ground, after, wanted.xom), share)
            self.steps -= share - left
        chosen = found or free
        if chosen is None:
            self.hopeless.add(wanted)
            return False
        self._take(lost, wanted, chosen)
        self.hopeless.clear()
        return True

    def _take(self, lost: Lost, wanted: Wanted, chosen: Rearranged) -> None:
        ground, place = self.ground, chosen.place
        moved = [Moved(before, ground.programme(before.xom, before.bulletins, start)) for before, start in chosen.moved]
        for programme in chosen.gives_way:
            self.movable.remove(programme)
        for move in moved:
            self.movable[self.movable.index(move.before)] = move.after
        given_up = tuple(map(self._given_up, chosen.gives_way))
        told = tuple(move for move in moved if not self._moved_on(move))
        programme = ground.programme(wanted.xom, place.bulletins, place.start)
        plays = ground.plays(wanted.xom, place.bulletins, place.start)
        self.made.append(MakeGood(lost, plays, programme, given_up, told))
        self.movable.append(programme)
        self.sent = chosen.sent

    def _given_up(self, programme: Programme) -> Programme:
        """As it was dispatched, before an earlier make-good of this look moved it."""
        for number, made in enumerate(self.made):
            for move in made.moved:
                if move.after == programme:
                    kept = tuple(other for other in made.moved if other != move)
                    self.made[number] = replace(made, moved=kept)
                    return move.before
        return programme

    def _moved_on(self, move: Moved) -> bool:
        """Whether this is news of what nobody was told of yet: an earlier make-good of this look, or what it moved."""
        for number, made in enumerate(self.made):
            if made.programme == move.before:
                self.made[number] = made.moved_to(move.after)
                return True
            if any(earlier.after == move.before for earlier in made.moved):
                on = (replace(other, after=move.after) if other.after == move.before else other for other in made.moved)
                self.made[number] = replace(made, moved=tuple(other for other in on if other.before != other.after))
                return True
        return False


def _check(later: Problem, week: _Week) -> None:
    """The independent check of what is new, make-goods and what they move, in the xóm that it concerns."""
    new = sorted(play for programme in week.fresh() for play in week.ground.plays_of(programme))
    standing = {xom: tuple(play for play in own if play.play not in new) for xom, own in week.sent.items()}
    heard = {xom for play in new for pair in later.overlaps if play.xom in pair for xom in pair}
    concerned = heard.union(play.xom for play in new)
    part = replace(
        later,
        xom=tuple(xom for xom in later.xom if xom.id in concerned),
        overlaps=tuple(pair for pair in later.overlaps if concerned.issuperset(pair)),
        committed=tuple(play for xom in sorted(concerned) for play in standing[xom]),
    )
    faults = [fault for fault in violations(part, week_plan(part, new)) if fault.rule not in PROMISES]
    if faults:
        raise PlanningError(
            "the make-goods of {week} break {rule} in {xom}; none is sent, report this as a fault of Loa",
            week=later.week,
            rule=faults[0].rule,
            xom=faults[0].xom,
        )


def _own(problem: Problem, xom: str) -> tuple[Committed, ...]:
    return tuple(play for play in problem.committed if play.xom == xom)


def _with_losses(problem: Problem, lost: Sequence[Lost]) -> Problem:
    """The week with the lost plays as missed, so that an unknown one does not count against what is wanted."""

    def is_lost(play: Committed) -> bool:
        return any(
            slot.programme.sounds(play.xom, play.start) and not slot.made_good and not slot.taken_back for slot in lost
        )

    return replace(
        problem,
        committed=tuple(replace(play, state=PlayState.MISSED) if is_lost(play) else play for play in problem.committed),
    )


def _held_campaign(problem: Problem, programme: Programme) -> bool:
    """Whether it held a campaign bulletin, as far as its bulletins are still known."""
    campaign = {bulletin.id: bulletin.campaign for bulletin in problem.bulletins}
    return any(campaign.get(bulletin, True) for bulletin in programme.bulletins) or not programme.bulletins


def _refusal(problem: Problem, slot: Lost, given: int, weekly_cap: int) -> Phrase | None:
    """Why a lost slot is not made good whatever room there is."""
    values = {"xom": _name(problem, slot), "start": slot.programme.start, "count": weekly_cap}
    if slot.made_good:
        return Phrase("{xom}: the slot of {start} has had its one make-good", values)
    if given >= weekly_cap:
        return Phrase("{xom}: it has had its {count} make-goods of this week", values)
    return None


def _needless(problem: Problem, slot: Lost) -> Phrase:
    return Phrase(
        "{xom}: the slot of {start} needs no make-good: nothing is lacking, and nothing it held is wanted once more",
        {"xom": _name(problem, slot), "start": slot.programme.start},
    )


def _no_room(problem: Problem, slot: Lost, wanted: Wanted, *, is_wanted: bool) -> Phrase:
    """Why it finds no place; `is_wanted` says that a bulletin it may hold is not played as often as wanted yet."""
    xom = next(xom for xom in problem.xom if xom.id == slot.programme.xom)
    values = {"xom": xom.name, "start": slot.programme.start}
    if wanted.campaign_only and not any(
        bulletin.campaign and bulletin.targets.includes(xom) and problem.now < _last(bulletin)
        for bulletin in problem.bulletins
    ):
        return Phrase(
            "{xom}: no campaign bulletin is left that may be played, so the slot of {start} cannot be made good", values
        )
    if not is_wanted:
        return Phrase(
            "{xom}: what could be played in place of the slot of {start} is played as often as wanted already", values
        )
    return Phrase(
        "{xom}: from {now} to the end of the week no window has room for a make-good of the slot of {start}",
        {**values, "now": problem.now},
    )


def _last(bulletin: PlannedBulletin) -> datetime:
    return midnight(bulletin.valid_to) + ONE_DAY


def _name(problem: Problem, slot: Lost) -> str:
    return next(xom.name for xom in problem.xom if xom.id == slot.programme.xom)
