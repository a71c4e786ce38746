"""loa week what-if: the rest of a week under supposed outages."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from playlists.planning.foresight import Outlook
from playlists.slot import Programme
from playlists.week import TIMEZONE, Week
from scheduler.cli.command import Command, argument, emit, json_option, option, say, station_option
from scheduler.cli.moments import read_moment, read_span
from scheduler.cli.opening import clock_of, opened
from scheduler.cli.tables import show_table
from scheduler.cli.week_diff import change_document, show_changes
from scheduler.cli.week_parameter import WEEK
from scheduler.cli.week_table import moment
from scheduler.usecases.plan_week import said, said_together
from scheduler.usecases.what_if import Foreseen, Stretch, Supposed, what_if

NO = 1
DEAD = click.Choice(["dead", "hỏng"])


@click.command(
    "what-if",
    cls=Command,
    help="Suppose outages in WEEK: which xóm would fall short, and what the station would do. Changes nothing.",
)
@argument("week", type=WEEK)
@option(
    "--receiver",
    "receivers",
    type=(str, DEAD),
    multiple=True,
    metavar="ID dead",
    help="This receiver plays nothing more (dead, hỏng); since when, --from says.",
)
@option("--from", "since", multiple=True, metavar="TEXT", help='A day or time, "tue", "t3 16:00" (default: now).')
@option(
    "--power-cut",
    "cuts",
    type=(str, str),
    multiple=True,
    metavar="XOM TEXT",
    help='No power in XOM at this time: "tue 16:00-19:00", "thứ ba 16h-19h".',
)
@option(
    "--mourning",
    type=(str, str),
    multiple=True,
    metavar="XOM TEXT",
    help='XOM is to be silent at this time, and its week planned anew: "t3 12:00 - t4 12:00".',
)
@station_option
@json_option
def suppose(
    week: Week,
    receivers: tuple[tuple[str, str], ...],
    since: tuple[str, ...],
    cuts: tuple[tuple[str, str], ...],
    mourning: tuple[tuple[str, str], ...],
    station_folder: Path | None,
    as_json: bool,
) -> int:
    if not (receivers or cuts or mourning):
        raise click.UsageError(_("say what to suppose: --receiver, --power-cut or --mourning"))
    if len(since) not in (0, 1, len(receivers)) or (since and not receivers):
        raise click.UsageError(_("give --from once for all receivers, or once for each of them"))
    station = opened(station_folder)
    now = clock_of(station)
    starts = _starts([read_moment(text, week) for text in since], len(receivers), now)
    supposed = Supposed(
        dead=tuple((receiver, start) for (receiver, _dead), start in zip(receivers, starts, strict=True)),
        power_cuts=tuple(Stretch(xom, *read_span(text, week)) for xom, text in cuts),
        mourning=tuple(Stretch(xom, *read_span(text, week)) for xom, text in mourning),
    )
    found = what_if(station, week, supposed, now)
    emit(_document(found), as_json, lambda: _show(found))
    return NO if found.falls else 0


def _starts(given: Sequence[datetime], count: int, now: datetime) -> list[datetime]:
    return list(given) if len(given) == count else [given[0] if given else now] * count


def _document(found: Foreseen) -> dict[str, Any]:
    return {
        "week": str(found.week),
        "published": found.sent,
        "xom": [_xom_document(found, outlook) for outlook in found.outlooks],
        "changes": [change_document(change) for change in found.moves],
        "reasons": [{"xom": reason.xom, "text": said(reason, _)} for reason in found.reasons],
        "waived": [
            {"xom": outlook.xom, "authority": waiver.authority, "why": waiver.why}
            for outlook in found.outlooks
            if outlook.falls and (waiver := found.waived.get(outlook.xom))
        ],
    }


def _xom_document(found: Foreseen, outlook: Outlook) -> dict[str, Any]:
    return {
        "id": outlook.xom,
        "name": found.xom[outlook.xom],
        "required": outlook.required,
        "counted": outlook.counted,
        "falls": outlook.falls,
        "knowable": _text(outlook.knowable),
        "back_by": _text(outlook.back_by),
        "dead": list(found.dead[outlook.xom]),
        "lost": [{"slot": slot.id, **_programme(slot.programme)} for slot in outlook.lost],
        "make_goods": [
            {
                "for": answer.made.lost.slot,
                "decided": _text(answer.at),
                **_programme(answer.made.programme),
                "fails": answer.fails,
                "gives_way": [{"xom": item.xom, **_programme(item)} for item in answer.made.gives_way],
                "moved": [
                    {"xom": move.before.xom, **_programme(move.before), "to": _text(move.after.start)}
                    for move in answer.made.moved
                ],
            }
            for answer in outlook.answers
        ],
        "unmet": [{"slot": unmet.lost.slot, "reason": unmet.reason.said(_)} for unmet in outlook.unmet],
    }


def _programme(programme: Programme) -> dict[str, Any]:
    return {
        "start": _text(programme.start),
        "end": _text(programme.end),
        "bulletins": list(programme.bulletins),
    }


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(TIMEZONE).isoformat()


def _show(found: Foreseen) -> None:
    if found.moves:
        show_changes(found.moves, found.xom, found.titles, _("The plan under mourning"))
    for text in said_together(found.reasons, _):
        say("{text}", text=text)
    rows = [
        [
            found.xom[outlook.xom],
            "\n".join(moment(slot.programme.start) for slot in outlook.lost),
            "\n".join(_answers(outlook)),
            f"{outlook.counted}/{outlook.required}",
        ]
        for outlook in found.outlooks
    ]
    show_table(("Xóm", "Lost", "Make-good", "Left"), rows, title=str(found.week))
    for outlook in found.outlooks:
        _tell(found, outlook)


def _answers(outlook: Outlook) -> Iterator[str]:
    for answer in outlook.answers:
        start = moment(answer.made.programme.start)
        yield _("{start}, lost as well").format(start=start) if answer.fails else start


def _tell(found: Foreseen, outlook: Outlook) -> None:
    name = found.xom[outlook.xom]
    if not outlook.falls:
        say("{xom} keeps its week: {count} of {required}.", xom=name, count=outlook.counted, required=outlook.required)
        _tell_room(found, outlook)
        return
    say("{xom} falls short: {count} of {required}.", xom=name, count=outlook.counted, required=outlook.required)
    _tell_room(found, outlook)
    if waiver := found.waived.get(outlook.xom):
        say("{xom}: waived by {authority}: {why}.", xom=name, authority=waiver.authority, why=waiver.why)
        return
    if any(answer.fails for answer in outlook.answers) and not found.dead[outlook.xom]:
        say("  A power cut known beforehand is better a silence in config.toml; --mourning shows the week around it.")
    for unmet in outlook.unmet:
        say("  {text}", text=unmet.reason.said(_))
    if outlook.knowable == found.now:
        say("  The station sees it already.")
    elif outlook.knowable is not None:
        say("  The station sees it at {time}.", time=moment(outlook.knowable))
    if outlook.back_by is not None:
        receivers = ", ".join(found.dead[outlook.xom])
        say("  {receivers} must play again before {time}.", receivers=receivers, time=moment(outlook.back_by))


def _tell_room(found: Foreseen, outlook: Outlook) -> None:
    """What makes room for the make-goods."""

    def about(programme: Programme) -> dict[str, str]:
        titles = ", ".join(found.titles.get(bulletin, bulletin) for bulletin in programme.bulletins)
        return {"xom": found.xom[programme.xom], "titles": titles, "start": moment(programme.start)}

    for answer in outlook.answers:
        for programme in answer.made.gives_way:
            say("  To make room {xom} loses {titles} of {start}.", **about(programme))
        for move in answer.made.moved:
            after = moment(move.after.start)
            say("  To make room {titles} in {xom} moves from {start} to {after}.", **about(move.before), after=after)
