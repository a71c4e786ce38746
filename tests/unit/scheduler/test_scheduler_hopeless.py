"""A search for make-goods that found nothing is repeated only when something but the time has changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from playlists.bulletin import Targets
from playlists.planning.makegood import Lost
from playlists.planning.problem import Committed, PlannedBulletin, PlanningRules, PlayState, Problem
from playlists.rules import Window
from playlists.slot import Programme
from playlists.week import Week
from playlists.xom import Xom
from scheduler.usecases.hopeless import Asked, Hopeless

WEEK = Week(2026, 48)
BULLETIN = PlannedBulletin("b", timedelta(minutes=5), True, Targets(), WEEK.days[0], WEEK.days[6], 0, 3)


def open_on(*days: int) -> Xom:
    """Room for one play on each of the days."""
    return Xom("x", "Xóm X", windows=(Window(frozenset(days), time(5), time(5, 5)),))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return WEEK.start + timedelta(days=day - 1, hours=hour, minutes=minute)


def programme(day: int) -> Programme:
    return Programme("x", at(day, 5), at(day, 5, 5), ("b",))


def asked() -> Asked:
    """Monday's play is lost, and the two windows that are left are full."""
    rules = PlanningRules(campaign_min_per_xom=3, pause=timedelta(), grid=timedelta(minutes=1))
    committed = tuple(Committed("x", "b", at(day, 5)) for day in (1, 3, 5))
    return Asked(
        Problem(
            WEEK,
            at(1, 6),
            (open_on(1, 3, 5),),
            (BULLETIN,),
            rules,
            committed=(replace(committed[0], state=PlayState.MISSED), *committed[1:]),
        ),
        (Lost("lost", programme(1)),),
        {},
        (programme(3), programme(5)),
        lead_time=timedelta(minutes=15),
        weekly_cap=3,
        campaign_only=True,
    )


def test_an_answer_without_a_make_good_holds_while_time_goes_on_and_plays_are_proven() -> None:
    hopeless, first = Hopeless(), asked()
    answer = hopeless.answer(first)
    assert (answer.made, len(answer.unmet)) == ((), 1)
    later = replace(first, problem=replace(first.problem, now=at(3, 6)), movable=first.movable[1:])
    missed, played, planned = first.problem.committed
    proven = replace(
        later, problem=replace(later.problem, committed=(missed, replace(played, state=PlayState.PLAYED), planned))
    )
    assert hopeless.answer(later) is answer
    assert hopeless.answer(proven) is answer


def test_it_is_asked_again_when_anything_else_is_new() -> None:
    first = asked()
    problem, wider = first.problem, open_on(1, 3, 5, 6)
    missed = tuple(replace(play, state=PlayState.MISSED) for play in problem.committed)
    for changed in (
        replace(first, problem=replace(problem, now=problem.now - timedelta(hours=1))),  # a clock set back
        replace(first, problem=replace(problem, xom=(wider,))),
        replace(first, problem=replace(problem, committed=missed)),
        replace(first, lost=(*first.lost, Lost("another", programme(1)))),
        replace(first, already={"x": 1}),
        replace(first, movable=(*first.movable, programme(6))),
        replace(first, lead_time=timedelta()),
        replace(first, weekly_cap=9),
    ):
        hopeless = Hopeless()
        before = hopeless.answer(first)
        assert hopeless.answer(changed) is not before


def test_what_is_made_good_is_not_remembered() -> None:
    hopeless, first = Hopeless(), asked()
    roomy = replace(first, problem=replace(first.problem, xom=(open_on(1, 3, 5, 6),)))
    answer = hopeless.answer(roomy)
    assert len(answer.made) == 1
    assert hopeless.answer(roomy) is not answer
    assert hopeless.answer(roomy) == answer
