"""What was sent before: plays of the weeks beside this one, days already over their cap, plays given twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from playlists.exact.prover import CpSat
from playlists.planning.answered import answer_document
from playlists.planning.board import Board
from playlists.planning.check import violations
from playlists.planning.compiled import lane_of, rule_names
from playlists.planning.document import DocumentError, read_problem
from playlists.planning.exact import search
from playlists.planning.plan import missing, week_plan
from playlists.planning.problem import Play
from playlists.planning.solve import Infeasible, solve

MORNING = {"days": [1, 2, 3, 4, 5, 6, 7], "from": "05:00", "to": "05:10"}


def bulletin(name: str, **more: object) -> dict[str, object]:
    usual = {"duration_s": 58, "campaign": True, "targets": {"all": True}, "min_per_week": 0, "want_per_week": 2}
    return {"id": name, **usual, **more}


def week(*bulletins: dict[str, object], committed: list[dict[str, str]], **xom: object) -> dict[str, Any]:
    return {
        "week": "2026-W48",
        "timezone": "Asia/Ho_Chi_Minh",
        "now": "2026-11-23T00:00:00+07:00",
        "rules": {"campaign_min_per_xom": 2, "pause_s": 2, "grid_s": 5, "quiet": []},
        "xom": [{"id": "x1", "name": "Xóm 1", "windows": [MORNING], **xom}],
        "bulletins": list(bulletins),
        "committed": committed,
    }


def sent(bulletin: str, start: str, state: str = "played") -> dict[str, str]:
    return {"xom": "x1", "bulletin": bulletin, "start": start, "state": state}


def test_c8_a_play_of_last_week_takes_room_and_keeps_its_gap_but_does_not_count_in_this_one() -> None:
    last_sunday = sent("b1", "2026-11-22T05:00:00+07:00")
    only_monday = {**MORNING, "days": [1]}
    posed = read_problem(
        json.dumps(week(bulletin("b1", min_per_week=1), committed=[last_sunday], windows=[only_monday]))
    )
    lacking = missing(posed, week_plan(posed, ()))
    assert [(item.bulletin, item.plays) for item in lacking] == [(None, 2), ("b1", 1)]
    found = solve(posed)
    assert isinstance(found, Infeasible), "one window cannot hold two campaign slots"
    told = answer_document(posed, found, 0.0)["plan"]["objective"]
    assert (told["two_days"], told["normal_plays"]) == (0, 1)


def test_a_day_over_its_cap_by_what_was_sent_leaves_the_other_days_their_room() -> None:
    """Two days are overdrawn; their debt is not held against the room of the third."""
    over = [sent("b1", f"2026-11-{day}T05:0{minute}:00+07:00") for day in (23, 24) for minute in (0, 5)]
    three_days = {**MORNING, "days": [1, 2, 3]}
    posed = read_problem(
        json.dumps(
            week(bulletin("b1"), bulletin("b2", min_per_week=1), committed=over, windows=[three_days], daily_cap_s=60)
        )
    )
    found = search(lane_of(posed, posed.xom[0]), 0, 100)
    assert isinstance(found, Board)
    assert found.blocks[1] == [len(found.contents) - 1], "on Wednesday"


def test_fewer_wanted_plays_than_campaign_slots_are_told_at_once() -> None:
    posed = read_problem(
        json.dumps(
            {
                **week(bulletin("b1"), bulletin("b2", want_per_week=1), committed=[]),
                "rules": {"campaign_min_per_xom": 1_000_000, "pause_s": 2, "grid_s": 5, "quiet": []},
            }
        )
    )
    with CpSat() as prover:
        found = solve(posed, prover)
    assert isinstance(found, Infeasible)
    (reason,) = found.reasons
    assert reason.minimal
    assert set(reason.rules) <= set(rule_names(posed, posed.xom[0]))
    assert "campaign_min_per_xom" in reason.rules
    assert len(found.plan.added) == 3, "what can be kept is kept"
    assert lane_of(posed, posed.xom[0]).campaign_need == 1_000_000


@pytest.mark.parametrize("state", ["played", "missed"])
def test_a_committed_play_given_twice_is_a_fault_whatever_is_known_of_it(state: str) -> None:
    twice = [sent("b1", "2026-11-23T05:00:00+07:00"), sent("b1", "2026-11-22T22:00:00+00:00", state)]
    with pytest.raises(DocumentError) as caught:
        read_problem(json.dumps(week(bulletin("b1"), committed=twice)))
    (fault,) = caught.value.faults
    assert "b1 in x1 at 05:00 23/11/2026 is given twice" in str(fault)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"week": 1,\n "week": 2}', 'the key "week" is given twice'),
        ('{"week": NaN}', "NaN is no number of JSON"),
        ('{"week"\n 1}', "line 2, column 2 is not written as JSON is"),
        (b'{"week": "\xe9"}', "byte 10 is not UTF-8"),
        ("[" * 100_000, "it is nested too deep"),
    ],
)
def test_what_is_no_json_is_told_by_its_place(text: str | bytes, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_problem(text)
    assert said in str(caught.value)


def test_a_new_programme_is_no_part_of_the_one_that_was_sent_before_it() -> None:
    """Its ident must not sound over the end of what was sent."""
    posed = read_problem(
        json.dumps(week(bulletin("b1"), bulletin("b2"), committed=[sent("b1", "2026-11-23T05:00:30+07:00")]))
    )
    with_idents = replace(posed, lead_in=timedelta(seconds=10), lead_out=timedelta(seconds=10))
    start = posed.committed[0].start + timedelta(seconds=60)
    joined = week_plan(with_idents, [Play("x1", "b2", start)])
    apart = week_plan(with_idents, [Play("x1", "b2", start + timedelta(seconds=20))])
    rules = [{fault.rule for fault in violations(with_idents, plan)} for plan in (joined, apart)]
    assert rules == [{"lead_room", "campaign_min_per_xom"}, {"campaign_min_per_xom"}]
