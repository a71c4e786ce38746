"""loa bulletin record: a person reads a bulletin, at the microphone of this machine or into a file brought along."""

from pathlib import Path

import click

from scheduler.cli.command import (
    Command,
    DiskPath,
    argument,
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
from scheduler.usecases.record_bulletin import record_bulletin, spoken_words


@click.command(
    "record",
    cls=Command,
    help="Read bulletin ID into the microphone, or take FILE: a person's voice instead of the machine's. The text "
    "stays, its approval ends.",
)
@argument("id")
@option("--file", type=DiskPath(exists=True, dir_okay=False), help="A WAV, MP3 or M4A that was recorded elsewhere.")
@seconds_option
@station_option
@yes_option
@dry_run_option
@json_option
def record(
    id: str,
    file: Path | None,
    seconds: int,
    station_folder: Path | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    station = opened(station_folder)
    now = clock_of(station)
    if file is not None:
        recorded = record_bulletin(station, id, file.resolve(), now, dry_run=dry_run)
    else:
        bulletin, words = spoken_words(station, id)
        with recorded_here(station, id, bulletin.text or bulletin.title, words, seconds, yes) as take:
            recorded = record_bulletin(station, id, take, now, dry_run=dry_run)
    document = {
        "id": id,
        "state": "draft" if recorded.changed else "unchanged",
        "recording": recorded.bulletin.recording,
        **verdict_document(recorded.verdict),
        "cancelled_slots": [slot.id for slot in recorded.cancelled],
        "dry_run": dry_run,
    }

    def show() -> None:
        if file is not None:
            show_verdict(recorded.verdict)
        if not recorded.changed:
            say("Bulletin {id} has this recording already.", id=id)
            return
        say("Bulletin {id} has a person's voice now. It is a draft.", id=id)
        say("Hear it with `loa bulletin preview {id}`, then approve it.", id=id)

    emit(document, as_json, show)
