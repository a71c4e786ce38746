"""The planner's answer as one JSON document (docs/planning.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from playlists.planning.objective import objective
from playlists.planning.phrases import Phrase, Translate
from playlists.planning.plan import Missing, WeekPlan
from playlists.planning.problem import SESSION_GAP, Play, Problem
from playlists.planning.programmes import programmes_of
from playlists.planning.reasons import Reason
from playlists.planning.solve import Infeasible, Undecided
from playlists.slot import Programme
from playlists.week import TIMEZONE

OPEN = Phrase("not concluded: neither a full plan nor a proof that there is none was found in the effort given")
UNSHOWN = Phrase("that each of these rules is needed could not be shown")


def answer_document(
    problem: Problem, answer: WeekPlan | Infeasible | Undecided, seconds: float, translate: Translate = str
) -> dict[str, Any]:
    """What `loa week solve --json` prints. Texts go through `translate`."""
    solver = {"seconds": round(seconds, 3)}
    if isinstance(answer, WeekPlan):
        return {"feasible": True, **_plan(problem, answer), "solver": {**solver, "proved": answer.proved}}
    kept = {"plan": _plan(problem, answer.plan), "missing": _missing(answer.missing)}
    if isinstance(answer, Infeasible):
        reasons = [_reason(reason, translate) for reason in answer.reasons]
        return {"feasible": False, "reasons": reasons, **kept, "solver": {**solver, "proved": True}}
    return {"feasible": None, "text": OPEN.said(translate), **kept, "solver": {**solver, "proved": False}}


def _plan(problem: Problem, plan: WeekPlan) -> dict[str, Any]:
    found = programmes_of(problem, plan.placed, SESSION_GAP)
    return {
        "plays": [_play(play) for play in plan.plays],
        "programmes": [_programme(programme) for programme in found],
        "objective": asdict(objective(problem, plan, len(found))),
    }


def _play(play: Play) -> dict[str, Any]:
    return {"xom": play.xom, "bulletin": play.bulletin, "start": _written(play.start)}


def _programme(found: Programme) -> dict[str, Any]:
    return {
        "xom": found.xom,
        "start": _written(found.start),
        "end": _written(found.end),
        "bulletins": list(found.bulletins),
    }


def _missing(missing: Iterable[Missing]) -> list[dict[str, Any]]:
    return [{"xom": entry.xom, "bulletin": entry.bulletin, "plays": entry.plays} for entry in missing]


def _reason(reason: Reason, translate: Translate) -> dict[str, Any]:
    text = reason.said(translate)
    return {
        "xom": reason.xom,
        "neighbours": list(reason.neighbours),
        "bulletins": list(reason.bulletins),
        "rules": list(reason.rules),
        "text": text if reason.minimal else f"{text} ({UNSHOWN.said(translate)})",
        "would_help": [phrase.said(translate) for phrase in reason.would_help],
        "minimal": reason.minimal,
    }


def _written(instant: datetime) -> str:
    return instant.astimezone(TIMEZONE).isoformat()
