"""What can no longer be met is waived by a named authority, on the record, and shown as that and never as met."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import tomlkit
from scheduler_cast import SUNDAY, WEEK, devices, published, say, slots
from scheduler_cli_cast import command, in_rehearsal

from scheduler.catalogue import in_vietnamese
from scheduler.errors import ConflictError, NotFoundError, StationError
from scheduler.reports.document import report_document
from scheduler.station import Station
from scheduler.store.queries import slots_of_week
from scheduler.usecases.keep_week import keep_week
from scheduler.usecases.report_week import report_week
from scheduler.usecases.verify_log import verify_station
from scheduler.usecases.waive_week import unwaive_week, waive_week
from scheduler.usecases.week_facts import week_status

AUTHORITY, WHY = "Ông Nguyễn Văn A, Chủ tịch UBND xã", "quốc tang"


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


def states(station: Station, now: datetime) -> dict[str, str]:
    return {xom.id: xom.state for xom in week_status(station, WEEK, now)}


def test_c10_a_xom_is_waived_on_the_record_and_the_others_are_not(station: Station) -> None:
    after = WEEK.end + timedelta(days=20)
    waive_week(station, WEEK, "x1", AUTHORITY, WHY, SUNDAY)
    assert states(station, after) == {"x1": "waived", "x2": "missed"}
    (xom,) = [xom for xom in week_status(station, WEEK, after) if xom.id == "x1"]
    assert xom.reason.startswith(f"Waived by {AUTHORITY}: {WHY}.")
    assert verify_station(station).findings == ()


def test_c10_the_report_names_the_authority_and_counts_no_xom_as_met(station: Station) -> None:
    waive_week(station, WEEK, None, AUTHORITY, WHY, SUNDAY)
    issued = report_week(station, WEEK, WEEK.end + timedelta(days=20), in_vietnamese)
    assert (issued.report.met, issued.report.waived) == (0, 2)
    (waiver,) = report_document(issued.report)["waivers"]
    assert (waiver["xom"], waiver["authority"], waiver["why"], waiver["lifted_at"]) == (None, AUTHORITY, WHY, None)
    page = issued.page.read_text(encoding="utf-8")
    assert "Được miễn, giảm" in page
    assert AUTHORITY in page


def test_c10_a_xom_that_is_met_stays_met(station: Station) -> None:
    waive_week(station, WEEK, "x2", AUTHORITY, WHY, SUNDAY)
    cast = devices(station)
    for slot in slots(station, "x2"):
        say(station, "record", cast["r3"], cast["r3"].record(slot), datetime.fromisoformat(slot.end))
    assert states(station, WEEK.end)["x2"] == "met"


def test_c10_nothing_is_made_good_while_it_is_waived_and_again_after(station: Station) -> None:
    now = datetime.fromisoformat(slots(station)[0].end) + timedelta(minutes=31)

    def made_good() -> set[str]:
        with station.store.writing() as session:
            keep_week(session, station, now)
            return {slot.xom for slot in slots_of_week(session, str(WEEK)) if slot.kind == "make_good"}

    waive_week(station, WEEK, "x1", AUTHORITY, WHY, SUNDAY)
    assert "x1" not in made_good()
    unwaive_week(station, WEEK, "x1", "nhầm xóm", now)
    assert "x1" in made_good()


def test_c10_a_waiver_that_is_lifted_is_on_the_record_too(station: Station) -> None:
    waive_week(station, WEEK, "x1", AUTHORITY, WHY, SUNDAY)
    lifted = unwaive_week(station, WEEK, "x1", "nhầm xóm", SUNDAY + timedelta(hours=1))
    assert lifted.lifted_why == "nhầm xóm"
    assert states(station, WEEK.end + timedelta(days=20))["x1"] == "missed"
    again = waive_week(station, WEEK, "x1", AUTHORITY, WHY, SUNDAY + timedelta(hours=2))
    assert again.id != lifted.id
    report = report_week(station, WEEK, SUNDAY + timedelta(hours=3), in_vietnamese).report
    assert [waiver.lifted_why for waiver in report.waivers] == ["nhầm xóm", None]
    assert verify_station(station).findings == ()


def test_a_waiver_needs_a_xom_that_exists_a_name_and_a_reason_and_is_given_once(station: Station) -> None:
    with pytest.raises(NotFoundError, match="x9"):
        waive_week(station, WEEK, "x9", AUTHORITY, WHY, SUNDAY)
    for authority, why in ((" ", WHY), (AUTHORITY, "")):
        with pytest.raises(StationError, match="for the record"):
            waive_week(station, WEEK, "x1", authority, why, SUNDAY)
    waive_week(station, WEEK, "x1", AUTHORITY, WHY, SUNDAY)
    with pytest.raises(ConflictError, match="waived there already"):
        waive_week(station, WEEK, "x1", AUTHORITY, WHY, SUNDAY)
    with pytest.raises(NotFoundError, match="not waived"):
        unwaive_week(station, WEEK, "x2", WHY, SUNDAY)


def test_a_trial_leaves_no_waiver(station: Station) -> None:
    waive_week(station, WEEK, "x1", AUTHORITY, WHY, SUNDAY, dry_run=True)
    assert "waived" not in states(station, WEEK.end + timedelta(days=20)).values()


def test_c10_what_is_waived_no_longer_fails_the_plan_and_its_reason_is_kept_for_when_it_is_lifted(
    station: Station, capsys: pytest.CaptureFixture[str]
) -> None:
    config = station.folder / "config.toml"
    document = tomlkit.parse(config.read_text(encoding="utf-8"))
    document["rules"]["blackouts"] = [{"from": WEEK.start, "to": WEEK.end, "why": "đám tang", "xom": ["x1"]}]
    config.write_text(tomlkit.dumps(document), encoding="utf-8")
    loa = command(in_rehearsal(station), capsys)
    code, _, err = loa("week", "plan", str(WEEK), lang="vi")
    assert code == 1
    assert "đám tang" in err
    assert loa("week", "waive", str(WEEK), "x1", "--authority", AUTHORITY, "--why", WHY).code == 0
    code, _, err = loa("week", "publish", str(WEEK), "--yes", lang="vi")
    assert code == 0
    assert f"Xóm 1: được miễn theo {AUTHORITY}: {WHY}." in err
    planned = json.loads(loa("week", "plan", str(WEEK), "--json").out)
    assert (planned["feasible"], planned["reasons"]) == (True, [])
    assert planned["waived"] == [{"xom": "x1", "authority": AUTHORITY, "why": WHY}]
    assert states(station, SUNDAY)["x1"] == "waived"
    assert loa("week", "unwaive", str(WEEK), "x1", "--why", "nhầm xóm").code == 0
    assert states(station, SUNDAY)["x1"] == "impossible", "as the planner said when it was published"
    assert loa("week", "plan", str(WEEK)).code == 1
