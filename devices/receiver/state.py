"""What a receiver does next with its slots. Pure: the week, what is done, and `now` in; one step out.

A slot is settled exactly once, by one play record (I3). Times are instants of the receiver's own clock.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from devices.protocol.messages import Clip, Quiet, Slot
from devices.slots import quiet_overlap
from devices.trust import Accepted

GRACE = timedelta(minutes=15)
"""How late a slot may still begin (C3)."""
PREPARE_AHEAD = timedelta(seconds=10)
ARM_AHEAD = timedelta(seconds=1)
"""The start is in the journal this long before the sound, so that the disk does not delay it."""


@dataclass(frozen=True)
class Turn:
    """One slot of the week as the receiver sees it. `refusal` is the reason's slug if it must not sound, else ""."""

    slot: Slot
    length: timedelta
    clips: tuple[Clip, ...]
    refusal: str = ""


@dataclass(frozen=True)
class Prepare:
    turn: Turn


@dataclass(frozen=True)
class Arm:
    turn: Turn


@dataclass(frozen=True)
class Start:
    turn: Turn


@dataclass(frozen=True)
class Settle:
    """File the record of a slot that does not sound."""

    turn: Turn
    result: Literal["missed", "failed"]
    reason: str


@dataclass(frozen=True)
class Wait:
    """Nothing to do before `until`; None: before something happens."""

    until: datetime | None


Step = Prepare | Arm | Start | Settle | Wait


@dataclass(frozen=True)
class Stage:
    """What the receiver is at: `present` is since when it has known these slots and the time, `free` since when nothing
    has been sounding; the slots that are sounding, prepared and armed, "" for none."""

    present: datetime
    free: datetime
    sounding: str
    prepared: str
    armed: str


def turns(accepted: Accepted) -> tuple[Turn, ...]:
    """All slots of a manifest in the order of their start, also those that must not sound."""
    playable = {each.slot.id: each for each in accepted.slots}
    why = {refused.subject: refused.reason for refused in accepted.refused}
    found = []
    for slot in sorted(accepted.manifest.slots, key=lambda slot: (slot.start, slot.id)):
        if slot.id in playable:
            each = playable[slot.id]
            found.append(Turn(slot, each.end - slot.start, each.clips))
        else:
            found.append(Turn(slot, timedelta(), (), why.get(f"slot {slot.id}", "refused")))
    return tuple(found)


def next_step(
    week: Sequence[Turn],
    settled: Container[str],
    stage: Stage,
    quiet: Sequence[Quiet],
    ready: Callable[[Turn], bool],
    now: datetime,
) -> Step:
    """The next thing to do at `now`. Call it only while the clock is known and the manifest in force (C4, C5, B7)."""
    wake: list[datetime] = []
    for turn in week:
        start = turn.slot.start
        if turn.slot.id in settled or turn.slot.id == stage.sounding:
            continue
        if now < start - PREPARE_AHEAD:
            wake.append(start - PREPARE_AHEAD)
            break
        if now > start + GRACE or (turn.refusal and now >= start):
            if not stage.sounding:
                return _not_sounded(turn, stage, ready)
        elif turn.refusal:
            wake.append(start)
        elif not ready(turn):
            wake.append(start + GRACE + timedelta(microseconds=1))
        elif stage.prepared != turn.slot.id:
            if not stage.prepared or (now >= start and not stage.sounding):
                return Prepare(turn)
        elif now < start - ARM_AHEAD:
            wake.append(start - ARM_AHEAD)
        elif stage.sounding:
            continue
        elif stage.armed != turn.slot.id:
            return Arm(turn)
        elif now < start:
            wake.append(start)
        elif quiet_overlap(quiet, now, now + turn.length) is not None:
            return Settle(turn, "missed", "quiet-hours")
        else:
            return Start(turn)
    return Wait(min(wake, default=None))


def _not_sounded(turn: Turn, stage: Stage, ready: Callable[[Turn], bool]) -> Settle:
    """Why its time went by: it was refused, nobody was there, another slot sounded, clips lacked, or time jumped."""
    latest = turn.slot.start + GRACE
    if turn.refusal:
        return Settle(turn, "failed", turn.refusal)
    if stage.present > latest:
        return Settle(turn, "missed", "absent")
    if stage.free > latest:
        return Settle(turn, "missed", "busy")
    if not ready(turn):
        return Settle(turn, "failed", "clip-missing")
    return Settle(turn, "missed", "clock")
