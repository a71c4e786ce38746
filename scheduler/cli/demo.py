"""loa demo: a whole week on the air, rehearsed before your eyes."""

import logging
import time
from collections.abc import Sequence
from datetime import date, datetime
from gettext import gettext as _
from pathlib import Path

import click
from rich.console import Group as Lines
from rich.live import Live
from rich.table import Table
from rich.text import Text

from devices.simulator.faults import DeadAmplifier, Fault, Offline, PowerCut
from playlists.week import TIMEZONE
from scheduler.audit.entry import read_instant
from scheduler.cli.command import Command, DiskPath, err, option, out, say
from scheduler.cli.status import show_status
from scheduler.cli.tables import STATE_STYLES
from scheduler.rehearsal.story import BROKER_RESTARTS, CLOSED, WEEK, Cast, cast, play_week, prepare, write_bulletins
from scheduler.reports.document import SIGNS, status_document
from scheduler.station import Station
from scheduler.store.queries import slots_of_week
from scheduler.usecases.publish_week import Published
from scheduler.usecases.report_week import report_week
from scheduler.usecases.verify_log import verify_station
from scheduler.usecases.voice_bulletin import Voiced
from scheduler.usecases.week_facts import week_status
from scheduler.verdict import Play, PlayState, XomWeek

NO = 1
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
STYLES: dict[PlayState, str] = {
    "played": "green",
    "failed": "red",
    "unknown": "yellow",
    "awaited": "cyan",
    "upcoming": "dim",
}


@click.command(
    "demo", cls=Command, help="Rehearse the week 2026-W48 of the sample station: 24 xóm, 40 receivers, faults."
)
@option(
    "--output",
    type=DiskPath(file_okay=False),
    default=Path("build/demo"),
    help="The station folder that is left behind (default: build/demo).",
)
def demo(output: Path) -> int:
    logging.getLogger("scheduler").addHandler(logging.NullHandler())  # what happens is told below, in words
    station = prepare(output.resolve())
    say("The station: {name}, in {folder}", name=station.config.station.name, folder=output)
    voiced = write_bulletins(station, _tell_clip)
    say("{count} bulletins, {minutes:.1f} minutes of speech.", count=len(voiced), minutes=_minutes(voiced))
    story = cast(station)
    for fault in story.faults:
        _tell_fault(fault)
    say("  to come: the broker is restarted at {instant}", instant=_local(BROKER_RESTARTS))
    _watch(story)
    verdicts = week_status(station, WEEK, CLOSED)
    issued = report_week(station, WEEK, CLOSED, _)
    checked = verify_station(station)
    out.print(_table(verdicts))
    _tell_make_goods(station)
    show_status(status_document(WEEK, verdicts, station.config.guarantee.campaign_slots_per_week, True, _))
    for finding in checked.findings:
        say("{where}: {problem}", where=finding.where, problem=finding.problem.text(_))
    if not checked.findings:
        say("The log is intact: {leaves} leaves, root {root}", leaves=checked.leaves, root=checked.root)
    say("The report: {path}", path=issued.page)
    say("The station stays in {folder}: try `loa status {week} --station {folder}`", folder=output, week=WEEK)
    explained = all(verdict.state == "met" or verdict.reasons for verdict in verdicts)
    return 0 if explained and not checked.findings else NO


def _watch(story: Cast) -> None:
    """Play the week; on a terminal as a table that fills, elsewhere as a line for each day."""
    screen = Screen(story)
    if err.is_terminal:
        with Live(console=err, auto_refresh=False, transient=True) as live:
            play_week(story, _tell_plan, _tell_restart, lambda now: screen.draw(live, now))
    else:
        play_week(story, _tell_plan, _tell_restart, screen.tell)


class Screen:
    """What is seen of the week while it is played."""

    def __init__(self, story: Cast) -> None:
        self._station = story.station
        self._drawn_at_s = 0.0
        self._told: date | None = None

    def draw(self, live: Live, now: datetime) -> None:
        """The table, four times a second at most."""
        if time.monotonic() - self._drawn_at_s >= 0.25:
            verdicts = week_status(self._station, WEEK, now)
            live.update(Lines(_heading(now, verdicts), _table(verdicts)), refresh=True)
            self._drawn_at_s = time.monotonic()

    def tell(self, now: datetime) -> None:
        """One line at the beginning of each day."""
        day = now.astimezone(TIMEZONE).date()
        if day != self._told:
            err.print(_heading(now, week_status(self._station, WEEK, now)))
            self._told = day


def _heading(now: datetime, verdicts: Sequence[XomWeek]) -> Text:
    local = now.astimezone(TIMEZONE)
    plays = [play for verdict in verdicts for receiver in verdict.receivers for play in receiver.plays]
    counts = {state: sum(play.state == state for play in plays) for state in STYLES}
    line = Text(f"{_(DAYS[local.weekday()])} {local:%d/%m %H:%M}  ")
    for state, style in STYLES.items():
        line.append(f"{SIGNS[state]} {counts[state]}  ", style=style)
    line.append(_("met: {met} of {total}").format(met=sum(v.state == "met" for v in verdicts), total=len(verdicts)))
    return line


def _table(verdicts: Sequence[XomWeek]) -> Table:
    """xóm × day, a sign for each campaign slot on the receiver that fares worst."""
    table = Table(title=str(WEEK), pad_edge=False, header_style="bold")
    for heading in ("Xóm", *DAYS, "State"):
        table.add_column(_(heading))
    for verdict in verdicts:
        cells = [Text() for _day in DAYS]
        for play in verdict.receivers[0].plays if verdict.receivers else ():
            cells[play.slot.start.astimezone(TIMEZONE).weekday()].append_text(_sign(play))
        table.add_row(verdict.name, *cells, Text(_(verdict.state), style=STATE_STYLES[verdict.state]))
    return table


def _sign(play: Play) -> Text:
    again = "+" if play.slot.kind == "make_good" else ""
    return Text(again + SIGNS[play.state], style=STYLES.get(play.state, "dim"))


def _tell_make_goods(station: Station) -> None:
    """Every make-good of the week: what it was for, and what became of it."""
    with station.store.reading() as session:
        slots = [slot for slot in slots_of_week(session, str(WEEK)) if slot.kind == "make_good"]
    for slot in slots:
        start = _local(read_instant(slot.start))
        if slot.cancelled_at is None:
            say("make-good in {xom} at {start} for {lost}", xom=slot.xom, start=start, lost=slot.makes_good)
        else:
            say("make-good in {xom} at {start} taken back: {why}", xom=slot.xom, start=start, why=slot.why)


def _tell_clip(voiced: Voiced) -> None:
    say(
        "  {id}  {seconds:5.1f} s  {voice}  {title}",
        id=voiced.bulletin.id,
        seconds=voiced.clip.duration.total_seconds(),
        voice=voiced.rendering.voices[0],
        title=voiced.bulletin.title,
    )


def _tell_fault(fault: Fault) -> None:
    match fault:
        case Offline(receiver=receiver, start=start, end=end):
            say(
                "  to come: {receiver} has no network from {start} to {end} and plays its stored week",
                receiver=receiver,
                start=_local(start),
                end=_local(end),
            )
        case DeadAmplifier(receiver=receiver):
            say("  to come: the amplifier of {receiver} is dead", receiver=receiver)
        case PowerCut(receiver=receiver, after=after, off=off):
            say(
                "  to come: {receiver} loses its power in mid-programme after {after}, for {minutes:.0f} minutes",
                receiver=receiver,
                after=_local(after),
                minutes=off.total_seconds() / 60,
            )


def _local(instant: datetime) -> str:
    local = instant.astimezone(TIMEZONE)
    return f"{_(DAYS[local.weekday()])} {local:%H:%M}"


def _tell_restart() -> None:
    say("The broker was restarted; receivers and station find each other again.")


def _tell_plan(published: Published) -> None:
    say(
        "The week is published: revision {revision}, {slots} slots for {receivers} receivers.",
        revision=published.revision,
        slots=len(published.slots),
        receivers=len(published.receivers),
    )


def _minutes(voiced: Sequence[Voiced]) -> float:
    return sum(item.clip.duration.total_seconds() for item in voiced) / 60
