"""loa rules: what the station keeps to, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from gettext import gettext as _
from pathlib import Path
from typing import Any

import click

from scheduler.cli.command import Group, emit, json_option, out, station_option
from scheduler.cli.opening import opened
from scheduler.cli.tables import show_table
from scheduler.store.queries import xom_rows
from scheduler.usecases.rules_in_force import RuleInForce, RulesInForce, rules_in_force

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LABELS = {
    "guarantee.campaign_slots_per_week": "campaign slots of each xóm a week",
    "guarantee.record_deadline_min": "minutes until a lost record asks for a make-good",
    "guarantee.evidence_days": "days on which late proof still counts",
    "guarantee.make_goods_per_week": "make-goods of each xóm a week at most",
    "guarantee.make_good_lead_min": "minutes before a make-good may start",
    "rules.days": "days of the week with broadcasts",
    "rules.holidays": "public holidays",
    "rules.special_days": "special days, as usual all the same",
    "rules.max_sessions_per_day": "sessions a day at most",
    "rules.max_session_min": "minutes of a session at most",
    "rules.quiet": "quiet hours",
    "rules.windows": "windows",
    "rules.relays": "relays",
    "rules.blackouts": "silences with a cause",
    "rules.overlaps": "xóm that hear each other",
    "rules.daily_cap_min": "minutes of sound a day at most",
    "rules.pause_s": "seconds between two bulletins",
    "rules.min_gap_h": "hours between two plays of a bulletin",
    "rules.volume": "volume by hour",
    "rules.lead_s": "seconds between sending and the first slot",
    "config": "config.toml",
    "default": "Loa itself",
    "register": "the register of xóm",
    "page": "read on a public page",
    "inferred": "our own conclusion",
    "as_usual": "as on other days",
    "as_sunday": "as on Sundays",
    "silent": "silent",
}


@click.group("rules", cls=Group, help="The rules the station keeps to.")
def rules() -> None:
    pass


@rules.command("show", help="Show every rule in force: its value, and where it comes from.")
@station_option
@json_option
def show(station_folder: Path | None, as_json: bool) -> None:
    station = opened(station_folder)
    with station.store.reading() as session:
        found = rules_in_force(station.config, xom_rows(session))
    document = {
        "preset": {"id": station.config.rules.preset, "name": found.preset},
        "rules": [asdict(rule) for rule in found.rules],
        "notes": [note.model_dump() for note in found.notes],
    }
    emit(document, as_json, lambda: _show(found))


def _show(found: RulesInForce) -> None:
    rows = [
        (
            f"{_(LABELS[rule.key])}\n{rule.key.partition('.')[2]}" if rule.key in LABELS else rule.key,
            _said(rule.value),
            _origin(rule, found),
        )
        for rule in found.rules
    ]
    show_table(("Rule in force", "Value", "Comes from"), rows)
    for rule in found.rules:
        if rule.source and rule.known:
            out.print(f"{rule.key}: {rule.source} ({_(LABELS[rule.known])}).", markup=False)
    out.print(_("Also laid down:"), markup=False)
    for note in found.notes:
        out.print(f"  {note.text} [{note.source}; {_(LABELS[note.known])}]", markup=False)


def _origin(rule: RuleInForce, found: RulesInForce) -> str:
    if rule.origin == "preset":
        return _("the preset {name}").format(name=found.preset)
    origin = _(LABELS[rule.origin])
    if rule.instead_of is None:
        return origin
    instead = _("{preset} has {value}").format(preset=found.preset, value=_said(rule.instead_of))
    return f"{origin} ({instead})"


def _said(value: Any) -> str:
    """A value as people write it."""
    match value:
        case None:
            return _("no limit")
        case []:
            return _("none")
        case [int(), *_more]:
            return _days(value)
        case [str(), *_more]:
            return " + ".join(value)
        case list():
            return "\n".join(_said(item) for item in value)
        case {"from": start, "to": end, **others}:
            return " ".join([*_before(others), f"{_moment(start)}–{_moment(end)}", *_after(others)])
        case {"day": day, "why": why}:
            return f"{day}: {why}"
    return _(LABELS[value]) if value in LABELS else str(value)


def _before(others: Mapping[Any, Any]) -> Iterator[str]:
    yield from (f"{others[key]}:" for key in ("name", "why") if key in others)


def _after(others: Mapping[Any, Any]) -> Iterator[str]:
    if len(others.get("days", ())) not in (0, 7):
        yield _days(others["days"])
    if "percent" in others:
        yield f"{others['percent']} %"
    if others.get("xom"):
        yield f"({', '.join(others['xom'])})"


def _days(days: list[int]) -> str:
    return " ".join(_(DAYS[day - 1]) for day in sorted(days))


def _moment(text: str) -> str:
    """Minutes are enough for people: 05:30:00 → 05:30, 2026-11-24T12:00:00+07:00 → 2026-11-24 12:00."""
    return text[:16].replace("T", " ") if "T" in text else text[:5]
