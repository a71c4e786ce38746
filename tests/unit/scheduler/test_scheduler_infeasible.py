"""What the planner could not give makes a xóm impossible only when it is the campaign slots that are lacking."""

from datetime import UTC, datetime

import pytest

from playlists.week import Week
from scheduler.audit.fold import empty_tables
from scheduler.reports.evidence import week_facts_of

WEEK = Week(2026, 48)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(("campaign", "impossible"), [(True, {"x07"}), (False, set())])
def test_a_minor_bulletin_without_room_does_not_make_the_guarantee_impossible(
    campaign: bool, impossible: set[str]
) -> None:
    tables = empty_tables()
    tables["plan"]["2026-W48", 1] = {
        "week": "2026-W48",
        "revision": 1,
        "at": "2026-11-22T00:00:00.000000Z",
        "kind": "plan",
        "feasible": False,
        "reasons": [{"xom": "x07", "campaign": campaign, "template": "{reason}", "values": {"reason": "no room"}}],
    }
    assert set(week_facts_of(tables, WEEK, NOW).infeasible) == impossible
