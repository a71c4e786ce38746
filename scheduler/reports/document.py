"""The week's figures as plain JSON and table data."""

from collections.abc import Callable, Sequence
from typing import Any

from playlists.week import Week
from scheduler.audit.entry import instant_text
from scheduler.facts import SlotKind
from scheduler.reports.week import Cell, WeekReport
from scheduler.sentence import untranslated
from scheduler.verdict import PlayState, XomWeek

SIGNS: dict[PlayState, str] = {
    "played": "✓",
    "failed": "✗",
    "unknown": "?",
    "awaited": "…",
    "upcoming": "○",
    "cancelled": "–",
}
"""One sign for each state, for tables on a terminal and on black-and-white paper."""
KIND_SIGNS: dict[SlotKind, str] = {"planned": "", "pinned": "•", "play_now": "»", "make_good": "+"}
"""What stands before a slot's time: pinned by the operator, sent out on the day itself, or a make-good."""


def status_document(
    week: Week,
    verdicts: Sequence[XomWeek],
    required: int,
    simulated: bool,
    translate: Callable[[str], str] = untranslated,
) -> dict[str, Any]:
    """What `loa status --json` prints."""
    return {
        "week": str(week),
        "simulated": simulated,
        "required": required,
        "met": sum(verdict.state == "met" for verdict in verdicts),
        "total": len(verdicts),
        "xom": [
            {
                "id": verdict.id,
                "name": verdict.name,
                "planned": verdict.planned,
                "played": verdict.played,
                "unknown": verdict.unknown,
                "make_good": verdict.make_good,
                "state": verdict.state,
                "grade": verdict.grade,
                "reason": " ".join(reason.text(translate) for reason in verdict.reasons),
            }
            for verdict in verdicts
        ],
    }


def report_document(report: WeekReport, translate: Callable[[str], str] = untranslated) -> dict[str, Any]:
    """The whole report: the status document with each slot, bulletin and incident, and the proof."""
    status = status_document(
        report.week, [xom.verdict for xom in report.xom], report.required, report.simulated, translate
    )
    for document, xom in zip(status["xom"], report.xom, strict=True):
        document["slots"] = [_slot(cell, translate) for day in xom.days for cell in day]
    return {
        **status,
        "as_of": instant_text(report.as_of),
        "station": report.station,
        "commune": report.commune,
        "province": report.province,
        "bulletins": [vars(bulletin) for bulletin in report.bulletins],
        "incidents": [
            {
                "opened_at": instant_text(incident.opened_at),
                "closed_at": None if incident.closed_at is None else instant_text(incident.closed_at),
                "subject": incident.subject,
                "text": incident.text.text(translate),
            }
            for incident in report.incidents
        ],
        "waivers": [
            {
                **vars(waiver),
                "at": instant_text(waiver.at),
                "lifted_at": None if waiver.lifted_at is None else instant_text(waiver.lifted_at),
            }
            for waiver in report.waivers
        ],
        "proof": vars(report.proof),
    }


def _slot(cell: Cell, translate: Callable[[str], str]) -> dict[str, Any]:
    return {
        "id": cell.slot,
        "start": instant_text(cell.start),
        "kind": cell.kind,
        "authority": cell.authority,
        "campaign": cell.campaign,
        "state": cell.state,
        "played": cell.played,
        "receivers": cell.receivers,
        "titles": list(cell.titles),
        "why": None if cell.why is None else cell.why.text(translate),
    }
