"""Outages supposed: who falls short, what the loop does, and when it is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from playlists_losses_cast import LOOP, WEEK, ahead, at, bulletin, known, posed, windows

from playlists.planning.endurance import bears
from playlists.planning.foresight import Outage, Outlook, foresee
from playlists.planning.losses import Known
from playlists.planning.phrases import in_vietnamese
from playlists.planning.problem import PlayState, Problem
from playlists.rules import EVERY_DAY, Window
from playlists.xom import Xom

ROOMY = Xom("x", "Xóm X", windows=(Window(EVERY_DAY, time(5), time(5, 30)), Window(EVERY_DAY, time(17), time(17, 30))))


def two_mornings(xom: Xom = ROOMY) -> tuple[Problem, list[Known]]:
    return posed(xom, [("b", at(2, 5)), ("b", at(3, 5))], (bulletin("b", wanted=9),))


def foreseen(problem: Problem, slots: list[Known], outages: list[Outage]) -> tuple[Outlook, ...]:
    return foresee(ahead(problem, slots), slots, LOOP, outages, problem.now - LOOP.send)


def only(outlooks: tuple[Outlook, ...]) -> Outlook:
    (outlook,) = outlooks
    return outlook


def test_a_power_cut_is_made_good_once_the_power_is_back_and_told_of() -> None:
    problem, slots = two_mornings()
    outlook = only(foreseen(problem, slots, [Outage("x", at(2, 4), at(2, 5, 20))]))
    assert [slot.id for slot in outlook.lost] == ["Tue0500"]
    (answer,) = outlook.answers
    assert answer.at == at(2, 5, 20)
    assert not answer.fails
    assert answer.made.programme.start >= at(2, 5, 20) + LOOP.send + LOOP.lead_time
    assert answer.made.lost.state is PlayState.MISSED
    assert (outlook.counted, outlook.falls, outlook.knowable, outlook.unmet) == (2, False, None, ())


def test_a_long_power_cut_is_known_at_the_record_deadline_and_a_make_good_in_it_fails_too() -> None:
    """I13: until the power is back the slot is unknown; the station acts all the same."""
    problem, slots = two_mornings()
    outlook = only(foreseen(problem, slots, [Outage("x", at(2, 4), at(2, 18))]))
    (answer,) = outlook.answers
    assert answer.at == at(2, 5, 5) + LOOP.record_deadline
    assert answer.made.lost.state is PlayState.UNKNOWN
    assert answer.made.programme.start == at(2, 17)
    assert answer.fails
    assert (outlook.counted, outlook.falls) == (1, True)
    assert outlook.knowable == at(2, 17, 5) + LOOP.record_deadline
    assert outlook.back_by is None, "the power comes back by itself"
    assert outlook.unmet == (), "a make-good asks for none of its own"


def test_nothing_is_sent_for_less_than_a_receiver_needs() -> None:
    xom = Xom("x", "Xóm X", windows=(*windows((2, 5, 5)), *windows((2, 5, 59))))
    problem, slots = posed(xom, [("b", at(2, 5))], (bulletin("b", wanted=9),), required=1)
    outlook = only(foreseen(problem, slots, [Outage("x", at(2, 4), at(2, 5, 7))]))
    (answer,) = outlook.answers
    assert answer.made.programme.start == at(2, 5, 7) + LOOP.send + LOOP.lead_time


def test_a_receiver_that_is_dead_for_good_must_be_back_before_the_last_two_that_it_would_lose() -> None:
    problem, slots = two_mornings()
    outlook = only(foreseen(problem, slots, [Outage("x", at(1, 0), receiver="r3")]))
    assert outlook.counted == 0
    sounding = [*(slot.programme for slot in outlook.lost), *(answer.made.programme for answer in outlook.answers)]
    assert all(answer.fails for answer in outlook.answers)
    assert outlook.back_by == sorted(programme.start for programme in sounding)[-2]
    assert outlook.knowable is not None
    assert outlook.knowable < WEEK.end


def test_what_was_played_before_counts_and_what_is_lost_now_is_asked_for_at_once() -> None:
    problem, slots = two_mornings()
    problem = replace(problem, now=at(2, 6))
    slots = known(slots, PlayState.MISSED)
    outlook = only(foreseen(problem, slots, [Outage("x", at(3, 4), at(3, 5, 20))]))
    assert [answer.made.lost.slot for answer in outlook.answers] == ["Tue0500", "Wed0500"]
    assert outlook.counted == 2
    assert outlook.lost == (slots[1].slot,), "what was lost before is no work of this outage"


def test_where_no_room_is_left_the_reason_is_the_loops_own() -> None:
    xom = Xom("x", "Xóm X", windows=windows((2, 5, 5), (3, 5, 5)))
    problem, slots = two_mornings(xom)
    outlook = only(foreseen(problem, slots, [Outage("x", at(2, 4), at(2, 6))]))
    assert outlook.falls
    assert outlook.knowable == at(2, 5, 35)
    (unmet,) = outlook.unmet
    assert "Xóm X" in unmet.reason.said(in_vietnamese)


def test_a_loss_at_the_very_end_is_known_only_when_the_week_is_over() -> None:
    late = Xom("x", "Xóm X", windows=windows((7, 5, 5), (7, 23, 59)))
    problem, slots = posed(late, [("b", at(7, 5)), ("b", at(7, 23, 50))], (bulletin("b", wanted=9),))
    outlook = only(foreseen(problem, slots, [Outage("x", at(7, 23), receiver="r1")]))
    assert outlook.falls
    assert outlook.knowable == at(7, 23, 55) + LOOP.record_deadline
    (unmet,) = outlook.unmet
    assert "tuần đã hết" in unmet.reason.said(in_vietnamese)


def test_a_xom_that_no_outage_touches_is_not_spoken_of() -> None:
    problem, slots = two_mornings()
    assert foreseen(problem, slots, [Outage("elsewhere", at(1, 0))]) == ()
    untouched = only(foreseen(problem, slots, [Outage("x", at(4, 0))]))
    assert (untouched.lost, untouched.counted, untouched.falls) == ((), 2, False)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.integers(0, 23), st.integers(1, 60))
def test_an_outage_that_takes_no_more_than_the_week_bears_never_makes_it_fall(day: int, hour: int, hours: int) -> None:
    """Unless it takes make-goods as well, which `bears` takes as played."""
    problem, slots = two_mornings()
    start = at(day, hour)
    outlook = only(foreseen(problem, slots, [Outage("x", start, start + timedelta(hours=hours))]))
    bearable = bears(ahead(problem, slots), slots, LOOP)["x"]
    assert bearable is not None
    if len(outlook.lost) <= bearable and not any(answer.fails for answer in outlook.answers):
        assert not outlook.falls
