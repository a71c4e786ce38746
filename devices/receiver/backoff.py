"""How long to wait before trying again."""

from __future__ import annotations

import random

FIRST_S = 60.0
LAST_S = 900.0


class Backoff:
    """Doubles from FIRST_S to `last_s`, jittered by a quarter, so that receivers do not all come at once (A14)."""

    def __init__(self, chance: random.Random, last_s: float = LAST_S) -> None:
        self._chance = chance
        self._last_s = last_s
        self._failures = 0

    def next_s(self) -> float:
        """Seconds until the next try."""
        pause = min(self._last_s, FIRST_S * 2.0 ** min(self._failures, 10))
        self._failures += 1
        return pause * (0.75 + self._chance.random() / 2)

    def reset(self) -> None:
        self._failures = 0
