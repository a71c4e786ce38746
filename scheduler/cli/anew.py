"""Bulletins that sound otherwise after a change: how every command that causes it shows them."""

from typing import Any

from scheduler.cli.command import explained, say
from scheduler.usecases.render_anew import Anew


def anew_document(anew: Anew) -> dict[str, Any]:
    return {
        "bulletins": list(anew.bulletins),
        "not_voiced": [{"id": bulletin, "reason": explained(error)} for bulletin, error in anew.silent],
        "cancelled_slots": [slot.id for slot in anew.cancelled],
        "receivers": list(anew.receivers),
    }


def show_anew(anew: Anew) -> None:
    if anew.bulletins:
        ids = ", ".join(anew.bulletins)
        say("Read otherwise now, rendered anew, to be heard and approved again: {ids}", ids=ids)
    for bulletin, error in anew.silent:
        say("Bulletin {id} could not be rendered: {reason}", id=bulletin, reason=explained(error))
    if anew.cancelled:
        say(
            "{slots} coming slots changed. After the approval, `loa week publish` fills what they lack.",
            slots=len(anew.cancelled),
        )
