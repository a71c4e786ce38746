"""loa week solve: any planning problem as a JSON document, and exit codes that say how it ended."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from playlists.planning.form import schema
from scheduler.cli import main

EXAMPLE = Path(__file__).parents[2] / "docs" / "schemas" / "planning-problem.example.json"
LOA = (sys.executable, "-c", "from scheduler.cli import main; main()")
PLAN, IMPOSSIBLE, WRONG, OPEN = 0, 1, 2, 6


def solved(capsys: pytest.CaptureFixture[str], file: Path, *options: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["week", "solve", str(file), "--json", *options])
    return int(ended.value.code or 0), json.loads(capsys.readouterr().out)


def test_a_plan(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = solved(capsys, EXAMPLE)
    assert code == PLAN
    assert found["feasible"] is True
    assert found["solver"]["proved"] is True
    assert {"xom": "x01", "bulletin": "b1", "start": "2026-11-23T05:30:00+07:00"} in found["plays"]


def test_f8_the_reasons_why_there_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    problem["bulletins"][0]["min_per_week"] = 3  # x02 has two windows a week
    problem["rules"]["campaign_min_per_xom"] = 0
    file = tmp_path / "week.json"
    file.write_text(json.dumps(problem), encoding="utf-8")
    code, found = solved(capsys, file)
    assert code == IMPOSSIBLE
    (reason,) = found["reasons"]
    assert (reason["xom"], reason["rules"], reason["minimal"]) == ("x02", ["min_per_week:b1"], True)
    assert reason["would_help"]


def test_without_effort_for_a_second_search_nothing_is_called_impossible(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    problem["bulletins"][0] |= {"min_per_week": 2, "min_gap_h": 160}  # which no flow proves
    problem["committed"] = []
    file = tmp_path / "week.json"
    file.write_text(json.dumps(problem), encoding="utf-8")
    code, found = solved(capsys, file, "--effort", "0")
    assert (code, found["feasible"]) == (OPEN, None)
    code, found = solved(capsys, file, "--effort", "2.5")
    assert (code, found["feasible"]) == (IMPOSSIBLE, False)


def test_a_wrong_document_is_refused_with_all_its_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "week.json"
    file.write_text('{"week": "2026-W48", "timezone": "UTC", "xom": [], "bulletins": []}', encoding="utf-8")
    code, found = solved(capsys, file)
    assert code == WRONG
    assert [fault.split(":")[0] for fault in found["faults"]] == ["timezone", "now", "rules"]


def test_a_problem_on_the_standard_input() -> None:
    ended = subprocess.run(
        [*LOA, "week", "solve", "-", "--json"], input=EXAMPLE.read_bytes(), capture_output=True, timeout=60
    )
    assert ended.returncode == PLAN
    assert json.loads(ended.stdout)["feasible"] is True


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that takes no byte")
def test_an_answer_that_cannot_be_written_is_not_the_answer_no() -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [*LOA, "week", "solve", str(EXAMPLE), "--json"], stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert ended.returncode == WRONG
    assert ended.stderr


def test_the_schema_needs_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["week", "solve", "--schema"])
    assert not ended.value.code
    assert json.loads(capsys.readouterr().out) == schema()
