"""The register of xóm, from a CSV as offices write them (cases E12, E13)."""

from __future__ import annotations

from pathlib import Path

import pytest
from scheduler_cast import SUNDAY, published
from sqlmodel import select

from scheduler.errors import ConflictError, StationError
from scheduler.station import Station
from scheduler.store.queries import xom_rows
from scheduler.store.tables import AccountRow, ReceiverRow
from scheduler.usecases.enrol_receiver import add_receiver, revoke_receiver
from scheduler.usecases.register_xom import read_csv, register_xom
from scheduler.usecases.verify_log import verify_station

PLAIN = "id,name,tags,receivers\nx1,Xóm 1,ven-bien,r1 r2\nx2,Xóm 2,,r3\n"


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return published(tmp_path / "station")


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "\ufeff" + PLAIN,
        PLAIN.replace(",", ";"),
        PLAIN.replace("\n", "\r\n"),
        "name,id,receivers,tags\nXóm 1,x1,r1;r2,ven-bien\nXóm 2,x2,r3,\n",
        'id,name,tags,receivers\n"x1","Xóm 1","ven-bien","r1 r2"\nx2,Xóm 2,,r3\n\n',
    ],
)
def test_a_csv_as_excel_and_people_write_it(text: str) -> None:
    first, second = read_csv(text.encode())
    assert (first.id, first.name, first.tags, first.receivers) == ("x1", "Xóm 1", ("ven-bien",), ("r1", "r2"))
    assert (second.id, second.tags, second.receivers) == ("x2", (), ("r3",))


def test_a_csv_may_hold_names_alone() -> None:
    (only,) = read_csv("id,name\nx1,Xóm 1\n".encode())
    assert (only.tags, only.receivers) == ((), ())


def test_every_wrong_line_is_named() -> None:
    text = "id,name,receivers\nX 1,Xóm,r1\nx2,Xóm 2,r1 r2 r3 r4\nx3,Xóm 3,../r\nx4,Xóm 4,r9\nx4,Xóm 4,r8\nx6,,r7\n"
    with pytest.raises(StationError) as caught:
        read_csv(text.encode())
    for part in ("line 2", "line 3", "line 4", "x4", "line 7: name"):
        assert part in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n", "tên,mã\nXóm,x1\n", "id,name\n", "\x00\x01"])
def test_what_is_no_list_of_xom_is_refused(text: str) -> None:
    with pytest.raises(StationError):
        read_csv(text.encode())


@pytest.mark.parametrize("receiver", ["r1", "station"])
def test_a_receiver_stands_in_one_place_and_is_not_the_station(receiver: str) -> None:
    with pytest.raises(StationError, match=receiver):
        read_csv(f"id,name,receivers\nx1,Xóm 1,r1\nx2,Xóm 2,{receiver}\n".encode())


def test_only_what_changed_is_written(station: Station) -> None:
    same = register_xom(station, station.config.xom, SUNDAY)
    assert (same.added, same.changed, same.removed, same.receivers) == ((), (), (), ())
    listed = read_csv("id,name,tags,receivers\nx1,Xóm Một,ven-bien,r1 r2\nx3,Xóm 3,,r4\n".encode())
    change = register_xom(station, listed, SUNDAY)
    assert change == type(change)(added=("x3",), changed=("x1",), removed=("x2",), receivers=("r4",))
    with station.store.reading() as session:
        assert [row.name for row in xom_rows(session)] == ["Xóm Một", "Xóm 3"]
        assert {row.id for row in session.exec(select(ReceiverRow))} == {"r1", "r2", "r3", "r4"}
        assert session.get(AccountRow, "r4") is not None
    assert (station.enrolments / "r4.json").is_file()
    assert verify_station(station).findings == ()


def test_a_removed_xom_comes_back(station: Station) -> None:
    register_xom(station, station.config.xom[:1], SUNDAY)
    assert register_xom(station, station.config.xom, SUNDAY).added == ("x2",)
    assert verify_station(station).findings == ()


def test_a_receiver_is_not_moved_by_a_list(station: Station) -> None:
    with pytest.raises(StationError, match="r1"):
        register_xom(station, read_csv("id,name,receivers\nx2,Xóm 2,r1\n".encode()), SUNDAY)


@pytest.mark.parametrize("bad", ["station", "../r9", "/etc/r9", "r 9", "R9", "#", "", "r9\x00", "a" * 33])
def test_e12_b18_no_receiver_gets_an_id_that_is_a_path_a_topic_or_the_station(station: Station, bad: str) -> None:
    before = sorted(station.folder.rglob("*"))
    with pytest.raises(StationError):
        add_receiver(station, bad, "x1", SUNDAY)
    assert sorted(station.folder.rglob("*")) == before


def test_a_listed_receiver_can_log_in_at_mosquitto(station: Station) -> None:
    register_xom(station, read_csv("id,name,receivers\nx1,Xóm 1,r1 r2 r7\nx2,Xóm 2,r3\n".encode()), SUNDAY)
    assert "\nr7:" in (station.broker / "passwords").read_text()
    assert "\nuser r7\n" in (station.broker / "acl").read_text()


def test_f16_a_revoked_receiver_can_no_longer_log_in(station: Station) -> None:
    revoke_receiver(station, "r1", "mất cắp", SUNDAY)
    assert "r1:" not in (station.broker / "passwords").read_text()
    assert not (station.enrolments / "r1.json").exists()
    with pytest.raises(ConflictError, match="already"):
        revoke_receiver(station, "r1", "mất cắp", SUNDAY)
    assert verify_station(station).findings == ()
