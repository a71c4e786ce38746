"""loa lexicon: how the commune's own names, roads and abbreviations are read aloud."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from scheduler.cli.anew import anew_document, show_anew
from scheduler.cli.command import (
    DiskPath,
    Group,
    argument,
    dry_run_option,
    emit,
    json_option,
    option,
    say,
    station_option,
)
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.tables import show_table
from scheduler.errors import NotFoundError
from scheduler.station import Station
from scheduler.store.queries import lexicon_rows
from scheduler.store.tables import LexiconRow
from scheduler.usecases.change_lexicon import LexiconChange, add_reading, import_readings, remove_reading
from scheduler.usecases.hear import Heard, hear_words
from scheduler.usecases.lexicon_readings import read_readings, reading, written_readings

before_option = option("--before", default="", metavar="WORD", help="Only where this word stands before it.")
after_option = option("--after", default="", metavar="WORD", help="Only where this word stands after it.")
play_option = option("--play", is_flag=True, help="Hear it, on this machine's loudspeaker or from a WAV file.")


@click.group("lexicon", cls=Group, help="The commune's lexicon: how its own names and abbreviations are read.")
def lexicon() -> None:
    pass


@lexicon.command(
    "add",
    help="Read WRITTEN as SPOKEN from now on. Bulletins that this changes are rendered anew, to be approved again.",
)
@argument("written")
@argument("spoken")
@before_option
@after_option
@play_option
@station_option
@dry_run_option
@json_option
def add(
    written: str,
    spoken: str,
    before: str,
    after: str,
    play: bool,
    station_folder: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    station = opened(station_folder)
    now = clock_of(station)
    new = reading(written, spoken, now, before=before, after=after)
    change = add_reading(station, new, now, dry_run=dry_run)
    heard = hear_words(station, new.spoken) if play else None

    def show() -> None:
        say("“{written}” is read: {spoken}", written=new.written, spoken=new.spoken)
        _show_heard(heard)
        show_anew(change)

    emit({**_document(change, dry_run), **_heard_document(heard)}, as_json, show)


@lexicon.command(
    "remove",
    help="Take back the readings of WRITTEN, or with --before or --after that one. Bulletins follow as with add.",
)
@argument("written")
@before_option
@after_option
@station_option
@dry_run_option
@json_option
def remove(written: str, before: str, after: str, station_folder: Path | None, dry_run: bool, as_json: bool) -> None:
    station = opened(station_folder)
    change = remove_reading(station, written, clock_of(station), before=before, after=after, dry_run=dry_run)

    def show() -> None:
        say(
            "Taken back: {count} readings of “{written}”.", count=len(change.removed), written=change.removed[0].written
        )
        show_anew(change)

    emit(_document(change, dry_run), as_json, show)


@lexicon.command("list", help="Show the commune's readings, or those of WRITTEN.")
@argument("written", required=False)
@play_option
@station_option
@json_option
def list_(written: str | None, play: bool, station_folder: Path | None, as_json: bool) -> None:
    station = opened(station_folder)
    rows = [row for row in _readings(station) if written is None or row.written == written]
    if not rows and written is not None:
        raise NotFoundError(
            "the lexicon has no such reading of “{written}”; `loa lexicon list` shows what it has", written=written
        )
    heard = hear_words(station, ". ".join(row.spoken for row in rows)) if play and rows else None

    def show() -> None:
        lines = [(row.written, row.spoken, row.before, row.after) for row in rows]
        show_table(("Written", "Read as", "Word before", "Word after"), lines)

    _show_heard(heard)
    emit([_reading(row) for row in rows], as_json, show)


@lexicon.command(
    "import",
    help="Take in FILE, a CSV with the columns written, spoken, before, after. What FILE does not name stays.",
)
@argument("file", type=DiskPath(exists=True, dir_okay=False))
@station_option
@dry_run_option
@json_option
def import_(file: Path, station_folder: Path | None, dry_run: bool, as_json: bool) -> None:
    station = opened(station_folder)
    now = clock_of(station)
    change = import_readings(station, read_readings(file.read_bytes(), now), now, dry_run=dry_run)

    def show() -> None:
        say("Lexicon: {added} added, {changed} changed.", added=len(change.added), changed=len(change.changed))
        show_anew(change)

    emit(_document(change, dry_run), as_json, show)


@lexicon.command("export", help="Write the lexicon as a CSV that a spreadsheet opens and import takes in.")
@option(
    "-o",
    "--output",
    type=DiskPath(dir_okay=False),
    help="Where to write it (default: standard output).",
)
@station_option
@json_option
def export(output: Path | None, station_folder: Path | None, as_json: bool) -> None:
    rows = _readings(opened(station_folder))
    written = written_readings(rows)
    document = {"readings": [_reading(row) for row in rows], "output": str(output) if output else None}
    if output is not None:
        draft = output.with_name(f".{output.name}.part")
        draft.write_bytes(written)
        draft.replace(output)
        emit(document, as_json, lambda: say("{count} readings: {path}", count=len(rows), path=output))
    else:
        emit(document, as_json, lambda: sys.stdout.buffer.write(written))


def _readings(station: Station) -> list[LexiconRow]:
    with station.store.reading() as session:
        return lexicon_rows(session)


def _reading(row: LexiconRow) -> dict[str, str]:
    return {"written": row.written, "spoken": row.spoken, "before": row.before, "after": row.after}


def _document(change: LexiconChange, dry_run: bool) -> dict[str, Any]:
    def readings(rows: Sequence[LexiconRow]) -> list[dict[str, str]]:
        return [_reading(row) for row in rows]

    return {
        "added": readings(change.added),
        "changed": readings(change.changed),
        "removed": readings(change.removed),
        **anew_document(change),
        "dry_run": dry_run,
    }


def _heard_document(heard: Heard | None) -> dict[str, str | None]:
    if heard is None:
        return {}
    return {"played_by": heard.program, "audio": str(heard.file) if heard.file else None}


def _show_heard(heard: Heard | None) -> None:
    if heard is not None and heard.file is not None:
        say("No loudspeaker played it here. Hear it from the file: {path}", path=heard.file)
