"""A week's revisions compared, out of the log, and with what would be published now."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from scheduler_cast import SUNDAY, WEEK, devices, published, say, slots, written

from playlists.changes import ChangeKind
from scheduler.cli import main
from scheduler.errors import NotFoundError
from scheduler.station import Station, open_station
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.approve_bulletin import approve_bulletin
from scheduler.usecases.compare_week import compare_revisions, compare_with_now
from scheduler.usecases.keep_week import keep_week
from scheduler.usecases.publish_week import publish_week
from scheduler.usecases.voice_bulletin import voice_bulletin
from scheduler.usecases.withdraw_bulletin import withdraw_bulletin


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


def test_what_is_out_is_what_would_be_published_now(station: Station) -> None:
    found = compare_with_now(station, WEEK, SUNDAY)
    assert (found.earlier, found.later, found.changes) == (1, None, ())


def test_a_new_bulletin_shows_before_it_is_published_and_nothing_is_written(station: Station) -> None:
    bulletin = add_bulletin(station, written(title="Tin mới"), SUNDAY).bulletin.id
    voice_bulletin(station, bulletin, SUNDAY)
    approve_bulletin(station, bulletin, "Bà Lan", station.keys.approver(), SUNDAY)
    before = slots(station)
    foreseen = compare_with_now(station, WEEK, SUNDAY)
    assert {change.kind for change in foreseen.changes} == {ChangeKind.ADDED}
    assert slots(station) == before
    publish_week(station, WEEK, SUNDAY)
    done = compare_revisions(station, WEEK, 1, 2)
    assert [change.after for change in done.changes] == [change.after for change in foreseen.changes]
    back = compare_revisions(station, WEEK, 2, 1)
    assert {change.kind for change in back.changes} == {ChangeKind.REMOVED}


def test_a_funeral_in_the_settings_shows_what_it_takes_and_where_it_goes(station: Station) -> None:
    config = station.folder / "config.toml"
    mourning = '\nblackouts = [{ from = 2026-11-23T00:00:00+07:00, to = 2026-11-24T00:00:00+07:00, why = "tang lễ" }]'
    config.write_text(config.read_text().replace("[rules]", f"[rules]{mourning}"))
    found = compare_with_now(open_station(station.folder), WEEK, SUNDAY)
    assert {change.kind for change in found.changes} <= {ChangeKind.MOVED, ChangeKind.REMOVED, ChangeKind.ADDED}
    moved = [change for change in found.changes if change.kind is ChangeKind.MOVED]
    assert moved
    assert all("tang lễ" in change.why for change in moved)


def test_a_make_good_is_a_revision_of_its_own(station: Station) -> None:
    lost, now, cast = slots(station)[0], SUNDAY + timedelta(hours=13), devices(station)
    for receiver in ("r1", "r2"):
        say(station, "record", cast[receiver], cast[receiver].record(lost, "missed"), now)
    with station.store.writing() as session:
        keep_week(session, station, now)
    changes = compare_revisions(station, WEEK, 1, 2).changes
    assert lost.id in {change.after.makes_good for change in changes if change.after}


def test_a_revision_is_what_it_was_when_it_was_published(station: Station) -> None:
    """Rows hold only what is so now; the log knows what was so then."""
    withdraw_bulletin(station, "b001", SUNDAY)
    assert not slots(station)
    publish_week(station, WEEK, SUNDAY)
    changes = compare_revisions(station, WEEK, 1, 2).changes
    assert {change.kind for change in changes} == {ChangeKind.REMOVED}
    assert all("b001" in change.why for change in changes)


def test_a_revision_that_never_was_is_not_found(station: Station) -> None:
    with pytest.raises(NotFoundError, match="no revision 7"):
        compare_revisions(station, WEEK, 1, 7)
    with pytest.raises(NotFoundError):
        compare_with_now(station, WEEK.next, SUNDAY)


@pytest.mark.parametrize(("words", "code"), [([], 0), (["1", "1"], 0), (["1"], 2), (["1", "9"], 3)])
def test_a_difference_is_news_and_no_failure(
    station: Station, capsys: pytest.CaptureFixture[str], words: list[str], code: int
) -> None:
    config = station.folder / "config.toml"
    config.write_text(config.read_text().replace("leader", "simulated = true\nleader"))
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["--station", str(station.folder), "week", "diff", str(WEEK), *words, "--json"])
    said = capsys.readouterr()
    assert ended.value.code == code, said.err
    if code == 0:
        assert [*json.loads(said.out)] == ["week", "from", "to", "changes"]
