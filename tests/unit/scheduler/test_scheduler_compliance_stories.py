"""Compliance: stories of one xóm's week."""

from dataclasses import replace
from datetime import timedelta

import pytest
from scheduler_week import RULES, WEEK, at, receiver, record, slot, week

from playlists.week import Week
from scheduler.compliance import judge, judged, late_proofs, lost_slots, mendable, plays
from scheduler.facts import DeliveryFact, Rules, SlotFact, WaiverFact, XomFact
from scheduler.sentence import Sentence

A, B, C = slot("a", 5.5), slot("b", 53.5), slot("c", 125.5)
SUNDAY = 6 * 24


def mend(facts, now):
    return mendable(facts, lost_slots(facts, RULES, now), RULES)


def one(facts, now, rules=RULES):
    (xom,) = judge(facts, rules, now)
    return xom


def test_a_week_goes_from_on_track_to_met():
    assert one(week([A, B]), at(0)).state == "on_track"
    assert one(week([A, B], [record("r1", A)]), at(6)).state == "on_track"
    met = one(week([A, B], [record("r1", A), record("r1", B)]), at(54))
    assert (met.state, met.planned, met.played, met.unknown, met.make_good) == ("met", 2, 2, 0, 0)
    assert (met.grade, met.reason) == ("heard", "")


def test_a_xom_is_judged_by_its_worst_receiver():
    both = (receiver("r1"), receiver("r2"))
    slots = [slot("a", 5.5, ("r1", "r2")), slot("b", 53.5, ("r1", "r2"))]
    records = [record("r1", slots[0]), record("r1", slots[1]), record("r2", slots[0])]
    xom = one(week(slots, records, both), at(54.5))
    assert (xom.state, xom.played, xom.unknown) == ("at_risk", 1, 1)
    assert "r2: 1 of 2 broadcasts proven." in xom.reason
    assert "No proof yet for 05:30 25/11; it may arrive until 00:00 14/12." in xom.reason
    assert "r1" not in xom.reason


def test_i13_missing_proof_is_unknown_until_the_evidence_period_is_over():
    facts = week([A, B], [record("r1", A)])
    assert one(facts, at(53.5)).unknown == 0
    assert [p.state for p in plays(facts, RULES, at(53.55))] == ["played", "awaited"]
    assert one(facts, B.end + RULES.record_deadline).state == "at_risk"
    assert one(facts, WEEK.end + RULES.evidence - timedelta(seconds=1)).state == "at_risk"
    over = one(facts, WEEK.end + RULES.evidence)
    assert (over.state, over.unknown) == ("missed", 1)
    assert "Proof for 05:30 25/11 never arrived." in over.reason


def test_a12_proof_that_comes_on_tuesday_counts_for_last_week():
    late = at(8 * 24)
    assert one(week([A, B], [record("r1", A)]), late).state == "at_risk"
    assert one(week([A, B], [record("r1", A), record("r1", B)]), late).state == "met"


def test_a_failure_that_nothing_can_make_good_any_more_is_missed_at_once():
    facts = week([A, B], [record("r1", A), record("r1", B, result="interrupted", reason="power", samples_played=40)])
    assert one(facts, at(54)).state == "at_risk"
    assert one(facts, WEEK.end).state == "missed"
    assert one(facts, at(54), replace(RULES, make_goods_per_week=0)).state == "missed"
    assert "Not played at 05:30 25/11 (broken off: power)." in one(facts, at(54)).reason


def test_a_make_good_that_was_played_meets_the_week_and_says_so():
    failed = record("r1", B, result="failed", reason="clip", samples_played=0, start=None)
    mended = slot("m", 60, makes_good="b")
    facts = week([A, B, mended], [record("r1", A), failed, record("r1", mended)])
    xom = one(facts, at(61))
    assert (xom.state, xom.planned, xom.make_good, xom.played) == ("met", 2, 1, 2)
    assert xom.reason == "Made good at 12:00 25/11."


def test_a_silent_receiver_puts_its_xom_at_risk():
    quiet = one(week([A, B], receivers=[receiver(seen=-20)]), at(0))
    assert quiet.state == "at_risk"
    assert "It has been silent since 04:00 22/11." in quiet.reason
    never = one(week([A, B], receivers=[receiver(seen=None)]), at(0))
    assert "It has not been heard of." in never.reason


def test_f8_a_xom_the_planner_proved_impossible_carries_its_reason():
    why = Sentence("{xom} is in mourning all week.", xom="Xóm 1")
    xom = one(week([A], infeasible={"x1": why}), at(0))
    assert (xom.state, xom.planned) == ("impossible", 1)
    assert xom.reason.startswith("Xóm 1 is in mourning all week.")
    enough = one(week([A, B], [record("r1", A), record("r1", B)], infeasible={"x1": why}), at(60))
    assert enough.state == "met"


def test_a_lost_slot_for_which_no_make_good_fits_is_missed_with_the_planners_reason():
    why = Sentence("Every window left is full.")
    facts = week([A, B], [record("r1", A), record("r1", B, result="failed", samples_played=0)], infeasible={"x1": why})
    assert one(facts, at(60)).state == "missed"
    assert one(facts, at(60)).reason.startswith("Every window left is full.")


def test_c10_a_waiver_is_named_and_never_turns_a_missed_week_into_a_met_one():
    facts = week([A], waivers=(WaiverFact(None, "UBND xã", "quốc tang"),), infeasible={"x1": Sentence("Mourning.")})
    xom = one(facts, WEEK.end)
    assert xom.state == "waived"
    assert xom.reason.startswith("Waived by UBND xã: quốc tang. Mourning.")


def test_c10_a_waiver_changes_nothing_of_what_is_met_or_counted():
    waivers = (WaiverFact("x1", "UBND xã", "quốc tang"),)
    proven = [record("r1", A), record("r1", B)]
    for records, hours in ((proven, 60), (proven[:1], 10), ([], 10), ([], 600)):
        plain, waived = (one(week([A, B], records, waivers=given), at(hours)) for given in ((), waivers))
        assert waived.state == (plain.state if plain.state in ("met", "on_track") else "waived")
        assert (waived.played, waived.unknown, waived.grade) == (plain.played, plain.unknown, plain.grade)
        assert waived.receivers == plain.receivers
    elsewhere = one(week([A, B], waivers=(WaiverFact("x2", "UBND xã", "quốc tang"),)), at(600))
    assert elsewhere.state == "missed"


def test_c10_nothing_is_made_good_where_it_is_waived():
    lost = week([A, B], [record("r1", A, result="failed", samples_played=0)])
    assert lost_slots(lost, RULES, at(10))
    assert not lost_slots(replace(lost, waivers=(WaiverFact("x1", "UBND xã", "quốc tang"),)), RULES, at(10))
    assert lost_slots(replace(lost, waivers=(WaiverFact("x2", "UBND xã", "quốc tang"),)), RULES, at(10))


def test_a_week_that_is_not_planned_yet_is_at_risk_and_then_missed():
    assert one(week([A]), at(-48)).state == "at_risk"
    assert "1 of 2 campaign slots are planned." in one(week([A]), at(-48)).reason
    assert one(week([A], [record("r1", A)]), WEEK.end).state == "missed"


def test_a_xom_without_a_receiver_can_prove_nothing():
    for receivers in (
        [],
        [receiver(since=None)],
        [receiver(xom="x2")],
        [receiver(until=-2)],
        [receiver(since=SUNDAY + 24)],
    ):
        xom = one(week([A, B], receivers=receivers), at(60))
        assert (xom.state, xom.played, xom.grade) == ("at_risk", 0, "planned")
        assert "No receiver of this xóm has made contact" in xom.reason
        assert one(week([A, B], receivers=receivers), WEEK.end).state == "missed"


def test_a_receiver_that_came_in_mid_week_is_not_held_against_its_xom():
    slots = [slot("a", 5.5, ("r1", "r2")), slot("b", 53.5, ("r1", "r2"))]
    records = [record("r1", slots[0]), record("r1", slots[1])]
    assert one(week(slots, records, [receiver("r1"), receiver("r2", since=24)]), WEEK.end).state == "met"
    assert one(week(slots, records, [receiver("r1"), receiver("r2", until=24)]), WEEK.end).state == "met"


def test_a_xoms_first_week_is_judged_by_the_receiver_that_came_in_it():
    assert one(week([A, B], [record("r1", A), record("r1", B)], [receiver(since=1)]), WEEK.end).state == "met"


def test_a_receiver_revoked_after_the_week_still_counts_in_it():
    facts = week([A, B], [record("r1", A), record("r1", B)], [receiver(until=30 * 24)])
    assert one(facts, at(31 * 24)).state == "met"
    assert judged("x1", WEEK, [receiver(until=7 * 24)]) == (receiver(until=7 * 24),)


def test_b15_a_record_counts_where_the_receiver_stood_when_it_played():
    """r1 was moved from x1 to x2 on Wednesday: Monday's slot counts for x1, what it played of x1's later does not."""
    moved = [receiver(xom="x1", until=50), receiver(xom="x2", since=50)]
    facts = week([A, B], [record("r1", A), record("r1", B)], moved)
    states = {play.slot.id: play.state for play in plays(facts, RULES, at(60))}
    assert states == {"a": "played", "b": "failed"}
    other = slot("d", 60, xom="x2")
    there = replace(facts, xom=(XomFact("x2", "Xóm 2"),), slots=(*facts.slots, other), records=(record("r1", other),))
    assert one(there, at(61)).played == 1


def test_c8_a_slot_across_the_weeks_edge_counts_once_by_its_start():
    edge = slot("edge", 7 * 24 - 10 / 3600, end=WEEK.end + timedelta(minutes=2))
    facts = week([A, edge], [record("r1", A), record("r1", edge)])
    assert one(facts, WEEK.end + timedelta(hours=1)).state == "met"
    after = replace(facts, week=WEEK.next)
    assert one(after, WEEK.end + timedelta(hours=1)).played == 0


def test_c9_week_53_is_a_week():
    w53 = Week.parse("2026-W53")
    start = w53.start + timedelta(days=4)
    slots = [
        replace(A, week=w53, start=start + timedelta(hours=h), end=start + timedelta(hours=h, minutes=5), id=str(h))
        for h in (5, 30)
    ]
    facts = replace(week(slots, [record("r1", s) for s in slots]), week=w53)
    assert one(facts, w53.end).state == "met"


@pytest.mark.parametrize(
    ("changes", "state", "grade"),
    [
        ({}, "played", "heard"),
        ({"load": "unmeasured"}, "played", "completed"),
        ({"load": "none"}, "failed", "started"),
        ({"result": "interrupted", "samples_played": 50}, "failed", "started"),
        ({"result": "preempted", "samples_played": 50}, "failed", "started"),
        ({"result": "failed", "samples_played": 0, "start": None}, "failed", "delivered"),
        ({"result": "missed", "samples_played": 0, "start": None}, "failed", "delivered"),
        ({"samples_played": 99}, "failed", "started"),
        ({"samples_expected": 0, "samples_played": 0}, "failed", "delivered"),
        ({"simulated": True}, "failed", "delivered"),
        ({"start": None}, "failed", "started"),
        ({"disputed": True}, "unknown", "delivered"),
        ({"clock": "unverified"}, "played", "heard"),
    ],
)  # fmt: skip
def test_f14_what_a_record_is_worth(changes, state, grade):
    facts = week([A], [record("r1", A, **changes)], deliveries=(DeliveryFact("r1", "a"),))
    (play,) = plays(facts, RULES, at(7))
    assert (play.state, play.grade) == (state, grade)
    assert (play.why is not None) == (state == "failed")


def test_simulated_records_count_only_in_a_simulated_station():
    facts = week(
        [A, B], [record("r1", A, simulated=True, load="unmeasured"), record("r1", B, simulated=True, load="unmeasured")]
    )
    assert one(facts, at(60)).played == 0
    simulated = one(facts, at(60), Rules(simulated=True))
    assert (simulated.played, simulated.grade) == (2, "completed")


def test_b3_records_of_a_suspected_clone_do_not_count():
    facts = week([A], [record("r1", A, disputed=True), record("r1", A, disputed=True, result="failed")])
    assert [p.state for p in plays(facts, RULES, at(7))] == ["unknown"]


def test_a_cancelled_slot_is_not_planned_but_what_was_heard_counts():
    gone = replace(A, cancelled=True)
    assert one(week([gone, B]), at(0)).planned == 1
    assert one(week([gone, B], [record("r1", gone)]), at(24)).played == 1


def test_a_cancelled_slot_is_lost_only_where_too_few_are_left():
    gone = replace(A, cancelled=True)
    (lost,) = lost_slots(week([gone, B]), RULES, at(-24))
    assert (lost.slot, lost.failed, lost.taken_back) == (gone, True, True), "known before the week begins"
    assert lost_slots(week([gone, B, C]), RULES, at(-24)) == ()
    assert lost_slots(week([gone, B], [record("r1", gone)]), RULES, at(24)) == (), "heard after all"
    in_its_place = slot("m", 60, makes_good="a")
    assert lost_slots(week([gone, B, in_its_place]), RULES, at(24)) == ()
    failed = record("r1", B, result="failed", samples_played=0)
    assert [x.slot.id for x in lost_slots(week([gone, B, C], [failed]), RULES, at(54))] == ["b"], (
        "its make-good is hoped for"
    )
    hopeless = replace(week([gone, B, C], [failed]), given_up={"b": Sentence("No room.")})
    assert [x.slot.id for x in lost_slots(hopeless, RULES, at(54))] == ["a", "b"]


def moved(name: str, hours: float, of: str, **changes: object) -> SlotFact:
    """Where the planner's slot `of` went to make room."""
    return slot(name, hours, stands_for=of, **changes)


def test_i13_a_slot_that_moved_is_not_asked_for_beside_what_stands_in_for_it():
    failed = record("r1", A, result="missed", samples_played=0, start=None)
    gone = replace(B, cancelled=True)
    for then in ([moved("b2", 60, "b")], [moved("b2", 60, "b", cancelled=True), moved("b3", 65, "b2")]):
        facts = week([A, gone, *then], [failed], given_up={"a": Sentence("No room.")})
        assert [x.slot.id for x in lost_slots(facts, RULES, at(30))] == ["a"]
    taken_back = week([gone, moved("b2", 60, "b", cancelled=True), replace(C, cancelled=True)])
    assert [x.slot.id for x in lost_slots(taken_back, RULES, at(30))] == ["b2", "c"]


def test_f10_only_a_make_good_is_dropped_when_the_late_proof_comes():
    heard_after_all = week([replace(A, cancelled=True), moved("a2", 60, "a"), B], [record("r1", A)])
    assert late_proofs(heard_after_all, RULES, at(59)) == ()


def test_what_takes_the_place_of_a_cancelled_slot_is_not_held_against_the_bound():
    slots = [replace(A, cancelled=True), slot("m", 60, makes_good="a"), *(slot(f"s{n}", 5 + n) for n in range(8))]
    assert [x.slot.id for x in mend(week(slots), at(40))] == ["s0", "s1", "s2"]


def test_what_cannot_be_made_good_is_impossible_or_missed_at_once_with_its_reason():
    failed = record("r1", B, result="failed", samples_played=0)
    facts = replace(week([A, B], [failed]), given_up={"b": Sentence("Every window is full.")})
    assert one(facts, at(54)).state == "missed", "the proof of the other may still come, but one is not two"
    gone = replace(week([replace(A, cancelled=True), B]), given_up={"a": Sentence("Every window is full.")})
    assert one(gone, at(-24)).state == "impossible"
    assert one(gone, at(-24)).reason.startswith("Every window is full.")


def test_the_grade_is_what_the_required_slots_reached_on_every_receiver():
    slots = [slot(name, hours, ("r1", "r2")) for name, hours in (("a", 5.5), ("b", 53.5))]
    both = (receiver("r1"), receiver("r2"))
    deliveries = tuple(DeliveryFact(r, s.id) for r in ("r1", "r2") for s in slots)
    assert one(week(slots, (), both), at(0)).grade == "planned"
    assert one(week(slots, (), both, deliveries=deliveries[:3]), at(0)).grade == "planned"
    assert one(week(slots, (), both, deliveries=deliveries), at(0)).grade == "delivered"
    heard = [record(r, s) for r in ("r1", "r2") for s in slots]
    assert one(week(slots, heard, both), at(60)).grade == "heard"
    assert one(week(slots, [*heard[:3], replace(heard[3], load="unmeasured")], both), at(60)).grade == "completed"
    assert one(week([A]), at(0)).grade is None


def test_failed_slots_are_lost_at_once_and_unknown_ones_after_their_deadline():
    failed = record("r1", A, result="failed", samples_played=0)
    assert [(x.slot.id, x.failed) for x in lost_slots(week([A, B], [failed]), RULES, at(5.6))] == [("a", True)]
    deadline = A.end + RULES.record_deadline
    assert lost_slots(week([A, B]), RULES, deadline - timedelta(seconds=1)) == ()
    assert [(x.slot.id, x.failed) for x in lost_slots(week([A, B]), RULES, deadline)] == [("a", False)]


def test_a_make_good_is_for_the_receivers_that_lost_the_slot():
    shared = slot("a", 5.5, ("r1", "r2", "r3"))
    receivers = [receiver("r1"), receiver("r2"), receiver("r3", until=6)]
    (lost,) = lost_slots(week([shared], [record("r1", shared)], receivers), RULES, at(24))
    assert lost.receivers == ("r2",)


def test_f10_a_slot_is_made_good_once_and_a_make_good_never():
    mended = slot("m", 20, makes_good="a")
    facts = week([A, B, mended], [record("r1", mended, result="failed", samples_played=0)])
    assert lost_slots(facts, RULES, at(30)) == ()
    assert [
        x.slot.id for x in lost_slots(replace(facts, slots=(A, B, replace(mended, cancelled=True))), RULES, at(30))
    ] == ["a"]


def test_i13_make_goods_are_bounded_a_week():
    slots = [slot(f"s{n}", 5 + n) for n in range(8)]
    assert [x.slot.id for x in mend(week(slots), at(40))] == ["s0", "s1", "s2"]
    mended = [slot("m", 60, makes_good="s0")]
    assert [x.slot.id for x in mend(week([*slots, *mended]), at(40))] == ["s1", "s2"]
    given_up = replace(week(slots), given_up={"s0": Sentence("No room.")})
    assert [x.slot.id for x in mend(given_up, at(40))] == ["s1", "s2", "s3"]


def test_f9_a_dead_receiver_is_not_met_with_the_evidence_of_the_attempts():
    """Dead all week: bounded make-goods were planned for it, none was played."""
    slots = [A, B, slot("m1", 60, makes_good="a"), slot("m2", 61, makes_good="b")]
    facts = week(slots, receivers=[receiver(seen=1)])
    assert lost_slots(facts, RULES, at(100)) == ()
    xom = one(facts, WEEK.end + RULES.evidence)
    assert (xom.state, xom.planned, xom.make_good, xom.played) == ("missed", 2, 2, 0)
    assert "Proof for 05:30 23/11, 05:30 25/11, 12:00 25/11, 13:00 25/11 never arrived." in xom.reason


def test_nothing_is_made_good_after_the_week_nor_outside_the_campaign():
    assert lost_slots(week([A, B]), RULES, WEEK.end) == ()
    assert lost_slots(week([replace(A, campaign=False)]), RULES, at(24)) == ()
    assert lost_slots(week([replace(A, week=WEEK.next)]), RULES, at(24)) == ()


def test_f10_a_make_good_is_dropped_when_the_late_proof_comes_before_it_starts():
    shared = slot("a", 5.5, ("r1", "r2"))
    mended = slot("m", 60, ("r1", "r2"), makes_good="a")
    receivers = [receiver("r1"), receiver("r2")]
    one_proof = week([shared, B, mended], [record("r1", shared)], receivers)
    both_proofs = replace(one_proof, records=(*one_proof.records, record("r2", shared)))
    assert late_proofs(one_proof, RULES, at(59)) == ()
    assert late_proofs(both_proofs, RULES, at(59)) == (mended,)
    assert late_proofs(both_proofs, RULES, at(60)) == ()
    assert late_proofs(replace(both_proofs, slots=(shared, replace(mended, cancelled=True))), RULES, at(59)) == ()


def test_i13_where_no_receiver_stands_nothing_is_proven_late():
    gone, in_its_place = slot("a", 5.5, (), cancelled=True), slot("m", 60, (), makes_good="a")
    assert late_proofs(week([gone, B, in_its_place], receivers=[]), RULES, at(-24)) == ()


def test_an_unknown_slot_is_not_hoped_for_twice():
    """Its proof may come, or its make-good may be played: one broadcast in the count, never two."""
    mended = slot("m", 60, makes_good="b")
    failed = [record("r1", s, result="failed", samples_played=0) for s in (B, mended)]
    assert one(week([A, B, mended], failed), at(62)).state == "missed"
    assert one(week([A, B, mended], [*failed, record("r1", A)]), at(62)).state == "missed"
