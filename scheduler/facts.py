"""What compliance is computed from: plain frozen values of one week. Instants are aware."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from playlists.week import Week
from scheduler.sentence import Sentence

SlotKind: TypeAlias = Literal["planned", "pinned", "play_now", "make_good"]
Grade: TypeAlias = Literal["planned", "delivered", "started", "completed", "heard"]
GRADES: tuple[Grade, ...] = ("planned", "delivered", "started", "completed", "heard")
"""From the weakest proof to the strongest."""


@dataclass(frozen=True)
class XomFact:
    id: str
    name: str


@dataclass(frozen=True)
class SlotFact:
    """One programme on one xóm; `receivers` are those whose manifest is to name it; `week` is its start's (case C8).

    pinned: the operator chose the instant. play_now: sent out on the day itself. `stands_for` is the slot whose
    place it took: of a make-good the lost one, of another that which moved to make room.
    """

    id: str
    xom: str
    week: Week
    start: datetime
    end: datetime
    campaign: bool
    kind: SlotKind
    stands_for: str | None
    cancelled: bool
    receivers: tuple[str, ...]

    @property
    def makes_good(self) -> str | None:
        """The lost slot, of a make-good only."""
        return self.stands_for if self.kind == "make_good" else None


@dataclass(frozen=True)
class RecordFact:
    """What one verified play record says. `start` is None when nothing sounded.

    `disputed`: the receiver's key is suspected to be in two places (case B3); the record is kept and not counted.
    """

    receiver: str
    slot: str
    start: datetime | None
    result: Literal["completed", "interrupted", "failed", "missed", "preempted"]
    load: Literal["ok", "none", "unmeasured"]
    simulated: bool
    samples_played: int
    samples_expected: int
    clock: Literal["synchronised", "unverified", "unknown"] = "synchronised"
    reason: str = ""
    disputed: bool = False


@dataclass(frozen=True)
class ReceiverFact:
    """One posting of a receiver: it stood in `xom` from `enrolled_at` until `revoked_at`.

    A receiver that was moved is two postings (case B15). `enrolled_at` is None until its first verified hello;
    `last_seen` is the last sign of life the station has of it.
    """

    id: str
    xom: str
    enrolled_at: datetime | None
    revoked_at: datetime | None = None
    last_seen: datetime | None = None


@dataclass(frozen=True)
class DeliveryFact:
    """The receiver reported, signed, that it adopted a manifest that names the slot."""

    receiver: str
    slot: str


@dataclass(frozen=True)
class WaiverFact:
    """A named authority accepts fewer slots in this week (case C10); `xom` None means every xóm."""

    xom: str | None
    authority: str
    why: str

    def concerns(self, xom: str) -> bool:
        return self.xom in (None, xom)


@dataclass(frozen=True)
class WeekFacts:
    """Everything known about one week. Slots of other weeks are ignored; the order of nothing matters.

    `infeasible` holds the planner's reason for each xóm in which it proved that no plan exists, `given_up` the reason
    for each lost slot that could not be made good.
    """

    week: Week
    xom: tuple[XomFact, ...]
    slots: tuple[SlotFact, ...] = ()
    records: tuple[RecordFact, ...] = ()
    receivers: tuple[ReceiverFact, ...] = ()
    deliveries: tuple[DeliveryFact, ...] = ()
    waivers: tuple[WaiverFact, ...] = ()
    infeasible: Mapping[str, Sentence] = field(default_factory=dict)
    given_up: Mapping[str, Sentence] = field(default_factory=dict)

    def waived(self, xom: str) -> bool:
        return any(waiver.concerns(xom) for waiver in self.waivers)


@dataclass(frozen=True)
class Rules:
    """How it is counted.

    required: campaign slots per xóm and week.
    record_deadline: a slot without a record this long after its end is unknown.
    evidence: how long after the week a record may still turn unknown into played.
    make_goods_per_week: per xóm.
    silent_after: a receiver not heard of for this long is silent.
    simulated: the station is a simulated one, so simulated records count.
    """

    required: int = 2
    record_deadline: timedelta = timedelta(minutes=30)
    evidence: timedelta = timedelta(days=14)
    make_goods_per_week: int = 3
    silent_after: timedelta = timedelta(seconds=100)
    simulated: bool = False
