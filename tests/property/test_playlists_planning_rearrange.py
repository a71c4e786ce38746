"""Room made for a make-good, against trying every arrangement of tiny weeks: no xóm is left short without need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import chain, combinations, product

from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from playlists.bulletin import Targets
from playlists.planning.check import violations
from playlists.planning.makegood import PROMISES, Lost, MakeGoods, make_good
from playlists.planning.plan import WeekPlan, missing, week_plan
from playlists.planning.problem import Committed, PlannedBulletin, PlanningRules, PlayState, Problem
from playlists.planning.programmes import programmes
from playlists.rules import Window
from playlists.slot import Programme
from playlists.week import Week
from playlists.xom import Xom

WEEK = Week(2026, 48)
MINUTE = timedelta(minutes=1)
DAYS = (2, 3, 4)
Short = tuple[int, int]


@dataclass(frozen=True)
class Tiny:
    """Monday's slot of xóm x was lost; everything else is still to come."""

    problem: Problem
    lost: Programme
    movable: tuple[Programme, ...]


def at(day: int, minute: int) -> datetime:
    return WEEK.start + timedelta(days=day - 1, hours=5, minutes=minute)


@st.composite
def tiny_weeks(draw: st.DrawFn) -> Tiny:
    lengths = {name: draw(st.integers(1, 2)) for name in "abe"}
    gaps = {name: draw(st.sampled_from((0, 0, 0, 25))) for name in "abe"}
    openings = {day: draw(st.integers(2, 4)) for day in draw(st.sets(st.sampled_from(DAYS), min_size=1))}
    later = (Window(frozenset({day}), time(5), time(5, length)) for day, length in openings.items())
    windows = (Window(frozenset({1}), time(5), time(5, 10)), *later)
    names = ["x", *(["y"] if draw(st.booleans()) else [])]
    cap = draw(st.sampled_from((60, 60, 60, 4)))
    xom = tuple(Xom(name, name.upper(), windows=windows, daily_cap=cap * MINUTE) for name in names)
    lead_in = draw(st.sampled_from((0, 0, 1))) * MINUTE
    bulletins = tuple(
        PlannedBulletin(
            name,
            lengths[name] * MINUTE,
            name != "e",
            Targets(),
            WEEK.days[0],
            WEEK.days[6],
            draw(st.integers(0, 2)),
            9,
            min_gap=timedelta(hours=gaps[name]),
        )
        for name in "abe"
    )
    rules = PlanningRules(campaign_min_per_xom=draw(st.integers(1, 3)), pause=timedelta(), grid=MINUTE)
    pairs = (("x", "y"),) if len(names) == 2 else ()
    bare = Problem(WEEK, at(1, 60), xom, bulletins, rules, overlaps=pairs, lead_in=lead_in)
    first = Committed("x", "a", at(1, 2), PlayState.MISSED)
    extra = [Committed("x", "e", at(1, 2) + lengths["a"] * MINUTE, PlayState.MISSED)] if draw(st.booleans()) else []
    problem = replace(bare, committed=(first, *extra))
    movable: list[Programme] = []
    for _ in range(draw(st.integers(1, 4))):
        where = draw(st.sampled_from([[name] for name in names] + [names]))
        what = draw(st.sampled_from(("a", "b", "e", "e", "be")))
        day, minute = draw(st.sampled_from(sorted(openings))), draw(st.integers(0, 3))
        tried = [programme_at(problem, name, what, at(day, minute)) for name in where]
        grown = with_all(problem, tried)
        new = [play.play for play in grown.committed[len(problem.committed) :]]
        if broken(problem, week_plan(problem, new)) <= PROMISES and len(movable) + len(tried) <= 3:
            problem, movable = grown, [*movable, *tried]
    lost = programmes(bare, [play.play for play in problem.committed if play.start < at(1, 60)])[0]
    return Tiny(problem, lost, tuple(movable))


def programme_at(problem: Problem, xom: str, bulletins: str, start: datetime) -> Programme:
    length = sum((problem.bulletin(bulletin).duration for bulletin in bulletins), problem.lead_in)
    return Programme(xom, start, start + length, tuple(bulletins))


def with_all(problem: Problem, these: list[Programme] | tuple[Programme, ...]) -> Problem:
    new = []
    for programme in these:
        start = programme.start + problem.lead_in
        for bulletin in programme.bulletins:
            new.append(Committed(programme.xom, bulletin, start))
            start += problem.bulletin(bulletin).duration
    return replace(problem, committed=(*problem.committed, *new))


def short(problem: Problem, xom: str) -> Short:
    lacking = [item for item in missing(problem, week_plan(problem, ())) if item.xom == xom]
    campaign = sum(item.plays for item in lacking if item.bulletin is None)
    return campaign, sum(item.plays for item in lacking) - campaign


def heard_as_one(movable: tuple[Programme, ...]) -> list[list[Programme]]:
    groups: dict[tuple[datetime, tuple[str, ...]], list[Programme]] = {}
    for programme in movable:
        groups.setdefault((programme.start, programme.bulletins), []).append(programme)
    return list(groups.values())


def best_of_all(week: Tiny) -> tuple[Short, int]:
    """What x lacks, and how many programmes are touched, in the best arrangement that breaks no rule."""
    best = short(week.problem, "x"), 0
    bare = replace(week.problem, committed=tuple(play for play in week.problem.committed if play.start < at(1, 60)))
    starts = [at(day, minute) for day in DAYS for minute in range(4)]
    others = {xom.id: short(week.problem, xom.id) for xom in week.problem.xom if xom.id != "x"}
    fates: list[list[list[Programme] | None]] = []
    sounds = heard_as_one(week.movable)
    for sound in sounds:
        may_go = set(sound[0].bulletins) == {"e"}
        again = [
            [programme_at(bare, one.xom, "".join(one.bulletins), start) for one in sound]
            for start in starts
            if start != sound[0].start
        ]
        fates.append([sound, *([None] if may_go else []), *again])
    for chosen in product(*fates):
        standing = [programme for fate in chosen if fate is not None for programme in fate]
        placed = [fate for fate in chosen if fate is not None]
        if not apart(standing, [], placed):
            continue
        kept = [programme for programme in standing if programme in week.movable]
        new = [programme for programme in standing if programme not in week.movable]
        cost = sum(len(sound) for sound, fate in zip(sounds, chosen, strict=True) if fate is not sound)
        carried = {
            bulletin
            for sound, fate in zip(sounds, chosen, strict=True)
            if fate is None and any(one.xom == "x" for one in sound)
            for bulletin in sound[0].bulletins
        }
        for made in every_make_good(bare, {*week.lost.bulletins, *carried}, starts):
            if not apart(standing, made, placed):
                continue
            whole = with_all(with_all(bare, kept), [*new, *made])
            posed = with_all(bare, kept)
            plan = week_plan(posed, [play.play for play in whole.committed[len(posed.committed) :]])
            kept_whole = all(short(whole, xom) <= before for xom, before in others.items())
            if (short(whole, "x"), cost) < best and kept_whole and broken(posed, plan) <= PROMISES:
                best = short(whole, "x"), cost
    return best


def broken(problem: Problem, plan: WeekPlan) -> set[str]:
    return {fault.rule for fault in violations(problem, plan)}


def every_make_good(bare: Problem, menu: set[str], starts: list[datetime]) -> Iterator[list[Programme]]:
    order = [name for name in "abe" if name in menu]
    for chosen in chain.from_iterable(combinations(order, count) for count in range(1, len(order) + 1)):
        if any(name != "e" for name in chosen):
            yield from ([programme_at(bare, "x", "".join(chosen), start)] for start in starts)


def apart(standing: list[Programme], made: list[Programme], sounds: list[list[Programme]]) -> bool:
    """Programmes that overlap are one sound in xóm that hear each other; a make-good may join a whole one."""

    def as_one(one: Programme, other: Programme) -> bool:
        same = one.xom != other.xom and (one.start, one.bulletins) == (other.start, other.bulletins)
        return same and (one in made or other in made or any(one in sound and other in sound for sound in sounds))

    return not any(
        one.start < other.end and other.start < one.end and not as_one(one, other)
        for one, other in combinations([*standing, *made], 2)
    )


def answer(week: Tiny) -> MakeGoods:
    return make_good(week.problem, [Lost("s", week.lost)], lead_time=timedelta(), movable=week.movable)


@settings(max_examples=40, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck))
@given(tiny_weeks())
def test_no_xom_is_left_short_where_any_arrangement_would_help_and_the_fewest_programmes_are_touched(
    week: Tiny,
) -> None:
    found = answer(week)
    after = replace(week.problem, committed=found.committed)
    touched = sum(len(made.gives_way) + len(made.moved) for made in found.made)
    best = best_of_all(week)
    event(f"{touched} touched")
    assert all(move.before != move.after for made in found.made for move in made.moved)
    assert (short(after, "x"), touched) <= best


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tiny_weeks(), st.sampled_from([at(1, 120), *(at(day, minute) for day in DAYS for minute in (0, 2, 60))]))
def test_what_finds_no_make_good_finds_none_later_either(tiny: Tiny, later: datetime) -> None:
    """So it need not be looked for again while nothing but time goes on (scheduler/usecases/hopeless.py)."""
    early, late = (
        make_good(
            replace(tiny.problem, now=now),
            [Lost("lost", tiny.lost)],
            lead_time=timedelta(),
            movable=[programme for programme in tiny.movable if programme.start > now],
        )
        for now in (tiny.problem.now, later)
    )
    event(f"{len(early.made)} then {len(late.made)}")
    assert early.made or not late.made
