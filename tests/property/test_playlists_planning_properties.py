"""What holds for every week: the independent checker finds nothing, and what is missing is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playlists.bulletin import Priority, Targets
from playlists.planning.check import violations
from playlists.planning.makegood import PROMISES, Lost, make_good
from playlists.planning.plan import WeekPlan, missing, week_plan
from playlists.planning.problem import Committed, PlannedBulletin, PlanningRules, PlayState, Problem
from playlists.planning.solve import Infeasible, solve
from playlists.rules import Blackout, QuietHours, Relay, Window
from playlists.week import Week
from playlists.xom import Xom

MINUTE = timedelta(minutes=1)
WEEKS = st.sampled_from([Week(2026, 48), Week(2026, 53), Week(2027, 1)])
TAGS = st.frozensets(st.sampled_from(["ven-bien", "nui"]))
DAYS = st.frozensets(st.integers(1, 7), min_size=1)


def seconds(least: int, most: int) -> st.SearchStrategy[timedelta]:
    return st.integers(least, most).map(lambda count: timedelta(seconds=count))


@st.composite
def windows(draw: st.DrawFn) -> tuple[Window, ...]:
    hours = draw(st.lists(st.sampled_from([4, 5, 6, 11, 16, 17, 19, 23]), max_size=3, unique=True))
    found = []
    for hour in hours:
        minute, length = draw(st.integers(0, 59)), draw(st.integers(3, 59))
        end = hour * 60 + minute + length
        found.append(Window(draw(DAYS), time(hour, minute), time(end // 60 % 24, end % 60)))
    return tuple(found)


@st.composite
def weeks(draw: st.DrawFn) -> Problem:
    """A week of a few xóm and bulletins under any of the rules."""
    week = draw(WEEKS)
    xoms = []
    for number in range(draw(st.integers(1, 4))):
        blackouts = []
        for why in draw(st.lists(st.sampled_from(["tang lễ", "thi"]), max_size=2, unique=True)):
            start = week.start + draw(st.integers(0, 7 * 24 * 60)) * MINUTE
            blackouts.append(Blackout(start, start + draw(st.integers(10, 3000)) * MINUTE, why))
        cap = draw(seconds(0, 5400))
        xoms.append(Xom(f"x{number}", f"Xóm {number}", draw(TAGS), draw(windows()), cap, tuple(blackouts)))
    bulletins = []
    for number in range(draw(st.integers(0, 6))):
        first = draw(st.integers(0, 6))
        least = draw(st.integers(0, 3))
        bulletins.append(
            PlannedBulletin(
                f"b{number}",
                draw(seconds(1, 400)),
                campaign=draw(st.booleans()),
                targets=draw(st.sampled_from([Targets(), Targets(False, frozenset({"x0"}), frozenset({"nui"}))])),
                valid_from=week.days[first],
                valid_to=week.days[draw(st.integers(first, 6))],
                plays_min=least,
                plays_wanted=least + draw(st.integers(0, 3)),
                priority=draw(st.sampled_from([Priority.NORMAL, Priority.PRIORITY])),
                min_gap=draw(
                    st.sampled_from([timedelta(), timedelta(hours=6), timedelta(hours=12), timedelta(days=2)])
                ),
            )
        )
    pairs = [(one.id, other.id) for one in xoms for other in xoms if one.id < other.id]
    return Problem(
        week,
        week.start + draw(st.integers(-24, 7 * 24)) * timedelta(minutes=47),
        tuple(xoms),
        tuple(bulletins),
        PlanningRules(
            campaign_min_per_xom=draw(st.integers(0, 3)),
            pause=draw(seconds(0, 5)),
            grid=draw(st.sampled_from([timedelta(seconds=5), timedelta(seconds=7), MINUTE])),
            quiet=(QuietHours(time(21), time(5)),) if draw(st.booleans()) else (),
            max_sessions_per_day=draw(st.sampled_from([None, None, 1, 2])),
            max_session=draw(st.sampled_from([None, None, timedelta(minutes=10)])),
        ),
        relays=(Relay(draw(DAYS), time(5), time(5, 30), None, "VOV1"),) if draw(st.booleans()) else (),
        overlaps=tuple(draw(st.lists(st.sampled_from(pairs), max_size=3, unique=True))) if pairs else (),
        lead_in=draw(st.sampled_from([timedelta(), timedelta(seconds=12)])),
        lead_out=draw(st.sampled_from([timedelta(), timedelta(seconds=8)])),
    )


def plan_of(posed: Problem) -> WeekPlan:
    answer = solve(posed)
    return answer if isinstance(answer, WeekPlan) else answer.plan


def broken(posed: Problem, plan: WeekPlan) -> set[str]:
    return {fault.rule for fault in violations(posed, plan)}


RUN = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@RUN
@given(weeks())
def test_i7_i8_c11_c12_no_rule_is_broken_and_what_is_missing_is_said(posed: Problem) -> None:
    answer = solve(posed)
    if isinstance(answer, WeekPlan):
        assert broken(posed, answer) == set()
        return
    assert broken(posed, answer.plan) <= PROMISES
    assert answer.missing == missing(posed, answer.plan)
    assert answer.missing
    if isinstance(answer, Infeasible):
        assert {reason.xom for reason in answer.reasons} <= {entry.xom for entry in answer.missing}
        for reason in answer.reasons:
            assert reason.rules or not next(xom for xom in posed.xom if xom.id == reason.xom).windows
            assert "{" not in str(reason)


@RUN
@given(weeks(), st.data())
def test_what_was_dispatched_stays_when_the_week_is_planned_again(posed: Problem, data: st.DataObject) -> None:
    first = plan_of(posed)
    state = st.sampled_from(list(PlayState))
    committed = tuple(Committed(play.xom, play.bulletin, play.start, data.draw(state)) for play in first.plays)
    later = replace(posed, committed=committed, now=posed.now + data.draw(st.integers(0, 90)) * timedelta(hours=1))
    again = plan_of(later)
    assert broken(later, again) <= PROMISES
    assert {play.play for play in committed if play.counts} <= set(again.plays)
    assert all(play.start >= later.now for play in again.added)


@RUN
@given(weeks(), st.data())
def test_i8_f10_make_goods_keep_every_rule_and_their_bounds(posed: Problem, data: st.DataObject) -> None:
    plan = plan_of(posed)
    now = posed.now + data.draw(st.integers(0, 160)) * timedelta(hours=1)
    past = [programme for programme in plan.programmes if programme.end <= now]
    lost = data.draw(st.lists(st.sampled_from(past), unique=True)) if past else []
    committed = tuple(
        Committed(
            play.xom,
            play.bulletin,
            play.start,
            PlayState.MISSED
            if any(gone.xom == play.xom and gone.interval.contains(play.start) for gone in lost)
            else PlayState.PLANNED,
        )
        for play in plan.plays
    )
    later = replace(posed, committed=committed, now=now)
    made = make_good(later, [Lost(str(number), gone) for number, gone in enumerate(lost)], weekly_cap=2)
    new = [play for entry in made.made for play in entry.plays]
    assert broken(later, week_plan(later, new)) <= PROMISES
    slots = [entry.lost.slot for entry in (*made.made, *made.unmet)]
    assert len(set(slots)) == len(slots), "one answer for each lost slot"
    for xom in posed.xom:
        assert sum(entry.programme.xom == xom.id for entry in made.made) <= 2
    assert all(entry.programme.start >= now for entry in made.made)
    campaign = {bulletin.id for bulletin in posed.bulletins if bulletin.campaign}
    assert all(campaign.intersection(entry.programme.bulletins) for entry in made.made)


@RUN
@given(weeks())
def test_the_same_problem_has_the_same_answer(posed: Problem) -> None:
    assert solve(posed) == solve(posed)


@settings(max_examples=40, deadline=None)
@given(weeks(), st.integers(1, 8))
def test_more_room_never_makes_a_week_impossible(posed: Problem, extra: int) -> None:
    """Without neighbours, dropping a blackout or adding a window keeps a plan that exists."""
    posed = replace(posed, overlaps=())
    if not isinstance(solve(posed), WeekPlan):
        return
    window = Window(frozenset({extra % 7 + 1}), time(13), time(13, 30))
    freer = tuple(replace(xom, blackouts=(), windows=(*xom.windows, window)) for xom in posed.xom)
    assert isinstance(solve(replace(posed, xom=freer)), WeekPlan)
