"""loa week solve: any planning problem in Loa's JSON format, without a station."""

import sys
import time
from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from playlists.exact.prover import BUDGET, EFFORT, LIMIT, CpSat
from playlists.planning.answered import answer_document
from playlists.planning.document import DocumentError, read_problem
from playlists.planning.form import schema
from playlists.planning.solve import solve as planned
from scheduler.cli.command import Command, DiskPath, argument, emit, err, json_option, option, say
from scheduler.cli.tables import show_table

EXIT = {True: 0, False: 1, None: 6}
WRONG = 2


def _print_schema(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
    if asked:
        emit(schema(), True, lambda: None)
        ctx.exit()


@click.command(
    "solve",
    cls=Command,
    help="Answer the planning problem in FILE, a JSON document: a plan (exit 0), the reasons why there is none (1), or "
    "neither in the effort given (6). Needs no station; - is the standard input.",
)
@argument("file", type=DiskPath(exists=True, dir_okay=False, allow_dash=True))
@option(
    "--schema", is_flag=True, is_eager=True, callback=_print_schema, expose_value=False,
    help="Print the JSON Schema of such a document.",
)  # fmt: skip
@option(
    "--effort", type=click.FloatRange(min=0, max=1000), default=1.0, show_default=True, metavar="N",
    help="How long to search where it is hard, as a multiple of the usual: 10 for ten times as long.",
)  # fmt: skip
@json_option
def solve(file: Path, effort: float, as_json: bool) -> int:
    try:
        problem = read_problem(sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes())
    except DocumentError as error:
        faults = [fault.said(_) for fault in error.faults]
        emit({"faults": faults}, as_json, lambda: _show_faults(file, faults))
        return WRONG
    began = time.perf_counter()
    with CpSat(EFFORT * effort, BUDGET * effort, LIMIT * max(1, effort)) as prover:
        answer = planned(problem, prover)
    document = answer_document(problem, answer, time.perf_counter() - began, _)
    emit(document, as_json, lambda: _show(document))
    return EXIT[document["feasible"]]


def _show_faults(file: Path, faults: list[str]) -> None:
    for fault in faults:
        err.print(f"{file}: {fault}", markup=False)


def _show(document: dict[str, Any]) -> None:
    plan = document if document["feasible"] else document["plan"]
    rows = [
        (item["xom"], item["start"][:16].replace("T", " "), item["end"][11:16], " + ".join(item["bulletins"]))
        for item in plan["programmes"]
    ]
    show_table(("Xóm", "Start", "End", "Bulletins"), rows)
    for reason in document.get("reasons", []):
        say("{text}. Possible: {remedies}.", text=reason["text"], remedies="; ".join(reason["would_help"]))
    if document["feasible"] is None:
        say(
            "Not concluded: neither a full plan nor a proof that there is none was found. This is the best plan found. "
            "--effort {effort} searches longer.",
            effort=10,
        )
