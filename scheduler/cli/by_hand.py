"""What the commands that place programmes by hand share: the question about a conflict, and what was done."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from gettext import gettext as _
from typing import Any, TypeVar

import click

from playlists.planning.settling import Choice, Standing
from playlists.week import TIMEZONE
from scheduler.audit.entry import read_instant
from scheduler.cli.command import dry_run_option, emit, json_option, option, say, station_option
from scheduler.cli.week_table import moment, slot_document, which
from scheduler.errors import ConflictError
from scheduler.sentence import Sentence, Sentences
from scheduler.store.tables import SlotRow
from scheduler.usecases.place_by_hand import HandPlaced
from scheduler.usecases.refusals import Refusal

REFUSED, CONFLICT, PARTIAL = 4, 5, 6

Placing = TypeVar("Placing", bound=Callable[..., Any])

xom_option = option("--xom", "xom", multiple=True, help="Only in this xóm; may be given several times.")
_conflict_option = option(
    "--on-conflict",
    "choice",
    type=click.Choice([choice.value for choice in Choice]),
    help="What to do about a programme that is in the way: override it, append after it, or move to the next free "
    "place. Without it you are asked.",
)


def by_hand_options(command: Placing) -> Placing:
    """What every command that places programmes can be told: the choice, the station, a dry run, JSON."""
    return _conflict_option(station_option(dry_run_option(json_option(command))))


def resolved(
    place: Callable[[Choice | None], HandPlaced], names: Mapping[str, str], choice: str | None, as_json: bool
) -> HandPlaced:
    """What `place` did, with the operator's choice where it needed one; `names` are those of all xóm, by id.

    Raises ConflictError where nobody can be asked; with --json the conflicts are in the document instead.
    """
    done = place(Choice(choice) if choice else None)
    if not done.conflicts:
        return done
    standing = [item for conflict in done.conflicts for item in conflict.standing]
    if sys.stdin.isatty():
        for line in _standing(standing, names):
            say("In the way: {line}", line=line)
        question = _("override (take its place), append (after it) or move (to the next free place)?")
        chosen = click.prompt(question, type=click.Choice([choice.value for choice in Choice]), err=True)
        return place(Choice(chosen))
    if as_json:
        return done
    raise ConflictError(
        "{count} programmes are in the way: {others}. Choose with --on-conflict override, append or move",
        count=len({item.slot for item in standing}),
        others="; ".join(_standing(standing, names)),
    )


def tell(
    done: HandPlaced, names: Mapping[str, str], as_json: bool, dry_run: bool, more: dict[str, Any] | None = None
) -> int:
    """Say what was done; returns the exit code."""
    emit({**hand_document(done), **(more or {}), "dry_run": dry_run}, as_json, lambda: _show(done, names))
    if done.conflicts:
        return CONFLICT
    if done.refused and not (done.slots or done.sounding):
        return REFUSED
    return PARTIAL if done.refused or done.unmet else 0


def hand_document(done: HandPlaced) -> dict[str, Any]:
    return {
        "slots": [slot_document(row) for row in done.slots],
        "taken_off": [slot_document(row) for row in done.taken_off],
        "made_good": [
            {"xom": item.xom, "start": _iso(item.start), "bulletins": list(item.bulletins)} for item in done.made_good
        ],
        "unmet": [{"slot": item.lost.slot, "reason": item.reason.said(_)} for item in done.unmet],
        "needless": [{"slot": item.lost.slot, "reason": item.reason.said(_)} for item in done.needless],
        "conflicts": [
            {
                "xom": item.wish.xom,
                "start": _iso(item.wish.start),
                "bulletins": list(item.wish.bulletins),
                "in_the_way": [{**_sent_document(other), "fixed": other.fixed} for other in item.standing],
            }
            for item in done.conflicts
        ],
        "refused": [
            {
                "xom": item.wish.xom,
                "start": _iso(item.wish.start),
                "bulletins": list(item.wish.bulletins),
                "why": [reason.text(_) for reason in item.why],
                "before": item.before and _iso(item.before),
                "after": item.after and _iso(item.after),
            }
            for item in done.refused
        ],
        "already": [{"xom": item.programme.xom, **_sent_document(item)} for item in done.sounding],
    }


def _sent_document(sent: Standing) -> dict[str, Any]:
    return {
        "slot": sent.slot,
        "start": _iso(sent.programme.start),
        "end": _iso(sent.programme.end),
        "bulletins": list(sent.programme.bulletins),
    }


def _show(done: HandPlaced, names: Mapping[str, str]) -> None:
    for line in _standing(done.sounding, names):
        say("{line}: sent out already, it stays as it is", line=line)
    for start, bulletins, xom in _together(((row.xom, _slot_time(row), row.bulletins) for row in done.slots), names):
        say("{start}, {xom}: {bulletins}", start=start, xom=xom, bulletins=bulletins)
    gone = ((row.xom, _slot_time(row), row.bulletins) for row in done.taken_off)
    for start, bulletins, xom in _together(gone, names):
        say("Taken off: {start}, {xom}: {bulletins}", start=start, xom=xom, bulletins=bulletins)
    again = ((item.xom, _time(item.start), item.bulletins) for item in done.made_good)
    for start, bulletins, xom in _together(again, names):
        say("Made good: {start}, {xom}: {bulletins}", start=start, xom=xom, bulletins=bulletins)
    for lost in done.needless:
        say("{reason}.", reason=lost.reason.said(_))
    for lost in done.unmet:
        say("Cannot be made good: {reason}", reason=lost.reason.said(_))
    refused = ((item.wish.xom, _time(item.wish.start), [_refused(item)]) for item in done.refused)
    for start, why, xom in _together(refused, names):
        say("{start}, {xom}: {why}", start=start, xom=xom, why=why)


def _together(items: Iterable[tuple[str, str, Iterable[str]]], names: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """What is the same in several xóm, once: when, what, and in which."""
    found: dict[tuple[str, str], list[str]] = {}
    for xom, start, what in items:
        found.setdefault((start, ", ".join(what)), []).append(xom)
    yield from ((start, what, which(xom, names)) for (start, what), xom in found.items())


def _refused(item: Refusal) -> str:
    why = Sentences(item.why or (Sentence("no free place is left in the week"),)).text(_)
    near = [_time(instant) for instant in (item.before, item.after) if instant is not None]
    return _("not possible: {why}. Nearest: {near}").format(why=why, near=", ".join(near) or "–")


def _standing(standing: Iterable[Standing], names: Mapping[str, str]) -> list[str]:
    programmes = [item.programme for item in standing]
    items = ((programme.xom, _time(programme.start), programme.bulletins) for programme in programmes)
    return [f"{start}, {xom}: {bulletins}" for start, bulletins, xom in _together(items, names)]


def _slot_time(row: SlotRow) -> str:
    return _time(read_instant(row.start))


def _time(instant: datetime) -> str:
    """As it can be typed again."""
    return moment(instant) + (f":{instant:%S}" if instant.second else "")


def _iso(instant: datetime) -> str:
    return instant.astimezone(TIMEZONE).isoformat()
