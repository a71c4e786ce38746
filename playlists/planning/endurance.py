"""How many further losses each xóm's week can bear (docs/planning.md, "What if, and how much a week bears")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from playlists.planning.compiled import lane_of
from playlists.planning.losses import Ahead, Known, Loop, in_time, moved_on
from playlists.planning.makegood import Lost
from playlists.planning.problem import PlayState
from playlists.planning.question import groups, neighbours_of
from playlists.slot import Programme, Slot

ENDLESS = 10**6


def bears(ahead: Ahead, slots: Sequence[Known], loop: Loop) -> dict[str, int | None]:
    """For each xóm the greatest k such that, whichever k of its coming campaign slots are lost, its week is kept.

    Each loss is known as late as can be, at the record deadline, and stays unknown; make-goods that the loop adds are
    taken as played. None where the week is met already, whatever is lost, or can no longer be met, whatever is played.
    """
    alike: dict[object, int | None] = {}
    found: dict[str, int | None] = {}
    for xom in ahead.problem.xom:
        narrowed, near = _alone(ahead, slots, xom.id)
        kind = _kind(narrowed, near, loop) if len(narrowed.problem.xom) == 1 else xom.id
        if kind not in alike:
            alike[kind] = _bears(narrowed, near, xom.id, loop)
        found[xom.id] = alike[kind]
    return found


def _kind(ahead: Ahead, slots: Sequence[Known], loop: Loop) -> object:
    """Everything the answer for a xóm without neighbours depends on; whole communes have a few kinds only."""
    (xom,) = ahead.problem.xom

    def sound(programme: Programme) -> tuple[object, ...]:
        return programme.start, programme.end, programme.bulletins

    return (
        lane_of(ahead.problem, xom),
        frozenset(
            (*sound(known.slot.programme), known.slot.campaign, known.slot.makes_good is not None, known.state)
            for known in slots
        ),
        frozenset((*sound(lost.programme), lost.state, lost.taken_back) for lost in ahead.pending),
        ahead.given.get(xom.id, 0),
        frozenset(map(sound, ahead.movable)),
        xom.id in loop.waived,
    )


def _alone(ahead: Ahead, slots: Sequence[Known], xom: str) -> tuple[Ahead, list[Known]]:
    """The xóm with its own losses, and those that hear each other with it: all that its make-goods depend on."""
    problem = ahead.problem
    hearing = next(group for group in groups(problem.xom, neighbours_of(problem)) if xom in {one.id for one in group})
    near = {one.id for one in hearing}
    narrowed = replace(
        ahead,
        problem=replace(
            problem,
            xom=hearing,
            overlaps=tuple(pair for pair in problem.overlaps if near.issuperset(pair)),
            committed=tuple(play for play in problem.committed if play.xom in near),
        ),
        pending=tuple(lost for lost in ahead.pending if lost.programme.xom == xom),
        movable=tuple(programme for programme in ahead.movable if programme.xom in near),
    )
    return narrowed, [known for known in slots if known.slot.programme.xom in near]


def _bears(ahead: Ahead, slots: Sequence[Known], xom: str, loop: Loop) -> int | None:
    own = [known for known in slots if known.slot.programme.xom == xom and known.slot.campaign]
    needed = ahead.problem.rules.campaign_min_per_xom - sum(known.state is PlayState.PLAYED for known in own)
    if needed <= 0:
        return None
    coming = in_time(_lost(known.slot) for known in own if known.state is PlayState.PLANNED)
    after, made, _ = ahead.after((), ahead.problem.now - loop.send, loop)
    fewest = _Worst(xom, loop).fewest(moved_on(coming, made), needed - len(made), after)
    return None if fewest == 0 else min(fewest - 1, len(coming))


def _lost(slot: Slot) -> Lost:
    return Lost(slot.id, slot.programme, PlayState.UNKNOWN, made_good=slot.makes_good is not None)


@dataclass(frozen=True)
class _Worst:
    """The worst a week can meet with: each of the coming slots is played or lost, and the loop answers."""

    xom: str
    loop: Loop

    def fewest(self, coming: Sequence[Lost], needed: int, ahead: Ahead) -> int:
        """The fewest losses among the slots to come, in order of time, that leave the week short of `needed` more."""
        if needed <= 0:
            return ENDLESS
        if not self._hopes(ahead):
            return max(0, len(coming) - needed + 1)
        if not coming:
            return 0
        lost, *later = coming
        if_played = self.fewest(later, needed - 1, ahead)
        known = lost.programme.end + self.loop.record_deadline
        after, made, _ = ahead.after((lost,), known, self.loop)
        return min(if_played, 1 + self.fewest(moved_on(later, made), needed - len(made), after))

    def _hopes(self, ahead: Ahead) -> bool:
        """Whether the loop may still add a make-good."""
        return ahead.given.get(self.xom, 0) < self.loop.weekly_cap and self.xom not in self.loop.waived
