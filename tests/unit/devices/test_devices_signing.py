"""Keys and their files."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519

from devices.protocol.codec import MANIFEST_LIMIT, Malformed
from devices.protocol.keys import BadBase64, BadKey, PublicKey
from devices.signing import BadKeyFile, SigningKey, enrolment_proof, open_envelope, signed, verified

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def test_a_created_key_is_loaded_again_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "schedule.pem"
    key = SigningKey.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["schedule.pem"]
    again = SigningKey.load(path)
    assert again.public == key.public
    assert verified(open_envelope(again.sign("report", b"{}")), "report", [key.public]).keyids == {key.keyid}


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "schedule.pem"
    key = SigningKey.create(path)
    with pytest.raises(BadKeyFile, match=r"expected no key at .*: load it instead"):
        SigningKey.create(path)
    assert SigningKey.load(path).keyid == key.keyid
    assert [entry.name for entry in tmp_path.iterdir()] == ["schedule.pem"]


def test_of_many_that_create_one_wins(tmp_path: Path) -> None:
    path, made = tmp_path / "key.pem", []

    def create() -> None:
        try:
            made.append(SigningKey.create(path).keyid)
        except BadKeyFile:
            made.append("")

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [""] * 7 + [SigningKey.load(path).keyid]


def pem(key: ed25519.Ed25519PrivateKey | x25519.X25519PrivateKey, password: bytes | None = None) -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "expected an unencrypted PEM key"),
        (b"not a key", "expected an unencrypted PEM key"),
        (pem(ed25519.Ed25519PrivateKey.generate(), b"secret"), "expected an unencrypted PEM key"),
        (pem(ed25519.Ed25519PrivateKey.generate())[:-60], "expected an unencrypted PEM key"),
        (pem(x25519.X25519PrivateKey.generate()), "expected an Ed25519 key"),
    ],
    ids=["empty", "no key", "locked", "cut off", "another kind"],
)
def test_other_files_are_no_keys(tmp_path: Path, data: bytes, problem: str) -> None:
    path = tmp_path / "key.pem"
    path.touch(mode=0o600)
    path.write_bytes(data)
    with pytest.raises(BadKeyFile, match=problem):
        SigningKey.load(path)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    SigningKey.create(path)
    path.chmod(0o640)
    with pytest.raises(BadKeyFile, match="its mode is 0640: chmod 600 it"):
        SigningKey.load(path)


def test_a_missing_key_or_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadKeyFile, match="No such file"):
        SigningKey.load(tmp_path / "key.pem")
    with pytest.raises(BadKeyFile, match="No such file"):
        SigningKey.create(tmp_path / "missing" / "key.pem")


def test_a_private_key_does_not_show_itself() -> None:
    key = SigningKey.from_seed(b"\x07" * 32)
    assert repr(key) == f"SigningKey({key.keyid[:16]})"


def test_rfc_8032_test_1() -> None:
    """RFC 8032, section 7.1, TEST 1."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = PublicKey(bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert SigningKey.from_seed(seed).public == public
    assert public.signed(b"", signature)
    assert not public.signed(b"x", signature)


def add(left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    """Two points of edwards25519 (RFC 8032, section 5.1)."""
    (x1, y1), (x2, y2) = left, right
    k = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P


def recovered(y: int) -> tuple[int, int] | None:
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return None if (x * x - square) % P else (x, y)


def test_b14_every_point_of_small_order_is_refused_and_no_other_multiple_of_one_is() -> None:
    """The whole group of order 8, computed from the curve: no table is believed."""
    identity = (0, 1)
    eighth = recovered(int("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16))
    assert eighth is not None
    group, point = [identity], eighth
    while point != identity:
        group.append(point)
        point = add(point, eighth)
    assert len(group) == 8
    for x, y in group:
        with pytest.raises(BadKey):
            PublicKey((y | (x & 1) << 255).to_bytes(32, "little"))
    PublicKey(SigningKey.generate().public.raw)


@pytest.mark.parametrize("text", ["", "x", "A" * 43, "A" * 43 + "=\n", "é" * 44, "A" * 44])
def test_public_keys_are_read_strictly(text: str) -> None:
    with pytest.raises((BadKey, BadBase64)):
        PublicKey.from_text(text)


def test_enrolment_proof_by_its_bytes() -> None:
    """HMAC-SHA256 (RFC 2104) over the 32 raw bytes, with openssl's answer for the same key and secret."""
    public = SigningKey.from_seed(b"\x08" * 32).public
    assert enrolment_proof(b"secret", public) == "94f902f634f358cc7c10b258ee9fc28a99b7bdb4a5700dc4019d3f041e3f8d80"


def test_what_is_too_long_to_be_read_is_not_signed() -> None:
    with pytest.raises(Malformed, match="expected at most"):
        signed("manifest", b"x" * MANIFEST_LIMIT, SigningKey.generate())


def test_signed_by_nobody_is_not_signed() -> None:
    with pytest.raises(Malformed, match="at least one signature"):
        signed("manifest", b"{}")
