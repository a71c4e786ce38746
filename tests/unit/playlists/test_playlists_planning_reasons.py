from __future__ import annotations

import ast
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from string import Formatter

from playlists.bulletin import Targets
from playlists.planning import makegood, reasons
from playlists.planning.phrases import Phrase, in_vietnamese, vietnamese
from playlists.planning.problem import PlannedBulletin, PlanningRules, Problem
from playlists.planning.reasons import explain
from playlists.planning.solve import Infeasible, solve
from playlists.rules import EVERY_DAY, Blackout, Relay, Window
from playlists.week import Week
from playlists.xom import Xom

WEEK = Week(2026, 48)
XOM = Xom(
    "x07",
    "Xóm 7",
    windows=(Window(frozenset({2}), time(5, 30), time(6)), Window(frozenset({4}), time(17), time(17, 30))),
)
TIN = PlannedBulletin(
    "b3",
    timedelta(seconds=90),
    campaign=True,
    targets=Targets(),
    valid_from=WEEK.days[0],
    valid_to=WEEK.days[6],
    plays_min=1,
    plays_wanted=2,
    title="Cảnh báo lừa đảo",
)
RELAY = Relay(EVERY_DAY, time(17), time(17, 30), None, "VOV1")
MOURNING = Blackout(WEEK.start + timedelta(days=1), WEEK.start + timedelta(days=2), "tang lễ")


def problem(**fields: object) -> Problem:
    return replace(Problem(WEEK, WEEK.start, (XOM,), (TIN,)), **fields)


def test_f8_the_reason_names_the_xom_and_the_rules_together_and_what_would_help() -> None:
    posed = problem(xom=(replace(XOM, blackouts=(MOURNING,)),), relays=(RELAY,))
    campaign, first = explain(posed, posed.xom[0])
    assert campaign.rules == ("blackout:tang lễ", "campaign_min_per_xom")
    assert first.rules == ("relay:VOV1", "blackout:tang lễ", "min_per_week:b3")
    assert first.bulletins == ("b3",)
    assert first.minimal
    assert str(first) == (
        "Xóm 7: with the relay of VOV1, the silence for tang lễ, its windows have no room for 1 × “Cảnh báo lừa đảo”"
    )
    assert first.said(in_vietnamese) == (
        "Xóm 7: với lịch tiếp sóng VOV1, lịch ngừng phát vì tang lễ, "
        "các khung giờ không còn đủ chỗ cho 1 lượt phát tin “Cảnh báo lừa đảo”"
    )
    assert [phrase.said(in_vietnamese) for phrase in first.would_help][:3] == [
        "tìm thêm 1,6 phút trong các khung giờ của xóm",
        "rút ngắn hoặc dời lịch tiếp sóng VOV1",
        "thêm khung giờ ngoài lịch ngừng phát vì tang lễ",
    ]


def test_too_much_for_one_day_is_proved_at_once_and_the_minutes_are_named() -> None:
    """Twenty bulletins that may only be played on one day: no search by cases would end."""
    tuesday = {"valid_from": WEEK.days[1], "valid_to": WEEK.days[1], "campaign": False}
    many = tuple(replace(TIN, id=f"b{number}", **tuesday, duration=timedelta(seconds=98)) for number in range(20))
    posed = problem(bulletins=many, rules=PlanningRules(campaign_min_per_xom=0))
    answer = solve(posed)
    assert isinstance(answer, Infeasible)
    (reason,) = answer.reasons
    assert len(reason.bulletins) == 19, "one more than the 18 that fit into half an hour"
    assert "find 1.7 min more in its windows" in [str(phrase) for phrase in reason.would_help]


def test_each_reason_is_true_and_minimal() -> None:
    """Its rules alone contradict each other; without any one of them they do not."""
    posed = problem(
        xom=(replace(XOM, blackouts=(MOURNING,), daily_cap=timedelta(minutes=2)),),
        relays=(replace(RELAY, start=time(17, 10), end=time(17, 40)),),
        bulletins=(TIN, replace(TIN, id="b4", duration=timedelta(minutes=9)), replace(TIN, id="b5", campaign=False)),
    )
    found = explain(posed, posed.xom[0])
    assert found
    for reason in found:
        only = [keep_only(posed, set(reason.rules))]
        only += [keep_only(posed, set(reason.rules) - {rule}) for rule in reason.rules]
        assert [isinstance(solve(week), Infeasible) for week in only] == [True] + [False] * len(reason.rules)


def keep_only(posed: Problem, rules: set[str]) -> Problem:
    """The same week with nothing but these rules."""
    (xom,) = posed.xom
    return replace(
        posed,
        xom=(
            replace(
                xom,
                blackouts=tuple(item for item in xom.blackouts if f"blackout:{item.why}" in rules),
                daily_cap=xom.daily_cap if "daily_cap" in rules else timedelta(days=1),
            ),
        ),
        relays=tuple(relay for relay in posed.relays if f"relay:{relay.name}" in rules),
        bulletins=tuple(
            replace(
                bulletin,
                plays_min=bulletin.plays_min if f"min_per_week:{bulletin.id}" in rules else 0,
                plays_wanted=bulletin.plays_wanted if f"want_per_week:{bulletin.id}" in rules else 99,
            )
            for bulletin in posed.bulletins
        ),
        rules=replace(
            posed.rules, campaign_min_per_xom=posed.rules.campaign_min_per_xom if reasons.CAMPAIGN in rules else 0
        ),
    )


def test_a_xom_without_windows_and_a_week_without_a_campaign_have_their_own_words() -> None:
    (reason, *_) = explain(problem(xom=(replace(XOM, windows=()),)), replace(XOM, windows=()))
    assert reason.said(in_vietnamese) == "Xóm 7 chưa có khung giờ phát nào"
    other = problem(bulletins=(replace(TIN, campaign=False),))
    (reason,) = explain(other, XOM)
    assert reason.said(in_vietnamese).startswith("Xóm 7: chưa có tin chuyên mục nào dành cho xóm")


def test_a_week_with_a_plan_has_no_reasons() -> None:
    assert explain(problem(), XOM) == ()


def test_every_kind_of_rule_can_be_said_in_vietnamese() -> None:
    posed = problem(
        rules=PlanningRules(max_sessions_per_day=1, max_session=timedelta(minutes=10)),
        relays=(RELAY,),
        now=WEEK.start + timedelta(days=1),
        xom=(XOM, replace(XOM, id="x08", name="Xóm 8")),
        overlaps=(("x07", "x08"),),
    )
    for words in reasons._WORDS.values():
        for template in words:
            assert template in vietnamese(), template
    for kind in reasons._WORDS:
        which = {"blackout": "tang lễ", "relay": "VOV1", "quiet": "21:00-05:00", "overlap": "x07+x08"}.get(kind, "b3")
        name = kind if kind in (reasons.CAMPAIGN, "now", "daily_cap") or kind.startswith("max_") else f"{kind}:{which}"
        for phrase in (reasons._worded(posed, XOM, name), reasons._remedy(posed, XOM, name)):
            assert "{" not in phrase.said(in_vietnamese)


def test_translations_have_the_fields_of_their_templates() -> None:
    for english, said in vietnamese().items():
        assert fields(english) == fields(said), english


def test_every_template_in_the_code_is_translated() -> None:
    templates = {value for module in (reasons, makegood) for value in phrases_in(module.__file__ or "")}
    assert templates
    assert templates <= set(vietnamese())


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def phrases_in(file: str) -> set[str]:
    """The first argument of every Phrase(...) written out in a module."""
    source = Path(file).read_text(encoding="utf-8")
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == Phrase.__name__]
    return {str(call.args[0].value) for call in named if isinstance(call.args[0], ast.Constant)}
