"""loa bulletin: from a manuscript to an approved clip."""

from collections.abc import Mapping
from datetime import date
from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from playlists.manuscript import Manuscript
from playlists.week import TIMEZONE
from scheduler.audit.entry import read_instant
from scheduler.cli.command import (
    DiskPath,
    Group,
    argument,
    confirm,
    dry_run_option,
    emit,
    json_option,
    option,
    optional_station_option,
    say,
    station_option,
    translated,
    yes_option,
)
from scheduler.cli.opening import clock_of, opened, opened_if_any, vocabulary_of
from scheduler.cli.pin import pin, unpin
from scheduler.cli.preview import preview, refusals_document, render, show_refusals
from scheduler.cli.reading import reading_document, show_reading
from scheduler.cli.record import record
from scheduler.cli.recording import show_verdict, verdict_document
from scheduler.cli.tables import show_table
from scheduler.clock import system_now
from scheduler.rendering import Rendering, read_rendering
from scheduler.station import Station
from scheduler.store.queries import bulletin_row, bulletin_rows, clip_rows, renderings_of, valid_approvals
from scheduler.store.tables import ApprovalRow, BulletinRow, ClipRow, RenderingRow
from scheduler.usecases.add_bulletin import add_bulletin, read_file
from scheduler.usecases.approve_bulletin import approve_bulletin
from scheduler.usecases.withdraw_bulletin import withdraw_bulletin
from tts.normalise import Reading, read

HEADINGS = ("Id", "Title", "State", "Days", "Plays", "Seconds", "Voice")
FILE = DiskPath(exists=True, dir_okay=False)
LABELS = {
    "id": "Id",
    "title": "Title",
    "state": "State",
    "campaign": "Campaign",
    "priority": "Priority",
    "field": "Field",
    "unit": "Unit",
    "targets": "Targets",
    "valid_from": "From",
    "valid_to": "To",
    "plays_wanted": "Plays",
    "duration_s": "Seconds",
    "voice": "Voice",
    "clip": "Clip",
    "digest": "Digest",
    "approvals": "Approvals",
}


@click.group("bulletin", cls=Group, help="Bulletins: written, read aloud, approved, withdrawn.")
def bulletin() -> None:
    pass


@bulletin.command("add", help="Take in FILE (Markdown, plain text or Word) as a draft.")
@argument("file", type=FILE)
@option("--replaces", help="The bulletin whose text this is to be from now on; its approval ends.")
@station_option
@yes_option
@dry_run_option
@json_option
def add(file: Path, replaces: str | None, station_folder: Path | None, yes: bool, dry_run: bool, as_json: bool) -> None:
    station = opened(station_folder)
    now = clock_of(station)
    manuscript = read_file(file, now)
    if manuscript.converted:
        _show_conversion(manuscript)
        confirm(_("Were the letters converted rightly?"), yes)
    added = add_bulletin(station, manuscript, now, beside=file.parent, replaces=replaces, dry_run=dry_run)
    document = {
        "id": added.bulletin.id,
        "title": added.bulletin.title,
        "state": added.state,
        "encoding": manuscript.encoding,
        "converted": manuscript.converted,
        "replaced": added.replaced,
        "notes": _notes(manuscript),
        "recording": verdict_document(added.heard) if added.heard else None,
        "dry_run": dry_run,
    }

    def show() -> None:
        if added.state == "draft":
            say("Bulletin {id} is a draft: {title}", id=added.bulletin.id, title=added.bulletin.title)
        else:
            say("Bulletin {id} has this text already and stays {state}.", id=added.bulletin.id, state=_(added.state))
            return
        for note in _notes(manuscript):
            say("  note: {note}", note=note)
        if added.heard is not None:
            show_verdict(added.heard)
        say("Hear it with `loa bulletin preview {id}`, then approve it.", id=added.bulletin.id)

    emit(document, as_json, show)


@bulletin.command("check", help="Show how FILE would be read aloud: every rewritten form, and what needs a look.")
@argument("file", type=FILE)
@optional_station_option
@json_option
def check(file: Path, station_folder: Path | None, as_json: bool) -> None:
    station = opened_if_any(station_folder)
    manuscript = read_file(file, clock_of(station) if station else system_now())
    reading = _reading(station, manuscript)
    document = {
        "title": manuscript.bulletin.title,
        "encoding": manuscript.encoding,
        "converted": manuscript.converted,
        "notes": _notes(manuscript),
        **reading_document(reading),
    }

    def show() -> None:
        if manuscript.converted:
            _show_conversion(manuscript)
        for note in _notes(manuscript):
            say("note: {note}", note=note)
        show_reading(reading)

    emit(document, as_json, show)


bulletin.add_command(record)
bulletin.add_command(pin)
bulletin.add_command(unpin)


bulletin.add_command(preview)
bulletin.add_command(render)


@bulletin.command("approve", help="Sign bulletin ID, its words and its sound, as the leader.")
@argument("id")
@option("--as", "approver", help="The approver's name (default: station.leader in config.toml).")
@option("--key", "key_file", type=FILE, help="The approver's key (default: keys/approver.key of the station).")
@option("--heard", help="The beginning of the clip's digest, as the preview showed it.")
@station_option
@yes_option
@dry_run_option
@json_option
def approve(
    id: str,
    approver: str | None,
    key_file: Path | None,
    heard: str | None,
    station_folder: Path | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    station = opened(station_folder)
    with station.store.reading() as session:
        row = bulletin_row(session, id)
    seen = row.clip if heard is None or (row.clip or "").startswith(heard) else heard
    name = approver or station.config.station.leader
    if not dry_run:
        confirm(_("{name} approves “{title}”, words and sound. Sign?").format(name=name, title=row.title), yes)
    approved = approve_bulletin(
        station, id, name, station.keys.approver(key_file), clock_of(station), seen_clip=seen, dry_run=dry_run
    )
    document = {
        "id": id,
        "state": "approved",
        "approver": name,
        "keyid": approved.keyid,
        "clip": approved.bulletin.clip,
        "also_signed": [sound.kind for sound in approved.sounds],
        "dry_run": dry_run,
    }

    def show() -> None:
        say("Bulletin {id} is approved by {name}.", id=id, name=name)
        for sound in approved.sounds:
            say("Also signed, because every programme has it: “{text}”", text=sound.text)

    emit(document, as_json, show)


@bulletin.command(
    "withdraw", help="Take bulletin ID off the air: its approval ends, coming slots are shortened or cancelled."
)
@argument("id")
@station_option
@yes_option
@dry_run_option
@json_option
def withdraw(id: str, station_folder: Path | None, yes: bool, dry_run: bool, as_json: bool) -> None:
    station = opened(station_folder)
    if not dry_run:
        confirm(_("Withdraw bulletin {id}?").format(id=id), yes)
    withdrawn = withdraw_bulletin(station, id, clock_of(station), dry_run=dry_run)
    document = {
        "id": id,
        "state": "withdrawn",
        "cancelled_slots": [slot.id for slot in withdrawn.cancelled],
        "receivers": list(withdrawn.receivers),
        "dry_run": dry_run,
    }
    emit(
        document,
        as_json,
        lambda: say(
            "Bulletin {id} is withdrawn; {slots} coming slots changed. `loa week publish` fills what they lack.",
            id=id,
            slots=len(withdrawn.cancelled),
        ),
    )


@bulletin.command("list", help="Show all bulletins.")
@station_option
@json_option
def list_(station_folder: Path | None, as_json: bool) -> None:
    station = opened(station_folder)
    with station.store.reading() as session:
        rows = bulletin_rows(session)
        clips = clip_rows(session, [row.clip for row in rows if row.clip])
        renderings = renderings_of(session, clips)
    document = [_summary(row, clips.get(row.clip or ""), renderings.get(row.clip or "")) for row in rows]
    lines = [
        (
            row.id,
            row.title,
            row.state,
            f"{_day(row.valid_from)}–{_day(row.valid_to)}",
            row.plays_wanted,
            item["duration_s"],
            _voices(item),
        )
        for row, item in zip(rows, document, strict=True)
    ]
    emit(document, as_json, lambda: show_table(HEADINGS, lines))


@bulletin.command("show", help="Show bulletin ID: header, text, voice and approval.")
@argument("id")
@station_option
@json_option
def show(id: str, station_folder: Path | None, as_json: bool) -> None:
    station = opened(station_folder)
    with station.store.reading() as session:
        row = bulletin_row(session, id)
        clips = clip_rows(session, [row.clip] if row.clip else [])
        renderings = renderings_of(session, clips)
        approvals = [approval for approval in valid_approvals(session) if approval.bulletin == id]
    document = {
        **_summary(row, clips.get(row.clip or ""), renderings.get(row.clip or "")),
        "targets": row.targets,
        "unit": row.unit,
        "field": row.field,
        "digest": row.digest,
        "clip": row.clip,
        "approvals": [_approval(approval) for approval in approvals],
        "text": row.text,
    }

    def print_it() -> None:
        shown = {**document, "targets": _places(row.targets), "approvals": "; ".join(map(_signed, approvals))}
        show_table(("Item", "Value"), [(_(label), shown[key]) for key, label in LABELS.items()])
        show_refusals(_rendering(renderings.get(row.clip or "")))
        click.echo(row.text)

    emit(document, as_json, print_it)


def _rendering(row: RenderingRow | None) -> Rendering:
    return read_rendering(row.turns) if row else Rendering(())


def _voices(item: Mapping[str, Any]) -> str:
    """Who spoke, by name, and in whose place."""
    spoke = " + ".join(voice.split()[0] for voice in (item["voice"] or "").split(" + ") if voice)
    instead = ", ".join(refused["voice"].split()[0] for refused in item["refused_voices"])
    return _("{voice}, instead of {refused}").format(voice=spoke, refused=instead) if instead else spoke


def _summary(row: BulletinRow, clip: ClipRow | None, rendering: RenderingRow | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "state": row.state,
        "campaign": row.campaign,
        "priority": row.priority,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "plays_wanted": row.plays_wanted,
        "duration_s": round(clip.duration_ms / 1000, 1) if clip else None,
        "voice": clip.spoken_by if clip else row.voice,
        "refused_voices": refusals_document(_rendering(rendering)),
    }


def _day(written: str) -> str:
    return f"{date.fromisoformat(written):%d/%m}"


def _places(targets: Mapping[str, Any]) -> str:
    return _("the whole commune") if targets["everyone"] else ", ".join([*targets["xom"], *targets["tags"]])


def _signed(row: ApprovalRow) -> str:
    return f"{row.approver}, {read_instant(row.approved_at).astimezone(TIMEZONE):%H:%M %d/%m/%Y}"


def _approval(row: ApprovalRow) -> dict[str, Any]:
    return {"approver": row.approver, "approved_at": row.approved_at, "keyid": row.keyid, "valid_to": row.valid_to}


def _reading(station: Station | None, manuscript: Manuscript) -> Reading:
    text = manuscript.bulletin.text
    return vocabulary_of(station).read(text) if station else read(text)


def _notes(manuscript: Manuscript) -> list[str]:
    return [
        (f"{_('line')} {note.line}: " if note.line else "") + translated(note.template, note.values)
        for note in manuscript.notes
    ]


def _show_conversion(manuscript: Manuscript) -> None:
    say("The file was in the old encoding {encoding}. Converted, it begins:", encoding=manuscript.encoding)
    say("  {text}", text=manuscript.bulletin.text[:300])
