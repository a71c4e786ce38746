"""What was heard where: slots, records and now → the state of each xóm's week. Pure; nothing is read or stored here.

A receiver's count is the number of distinct campaign slots with a counted record (I3), whatever the number or order of
records (A10, A11). A xóm's count is that of its worst receiver, so a loudspeaker nobody can prove is never hidden
behind its neighbour. Missing proof is "unknown", never "missed", until the evidence period is over (I13).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from playlists.week import Week
from scheduler.explain import explain
from scheduler.facts import GRADES, Grade, ReceiverFact, RecordFact, Rules, SlotFact, WeekFacts
from scheduler.sentence import Sentence
from scheduler.verdict import Lost, Play, PlayState, ReceiverWeek, XomState, XomWeek


def judge(facts: WeekFacts, rules: Rules, now: datetime) -> tuple[XomWeek, ...]:
    """The state of every xóm in `facts.xom`, in that order."""
    all_plays = plays(facts, rules, now)
    lost = lost_slots(facts, rules, now)
    hopeless = facts.infeasible.keys() | {x.slot.xom for x in lost if x.taken_back and x.slot.id in facts.given_up}
    hoped_for = [x for x in mendable(facts, lost, rules) if x.slot.xom not in hopeless]
    return tuple(
        _xom_week(xom.id, xom.name, facts, all_plays, hoped_for, xom.id in hopeless, rules, now) for xom in facts.xom
    )


def plays(facts: WeekFacts, rules: Rules, now: datetime) -> tuple[Play, ...]:
    """Every slot of the week, campaign or not, on every receiver it was meant for; by start, slot, receiver."""
    records: dict[tuple[str, str], list[RecordFact]] = defaultdict(list)
    for record in facts.records:
        records[record.slot, record.receiver].append(record)
    postings: dict[str, list[ReceiverFact]] = defaultdict(list)
    for posting in facts.receivers:
        postings[posting.id].append(posting)
    delivered = {(delivery.slot, delivery.receiver) for delivery in facts.deliveries}
    return tuple(
        _play(
            slot, receiver, records[slot.id, receiver], postings[receiver], (slot.id, receiver) in delivered, rules, now
        )
        for slot in sorted(facts.slots, key=lambda slot: (slot.start, slot.id))
        if slot.week == facts.week
        for receiver in sorted(set(slot.receivers))
    )


def lost_slots(facts: WeekFacts, rules: Rules, now: datetime) -> tuple[Lost, ...]:
    """The campaign slots that ask for a make-good now, while the week lasts; the earliest lost first.

    Failed, or unknown past the deadline, on a receiver that still stands in the xóm; or taken back before they sounded,
    where too few are left for the guarantee. A slot is made good once, a make-good never (I13, F10); for one that moved
    only what stands in for it asks. Where an authority waived the guarantee nothing does.
    """
    if now >= facts.week.end:
        return ()
    slots = [slot for slot in facts.slots if slot.week == facts.week and slot.campaign]
    answered = {slot.stands_for for slot in slots if not slot.cancelled or slot.kind != "make_good"}
    standing = {
        (r.id, r.xom) for r in facts.receivers if r.enrolled_at and (r.revoked_at is None or r.revoked_at > now)
    }
    losers: dict[SlotFact, list[Play]] = defaultdict(list)
    states: dict[str, set[PlayState]] = defaultdict(set)
    for play in plays(facts, rules, now):
        if (play.receiver, play.slot.xom) in standing:
            states[play.slot.id].add(play.state)
            losers[play.slot] += [play] if play.state in ("failed", "unknown") else []
    lost = [
        Lost(slot, tuple(play.receiver for play in found), "failed" in states[slot.id])
        for slot, found in losers.items()
        if found and slot.campaign and slot.kind != "make_good" and slot.id not in answered
    ]
    hopeless = {
        slot.id for slot in slots if "failed" in states[slot.id] or (slot.cancelled and states[slot.id] != {"played"})
    }
    for xom in {slot.xom for slot in slots}:
        own = [slot for slot in slots if slot.xom == xom]
        hoped_for = {item.slot.id for item in lost} - facts.given_up.keys()
        chances = {_first(slot, own).id for slot in own if slot.id not in hopeless or slot.id in hoped_for}
        gone = [slot for slot in own if slot.cancelled and slot.id in hopeless and slot.kind != "make_good"]
        gone = [slot for slot in gone if slot.id not in answered]
        gone.sort(key=lambda slot: (slot.start, slot.id))
        short = max(0, rules.required - len(chances))
        lost += [Lost(slot, slot.receivers, failed=True, taken_back=True) for slot in gone[:short]]
    asked = (item for item in lost if not facts.waived(item.slot.xom))
    return tuple(sorted(asked, key=lambda item: (item.slot.start, item.slot.id)))


def _first(slot: SlotFact, own: Sequence[SlotFact]) -> SlotFact:
    """The slot that this one stands in for, and that one in its turn: what it all began with."""
    before = next((other for other in own if other.id == slot.stands_for), None)
    return slot if before is None else _first(before, own)


def mendable(facts: WeekFacts, lost: Sequence[Lost], rules: Rules) -> tuple[Lost, ...]:
    """Those of the lost slots that may still be made good: not given up, and within the bound of their xóm's week."""
    left = {xom.id: rules.make_goods_per_week - sum(counted_make_goods(facts, xom.id)) for xom in facts.xom}
    found: list[Lost] = []
    for item in lost:
        if item.slot.id not in facts.given_up and (item.taken_back or left.get(item.slot.xom, 0) > 0):
            left[item.slot.xom] = left.get(item.slot.xom, 0) - (not item.taken_back)
            found.append(item)
    return tuple(found)


def counted_make_goods(facts: WeekFacts, xom: str) -> Iterator[bool]:
    """For each make-good of the xóm whether it counts against the bound: not where the lost slot never sounded."""
    taken_back = {slot.id for slot in facts.slots if slot.cancelled}
    for slot in facts.slots:
        if slot.xom == xom and slot.week == facts.week and slot.kind == "make_good" and not slot.cancelled:
            yield slot.makes_good not in taken_back


def late_proofs(facts: WeekFacts, rules: Rules, now: datetime) -> tuple[SlotFact, ...]:
    """Make-goods not yet started whose lost slot has since been proven on each receiver they were meant for."""
    proven = {(play.slot.id, play.receiver) for play in plays(facts, rules, now) if play.state == "played"}
    return tuple(
        slot
        for slot in sorted(facts.slots, key=lambda slot: (slot.start, slot.id))
        if slot.makes_good is not None
        and not slot.cancelled
        and slot.start > now
        and slot.receivers
        and all((slot.makes_good, receiver) in proven for receiver in slot.receivers)
    )


def judged(xom: str, week: Week, receivers: Iterable[ReceiverFact]) -> tuple[ReceiverFact, ...]:
    """The receivers a xóm's week is judged by: those that stood in it for the whole week.

    Where there is none, those that came in it and stayed, so that a xóm's first week can be met, and one whose receiver
    was replaced; where none stayed, those that stood in it for a part.
    """
    here = [r for r in receivers if r.xom == xom and r.enrolled_at is not None and _from(r) < week.end]
    stayed = [r for r in here if r.revoked_at is None or r.revoked_at >= week.end]
    whole = [r for r in stayed if _from(r) <= week.start]
    part = [r for r in here if r.revoked_at is None or r.revoked_at > week.start]
    return tuple({r.id: r for r in sorted(whole or stayed or part, key=lambda r: (r.id, _from(r)))}.values())


def _from(receiver: ReceiverFact) -> datetime:
    assert receiver.enrolled_at is not None
    return receiver.enrolled_at


def _play(
    slot: SlotFact,
    receiver: str,
    records: Sequence[RecordFact],
    postings: Sequence[ReceiverFact],
    delivered: bool,
    rules: Rules,
    now: datetime,
) -> Play:
    credible = [record for record in records if not record.disputed]
    faults = {record: _fault(record, slot, postings, rules) for record in credible}
    reached = [_reached(record, rules) for record, fault in faults.items()]
    grade = max([*reached, GRADES[int(delivered)]], key=GRADES.index)
    if any(fault is None for fault in faults.values()):
        return Play(slot, receiver, "played", grade)
    grade = min(grade, "started", key=GRADES.index)
    if slot.cancelled:
        return Play(slot, receiver, "cancelled", grade)
    if faults:
        return Play(slot, receiver, "failed", grade, min(filter(None, faults.values()), key=str))
    if now < slot.start:
        return Play(slot, receiver, "upcoming", grade)
    return Play(slot, receiver, "awaited" if now < slot.end + rules.record_deadline else "unknown", grade)


def _fault(record: RecordFact, slot: SlotFact, postings: Sequence[ReceiverFact], rules: Rules) -> Sentence | None:
    """Why a record does not count, None when it does."""
    if record.result != "completed":
        result = _RESULTS[record.result]
        return Sentence("{result}: {reason}", result=result, reason=record.reason) if record.reason else result
    if record.start is None:
        return Sentence("completed, but without a start")
    if record.samples_expected <= 0 or record.samples_played < record.samples_expected:
        return Sentence(
            "played {played} of {expected} samples", played=record.samples_played, expected=record.samples_expected
        )
    if record.load == "none":
        return Sentence("the amplifier carried no load, so nothing was heard")
    if record.simulated and not rules.simulated:
        return Sentence("simulated: no loudspeaker was used")
    ended = [p.revoked_at for p in postings if p.xom == slot.xom and p.revoked_at is not None]
    if ended and len(ended) == sum(p.xom == slot.xom for p in postings) and record.start >= max(ended):
        return Sentence("the receiver no longer stood in this xóm")
    return None


_RESULTS = {
    "interrupted": Sentence("broken off"),
    "failed": Sentence("could not be played"),
    "missed": Sentence("not started in time"),
    "preempted": Sentence("gave way to an emergency"),
}


def _reached(record: RecordFact, rules: Rules) -> Grade:
    """The grade a record proves by itself."""
    if record.samples_played <= 0 or (record.simulated and not rules.simulated):
        return "planned"
    if record.result != "completed" or record.load == "none":
        return "started"
    return "heard" if record.load == "ok" and not record.simulated else "completed"


def _xom_week(
    xom: str,
    name: str,
    facts: WeekFacts,
    all_plays: Sequence[Play],
    hoped_for: Sequence[Lost],
    hopeless: bool,
    rules: Rules,
    now: datetime,
) -> XomWeek:
    slots = [s for s in facts.slots if s.xom == xom and s.week == facts.week and s.campaign and not s.cancelled]
    here = [play for play in all_plays if play.slot.xom == xom and play.slot.campaign]
    receivers = sorted(
        (
            _receiver_week(receiver, [play for play in here if play.receiver == receiver.id], rules, now)
            for receiver in judged(xom, facts.week, facts.receivers)
        ),
        key=lambda r: (r.count("played"), r.count("played", "unknown", "awaited", "upcoming"), r.id),
    )
    repairable = {x.slot.id for x in hoped_for}
    states = {_receiver_state(receiver, repairable, facts, rules, now) for receiver in receivers}
    state = _worst_state(states, len(slots), hopeless, facts.week, rules, now)
    if state in ("at_risk", "missed", "impossible") and facts.waived(xom):
        state = "waived"
    week = XomWeek(
        id=xom,
        name=name,
        planned=sum(s.kind != "make_good" for s in slots),
        played=receivers[0].count("played") if receivers else 0,
        unknown=receivers[0].count("unknown") if receivers else 0,
        make_good=sum(s.kind == "make_good" for s in slots),
        state=state,
        grade=_common_grade(receivers, len(slots), rules),
        reasons=(),
        receivers=tuple(receivers),
    )
    return replace(week, reasons=explain(week, facts, rules, now))


def _receiver_week(receiver: ReceiverFact, own: Sequence[Play], rules: Rules, now: datetime) -> ReceiverWeek:
    grades = sorted((GRADES.index(play.grade) for play in own if play.state != "cancelled"), reverse=True)
    return ReceiverWeek(
        id=receiver.id,
        plays=tuple(own),
        silent=receiver.last_seen is None or now - receiver.last_seen > rules.silent_after,
        last_seen=receiver.last_seen,
        grade=GRADES[grades[rules.required - 1]] if len(grades) >= rules.required else None,
    )


def _receiver_state(
    receiver: ReceiverWeek, repairable: set[str], facts: WeekFacts, rules: Rules, now: datetime
) -> XomState:
    """What this receiver's week can still come to. `repairable`: slots that may still be made good.

    Of those only the failed ones are hope of their own: an unknown one may yet be proven, and is not to count twice.
    """
    played, coming = receiver.count("played"), receiver.count("awaited", "upcoming")
    unknown = receiver.count("unknown") if now < facts.week.end + rules.evidence else 0
    failed = sum(play.state == "failed" and play.slot.id in repairable for play in receiver.plays)
    if played >= rules.required:
        return "met"
    if played + (0 if receiver.silent else coming) >= rules.required:
        return "on_track"
    return "at_risk" if played + coming + unknown + failed >= rules.required else "missed"


def _worst_state(
    states: set[XomState], slots: int, infeasible: bool, week: Week, rules: Rules, now: datetime
) -> XomState:
    """The xóm's state from those of its receivers. While the week lasts, slots not planned yet may still be."""
    if states == {"met"}:
        return "met"
    if slots < rules.required:
        if infeasible:
            return "impossible"
        return "at_risk" if now < week.end else "missed"
    if not states:
        return "at_risk" if now < week.end else "missed"
    return next(state for state in _FROM_WORST if state in states)


_FROM_WORST: tuple[XomState, ...] = ("missed", "at_risk", "on_track", "met")


def _common_grade(receivers: Sequence[ReceiverWeek], slots: int, rules: Rules) -> Grade | None:
    """What `required` slots reached on every receiver; without a receiver there is only the plan."""
    if not receivers:
        return "planned" if slots >= rules.required else None
    grades = [r.grade for r in receivers if r.grade is not None]
    return min(grades, key=GRADES.index) if len(grades) == len(receivers) else None
