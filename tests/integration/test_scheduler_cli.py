"""The command line: one JSON document, exit codes that mean something, dry runs that change nothing, two languages."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from scheduler_cast import CONFIG, MANUSCRIPT, published
from scheduler_cli_cast import Loa, command, in_rehearsal

from devices.signing import SigningKey

WEEK = "2026-W48"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A station that lives in a rehearsal's time, so that its week 48 is never over."""
    return in_rehearsal(published(tmp_path / "station"))


@pytest.fixture
def loa(folder: Path, capsys: pytest.CaptureFixture[str]) -> Loa:
    return command(folder, capsys)


def state_of(folder: Path) -> dict[str, str]:
    """Every file's digest, the database by its content."""
    with closing(sqlite3.connect(folder / "loa.db")) as database:
        rows = "\n".join(database.iterdump())
    files = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and "loa.db" not in path.name}
    return {name: hashlib.sha256(raw).hexdigest() for name, raw in {**files, "loa.db": rows.encode()}.items()}


@pytest.mark.parametrize(
    "words",
    [
        ["xom", "list"],
        ["receiver", "list"],
        ["bulletin", "list"],
        ["bulletin", "show", "b001"],
        ["bulletin", "preview", "b001"],
        ["week", "plan", WEEK],
        ["week", "show", WEEK],
        ["status", WEEK],
        ["audit", "verify"],
        ["report", "week", WEEK],
        ["week", "publish", WEEK],
        ["receiver", "add", "r9", "x2"],
        ["receiver", "revoke", "r3", "--why", "mất", "--yes"],
        ["bulletin", "withdraw", "b001", "--yes"],
    ],
)
def test_json_is_one_document_on_standard_output(loa: Loa, words: list[str]) -> None:
    said = loa(*words, "--json")
    assert said.code in (0, 1), said.err
    json.loads(said.out)
    assert loa(*words[:2], "--help").code == 0


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_without_json_everything_is_for_people(loa: Loa, lang: str) -> None:
    for words in (["status", WEEK], ["week", "show", WEEK], ["audit", "verify"], ["bulletin", "show", "b001"]):
        said = loa(*words, lang=lang)
        assert said.code in (0, 1), said.err
        with pytest.raises(json.JSONDecodeError):
            json.loads(said.out or "-")


def test_the_status_document_is_what_the_issue_says(loa: Loa) -> None:
    document = json.loads(loa("status", WEEK, "--json").out)
    assert [*document] == ["week", "simulated", "required", "met", "total", "xom"]
    assert (document["week"], document["simulated"], document["required"], document["total"]) == (WEEK, True, 2, 2)
    keys = ["id", "name", "planned", "played", "unknown", "make_good", "state", "grade", "reason", "bears"]
    assert [[*xom] for xom in document["xom"]] == [keys, keys]
    assert {xom["state"] for xom in document["xom"]} <= {"met", "on_track", "at_risk", "missed", "impossible", "waived"}


@pytest.mark.parametrize(
    "words",
    [
        ["bulletin", "add", "{file}"],
        ["bulletin", "add", "{file}", "--replaces", "b001"],
        ["bulletin", "withdraw", "b001"],
        ["week", "publish", "2026-W49"],
        ["receiver", "add", "r9", "x2"],
        ["receiver", "revoke", "r3", "--why", "mất"],
        ["xom", "import", "{csv}"],
    ],
)
def test_a_dry_run_shows_what_it_would_do_and_changes_nothing(
    loa: Loa, folder: Path, tmp_path: Path, words: list[str]
) -> None:
    file, csv = tmp_path / "tin.md", tmp_path / "xom.csv"
    file.write_text(MANUSCRIPT.replace("Thử loa", "Tin khác"))
    csv.write_text("id,name,receivers\nx1,Xóm Một,r1 r2\nx7,Xóm 7,r7\n")
    words = [word.format(file=file, csv=csv) for word in words]
    before = state_of(folder)
    shown = loa(*words, "--dry-run", "--json")
    assert shown.code in (0, 1), shown.err
    document = json.loads(shown.out)
    assert document["dry_run"] is True
    assert state_of(folder) == before
    done = json.loads(loa(*words, *([] if words[1] in ("publish", "add") else ["--yes"]), "--json").out)
    assert state_of(folder) != before
    assert {key: value for key, value in done.items() if key not in ("dry_run", "revoked")} == {
        key: value for key, value in document.items() if key not in ("dry_run", "revoked")
    }


def test_approving_for_show_changes_nothing(loa: Loa, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "tin.md"
    file.write_text(MANUSCRIPT.replace("Thử loa", "Tin khác"))
    loa("bulletin", "add", str(file))
    loa("bulletin", "preview", "b002")
    before = state_of(folder)
    assert loa("bulletin", "approve", "b002", "--dry-run", "--json").code == 0
    assert state_of(folder) == before
    assert loa("bulletin", "approve", "b002", "--yes", "--json").code == 0
    assert json.loads(loa("bulletin", "show", "b002", "--json").out)["state"] == "approved"


def test_exit_codes_say_what_kind_of_no_it_is(loa: Loa, folder: Path, tmp_path: Path) -> None:
    wrong_key = tmp_path / "thief.key"
    SigningKey.create(wrong_key)
    file = tmp_path / "tin.md"
    file.write_text(MANUSCRIPT.replace("Thử loa", "Tin khác"))
    loa("bulletin", "add", str(file))
    loa("bulletin", "preview", "b002")
    expected = {
        ("nothing-of-ours",): 2,
        ("week", "show", "2026-W99"): 2,
        ("bulletin", "withdraw", "b001"): 4,  # nobody can be asked
        ("bulletin", "show", "b999"): 3,
        ("week", "show", "2026-W51"): 3,
        ("receiver", "add", "r9", "x9"): 3,
        ("bulletin", "approve", "b002", "--yes", "--key", str(wrong_key)): 4,
        ("bulletin", "approve", "b001", "--yes"): 5,
        ("receiver", "add", "r1", "x1"): 5,
        ("receiver", "add", "../r9", "x1"): 2,
        ("week", "publish", "2026-W40"): 5,
    }
    for words, code in expected.items():
        said = loa(*words)
        assert (words, said.code) == (words, code)
        assert said.out == "", "standard output is for results"
        assert said.err.strip()
        assert "Traceback" not in said.err
    (folder / "keys" / "approver.key").unlink()
    assert loa("bulletin", "approve", "b002", "--yes").code == 4
    (folder / "config.toml").write_text(CONFIG.replace("windows", "windws"))
    said = loa("status", WEEK)
    assert said.code == 2
    assert "windows" in said.err


def test_no_station_is_said_with_what_to_do(tmp_path: Path, loa: Loa) -> None:
    said = loa("status", "--station", str(tmp_path / "nowhere"), station=False)
    assert said.code in (2, 3)
    assert "loa init" in said.err


def test_a_week_that_cannot_be_had_is_a_no(loa: Loa, folder: Path) -> None:
    assert loa("week", "plan", "2026-W49", "--json").code == 1, "nothing is approved for it"
    with closing(sqlite3.connect(folder / "loa.db")) as database, database:
        database.execute("UPDATE pulse SET at = '2026-12-20T11:00:00.000000Z'")
    assert loa("status", WEEK, "--json").code == 1, "nothing was played"


def test_what_holds_in_many_xom_is_said_once(loa: Loa) -> None:
    said = loa("week", "plan", "2026-W49", lang="vi").err
    assert said.count("chưa có tin chuyên mục") + said.count("không còn đủ chỗ") == 1
    assert "Xóm 1, Xóm 2: " in said


def test_a_reason_names_its_xom_once(loa: Loa) -> None:
    assert loa("week", "publish", "2026-W49").code == 1
    said = loa("status", "2026-W49", lang="vi").out
    assert "Xóm 1: " in said
    assert "Xóm 1: Xóm 1" not in said


@pytest.mark.parametrize("verb", ["plan", "publish"])
def test_a_week_that_is_over_is_not_planned(loa: Loa, verb: str) -> None:
    assert loa("week", verb, "2026-W40").code == 5


def test_what_is_not_on_the_disk_is_named_in_vietnamese(loa: Loa) -> None:
    said = loa("bulletin", "add", "khong-co.md", lang="vi")
    assert said.code == 2
    assert "Tệp 'khong-co.md' không tồn tại" in said.err


def test_a_dry_run_says_that_it_is_one(loa: Loa) -> None:
    words = ("receiver", "revoke", "r3", "--why", "mất")
    assert loa(*words, "--dry-run", lang="vi").err.startswith("Chỉ xem thử")
    assert "thử" not in loa(*words, "--yes", lang="vi").err


def test_an_instant_is_said_as_people_here_write_it(loa: Loa) -> None:
    loa("bulletin", "withdraw", "b001", "--yes")
    assert "18:00 22/11/2026" in loa("bulletin", "withdraw", "b001", "--yes", lang="vi").err


def test_a_state_in_the_way_is_named_in_vietnamese(loa: Loa) -> None:
    assert "đã duyệt" in loa("bulletin", "approve", "b001", "--yes", lang="vi").err


@pytest.mark.parametrize("raw", [b"x = [", "tên = 1".encode("utf-16")])
def test_a_toml_that_is_none_is_said(loa: Loa, tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "xom.toml"
    file.write_bytes(raw)
    for words in (("xom", "import", str(file)), ("init", str(tmp_path / "dai"), "--from", str(file))):
        said = loa(*words)
        assert (said.code, said.out) == (2, "")
        assert "TOML" in said.err


def test_verify_says_no_when_something_was_changed(loa: Loa, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "loa.db")) as database, database:
        database.execute("UPDATE bulletin SET title = 'khác'")
    said = loa("audit", "verify", "--json")
    assert said.code == 1
    assert [finding["where"] for finding in json.loads(said.out)["findings"]] == ["bulletin b001"]
    assert "b001" in loa("audit", "verify").out


def test_d9_a_damaged_database_is_no_answer_of_a_check(loa: Loa, folder: Path) -> None:
    """Exit 2, could not run: not the 1 of a check that said no."""
    database = folder / "loa.db"
    raw = database.read_bytes()
    database.write_bytes(raw[:8192] + bytes(len(raw) - 8192))
    for words in (["status", WEEK], ["audit", "verify"], ["bulletin", "withdraw", "b001", "--yes"]):
        said = loa(*words, "--json")
        assert (said.code, said.out) == (2, "")
        assert "loa.db" in said.err


def test_init_makes_a_station_that_works_and_never_a_second_time(loa: Loa, tmp_path: Path) -> None:
    source, made = tmp_path / "source.toml", tmp_path / "made"
    source.write_text(CONFIG)
    first = loa("init", str(made), "--from", str(source), "--json", station=False)
    assert json.loads(first.out)["receivers"] == ["r1", "r2", "r3"]
    assert loa("init", str(made), "--from", str(source), station=False).code == 5
    assert loa("audit", "verify", "--station", str(made), station=False).code == 0
    for secret in [*(made / "keys").iterdir(), *(made / "enrolments").iterdir(), made / "broker" / "passwords"]:
        assert secret.stat().st_mode & 0o077 == 0, secret


def test_a_wrong_config_founds_nothing(loa: Loa, tmp_path: Path) -> None:
    source = tmp_path / "source.toml"
    source.write_text(CONFIG.replace('id = "xa-thu"', 'id = "Xã"'))
    assert loa("init", str(tmp_path / "made"), "--from", str(source), station=False).code == 2
    assert not (tmp_path / "made").exists()


def test_vietnamese_unless_asked_otherwise(folder: Path) -> None:
    """In a process of its own, with nothing set; LOA_LANG and --lang in turn."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("LOA_", "LANG", "LC_"))}

    def said(*words: str, **more: str) -> str:
        command = [sys.executable, "-m", "scheduler", *words]
        return subprocess.run(command, env={**clean, **more}, capture_output=True, check=True).stdout.decode()

    default, english = said("status", "--help"), said("--lang", "en", "status", "--help")
    assert default != english
    assert "Show each xóm" in english
    assert said("status", "--help", LOA_LANG="en") == english
    assert said("--lang=vi", "status", "--help", LOA_LANG="en") == default


def test_speech_text_gives_a_line_for_a_line(loa: Loa, tmp_path: Path) -> None:
    file = tmp_path / "lines.txt"
    file.write_text("Ngày 2/9.\n\nGiá 5.000đ.\n")
    said = loa("speech", "text", str(file), station=False)
    assert said.code == 0
    assert len(said.out.split("\n")) == 4
    assert said.out.split("\n")[1] == ""
    assert len(json.loads(loa("speech", "text", str(file), "--json", station=False).out)) == 3


def test_a_closed_pipe_is_no_fault(folder: Path) -> None:
    command = f"{sys.executable} -m scheduler --station {folder} week show {WEEK} --json | head -c 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, check=False)
    assert done.stdout == b"{"
    assert b"Traceback" not in done.stderr


def test_a_reader_of_the_folder_needs_no_private_key(loa: Loa, folder: Path, tmp_path: Path) -> None:
    """Status, reports' numbers and the audit work on a copy without keys/, as an inspector gets it."""
    shutil.rmtree(folder / "keys")
    for words in (["status", WEEK], ["audit", "verify"], ["week", "show", WEEK]):
        assert loa(*words, "--json").code == 0
