"""What found no make-good is not searched for again while nothing but time goes on: there is never more room later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from playlists.planning.makegood import Lost, MakeGoods, make_good
from playlists.planning.problem import PlayState, Problem
from playlists.slot import Programme
from playlists.week import Week


@dataclass(frozen=True)
class Asked:
    """All that the planner's answer to lost slots depends on, as `make_good` takes it."""

    problem: Problem
    lost: tuple[Lost, ...]
    already: Mapping[str, int]
    movable: tuple[Programme, ...]
    lead_time: timedelta
    weekly_cap: int
    campaign_only: bool

    def answer(self) -> MakeGoods:
        return make_good(
            self.problem,
            self.lost,
            lead_time=self.lead_time,
            weekly_cap=self.weekly_cap,
            already=self.already,
            campaign_only=self.campaign_only,
            movable=self.movable,
        )

    def is_only_later_than(self, other: Asked) -> bool:
        """Whether nothing but time has gone on, to when less may move."""
        at_once = replace(other, problem=replace(other.problem, now=self.problem.now), movable=self.movable)
        later = self.problem.now >= other.problem.now and set(self.movable) <= set(other.movable)
        return later and self._as_counted() == at_once._as_counted()

    def _as_counted(self) -> Asked:
        """With no more of each play than the planner looks at: whether it counts."""
        committed = tuple(
            replace(play, state=PlayState.PLANNED if play.counts else PlayState.MISSED)
            for play in self.problem.committed
        )
        return replace(self, problem=replace(self.problem, committed=committed))


class Hopeless:
    """The last answer for each week that had no make-good in it, as long as it holds. Not thread-safe."""

    def __init__(self) -> None:
        self._known: dict[Week, tuple[Asked, MakeGoods]] = {}

    def answer(self, asked: Asked) -> MakeGoods:
        """Remembered, or searched for, which may take seconds where every window is full."""
        week = asked.problem.week
        if week in self._known:
            before, answer = self._known[week]
            if asked.is_only_later_than(before):
                return answer
        answer = asked.answer()
        coming = {known: entry for known, entry in self._known.items() if known.end > asked.problem.now}
        self._known = {known: entry for known, entry in coming.items() if known != week}
        if not answer.made:
            self._known[week] = asked, answer
        return answer
