"""The week's report: counted out of the log alone, and safe to open, print and keep."""

import copy
import json
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from scheduler_evidence import (
    MONDAY,
    R1,
    R2,
    Evidence,
    receiver_row,
    record_row,
    slot_row,
    station,
    station_row,
)

from playlists.week import Week
from scheduler.audit.entry import instant_text
from scheduler.catalogue import in_vietnamese
from scheduler.reports.document import report_document, status_document
from scheduler.reports.page import PLAYS, STATES, week_page
from scheduler.reports.week import week_report
from scheduler.sentence import Sentence
from scheduler.verdict import XomState

WEEK = Week.parse("2026-W48")
SUNDAY_NIGHT = WEEK.end
BULLETIN = {
    "id": "b1",
    "title": "Định danh điện tử",
    "field": "an ninh",
    "unit": "Công an xã",
    "campaign": "nghi-quyet-57",
    "priority": "normal",
    "targets": {"everyone": True, "xom": [], "tags": []},
    "valid_from": "2026-11-23",
    "valid_to": "2026-11-29",
    "plays_wanted": 2,
    "plays_min": 2,
    "voice": None,
    "recording": None,
    "text": "…",
    "digest": "0" * 64,
    "state": "approved",
    "clip": None,
    "updated_at": instant_text(MONDAY),
}
HOSTILE = "<script>alert(1)</script>{{ 7*7 }}{0}\"'"


def evidence_with_a_failure() -> Evidence:
    """r2 breaks off a third slot, which is made good; an incident is open; one slot is cancelled."""
    evidence = station()
    evidence.append("bulletin", MONDAY, bulletin=[BULLETIN])
    lost, mended, gone = slot_row("s3", 60), slot_row("s4", 80, kind="make_good", makes_good="s3"), slot_row("s5", 90)
    gone.update(cancelled_at=instant_text(MONDAY), why="replanned")
    evidence.append("planned", MONDAY, slot=[lost, mended, gone])
    broken = {"samples_played": 1_000_000, "reason": "power", "load": "unmeasured"}
    evidence.append("played", MONDAY, play_record=[record_row("r1", R1, 9, lost)])
    evidence.append("played", MONDAY, play_record=[record_row("r2", R2, 9, lost, "interrupted", **broken)])
    evidence.append("fault", MONDAY, incident=[{
        "id": "i1", "kind": "silent", "subject": "r2", "opened_at": instant_text(MONDAY + timedelta(hours=70)),
        "closed_at": None, "template": "receiver {receiver} is silent", "values": {"receiver": "r2"}, "envelope": None,
    }])  # fmt: skip
    evidence.sign()
    return evidence


def report_of(evidence: Evidence, as_of=SUNDAY_NIGHT):
    return week_report(evidence.leaves, WEEK, evidence.checkpoints[-1] if evidence.checkpoints else None, as_of)


def test_the_figures_come_out_of_the_log():
    report = report_of(evidence_with_a_failure())
    assert (report.station, report.simulated, report.required) == ("Đài xã Diễn Châu", False, 2)
    assert (report.met, report.total) == (1, 1)
    (xom,) = report.xom
    assert (xom.verdict.played, xom.verdict.planned, xom.verdict.make_good) == (2, 3, 1)
    assert [[(c.slot, c.state, c.played, c.receivers) for c in day] for day in xom.days[:4]] == [
        [("s1", "played", 2, 2)],
        [],
        [("s2", "played", 2, 2), ("s3", "failed", 1, 2)],
        [("s4", "unknown", 0, 2), ("s5", "cancelled", 0, 2)],
    ]
    (bulletin,) = report.bulletins
    assert (bulletin.title, bulletin.slots, bulletin.played) == ("Định danh điện tử", 4, 2)
    assert [str(incident.text) for incident in report.incidents] == ["receiver r2 is silent"]
    assert report.proof.leaves == 17


def test_i6_the_same_leaves_give_the_same_bytes():
    first, second = evidence_with_a_failure(), evidence_with_a_failure()
    for render in (week_page, lambda report: json.dumps(report_document(report))):
        assert render(report_of(first)) == render(report_of(second))


def test_only_what_the_checkpoint_signed_is_counted():
    evidence = station()
    before = report_of(evidence)
    evidence.append("planned", MONDAY, slot=[slot_row("s9", 100)])
    assert report_of(evidence) == before
    assert week_report(evidence.leaves, WEEK, None, SUNDAY_NIGHT).xom[0].verdict.planned == 3


def test_a12_a_late_record_makes_a_new_report_and_the_old_one_can_be_made_again():
    evidence = station()
    evidence.append("planned", MONDAY, slot=[slot_row("s3", 60)])
    evidence.sign()
    tuesday = WEEK.end + timedelta(days=1)
    early = report_of(evidence, tuesday)
    slot = slot_row("s3", 60)
    evidence.append("played", tuesday, play_record=[record_row("r1", R1, 9, slot), record_row("r2", R2, 9, slot)])
    evidence.sign()
    assert report_of(evidence, tuesday).xom[0].verdict.played == early.xom[0].verdict.played + 1
    assert week_report(evidence.leaves, WEEK, evidence.checkpoints[-2], tuesday) == early


@pytest.mark.parametrize(("closed_at", "played"), [(None, 0), (instant_text(MONDAY), 2)])
def test_b3_a_suspected_clone_is_not_counted_until_it_is_resolved(closed_at, played):
    evidence = station()
    evidence.append("incident", MONDAY, incident=[{
        "id": "i1", "kind": "clone-suspected", "subject": "r1", "opened_at": instant_text(MONDAY),
        "closed_at": closed_at, "template": "clone", "values": {}, "envelope": None,
    }])  # fmt: skip
    assert week_report(evidence.leaves, WEEK, None, SUNDAY_NIGHT).xom[0].verdict.played == played


def test_the_document_is_plain_json():
    document = report_document(report_of(evidence_with_a_failure()))
    assert json.loads(json.dumps(document)) == document
    assert {"week", "simulated", "required", "met", "total", "xom"} <= document.keys()
    assert document["week"] == "2026-W48"
    (xom,) = document["xom"]
    assert xom.keys() == {
        "id", "name", "planned", "played", "unknown", "make_good", "state", "grade", "reason", "slots",
    }  # fmt: skip
    assert xom["slots"][2]["why"] == "broken off: power"


def test_the_status_document_speaks_the_language_asked_for():
    late = slot_row("s3", 60)
    evidence = station()
    evidence.append("planned", MONDAY, slot=[late])
    report = week_report(evidence.leaves, WEEK, None, MONDAY)
    verdicts = [replace(x.verdict, reasons=(Sentence("Still to come: {times}.", times="05:30"),)) for x in report.xom]
    assert status_document(WEEK, verdicts, 2, False)["xom"][0]["reason"] == "Still to come: 05:30."
    assert status_document(WEEK, verdicts, 2, False, in_vietnamese)["xom"][0]["reason"] == "Còn phát: 05:30."


class Page(HTMLParser):
    """Checks that every tag is closed in order, and collects what a browser would load or run."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.loads: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        self.loads += [f"{name}={value}" for name, value in attrs if name in ("src", "href") or name.startswith("on")]
        self.loads += [tag] if tag in ("script", "link", "iframe", "img", "object") else []

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_the_page_stands_alone_and_says_it_in_vietnamese():
    text = week_page(report_of(evidence_with_a_failure()))
    page = Page(text)
    assert page.loads == []
    assert "url(" not in text
    assert "@import" not in text
    for words in ("1/1 xóm đạt", "Định danh điện tử", "05:30 ✓", "12:00 ✗", "+08:00 ?", "loa/dien-chau", "Công an xã"):
        assert words in page.text
    assert report_of(evidence_with_a_failure()).proof.root in page.text
    assert "MÔ PHỎNG" not in page.text


def test_a_simulated_station_says_so_on_the_page():
    evidence = station()
    evidence.append("station", MONDAY, station=[station_row(simulated=True)])
    page = Page(week_page(week_report(evidence.leaves, WEEK, None, SUNDAY_NIGHT)))
    assert page.text.count("MÔ PHỎNG") == 2


def test_e14_markup_and_templates_from_outside_are_text():
    evidence = station()
    hostile = {**copy.deepcopy(BULLETIN), "title": HOSTILE, "unit": HOSTILE, "field": HOSTILE}
    evidence.append("bulletin", MONDAY, bulletin=[hostile], station=[station_row(name=HOSTILE)])
    evidence.append("xom", MONDAY, xom=[{
        "id": "x01", "name": HOSTILE, "tags": [], "windows": [], "daily_cap_s": 1, "blackouts": [], "removed_at": None,
    }])  # fmt: skip
    lost = slot_row("s3", 60, bulletins=["b1", HOSTILE])
    evidence.append("planned", MONDAY, slot=[lost])
    failed = record_row("r1", R1, 9, lost, "failed", reason=HOSTILE, samples_played=0, start=None, end=None)
    evidence.append(
        "played", MONDAY, play_record=[failed], receiver=[receiver_row("r2", R2, revoked_at=instant_text(MONDAY))]
    )
    report = week_report(evidence.leaves, WEEK, None, SUNDAY_NIGHT)
    page = Page(week_page(report))
    assert page.loads == []
    assert HOSTILE in page.text


def test_a_log_without_a_station_has_no_report():
    evidence = Evidence()
    evidence.append("xom", MONDAY, xom=[])
    with pytest.raises(LookupError, match="no station"):
        week_report(evidence.leaves, WEEK, None, SUNDAY_NIGHT)


def test_an_empty_week_has_an_empty_report():
    report = week_report(station().leaves, WEEK.next, None, SUNDAY_NIGHT)
    assert (report.met, report.total, report.bulletins) == (0, 1, ())
    assert "Chưa có." in Page(week_page(report)).text


def test_every_state_has_its_vietnamese_name():
    assert set(STATES) == set(XomState.__args__)
    assert len(set(PLAYS.values())) == len(PLAYS)
