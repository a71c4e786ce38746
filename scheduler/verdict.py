"""What compliance concludes, as frozen values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from scheduler.facts import Grade, SlotFact
from scheduler.sentence import Sentence

PlayState: TypeAlias = Literal["upcoming", "awaited", "played", "failed", "unknown", "cancelled"]
XomState: TypeAlias = Literal["met", "on_track", "at_risk", "missed", "impossible", "waived"]
"""waived: it would be at risk, missed or impossible, and a named authority accepts that; never what is met (C10)."""


@dataclass(frozen=True)
class Play:
    """One slot on one receiver. awaited: begun or over, its record not yet due; unknown: due and not there."""

    slot: SlotFact
    receiver: str
    state: PlayState
    grade: Grade
    why: Sentence | None = None


@dataclass(frozen=True)
class ReceiverWeek:
    """One judged receiver's campaign plays in the week. `grade`: what `required` of them reached, or None."""

    id: str
    plays: tuple[Play, ...]
    silent: bool
    last_seen: datetime | None
    grade: Grade | None

    def count(self, *states: PlayState) -> int:
        return sum(play.state in states for play in self.plays)


@dataclass(frozen=True)
class XomWeek:
    """One xóm's week. `planned` and `make_good` count campaign slots not cancelled; `played` and `unknown` are those of
    the worst receiver, which is the first of `receivers`. `reasons` is never empty unless the state is met."""

    id: str
    name: str
    planned: int
    played: int
    unknown: int
    make_good: int
    state: XomState
    grade: Grade | None
    reasons: tuple[Sentence, ...]
    receivers: tuple[ReceiverWeek, ...]

    @property
    def reason(self) -> str:
        """The reasons in English, one sentence after the other."""
        return " ".join(map(str, self.reasons))


@dataclass(frozen=True)
class Lost:
    """A campaign slot to be made good, on the receivers that lost it. `failed`: surely, not only unknown past its
    deadline. `taken_back`: cancelled before it sounded, so what takes its place is no further sound."""

    slot: SlotFact
    receivers: tuple[str, ...]
    failed: bool
    taken_back: bool = False
