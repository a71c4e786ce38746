"""What would come of it: outages supposed, and the rest of the week lived through with the loop at work. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from playlists.planning.losses import Ahead, Known, Loop
from playlists.planning.makegood import Lost, MakeGood, Unmet
from playlists.planning.problem import PlayState
from playlists.slot import Programme, Slot


@dataclass(frozen=True)
class Outage:
    """From `start` to `end` (None: for good) a xóm, or one receiver of it, plays nothing; a slot it cuts into is lost.

    Who is only without power says so afterwards, so its slots are missed; who never comes back leaves them unknown.
    """

    xom: str
    start: datetime
    end: datetime | None = None
    receiver: str | None = None

    def cuts(self, programme: Programme) -> bool:
        overlaps = self.start < programme.end and (self.end is None or programme.start < self.end)
        return programme.xom == self.xom and overlaps

    def lost(self, slot: Slot, loop: Loop) -> tuple[datetime, Lost]:
        """When the station knows of the loss, and what it knows."""
        programme, at_last = slot.programme, slot.programme.end + loop.record_deadline
        told = None if self.end is None else max(programme.end, self.end)
        missed = told is not None and told < at_last
        state = PlayState.MISSED if missed else PlayState.UNKNOWN
        at = told if told is not None and missed else at_last
        return at, Lost(slot.id, programme, state, made_good=slot.makes_good is not None)


@dataclass(frozen=True)
class Answer:
    """A make-good that the loop would add at `at`; `fails` says that it falls into an outage as well."""

    at: datetime
    made: MakeGood
    fails: bool


@dataclass(frozen=True)
class Outlook:
    """What becomes of one xóm's week.

    `counted` are the campaign slots that are or will be played, `lost` those the outages take. `unmet` are losses that
    get no make-good. Where fewer than `required` are left, `knowable` is when the station first sees that: what is
    lacking is then missed, or overdue, and only late proof could help (I13). `back_by` is until when what is broken for
    good must play again, None where that alone does not help.
    """

    xom: str
    required: int
    counted: int
    lost: tuple[Slot, ...]
    answers: tuple[Answer, ...]
    unmet: tuple[Unmet, ...]
    knowable: datetime | None
    back_by: datetime | None

    @property
    def falls(self) -> bool:
        return self.counted < self.required


def foresee(
    ahead: Ahead,
    slots: Sequence[Known],
    loop: Loop,
    outages: Sequence[Outage],
    now: datetime,
    also: Collection[str] = (),
) -> tuple[Outlook, ...]:
    """The outlook of every xóm that the outages concern, and of those in `also`, in the order of the problem's.

    `ahead` and `slots` are as they are `now`, which may be long before the week. The loop knows of an outage only what
    it learns from its losses.
    """
    concerned = {*also, *(outage.xom for outage in outages)}
    course = _Course(loop, outages, concerned, ahead, slots)
    course.live(now)
    return tuple(course.outlook(xom.id) for xom in ahead.problem.xom if xom.id in concerned)


@dataclass
class _Course:
    """The rest of the week, from one instant at which losses become known to the next.

    `coming` are the campaign slots, make-goods among them, that nothing is known to have befallen.
    """

    loop: Loop
    outages: Sequence[Outage]
    concerned: Set[str]
    ahead: Ahead
    slots: Sequence[Known]
    coming: dict[str, Slot] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    unmet: Mapping[str, Unmet] = field(default_factory=dict)
    hit: list[tuple[datetime, Slot]] = field(default_factory=list)
    settled: dict[str, datetime] = field(default_factory=dict)

    def live(self, instant: datetime) -> None:
        """From now until nothing more is lost."""
        own = (known.slot for known in self.slots if known.slot.campaign and known.state is PlayState.PLANNED)
        self.coming = {slot.id: slot for slot in own}
        self._step(instant, [])
        while waiting := [entry for slot in self.coming.values() for entry in self._loss(slot)]:
            instant = max(instant, min(at for at, _, _ in waiting))
            known = [(slot, lost) for at, slot, lost in waiting if at <= instant]
            for slot, _ in known:
                self.hit.append((instant, self.coming.pop(slot.id)))
            self._step(instant, [lost for _, lost in known])

    def outlook(self, xom: str) -> Outlook:
        required = self.ahead.problem.rules.campaign_min_per_xom
        counted = self._counted(xom)
        lost = sorted(
            (slot for _, slot in self.hit if slot.programme.xom == xom), key=lambda slot: slot.programme.start
        )
        return Outlook(
            xom=xom,
            required=required,
            counted=counted,
            lost=tuple(slot for slot in lost if any(known.slot.id == slot.id for known in self.slots)),
            answers=tuple(answer for answer in self.answers if answer.made.programme.xom == xom),
            unmet=tuple(unmet for unmet in self.unmet.values() if unmet.lost.programme.xom == xom),
            knowable=self.settled.get(xom),
            back_by=self._back_by(xom, lost, required - counted),
        )

    def _step(self, at: datetime, losses: Sequence[Lost]) -> None:
        self.ahead, made, unmet = self.ahead.after(losses, at, self.loop)
        moved = {move.before: move.after for found in made for move in found.moved}
        for slot in self.coming.values():
            if slot.programme in moved:
                self.coming[slot.id] = replace(slot, programme=moved[slot.programme])
        self.answers = [self._moved_on(answer, moved) for answer in self.answers]
        self.answers += [Answer(at, found, self._fails(found.programme)) for found in made]
        for found in made:
            slot_id = f"+{found.lost.slot}"
            self.coming[slot_id] = Slot(slot_id, found.programme, 0, True, makes_good=found.lost.slot)
        self.unmet = {found.lost.slot: found for found in unmet}
        for xom in self.concerned - self.settled.keys():
            if self._counted(xom) < self.ahead.problem.rules.campaign_min_per_xom:
                self.settled[xom] = at

    def _moved_on(self, answer: Answer, moved: Mapping[Programme, Programme]) -> Answer:
        """A make-good where it is now, if it had to make room for another."""
        after = moved.get(answer.made.programme)
        if after is None:
            return answer
        return replace(answer, made=answer.made.moved_to(after), fails=self._fails(after))

    def _fails(self, programme: Programme) -> bool:
        return any(self._outages(programme))

    def _loss(self, slot: Slot) -> list[tuple[datetime, Slot, Lost]]:
        """Its loss as it is first known, nothing where no outage touches it."""
        known = [outage.lost(slot, self.loop) for outage in self._outages(slot.programme)]
        return [(at, slot, lost) for at, lost in sorted(known, key=lambda entry: entry[0])[-1:]]

    def _outages(self, programme: Programme) -> Iterable[Outage]:
        return (outage for outage in self.outages if outage.cuts(programme))

    def _counted(self, xom: str) -> int:
        """Campaign slots played or still hoped for, as far as the station knows by now."""
        played = [known.slot for known in self.slots if known.slot.campaign and known.state is PlayState.PLAYED]
        return sum(slot.programme.xom == xom for slot in (*played, *self.coming.values()))

    def _back_by(self, xom: str, lost: Sequence[Slot], lacking: int) -> datetime | None:
        broken = [outage for outage in self.outages if outage.xom == xom and outage.end is None]
        saved = [slot.programme.start for slot in lost if any(outage.cuts(slot.programme) for outage in broken)]
        return saved[-lacking] if 0 < lacking <= len(saved) else None
