"""Tampering with the evidence: whatever is changed is found, and the finding names it (case F12)."""

import copy
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scheduler_evidence import (
    LOG,
    MONDAY,
    ORIGIN,
    R1,
    ROOT_KEY,
    SCHEDULE,
    THIEF,
    Evidence,
    adoption_row,
    approval_row,
    log_sign,
    manifest_row,
    receiver_row,
    record_row,
    slot_row,
    station,
    station_row,
    trust,
)

from devices.protocol.messages import TrustedKey
from devices.signing import seal
from scheduler.audit.checkpoint import make_checkpoint
from scheduler.audit.entry import Entry
from scheduler.audit.fold import TABLES, key_of
from scheduler.audit.merkle import leaf_hash, root
from scheduler.audit.verify import log_named_in, verify_log

INTACT = station()
ROWS = INTACT.rows()
HASHES = [leaf_hash(leaf) for leaf in INTACT.leaves]
FORKED = "witnessed checkpoint of 12 leaves: it was signed over other leaves than a later one: the log was forked"
S1, S2 = slot_row("s1", 5.5), slot_row("s2", 53.5)
EVERY_ROW = [(table, number) for table, rows in ROWS.items() for number in range(len(rows))]


def texts(findings):
    return [str(finding) for finding in findings]


def test_an_intact_station_has_no_finding():
    assert INTACT.findings() == []
    assert INTACT.findings(hashes=HASHES) == []


def test_f12_an_edited_row_is_named_with_both_values():
    rows = INTACT.rows()
    rows["play_record"][0]["result"] = "failed"
    assert texts(INTACT.findings(rows=rows)) == [
        'play_record r1/boot-1/2: result is "failed", the log says "completed" (leaf 8)'
    ]


def test_f12_a_deleted_row_and_an_invented_row_are_named():
    rows = INTACT.rows()
    rows["play_record"][0]["seq"] = 99
    assert texts(INTACT.findings(rows=rows)) == [
        "play_record r1/boot-1/2: the log has it (leaf 8), the table does not",
        "play_record r1/boot-1/99: the table has it, the log never had",
    ]


def test_f12_dropping_the_last_leaves_is_shown_by_the_witness():
    cut = Evidence(INTACT.leaves[:8], INTACT.checkpoints[:2])
    assert texts(cut.findings(witness=INTACT.checkpoints)) == [
        "witnessed checkpoint of 12 leaves: the log has only 8 leaves: the last 4 were dropped"
    ]


def test_f12_a_rebuilt_chain_does_not_have_the_signed_roots():
    """The administrator edits one leaf, and makes rows and leaf hashes fit again; he does not have the log's key."""
    leaves = list(INTACT.leaves)
    entry = json.loads(leaves[4])
    entry["rows"]["slot"][1]["campaign"] = False
    leaves[4] = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    rebuilt = Evidence(leaves, INTACT.checkpoints)
    findings = texts(rebuilt.findings(hashes=[leaf_hash(leaf) for leaf in leaves]))
    assert any(
        text.startswith("checkpoint of 8 leaves:") and "a leaf of 3 to 7 was changed" in text for text in findings
    )
    assert all("of 3 leaves" not in text for text in findings)


def test_f12_a_chain_rebuilt_and_signed_again_is_shown_by_the_witness():
    """Even with the log's key the old checkpoints stay where they were printed."""
    rebuilt = station()
    rebuilt.leaves[10] = Entry(10, MONDAY, "played", {}).encode()
    rebuilt.checkpoints.pop()
    rebuilt.sign()
    findings = texts(rebuilt.findings(witness=INTACT.checkpoints))
    assert findings == [FORKED]


def test_i5_a_log_that_went_on_after_a_restored_backup_is_a_fork():
    """D10: Sunday's backup is restored on Wednesday, and new leaves are written over the lost ones."""
    restored = Evidence(INTACT.leaves[:8], INTACT.checkpoints[:2])
    for n in range(6):
        restored.append("xom", MONDAY, xom=[{"id": f"x1{n}"}])
    restored.sign()
    assert texts(restored.findings(witness=INTACT.checkpoints)) == [
        FORKED,
        "checkpoint of 12 leaves: it is missing, the other copy has it",
    ]


def test_f13_a_witness_that_was_shown_another_log_of_the_same_length_is_named():
    shown_to_the_province = station()
    shown_to_the_province.leaves[7] = Entry(7, MONDAY, "adopted", {}).encode()
    shown_to_the_province.checkpoints[1:] = []
    shown_to_the_province.sign()
    findings = texts(INTACT.findings(witness=[*INTACT.checkpoints, shown_to_the_province.checkpoints[-1]]))
    assert findings == [FORKED]


def test_a_leaf_taken_out_of_the_middle_is_named():
    leaves = INTACT.leaves[:5] + INTACT.leaves[6:]
    findings = texts(Evidence(leaves, INTACT.checkpoints).findings(rows=ROWS))
    assert "leaf 5: it says it is leaf 6: leaves were taken out or moved" in findings
    assert any(text.startswith("manifest r1/1: the table has it, the log never had") for text in findings)


def test_a_checkpoint_taken_out_of_either_copy_is_named():
    middle_gone = [INTACT.checkpoints[0], INTACT.checkpoints[2]]
    assert texts(INTACT.findings(checkpoints=middle_gone)) == [
        "checkpoint of 8 leaves: it is missing, the other copy has it"
    ]
    assert texts(INTACT.findings(witness=middle_gone)) == [
        "witnessed checkpoint of 8 leaves: it is missing, the other copy has it"
    ]


def test_a_witness_that_lags_behind_a_crash_is_no_finding():
    assert INTACT.findings(witness=INTACT.checkpoints[:2]) == []
    assert INTACT.findings(checkpoints=INTACT.checkpoints[:2]) == []


def test_a_log_without_any_checkpoint_proves_nothing():
    assert texts(INTACT.findings(checkpoints=[], witness=[])) == [
        "log: no checkpoint holds: nothing shows when these leaves were written"
    ]


def test_a_checkpoint_by_another_key_is_refused():
    forged = make_checkpoint(ORIGIN, 12, root(HASHES), THIEF._private.sign, THIEF.public.raw)
    findings = texts(INTACT.findings(checkpoints=[*INTACT.checkpoints[:2], forged]))
    assert findings == ["checkpoint number 3: no signature by the log key of loa/dien-chau"]


def test_another_log_key_than_the_log_names_is_a_finding():
    evidence = station()
    evidence.checkpoints.clear()
    evidence.sign(THIEF._private.sign, THIEF.public.raw)
    findings = verify_log(evidence.leaves, evidence.checkpoints, ORIGIN, THIEF.public.raw, ROWS, evidence.checkpoints)
    assert texts(findings) == ["station dien-chau: it names another log key than the one given"]


def test_the_log_names_its_own_key():
    assert log_named_in(INTACT.leaves) == (ORIGIN, LOG.public.raw)
    assert log_named_in([b"broken", *INTACT.leaves]) == (ORIGIN, LOG.public.raw)
    assert log_named_in(INTACT.leaves[1:]) is None
    nameless = Entry(0, MONDAY, "station", {"station": [{"id": "x"}, station_row(log_public="no base64")]}).encode()
    assert log_named_in([nameless]) is None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ({"play_record": [record_row("r1", THIEF, 9, S2)]}, "expected a signature by a key"),
        ({"play_record": [record_row("r2", R1, 9, S2)]}, "expected a signature by a key"),
        ({"play_record": [record_row("r9", R1, 9, S2)]}, "expected a signature by a key"),
        (
            {"play_record": [{**record_row("r1", R1, 9, S2, result="failed"), "result": "completed"}]},
            "result is 'completed', but 'failed' was signed",
        ),
        (
            {"play_record": [{**record_row("r1", R1, 9, S2), "simulated": 0}]},
            "simulated is 0, but False was signed",
        ),
        ({"play_record": [{**record_row("r1", R1, 9, S2), "envelope": "{}"}]}, "does not hold"),
        ({"play_record": [{**record_row("r1", R1, 9, S2), "envelope": None}]}, "does not hold"),
        ({"play_record": [{**record_row("r1", R1, 9, S2), "envelope": "\ud7ff"}]}, "does not hold"),
        ({"adoption": [adoption_row("r1", R1, version=7)]}, "not that it adopted manifest 1"),
        ({"manifest": [manifest_row("r1", [S1], approval_row(), key=THIEF)]}, "expected a signature by a key"),
        ({"manifest": [{**manifest_row("r1", [S1], approval_row()), "slots": ["s1", "s9"]}]}, "slots is"),
        ({"approval": [{**approval_row(), "approver": "Ai đó"}]}, "approver is 'Ai đó', but 'Chủ tịch' was signed"),
    ],
)
def test_b1_a_logged_message_that_its_sender_did_not_sign_is_named(rows, expected):
    """The station itself, with the log's key, writes what nobody signed."""
    evidence = station()
    evidence.append("forged", MONDAY, **rows)
    evidence.sign()
    findings = evidence.findings()
    assert [finding.kind for finding in findings] == ["evidence"]
    assert findings[0].where.startswith(f"leaf 12, {next(iter(rows))} ")
    assert expected in str(findings[0])


def test_a_receivers_old_key_still_proves_what_it_signed_before_it_was_replaced():
    evidence = station()
    evidence.append("enrolled", MONDAY, receiver=[receiver_row("r1", THIEF)])
    evidence.append("played", MONDAY, play_record=[record_row("r1", THIEF, 9, S2)])
    evidence.sign()
    assert evidence.findings() == []


def test_a_station_that_loses_its_trust_cannot_show_who_signed_its_manifests():
    evidence = station()
    evidence.append("station", MONDAY, station=[station_row(trust=None)])
    evidence.append("published", MONDAY, manifest=[manifest_row("r1", [S1], approval_row())])
    evidence.sign()
    assert [finding.where for finding in evidence.findings()] == [
        "leaf 12, station dien-chau",
        "leaf 13, manifest r1/1",
    ]


def next_trust(**changes):
    return replace(trust(), **{"version": 2, **changes})


def test_b11_a_new_trust_needs_the_root_keys_of_the_one_before():
    thieves = (*trust().keys[1:], TrustedKey("root", "root", THIEF.public))
    for envelope, holds in [
        (seal(next_trust(), ROOT_KEY), True),
        (seal(next_trust(keys=(*thieves, trust().keys[0])), ROOT_KEY, THIEF), True),
        (seal(next_trust(keys=thieves), THIEF), False),
        (seal(next_trust(version=3), ROOT_KEY), False),
        (seal(next_trust(), SCHEDULE), False),
        (b"{}", False),
    ]:
        evidence = station()
        evidence.append("trust_renewed", MONDAY, station=[station_row(trust=envelope.decode())])
        evidence.sign()
        assert [finding.where for finding in evidence.findings()] == ([] if holds else ["leaf 12, station dien-chau"])


def test_b11_the_first_trust_needs_its_own_threshold_of_root_signatures():
    two = replace(trust(), threshold=2, keys=(*trust().keys, TrustedKey("root", "second", THIEF.public)))
    for envelope, holds in [(seal(two, ROOT_KEY, THIEF), True), (seal(two, ROOT_KEY), False)]:
        evidence = Evidence()
        evidence.append("station_founded", MONDAY, station=[station_row(trust=None)])
        evidence.append("trust_renewed", MONDAY, station=[station_row(trust=envelope.decode())])
        evidence.sign()
        assert [finding.where for finding in evidence.findings()] == ([] if holds else ["leaf 1, station dien-chau"])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(INTACT.leaves) - 1), st.data())
def test_f12_any_byte_changed_in_any_leaf_is_found_and_the_leaf_named(index, data):
    leaf = INTACT.leaves[index]
    position = data.draw(st.integers(0, len(leaf) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = leaf[:position] + bytes([leaf[position] ^ flip]) + leaf[position + 1 :]
    leaves = [*INTACT.leaves[:index], changed, *INTACT.leaves[index + 1 :]]
    findings = INTACT.findings(leaves=leaves, rows=ROWS, hashes=HASHES)
    named = [finding.where for finding in findings if finding.kind == "leaf"]
    assert f"leaf {index}" in named
    assert set(named) == {f"leaf {index}"}
    first = next(size for size in (3, 8, 12) if size > index)
    assert any(f"checkpoint of {first} leaves" in finding.where for finding in findings)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(EVERY_ROW), st.data())
def test_f12_any_column_changed_in_any_row_is_found_and_named(place, data):
    table, number = place
    rows = copy.deepcopy(ROWS)
    row = rows[table][number]
    column = data.draw(st.sampled_from(sorted(row)))
    old = row[column]
    row[column] = data.draw(
        (
            st.none() | st.booleans() | st.integers() | st.text() | st.just(float(old) if isinstance(old, int) else 0.5)
        ).filter(lambda new: type(new) is not type(old) or new != old)
    )
    findings = INTACT.findings(rows=rows)
    assert findings
    assert {finding.kind for finding in findings} == {"row"}
    if column in TABLES[table]:
        assert any(
            finding.where == f"{table} {'/'.join(map(str, key_of(table, ROWS[table][number])))}" for finding in findings
        )
    else:
        assert len(findings) == 1
        assert str(findings[0]).startswith(f"{table} {'/'.join(map(str, key_of(table, row)))}: {column} is ")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(EVERY_ROW), st.data())
def test_f12_one_character_of_a_row_is_enough(place, data):
    table, number = place
    rows = copy.deepcopy(ROWS)
    row = rows[table][number]
    column = data.draw(st.sampled_from(sorted(c for c, value in row.items() if isinstance(value, str) and value)))
    position = data.draw(st.integers(0, len(row[column]) - 1))
    letter = data.draw(st.characters(exclude_categories=["Cs"]).filter(lambda c: c != row[column][position]))
    row[column] = row[column][:position] + letter + row[column][position + 1 :]
    assert any(finding.where.startswith(f"{table} ") for finding in INTACT.findings(rows=rows))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2), st.booleans(), st.data())
def test_f12_any_character_changed_in_any_checkpoint_is_found_and_the_checkpoint_named(number, in_witness, data):
    texts_ = list(INTACT.checkpoints)
    text = texts_[number]
    position = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(exclude_categories=["Cs"]).filter(lambda c: c != text[position]))
    texts_[number] = text[:position] + letter + text[position + 1 :]
    findings = INTACT.findings(**{"witness" if in_witness else "checkpoints": texts_})
    name = "witnessed checkpoint" if in_witness else "checkpoint"
    assert findings[0].where == f"{name} number {number + 1}"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_f12_leaves_dropped_moved_or_repeated_are_found(data):
    order = data.draw(st.lists(st.integers(0, 11), min_size=1, max_size=14).filter(lambda o: o != list(range(12))))
    leaves = [INTACT.leaves[i] for i in order]
    assert Evidence(leaves, INTACT.checkpoints).findings(rows=ROWS)


def test_the_log_key_signs_what_it_is_given():
    """The helper itself: its signatures are real."""
    assert LOG.public.signed(b"body", log_sign(b"body"))
