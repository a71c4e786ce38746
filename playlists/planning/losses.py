"""The closed loop played ahead: slots are lost one after the other, and each gets what the station would do for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from playlists.planning.makegood import Lost, MakeGood, Unmet, make_good
from playlists.planning.phrases import Phrase
from playlists.planning.problem import Committed, PlayState, Problem
from playlists.planning.rearrange import STEPS
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
    """The week as the loop sees it at some instant.

    `problem.committed` holds the plays of everything sent. `pending` are lost and not made good yet; `given` counts the
    make-goods of each xóm; `movable` are the programmes to come that may give way to one.
    """

    problem: Problem
    pending: tuple[Lost, ...]
    given: Mapping[str, int]
    movable: tuple[Programme, ...]

    def after(
        self, losses: Sequence[Lost], at: datetime, loop: Loop, steps: int = STEPS
    ) -> tuple[Ahead, tuple[MakeGood, ...], tuple[Unmet, ...]]:
        """The week once the loop has answered `losses`, known at `at`, and what it does for them and those before.

        `steps` are for making room, as in `make_good`.
        """
        problem = replace(
            self.problem,
            now=max(self.problem.now, at + loop.send),
            committed=tuple(_with_state(play, losses) for play in self.problem.committed),
        )
        asked = tuple(
            lost for lost in (*self.pending, *losses) if not lost.made_good and lost.programme.xom not in loop.waived
        )
        movable = tuple(programme for programme in self.movable if programme.start > at)
        if at >= problem.week.end:
            return replace(self, problem=problem, pending=asked, movable=()), (), tuple(map(_too_late(problem), asked))
        if not asked:
            return replace(self, problem=problem, pending=(), movable=movable), (), ()
        answer = make_good(
            problem,
            asked,
            lead_time=loop.lead_time,
            weekly_cap=loop.weekly_cap,
            already=self.given,
            movable=movable,
            steps=steps,
        )
        given = dict(self.given)
        for made in answer.made:
            given[made.programme.xom] = given.get(made.programme.xom, 0) + (not made.lost.taken_back)
        ahead = Ahead(
            replace(problem, committed=answer.committed),
            tuple(found.lost for found in (*answer.unmet, *answer.needless)),
            given,
            answer.movable,
        )
        return ahead, answer.made, answer.unmet


def in_time(losses: Iterable[Lost]) -> list[Lost]:
    """By the end of what is lost."""
    return sorted(losses, key=lambda lost: (lost.programme.end, lost.slot))


def moved_on(coming: Sequence[Lost], made: Iterable[MakeGood]) -> list[Lost]:
    """Slots to come, where they are now that some of them made room for make-goods."""
    after = {move.before: move.after for found in made for move in found.moved}
    return in_time(replace(lost, programme=after.get(lost.programme, lost.programme)) for lost in coming)


def _too_late(problem: Problem) -> Callable[[Lost], Unmet]:
    names = {xom.id: xom.name for xom in problem.xom}

    def unmet(lost: Lost) -> Unmet:
        values = {"xom": names[lost.programme.xom], "start": lost.programme.start}
        return Unmet(lost, Phrase("{xom}: the week is over before the slot of {start} is known to be lost", values))

    return unmet


def _with_state(play: Committed, losses: Sequence[Lost]) -> Committed:
    lost = next((lost for lost in losses if lost.programme.sounds(play.xom, play.start)), None)
    return replace(play, state=lost.state) if lost else play
