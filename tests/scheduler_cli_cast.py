"""The command `loa` on a station that lives in a rehearsal's time: Sunday before week 48, 18:00."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from scheduler.cli import main
from scheduler.station import Station


class Said(NamedTuple):
    code: int
    out: str
    err: str


Loa = Callable[..., Said]


def in_rehearsal(station: Station) -> Path:
    """The folder of the station, closed, whose clock stands still: its week 48 is never over."""
    station.store.close()
    config = station.folder / "config.toml"
    config.write_text(config.read_text().replace('leader = "Bà Lan"', 'leader = "Bà Lan"\nsimulated = true'))
    with closing(sqlite3.connect(station.store.path)) as database, database:
        database.execute("INSERT INTO pulse VALUES (0, '2026-11-22T11:00:00.000000Z')")
    return station.folder


def command(folder: Path, capsys: pytest.CaptureFixture[str]) -> Loa:
    """Run a command in English unless another language is asked for; what it said, and its exit code."""

    def run(*words: str, lang: str = "en", station: bool = True) -> Said:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--lang", lang, *(["--station", str(folder)] if station else []), *words])
        said = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Said(code, said.out, said.err)

    return run
