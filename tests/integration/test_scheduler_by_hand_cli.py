"""The commands that place programmes by hand: documents, exit codes, dry runs, conflicts where nobody can be asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scheduler_cast import published, slots
from scheduler_cli_cast import command, in_rehearsal

from scheduler.station import open_station

WEEK = "2026-W48"
Loa = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A published station that lives in a rehearsal's time: Sunday, 18:00."""
    return in_rehearsal(published(tmp_path / "station"))


@pytest.fixture
def loa(folder: Path, capsys: pytest.CaptureFixture[str]) -> Loa:
    typed = command(folder, capsys)

    def run(*words: str) -> tuple[int, Any, str]:
        code, out, err = typed(*words)
        return code, json.loads(out) if "--json" in words and out else out, err

    return run


def standing(folder: Path) -> list[str]:
    station = open_station(folder)
    try:
        return [slot.id for slot in slots(station)]
    finally:
        station.store.close()


def test_pin_and_unpin(loa: Loa, folder: Path) -> None:
    before = standing(folder)
    code, said, _ = loa("bulletin", "pin", "b001", "2026-11-27 17:10", "--xom", "x1", "--dry-run", "--json")
    assert (code, said["dry_run"], len(said["slots"]), standing(folder)) == (0, True, 1, before)
    code, said, _ = loa("bulletin", "pin", "b001", "t6 17h10", "--xom", "x1", "--json")
    assert (code, said["slots"][0]["kind"]) == (0, "pinned")
    assert "pinned" in loa("week", "show", WEEK)[1]
    code, said, _ = loa("bulletin", "unpin", "b001", "27/11/2026 17:10", "--json")
    assert (code, len(said["slots"]), standing(folder)) == (0, 1, before)
    assert loa("bulletin", "unpin", "b001")[0] == 3
    code, said, _ = loa("bulletin", "pin", "b001", "t6", "17h10", "--xom", "x1", "--dry-run", "--json")
    assert (code, len(said["slots"])) == (0, 1), "a time in two words needs no quotation marks"


def test_a_refusal_says_why_and_what_is_near(loa: Loa) -> None:
    code, said, _ = loa("bulletin", "pin", "b001", "2026-11-27 22:00", "--json")
    assert (code, {item["xom"] for item in said["refused"]}) == (4, {"x1", "x2"})
    assert "the quiet hours 21:00-05:00" in said["refused"][0]["why"]
    assert said["refused"][0]["after"].startswith("2026-11-28T05:30")
    code, _, told = loa("bulletin", "pin", "b001", "2026-11-27 22:00")
    assert code == 4
    assert told.count("not possible") == 1, "what is the same in all xóm is said once"
    assert "Fri 27/11 22:00, every xóm: not possible: " in told
    near = told.partition("Nearest: ")[2].strip().split(", ")
    assert len(near) == 2
    for instant in near:
        assert loa("bulletin", "pin", "b001", instant, "--dry-run")[0] == 0, "what is offered can be typed and done"


def test_a_xom_is_called_by_its_name_too(loa: Loa) -> None:
    for name in ("x2", "X2", "xóm 2"):
        code, said, _ = loa("bulletin", "pin", "b001", "t6 17h10", "--xom", name, "--dry-run", "--json")
        assert (code, [slot["xom"] for slot in said["slots"]]) == (0, ["x2"])
    for name, told in (("Xóm 9", "there is no xóm Xóm 9"), ("", "there is no xóm ''")):
        code, _, error = loa("bulletin", "pin", "b001", "t6 17h10", "--xom", name)
        assert code == 3
        assert told in error
        assert loa("bulletin", "unpin", "b001", "--xom", name)[0] == 3


def test_what_is_over_or_has_no_hour_is_told_so(loa: Loa) -> None:
    code, _, told = loa("bulletin", "pin", "b001", "2026-11-13 17:10")
    assert code == 5
    assert "week 2026-W46 is over" in told
    code, _, told = loa("bulletin", "pin", "b001", "t6")
    assert code == 2
    assert "an instant has a day and a time" in told
    code, _, told = loa("week", "copy-day", WEEK, "fri", "sat 17:00")
    assert code == 2
    assert "a day of week 2026-W48" in told


def test_slots_have_their_keys_in_one_order(loa: Loa) -> None:
    shown = loa("week", "show", WEEK, "--json")[1]["slots"]
    pinned = loa("bulletin", "pin", "b001", "t6 17h10", "--dry-run", "--json")[1]["slots"]
    assert {tuple(slot) for slot in (*shown, *pinned)} == {
        ("id", "xom", "start", "end", "kind", "makes_good", "campaign", "bulletins", "receivers", "plan_revision",
         "authority", "cancelled_at", "why")
    }  # fmt: skip


def test_a_conflict_without_a_terminal_is_exit_5_and_changes_nothing(loa: Loa, folder: Path) -> None:
    before = standing(folder)
    there = next(slot for slot in loa("week", "show", WEEK, "--json")[1]["slots"] if slot["xom"] == "x1")
    at = there["start"][:10], there["start"]
    local = f"{at[0]} 05:30" if at[1].endswith("22:30:00.000000Z") else f"{at[0]} 17:00"
    day = "2026-11-23" if local.endswith("05:30") else at[0]
    words = ("bulletin", "pin", "b001", f"{day} {local[-5:]}:05", "--xom", "x1")
    code, said, _ = loa(*words, "--json")
    assert (code, said["conflicts"][0]["in_the_way"][0]["slot"]) == (5, there["id"])
    code, _, told = loa(*words)
    assert code == 5
    assert "--on-conflict override, append or move" in told
    assert "17:00, Xóm 1: b001" in told or "05:30, Xóm 1: b001" in told
    assert standing(folder) == before
    code, said, _ = loa(*words, "--on-conflict", "override", "--json")
    assert (code, said["taken_off"][0]["id"]) == (0, there["id"])


def test_play_now_is_for_what_may_be_played_today(loa: Loa) -> None:
    code, _, told = loa("week", "play-now", "b001", "--at", "20:00")
    assert code == 4
    assert "is valid from 23/11/2026 to 29/11/2026, not in week 2026-W47" in told
    assert loa("week", "play-now", "b001", "--at", "8 giờ")[0] == 2
    assert loa("week", "play-now", "b001", "--at", "20h")[0] == 4, "read like every other hour"


def test_days_are_copied_and_templates_kept(loa: Loa, folder: Path) -> None:
    assert "No template is kept yet" in loa("week", "template", "list")[2]
    loa("bulletin", "pin", "b001", "2026-11-27 17:10")
    code, said, _ = loa("week", "copy-day", WEEK, "fri", "sat", "--json")
    assert code in (0, 6)
    assert all(slot["kind"] == "pinned" for slot in said["slots"])
    assert loa("week", "copy-day", WEEK, "fri", "fri")[0] == 2
    code, said, _ = loa("week", "template", "save", "cuoi-tuan", WEEK, "fri", "--dry-run", "--json")
    assert (code, (folder / "templates").exists()) == (0, False)
    assert loa("week", "template", "save", "cuoi-tuan", WEEK, "fri")[0] == 0
    assert loa("week", "template", "save", "cuoi-tuan", WEEK, "fri")[0] == 5
    assert [item["name"] for item in loa("week", "template", "list", "--json")[1]["templates"]] == ["cuoi-tuan"]
    assert "cuoi-tuan" in loa("week", "template", "list")[1]
    assert loa("week", "template", "apply", "cuoi-tuan", WEEK, "sun", "--on-conflict", "move", "--json")[0] in (0, 6)
    code, said, _ = loa("week", "template", "apply", "cuoi-tuan", "2026-W50", "sun", "--json")
    assert (code, said["left_out"], said["slots"]) == (4, ["b001"], []), "nothing of it can be played: no success"
    assert loa("week", "template", "remove", "cuoi-tuan")[0] == 0
    assert loa("week", "template", "apply", "cuoi-tuan", WEEK, "sun")[0] == 3
