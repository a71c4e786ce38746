"""loa receiver: the loudspeakers' receivers, seen from the station, and the reference receiver itself."""

import logging
from gettext import gettext as _
from pathlib import Path

import click
import imageio_ffmpeg

from devices.receiver.enrolment import Enrolment
from devices.receiver.run import SINKS, Sink, run_receiver
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
    say,
    station_option,
    yes_option,
)
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.tables import show_table
from scheduler.store.queries import receiver_rows
from scheduler.store.tables import ContactRow
from scheduler.usecases.enrol_receiver import add_receiver, revoke_receiver


@click.group("receiver", cls=Group, help="The receivers on the poles.")
def receiver() -> None:
    pass


@receiver.command("add", help="Add receiver ID to XOM and write its enrolment file for the installer.")
@argument("id")
@argument("xom")
@option("--name", default="", help="What people call it, such as the pole it hangs on.")
@station_option
@dry_run_option
@json_option
def add(id: str, xom: str, name: str, station_folder: Path | None, dry_run: bool, as_json: bool) -> None:
    station = opened(station_folder)
    path = add_receiver(station, id, xom, clock_of(station), name=name, dry_run=dry_run)
    emit(
        {"id": id, "xom": xom, "enrolment": str(path), "dry_run": dry_run},
        as_json,
        lambda: say(
            "Receiver {id} is added to {xom}. Bring {path} to it; it is secret until then.", id=id, xom=xom, path=path
        ),
    )


@receiver.command("list", help="Show the receivers, their xóm and when they were last heard of.")
@station_option
@json_option
def list_(station_folder: Path | None, as_json: bool) -> None:
    station = opened(station_folder)
    with station.store.reading() as session:
        rows = receiver_rows(session)
        contacts = {row.id: session.get(ContactRow, row.id) for row in rows}
    document = []
    for row in rows:
        contact = contacts[row.id]
        document.append(
            {
                "id": row.id,
                "xom": row.xom,
                "name": row.name,
                "state": "revoked" if row.revoked_at else "enrolled" if row.enrolled_at else "added",
                "enrolled_at": row.enrolled_at,
                "revoked_at": row.revoked_at,
                "last_seen": contact.last_seen if contact else None,
                "online": bool(contact and contact.online),
                "manifest_version": contact.status.get("manifest_version") if contact else None,
            }
        )
    columns = ("id", "xom", "state", "last_seen", "online", "manifest_version")
    emit(
        document,
        as_json,
        lambda: show_table(
            ("Id", "Xóm", "State", "Last seen", "Online", "Manifest"),
            [[_local(item[key]) if key == "last_seen" else item[key] for key in columns] for item in document],
        ),
    )


@receiver.command(
    "revoke", help="Revoke receiver ID: its key and its log-in count no longer (stolen, opened, replaced)."
)
@argument("id")
@option("--why", required=True, help="The reason, for the record.")
@station_option
@dry_run_option
@yes_option
@json_option
def revoke(id: str, why: str, station_folder: Path | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    station = opened(station_folder)
    if not dry_run:
        confirm(_("Revoke receiver {id} for good?").format(id=id), yes)
    revoke_receiver(station, id, why, clock_of(station), dry_run=dry_run)
    emit(
        {"id": id, "revoked": not dry_run, "dry_run": dry_run}, as_json, lambda: say("Receiver {id} is revoked.", id=id)
    )


@receiver.command(
    "run", help="Be a receiver: play the signed week, also without a network, and report what was played."
)
@option(
    "--enrolment",
    "enrolment_file",
    type=DiskPath(exists=True, dir_okay=False),
    required=True,
    help="The enrolment file of this receiver, from the station.",
)
@option(
    "--state",
    "folder",
    type=DiskPath(file_okay=False),
    required=True,
    help="The receiver's own folder: key, journal, manifest and clips.",
)
@option("--sink", type=click.Choice(SINKS), default="device", help="Where the sound goes.")
@option(
    "--wav",
    "wav_folder",
    type=DiskPath(file_okay=False),
    help="The folder of the WAV sink, one file for each slot (default: wav/ in the receiver's folder).",
)
def run(enrolment_file: Path, folder: Path, sink: Sink, wav_folder: Path | None) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    return run_receiver(
        folder=folder,
        enrolment=Enrolment.load(enrolment_file),
        sink=sink,
        ffmpeg=Path(imageio_ffmpeg.get_ffmpeg_exe()),
        wav_folder=wav_folder or folder / "wav",
        log=logging.getLogger("receiver"),
    )


def _local(written: object) -> str:
    return f"{read_instant(str(written)).astimezone(TIMEZONE):%H:%M %d/%m}" if written else ""
