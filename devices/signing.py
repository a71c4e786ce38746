"""Signing keys and what is signed with them: Ed25519 in DSSE envelopes.

A key lives in a PEM file (PKCS #8, mode 0600) that never leaves the machine it was made on; the public half is what an
enrolment or a trust carries. `devices.protocol.envelope` verifies, and needs no private key and no file.
"""

from __future__ import annotations

import os
import stat
import uuid
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from devices.errors import DeviceError
from devices.protocol.codec import MANIFEST_LIMIT, decode, encode
from devices.protocol.envelope import (
    BadSignature,
    Envelope,
    Signature,
    Verified,
    open_envelope,
    pae,
    payload_type,
    verified,
)
from devices.protocol.keys import PublicKey, enrolment_proof
from devices.protocol.messages import Message

__all__ = [
    "BadKeyFile",
    "BadSignature",
    "Envelope",
    "PublicKey",
    "SigningKey",
    "Verified",
    "enrolment_proof",
    "open_envelope",
    "seal",
    "signed",
    "verified",
]


class BadKeyFile(DeviceError):
    """A key file that is missing, readable by others, there already, or no Ed25519 key."""


class SigningKey:
    """A private Ed25519 key. Its repr shows only the public half's name."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = PublicKey(private.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> SigningKey:
        """A new key that lives only in memory."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        """The key of RFC 8032's 32 secret bytes: for test vectors and simulations, where it must be the same again."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def create(cls, path: Path) -> SigningKey:
        """A new key in a new file at `path`: the whole file, on disk, or none. Never writes over a key."""
        key = cls.generate()
        pem = key._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            _write(draft, pem)
            os.link(draft, path)
        except FileExistsError as error:
            raise BadKeyFile("expected no key at {path} yet, but there is one: load it instead", path=path) from error
        except OSError as error:
            raise BadKeyFile(
                "expected to keep a new key at {path}, but {problem}", path=path, problem=error.strerror
            ) from error
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(path.parent)
        return key

    @classmethod
    def load(cls, path: Path) -> SigningKey:
        """The key in the file at `path`; BadKeyFile unless it is an Ed25519 key that only its owner can read."""
        try:
            with path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                pem = file.read(10_000)
        except OSError as error:
            raise BadKeyFile("expected a key at {path}, but {problem}", path=path, problem=error.strerror) from error
        if mode & 0o077:
            raise BadKeyFile(
                "expected {path} to be readable by its owner only, but its mode is {mode}: chmod 600 it",
                path=path,
                mode=f"{mode:04o}",
            )
        try:
            private = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise BadKeyFile("expected an unencrypted PEM key in {path}, but something else came", path=path) from error
        if not isinstance(private, Ed25519PrivateKey):
            raise BadKeyFile("expected an Ed25519 key in {path}, but another kind came", path=path)
        return cls(private)

    @property
    def keyid(self) -> str:
        return self.public.keyid

    def sign(self, kind: str, payload: bytes) -> bytes:
        """The envelope of `payload`, signed by this key alone."""
        return signed(kind, payload, self)

    def signature(self, type_: str, payload: bytes) -> Signature:
        """This key's signature over DSSE's encoding of `payload` and its type."""
        return Signature(self.keyid, self._private.sign(pae(type_, payload)))

    def sign_note(self, text: bytes) -> bytes:
        """This key's 64-byte signature over exactly these bytes: for the log's checkpoints, which are signed notes."""
        return self._private.sign(text)

    def __repr__(self) -> str:
        return f"SigningKey({self.keyid[:16]})"


def signed(kind: str, payload: bytes, *keys: SigningKey) -> bytes:
    """The envelope of `payload`, signed by each of `keys`, as canonical bytes; Malformed if it is too long."""
    type_ = payload_type(kind)
    raw = encode(Envelope(type_, payload, tuple(key.signature(type_, payload) for key in keys)).to_json())
    open_envelope(raw)
    return raw


def seal(message: Message, *keys: SigningKey) -> bytes:
    """`message` in canonical bytes, signed by each of `keys`. Raises Malformed for a message that nobody could read."""
    payload = encode(message.to_json())
    type(message).from_json(decode(payload, limit=MANIFEST_LIMIT))
    return signed(message.KIND, payload, *keys)


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
