"""Programmes placed by hand: pins, playing today, conflicts with their choices, days copied and kept as templates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from scheduler_air import Air, written_text
from scheduler_cast import SUNDAY, WEEK
from scheduler_cli_cast import command, in_rehearsal

from playlists.planning.settling import Choice
from playlists.week import TIMEZONE
from scheduler.errors import NotAllowedError, NotFoundError, StationError
from scheduler.store.queries import latest_manifests
from scheduler.store.tables import SlotRow
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.day_template import apply_template, copy_day, read_template, remove_template, save_template
from scheduler.usecases.lift_slots import lift_slots
from scheduler.usecases.pin_bulletin import pin_bulletin, unpin_bulletin
from scheduler.usecases.place_by_hand import HandPlaced
from scheduler.usecases.play_now import play_now
from scheduler.usecases.publish_week import publish_week
from scheduler.usecases.verify_log import verify_station


@pytest.fixture
def air() -> Iterator[Air]:
    """Windows 05:30 to 06:00 and 17:00 to 17:30 in xóm x1; in x2 there is room for one programme each."""
    made = Air()
    yield made
    assert verify_station(made.station).findings == ()
    made.close()


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return WEEK.start + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)


def local(row: SlotRow) -> str:
    return f"{datetime.fromisoformat(row.start).astimezone(TIMEZONE):%a %H:%M:%S}"


def standing(air: Air, xom: str = "x1") -> list[SlotRow]:
    return [slot for slot in air.slots() if slot.xom == xom and slot.cancelled_at is None]


def named(air: Air, receiver: str) -> list[str]:
    with air.station.store.reading() as session:
        return latest_manifests(session)[receiver].slots


def why(done: HandPlaced) -> list[str]:
    return [str(reason) for refused in done.refused for reason in refused.why]


def test_a_pinned_bulletin_sounds_at_that_instant_and_the_planner_plans_around_it(air: Air) -> None:
    done = pin_bulletin(air.station, "b001", at(2, 5, 40), ["x1"], SUNDAY)
    (slot,) = done.slots
    assert (slot.kind, local(slot), slot.bulletins, slot.receivers) == (
        "pinned",
        "Tue 05:40:00",
        ["b001"],
        ["r1", "r2"],
    )
    assert slot.id in named(air, "r1"), "sent out at once"
    publish_week(air.station, WEEK, SUNDAY)
    kept = standing(air)
    assert slot.id in {row.id for row in kept}
    assert sum("b001" in row.bulletins for row in kept) == 2, "it is one of the plays that are wanted"
    spans = sorted((row.start, row.end) for row in kept)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_i8_rules_refuse_a_pin_with_the_reason_and_the_nearest_instants(air: Air) -> None:
    for instant, reason in (
        (at(2, 7), "it lies outside the windows"),
        (at(2, 22), "the quiet hours 21:00-05:00"),
        (at(2, 5, 29, 59), "it lies outside the windows"),
    ):
        done = pin_bulletin(air.station, "b001", instant, ["x1"], SUNDAY)
        assert any(text.startswith(reason) for text in why(done)), why(done)
        assert done.slots == ()
    near = pin_bulletin(air.station, "b001", at(1, 5, 35), ["x1"], at(1, 5, 34))
    assert why(near) == ["receivers need time to fetch it: 05:36 23/11 is the earliest"]
    (refused,) = pin_bulletin(air.station, "b001", at(2, 7), ["x1"], SUNDAY).refused
    assert refused.before == at(2, 5, 59), "on the minute"
    assert refused.after == at(2, 17)
    pin_bulletin(air.station, "b001", refused.before, ["x1"], SUNDAY)
    assert [local(row) for row in standing(air)] == [f"{refused.before:%a %H:%M:%S}"]


def test_what_may_not_be_played_is_not_pinned(air: Air) -> None:
    add_bulletin(air.station, written_text("b001", "Hai."), SUNDAY, replaces="b001")
    with pytest.raises(NotAllowedError):
        pin_bulletin(air.station, "b001", at(2, 5, 40), [], SUNDAY)
    with pytest.raises(NotFoundError):
        pin_bulletin(air.station, "b999", at(2, 5, 40), [], SUNDAY)
    with pytest.raises(NotFoundError):
        pin_bulletin(air.station, "b002", at(2, 5, 40), ["x9"], SUNDAY)


def test_a_conflict_changes_nothing_until_a_choice_is_made(air: Air) -> None:
    publish_week(air.station, WEEK, SUNDAY)
    before = air.slots()
    there = next(row for row in standing(air) if row.bulletins == ["b003"])
    instant = datetime.fromisoformat(there.start) + timedelta(seconds=5)
    done = pin_bulletin(air.station, "b001", instant, ["x1"], SUNDAY)
    assert [item.slot for conflict in done.conflicts for item in conflict.standing] == [there.id]
    assert air.slots() == before


@pytest.mark.parametrize("choice", list(Choice))
def test_each_choice_does_what_it_says(air: Air, choice: Choice) -> None:
    publish_week(air.station, WEEK, SUNDAY)
    there = next(row for row in standing(air) if row.bulletins == ["b003"] and local(row).startswith("Thu 05"))
    instant = datetime.fromisoformat(there.start)
    done = pin_bulletin(air.station, "b001", instant, ["x1"], SUNDAY, choice=choice)
    (slot,) = done.slots
    if choice is Choice.OVERRIDE:
        assert slot.start == there.start
        assert [(row.id, row.cancelled_at is not None) for row in done.taken_off] == [(there.id, True)]
        assert "b001" in str(done.taken_off[0].why)
        (made,) = done.made_good
        assert made.bulletins == ("b003",)
        assert there.id not in named(air, "r1")
    else:
        assert there.end <= slot.start < (instant + timedelta(minutes=2)).isoformat()
        assert done.taken_off == ()
    assert slot.id in named(air, "r1")


def test_i13_a_make_good_taken_off_by_hand_is_replaced_in_the_name_of_the_slot_that_was_lost(air: Air) -> None:
    publish_week(air.station, WEEK, SUNDAY)
    lost = next(row for row in standing(air) if row.bulletins == ["b003"] and local(row).startswith("Thu 05"))
    for _ in range(2):
        there = next(row for row in standing(air) if row.makes_good == lost.id or row.id == lost.id)
        instant = datetime.fromisoformat(there.start)
        done = pin_bulletin(air.station, "b001", instant, ["x1"], SUNDAY, choice=Choice.OVERRIDE)
        assert [row.id for row in done.taken_off] == [there.id]
        (again,) = (row for row in standing(air) if row.kind == "make_good")
        assert (again.makes_good, again.bulletins) == (lost.id, ["b003"])


def test_what_has_begun_is_not_taken_off(air: Air) -> None:
    publish_week(air.station, WEEK, SUNDAY)
    first = standing(air)[0]
    now = datetime.fromisoformat(first.start) + timedelta(seconds=2)
    done = play_now(air.station, "b002", ["x1"], time(5, 30, 10), now, choice=Choice.OVERRIDE)
    assert done.slots == ()
    assert any("has begun" in text for text in why(done))


def test_play_now_goes_out_as_soon_as_receivers_can_have_it(air: Air) -> None:
    (slot,) = play_now(air.station, "b002", ["x1"], None, at(1, 5, 35)).slots
    assert (slot.kind, local(slot)) == ("play_now", "Mon 05:37:00")
    (later,) = play_now(air.station, "b001", ["x1"], None, at(1, 9)).slots
    assert local(later) == "Mon 17:00:00", "the next window of today"
    done = play_now(air.station, "b002", ["x1"], None, at(1, 17, 40))
    assert (done.slots, why(done)) == ((), ["it lies outside the windows"])


def test_i8_an_authority_opens_the_windows_and_never_the_quiet_hours(air: Air) -> None:
    now = at(1, 11, 58)
    leader = "Chủ tịch UBND xã"
    assert play_now(air.station, "b002", ["x1"], time(12), now).slots == ()
    (slot,) = play_now(air.station, "b002", ["x1"], time(12), now, authority=leader).slots
    assert (local(slot), slot.authority) == ("Mon 12:00:00", leader)
    with air.station.store.writing() as session:
        assert lift_slots(session, air.station, now) == (), "it stays, outside the windows as it is"
    (again,) = play_now(air.station, "b002", ["x1"], time(12, 5), now, authority=leader).slots
    assert again.start > slot.start, "gaps are the authority's to set aside"
    night = play_now(air.station, "b002", ["x1"], time(22), at(1, 20), authority=leader)
    assert (night.slots, why(night)) == ((), ["the quiet hours 21:00-05:00"])
    late = play_now(air.station, "b002", ["x1"], None, at(1, 21, 30), authority=leader)
    assert (late.slots, why(late)) == ((), ["the quiet hours 21:00-05:00"])


def test_a_pin_is_taken_out_again(air: Air) -> None:
    pin_bulletin(air.station, "b001", at(2, 5, 40), [], SUNDAY)
    (gone,) = unpin_bulletin(air.station, "b001", at(2, 5, 40), ["x1"], SUNDAY)
    assert gone.why
    assert (standing(air), len(standing(air, "x2"))) == ([], 0 if not standing(air, "x2") else 1)
    with pytest.raises(NotFoundError):
        unpin_bulletin(air.station, "b001", at(3, 5, 40), [], SUNDAY)


def test_a_day_is_copied_with_its_hours_and_its_order(air: Air) -> None:
    pin_bulletin(air.station, "b001", at(1, 5, 45), ["x1"], SUNDAY)
    pin_bulletin(air.station, "b003", at(1, 17, 5), ["x1"], SUNDAY)
    applied = copy_day(air.station, WEEK, WEEK.days[0], WEEK.days[2], SUNDAY)
    assert [(local(row), row.bulletins, row.kind) for row in applied.done.slots] == [
        ("Wed 05:45:00", ["b001"], "pinned"),
        ("Wed 17:05:00", ["b003"], "pinned"),
    ]
    again = copy_day(air.station, WEEK, WEEK.days[0], WEEK.days[2], SUNDAY)
    assert (again.done.slots, again.done.conflicts) == ((), ()), "they are there already"
    assert [item.programme.bulletins for item in again.done.sounding] == [("b001",), ("b003",)]
    with pytest.raises(StationError):
        copy_day(air.station, WEEK, WEEK.days[0], WEEK.days[0], SUNDAY)
    with pytest.raises(NotFoundError):
        copy_day(air.station, WEEK, WEEK.days[5], WEEK.days[6], SUNDAY)


def test_a_day_not_sent_yet_is_copied_as_it_would_be(air: Air) -> None:
    applied = copy_day(air.station, WEEK, WEEK.days[0], WEEK.days[5], SUNDAY)
    assert {row.kind for row in applied.done.slots} == {"pinned"}
    assert {row.xom for row in applied.done.slots} == {"x1", "x2"}


def test_a_template_is_kept_as_a_file_and_used_in_another_week(air: Air, tmp_path: Path) -> None:
    pin_bulletin(air.station, "b003", at(1, 17), [], SUNDAY)
    save_template(air.station, "thu-hai", WEEK, WEEK.days[0], SUNDAY)
    assert 'bulletins = ["b003"]' in (air.folder / "templates" / "thu-hai.toml").read_text()
    applied = apply_template(air.station, "thu-hai", WEEK.next, WEEK.next.days[1], SUNDAY)
    assert {(row.xom, local(row), row.week) for row in applied.done.slots} == {
        (xom, "Tue 17:00:00", str(WEEK.next)) for xom in ("x1", "x2")
    }
    with pytest.raises(StationError):
        save_template(air.station, "thu-hai", WEEK, WEEK.days[0], SUNDAY)
    path = air.folder / "templates" / "thu-hai.toml"
    path.write_text(path.read_text().replace("b003", "b777").replace("x2", "x7"), encoding="utf-8")
    changed = apply_template(air.station, "thu-hai", WEEK.next, WEEK.next.days[2], SUNDAY)
    assert (changed.done.slots, changed.left_out, changed.unknown) == ((), ("b777",), ("x7",))
    path.write_text("[[programme]]\nat = 5\n", encoding="utf-8")
    with pytest.raises(StationError):
        read_template(air.station, "thu-hai")
    with pytest.raises(StationError):
        read_template(air.station, "../keys")
    path.write_text("programme = []\n", encoding="utf-8")
    remove_template(air.station, "thu-hai")
    with pytest.raises(NotFoundError):
        read_template(air.station, "thu-hai")


def test_what_is_overridden_and_plays_often_enough_elsewhere_needs_no_make_good(
    air: Air, capsys: pytest.CaptureFixture[str]
) -> None:
    """The week has room, but b002 is wanted once and was pinned a second and a third time."""
    publish_week(air.station, WEEK, SUNDAY)
    for day in (3, 5):
        pin_bulletin(air.station, "b002", at(day, 17, 10), ["x1"], SUNDAY, choice=Choice.MOVE)
    there = next(row for row in standing(air) if row.bulletins == ["b002"] and row.kind == "pinned")
    instant = datetime.fromisoformat(there.start).astimezone(TIMEZONE)
    loa = command(in_rehearsal(air.station), capsys)
    words = ("bulletin", "pin", "b001", f"{instant:%Y-%m-%d %H:%M:%S}", "--xom", "x1", "--on-conflict", "override")
    code, out, _ = loa(*words, "--dry-run", "--json")
    document = json.loads(out)
    assert (code, document["made_good"], document["unmet"]) == (0, [], [])
    assert [item["slot"] for item in document["needless"]] == [there.id]
    code, _, told = loa(*words)
    assert code == 0
    assert f"Xóm 1: the slot of {instant:%H:%M %d/%m/%Y} needs no make-good" in told
    code, out, _ = loa(*words, "--json")
    document = json.loads(out)
    assert (code, document["slots"], document["conflicts"]) == (0, [], []), "it is there now, and nothing changes"
    assert [item["bulletins"] for item in document["already"]] == [["b001"]]
    code, _, told = loa(*words[:-2])
    assert code == 0
    assert "Xóm 1: b001: sent out already, it stays as it is" in told
