"""How many further losses each xóm's week can bear (docs/planning.md, "What if, and how much a week bears")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from playlists.planning.compiled import lane_of
from playlists.planning.losses import Ahead, Known, Loop, in_time, moved_on
from playlists.planning.makegood import Lost
from playlists.planning.problem import PlayState
from playlists.planning.question import groups, neighbours_of
from playlists.planning.rearrange import STEPS
from playlists.slot import Programme, Slot

LOOKS = 400  # answers of the loop, for all xóm together; a millisecond or two each


def bears(ahead: Ahead, slots: Sequence[Known], loop: Loop, looks: int = LOOKS) -> dict[str, int | None]:
    """For each xóm the greatest k such that, whichever k of its coming campaign slots are lost, its week is kept.

    Each loss is known as late as can be, at the record deadline, and stays unknown; make-goods that the loop adds in
    free room are taken as played. None where the week is met already, whatever is lost, or can no longer be met,
    whatever is played. `looks` bound the search: where they do not suffice, k is as far as was shown.
    """
    alike: dict[object, int | None] = {}
    found: dict[str, int | None] = {}
    xoms = ahead.problem.xom
    for number, xom in enumerate(xoms):
        narrowed, near = _alone(ahead, slots, xom.id)
        kind = _kind(narrowed, near, loop) if len(narrowed.problem.xom) == 1 else xom.id
        if kind not in alike:
            worst = _Worst(xom.id, loop, looks // (len(xoms) - number))
            looks -= worst.looks
            alike[kind] = _bears(narrowed, near, worst, STEPS // len(xoms))
            looks += worst.looks
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


def _bears(ahead: Ahead, slots: Sequence[Known], worst: _Worst, steps: int) -> int | None:
    own = [known for known in slots if known.slot.programme.xom == worst.xom and known.slot.campaign]
    needed = ahead.problem.rules.campaign_min_per_xom - sum(known.state is PlayState.PLAYED for known in own)
    if needed <= 0:
        return None
    coming = in_time(_lost(known.slot) for known in own if known.state is PlayState.PLANNED)
    after, made, _ = ahead.after((), ahead.problem.now - worst.loop.send, worst.loop, steps)
    coming, needed = moved_on(coming, made), needed - len(made)
    if len(coming) < needed:
        return None
    bearable = min(len(coming), len(coming) - needed)
    while bearable < len(coming) and not worst.breaks(coming, needed, after, bearable + 1):
        bearable += 1
    return bearable


def _lost(slot: Slot) -> Lost:
    return Lost(slot.id, slot.programme, PlayState.UNKNOWN, made_good=slot.makes_good is not None)


class _Worst:
    """The worst a week can meet with: each of the coming slots is played or lost, and the loop answers in free room.

    What it answers to the same losses is known for every further question; `looks` are left for others.
    """

    def __init__(self, xom: str, loop: Loop, looks: int) -> None:
        self.xom, self.loop, self.looks = xom, loop, looks
        self._answers: dict[tuple[str, ...], tuple[Ahead, int]] = {}

    def breaks(
        self, coming: Sequence[Lost], needed: int, ahead: Ahead, losses: int, before: tuple[str, ...] = ()
    ) -> bool:
        """Whether so many losses may leave the week short of `needed` more; so it is taken to be when no look is left.

        The last slots are lost first: there the least room is left for make-goods.
        """
        if max(0, len(coming) - losses) >= needed:
            return False
        if not coming or not losses or not self._hopes(ahead):
            return True
        lost, *later = coming
        if self.breaks(later, needed - 1, ahead, losses, before):
            return True
        answer = self._answer(ahead, lost, (*before, lost.slot))
        if answer is None:
            return True
        after, made = answer
        return self.breaks(later, needed - made, after, losses - 1, (*before, lost.slot))

    def _answer(self, ahead: Ahead, lost: Lost, losses: tuple[str, ...]) -> tuple[Ahead, int] | None:
        """The week after these losses, `lost` the last of them, and how many make-goods it brought."""
        if losses not in self._answers:
            if self.looks <= 0:
                return None
            self.looks -= 1
            after, made, _ = ahead.after((lost,), lost.programme.end + self.loop.record_deadline, self.loop, steps=0)
            self._answers[losses] = after, len(made)
        return self._answers[losses]

    def _hopes(self, ahead: Ahead) -> bool:
        """Whether the loop may still add a make-good."""
        return ahead.given.get(self.xom, 0) < self.loop.weekly_cap and self.xom not in self.loop.waived
