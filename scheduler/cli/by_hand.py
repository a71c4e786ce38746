"""What the commands that place programmes by hand share: the question about a conflict, and what was done."""

import sys
from collections.abc import Callable
from datetime import datetime
from gettext import gettext as _
from typing import Any

import click

from playlists.planning.settling import Choice, Standing
from playlists.week import TIMEZONE
from scheduler.audit.entry import read_instant
from scheduler.cli.command import emit, option, say
from scheduler.cli.week_table import slot_document
from scheduler.errors import ConflictError
from scheduler.sentence import Sentence, Sentences
from scheduler.store.tables import SlotRow
from scheduler.usecases.place_by_hand import HandPlaced

REFUSED, CONFLICT, PARTIAL = 4, 5, 6

xom_option = option("--xom", "xom", multiple=True, help="Only in this xóm; may be given several times.")
conflict_option = option(
    "--on-conflict",
    "choice",
    type=click.Choice([choice.value for choice in Choice]),
    help="What to do about a programme that is in the way: override it, append after it, or move to the next free "
    "place. Without it you are asked.",
)


def resolved(place: Callable[[Choice | None], HandPlaced], choice: str | None, as_json: bool) -> HandPlaced:
    """What `place` did, with the operator's choice where it needed one.

    Raises ConflictError where nobody can be asked; with --json the conflicts are in the document instead.
    """
    done = place(Choice(choice) if choice else None)
    if not done.conflicts:
        return done
    if sys.stdin.isatty():
        for conflict in done.conflicts:
            say(
                "{xom} {start}: in the way is {others}",
                xom=conflict.wish.xom,
                start=_time(conflict.wish.start),
                others="; ".join(map(_standing, conflict.standing)),
            )
        question = _("override (take its place), append (after it) or move (to the next free place)?")
        chosen = click.prompt(question, type=click.Choice([choice.value for choice in Choice]), err=True)
        return place(Choice(chosen))
    if as_json:
        return done
    raise ConflictError(
        "{count} programmes are in the way: {others}. Choose with --on-conflict override, append or move",
        count=len(done.conflicts),
        others="; ".join(_standing(item) for conflict in done.conflicts for item in conflict.standing),
    )


def tell(done: HandPlaced, as_json: bool, dry_run: bool, more: dict[str, Any] | None = None) -> int:
    """Say what was done; returns the exit code."""
    emit({**hand_document(done), **(more or {}), "dry_run": dry_run}, as_json, lambda: _show(done))
    if done.conflicts:
        return CONFLICT
    if done.refused and not done.slots:
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
        "conflicts": [
            {
                "xom": item.wish.xom,
                "start": _iso(item.wish.start),
                "bulletins": list(item.wish.bulletins),
                "in_the_way": [
                    {
                        "slot": other.slot,
                        "start": _iso(other.programme.start),
                        "end": _iso(other.programme.end),
                        "bulletins": list(other.programme.bulletins),
                        "fixed": other.fixed,
                    }
                    for other in item.standing
                ],
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
    }


def _show(done: HandPlaced) -> None:
    for row in done.slots:
        say("{xom} {start}: {bulletins}", xom=row.xom, start=_slot_time(row), bulletins=", ".join(row.bulletins))
    for row in done.taken_off:
        say(
            "Taken off: {xom} {start} {bulletins}",
            xom=row.xom,
            start=_slot_time(row),
            bulletins="+".join(row.bulletins),
        )
    for item in done.made_good:
        say(
            "Made good: {xom} {start} {bulletins}",
            xom=item.xom,
            start=_time(item.start),
            bulletins="+".join(item.bulletins),
        )
    for lost in done.unmet:
        say("Cannot be made good: {slot}: {reason}", slot=lost.lost.slot, reason=lost.reason.said(_))
    for refused in done.refused:
        near = [_time(instant) for instant in (refused.before, refused.after) if instant is not None]
        say(
            "{xom} {start}: not possible: {why}. Nearest: {near}",
            xom=refused.wish.xom,
            start=_time(refused.wish.start),
            why=Sentences(refused.why or (Sentence("no free place is left in the week"),)).text(_),
            near=", ".join(near) or "–",
        )


def _standing(item: Standing) -> str:
    return f"{item.programme.xom} {_time(item.programme.start)} {'+'.join(item.programme.bulletins)}"


def _slot_time(row: SlotRow) -> str:
    return _time(read_instant(row.start))


def _time(instant: datetime) -> str:
    local = instant.astimezone(TIMEZONE)
    return f"{local:%H:%M:%S}" + f"{local: %d/%m}" if local.second else f"{local:%H:%M %d/%m}"


def _iso(instant: datetime) -> str:
    return instant.astimezone(TIMEZONE).isoformat()
