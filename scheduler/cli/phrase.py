"""loa phrase: short recordings that bulletins call for by name, such as a greeting in the leader's own voice."""

from datetime import timedelta
from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from scheduler.cli.anew import anew_document, show_anew
from scheduler.cli.command import (
    DiskPath,
    Group,
    argument,
    confirm,
    dry_run_option,
    emit,
    json_option,
    option,
    say,
    station_option,
    yes_option,
)
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.recording import recorded_here, seconds_option, show_verdict, verdict_document
from scheduler.cli.tables import show_table
from scheduler.store.queries import phrase_rows
from scheduler.store.tables import PhraseRow
from scheduler.usecases.change_phrase import PhraseChange, add_phrase, phrase_words, remove_phrase
from scheduler.usecases.hear import play
from scheduler.usecases.vocabulary import phrase_name, vocabulary
from tts.decode import decode
from tts.normalise import read
from tts.voices.recorded import LONGEST

words_option = option("--words", help="What is said in it (default: what it said before, else nothing is known).")


@click.group(
    "phrase", cls=Group, help="Recorded phrases: a line [câu: NAME] in a bulletin plays the recording of that name."
)
def phrase() -> None:
    pass


@phrase.command(
    "add",
    help="Take in FILE (WAV, MP3, M4A) under NAME, in the place of an earlier one. Bulletins that call for it are "
    "rendered anew, to be approved again.",
)
@argument("name")
@argument("file", type=DiskPath(exists=True, dir_okay=False))
@words_option
@station_option
@dry_run_option
@json_option
def add(name: str, file: Path, words: str | None, station_folder: Path | None, dry_run: bool, as_json: bool) -> None:
    station = opened(station_folder)
    change = add_phrase(station, name, file.resolve(), clock_of(station), words=words, dry_run=dry_run)
    _emit(change, dry_run, as_json, heard_before=False)


@phrase.command("record", help="Say NAME into the microphone of this machine. Bulletins follow as with add.")
@argument("name")
@words_option
@seconds_option
@station_option
@yes_option
@dry_run_option
@json_option
def record(
    name: str,
    words: str | None,
    seconds: int,
    station_folder: Path | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    station = opened(station_folder)
    said = phrase_words(station, name, words)
    with recorded_here(station, "phrase", said, read(said).words, seconds, yes) as take:
        change = add_phrase(station, name, take, clock_of(station), words=words, dry_run=dry_run)
    _emit(change, dry_run, as_json, heard_before=True)


@phrase.command("list", help="Show the recorded phrases.")
@station_option
@json_option
def list_(station_folder: Path | None, as_json: bool) -> None:
    station = opened(station_folder)
    with station.store.reading() as session:
        rows = phrase_rows(session)
    lines = [(row.name, f"[câu: {row.name}]", row.words) for row in rows]
    emit([_row(row) for row in rows], as_json, lambda: show_table(("Name", "In a text", "What is said"), lines))


@phrase.command("hear", help="Play NAME on this machine's loudspeaker, or say where its file is.")
@argument("name")
@station_option
@json_option
def hear(name: str, station_folder: Path | None, as_json: bool) -> None:
    station = opened(station_folder)
    with station.store.reading() as session:
        found = vocabulary(session).phrase(name)
    path = station.recordings / found.recording
    speech = decode(path, max_duration=LONGEST)
    program = play(speech)
    document = {
        "name": found.name,
        "duration_s": round(speech.duration / timedelta(seconds=1), 1),
        "played_by": program,
        "audio": str(path),
    }

    def show() -> None:
        if program is None:
            say("No loudspeaker played it here. Hear it from the file: {path}", path=path)

    emit(document, as_json, show)


@phrase.command("remove", help="Take NAME out of the library, once no bulletin calls for it; its file stays.")
@argument("name")
@station_option
@yes_option
@dry_run_option
@json_option
def remove(name: str, station_folder: Path | None, yes: bool, dry_run: bool, as_json: bool) -> None:
    station = opened(station_folder)
    if not dry_run:
        confirm(_("Remove the phrase {name}?").format(name=phrase_name(name)), yes)
    gone = remove_phrase(station, name, clock_of(station), dry_run=dry_run)
    emit(
        {**_row(gone), "dry_run": dry_run},
        as_json,
        lambda: say("The phrase “{name}” is removed.", name=gone.name),
    )


def _row(row: PhraseRow) -> dict[str, str]:
    return {"name": row.name, "words": row.words, "recording": row.recording}


def _emit(change: PhraseChange, dry_run: bool, as_json: bool, *, heard_before: bool) -> None:
    document: dict[str, Any] = {
        **_row(change.phrase),
        "replaced": change.replaced,
        **verdict_document(change.verdict),
        **anew_document(change),
        "dry_run": dry_run,
    }

    def show() -> None:
        if not heard_before:
            show_verdict(change.verdict)
        say("A line [câu: {name}] in a bulletin plays it.", name=change.phrase.name)
        show_anew(change)

    emit(document, as_json, show)
