"""loa lexicon, and the commands that read with it: documents, exit codes, and words that are heard."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import wave
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from scheduler_cast import MANUSCRIPT, published

from scheduler.cli import main
from scheduler.station import open_station
from scheduler.store.queries import bulletin_row, lexicon_rows

READING = ("QL7B", "quốc lộ bảy bê")


class Said(NamedTuple):
    code: int
    out: bytes
    err: str


Loa = Callable[..., Said]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    station = published(tmp_path / "station")
    station.store.close()
    return station.folder


@pytest.fixture
def loa(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Loa:
    """A command of this station, in this process."""

    def run(*words: str, lang: str = "en") -> Said:
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--lang", lang, "--station", str(folder), *words])
        said = capsysbinary.readouterr()
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, said.out, said.err.decode())

    return run


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """The folder of the programs of a machine without a loudspeaker."""
    place = tmp_path / "bin"
    place.mkdir()
    return place


@pytest.fixture
def machine(folder: Path, programs: Path) -> Loa:
    """A command as a process of its own: where it runs, what it is told, and which programs it finds matter."""

    def run(*words: str, stdin: str = "", where: Path = folder, **environment: str) -> Said:
        kept = {key: value for key, value in os.environ.items() if key not in ("LOA_STATION", "LOA_LANG")}
        done = subprocess.run(
            [sys.executable, "-m", "scheduler", *words],
            input=stdin.encode(), capture_output=True, cwd=where, check=False, timeout=60,
            env={**kept, "PATH": str(programs), "LOA_LANG": "en", **environment},
        )  # fmt: skip
        return Said(done.returncode, done.stdout, done.stderr.decode())

    return run


def document(loa: Loa, *words: str, **more: Any) -> Any:
    done = loa(*words, "--json", **more)
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_a_reading_is_added_shown_and_taken_back(loa: Loa) -> None:
    added = document(loa, "lexicon", "add", *READING)
    assert added["added"] == [{"written": "QL7B", "spoken": "quốc lộ bảy bê", "before": "", "after": ""}]
    assert (added["bulletins"], added["cancelled_slots"], added["dry_run"]) == ([], [], False)
    document(loa, "lexicon", "add", "ND", "nông dân", "--before", "hội")
    listed = document(loa, "lexicon", "list")
    assert [(one["written"], one["before"]) for one in listed] == [("ND", "hội"), ("QL7B", "")]
    assert document(loa, "lexicon", "list", "QL7B") == listed[1:]
    assert [one["written"] for one in document(loa, "lexicon", "remove", "QL7B")["removed"]] == ["QL7B"]
    assert document(loa, "lexicon", "list") == listed[:1]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["add", "QL7B", "quốc lộ bảy bê"], 5, "is read “quốc lộ bảy bê” already"),
        (["add", "QL8", "quốc lộ 8"], 2, "must be words"),
        (["add", "UBND", "ubnd"], 2, "“ubnd” is none"),
        (["add", "", "không"], 2, "begins with a letter or a digit"),
        (["add", "QL8"], 2, "SPOKEN"),
        (["remove", "QL8"], 3, "no such reading of “QL8”"),
        (["remove", "QL7B", "--before", "hội"], 3, "no such reading"),
        (["list", "QL8"], 3, "no such reading"),
    ],
)
def test_each_fault_is_named_and_has_its_exit_code(loa: Loa, words: list[str], code: int, said: str) -> None:
    document(loa, "lexicon", "add", *READING)
    done = loa("lexicon", *words)
    assert (done.code, done.out) == (code, b"")
    assert said in done.err


def test_bulletins_that_are_read_otherwise_are_named_with_what_to_do(loa: Loa, folder: Path) -> None:
    shown = document(loa, "lexicon", "add", "bà con", "bà con cô bác", "--dry-run")
    assert (shown["bulletins"], shown["dry_run"]) == (["b001"], True)
    assert document(loa, "lexicon", "list") == []
    done = loa("lexicon", "add", "bà con", "bà con cô bác", lang="vi")
    assert done.code == 0
    for part in ("“bà con” đọc là: bà con cô bác", "b001", "loa week publish"):
        assert part in done.err
    station = open_station(folder)
    with station.store.reading() as session:
        row = bulletin_row(session, "b001")
        assert [reading.written for reading in lexicon_rows(session)] == ["bà con"]
    assert (row.state, row.clip is None) == ("draft", False)
    assert document(loa, "audit", "verify")["intact"]


def test_a_sheet_goes_out_and_comes_back(loa: Loa, folder: Path, tmp_path: Path) -> None:
    document(loa, "lexicon", "add", *READING)
    document(loa, "lexicon", "add", "ND", "nông dân", "--before", "hội")
    readings = document(loa, "lexicon", "list")
    sheet = tmp_path / "từ điển.csv"
    assert document(loa, "lexicon", "export", "-o", str(sheet)) == {"readings": readings, "output": str(sheet)}
    assert loa("lexicon", "export").out == sheet.read_bytes()
    assert sheet.read_bytes().startswith(b"\xef\xbb\xbfwritten,spoken,before,after")
    document(loa, "lexicon", "remove", "QL7B")
    sheet.write_bytes(sheet.read_bytes().replace("nông dân".encode(), "nhân dân".encode()))
    assert len(document(loa, "lexicon", "import", str(sheet), "--dry-run")["added"]) == 1
    change = document(loa, "lexicon", "import", str(sheet))
    assert [one["written"] for one in change["added"]] == ["QL7B"]
    assert [one["spoken"] for one in change["changed"]] == ["nhân dân"]


def test_a_wrong_sheet_is_refused_whole_with_every_line(loa: Loa, tmp_path: Path) -> None:
    sheet = tmp_path / "sai.csv"
    sheet.write_text("written;spoken\nQL7B;quốc lộ bảy bê\nQL8;quốc lộ 8\n%;phần trăm\nQL7B;quốc lộ\n")
    done = loa("lexicon", "import", str(sheet))
    assert done.code == 2
    for part in ("line 3:", "line 4:", "line 5:"):
        assert part in done.err
    assert document(loa, "lexicon", "list") == []


def test_bulletins_are_checked_and_texts_spoken_with_the_lexicon(loa: Loa, tmp_path: Path) -> None:
    paper = tmp_path / "tin.md"
    paper.write_text(MANUSCRIPT)
    plain = document(loa, "bulletin", "check", str(paper))
    first = document(loa, "speech", "audio", str(paper), "-o", str(tmp_path / "tin.mp3"))
    document(loa, "lexicon", "add", "bà con", "bà con cô bác")
    checked = document(loa, "bulletin", "check", str(paper))
    assert (plain["words"], checked["words"]) == ("xin chào bà con.", "xin chào bà con cô bác.")
    assert ("bà con", "lexicon") in {(one["written"], one["rule"]) for one in checked["rewrites"]}
    second = document(loa, "speech", "audio", str(paper), "-o", str(tmp_path / "tin.mp3"))
    assert second["duration_s"] > first["duration_s"]


def test_the_lexicon_is_that_of_the_station_that_is_named_or_that_one_is_in(
    loa: Loa, machine: Loa, folder: Path, tmp_path: Path
) -> None:
    document(loa, "lexicon", "add", "bà con", "bà con cô bác")
    speech = ("speech", "text")

    def words(*command: str, **more: Any) -> str:
        said = machine(*command, stdin="Chào bà con\n", **more)
        assert said.code == 0, said.err
        return said.out.decode().strip()

    assert words(*speech, where=tmp_path) == "chào bà con", "no station, no lexicon"
    assert words(*speech, where=folder) == "chào bà con cô bác"
    assert words(*speech, where=tmp_path, LOA_STATION=str(folder)) == "chào bà con cô bác"
    assert machine(*speech, "--station", str(tmp_path), stdin="x").code == 2, "named, but none"


def device(programs: Path, script: str) -> None:
    (programs / "aplay").write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
    (programs / "aplay").chmod(0o755)


def heard(machine: Loa) -> Any:
    return document(machine, "lexicon", "add", *READING, "--play", "--dry-run")


def test_a_word_is_heard_through_the_sound_device(machine: Loa, programs: Path, tmp_path: Path, folder: Path) -> None:
    """The device takes the time that sound takes."""
    device(programs, f'cat > {tmp_path}/played.raw; echo "$*" > {tmp_path}/asked; sleep 3')
    said = heard(machine)
    assert (said["played_by"], said["audio"]) == ("aplay", None)
    assert not (folder / "preview").exists()
    rate = int((tmp_path / "asked").read_text().split("-r ")[1].split()[0])
    length = timedelta(seconds=(tmp_path / "played.raw").stat().st_size / 2 / rate)
    assert timedelta(seconds=0.5) < length < timedelta(seconds=3)


@pytest.mark.parametrize("script", [None, "cat > /dev/null; exit 1", "exit 0", "cat > /dev/null"])
def test_without_a_device_that_sounds_the_word_is_left_in_a_file(
    machine: Loa, programs: Path, folder: Path, script: str | None
) -> None:
    """No program; one that fails; one that takes nothing; one that takes all at once, as ffplay without a card does."""
    if script is not None:
        device(programs, script)
    said = heard(machine)
    assert (said["played_by"], said["audio"]) == (None, str(folder / "preview" / "lexicon.wav"))
    with wave.open(said["audio"]) as file:
        assert 0.5 < file.getnframes() / file.getframerate() < 3
        assert any(file.readframes(file.getnframes()))


def test_what_is_in_the_lexicon_can_be_heard(machine: Loa, loa: Loa, folder: Path) -> None:
    document(loa, "lexicon", "add", *READING)
    done = machine("lexicon", "list", "QL7B", "--play")
    assert done.code == 0
    assert str(folder / "preview" / "lexicon.wav") in done.err
