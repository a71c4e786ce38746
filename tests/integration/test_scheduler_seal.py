"""Signed heads: the log never forks, whatever was restored or cut off (case D10, promise I5)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from scheduler_cast import SUNDAY, published, records, say, slots
from scheduler_cast import devices as devices_of

from scheduler.audit.checkpoint import parse_checkpoint
from scheduler.errors import NotAllowedError
from scheduler.station import Station, open_station
from scheduler.store.queries import latest_checkpoint
from scheduler.usecases.seal_log import is_unsealed, seal_log, witnessed_checkpoints
from scheduler.usecases.verify_log import verify_station
from scheduler.usecases.withdraw_bulletin import withdraw_bulletin


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


def restored(station: Station, copy: Path) -> Station:
    """The station after its database was put back to `copy`; its other files stayed."""
    station.store.close()
    shutil.copyfile(copy, station.store.path)
    return open_station(station.folder)


def test_a_sealed_log_is_not_sealed_again(station: Station) -> None:
    assert seal_log(station) is None
    withdraw_bulletin(station, "b001", SUNDAY)
    text = seal_log(station)
    assert text is not None
    assert witnessed_checkpoints(station)[-1] == text
    with station.store.reading() as session:
        assert not is_unsealed(session)
    assert seal_log(station) is None


def test_d10_a_restored_old_copy_refuses_to_sign(station: Station, tmp_path: Path) -> None:
    station.store.close()
    copy = Path(shutil.copyfile(station.store.path, tmp_path / "sunday.db"))
    withdraw_bulletin(station, "b001", SUNDAY)
    seal_log(station)
    station = restored(station, copy)
    before = station.witness.read_bytes()
    for _ in range(2):
        with pytest.raises(NotAllowedError, match="older copy"):
            seal_log(station)
        device = devices_of(station)["r1"]
        for slot in slots(station):
            say(station, "record", device, device.record(slot), SUNDAY)  # it grows past what was signed
    assert len(records(station)) > 0
    assert station.witness.read_bytes() == before
    findings = verify_station(station).findings
    assert any("witnessed checkpoint" in item.where for item in findings)


def test_a_restored_copy_of_the_same_log_goes_on(station: Station, tmp_path: Path) -> None:
    withdraw_bulletin(station, "b001", SUNDAY)
    station.store.close()
    copy = Path(shutil.copyfile(station.store.path, tmp_path / "now.db"))
    sealed = seal_log(station)
    station = restored(station, copy)
    assert seal_log(station) is None, "what was signed is taken over, not signed again"
    with station.store.reading() as session:
        newest = latest_checkpoint(session)
    assert newest is not None
    assert newest.text == sealed
    assert verify_station(station).findings == ()


def test_a_crash_between_witness_and_commit_is_made_good(station: Station, tmp_path: Path) -> None:
    """As above, and then the log has grown: one more head, a continuation of the one that only the file has."""
    device, (slot, other, *_) = devices_of(station)["r1"], slots(station)
    say(station, "record", device, device.record(slot), SUNDAY)
    station.store.close()
    copy = Path(shutil.copyfile(station.store.path, tmp_path / "before-commit.db"))
    first = seal_log(station)
    station = restored(station, copy)
    say(station, "record", device, device.record(other), SUNDAY)
    second = seal_log(station)
    assert first is not None
    assert second is not None
    assert parse_checkpoint(second).size == parse_checkpoint(first).size + 1
    assert verify_station(station).findings == ()


@pytest.mark.parametrize(
    "torn", ["loa/xa-thu", "loa/xa-thu\n99\nAAAA", "loa/xa-thu\n99\nAAAA\n\n— loa/xa-thu x\n--", "\n"]
)
def test_a_witness_line_cut_off_by_a_crash_is_written_over(station: Station, torn: str) -> None:
    whole = station.witness.read_text()
    station.witness.write_text(whole + torn)
    assert len(witnessed_checkpoints(station)) == whole.count("---")
    assert verify_station(station).findings == ()
    withdraw_bulletin(station, "b001", SUNDAY)
    text = seal_log(station)
    assert text is not None
    assert station.witness.read_text() == whole + text.removesuffix("\n") + "\n---\n"
    assert verify_station(station).findings == ()


def test_a_foreign_last_line_of_the_witness_is_no_ground_to_sign_on(station: Station) -> None:
    station.witness.write_text(station.witness.read_text().replace("loa/xa-thu\n", "loa/khac\n"))
    withdraw_bulletin(station, "b001", SUNDAY)
    with pytest.raises(NotAllowedError, match=r"checkpoints\.txt"):
        seal_log(station)


def test_without_its_witness_file_the_database_still_goes_on_from_its_own_head(station: Station) -> None:
    station.witness.unlink()
    withdraw_bulletin(station, "b001", SUNDAY)
    assert seal_log(station) is not None
    assert len(witnessed_checkpoints(station)) == 1
