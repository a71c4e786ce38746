"""The closed loop played ahead: slots are lost one after the other, and each gets what the station would do for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from playlists.planning.makegood import Lost, MakeGood, Unmet, make_good
from playlists.planning.phrases import Phrase
from playlists.planning.problem import Committed, PlayState, Problem
from playlists.slot import Programme, Slot


@dataclass(frozen=True)
class Loop:
    """How the station keeps its word.

    A slot without a record `record_deadline` after its end is lost. Nothing is sent for less than `send` ahead, no
    make-good for less than `lead_time` more; a xóm gets `weekly_cap` of them in a week, a waived one none.
    """

    record_deadline: timedelta
    send: timedelta
    lead_time: timedelta
    weekly_cap: int
    waived: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Known:
    """A published slot, or one that would be, and what is known of it now."""

    slot: Slot
    state: PlayState = PlayState.PLANNED


@dataclass(frozen=True)
class Ahead:
    """The week as the loop sees it at some instant to come.

    `pending` are lost and not made good yet; `given` counts the make-goods of each xóm; `spare` may be taken back.
    """

    problem: Problem
    pending: tuple[Lost, ...]
    given: Mapping[str, int]
    spare: tuple[Programme, ...]

    @classmethod
    def of(cls, problem: Problem, slots: Sequence[Known]) -> Ahead:
        """The week as it is now. `problem.committed` holds the plays of `slots`, and no others."""
        made_good = {known.slot.makes_good for known in slots}
        given: dict[str, int] = {}
        for known in slots:
            if known.slot.makes_good is not None:
                xom = known.slot.programme.xom
                given[xom] = given.get(xom, 0) + 1
        pending = tuple(
            Lost(known.slot.id, known.slot.programme, known.state)
            for known in slots
            if known.slot.campaign
            and known.slot.makes_good is None
            and known.slot.id not in made_good
            and known.state in (PlayState.MISSED, PlayState.UNKNOWN)
        )
        spare = tuple(
            known.slot.programme for known in slots if not known.slot.campaign and known.state is PlayState.PLANNED
        )
        return cls(problem, pending, given, spare)

    def after(
        self, losses: Sequence[Lost], at: datetime, loop: Loop
    ) -> tuple[Ahead, tuple[MakeGood, ...], tuple[Unmet, ...]]:
        """The week once the loop has answered `losses`, known at `at`, and what it does for them and those before."""
        problem = replace(
            self.problem,
            now=max(self.problem.now, at + loop.send),
            committed=tuple(_with_state(play, losses) for play in self.problem.committed),
        )
        asked = tuple(
            lost for lost in (*self.pending, *losses) if not lost.made_good and lost.programme.xom not in loop.waived
        )
        spare = tuple(programme for programme in self.spare if programme.start > at)
        if at >= problem.week.end:
            return replace(self, problem=problem, pending=asked, spare=()), (), tuple(map(_too_late(problem), asked))
        if not asked:
            return replace(self, problem=problem, pending=(), spare=spare), (), ()
        answer = make_good(
            problem, asked, lead_time=loop.lead_time, weekly_cap=loop.weekly_cap, already=self.given, spare=spare
        )
        given = dict(self.given)
        for made in answer.made:
            given[made.programme.xom] = given.get(made.programme.xom, 0) + 1
        bumped = [made.bumped for made in answer.made if made.bumped is not None]
        committed = (
            *(play for play in problem.committed if not any(_holds(programme, play) for programme in bumped)),
            *(Committed(play.xom, play.bulletin, play.start) for made in answer.made for play in made.plays),
        )
        ahead = Ahead(
            replace(problem, committed=committed),
            tuple(unmet.lost for unmet in answer.unmet),
            given,
            tuple(programme for programme in spare if programme not in bumped),
        )
        return ahead, answer.made, answer.unmet


def _too_late(problem: Problem) -> Callable[[Lost], Unmet]:
    names = {xom.id: xom.name for xom in problem.xom}

    def unmet(lost: Lost) -> Unmet:
        values = {"xom": names[lost.programme.xom], "start": lost.programme.start}
        return Unmet(lost, Phrase("{xom}: the week is over before the slot of {start} is known to be lost", values))

    return unmet


def _with_state(play: Committed, losses: Sequence[Lost]) -> Committed:
    lost = next((lost for lost in losses if _holds(lost.programme, play)), None)
    return replace(play, state=lost.state) if lost else play


def _holds(programme: Programme, play: Committed) -> bool:
    return programme.xom == play.xom and programme.interval.contains(play.start)
