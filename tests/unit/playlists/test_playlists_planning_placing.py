"""Programmes placed by hand, judged by the checker: refused with the nearest instants, or settled by a choice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from playlists.bulletin import Targets
from playlists.planning.check import violations
from playlists.planning.placing import DEMANDS, broken, nearest, plays_at, span_of
from playlists.planning.plan import week_plan
from playlists.planning.problem import Committed, PlannedBulletin, PlanningRules, Problem
from playlists.planning.settling import (
    Choice,
    Declined,
    InTheWay,
    Placed,
    Sounding,
    Standing,
    Wish,
    programme,
    settle,
    settle_all,
    with_placed,
)
from playlists.rules import EVERY_DAY, Blackout, QuietHours, Relay, Window
from playlists.slot import Programme
from playlists.week import Week
from playlists.xom import Xom

WEEK = Week(2026, 48)
GRID = timedelta(seconds=30)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return WEEK.start + timedelta(days=day - 1, hours=hour, minutes=minute)


def bulletin(name: str, seconds: int = 88, gap: int = 4) -> PlannedBulletin:
    return PlannedBulletin(
        name, timedelta(seconds=seconds), campaign=True, targets=Targets(), valid_from=WEEK.days[0],
        valid_to=WEEK.days[5], plays_min=0, plays_wanted=2, min_gap=timedelta(hours=gap),
    )  # fmt: skip


XOM = Xom("x1", "Xóm 1", windows=(Window(EVERY_DAY, time(5, 30), time(6)), Window(EVERY_DAY, time(17), time(17, 30))))
OTHER = replace(XOM, id="x2", name="Xóm 2")
POSED = Problem(
    WEEK,
    at(1, 5, 35),
    (XOM,),
    (bulletin("b1"), bulletin("b2", gap=0)),
    rules=PlanningRules(grid=GRID, quiet=(QuietHours(time(21), time(5)),)),
    lead_in=GRID,
    lead_out=GRID,
)


def sent(problem: Problem, start: datetime, *names: str, fixed: bool = False) -> tuple[Problem, Standing]:
    """The week with one more programme sent out."""
    span = span_of(problem, names, start)
    plays = plays_at(problem, "x1", names, start)
    added = tuple(Committed(play.xom, play.bulletin, play.start) for play in plays)
    standing = Standing("+".join(names), Programme("x1", span.start, span.end, names), fixed)
    return replace(problem, committed=problem.committed + added), standing


def rules(problem: Problem, start: datetime, name: str = "b1") -> set[str]:
    return {fault.rule for fault in broken(problem, "x1", [name], start)}


def test_each_rule_is_named() -> None:
    full, _ = sent(POSED, at(3, 5, 30), "b1")
    assert rules(full, at(4, 5, 30)) == set()
    assert "window" in rules(full, at(4, 7))
    assert "quiet" in rules(full, at(4, 22))
    assert "now" in rules(full, at(1, 5, 30))
    assert "valid" in rules(full, at(7, 17))
    assert rules(full, at(3, 5, 50)) == {"once_per_window", "min_gap"}
    assert "own_overlap" in rules(full, at(3, 5, 30), "b2")
    assert "own_overlap" in rules(full, at(3, 5, 32) - GRID, "b2"), "its ident would sound into the other's sign-off"
    mourning = replace(full, xom=(replace(XOM, blackouts=(Blackout(at(4, 0), at(5, 0), "tang"),)),))
    assert "blackout" in rules(mourning, at(4, 5, 30))
    relayed = replace(full, relays=(Relay(EVERY_DAY, time(17), time(17, 10), None, "VOV"),))
    assert "relay" in rules(relayed, at(4, 17))
    elsewhere = replace(bulletin("b1"), targets=Targets(everyone=False, xom=frozenset({"x9"})))
    assert "targets" in rules(replace(full, bulletins=(elsewhere, POSED.bulletins[1])), at(4, 17))


def test_more_plays_than_wanted_are_the_operators_own_choice() -> None:
    full, _ = sent(sent(POSED, at(2, 5, 30), "b1")[0], at(3, 5, 30), "b1")
    assert rules(full, at(4, 5, 30)) == set()


def test_a_neighbour_that_hears_it_is_in_the_way_unless_it_plays_the_same() -> None:
    pair = replace(POSED, xom=(XOM, OTHER), overlaps=(("x1", "x2"),))
    there = tuple(Committed(play.xom, play.bulletin, play.start) for play in plays_at(pair, "x2", ["b2"], at(4, 5, 30)))
    heard = replace(pair, committed=there)
    assert rules(heard, at(4, 5, 30), "b2") == set()
    assert "overlaps" in rules(heard, at(4, 5, 30), "b1")
    _, after = nearest(heard, "x1", ["b1"], at(4, 5, 30))
    assert after == at(4, 5, 30) + span_of(pair, ["b2"], at(4, 5, 30)).duration


wanted_instants = st.integers(0, 7 * 24 * 60 - 1).map(lambda minute: WEEK.start + timedelta(minutes=minute))
places = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from([(5, 30), (5, 40), (17, 0), (17, 20)]), st.sampled_from(["b1", "b2"])),
    max_size=6,
    unique_by=lambda place: place[:2],
)


@settings(max_examples=15, deadline=None)
@given(places, wanted_instants)
def test_the_nearest_instants_are_the_nearest(there: list[tuple[int, tuple[int, int], str]], wanted: datetime) -> None:
    problem = POSED
    for day, (hour, minute), name in there:
        problem, _ = sent(problem, at(day, hour, minute), name)
    before, after = nearest(problem, "x1", ["b1"], wanted)
    steps = [WEEK.start + n * GRID for n in range(7 * 24 * 120)]
    windows = [window for known in XOM.windows for window in known.intervals(WEEK)]
    length = span_of(problem, ["b1"], wanted).duration
    inside = [s for s in steps if any(w.start <= s and s + length <= w.end for w in windows) and s >= problem.now]
    free = [step for step in inside if not broken(problem, "x1", ["b1"], step)]
    assert before == max((step for step in free if step <= wanted), default=None)
    assert after == min((step for step in free if step >= wanted), default=None)


def test_each_choice() -> None:
    problem, first = sent(POSED, at(4, 5, 30), "b2")
    wish = Wish("x1", at(4, 5, 31), ("b1",))
    assert settle(problem, wish, [first], None) == InTheWay(wish, (first,))
    override = settle(problem, wish, [first], Choice.OVERRIDE)
    assert override == Placed(wish, (first,))
    assert isinstance(override, Placed)
    assert [play.bulletin for play in with_placed(problem, override).committed] == ["b1"]
    append = settle(problem, wish, [first], Choice.APPEND)
    assert isinstance(append, Placed)
    assert append.wish.start == first.programme.end + GRID, "after the pause, on the grid"
    move = settle(problem, wish, [first], Choice.MOVE)
    assert move == Placed(replace(wish, start=first.programme.end))


def test_what_has_begun_is_not_overridden() -> None:
    problem, first = sent(POSED, at(4, 5, 30), "b2", fixed=True)
    answer = settle(problem, Wish("x1", at(4, 5, 31), ("b1",)), [first], Choice.OVERRIDE)
    assert isinstance(answer, Declined)
    assert (answer.fixed, answer.after) == ((first,), at(4, 5, 33)), "its end, 05:32:30, on the minute"


def test_a_rule_is_kept_whatever_the_choice() -> None:
    for choice in (None, *Choice):
        answer = settle(POSED, Wish("x1", at(4, 22), ("b1",)), [], choice)
        assert isinstance(answer, Declined)
        assert answer.before is not None
        assert answer.before < at(4, 17, 30)
        assert answer.after == at(5, 5, 30)


def test_the_nearest_instants_are_told_on_the_minute_where_that_will_do() -> None:
    answer = settle(POSED, Wish("x1", at(4, 22), ("b1",)), [], None)
    assert isinstance(answer, Declined)
    last, _ = nearest(POSED, "x1", ["b1"], at(4, 22))
    assert last == at(4, 17, 27) + GRID, "the last step of the grid"
    assert answer.before == at(4, 17, 27)
    problem, first = sent(POSED, at(5, 5, 30), "b2")  # until 05:32:30, which leaves no whole minute before the end
    narrow = replace(XOM, windows=(Window(EVERY_DAY, time(5, 30), time(5, 35)),))
    answer = settle(replace(problem, xom=(narrow,)), Wish("x1", at(5, 5), ("b1",)), [first], None)
    assert isinstance(answer, Declined)
    assert answer.after == first.programme.end == at(5, 5, 32) + GRID


def neighbours_sent(*fixed: str) -> tuple[Problem, list[Standing]]:
    """Two xóm that hear each other play b2 at 05:30 on Thursday; in those `fixed` nothing takes it off any more."""
    pair = replace(POSED, xom=(XOM, OTHER), overlaps=(("x1", "x2"),))
    programme = sent(pair, at(4, 5, 30), "b2")[1].programme
    there = [Standing(xom, replace(programme, xom=xom), xom in fixed) for xom in ("x1", "x2")]
    plays = (play for xom in ("x1", "x2") for play in plays_at(pair, xom, ["b2"], at(4, 5, 30)))
    return replace(pair, committed=tuple(Committed(play.xom, play.bulletin, play.start) for play in plays)), there


def test_what_neighbours_play_gives_way_together() -> None:
    problem, there = neighbours_sent()
    wishes = [Wish(xom, at(4, 5, 30), ("b1",)) for xom in ("x1", "x2")]
    assert settle_all(problem, wishes, there, Choice.OVERRIDE) == (
        Placed(wishes[0], (there[0],)),
        Placed(wishes[1], (there[1],)),
    )


def test_a_neighbour_whose_programme_stays_refuses_the_others_their_place() -> None:
    problem, there = neighbours_sent("x2")
    wishes = [Wish(xom, at(4, 5, 30), ("b1",)) for xom in ("x1", "x2")]
    first, second = settle_all(problem, wishes, there, Choice.OVERRIDE)
    assert isinstance(first, Declined)
    assert {fault.rule for fault in first.faults} == {"overlaps"}
    assert isinstance(second, Declined)
    assert second.fixed == (there[1],)


BARE = replace(
    POSED,
    xom=(XOM, OTHER),
    overlaps=(("x1", "x2"),),
    bulletins=tuple(bulletin(name, gap=0) for name in ("b1", "b2", "b3")),
    lead_in=GRID * 0,
    lead_out=GRID * 0,
)
"""Two xóm that hear each other, and programmes of nothing but their bulletins."""
wishes_near = st.builds(
    Wish,
    xom=st.sampled_from(["x1", "x2"]),
    start=st.integers(-3, 8).map(lambda grids: at(4, 5, 30) + grids * GRID),
    bulletins=st.sampled_from([("b1",), ("b2",), ("b3",), ("b1", "b2")]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(wishes_near, min_size=1, max_size=5), st.lists(wishes_near, max_size=3), st.sampled_from(Choice))
def test_what_is_placed_together_breaks_no_rule_and_takes_off_each_programme_once(
    wishes: list[Wish], there: list[Wish], choice: Choice
) -> None:
    problem, standing = BARE, list[Standing]()
    for wish in there:
        if isinstance(answer := settle(problem, wish, standing, None), Placed):
            problem = with_placed(problem, answer)
            standing.append(Standing(f"s{len(standing)}", programme(problem, wish), fixed=False))
    placed = [answer for answer in settle_all(problem, wishes, standing, choice) if isinstance(answer, Placed)]
    off = [item for answer in placed for item in answer.taken_off]
    assert len({item.slot for item in off}) == len(off)
    stand = [item.programme for item in standing if item not in off] + [programme(BARE, a.wish) for a in placed]
    assert not any(a.xom == b.xom and a.interval.overlaps(b.interval) for a, b in combinations(stand, 2))
    plays = [play for one in stand for play in plays_at(BARE, one.xom, one.bulletins, one.start)]
    assert {fault.rule for fault in violations(BARE, week_plan(BARE, plays))} <= DEMANDS


def test_what_no_round_places_is_settled_in_turn_as_well() -> None:
    """The last wish is refused, so what it would take off stays and refuses the first; one of the others follows it."""
    pair = replace(BARE, committed=(Committed("x2", "b3", at(4, 5, 30)),))
    stays = Standing("s", Programme("x2", at(4, 5, 30), at(4, 5, 31) + GRID, ("b3",)), fixed=False)
    wishes = [
        Wish("x1", at(4, 5, 31), ("b1",)),
        Wish("x1", at(4, 5, 32), ("b2",)),
        Wish("x1", at(4, 5, 32), ("b3",)),
        Wish("x2", at(4, 5, 29), ("b3",)),
    ]
    answers = settle_all(pair, wishes, [stays], Choice.OVERRIDE)
    assert [isinstance(answer, Placed) for answer in answers] == [False, True, False, False]


def test_the_same_wish_twice_is_one() -> None:
    wish = Wish("x1", at(4, 5, 30), ("b1",))
    for choice in (None, *Choice):
        assert settle_all(POSED, [wish, wish], [], choice) == (Placed(wish),)


def test_what_is_sent_already_is_not_in_its_own_way() -> None:
    problem, there = sent(POSED, at(4, 5, 30), "b1", "b2")
    whole, first = Wish("x1", at(4, 5, 30), ("b1", "b2")), Wish("x1", at(4, 5, 30), ("b1",))
    for choice in (None, *Choice):
        assert settle_all(problem, [whole], [there], choice) == (Sounding(whole, there),)
    typed = replace(there, programme=replace(there.programme, start=at(4, 5, 30) + timedelta(milliseconds=600)))
    assert settle_all(problem, [whole], [typed], None) == (Sounding(whole, typed),), "people type whole seconds"
    assert settle_all(problem, [first], [there], None) == (Sounding(first, there),), "it begins there"
    assert settle_all(problem, [first], [there], Choice.OVERRIDE) == (Placed(first, (there,)),)
    for other in (Wish("x1", at(4, 5, 30), ("b2",)), Wish("x1", at(4, 5, 31), ("b1",))):
        assert isinstance(settle_all(problem, [other], [there], None)[0], InTheWay)


def test_what_is_sent_already_is_not_overridden_by_another_wish() -> None:
    problem, there = sent(POSED, at(4, 5, 30), "b1")
    kept, other = Wish("x1", at(4, 5, 30), ("b1",)), Wish("x1", at(4, 5, 31), ("b2",))
    first, second = settle_all(problem, [kept, other], [there], Choice.OVERRIDE)
    assert first == Sounding(kept, there)
    assert isinstance(second, Declined)
