"""How long to wait before trying again."""

from __future__ import annotations

import random

FIRST_S = 60.0
LAST_S = 900.0


class Backoff:
    """Doubles from FIRST_S to LAST_S, jittered by a quarter, so that receivers do not all come at once (A14)."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._failures = 0

    def next_s(self) -> float:
        """Seconds until the next try."""
        pause = min(LAST_S, FIRST_S * 2.0 ** min(self._failures, 10))
        self._failures += 1
        return pause * (0.75 + self._chance.random() / 2)

    def reset(self) -> None:
        self._failures = 0
