"""A planning problem as one self-contained JSON document (docs/planning.md), read with every fault named."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from pydantic import TypeAdapter, ValidationError

from playlists.bulletin import Priority, Targets
from playlists.errors import InvalidValueError, PlaylistError
from playlists.planning.form import PARTS, BulletinPart, ProblemDocument, XomPart
from playlists.planning.phrases import Phrase
from playlists.planning.problem import Committed, PlannedBulletin, PlanningRules, PlayState, Problem
from playlists.rules import Blackout, QuietHours, Relay, Window
from playlists.week import Week
from playlists.xom import WHOLE_DAY, Xom

Parts = dict[str, dict[int, Any]]  # by section and place


class DocumentError(PlaylistError):
    """The document is no planning problem; every fault is named."""

    def __init__(self, faults: Sequence[Phrase]) -> None:
        super().__init__("this is not a planning problem: {faults}", faults="; ".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def read_problem(text: str | bytes) -> Problem:
    """The problem that a document poses. Raises DocumentError with every fault that was found."""
    try:
        loaded = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise DocumentError(
            [Phrase("one JSON document was expected: {problem}", {"problem": _unread(error)})]
        ) from error
    try:
        document = ProblemDocument.model_validate(loaded)
    except ValidationError as error:
        faults = [_fault(item) for item in error.errors()]
        if isinstance(loaded, dict):
            faults += _contradictions(_sound_parts(loaded), loaded)
        raise DocumentError(faults) from error
    faults = [*_contradictions({name: dict(enumerate(getattr(document, name))) for name in PARTS}, loaded)]
    if faults:
        raise DocumentError(faults)
    return _problem(document)


def _unread(error: Exception) -> Phrase:
    if isinstance(error, _NotJsonError):
        return error.phrase
    if isinstance(error, json.JSONDecodeError):
        place = {"line": error.lineno, "column": error.colno}
        return Phrase("line {line}, column {column} is not written as JSON is", place)
    if isinstance(error, UnicodeDecodeError):
        return Phrase("byte {place} is not UTF-8", {"place": error.start})
    return Phrase("it is nested too deep, or a number in it is too long")


def _sound_parts(loaded: Mapping[str, Any]) -> Parts:
    """The items that are right by themselves, so that what is wrong between them is named as well."""
    found: Parts = {name: {} for name in PARTS}
    for name, part in PARTS.items():
        listed = loaded.get(name)
        for at, item in enumerate(listed if isinstance(listed, list) else []):
            with suppress(ValidationError):
                found[name][at] = TypeAdapter(part).validate_python(item)
    return found


def _problem(document: ProblemDocument) -> Problem:
    rules = document.rules
    return Problem(
        week=document.week,
        now=document.now,
        xom=tuple(_xom(part) for part in document.xom),
        bulletins=tuple(_bulletin(part, document.week) for part in document.bulletins),
        rules=PlanningRules(
            campaign_min_per_xom=rules.campaign_min_per_xom,
            pause=rules.pause_s,
            grid=rules.grid_s,
            quiet=tuple(QuietHours(part.start, part.end) for part in rules.quiet),
            max_sessions_per_day=rules.max_sessions_per_day,
            max_session=rules.max_session_s,
        ),
        relays=tuple(
            Relay(frozenset(p.days), p.start, p.end, None if p.xom is None else frozenset(p.xom), p.name)
            for p in document.relays
        ),
        overlaps=tuple((left, right) for left, right in document.overlaps),
        committed=tuple(
            Committed(part.xom, part.bulletin, part.start, PlayState(part.state)) for part in document.committed
        ),
    )


def _xom(part: XomPart) -> Xom:
    return Xom(
        part.id,
        part.name or part.id,
        frozenset(part.tags),
        tuple(Window(frozenset(window.days), window.start, window.end) for window in part.windows),
        WHOLE_DAY if part.daily_cap_s is None else part.daily_cap_s,
        tuple(Blackout(item.start, item.end, item.why) for item in part.blackouts),
    )


def _bulletin(part: BulletinPart, week: Week) -> PlannedBulletin:
    return PlannedBulletin(
        id=part.id,
        duration=part.duration_s,
        campaign=part.campaign,
        targets=Targets(
            everyone=part.targets.all is True,
            xom=frozenset(part.targets.xom or ()),
            tags=frozenset(part.targets.tags or ()),
        ),
        valid_from=part.valid.start if part.valid else week.days[0],
        valid_to=part.valid.end if part.valid else week.days[6],
        plays_min=part.min_per_week,
        plays_wanted=part.want_per_week,
        priority=Priority(part.priority),
        topic=part.topic,
        min_gap=part.min_gap_h,
    )


def _contradictions(parts: Parts, loaded: Mapping[str, Any]) -> Iterator[Phrase]:
    """What is wrong with items whose values are each of the right kind, alone or between them."""
    known = {name: Counter(_ids(loaded.get(name))) for name in ("xom", "bulletins")}
    for name, ids in known.items():
        for twice in (given for given, count in ids.items() if count > 1):
            yield Phrase("{path}: {id} is given twice", {"path": name, "id": twice})
    places = Counter((play.xom, play.bulletin, play.start) for play in parts["committed"].values())
    for (xom, bulletin, start), count in places.items():
        if count > 1:
            play = Phrase("{bulletin} in {xom} at {start}", {"bulletin": bulletin, "xom": xom, "start": start})
            yield Phrase("{path}: {id} is given twice", {"path": "committed", "id": play})
    named: list[tuple[str, Iterable[str], str]] = [
        *((f"relays.{at}.xom", relay.xom or (), "xom") for at, relay in parts["relays"].items()),
        *((f"overlaps.{at}", pair, "xom") for at, pair in parts["overlaps"].items()),
        *((f"bulletins.{at}.targets.xom", item.targets.xom or (), "xom") for at, item in parts["bulletins"].items()),
        *((f"committed.{at}.xom", (play.xom,), "xom") for at, play in parts["committed"].items()),
        *((f"committed.{at}.bulletin", (play.bulletin,), "bulletins") for at, play in parts["committed"].items()),
    ]
    for path, names, where in named:
        for name in names:
            if name not in known[where]:
                yield Phrase("{path}: there is no {id}", {"path": path, "id": name})
    for at, item in parts["xom"].items():
        yield from _refused(f"xom.{at}", partial(_xom, item))
    for at, item in parts["bulletins"].items():
        if len(item.targets.model_fields_set) != 1:
            yield Phrase("{path}: exactly one of all, xom, tags was expected", {"path": f"bulletins.{at}.targets"})
        if item.valid and item.valid.end < item.valid.start:
            yield Phrase("{path}: it ends before it begins", {"path": f"bulletins.{at}.valid"})
        if item.want_per_week < item.min_per_week:
            yield Phrase("{path}: at least min_per_week was expected", {"path": f"bulletins.{at}.want_per_week"})


def _ids(listed: object) -> list[str]:
    items = listed if isinstance(listed, list) else []
    return [item["id"] for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)]


def _refused(path: str, make: Callable[[], object]) -> Iterator[Phrase]:
    """What a value's own rules refuse."""
    try:
        make()
    except InvalidValueError as error:
        yield Phrase("{path}: {problem}", {"path": path, "problem": Phrase(error.template, error.values)})


_EXPECTED = {
    "missing": Phrase("it is missing"),
    "extra_forbidden": Phrase("unknown key"),
    "clock": Phrase('a time of day such as "05:30" was expected'),
    "day": Phrase("a day such as 2026-11-28 was expected"),
    "instant": Phrase("an instant such as 2026-11-24T12:00:00+07:00 was expected"),
    "week": Phrase("an ISO week such as 2026-W48 was expected"),
    "seconds": Phrase("a number of seconds, 0 or more, was expected"),
    "length": Phrase("a number of seconds above 0 was expected"),
    "grid": Phrase("a number of seconds, 0.1 or more, was expected"),
    "hours": Phrase("a number of hours, 0 or more, was expected"),
    "greater_than_equal": Phrase("a larger number was expected"),
    "less_than_equal": Phrase("a smaller number was expected"),
    "literal_error": Phrase("one of the words of the schema was expected"),
    "too_short": Phrase("more of them were expected"),
    "too_long": Phrase("fewer of them were expected"),
    "int_type": Phrase("a whole number was expected"),
    "bool_type": Phrase("true or false was expected"),
    "string_type": Phrase("text was expected"),
    "string_too_short": Phrase("it must not be empty"),
    "list_type": Phrase("a list was expected"),
    "model_type": Phrase("an object was expected"),
}


def _fault(item: Any) -> Phrase:
    path: object = ".".join(str(part) for part in item["loc"]) or Phrase("the document")
    problem: object = _EXPECTED.get(item["type"]) or item["msg"]
    came = item.get("input")
    if isinstance(came, str | int | float | bool) and item["type"] not in ("missing", "extra_forbidden"):
        values = {"path": path, "problem": problem, "came": json.dumps(came, ensure_ascii=False)}
        return Phrase("{path}: {problem}, but {came} came", values)
    return Phrase("{path}: {problem}", {"path": path, "problem": problem})


class _NotJsonError(ValueError):
    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template)
        self.phrase = Phrase(template, values)


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise _NotJsonError("the key {key} is given twice", key=json.dumps(twice, ensure_ascii=False))
    return found


def _constant(text: str) -> None:
    raise _NotJsonError("{text} is no number of JSON", text=text)
