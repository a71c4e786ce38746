"""What if, on a station: nothing is written, names are understood, and the answer is that of the loop itself."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from scheduler_cast import SUNDAY, WEEK, devices, published, say, slots
from scheduler_cli_cast import Loa, command, in_rehearsal

from playlists.changes import ChangeKind
from scheduler.errors import ConflictError, NotFoundError
from scheduler.station import Station
from scheduler.store.queries import slots_of_week
from scheduler.usecases.keep_week import keep_week
from scheduler.usecases.week_bears import bears_as_published
from scheduler.usecases.what_if import Stretch, Supposed, what_if


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return WEEK.start + timedelta(days=day - 1, hours=hour, minutes=minute)


def test_what_is_foreseen_for_a_dead_receiver_is_what_the_loop_then_does(station: Station) -> None:
    """r3 alone serves x2 and says nothing more; each make-good that was foreseen is made, at its instant."""
    (outlook,) = what_if(station, WEEK, Supposed(dead=(("R3", SUNDAY),)), SUNDAY).outlooks
    assert outlook.xom == "x2"
    assert outlook.falls
    assert outlook.back_by is not None
    foreseen = {answer.made.programme.start: answer.at for answer in outlook.answers}
    cast = devices(station)
    for slot in slots(station, "x1"):
        for receiver in ("r1", "r2"):
            say(station, "record", cast[receiver], cast[receiver].record(slot), datetime.fromisoformat(slot.end))
    done = {}
    for instant in sorted(set(foreseen.values())):
        with station.store.writing() as session:
            keep_week(session, station, instant)
            rows = slots_of_week(session, str(WEEK))
        for row in rows:
            if row.kind == "make_good" and row.xom == "x2" and row.cancelled_at is None:
                done.setdefault(datetime.fromisoformat(row.start), instant)
    assert done == foreseen


def test_a_power_cut_that_is_over_in_time_is_made_good(station: Station) -> None:
    cut = Stretch("xóm 2", at(1, 4), at(1, 7))
    (outlook,) = what_if(station, WEEK, Supposed(power_cuts=(cut,)), SUNDAY).outlooks
    assert [slot.id for slot in outlook.lost] == [slots(station, "x2")[0].id]
    assert not outlook.falls
    assert len(outlook.answers) == 1


def test_mourning_is_planned_around(station: Station) -> None:
    stretch = Stretch("x2", at(1, 0), at(2, 0))
    found = what_if(station, WEEK, Supposed(mourning=(stretch,)), SUNDAY)
    assert {change.kind for change in found.moves} == {ChangeKind.MOVED}
    assert {change.xom for change in found.moves} == {"x2"}
    (outlook,) = found.outlooks
    assert (outlook.counted, outlook.falls, outlook.lost) == (2, False, ())


def test_mourning_for_a_whole_week_leaves_the_planners_reason(station: Station) -> None:
    found = what_if(station, WEEK, Supposed(mourning=(Stretch("x2", at(1, 0), at(8, 0)),)), SUNDAY)
    assert found.falls
    assert any(reason.xom == "x2" for reason in found.reasons)
    assert found.outlooks[0].knowable == SUNDAY, "the plan says so now, before the week"


def test_a_week_that_is_not_sent_yet_is_supposed_as_it_would_be(tmp_path: Path) -> None:
    station = published(tmp_path / "station")
    sent = what_if(station, WEEK, Supposed(power_cuts=(Stretch("x1", at(1, 4), at(1, 7)),)), SUNDAY)
    with station.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM slot")
        connection.exec_driver_sql("DELETE FROM plan")
    unsent = what_if(station, WEEK, Supposed(power_cuts=(Stretch("x1", at(1, 4), at(1, 7)),)), SUNDAY)
    assert (sent.sent, unsent.sent) == (True, False)
    assert [[slot.programme for slot in one.lost] for one in sent.outlooks] == [
        [slot.programme for slot in one.lost] for one in unsent.outlooks
    ]


def test_what_is_not_there_is_named(station: Station) -> None:
    with pytest.raises(NotFoundError, match="r99"):
        what_if(station, WEEK, Supposed(dead=(("r99", SUNDAY),)), SUNDAY)
    with pytest.raises(NotFoundError, match="xóm 99"):
        what_if(station, WEEK, Supposed(power_cuts=(Stretch("xóm 99", at(1, 0), at(2, 0)),)), SUNDAY)
    with pytest.raises(ConflictError):
        what_if(station, WEEK, Supposed(), WEEK.end)


def test_a_week_bears_what_its_slots_and_make_goods_allow_until_it_is_met_or_over(station: Station) -> None:
    before = bears_as_published(station, WEEK, SUNDAY)
    assert before == {"x1": 1, "x2": 1}, "an unknown slot counts against the two plays that are wanted"
    cast = devices(station)
    for slot in slots(station, "x2"):
        say(station, "record", cast["r3"], cast["r3"].record(slot), datetime.fromisoformat(slot.end))
    assert bears_as_published(station, WEEK, at(3, 0))["x2"] is None
    assert bears_as_published(station, WEEK, WEEK.end) == {}


@pytest.fixture
def loa(station: Station, capsys: pytest.CaptureFixture[str]) -> Loa:
    """The command, its clock at the rehearsal's Sunday."""
    typed = command(in_rehearsal(station), capsys)
    return lambda *words: typed("week", *words)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--receiver", "R3", "dead", "--from", "tue"], 1),
        (["--receiver", "r3", "hỏng", "--from", "t2"], 1),
        (["--power-cut", "x2", "Tue 16:00-19:00"], 0),
        (["--power-cut", "Xóm 2", "thứ hai-cn"], 1),
        (
            [
                "--power-cut",
                "x2",
                "t2 5h-7h",
                "--power-cut",
                "x1",
                "t3 05h-07h",
                "--mourning",
                "x1",
                "t2 12:00 - t3 12:00",
            ],
            0,
        ),
        (["--receiver", "r1", "dead", "--receiver", "r3", "dead", "--from", "cn", "--from", "t7 12:00"], 0),
        ([], 2),
        (["--from", "tue"], 2),
        (["--power-cut", "x2", "Tue 16:00"], 2),
        (["--receiver", "r3", "asleep"], 2),
        (["--receiver", "r3", "dead", "--from", "30/11"], 2),
        (["--power-cut", "x9", "tue"], 3),
    ],
)
def test_an_operator_types_it(loa: Loa, station: Station, words: list[str], code: int) -> None:
    before = slots(station), slots(station, "x2")
    ended, _, err = loa("what-if", str(WEEK), *words)
    assert ended == code, err
    if code < 2:
        document = json.loads(loa("what-if", str(WEEK), *words, "--json")[1])
        assert [*document] == ["week", "published", "xom", "changes", "reasons", "waived"]
        assert any(xom["falls"] for xom in document["xom"]) is (code == 1)
    assert (slots(station), slots(station, "x2")) == before


def test_c10_a_waived_xom_falls_short_by_an_authoritys_word_and_by_no_reason(loa: Loa) -> None:
    words = ("what-if", str(WEEK), "--mourning", "x2", "thứ hai-cn")
    code, _, err = loa(*words)
    assert code == 1
    assert "The station sees it already." in err
    assert "the silence for" in err
    assert loa("waive", str(WEEK), "x2", "--authority", "Bà Lan", "--why", "quốc tang").code == 0
    code, _, err = loa(*words)
    assert code == 0
    assert "Xóm 2: waived by Bà Lan: quốc tang." in err
    assert "the silence for" not in err
    document = json.loads(loa(*words, "--json").out)
    assert document["reasons"] == []
    assert document["waived"] == [{"xom": "x2", "authority": "Bà Lan", "why": "quốc tang"}]


def test_the_plan_is_a_table_by_title(loa: Loa) -> None:
    code, out, err = loa("plan", str(WEEK))
    assert code == 0
    assert "Mon 23/11 05:30" in out
    assert "★ b001 Thử loa" in out
    assert "every xóm" in out
    assert "sent already" in out
    assert "Bears at least 1 further losses" in err
    assert json.loads(loa("plan", str(WEEK), "--json")[1])["bears"] == {"x1": 1, "x2": 1}
