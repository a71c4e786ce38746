"""How many losses a week bears: by hand, and against trying every set of lost slots on tiny weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playlists_losses_cast import LOOP, MINUTE, WEEK, ahead, at, bulletin, known, posed, windows

from playlists.bulletin import Targets
from playlists.planning.endurance import bears
from playlists.planning.losses import Known, Loop
from playlists.planning.makegood import Lost, make_good
from playlists.planning.problem import Committed, PlayState, Problem
from playlists.planning.programmes import programmes
from playlists.planning.rearrange import STEPS
from playlists.rules import EVERY_DAY, Window
from playlists.slot import Slot
from playlists.xom import Xom


def bear(problem: Problem, slots: list[Known], loop: Loop = LOOP) -> int | None:
    (found,) = bears(ahead(problem, slots), slots, loop).values()
    return found


def test_without_room_for_make_goods_a_week_bears_what_it_has_too_many() -> None:
    """Four slots fill their windows; the fifth loss is not needed: three of four leave one."""
    days = [(day, 5, 5) for day in (1, 2, 3, 4)]
    problem, slots = posed(
        Xom("x", "X", windows=windows(*days)), [("b", at(day, 5)) for day in (1, 2, 3, 4)], (bulletin("b", wanted=9),)
    )
    assert bear(problem, slots) == 2


def test_each_make_good_that_fits_afterwards_is_one_more_loss() -> None:
    """Two slots on Monday and Tuesday, room on Wednesday for one make-good: any one may be lost, not both."""
    xom = Xom("x", "X", windows=windows((1, 5, 5), (2, 5, 5), (3, 5, 5)))
    problem, slots = posed(xom, [("b", at(1, 5)), ("b", at(2, 5))], (bulletin("b", wanted=9),))
    assert bear(problem, slots) == 1


def test_with_room_and_within_the_cap_every_slot_may_be_lost() -> None:
    xom = Xom("x", "X", windows=(Window(EVERY_DAY, time(5), time(6)),))
    problem, slots = posed(xom, [("b", at(1, 5)), ("b", at(2, 5))], (bulletin("b", wanted=9),))
    assert bear(problem, slots) == 2
    assert bear(problem, slots, replace(LOOP, weekly_cap=1)) == 1
    assert bear(problem, slots, replace(LOOP, weekly_cap=0)) == 0


def test_the_last_slot_of_the_week_cannot_be_made_good() -> None:
    xom = Xom("x", "X", windows=(Window(EVERY_DAY, time(5), time(5, 30)),))
    problem, slots = posed(xom, [("b", at(1, 5)), ("b", at(7, 5))], (bulletin("b", wanted=9),))
    assert bear(problem, slots) == 0


def test_a_met_week_and_a_lost_one_bear_nothing_that_could_be_counted() -> None:
    xom = Xom("x", "X", windows=windows((1, 5, 5), (2, 5, 5), (3, 5, 5)))
    problem, slots = posed(xom, [("b", at(day, 5)) for day in (1, 2, 3)], (bulletin("b", wanted=3),), now=at(3, 1))
    played, missed = PlayState.PLAYED, PlayState.MISSED
    assert bear(problem, known(slots, played, played)) is None
    assert bear(problem, known(slots, missed, missed), replace(LOOP, weekly_cap=0)) is None
    assert bear(problem, known(slots, played, missed), replace(LOOP, weekly_cap=0)) == 0


def test_i13_an_unknown_slot_is_not_counted_as_played() -> None:
    xom = Xom("x", "X", windows=windows((1, 5, 5), (2, 5, 5), (3, 5, 5)))
    problem, slots = posed(xom, [("b", at(day, 5)) for day in (1, 2, 3)], (bulletin("b", wanted=3),), now=at(1, 9))
    assert bear(problem, known(slots, PlayState.UNKNOWN)) == 0


def test_a_make_good_is_not_made_good_again() -> None:
    xom = Xom("x", "X", windows=(Window(EVERY_DAY, time(5), time(6)),))
    problem, slots = posed(xom, [("b", at(1, 5)), ("b", at(2, 5))], (bulletin("b", wanted=9),), now=at(1, 9))
    again = Known(replace(slots[1].slot, makes_good=slots[0].slot.id))
    only = [Known(slots[0].slot, PlayState.MISSED), again]
    problem = replace(problem, rules=replace(problem.rules, campaign_min_per_xom=1))
    assert bear(problem, only) == 0


def test_where_an_authority_waived_the_week_nothing_is_made_good() -> None:
    xom = Xom("x", "X", windows=(Window(EVERY_DAY, time(5), time(6)),))
    problem, slots = posed(xom, [("b", at(1, 5)), ("b", at(2, 5))], (bulletin("b", wanted=9),))
    assert bear(problem, slots, replace(LOOP, waived=frozenset({"x"}))) == 0


@st.composite
def tiny_weeks(draw: st.DrawFn) -> tuple[Problem, list[Known], Loop]:
    days = draw(st.lists(st.integers(1, 7), min_size=2, max_size=5, unique=True).map(sorted))
    spans = [(day, hour, draw(st.sampled_from((5, 10)))) for day in days for hour in (5, 17) if draw(st.booleans())]
    spans = spans or [(days[0], 5, 10)]
    named = [draw(st.sampled_from("ab")) for _ in spans]
    plays = [
        (name, at(day, hour)) for name, (day, hour, _) in zip(named, spans, strict=True) if draw(st.integers(0, 3))
    ]
    bulletins = tuple(
        bulletin(
            name,
            wanted=max(sum(found == name for found, _ in plays), draw(st.integers(1, 5))),
            campaign=name == "a" or draw(st.booleans()),
            gap_h=draw(st.sampled_from((0, 13, 25))) if sum(found == name for found, _ in plays) < 2 else 0,
        )
        for name in "ab"
    )
    problem, slots = posed(Xom("x", "X", windows=windows(*spans)), plays, bulletins, required=draw(st.integers(1, 3)))
    now = draw(st.sampled_from([WEEK.start, at(2, 12), at(4, 12)]))
    states = [
        draw(st.sampled_from((PlayState.PLAYED, PlayState.MISSED, PlayState.UNKNOWN)))
        if entry.slot.programme.end + LOOP.record_deadline <= now
        else PlayState.PLANNED
        for entry in slots
    ]
    slots = [Known(entry.slot, state) for entry, state in zip(slots, states, strict=True)]
    committed = tuple(replace(play, state=state) for play, state in zip(problem.committed, states, strict=True))
    loop = replace(LOOP, weekly_cap=draw(st.integers(0, 3)))
    return replace(problem, now=now + loop.send, committed=committed), slots, loop


def falls(problem: Problem, slots: list[Known], loop: Loop, gone: frozenset[str], steps: int) -> bool:
    """The week lived through with these slots lost, step by step, by nothing but the make-good function.

    `steps` are for making room for what is lost from now on.
    """
    seen = ahead(problem, slots)
    committed, waiting, movable = seen.problem.committed, [*seen.pending], [*seen.movable]
    places = {known.slot.id: known.slot.programme for known in slots}
    left = set(gone)
    made, instant = 0, problem.now - loop.send
    lost: list[str] = []
    while True:
        for slot in lost:
            waiting.append(Lost(slot, places[slot], PlayState.UNKNOWN))
            committed = tuple(
                replace(play, state=PlayState.UNKNOWN) if places[slot].interval.contains(play.start) else play
                for play in committed
            )
        movable = [programme for programme in movable if programme.start > instant]
        if waiting and instant < WEEK.end:
            answer = make_good(
                replace(problem, now=max(problem.now, instant + loop.send), committed=committed),
                waiting,
                lead_time=loop.lead_time,
                weekly_cap=loop.weekly_cap,
                already={"x": made},
                movable=movable,
                steps=steps if lost else STEPS,
            )
            made += len(answer.made)
            waiting = [found.lost for found in (*answer.unmet, *answer.needless)]
            committed, movable = answer.committed, [*answer.movable]
            moved = {move.before: move.after for entry in answer.made for move in entry.moved}
            places = {slot: moved.get(programme, programme) for slot, programme in places.items()}
        if not left:
            break
        lost = [min(left, key=lambda slot: (places[slot].end, slot))]
        left.remove(lost[0])
        instant = places[lost[0]].end + loop.record_deadline
    kept = sum(
        known.slot.campaign and known.slot.id not in gone and known.state in (PlayState.PLAYED, PlayState.PLANNED)
        for known in slots
    )
    return kept + made < problem.rules.campaign_min_per_xom


def borne(problem: Problem, slots: list[Known], loop: Loop, steps: int) -> int | None:
    """By trying every set of losses."""
    own = [known for known in slots if known.slot.campaign]
    coming = [known.slot.id for known in own if known.state is PlayState.PLANNED]
    falling = (
        number
        for number in range(len(coming) + 1)
        for gone in combinations(coming, number)
        if falls(problem, slots, loop, frozenset(gone), steps)
    )
    fewest = next(falling, None)
    played = sum(known.state is PlayState.PLAYED for known in own)
    if played >= problem.rules.campaign_min_per_xom or fewest == 0:
        return None
    return len(coming) if fewest is None else fewest - 1


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(tiny_weeks())
def test_what_a_week_bears_is_what_trying_every_loss_says(week: tuple[Problem, list[Known], Loop]) -> None:
    """And with room made for make-goods it never bears less."""
    found = bear(*week)
    assert found == borne(*week, steps=0)
    with_room_made = borne(*week, steps=STEPS)
    assert (found is None) == (with_room_made is None)
    assert found is None or with_room_made is None or found <= with_room_made


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(tiny_weeks(), st.integers(0, 6))
def test_with_fewer_looks_than_it_takes_it_is_never_said_to_bear_more(
    week: tuple[Problem, list[Known], Loop], looks: int
) -> None:
    problem, slots, loop = week
    (found,) = bears(ahead(problem, slots), slots, loop, looks).values()
    whole = bear(*week)
    assert (found is None) == (whole is None)
    assert found is None or whole is None or found <= whole


def test_the_looks_are_shared_by_all_xom() -> None:
    """Each of the two losses of each xóm could be made good, which three looks show: either lost, and both."""
    count = 3
    hours = [Window(EVERY_DAY, time(5), time(6, number)) for number in range(count)]  # each xóm a case of its own
    weeks = [
        posed(Xom(f"x{number}", "X", windows=(hour,)), [("b", at(1, 5)), ("b", at(2, 5))], (bulletin("b", wanted=9),))
        for number, hour in enumerate(hours)
    ]
    together = replace(
        weeks[0][0],
        xom=tuple(xom for problem, _ in weeks for xom in problem.xom),
        committed=tuple(play for problem, _ in weeks for play in problem.committed),
    )
    slots = [known for _, own in weeks for known in own]
    for looks, expected in ((0, 0), (2 * count, 1), (3 * count, 2)):
        assert set(bears(ahead(together, slots), slots, LOOP, looks).values()) == {expected}


@pytest.mark.parametrize("lead_in", [timedelta(), 10 * MINUTE / 60])
def test_neighbours_that_sound_take_room_from_make_goods(lead_in: timedelta) -> None:
    """The only window left is full of the neighbour's programme, which it needs and which is not meant for this xóm."""
    days = windows((1, 5, 6), (2, 5, 6))
    left, right = Xom("x", "X", windows=days), Xom("y", "Y", windows=days)
    problem, slots = posed(left, [("b", at(1, 5, 1))], (bulletin("b", wanted=9),), required=1)
    neighbour = Committed("y", "n", at(2, 5, 1))
    theirs = replace(bulletin("n", wanted=1), targets=Targets(everyone=False, xom=frozenset({"y"})))
    together = replace(
        problem,
        xom=(left, right),
        bulletins=(*problem.bulletins, theirs),
        overlaps=(("x", "y"),),
        committed=(*problem.committed, neighbour),
        lead_in=lead_in,
    )
    (programme,) = programmes(together, [neighbour.play])
    both = [*slots, Known(Slot("y", programme, 1, True))]
    alone = bears(ahead(problem, slots), slots, LOOP)["x"]
    assert (alone, bears(ahead(together, both), both, LOOP)["x"]) == (1, 0)
