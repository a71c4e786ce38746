"""A planned week for the operator's eyes, and as JSON."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from gettext import gettext as _
from typing import Any

from playlists.planning.programmes import programmes
from playlists.slot import Programme
from playlists.week import TIMEZONE
from scheduler.cli.command import say
from scheduler.cli.week_table import Line, entry, show_programmes, which
from scheduler.usecases.plan_week import Planned, said, said_together


def plan_document(answer: Planned) -> dict[str, Any]:
    """`programmes` are those that publishing would add."""
    return {
        "week": str(answer.week),
        "feasible": answer.holds,
        "programmes": [
            {
                "xom": item.xom,
                "start": item.start.astimezone(TIMEZONE).isoformat(),
                "end": item.end.astimezone(TIMEZONE).isoformat(),
                "bulletins": list(item.bulletins),
                "titles": _titles(answer, item),
                "campaign": _is_campaign(answer, item),
            }
            for item in answer.plan.programmes
        ],
        "same_day": list(answer.plan.same_day),
        "reasons": [
            {
                "xom": reason.xom,
                "bulletins": list(reason.bulletins),
                "rules": list(reason.rules),
                "text": said(reason, _),
                "would_help": [phrase.said(_) for phrase in reason.would_help],
            }
            for reason in answer.open_reasons
        ],
        "waived": [
            {"xom": xom, "authority": waiver.authority, "why": waiver.why} for xom, waiver in answer.waived.items()
        ],
    }


def show_plan(answer: Planned) -> None:
    """The whole week, what is sent already and what publishing would add, and what cannot be had."""
    show_programmes(str(answer.week), _lines(answer), names(answer))
    short = {item.xom for item in answer.missing}
    if same_day := [xom for xom in answer.plan.same_day if xom not in short]:
        found = which(same_day, names(answer))
        say("Both campaign slots on one day, because no other plan exists: {xom}", xom=found)
    for text in said_together(answer.open_reasons, _):
        say("{text}", text=text)
    for waiver in dict.fromkeys(answer.waived.values()):
        xom = which([xom for xom, accepted in answer.waived.items() if accepted == waiver], names(answer))
        say("{xom}: waived by {authority}: {why}.", xom=xom, authority=waiver.authority, why=waiver.why)
    if answer.holds is None:
        say("Not concluded: neither a full plan nor a proof that there is none was found. This is the best plan found.")


def show_bears(bears: Mapping[str, int | None], named: Mapping[str, str]) -> None:
    """How much may still go wrong; the xóm that bear the least first."""
    alike: dict[int, list[str]] = defaultdict(list)
    for one, bearable in bears.items():
        if bearable is not None:
            alike[bearable].append(one)
    for count, xom in sorted(alike.items()):
        say(
            "Bears at least {count} further losses of campaign slots, whichever they are: {xom}",
            count=count,
            xom=which(xom, named),
        )


def names(answer: Planned) -> dict[str, str]:
    """Of the xóm, by id."""
    return {xom.id: xom.name for xom in answer.problem.xom}


def _lines(answer: Planned) -> Iterator[Line]:
    new = set(answer.plan.added)
    sent = [play for play in answer.plan.plays if play not in new]
    yield from (_line(answer, item, _("sent already")) for item in programmes(answer.problem, sent))
    yield from (_line(answer, item, "") for item in answer.plan.programmes)


def _line(answer: Planned, item: Programme, mark: str) -> Line:
    bulletins = tuple(map(entry, item.bulletins, _titles(answer, item)))
    return Line(item.xom, item.start, item.end, bulletins, _is_campaign(answer, item), mark)


def _titles(answer: Planned, item: Programme) -> list[str]:
    return [answer.problem.bulletin(bulletin).label for bulletin in item.bulletins]


def _is_campaign(answer: Planned, item: Programme) -> bool:
    return not answer.material.campaign.isdisjoint(item.bulletins)
