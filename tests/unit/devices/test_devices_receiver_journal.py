"""The journal survives every cut and every bad byte, stays small, and has one writer."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.receiver.facts import SETTLED_LIMIT, Adopted, Boot, Entry, Facts, Filed, Kept, Progress, Started, Through
from devices.receiver.journal import COMPACT_ABOVE, Journal, JournalLocked, from_line, read_journal, to_line

AT = "2026-11-22T22:30:00+00:00"
STARTED = Started("s1", 3, AT, AT, ("a",), 48000, 24000)


def filed(seq: int, slot: str = "", text: str = "{}") -> Filed:
    return Filed(seq, "record" if slot else "report", slot, text)


A_DAY: list[Entry] = [
    Boot(1, AT),
    Adopted(1, 3, "d", held=False),
    filed(1),
    STARTED,
    Progress(24000),
    filed(2, "s1", '{"payload":"ngày"}'),
    Through(1),
    Boot(2, AT),
    filed(3, "s2"),
]


def written(path: Path, entries: list[Entry]) -> bytes:
    journal = Journal(path)
    for entry in entries:
        journal.append(entry)
    journal.close()
    return path.read_bytes()


def test_what_was_appended_is_there_after_the_next_start(tmp_path: Path) -> None:
    written(tmp_path / "journal", A_DAY)
    facts = Journal(tmp_path / "journal").facts
    assert (facts.boot, facts.seq, facts.through) == (2, 3, 1)
    assert list(facts.pending) == [2, 3]
    assert list(facts.settled) == ["s1", "s2"]
    assert facts.playing is None
    assert facts.floor == A_DAY[1]


def said(raw: bytes, lines: int) -> Facts:
    facts = Facts()
    for line in raw.split(b"\n")[:lines]:
        parsed = from_line(line)
        assert parsed is not None
        facts.apply(parsed[0])
    return facts


def test_d2_a_cut_at_every_byte_loses_the_last_entry_only(tmp_path: Path) -> None:
    raw = written(tmp_path / "journal", A_DAY)
    ends = [at + 1 for at, byte in enumerate(raw) if byte == 10]
    for cut in range(len(raw) + 1):
        whole = sum(end <= cut for end in ends)
        facts, torn, damaged = read_journal(raw[:cut])
        assert facts == said(raw, whole)
        assert torn == cut - (ends[whole - 1] if whole else 0)
        assert damaged == 0


def test_d2_after_a_cut_at_every_byte_of_the_last_entry_the_numbers_go_on(tmp_path: Path) -> None:
    raw = written(tmp_path / "whole", [filed(1, "s1"), filed(2, "s2")])
    begin = raw[:-1].rindex(b"\n") + 1
    for cut in range(begin, len(raw)):
        path = tmp_path / f"cut-{cut}"
        path.write_bytes(raw[:cut])
        journal = Journal(path)
        assert (journal.facts.seq, journal.torn) == (1, cut - begin)
        journal.append(filed(journal.facts.seq + 1, "s3"))
        journal.close()

        again = Journal(path)
        assert (again.torn, again.damaged) == (0, 0)
        assert list(again.facts.settled) == ["s1", "s3"]
        assert list(again.facts.pending) == [1, 2]
        again.close()


def test_d4_a_bad_byte_in_the_middle_costs_one_entry_and_no_number(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    raw = bytearray(written(path, [Boot(1, AT), filed(1, "s1"), filed(2, "s2"), filed(3, "s3")]))
    raw[raw.index(b"s2")] ^= 1
    path.write_bytes(raw)

    journal = Journal(path)
    assert journal.damaged == 1
    assert list(journal.facts.pending) == [1, 3]
    assert journal.facts.missing == (2,)
    assert journal.facts.seq == 3
    assert path.with_suffix(".damaged").read_bytes() == raw


def test_d4_the_highest_number_is_never_given_twice_even_if_its_entry_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    raw = bytearray(written(path, [filed(1, "s1"), filed(2, "s2"), Progress(1)]))
    raw[raw.index(b"s2")] ^= 1
    path.write_bytes(raw)
    assert Journal(path).facts.seq == 2


def test_every_changed_byte_of_a_line_is_noticed() -> None:
    line = to_line(filed(7, "s1", "{}"), 7).rstrip(b"\n")
    assert from_line(line) == (filed(7, "s1", "{}"), 7)
    for at in range(len(line)):
        changed = bytearray(line)
        changed[at] ^= 0x01
        assert from_line(bytes(changed)) in (None, (filed(7, "s1", "{}"), 7)) or at in (8, 17)
        assert from_line(line[:at]) is None


def test_i12_the_journal_stays_small_however_long_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    for number in range(1, 200):
        journal.append(filed(number, f"s{number}", "x" * 5000))
        journal.append(Through(number))
        assert path.stat().st_size <= COMPACT_ABOVE + 6000
    before = journal.facts
    journal.close()
    assert Journal(path).facts == before


def test_i12_only_so_many_settled_slots_are_remembered_the_newest() -> None:
    facts = Facts()
    for number in range(1, SETTLED_LIMIT + 10):
        facts.apply(filed(number, f"s{number}"))
    assert len(facts.settled) == SETTLED_LIMIT
    assert "s9" not in facts.settled
    assert "s10" in facts.settled


def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    first = Journal(tmp_path / "journal")
    with pytest.raises(JournalLocked, match="another process is running there"):
        Journal(tmp_path / "journal")
    first.close()
    Journal(tmp_path / "journal").close()


def test_a_receipt_beyond_this_journal_raises_the_mark() -> None:
    facts = Facts()
    facts.apply(filed(1))
    facts.apply(Through(9))
    assert (facts.through, facts.seq, facts.pending) == (9, 9, {})


ENTRIES = st.one_of(
    st.builds(Boot, st.integers(1, 99), st.just(AT)),
    st.builds(Adopted, st.integers(1, 3), st.integers(1, 9), st.text("abc", max_size=4), st.booleans()),
    st.builds(Started, st.text("stu", min_size=1, max_size=2), *map(st.just, (3, AT, AT, ("a",), 48000, 24000))),
    st.builds(Progress, st.integers(0, 48000)),
    st.builds(filed, st.integers(1, 20), st.text("stu", max_size=2)),
    st.builds(Through, st.integers(0, 20)),
)


@given(st.lists(ENTRIES, max_size=40))
def test_a_compacted_journal_says_the_same(entries: list[Entry]) -> None:
    facts, again = Facts(), Facts()
    for entry in entries:
        facts.apply(entry)
    for entry in facts.kept():
        assert from_line(to_line(entry, facts.seq).rstrip(b"\n")) == (entry, facts.seq)
        again.apply(entry)
    assert isinstance(facts.kept()[0], Kept)
    assert again == facts


@given(st.lists(ENTRIES, max_size=40))
def test_i3_a_settled_slot_stays_settled_and_a_number_is_never_lowered(entries: list[Entry]) -> None:
    facts = Facts()
    for entry in entries:
        settled, seq, through = set(facts.settled), facts.seq, facts.through
        facts.apply(entry)
        assert settled <= set(facts.settled)
        assert (facts.seq, facts.through) >= (seq, through)
        assert all(number > facts.through for number in facts.pending)
