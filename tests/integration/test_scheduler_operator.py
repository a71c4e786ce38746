"""What an operator with little time reads and types: ids of bulletins, names of xóm, faults in plain words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from scheduler_cast import published
from scheduler_cli_cast import Loa, command, in_rehearsal

WEEK = "2026-W48"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A published station that lives in a rehearsal's time: Sunday, 18:00."""
    return in_rehearsal(published(tmp_path / "station"))


@pytest.fixture
def loa(folder: Path, capsys: pytest.CaptureFixture[str]) -> Loa:
    return command(folder, capsys)


@pytest.fixture
def weekdays(tmp_path: Path) -> Path:
    """Settings under which nothing may sound on the days of the week's slots."""
    file = tmp_path / "weekend.toml"
    file.write_text("[rules]\ndays = [6, 7]\n")
    return file


def test_a_table_names_bulletins_by_the_ids_that_commands_want(loa: Loa, weekdays: Path) -> None:
    for words in (("plan", WEEK), ("show", WEEK)):
        assert "★ b001 " in loa("week", *words).out
    assert "b001 " in loa("--config", str(weekdays), "week", "diff", WEEK).out


def test_publishing_what_is_published_says_that_nothing_is_new(loa: Loa) -> None:
    assert "Nothing has changed: revision 1 stays." in loa("week", "publish", WEEK, "--dry-run").err


def test_numbers_have_the_decimal_mark_of_the_language(loa: Loa) -> None:
    for lang, mark in (("vi", ","), ("en", ".")):
        told = loa("bulletin", "preview", "b001", lang=lang).err
        assert re.search(rf"-\d+{re.escape(mark)}\d LUFS", told), told


def test_what_is_taken_back_is_named_by_its_hour_and_xom(loa: Loa, weekdays: Path) -> None:
    told = loa("--config", str(weekdays), "week", "publish", WEEK, "--dry-run", "--yes").err
    taken = [line for line in told.splitlines() if line.startswith("Taken back")]
    assert taken
    assert all(re.match(r"Taken back: \w{3} \d\d/11 \d\d:\d\d, ", line) for line in taken), taken
    assert len(taken) == len(set(taken))


def test_the_plan_is_that_which_publishing_would_make(loa: Loa, weekdays: Path) -> None:
    plan, publish = (
        json.loads(loa("--config", str(weekdays), "week", *words, "--json").out)
        for words in (("plan", WEEK), ("publish", WEEK, "--dry-run"))
    )
    for key in ("lifted", "programmes", "reasons", "feasible"):
        assert plan[key] == publish[key]
    assert plan["lifted"], "what the rules of today take back is no part of the plan"
    assert "Taken back: " in loa("--config", str(weekdays), "week", "plan", WEEK).err


def test_the_data_of_a_month_adds_up(loa: Loa) -> None:
    told = loa("week", "plan", WEEK).err
    (numbers,) = re.findall(r"up to (\d+) MB a month \(clips (\d+) MB, heartbeats (\d+) MB\)", told)
    whole, clips, heartbeats = map(int, numbers)
    assert whole == clips + heartbeats


def test_a_xom_without_two_slots_is_not_said_to_have_both_on_one_day(loa: Loa, tmp_path: Path) -> None:
    file = tmp_path / "narrow.toml"
    file.write_text('[rules]\ndays = [3]\nwindows = [{ from = "05:30", to = "06:00" }]\n')
    said = loa("--config", str(file), "week", "plan", WEEK)
    assert said.code == 1
    assert "no room for 2 campaign slots" in said.err
    assert "Both campaign slots on one day" not in said.err


def test_a_waiver_names_its_xom(loa: Loa) -> None:
    said = loa("week", "waive", WEEK, "xóm 1", "--authority", "Bà Lan", "--why", "quốc tang")
    assert (said.code, "Xóm 1: waived by Bà Lan: quốc tang." in said.err) == (0, True)
    said = loa("week", "unwaive", WEEK, "Xóm 1", "--why", "ghi nhầm")
    assert (said.code, "Xóm 1: no longer waived" in said.err) == (0, True)
    assert "every xóm: waived by" in loa("week", "waive", WEEK, "--authority", "A", "--why", "b", "--dry-run").err


def test_a_revision_that_is_none_is_told_in_the_operators_language(loa: Loa) -> None:
    for wrong in ("x", "0"):
        said = loa("week", "diff", WEEK, "1", wrong, lang="vi")
        assert said.code == 2
        assert f"bản lịch là một số như 1 hoặc 2, không phải '{wrong}'" in said.err


def test_a_folder_that_cannot_be_is_told_without_a_traceback(loa: Loa, folder: Path) -> None:
    said = loa("week", "export", WEEK, "--ics", str(folder / "config.toml" / "lich"), lang="vi")
    assert said.code == 2
    assert "không đọc hoặc ghi được" in said.err
    assert "config.toml" in said.err
    assert "Traceback" not in said.err
    assert loa("week", "export", WEEK, "--ics", "").code == 2, "not silently the current folder"
    assert "Thư mục '" in loa("week", "export", WEEK, "--ics", str(folder / "config.toml"), lang="vi").err


def test_what_else_is_laid_down_stands_under_its_heading(loa: Loa) -> None:
    heading, notes = loa("rules", "show").out.split("Also laid down:")
    assert "quiet" in heading
    assert notes.strip()


def test_values_that_may_stand_in_a_key_are_named_without_english_words(loa: Loa, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text('[rules]\nholidays = "off"\n')
    said = loa("--config", str(file), "rules", "show", lang="vi")
    assert (said.code, "as_usual, as_sunday, silent" in said.err) == (2, True)
