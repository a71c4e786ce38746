"""What differs between two states of a week: nothing is left out, nothing is told twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.changes import Change, ChangeKind, changes
from playlists.slot import Programme, Slot
from playlists.week import Week

WEEK = Week(2026, 48)


def slot(name: str, hour: int, *bulletins: str, xom: str = "x1") -> Slot:
    start = WEEK.start + timedelta(hours=hour)
    return Slot(name, Programme(xom, start, start + timedelta(minutes=5), bulletins or ("a",)), 1, True)


def gone(of: Slot, why: str = "tang lễ") -> Slot:
    return replace(of, cancelled=True, why=why)


def test_the_same_week_has_no_changes() -> None:
    assert changes([slot("s", 5)], [slot("s", 5)]) == ()


def test_a_new_slot_is_added_and_one_that_was_taken_back_says_why() -> None:
    old, new = slot("old", 5, "a"), slot("new", 17, "b")
    assert changes([old], [gone(old), new]) == (
        Change(ChangeKind.REMOVED, old, None, "tang lễ"),
        Change(ChangeKind.ADDED, None, new),
    )


def test_the_same_bulletins_at_another_time_are_moved_the_nearest_to_each_other() -> None:
    early, late = slot("1", 5), slot("2", 29)
    moved = slot("3", 7), slot("4", 30)
    assert changes([early, late], [gone(early), gone(late), *moved]) == (
        Change(ChangeKind.MOVED, early, moved[0], "tang lễ"),
        Change(ChangeKind.MOVED, late, moved[1], "tang lễ"),
    )


def test_what_lost_a_bulletin_is_shortened() -> None:
    old, new = slot("s", 5, "a", "b"), slot("s-b", 5, "a")
    assert changes([old], [gone(old, "bulletin b withdrawn"), new]) == (
        Change(ChangeKind.SHORTENED, old, new, "bulletin b withdrawn"),
    )


def test_nothing_moves_from_one_xom_to_another() -> None:
    old, new = slot("1", 5, xom="x1"), slot("2", 5, xom="x2")
    assert [change.kind for change in changes([old], [gone(old), new])] == [ChangeKind.REMOVED, ChangeKind.ADDED]


def test_what_came_back_as_it_was_is_no_change() -> None:
    old = slot("1", 5)
    assert changes([old], [gone(old), slot("2", 5)]) == ()


@pytest.mark.parametrize(("then", "now"), [("a", "ab"), ("ab", "ac"), ("a", "b")])
def test_other_bulletins_at_the_same_time_are_another_slot(then: str, now: str) -> None:
    old, new = slot("1", 5, *then), slot("2", 5, *now)
    assert [change.kind for change in changes([old], [new])] == [ChangeKind.ADDED, ChangeKind.REMOVED]


SLOTS = st.lists(
    st.builds(
        slot,
        st.sampled_from("pqrstu"),
        st.integers(0, 100),
        st.sampled_from("ab"),
        st.sampled_from("cd"),
        xom=st.sampled_from(("x1", "x2")),
    ),
    max_size=6,
    unique_by=lambda found: found.id,
)


@given(SLOTS, SLOTS)
def test_the_changes_lead_from_one_state_to_the_other(before: list[Slot], after: list[Slot]) -> None:
    """Taken together they are the whole difference, each slot told once (a slot's name stands for one thing)."""
    kept = {found.id: found for found in before}
    after = [kept.get(found.id, found) for found in after]
    told = changes(before, after)
    removed = [change.before.id for change in told if change.before]
    added = [change.after.id for change in told if change.after]
    assert len(removed) == len(set(removed))
    assert len(added) == len(set(added))

    def heard(slots: list[Slot]) -> set[tuple[object, ...]]:
        return {(s.programme.xom, s.programme.start, tuple(sorted(s.programme.bulletins))) for s in slots}

    by_name = {found.id: found for found in after}
    result = [found for found in before if found.id not in removed] + [by_name[name] for name in added]
    assert heard(result) == heard(after)


@given(SLOTS)
def test_a_week_compared_with_nothing_is_all_added_or_all_removed(slots: list[Slot]) -> None:
    assert {change.kind for change in changes([], slots)} <= {ChangeKind.ADDED}
    assert {change.kind for change in changes(slots, [])} <= {ChangeKind.REMOVED}
    assert len(changes([], slots)) == len(changes(slots, [])) == len(slots)
