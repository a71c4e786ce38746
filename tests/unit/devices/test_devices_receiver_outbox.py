"""The outbox: in order, again until the receipt, and never more reports than a card can bear."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices.broker.accounts import Account, Accounts, password_hash
from devices.broker.memory import MemoryBroker
from devices.clock import Reading
from devices.protocol.codec import decode
from devices.protocol.envelope import open_envelope
from devices.protocol.messages import PlayRecord, Report
from devices.receiver.backoff import FIRST_S
from devices.receiver.facts import Boot
from devices.receiver.journal import Journal
from devices.receiver.outbox import REPORTS_AT_ONCE, WINDOW, Outbox
from devices.signing import SigningKey

T0 = datetime(2026, 11, 23, tzinfo=UTC)


def at(seconds: float = 0.0) -> Reading:
    return Reading(T0 + timedelta(seconds=seconds), seconds, "synchronised")


def record(slot: str) -> PlayRecord:
    return PlayRecord(
        *("c1", "r1", "", 0, slot, 1, T0, None, None, timedelta(), 0, 10, "missed", "clock", "unmeasured", "null"),
        simulated=True,
        clock="synchronised",
        clips=(),
    )


class Post:
    """An outbox on a line that can be cut, and what the station got through it."""

    def __init__(self, path: Path) -> None:
        accounts = Accounts(
            "c1",
            (
                Account("station", password_hash("p"), "station"),
                Account("r1", password_hash("p"), "receiver"),
            ),
        )
        self.broker = MemoryBroker(lambda: accounts)
        self.arrived: list[int] = []
        self._station = self.broker.link("station", "p")
        self._station.subscribe("loa/1/c1/from/+/+")
        self._station.open(self._take)
        self.link = self.broker.link("r1", "p")
        self.link.open(lambda: None)
        self.journal = Journal(path)
        self.journal.append(Boot(1, T0.isoformat()))
        self.outbox = Outbox(self.journal, SigningKey.from_seed(b"k" * 32), self.link, "c1", "r1", random.Random(1))

    def messages(self) -> list[PlayRecord | Report]:
        found: list[PlayRecord | Report] = []
        for filed in self.journal.facts.pending.values():
            value = decode(open_envelope(filed.envelope.encode()).payload)
            found.append(PlayRecord.from_json(value) if filed.kind == "record" else Report.from_json(value))
        return found

    def _take(self) -> None:
        while (event := self._station.take()) is not None:
            if hasattr(event, "payload"):
                seq = decode(open_envelope(event.payload).payload)["seq"]
                assert isinstance(seq, int)
                self.arrived.append(seq)
                self._station.acknowledge(event)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    made = Post(tmp_path / "journal")
    yield made
    made.link.close()


def test_records_and_reports_share_one_sequence_and_go_in_order(post: Post) -> None:
    post.outbox.record(record("s1"))
    post.outbox.report("fault", "clip", "damaged", {}, at())
    post.outbox.record(record("s2"))
    post.outbox.send(0.0)
    assert post.arrived == [1, 2, 3]
    assert [message.seq for message in post.messages()] == [1, 2, 3]
    assert {message.boot for message in post.messages()} == {"1"}


def test_i4_nothing_is_dropped_before_the_receipt(post: Post) -> None:
    for name in ("s1", "s2", "s3"):
        post.outbox.record(record(name))
    post.outbox.send(0.0)
    assert post.outbox.awaiting
    post.outbox.receipt(2)
    assert list(post.journal.facts.pending) == [3]
    post.outbox.receipt(1)
    assert post.journal.facts.through == 2
    post.outbox.receipt(3)
    assert not post.outbox.awaiting
    assert post.outbox.due_s() is None


def test_a8_without_a_receipt_all_is_sent_again_later_and_later(post: Post) -> None:
    post.outbox.record(record("s1"))
    pauses, now_s = [], 0.0
    for _ in range(4):
        post.outbox.send(now_s)
        due_s = post.outbox.due_s()
        assert due_s is not None
        post.outbox.send(due_s - 0.001)
        pauses.append(due_s - now_s)
        now_s = due_s
    assert post.arrived == [1, 1, 1, 1]
    assert FIRST_S * 0.75 <= pauses[0] <= FIRST_S * 1.25
    assert pauses[0] < pauses[1] < pauses[2]


def test_a1_after_a_new_connection_everything_pending_is_sent_again(post: Post) -> None:
    post.outbox.record(record("s1"))
    post.outbox.send(0.0)
    post.broker.cut("r1")
    post.outbox.record(record("s2"))
    post.outbox.send(1.0)
    assert post.arrived == [1]
    assert post.outbox.due_s() is None
    post.broker.mend("r1")
    post.outbox.connected()
    post.outbox.send(2.0)
    assert post.arrived == [1, 1, 2]


def test_a14_a_long_backlog_goes_in_windows(post: Post) -> None:
    for number in range(WINDOW + 5):
        post.outbox.record(record(f"s{number}"))
    post.outbox.send(0.0)
    assert len(post.arrived) == WINDOW
    post.outbox.receipt(10)
    post.outbox.send(0.0)
    assert post.arrived == list(range(1, WINDOW + 6))


def test_b16_a_flood_of_forgeries_makes_few_reports_and_counts_the_rest(post: Post) -> None:
    for number in range(500):
        post.outbox.report("security", f"manifest {number}", "bad-signature", {}, at())
    assert len(post.messages()) == REPORTS_AT_ONCE
    post.outbox.report("security", "manifest 500", "bad-signature", {}, at(3600))
    last = post.messages()[-1]
    assert isinstance(last, Report)
    assert last.details == {"suppressed": 500 - REPORTS_AT_ONCE}


def test_the_same_refusal_is_told_once(post: Post) -> None:
    for _ in range(5):
        post.outbox.report("security", "manifest 1", "manifest-rollback", {"current": 2, "came": 1}, at())
    assert len(post.messages()) == 1


def test_an_adoption_is_told_even_in_a_flood(post: Post) -> None:
    for number in range(100):
        post.outbox.report("security", f"manifest {number}", "bad-signature", {}, at())
    post.outbox.report("adopted", "manifest 101", "adopted", {}, at())
    assert post.messages()[-1].seq == REPORTS_AT_ONCE + 1


def test_d4_lost_numbers_are_filled_so_that_receipts_go_on(post: Post) -> None:
    post.outbox.record(record("s1"))
    post.outbox.record(record("s2"))
    del post.journal.facts.pending[1]
    post.outbox.fill_gaps(T0)
    assert post.journal.facts.missing == ()
    post.outbox.send(0.0)
    assert post.arrived == [1, 2]
    lost = post.journal.facts.pending[1]
    assert decode(open_envelope(lost.envelope.encode()).payload)["reason"] == "entry-lost"


def test_a_journal_that_was_lost_goes_on_above_what_the_station_has(post: Post) -> None:
    post.outbox.record(record("s1"))
    post.outbox.receipt(40)
    post.outbox.record(record("s2"))
    assert [(message.seq, getattr(message, "slot", "")) for message in post.messages()] == [(41, "s1"), (42, "s2")]
