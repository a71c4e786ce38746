"""The week's report: a page for people and a document for machines, out of the log alone (promise I6)."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playlists.week import Week
from scheduler.reports.document import report_document
from scheduler.reports.page import week_page
from scheduler.reports.week import WeekReport, week_report
from scheduler.station import Station
from scheduler.store.log import append, read_leaves
from scheduler.store.queries import latest_checkpoint
from scheduler.usecases.seal_log import seal_log


@dataclass(frozen=True)
class Issued:
    """Revision 1 is kept when late proof makes a revision 2 (case A12)."""

    report: WeekReport
    revision: int
    page: Path
    document: Path


def report_week(station: Station, week: Week, now: datetime, translate: Callable[[str], str]) -> Issued:
    """Seal the log, count out of it, and write the report's next revision into reports/.

    The instant of the report is itself a leaf, so that whoever has the leaves gets the same bytes again.
    """
    with station.store.writing() as session:
        append(session, f"report_issued {week}", now, [])
    seal_log(station)
    with station.store.reading() as session:
        leaves = [leaf.entry for leaf in read_leaves(session)]
        checkpoint = latest_checkpoint(session)
    report = week_report(leaves, week, checkpoint.text if checkpoint else None, now)
    station.reports.mkdir(exist_ok=True)
    revision = len(list(station.reports.glob(f"{week}.r*.html"))) + 1
    page, document = (station.reports / f"{week}.r{revision}.{ending}" for ending in ("html", "json"))
    page.write_text(week_page(report), encoding="utf-8")
    text = json.dumps(report_document(report, translate), ensure_ascii=False, indent=2, sort_keys=True)
    document.write_text(text + "\n", encoding="utf-8")
    return Issued(report, revision, page, document)
