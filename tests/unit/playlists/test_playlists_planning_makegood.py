from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from playlists.bulletin import Targets
from playlists.planning.losses import Ahead, Loop
from playlists.planning.makegood import Lost, MakeGoods, make_good
from playlists.planning.phrases import in_vietnamese
from playlists.planning.plan import WeekPlan
from playlists.planning.problem import Committed, PlannedBulletin, PlanningRules, PlayState, Problem
from playlists.planning.solve import solve
from playlists.rules import EVERY_DAY, Blackout, QuietHours, Window
from playlists.slot import Programme
from playlists.week import TIMEZONE, Week
from playlists.xom import Xom

WEEK = Week(2026, 48)
MORNING = Window(EVERY_DAY, time(5, 30), time(6, 15))
EVENING = Window(EVERY_DAY, time(17), time(17, 45))
TIN = PlannedBulletin(
    "b1",
    timedelta(seconds=90),
    campaign=True,
    targets=Targets(),
    valid_from=WEEK.days[0],
    valid_to=WEEK.days[6],
    plays_min=2,
    plays_wanted=2,
)
XOM = Xom("x1", "Xóm 1", windows=(MORNING, EVENING), daily_cap=timedelta(hours=1))
LEADS = {"lead_in": timedelta(seconds=12), "lead_out": timedelta(seconds=8)}


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return WEEK.start + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)


def dispatched(**fields: object) -> tuple[Problem, WeekPlan]:
    """A week that was planned and sent out."""
    posed = replace(Problem(WEEK, WEEK.start, (XOM,), (TIN,), **LEADS), **fields)
    plan = solve(posed)
    assert isinstance(plan, WeekPlan)
    committed = tuple(Committed(play.xom, play.bulletin, play.start) for play in plan.plays)
    return replace(posed, committed=committed), plan


def after(posed: Problem, now: datetime, lost: list[Programme], state: PlayState = PlayState.MISSED) -> Problem:
    """The week later on: what lies before now was played but for the lost programmes."""

    def known(play: Committed) -> Committed:
        if any(gone.xom == play.xom and gone.interval.contains(play.start) for gone in lost):
            return replace(play, state=state)
        return replace(play, state=PlayState.PLAYED) if play.start < now else play

    return replace(posed, now=now, committed=tuple(known(play) for play in posed.committed))


def only(made: MakeGoods) -> Programme:
    (entry,) = made.made
    assert made.unmet == ()
    return entry.programme


def test_a_lost_slot_is_made_good_later_in_the_week_with_its_bulletins() -> None:
    posed, plan = dispatched()
    first = plan.programmes[0]
    posed = after(posed, at(1, 8), [first])
    made = make_good(posed, [Lost("s1", first)])
    programme = only(made)
    assert programme.bulletins == first.bulletins
    assert programme.start >= at(1, 8) + timedelta(minutes=30)
    assert programme.start.date() != plan.programmes[1].start.date(), "again two days"
    assert {play.start for play in made.committed if play.counts} == {made.made[0].plays[0].start, plan.plays[1].start}


def test_i13_unknown_is_made_good_like_missed_and_both_are_bounded_to_one_per_slot() -> None:
    posed, plan = dispatched()
    first = plan.programmes[0]
    posed = after(posed, at(1, 8), [first], PlayState.UNKNOWN)
    assert only(make_good(posed, [Lost("s1", first, PlayState.UNKNOWN)])).bulletins == ("b1",)
    again = make_good(posed, [Lost("s1", first, PlayState.UNKNOWN, made_good=True)])
    assert again.made == ()
    assert again.unmet[0].reason.said(in_vietnamese).endswith("đã được phát bù một lần")


def test_f10_the_cap_of_a_week_holds() -> None:
    posed, plan = dispatched()
    posed = after(posed, at(4, 8), list(plan.programmes))
    lost = [Lost(f"s{number}", programme) for number, programme in enumerate(plan.programmes)]
    made = make_good(posed, lost, weekly_cap=3, already={"x1": 2})
    assert len(made.made) == 1
    assert made.made[0].lost.programme == plan.programmes[0], "the longest lost first"
    assert made.unmet[0].reason.said() == "Xóm 1: it has had its 3 make-goods of this week"


def test_c11_i8_a_make_good_due_at_21_58_does_not_run_into_the_quiet_hours() -> None:
    late = replace(XOM, windows=(replace(MORNING, days=frozenset({1})), Window(EVERY_DAY, time(21, 30), time(22, 30))))
    night = PlanningRules(quiet=(QuietHours(time(22), time(5)),), campaign_min_per_xom=1)
    posed, plan = dispatched(
        xom=(late,), rules=night, bulletins=(replace(TIN, duration=timedelta(minutes=5), plays_min=1, plays_wanted=1),)
    )
    first = plan.programmes[0]
    for now, expected in ((at(1, 21, 23), at(1, 21, 53)), (at(1, 21, 28), at(2, 21, 30))):
        programme = only(make_good(after(posed, now, [first]), [Lost("s1", first)]))
        assert programme.start == expected
        assert programme.end <= datetime.combine(programme.start.date(), time(22), TIMEZONE)


def test_on_sunday_evening_the_reason_is_said_instead() -> None:
    posed, plan = dispatched()
    posed = after(posed, at(7, 17, 20), list(plan.programmes))
    made = make_good(posed, [Lost("s1", plan.programmes[0])])
    assert made.made == ()
    assert "to the end of the week no window has room" in made.unmet[0].reason.said()
    assert "17:50 29/11/2026" in made.unmet[0].reason.said(in_vietnamese)


def test_only_campaign_slots_are_made_good_unless_asked() -> None:
    posed, plan = dispatched(bulletins=(replace(TIN, campaign=False),), rules=PlanningRules(campaign_min_per_xom=0))
    first = plan.programmes[0]
    posed = after(posed, at(1, 8), [first])
    none = make_good(posed, [Lost("s1", first)])
    assert (none.made, none.unmet) == ((), ())
    assert only(make_good(posed, [Lost("s1", first)], campaign_only=False)).bulletins == ("b1",)


def test_dispatched_programmes_are_frozen_whole() -> None:
    """A make-good finds its room around the idents and sign-offs of what was sent, and moves nothing."""
    extras = tuple(
        replace(TIN, id=f"e{number}", campaign=False, duration=timedelta(minutes=6), plays_min=0, plays_wanted=14)
        for number in range(9)
    )
    posed, plan = dispatched(bulletins=(TIN, *extras), xom=(replace(XOM, daily_cap=timedelta(hours=2)),))
    lost = next(programme for programme in plan.programmes if "b1" in programme.bulletins)
    posed = after(posed, at(1, 8), [lost])
    made = make_good(posed, [Lost("s1", lost)])
    standing = {play.play for play in posed.committed if play.state is not PlayState.MISSED}
    assert standing <= {play.play for play in made.committed}
    for entry in made.made:
        for other in plan.programmes:
            assert other == lost or not entry.programme.interval.overlaps(other.interval)


def test_neighbours_stay_silent_or_hear_the_same() -> None:
    posed, plan = dispatched(xom=(XOM, replace(XOM, id="x2", name="Xóm 2")), overlaps=(("x1", "x2"),))
    lost = [programme for programme in plan.programmes if programme.xom == "x1"][:1]
    made = make_good(after(posed, at(1, 8), lost), [Lost("s1", lost[0])])
    programme = only(made)
    assert not any(other.xom == "x2" and other.interval.overlaps(programme.interval) for other in plan.programmes)


def test_two_losses_of_neighbours_are_made_good_as_one_sound() -> None:
    posed, plan = dispatched(xom=(XOM, replace(XOM, id="x2", name="Xóm 2")), overlaps=(("x1", "x2"),))
    lost = [plan.programmes[0], next(programme for programme in plan.programmes if programme.xom == "x2")]
    made = make_good(
        after(posed, at(1, 8), lost), [Lost(str(number), programme) for number, programme in enumerate(lost)]
    )
    one, other = (entry.programme for entry in made.made)
    assert (one.start, one.bulletins) == (other.start, other.bulletins), "they hear the same, so neither waits"


def test_a_bulletin_that_is_no_longer_valid_is_replaced_by_another_of_the_campaign() -> None:
    monday_only = replace(TIN, id="old", valid_to=WEEK.days[0], plays_min=1, plays_wanted=1)
    posed, plan = dispatched(bulletins=(monday_only, replace(TIN, plays_min=1, plays_wanted=1)))
    posed = replace(posed, bulletins=(monday_only, TIN))
    lost = next(programme for programme in plan.programmes if "old" in programme.bulletins)
    posed = after(posed, at(2, 8), [lost])
    assert only(make_good(posed, [Lost("s1", lost)])).bulletins == ("b1",)


WEATHER = replace(TIN, id="b2", campaign=False, duration=timedelta(minutes=4), plays_min=1, plays_wanted=2)
TIGHT = replace(XOM, windows=(Window(frozenset({1, 2, 3, 4}), time(5, 30), time(5, 35)),))
"""A window that holds one programme."""


def full(lost: datetime, *others: tuple[datetime, str]) -> tuple[Problem, Programme, list[Programme]]:
    """A week without free room: what was lost, and the programmes of extras that are still to come."""
    lead_in, length = LEADS["lead_in"], {"b1": TIN.duration, "b2": WEATHER.duration}
    plays = [(lost, "b1"), *others]
    committed = tuple(Committed("x1", name, start + lead_in) for start, name in plays)
    programmes = [
        Programme("x1", start, start + lead_in + length[name] + LEADS["lead_out"], (name,)) for start, name in plays
    ]
    posed = Problem(WEEK, at(1, 8), (TIGHT,), (TIN, WEATHER), committed=committed, **LEADS)
    return posed, programmes[0], programmes[1:]


def test_a_make_good_takes_the_room_of_extras_where_no_other_is_left() -> None:
    posed, lost, others = full(at(1, 5, 30), (at(2, 5, 30), "b1"), (at(3, 5, 30), "b2"), (at(4, 5, 30), "b2"))
    assert make_good(posed, [Lost("s1", lost)]).made == ()
    (made,) = make_good(posed, [Lost("s1", lost)], movable=others).made
    assert made.gives_way == (others[1],), "an extra, not the campaign"
    assert made.programme.bulletins == ("b1",)
    assert made.programme.start == at(3, 5, 30)


def test_what_gives_up_its_room_keeps_its_minimum() -> None:
    posed, lost, others = full(at(1, 5, 30), (at(2, 5, 30), "b1"), (at(3, 5, 30), "b2"))
    blocked = replace(TIGHT, blackouts=(Blackout(at(4, 0), at(5, 0), "thi"),))
    (made,) = make_good(replace(posed, xom=(blocked,)), [Lost("s1", lost)], movable=others).made
    assert (made.gives_way, made.programme.bulletins) == ((others[1],), ("b1",)), "the guarantee goes before it"
    wide = replace(blocked, windows=(replace(TIGHT.windows[0], end=time(5, 36, 10)),))
    (made,) = make_good(replace(posed, xom=(wide,)), [Lost("s1", lost)], movable=others).made
    assert (made.gives_way, set(made.programme.bulletins)) == ((others[1],), {"b1", "b2"}), "carried along"


def test_extras_stay_where_the_guarantee_does_not_need_their_room() -> None:
    posed, lost, others = full(at(1, 5, 30), (at(2, 5, 30), "b1"), (at(3, 5, 30), "b2"), (at(4, 5, 30), "b2"))
    enough = replace(posed, rules=PlanningRules(campaign_min_per_xom=1), bulletins=(replace(TIN, plays_min=1), WEATHER))
    assert make_good(enough, [Lost("s1", lost)], movable=others).made == ()


def test_a_programme_moves_whole_where_only_its_room_is_long_enough() -> None:
    """The lost bulletin is longer than the room left; the campaign's other programme fits there and goes."""
    long, brief = replace(TIN, duration=timedelta(minutes=4), plays_min=1), replace(TIN, id="b2", plays_min=0)
    rooms = (replace(TIGHT.windows[0], days=frozenset({1, 2})), Window(frozenset({3}), time(5, 30), time(5, 32)))
    lost = Programme("x1", at(1, 5, 30), at(1, 5, 34, 20), ("b1",))
    standing = Programme("x1", at(2, 5, 30), at(2, 5, 31, 50), ("b2",))
    committed = (Committed("x1", "b1", at(1, 5, 30, 12)), Committed("x1", "b2", at(2, 5, 30, 12)))
    rules = PlanningRules(campaign_min_per_xom=2)
    posed = Problem(
        WEEK, at(1, 8), (replace(TIGHT, windows=rooms),), (long, brief), rules, committed=committed, **LEADS
    )
    (free,) = make_good(posed, [Lost("s1", lost)]).made
    assert free.programme.bulletins == ("b2",), "another of the campaign, where nothing may move"
    (made,) = make_good(posed, [Lost("s1", lost)], movable=[standing]).made
    assert (made.programme.bulletins, made.programme.start) == (("b1",), at(2, 5, 30))
    (move,) = made.moved
    assert (move.before, move.after.start, move.after.bulletins) == (standing, at(3, 5, 30), ("b2",))


def test_extras_rather_move_than_vanish() -> None:
    posed, lost, others = full(at(1, 5, 30), (at(2, 5, 30), "b1"), (at(3, 5, 30), "b2"), (at(4, 5, 30), "b2"))
    wide = replace(TIGHT, windows=(*TIGHT.windows, Window(frozenset({5}), time(5, 30), time(5, 35))))
    off = replace(TIN, valid_to=WEEK.days[3])
    (made,) = make_good(replace(posed, xom=(wide,), bulletins=(off, WEATHER)), [Lost("s1", lost)], movable=others).made
    assert made.gives_way == ()
    assert [(move.before, move.after.start) for move in made.moved] == [(others[1], at(5, 5, 30))]


def test_what_neighbours_hear_as_one_gives_way_as_one() -> None:
    posed, lost, others = full(at(1, 5, 30), (at(2, 5, 30), "b1"), (at(3, 5, 30), "b2"), (at(4, 5, 30), "b2"))
    other = replace(TIGHT, id="x2", name="Xóm 2")
    theirs = tuple(replace(play, xom="x2") for play in posed.committed)
    both = replace(posed, xom=(TIGHT, other), overlaps=(("x1", "x2"),), committed=(*posed.committed, *theirs))
    heard = [*others, *(replace(programme, xom="x2") for programme in others)]
    (made,) = make_good(both, [Lost("s1", lost)], movable=heard).made
    assert made.gives_way == (others[1], replace(others[1], xom="x2"))


def test_the_steps_for_making_room_are_shared_by_all_that_is_lost_at_once() -> None:
    """A cut of the whole commune is answered as fast as one lost slot."""
    posed, lost, others = full(at(1, 5, 30), (at(2, 5, 30), "b1"), (at(3, 5, 30), "b2"), (at(4, 5, 30), "b2"))
    count = 20
    xom = tuple(replace(TIGHT, id=f"x{number}", name=f"Xóm {number}") for number in range(count))
    many = replace(posed, xom=xom, committed=tuple(replace(play, xom=x.id) for x in xom for play in posed.committed))
    movable = [replace(programme, xom=one.id) for one in xom for programme in others]
    losses = [Lost(one.id, replace(lost, xom=one.id)) for one in xom]
    enough = next(steps for steps in range(100) if make_good(many, losses[:1], movable=movable, steps=steps).made)
    assert len(make_good(many, losses, movable=movable, steps=enough).made) < count
    assert len(make_good(many, losses, movable=movable, steps=enough * count).made) == count
    assert make_good(many, losses, movable=movable, steps=0).made == ()


def test_two_losses_that_ask_the_same_are_one_question_for_the_steps() -> None:
    """Where there is no answer to the first there is none to the second, so the first may have all the steps."""
    posed, lost, others = full(at(1, 5, 30), (at(2, 5, 30), "b1"), (at(3, 5, 30), "b2"), (at(4, 5, 30), "b2"))
    earlier = Lost("s0", Programme("x1", at(1, 5), at(1, 5, 2), ("b1",)))
    enough = next(s for s in range(100) if make_good(posed, [Lost("s1", lost)], movable=others, steps=s).made)
    assert make_good(posed, [earlier, Lost("s1", lost)], movable=others, steps=enough).made


def of_two_neighbours(lead_in: timedelta, minimum: int) -> tuple[Problem, Lost]:
    """Tuesday's one window is all that is left: x1 hears b1 and then b2 there, x2 b2 at the same time; x2 lost b1."""
    tin, weather = (
        replace(TIN, plays_min=1, plays_wanted=2, duration=timedelta(minutes=2)),
        replace(WEATHER, duration=timedelta(minutes=2), plays_min=minimum),
    )
    length = lead_in + timedelta(minutes=4)
    windows = (
        replace(TIGHT.windows[0], days=frozenset({1})),
        Window(frozenset({2}), time(5), (at(2, 5) + length).time()),
    )
    first, second = at(2, 5) + lead_in, at(2, 5, 2) + lead_in
    committed = (
        Committed("x2", "b1", at(1, 5, 30) + lead_in, PlayState.MISSED),
        *(Committed("x1", name, start) for name, start in (("b1", first), ("b2", second))),
        Committed("x2", "b2", second),
    )
    both = tuple(Xom(name, name.upper(), windows=windows, daily_cap=timedelta(hours=1)) for name in ("x1", "x2"))
    rules = PlanningRules(campaign_min_per_xom=1, pause=timedelta(), grid=timedelta(minutes=1))
    posed = Problem(
        WEEK,
        at(1, 8),
        both,
        (tin, weather),
        rules,
        committed=committed,
        overlaps=(("x1", "x2"),),
        lead_in=lead_in,
    )
    return posed, Lost("s1", Programme("x2", at(1, 5, 30), at(1, 5, 32) + lead_in, ("b1",)))


def test_without_idents_a_make_good_joins_the_bulletin_that_a_neighbour_hears_and_nothing_is_said_to_move() -> None:
    posed, lost = of_two_neighbours(timedelta(), minimum=1)
    standing = [Programme("x1", at(2, 5, 2), at(2, 5, 4), ("b2",)), Programme("x2", at(2, 5, 2), at(2, 5, 4), ("b2",))]
    for movable in ([], standing):
        (made,) = make_good(posed, [lost], movable=movable).made
        assert (made.programme.start, made.programme.bulletins) == (at(2, 5), ("b1",))
        assert (made.gives_way, made.moved) == ((), ())


def test_a_make_good_joins_a_neighbour_with_the_extra_that_gave_way_to_it() -> None:
    """Only together with b2 is it what x1 hears; b2 alone gives way, and is carried along."""
    posed, lost = of_two_neighbours(timedelta(minutes=1), minimum=1)
    kept = tuple(play for play in posed.committed if play.xom == "x1" or play.state is PlayState.MISSED)
    extra = Programme("x2", at(2, 5, 1), at(2, 5, 4), ("b2",))
    posed = replace(posed, committed=(*kept, Committed("x2", "b2", at(2, 5, 3))), overlaps=(("x1", "x2"),))
    (made,) = make_good(posed, [lost], movable=[extra]).made
    assert made.gives_way == (extra,)
    assert (made.programme.start, made.programme.bulletins) == (at(2, 5), ("b1", "b2"))


def test_what_takes_the_place_of_a_programme_that_never_sounded_is_not_held_against_the_cap() -> None:
    posed, plan = dispatched()
    first = plan.programmes[0]
    kept = tuple(play for play in posed.committed if not first.interval.contains(play.start))
    gone = [Lost("s1", first, taken_back=True)]
    assert len(make_good(replace(posed, committed=kept), gone, weekly_cap=1, already={"x1": 1}).made) == 1


def test_a_bulletin_that_was_withdrawn_since_is_no_reason_to_fail() -> None:
    posed, plan = dispatched()
    gone = replace(posed, bulletins=(replace(TIN, id="b9"),), committed=())
    (made,) = make_good(gone, [Lost("s1", plan.programmes[0])]).made
    assert made.programme.bulletins == ("b9",)
    none = make_good(replace(gone, bulletins=()), [Lost("s1", plan.programmes[0])])
    assert "no campaign bulletin is left" in none.unmet[0].reason.said()


def test_a_lost_play_too_many_needs_no_make_good_and_is_not_said_to_lack_room() -> None:
    posed, plan = dispatched()
    by_hand = at(3, 17, 20)  # a third play, where two are wanted
    posed = replace(posed, now=at(4, 8), committed=(*posed.committed, Committed("x1", "b1", by_hand)))
    lost = Lost("s1", plan.programmes[0], taken_back=True)
    cancelled = replace(posed, committed=tuple(play for play in posed.committed if play.play != plan.plays[0]))
    for campaign_only in (True, False):
        answer = make_good(cancelled, [lost], campaign_only=campaign_only)
        assert (answer.made, answer.unmet) == ((), ())
        (needless,) = answer.needless
        assert needless.reason.said(in_vietnamese).startswith("Xóm 1: lượt phát 05:30 23/11/2026 không cần phát bù")
    three = replace(cancelled, rules=PlanningRules(campaign_min_per_xom=3))
    answer = make_good(three, [lost])
    assert answer.needless == ()
    assert answer.unmet[0].reason.said().endswith("is played as often as wanted already"), "there is room enough"
    wanted = replace(cancelled, bulletins=(replace(TIN, plays_wanted=3),))
    assert only(make_good(wanted, [lost])).bulletins == ("b1",)


def test_what_needed_no_make_good_is_made_good_once_another_is_lost_as_well() -> None:
    posed, plan = dispatched(rules=PlanningRules(campaign_min_per_xom=2))
    third = Programme("x1", at(5, 17), at(5, 17, 2), ("b1",))
    posed = replace(posed, committed=(*posed.committed, Committed("x1", "b1", at(5, 17, 0, 12))))
    loop = Loop(timedelta(minutes=30), timedelta(), timedelta(minutes=15), weekly_cap=4)
    ahead, made, unmet = Ahead(posed, (), {}, ()).after([Lost("s1", plan.programmes[0])], at(1, 8), loop)
    assert (made, unmet) == ((), ())
    _, made, unmet = ahead.after([Lost("s3", third)], at(5, 18), loop)
    assert ([entry.lost.slot for entry in made], unmet) == (["s1"], ())
