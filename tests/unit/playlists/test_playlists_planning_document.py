"""The JSON document of a planning problem, its schema, and its answer."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from playlists.bulletin import Priority
from playlists.planning import document, form
from playlists.planning.answered import answer_document
from playlists.planning.document import DocumentError, read_problem
from playlists.planning.form import schema
from playlists.planning.phrases import in_vietnamese, vietnamese
from playlists.planning.solve import solve

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLE = json.loads((DOCS / "schemas" / "planning-problem.example.json").read_text(encoding="utf-8"))
PROBLEM = Draft202012Validator(json.loads((DOCS / "schemas" / "planning-problem.schema.json").read_text("utf-8")))
ANSWER = Draft202012Validator(json.loads((DOCS / "schemas" / "planning-answer.schema.json").read_text("utf-8")))


def changed(path: str, value: object) -> dict[str, Any]:
    """The example with one value set, or with None taken out."""
    made = copy.deepcopy(EXAMPLE)
    at: Any = made
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in way:
        at = at[part]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return made


def faults(posed: object) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        read_problem(json.dumps(posed))
    for fault in caught.value.faults:
        assert "{" not in fault.said(lambda template: vietnamese().get(template, template))
    return [str(fault) for fault in caught.value.faults]


def test_what_is_wrong_with_the_whole_is_said_of_the_document() -> None:
    assert faults([]) == ["the document: an object was expected"]
    with pytest.raises(DocumentError) as caught:
        read_problem("[]")
    assert [fault.said(in_vietnamese) for fault in caught.value.faults] == ["tài liệu: cần một đối tượng JSON"]


def test_the_example_is_read_as_it_is_meant() -> None:
    problem = read_problem(json.dumps(EXAMPLE))
    assert PROBLEM.is_valid(EXAMPLE)
    first = problem.xom[0]
    assert [str(window) for window in first.windows] == ["05:00-06:00", "16:45-17:45"]
    assert first.daily_cap == timedelta(hours=1)
    assert problem.bulletins[1].priority is Priority.PRIORITY
    assert problem.bulletins[0].min_gap == timedelta(hours=10)
    assert problem.overlaps == (("x01", "x02"),)
    assert problem.committed[0].start == problem.week.start + timedelta(hours=5, minutes=30)


def test_the_published_schema_is_the_readers() -> None:
    assert PROBLEM.schema == schema()


def test_the_answers_keep_their_schema() -> None:
    plan = answer_document(read_problem(json.dumps(EXAMPLE)), solve(read_problem(json.dumps(EXAMPLE))), 0.01)
    impossible = read_problem(json.dumps(changed("bulletins.0.min_per_week", 4)))
    nothing = answer_document(impossible, solve(impossible), 0.01)
    assert (plan["feasible"], nothing["feasible"]) == (True, False)
    for found in (plan, nothing):
        assert list(ANSWER.iter_errors(found)) == []
    assert not ANSWER.is_valid({"feasible": False, "reasons": []})


def test_every_fault_is_named_at_once_and_none_is_guessed() -> None:
    bad = changed("week", "2026-W60")
    bad["colour"] = 1
    bad["now"] = "2026-11-23T00:00:00"
    bad["rules"]["grid_s"] = 0
    bad["xom"][0]["windows"][0]["from"] = "25:00"
    bad["xom"].append({"id": "x 9", "windows": []})
    bad["bulletins"].append({**bad["bulletins"][0], "targets": {"xom": ["x77"]}, "min_per_week": 9})
    bad["overlaps"].append(["x01", "x78"])
    del bad["timezone"]
    named = faults(bad)
    for path in (
        "week: an ISO week",
        "colour: unknown key",
        "now: an instant",
        "rules.grid_s: ",
        "xom.0.windows.0.from: a time of day",
        "xom.2: a xóm's id",
        "bulletins: b1 is given twice",
        "bulletins.2.targets.xom: there is no x77",
        "bulletins.2.want_per_week: at least min_per_week",
        "overlaps.1: there is no x78",
        "timezone: it is missing",
    ):
        assert sum(fault.startswith(path) for fault in named) == 1, path
    assert len(named) == 11


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("timezone", "UTC"),
        ("now", "gestern"),
        ("rules", None),
        ("rules.pause_s", "2"),
        ("rules.campaign_min_per_xom", 1.5),
        ("xom.0.windows.0.days", []),
        ("xom.0.windows.0.days", [0]),
        ("xom.0.windows.0.to", "5:00"),
        ("xom.0.blackouts.0.why", None),
        ("xom.0.daily_cap_s", -1),
        ("bulletins.0.duration_s", 0),
        ("bulletins.0.priority", "emergency"),
        ("bulletins.0.targets", {}),
        ("bulletins.0.targets", {"all": False}),
        ("bulletins.0.targets", {"all": True, "tags": ["nui"]}),
        ("bulletins.0.valid", {"from": "2026-11-29", "to": "2026-11-23"}),
        ("bulletins.0.campaign", 1),
        ("committed.0.state", "heard"),
        ("committed.0.bulletin", "b9"),
        ("overlaps.0", ["x01"]),
        ("week", "0001-W01"),
        ("rules.pause_s", 1e12),
        ("rules.max_sessions_per_day", 10**20),
        ("bulletins.0.duration_s", 1e12),
        ("bulletins.0.min_gap_h", 1e300),
        ("bulletins.0.min_per_week", 10**20),
        ("bulletins.0.targets", {"all": None}),
        ("bulletins.0.valid", {"from": "2026-W48-1", "to": "2026-11-29"}),
        ("committed.0.start", "9999-12-31T23:59:59+07:00"),
    ],
)
def test_what_is_wrong_is_refused(path: str, value: object) -> None:
    assert faults(changed(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("bulletins.0.min_per_week", 2.0),
        ("xom.0.windows.0.days", [1.0, 2]),
        ("bulletins.0.targets", {"all": True, "xom": None, "tags": None}),
        ("xom.0.blackouts.0.to", "9999-12-31T23:59:59+07:00"),
    ],
)
def test_what_is_only_written_otherwise_is_read(path: str, value: object) -> None:
    read_problem(json.dumps(changed(path, value)))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"week": 1, "week": 2}', "NaN", '{"a": NaN}', "[" * 100_000])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        read_problem(text)


def test_every_phrase_of_the_reader_has_its_vietnamese() -> None:
    for phrase in document._EXPECTED.values():
        assert phrase.said(in_vietnamese)
    assert set(document._EXPECTED) >= {"missing", "extra_forbidden"}
    assert form.PARTS.keys() == {"xom", "relays", "overlaps", "bulletins", "committed"}
