"""What goes wrong with which receiver, and when. Pure: the same seed gives the same week."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Offline:
    """The receiver has no network in [start, end). It goes on playing its stored week."""

    receiver: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class DeadAmplifier:
    """From `start` the receiver plays into an amplifier that gives no sound (F14)."""

    receiver: str
    start: datetime


@dataclass(frozen=True)
class PowerCut:
    """In the first programme after `after` that sounds for `into`, the power goes; it is back after `off` (D1)."""

    receiver: str
    after: datetime
    into: timedelta
    off: timedelta


Fault = Offline | DeadAmplifier | PowerCut


def week_of_faults(seed: int, receivers: Iterable[str], week_start: datetime) -> tuple[Fault, ...]:
    """One of each on three different receivers, early in the week that begins at `week_start`, while much is planned.

    ValueError with fewer receivers.
    """
    chance = random.Random(seed)
    away, mute, cut = chance.sample(sorted(receivers), 3)
    leaves = week_start + timedelta(hours=chance.randrange(18, 30))
    falls = week_start + timedelta(hours=chance.choice((0, 12, 24)))
    return (
        Offline(away, leaves, leaves + timedelta(days=2)),
        DeadAmplifier(mute, week_start),
        PowerCut(
            cut,
            after=falls,
            into=timedelta(seconds=chance.randrange(15, 60)),
            off=timedelta(minutes=chance.randrange(20, 180)),
        ),
    )
