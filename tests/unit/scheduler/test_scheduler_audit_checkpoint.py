"""Checkpoints against the examples of the C2SP specifications and a live log's, and everything near them refused."""

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from scheduler.audit.checkpoint import CheckpointError, key_id, make_checkpoint, parse_checkpoint, verify_checkpoint
from scheduler.audit.merkle import leaf_hash

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
ORIGIN = "loa/dien-chau"
ROOT = leaf_hash(b"leaf")
GOOD = make_checkpoint(ORIGIN, 12, ROOT, KEY.sign, PUBLIC)

SPECIFICATION = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTO\
AYQ8=
"""


def test_a_checkpoint_is_the_text_of_tlog_checkpoint():
    body, signatures = GOOD.split("\n\n")
    assert body == f"{ORIGIN}\n12\n{b64encode(ROOT).decode()}"
    assert signatures.startswith(f"— {ORIGIN} ")
    assert signatures.endswith("\n")
    checkpoint = verify_checkpoint(GOOD, ORIGIN, PUBLIC)
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (ORIGIN, 12, ROOT)


def test_the_example_of_the_specification_is_read():
    checkpoint = parse_checkpoint(SPECIFICATION)
    assert checkpoint.size == 20852163
    assert checkpoint.root == b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    assert len(checkpoint.signatures[0][1]) == 68


def test_the_key_id_is_that_of_the_go_checksum_database():
    """Its published verifier key: sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8."""
    raw = b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    assert raw[:1] == b"\x01"
    assert key_id("sum.golang.org", raw[1:]).hex() == "033de0ae"


def test_a_wrong_key_or_log_is_refused():
    stranger = OTHER.public_key().public_bytes_raw()
    with pytest.raises(CheckpointError, match="no signature by the log key"):
        verify_checkpoint(GOOD, ORIGIN, stranger)
    with pytest.raises(CheckpointError, match="expected the log loa/other"):
        verify_checkpoint(GOOD, "loa/other", PUBLIC)


def test_a_signature_of_ours_that_is_wrong_refuses_the_note_even_beside_a_right_one():
    forged = b64decode(GOOD.rsplit(" ", 1)[1])[:4] + OTHER.sign(b"else")
    line = GOOD.split("\n\n")[1].rsplit(" ", 1)[0]
    with pytest.raises(CheckpointError, match="is wrong"):
        verify_checkpoint(GOOD + f"{line} {b64encode(forged).decode()}\n", ORIGIN, PUBLIC)


def test_signatures_of_witnesses_are_ignored():
    stranger = OTHER.public_key().public_bytes_raw()
    witnessed = make_checkpoint("witness.example", 12, ROOT, OTHER.sign, stranger).split("\n\n")[1]
    assert verify_checkpoint(GOOD + witnessed, ORIGIN, PUBLIC).size == 12


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "a\nb", "a\u00a0b", "a\tb"])
def test_an_origin_that_cannot_name_a_key_is_refused(origin):
    with pytest.raises(CheckpointError, match="log origin"):
        make_checkpoint(origin, 1, ROOT, KEY.sign, PUBLIC)


def test_a_signer_of_another_key_cannot_make_a_checkpoint():
    with pytest.raises(CheckpointError, match="is wrong"):
        make_checkpoint(ORIGIN, 1, ROOT, OTHER.sign, PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("12", "012", 1),
        GOOD.replace("12", "-12", 1),
        GOOD.replace("12", "١٢", 1),
        GOOD.replace("12", "9" * 5000, 1),
        GOOD.replace("12\n", "12\r\n", 1),
        GOOD.replace("12\n", "12\nextension\n", 1),
        GOOD.replace("\n\n— ", "\n\n- ", 1),
        GOOD.replace("\n\n", "\n", 1),
        GOOD[:-1],
        GOOD + "\n",
        GOOD + "x" * 20_000,
        GOOD.split("\n\n")[0] + "\n\n",
        "",
        "\n\n\n",
    ],
)  # fmt: skip
def test_what_is_not_exactly_a_checkpoint_is_refused(text):
    with pytest.raises(CheckpointError):
        verify_checkpoint(text, ORIGIN, PUBLIC)


@given(st.integers(0, len(GOOD) - 1), st.characters(exclude_categories=["Cs"]))
def test_f12_any_other_character_anywhere_is_found(position, character):
    changed = GOOD[:position] + character + GOOD[position + 1 :]
    if changed != GOOD:
        with pytest.raises(CheckpointError):
            verify_checkpoint(changed, ORIGIN, PUBLIC)
