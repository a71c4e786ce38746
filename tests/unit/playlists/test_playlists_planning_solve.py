"""Weeks one can check by reading them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from playlists.bulletin import Priority, Targets
from playlists.errors import InvalidValueError
from playlists.planning.check import violations
from playlists.planning.plan import WeekPlan
from playlists.planning.problem import Committed, PlannedBulletin, PlanningRules, Play, PlayState, Problem
from playlists.planning.programmes import programmes
from playlists.planning.solve import Infeasible, solve
from playlists.rules import EVERY_DAY, Blackout, QuietHours, Relay, Window
from playlists.week import TIMEZONE, Week
from playlists.xom import Xom

WEEK = Week(2026, 48)
BEFORE = WEEK.start - timedelta(days=2)
MORNING = Window(EVERY_DAY, time(5, 30), time(6, 15))
EVENING = Window(EVERY_DAY, time(17), time(17, 45))
MINUTE = timedelta(minutes=1)


def xom(number: int = 1, *windows: Window, **fields: object) -> Xom:
    return replace(
        Xom(f"x{number}", f"Xóm {number}", windows=windows or (MORNING, EVENING), daily_cap=timedelta(hours=1)),
        **fields,
    )


def bulletin(number: int = 1, week: Week = WEEK, **fields: object) -> PlannedBulletin:
    made = PlannedBulletin(
        id=f"b{number}",
        duration=timedelta(seconds=90),
        campaign=True,
        targets=Targets(),
        valid_from=week.days[0],
        valid_to=week.days[6],
        plays_min=2,
        plays_wanted=2,
        title=f"Tin {number}",
    )
    return replace(made, **fields)


def problem(*xoms: Xom, bulletins: tuple[PlannedBulletin, ...] = (), **fields: object) -> Problem:
    return replace(Problem(WEEK, BEFORE, xoms or (xom(),), bulletins or (bulletin(),)), **fields)


def planned(posed: Problem) -> WeekPlan:
    answer = solve(posed)
    assert isinstance(answer, WeekPlan), answer
    assert violations(posed, answer) == []
    return answer


def test_i7_each_xom_hears_the_campaign_twice_on_two_days() -> None:
    plan = planned(problem(xom(1), xom(2), xom(3)))
    for name in ("x1", "x2", "x3"):
        days = {play.start.date() for play in plan.plays if play.xom == name}
        assert len(days) == 2
    assert plan.same_day == ()


def test_i7_with_one_day_left_both_slots_fall_on_it() -> None:
    plan = planned(problem(xom(1, replace(MORNING, days=frozenset({3})), replace(EVENING, days=frozenset({3})))))
    assert [f"{play.start:%a %H:%M}" for play in plan.plays] == ["Wed 05:30", "Wed 17:00"]
    assert plan.same_day == ("x1",)


def test_one_campaign_slot_alone_is_not_two_on_one_day() -> None:
    answer = solve(problem(xom(1, replace(MORNING, days=frozenset({3})))))
    assert isinstance(answer, Infeasible)
    assert len(answer.plan.plays) == 1
    assert answer.plan.same_day == ()


def test_f8_where_two_slots_cannot_be_the_reason_is_said_before_the_week() -> None:
    mourning = Blackout(WEEK.start, WEEK.start + timedelta(days=6, hours=12), "quốc tang")
    answer = solve(problem(xom(1, blackouts=(mourning,)), xom(2)))
    assert isinstance(answer, Infeasible)
    assert {reason.xom for reason in answer.reasons} == {"x1"}
    assert "blackout:quốc tang" in answer.reasons[0].rules
    assert len([play for play in answer.plan.plays if play.xom == "x1"]) == 1, "what can be kept is kept"
    assert len([play for play in answer.plan.plays if play.xom == "x2"]) == 2


def test_vendor_bug_sunday_stored_as_7_plays() -> None:
    sunday = frozenset({7})
    plan = planned(problem(xom(1, replace(MORNING, days=sunday), replace(EVENING, days=sunday))))
    assert {play.start.isoweekday() for play in plan.plays} == {7}


def test_vendor_bug_the_last_day_of_validity_is_played() -> None:
    last = WEEK.days[4]
    plan = planned(problem(bulletins=(bulletin(valid_from=last, valid_to=last),)))
    assert {play.start.date() for play in plan.plays} == {last}


def test_vendor_bug_a_programme_across_midnight_is_not_cut() -> None:
    night = Window(frozenset({1, 2}), time(23, 55), time(0, 10))
    long = bulletin(duration=timedelta(minutes=12))
    plan = planned(problem(xom(1, night), bulletins=(long,)))
    for programme in plan.programmes:
        assert programme.end - programme.start == timedelta(minutes=12)
        assert programme.start.date() != programme.end.date()


def test_vendor_bug_the_5_am_slot_is_local_not_utc() -> None:
    monday = Window(frozenset({1}), time(5), time(5, 30))
    plan = planned(problem(xom(1, monday, replace(EVENING, days=frozenset({1})))))
    assert plan.plays[0].start == datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
    assert WEEK.contains(plan.plays[0].start)


@pytest.mark.parametrize("week", [Week(2026, 53), Week(2027, 1)])
def test_c9_the_weeks_around_new_year_have_their_two_slots(week: Week) -> None:
    plan = planned(Problem(week, week.start, (xom(),), (bulletin(week=week),)))
    assert len(plan.plays) == 2
    assert all(Week.of(play.start) == week for play in plan.plays)


def test_c8_a_play_over_the_edge_of_the_week_counts_by_its_start_once() -> None:
    sunday = Window(frozenset({7}), time(23, 58), time(0, 5))
    posed = problem(xom(1, sunday, replace(MORNING, days=frozenset({7}))))
    over = [play for play in planned(posed).plays if play.start.hour == 23]
    assert len(over) == 1
    assert WEEK.contains(over[0].start)
    assert over[0].start + posed.occupied(posed.bulletins[0]) <= WEEK.end + timedelta(minutes=5)


def test_c11_nothing_is_planned_into_quiet_hours_over_midnight() -> None:
    late = Window(EVERY_DAY, time(20, 50), time(5, 10))
    rules = PlanningRules(quiet=(QuietHours(time(21), time(5)),))
    plan = planned(problem(xom(1, late), rules=rules, bulletins=(bulletin(plays_wanted=7),)))
    for play in plan.plays:
        end = play.start + timedelta(seconds=95)
        assert (play.start.hour, end.hour) == (20, 20) or (play.start.hour == 5)


def test_i8_trung_loc_a_window_at_03_15_gets_nothing_but_a_reason() -> None:
    early = Window(EVERY_DAY, time(3, 15), time(3, 40))
    rules = PlanningRules(quiet=(QuietHours(time(21), time(5)),))
    answer = solve(problem(xom(1, early), rules=rules))
    assert isinstance(answer, Infeasible)
    assert answer.plan.plays == ()
    assert "quiet:21:00-05:00" in answer.reasons[0].rules


def test_relays_and_blackouts_are_kept_free() -> None:
    relay = Relay(EVERY_DAY, time(5, 30), time(6), None, "VOV1")
    exam = Blackout(WEEK.start + timedelta(hours=17), WEEK.start + timedelta(hours=17, minutes=30), "thi tốt nghiệp")
    plan = planned(problem(xom(1, blackouts=(exam,)), relays=(relay,), bulletins=(bulletin(plays_wanted=14),)))
    assert all(play.start.time() >= time(6) for play in plan.plays)
    assert not any(exam.start <= play.start < exam.end for play in plan.plays)


def test_the_daily_cap_counts_ident_and_sign_off() -> None:
    one = timedelta(seconds=95 + 20)
    posed = problem(
        xom(1, daily_cap=one),
        bulletins=(bulletin(plays_wanted=14),),
        lead_in=timedelta(seconds=10),
        lead_out=timedelta(seconds=10),
    )
    plan = planned(posed)
    assert len(plan.plays) == 7
    assert isinstance(solve(replace(posed, xom=(xom(1, daily_cap=one - timedelta(seconds=1)),))), Infeasible)


def test_c12_plays_never_overlap_and_keep_the_pause() -> None:
    many = tuple(bulletin(number, plays_wanted=3) for number in range(1, 9))
    plan = planned(problem(bulletins=many))
    for one, other in zip(plan.plays, plan.plays[1:], strict=False):
        assert other.start - one.start >= timedelta(seconds=92)


def test_programmes_begin_with_the_ident_and_end_with_the_sign_off() -> None:
    posed = problem(
        bulletins=(bulletin(1), bulletin(2, priority=Priority.PRIORITY, campaign=False)),
        lead_in=timedelta(seconds=12),
        lead_out=timedelta(seconds=8),
    )
    plan = planned(posed)
    first = plan.programmes[0]
    assert f"{first.start:%H:%M:%S}" == "05:30:00"
    assert first.bulletins == ("b2", "b1"), "priority bulletins come first (Circular 39/2020)"
    assert plan.plays[0].start - first.start == timedelta(seconds=15), "room is rounded up to the grid"
    assert first.end == plan.plays[1].start + timedelta(seconds=90 + 2 + 8)
    assert all(len(programme.bulletins) == 2 for programme in plan.programmes)


def test_the_minimum_gap_is_kept_even_where_only_one_order_of_a_programme_keeps_it() -> None:
    half_day = timedelta(hours=11, minutes=30)
    monday = frozenset({1})
    posed = problem(
        xom(1, replace(MORNING, days=monday, end=time(5, 34)), Window(monday, time(16, 58), time(17, 2))),
        bulletins=(bulletin(1, min_gap=half_day), bulletin(2, campaign=False)),
    )
    plan = planned(posed)
    first, second = (play.start for play in plan.plays if play.bulletin == "b1")
    assert second - first >= half_day


def test_a_bulletin_plays_at_most_once_in_a_window_even_where_a_relay_splits_it() -> None:
    relay = Relay(EVERY_DAY, time(5, 45), time(6), None, "VOV1")
    posed = problem(xom(1, replace(MORNING, days=frozenset({1, 2}))), relays=(relay,))
    plan = planned(replace(posed, bulletins=(bulletin(plays_wanted=9),)))
    assert len(plan.plays) == 2


def test_what_is_committed_stays_and_nothing_starts_before_now() -> None:
    now = WEEK.start + timedelta(days=2, hours=5, minutes=40)
    early = WEEK.start + timedelta(hours=5, minutes=30)
    committed = (
        Committed("x1", "b1", early, PlayState.UNKNOWN),
        Committed("x1", "b1", early + timedelta(days=1), PlayState.MISSED),
        Committed("x1", "b1", early + timedelta(days=4), PlayState.PLANNED),
    )
    posed = problem(now=now, committed=committed, bulletins=(bulletin(plays_min=3, plays_wanted=4),))
    plan = planned(posed)
    assert committed[0].play in plan.plays, "unknown counts, it is not missed (I13)"
    assert committed[1].play not in plan.plays
    assert committed[2].play in plan.plays
    assert len(plan.added) == 2
    assert all(play.start >= now for play in plan.added)


def test_sessions_are_bounded_in_number_and_length() -> None:
    many = tuple(bulletin(number, campaign=number < 3, plays_min=1, plays_wanted=7) for number in range(1, 9))
    rules = PlanningRules(max_sessions_per_day=1, max_session=timedelta(minutes=5))
    plan = planned(problem(bulletins=many, rules=rules))
    assert len(plan.programmes) == 7
    assert all(programme.end - programme.start <= timedelta(minutes=5) for programme in plan.programmes)


def test_neighbours_hear_the_same_at_the_same_instant_or_not_at_the_same_time() -> None:
    only = tuple(
        bulletin(number, campaign=False, targets=Targets(False, frozenset({f"x{number}"}))) for number in (1, 2, 3)
    )
    posed = problem(
        xom(1),
        xom(2),
        xom(3),
        bulletins=(*only, bulletin(9)),
        overlaps=(("x1", "x2"), ("x2", "x3")),
        lead_in=timedelta(seconds=12),
        lead_out=timedelta(seconds=8),
    )
    plan = planned(posed)
    common = {
        name: {play.start for play in plan.plays if (play.xom, play.bulletin) == (name, "b9")} for name in ["x1", "x2"]
    }
    assert common["x1"] == common["x2"]


def test_tags_and_names_choose_the_xom() -> None:
    posed = problem(
        xom(1, tags=frozenset({"ven-bien"})),
        xom(2),
        bulletins=(bulletin(1), bulletin(2, targets=Targets(False, frozenset(), frozenset({"ven-bien"})))),
    )
    assert {play.xom for play in planned(posed).plays if play.bulletin == "b2"} == {"x1"}


def test_the_same_problem_has_the_same_plan_whatever_the_host() -> None:
    """C7: hosts in UTC and Berlin, and any order of hashing, plan the same instants."""
    script = (
        "import sys; sys.path.insert(0, 'tests/unit/playlists')\n"
        "from test_playlists_planning_solve import *\n"
        "posed = problem(*(xom(n) for n in range(1, 6)), overlaps=(('x1', 'x2'),),"
        " bulletins=tuple(bulletin(n, plays_wanted=4, campaign=n < 3) for n in range(1, 9)))\n"
        "print([(play.xom, play.bulletin, play.start.timestamp()) for play in planned(posed).plays])"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone, seed in (("UTC", "1"), ("Europe/Berlin", "2"), ("Asia/Ho_Chi_Minh", "3"))
    }
    assert len(shown) == 1


def test_the_checker_sees_each_broken_rule() -> None:
    """The check must be able to fail: one plan for each rule it knows."""
    relay = Relay(EVERY_DAY, time(6), time(6, 15), None, "VOV1")
    mourning = Blackout(WEEK.start + timedelta(days=1), WEEK.start + timedelta(days=2), "tang lễ")
    posed = problem(
        xom(1, blackouts=(mourning,), daily_cap=timedelta(minutes=4)),
        xom(2),
        bulletins=(
            bulletin(1, min_gap=timedelta(hours=12), valid_to=WEEK.days[3], plays_wanted=3),
            bulletin(2, targets=Targets(False, frozenset({"x2"}))),
        ),
        relays=(relay,),
        overlaps=(("x1", "x2"),),
        now=WEEK.start + timedelta(hours=5, minutes=35),
        rules=PlanningRules(quiet=(QuietHours(time(17, 30), time(5)),)),
    )
    committed = replace(posed, committed=(Committed("x1", "b1", WEEK.start + timedelta(hours=5, minutes=30)),))

    def rules(asked: Problem, *plays: tuple[str, str, float]) -> set[str]:
        made = tuple(Play(name, which, WEEK.start + timedelta(hours=hours)) for name, which, hours in plays)
        return {fault.rule for fault in violations(asked, WeekPlan(WEEK, made, (), made, (), ()))}

    promises = rules(posed)
    assert promises == {"campaign_min_per_xom", "min_per_week"}
    assert rules(committed) - promises == {"committed", "added"}
    day = 24
    cases = {
        "window": [("x1", "b1", day * 2 + 7)],
        "grid": [("x1", "b1", day * 2 + 5.6 + 1 / 3600)],
        "now": [("x1", "b1", 5.5)],
        "targets": [("x1", "b2", day * 2 + 5.6)],
        "valid": [("x1", "b1", day * 5 + 5.6)],
        "quiet": [("x1", "b1", day * 2 + 17.5)],
        "relay": [("x1", "b1", day * 2 + 6)],
        "blackout": [("x1", "b1", day + 5.6)],
        "own_overlap": [("x2", "b1", day * 2 + 5.5), ("x2", "b2", day * 2 + 5.51)],
        "min_gap": [("x1", "b1", day * 2 + 5.6), ("x1", "b1", day * 2 + 17)],
        "once_per_window": [("x1", "b1", day * 2 + 5.6), ("x1", "b1", day * 2 + 5.8)],
        "daily_cap": [("x1", "b1", day * 2 + 5.6), ("x1", "b1", day * 2 + 5.7), ("x1", "b1", day * 2 + 5.8)],
        "want_per_week": [("x1", "b1", hours) for hours in (5.6, 17, day * 2 + 5.6, day * 2 + 17)],
        "overlaps": [("x1", "b1", day * 2 + 5.6), ("x2", "b1", day * 2 + 5.61)],
        "added": [("x1", "b1", day * 2 + 5.6), ("x1", "b1", day * 2 + 5.6)],
    }
    for rule, plays in cases.items():
        assert rule in rules(posed, *plays), rule


def test_sessions_and_leads_are_checked_too() -> None:
    lead = timedelta(minutes=1)
    posed = problem(
        rules=PlanningRules(max_sessions_per_day=1, max_session=timedelta(minutes=2)),
        lead_in=lead,
        lead_out=lead,
    )

    def rules(*hours: float) -> set[str]:
        made = tuple(Play("x1", "b1", WEEK.start + timedelta(hours=hour)) for hour in hours)
        return {fault.rule for fault in violations(posed, WeekPlan(WEEK, made, (), made, (), ()))}

    assert "max_sessions_per_day" in rules(5.6, 17.2)
    assert "max_session" in rules(5.6)
    assert "lead_room" in rules(5.5)
    assert "lead_room" in rules(5.6, 5.63)


def test_a_problem_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="x1 is given twice"):
        problem(xom(1), xom(1))
    with pytest.raises(InvalidValueError, match="x9"):
        problem(overlaps=(("x1", "x9"),))
    with pytest.raises(InvalidValueError, match="b7"):
        problem(committed=(Committed("x1", "b7", WEEK.start),))
    with pytest.raises(InvalidValueError, match="emergency"):
        bulletin(priority=Priority.EMERGENCY)
    with pytest.raises(InvalidValueError, match="at least"):
        bulletin(plays_min=3)


def test_a_programme_may_join_plays_across_a_short_silence() -> None:
    posed = problem(bulletins=(bulletin(1), bulletin(2)))
    start = datetime.combine(WEEK.days[0], time(5, 30), TIMEZONE)
    plays = [Play("x1", "b1", start), Play("x1", "b2", start + timedelta(seconds=95 + 60))]
    assert len(programmes(posed, plays)) == 2
    assert len(programmes(posed, plays, timedelta(seconds=60))) == 1


def test_a_gap_that_delays_a_bulletin_does_not_tear_its_session_in_two() -> None:
    days = replace(MORNING, days=frozenset({1, 2}))
    late = bulletin(1, min_gap=timedelta(hours=24, minutes=20))
    rules = PlanningRules(max_sessions_per_day=1)
    plan = planned(problem(xom(1, days), bulletins=(late, bulletin(2, campaign=False)), rules=rules))
    assert [len(programme.bulletins) for programme in plan.programmes] == [2, 2]
