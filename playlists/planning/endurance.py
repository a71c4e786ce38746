"""How many further losses each xóm's week can bear (docs/planning.md, "What if, and how much a week bears")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from playlists.planning.lane import lane_of
from playlists.planning.losses import Ahead, Known, Loop
from playlists.planning.makegood import Lost
from playlists.planning.problem import PlayState, Problem
from playlists.slot import Slot

ENDLESS = 10**6


def bears(problem: Problem, slots: Sequence[Known], loop: Loop) -> dict[str, int | None]:
    """For each xóm the greatest k such that, whichever k of its coming campaign slots are lost, its week is kept.

    Each loss is known as late as can be, at the record deadline, and stays unknown; make-goods that the loop adds are
    taken as played. None where the week is met already, whatever is lost, or can no longer be met, whatever is played.
    """
    alike: dict[object, int | None] = {}
    found: dict[str, int | None] = {}
    for xom in problem.xom:
        narrowed, near = _alone(problem, slots, xom.id)
        kind = _kind(narrowed, near, loop) if len(narrowed.xom) == 1 else xom.id
        if kind not in alike:
            alike[kind] = _bears(narrowed, near, xom.id, loop)
        found[xom.id] = alike[kind]
    return found


def _kind(problem: Problem, slots: Sequence[Known], loop: Loop) -> object:
    """Everything the answer for a xóm without neighbours depends on; whole communes have a few kinds only."""
    (xom,) = problem.xom
    made_good = {known.slot.makes_good for known in slots}

    def entry(known: Known) -> tuple[object, ...]:
        slot, programme = known.slot, known.slot.programme
        sound = programme.start, programme.end, programme.bulletins
        return *sound, slot.campaign, slot.makes_good is not None, slot.id in made_good, known.state

    return lane_of(problem, xom), frozenset(map(entry, slots)), xom.id in loop.waived


def _alone(problem: Problem, slots: Sequence[Known], xom: str) -> tuple[Problem, list[Known]]:
    """The xóm and those that hear it: all that its make-goods depend on."""
    near = {other for pair in problem.overlaps if xom in pair for other in pair} | {xom}
    narrowed = replace(
        problem,
        xom=tuple(other for other in problem.xom if other.id in near),
        overlaps=tuple(pair for pair in problem.overlaps if near.issuperset(pair)),
        committed=tuple(play for play in problem.committed if play.xom in near),
    )
    return narrowed, [known for known in slots if known.slot.programme.xom in near]


def _bears(problem: Problem, slots: Sequence[Known], xom: str, loop: Loop) -> int | None:
    own = [known for known in slots if known.slot.programme.xom == xom and known.slot.campaign]
    needed = problem.rules.campaign_min_per_xom - sum(known.state is PlayState.PLAYED for known in own)
    coming = sorted(
        (known.slot for known in own if known.state is PlayState.PLANNED),
        key=lambda slot: (slot.programme.end, slot.id),
    )
    if needed <= 0:
        return None
    mine = [known for known in slots if known in own or not known.slot.campaign]
    ahead, made, _ = Ahead.of(problem, mine).after((), problem.now - loop.send, loop)
    worst = _Worst(xom, loop, [_lost(slot) for slot in coming])
    fewest = worst.fewest(0, needed - len(made), ahead)
    return None if fewest == 0 else min(fewest - 1, len(coming))


def _lost(slot: Slot) -> Lost:
    return Lost(slot.id, slot.programme, PlayState.UNKNOWN, made_good=slot.makes_good is not None)


@dataclass(frozen=True)
class _Worst:
    """The worst a week can meet with: each of the coming slots is played or lost, and the loop answers."""

    xom: str
    loop: Loop
    coming: Sequence[Lost]

    def fewest(self, index: int, needed: int, ahead: Ahead) -> int:
        """The fewest losses among the slots from `index` on that leave the week short of `needed` more."""
        left = len(self.coming) - index
        if needed <= 0:
            return ENDLESS
        if not self._hopes(ahead):
            return max(0, left - needed + 1)
        if not left:
            return 0
        lost = self.coming[index]
        if_played = self.fewest(index + 1, needed - 1, ahead)
        after, made, _ = ahead.after((lost,), lost.programme.end + self.loop.record_deadline, self.loop)
        return min(if_played, 1 + self.fewest(index + 1, needed - len(made), after))

    def _hopes(self, ahead: Ahead) -> bool:
        """Whether the loop may still add a make-good."""
        return ahead.given.get(self.xom, 0) < self.loop.weekly_cap and self.xom not in self.loop.waived
