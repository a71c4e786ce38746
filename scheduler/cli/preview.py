"""loa bulletin preview and render: a bulletin gets its sound, to be heard before it is approved."""

import sys
from collections.abc import Sequence
from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from scheduler.cli.command import (
    Command,
    argument,
    dry_run_option,
    emit,
    err,
    explained,
    json_option,
    option,
    say,
    station_option,
)
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.outside import tell_outside
from scheduler.cli.progress import shown_progress
from scheduler.cli.reading import reading_document, show_reading
from scheduler.rendering import Rendering
from scheduler.station import Station
from scheduler.store.queries import bulletin_row
from scheduler.usecases.hear import has_device, play
from scheduler.usecases.outside_voices import outside_voices
from scheduler.usecases.preview_bulletin import write_preview
from scheduler.usecases.render_bulletins import render_bulletins, without_sound
from scheduler.usecases.voice_bulletin import Voiced, voice_bulletin
from tts.errors import ReadableError
from tts.speech import SECOND

PARTIAL = 6


@click.command(
    "preview",
    cls=Command,
    help="Render bulletin ID and play it, to be heard before approval; leave its page, audio, transcript and picture "
    "in preview/.",
)
@argument("id")
@option(
    "--play/--no-play",
    "playing",
    default=None,
    help="Play it here, or not (default: on a terminal, where a sound program is installed; Ctrl+C ends the playing).",
)
@station_option
@json_option
def preview(id: str, playing: bool | None, station_folder: Path | None, as_json: bool) -> None:
    station = opened(station_folder)
    tell_outside(outside_voices(station, [id]))
    with shown_progress() as progress:
        voiced = voice_bulletin(station, id, clock_of(station), progress)
    files = write_preview(station, voiced)
    loudness = files.trace.loudness
    document = {
        "id": id,
        **_document(voiced),
        "cached": voiced.kept,
        "loudness_lufs": loudness.integrated,
        "true_peak_dbtp": loudness.true_peak,
        "audio": str(files.audio),
        "page": str(files.page),
        "transcript": str(files.transcript),
        "picture": str(files.picture),
        "sentences": [
            {"start_s": mark.start / SECOND, "end_s": mark.end / SECOND, "text": mark.text}
            for mark in voiced.rendering.marks
        ],
        **reading_document(voiced.reading),
    }

    def show() -> None:
        show_refusals(voiced.rendering)
        say(
            "Voice: {voice}; {seconds:.0f} s, {kilobytes:.0f} kB",
            voice=" + ".join(voiced.rendering.voices),
            seconds=voiced.clip.duration / SECOND,
            kilobytes=voiced.clip.size / 1_000,
        )
        say("Loudness: {lufs:.1f} LUFS, true peak {dbtp:.1f} dBTP", lufs=loudness.integrated, dbtp=loudness.true_peak)
        show_reading(voiced.reading)
        say("Page to listen and jump in: {path}", path=files.page)
        say("Audio: {path}", path=files.audio)
        say("Transcript: {path}", path=files.transcript)
        say("Approve what you heard: `loa bulletin approve {id} --heard {clip}`", id=id, clip=voiced.clip.digest[:12])
        here = err.is_terminal and sys.stdin.isatty() and has_device()
        if playing or (playing is None and here):
            say("Playing; Ctrl+C ends it.")
            if play(files.trace.sound) is None:
                say("No loudspeaker played it here. Hear it from the file: {path}", path=files.audio)

    emit(document, as_json, show)


@click.command(
    "render",
    cls=Command,
    help="Render each bulletin ID, or with --all whatever lacks its sound, two at a time. What is finished is kept at "
    "once: ended at any moment, the next run goes on from there.",
)
@argument("ids", nargs=-1, metavar="[ID]...")
@option("--all", "everything", is_flag=True, help="Every bulletin that lacks its sound (as without ID).")
@station_option
@dry_run_option
@json_option
def render(ids: tuple[str, ...], everything: bool, station_folder: Path | None, dry_run: bool, as_json: bool) -> int:
    if ids and everything:
        raise click.UsageError(_("--all goes without ID"))
    station = opened(station_folder)
    now = clock_of(station)
    wanted = _known(station, ids) if ids else without_sound(station, now)
    if dry_run:
        emit({"wanted": list(wanted), "dry_run": True}, as_json, lambda: _show_wanted(wanted))
        return 0
    tell_outside(outside_voices(station, wanted))
    with shown_progress() as progress:
        ended = 0
        progress("rendering", ended, len(wanted))

        def tell(bulletin: str, end: Voiced | ReadableError) -> None:
            nonlocal ended
            ended += 1
            if not as_json:
                _show_end(bulletin, end)
            progress("rendering", ended, len(wanted))

        rendered = render_bulletins(station, wanted, now, tell)
    document = {
        "rendered": [{"id": voiced.bulletin.id, **_document(voiced)} for voiced in rendered.voiced],
        "failed": [{"id": bulletin, "reason": explained(error)} for bulletin, error in rendered.failed],
    }

    def show() -> None:
        if not wanted:
            _show_wanted(wanted)
        elif rendered.failed:
            say(
                "{done} of {count} are rendered; without a new sound: {ids}",
                done=len(rendered.voiced),
                count=len(wanted),
                ids=", ".join(bulletin for bulletin, _error in rendered.failed),
            )
        else:
            say("{count} rendered. Hear each with `loa bulletin preview`, then approve it.", count=len(wanted))

    emit(document, as_json, show)
    return 0 if not rendered.failed else PARTIAL


def _known(station: Station, bulletins: Sequence[str]) -> Sequence[str]:
    """Raises NotFoundError for the first that there is not."""
    with station.store.reading() as session:
        return [bulletin_row(session, bulletin).id for bulletin in bulletins]


def _show_wanted(wanted: Sequence[str]) -> None:
    if wanted:
        say("To be rendered: {ids}", ids=", ".join(wanted))
    else:
        say("Every bulletin has its sound.")


def show_refusals(rendering: Rendering) -> None:
    """Which voices were asked and did not speak, and why."""
    for item in rendering.refused:
        say("Voice {voice} could not speak: {reason}", voice=item.voice, reason=item.why.text(_))


def refusals_document(rendering: Rendering) -> list[dict[str, str]]:
    """The same for --json."""
    return [{"voice": item.voice, "reason": item.why.text(_)} for item in rendering.refused]


def _document(voiced: Voiced) -> dict[str, Any]:
    return {
        "clip": voiced.clip.digest,
        "duration_s": voiced.clip.duration / SECOND,
        "size": voiced.clip.size,
        "voice": " + ".join(voiced.rendering.voices),
        "refused_voices": refusals_document(voiced.rendering),
    }


def _show_end(bulletin: str, end: Voiced | ReadableError) -> None:
    if isinstance(end, ReadableError):
        say("Bulletin {id} could not be rendered: {reason}", id=bulletin, reason=explained(end))
        return
    say("  {id}  {seconds:5.1f} s  {title}", id=bulletin, seconds=end.clip.duration / SECOND, title=end.bulletin.title)
    show_refusals(end.rendering)
