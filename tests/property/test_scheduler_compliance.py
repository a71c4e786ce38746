"""Compliance: rules that hold for every week of every xóm."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from scheduler_week import RULES, WEEK, at, receiver, record, week

from scheduler.compliance import judge, late_proofs, lost_slots, mendable, plays
from scheduler.facts import GRADES, DeliveryFact, SlotFact, XomFact
from scheduler.sentence import Sentence

names = st.sampled_from(["r1", "r2", "r3"])
slot_facts = st.builds(
    SlotFact,
    id=st.uuids().map(str),
    xom=st.sampled_from(["x1", "x2"]),
    week=st.just(WEEK),
    start=st.integers(0, 160).map(at),
    end=st.just(at(0)),
    campaign=st.sampled_from([True, True, True, False]),
    kind=st.just("planned"),
    stands_for=st.none(),
    cancelled=st.sampled_from([False, False, False, True]),
    receivers=st.sets(names, min_size=1).map(lambda s: tuple(sorted(s))),
).map(lambda s: replace(s, end=s.start + timedelta(minutes=5)))
receiver_facts = st.lists(
    st.builds(
        receiver,
        name=names,
        xom=st.sampled_from(["x1", "x2"]),
        since=st.sampled_from([-24, 40, None]),
        until=st.sampled_from([None, None, 90, 400]),
        seen=st.sampled_from([None, 10, 100_000]),
    ),
    max_size=4,
    unique_by=lambda r: r.id,
)


@st.composite
def weeks(draw):
    slots = draw(st.lists(slot_facts, max_size=6))
    for lost in draw(st.lists(st.sampled_from(slots), max_size=2)) if slots else []:
        made = replace(draw(slot_facts), xom=lost.xom, kind="make_good", stands_for=lost.id, campaign=True)
        slots.append(made)
    records = [draw(records_of(s)) for s in slots for _ in range(draw(st.integers(0, 2)))]
    return replace(
        week(slots, records, draw(receiver_facts)),
        xom=(XomFact("x1", "Xóm 1"), XomFact("x2", "Xóm 2")),
        deliveries=tuple(DeliveryFact(r, s.id) for s in slots for r in s.receivers if draw(st.booleans())),
        infeasible={x: Sentence("No room.") for x in draw(st.sets(st.sampled_from(["x1", "x2"])))},
        given_up={s.id: Sentence("Full.") for s in slots if s.kind != "make_good" and draw(st.integers(0, 5)) == 0},
    )


def records_of(of):
    return st.builds(
        record,
        receiver=names,
        of=st.just(of),
        result=st.sampled_from(["completed", "completed", "interrupted", "failed", "missed", "preempted"]),
        load=st.sampled_from(["ok", "unmeasured", "none"]),
        simulated=st.booleans(),
        samples_played=st.sampled_from([100, 100, 50, 0]),
        disputed=st.sampled_from([False, False, True]),
    )


nows = st.integers(-100, 600).map(at)
ORDER = {"missed": 0, "impossible": 0, "at_risk": 1, "on_track": 2, "met": 3}  # lost is lost, whatever its name


@given(weeks(), nows, st.randoms(use_true_random=False))
def test_a10_a11_the_order_and_repetition_of_facts_change_nothing(facts, now, random):
    def mixed(items):
        items = [*items, *items]
        random.shuffle(items)
        return tuple(items)

    def shuffled(items):
        items = list(items)
        random.shuffle(items)
        return tuple(items)

    other = replace(
        facts,
        slots=shuffled(facts.slots),
        records=mixed(facts.records),
        receivers=mixed(facts.receivers),
        deliveries=mixed(facts.deliveries),
    )
    assert judge(other, RULES, now) == judge(facts, RULES, now)
    assert lost_slots(other, RULES, now) == lost_slots(facts, RULES, now)
    assert late_proofs(other, RULES, now) == late_proofs(facts, RULES, now)


@settings(max_examples=300)
@given(weeks(), nows, st.data())
def test_a_counted_record_more_never_lowers_a_count_a_grade_or_a_state(facts, now, data):
    if not facts.slots:
        return
    of = data.draw(st.sampled_from(facts.slots))
    by = data.draw(st.sampled_from(of.receivers))
    more = replace(facts, records=(*facts.records, record(by, of)))
    if not any((p.receiver, p.slot, p.state) == (by, of, "played") for p in plays(more, RULES, now)):
        return  # it does not count: the receiver stood there no longer
    for before, after in zip(judge(facts, RULES, now), judge(more, RULES, now), strict=True):
        assert after.played >= before.played
        assert ORDER[after.state] >= ORDER[before.state]
        rank = {None: -1, **{grade: n for n, grade in enumerate(GRADES)}}
        assert rank[after.grade] >= rank[before.grade]


@given(weeks(), nows)
def test_i3_a_count_never_exceeds_what_completed_records_say(facts, now):
    for xom in judge(facts, RULES, now):
        for of_receiver in xom.receivers:
            heard = {
                r.slot
                for r in facts.records
                if r.receiver == of_receiver.id and r.result == "completed" and r.load != "none"
            }
            assert of_receiver.count("played") <= len(heard)
        assert xom.played <= xom.planned + xom.make_good + sum(s.cancelled for s in facts.slots)


@given(weeks(), nows)
def test_whatever_is_not_met_says_why_and_met_means_the_count(facts, now):
    for xom in judge(facts, RULES, now):
        assert (xom.state == "met") == (bool(xom.receivers) and xom.played >= RULES.required)
        assert xom.reason or xom.state == "met"


@given(weeks(), nows)
def test_i13_make_goods_stay_within_their_bounds(facts, now):
    """Applying the answer until nothing more is lost never plans more than the bounds allow."""
    existing = {s.makes_good for s in facts.slots if s.kind == "make_good" and not s.cancelled}
    lost = mendable(facts, lost_slots(facts, RULES, now), RULES)
    assert len({x.slot.id for x in lost}) == len(lost)
    for x in lost:
        assert x.slot.kind != "make_good"
        assert x.slot.campaign
        assert x.slot.id not in existing
        assert x.receivers
        assert x.slot.cancelled == x.taken_back
    for xom in ("x1", "x2"):
        made = [s for s in facts.slots if s.xom == xom and s.kind == "make_good" and not s.cancelled]
        sounded = [x for x in lost if x.slot.xom == xom and not x.taken_back]
        assert len(made) + len(sounded) <= max(RULES.make_goods_per_week, len(made)) + sum(
            s.makes_good in {gone.id for gone in facts.slots if gone.cancelled} for s in made
        )
        assert sum(x.slot.xom == xom and x.taken_back for x in lost) <= RULES.required


@given(weeks(), nows, st.integers(0, 700))
def test_unknown_only_grows_into_played_or_failed_by_a_record(facts, now, hours):
    """Time alone moves a play forward: upcoming, awaited, unknown; never to played or failed."""
    later = now + timedelta(hours=hours)
    steps = ["upcoming", "awaited", "unknown"]
    for before, after in zip(plays(facts, RULES, now), plays(facts, RULES, later), strict=True):
        if before.state in steps:
            assert steps.index(after.state) >= steps.index(before.state)
        else:
            assert after.state == before.state
