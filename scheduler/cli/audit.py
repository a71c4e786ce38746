"""loa audit: is the evidence what it was?"""

from gettext import gettext as _
from pathlib import Path

import click

from devices.protocol.keys import PublicKey
from scheduler.cli.command import Group, emit, json_option, option, out, say, station_option
from scheduler.cli.opening import opened
from scheduler.usecases.verify_log import verify_station

NO = 1


@click.group("audit", cls=Group, help="The evidence log.")
def audit() -> None:
    pass


@audit.command("verify", help="Check every leaf, checkpoint, row and signature. Exit 1 and the name of what is wrong.")
@option("--log-key", help="The log's public key (base64) as you were given it, instead of the one the station names.")
@station_option
@json_option
def verify(log_key: str | None, station_folder: Path | None, as_json: bool) -> int:
    station = opened(station_folder)
    result = verify_station(station, PublicKey.from_text(log_key).raw if log_key else None)
    document = {
        "intact": not result.findings,
        "leaves": result.leaves,
        "checkpoints": result.checkpoints,
        "unsealed": result.unsealed,
        "root": result.root,
        "findings": [
            {"kind": item.kind, "where": item.where, "problem": item.problem.text(_)} for item in result.findings
        ],
    }

    def show() -> None:
        for finding in result.findings:
            out.print(f"[red]✗[/red] {finding.where}: ", end="")
            out.print(finding.problem.text(_), markup=False)
        if result.findings:
            say("NOT INTACT: {count} findings in {leaves} leaves.", count=len(result.findings), leaves=result.leaves)
        else:
            say(
                "Intact: {leaves} leaves, {checkpoints} checkpoints, {unsealed} leaves since the last. Root {root}",
                leaves=result.leaves,
                checkpoints=result.checkpoints,
                unsealed=result.unsealed,
                root=result.root,
            )

    emit(document, as_json, show)
    return NO if result.findings else 0
