"""The signed head of the log: a C2SP tlog-checkpoint in a signed note (c2sp.org/tlog-checkpoint, c2sp.org/signed-note).

<origin>
<number of leaves>
<base64 of the RFC 6962 root>

— <origin> <base64 of key id ‖ Ed25519 signature>
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tts.errors import ReadableError

MAX_CHARACTERS = 16_384
"""A checkpoint of ours has about 200 characters; witnesses may add signatures."""

_DASH = "\u2014 "
_ED25519 = b"\x01"


class CheckpointError(ReadableError):
    """The text is no checkpoint, or not one the key signed."""


@dataclass(frozen=True)
class Checkpoint:
    """`body` is the signed text, `signatures` the (key name, key id ‖ signature) pairs below it."""

    origin: str
    size: int
    root: bytes
    body: str
    signatures: tuple[tuple[str, bytes], ...]


def make_checkpoint(origin: str, size: int, root: bytes, sign: Callable[[bytes], bytes], public_key: bytes) -> str:
    """The checkpoint text; `sign` gives the 64-byte Ed25519 signature of the bytes, `public_key` is its 32-byte key.

    Raises CheckpointError when the origin cannot name a key (signed-note: no space, no plus) or the text would not
    verify.
    """
    if not origin or "+" in origin or any(c.isspace() or c < " " for c in origin):
        raise CheckpointError(
            "a log origin has no space and no plus sign, such as loa/dien-chau; found {origin}", origin=repr(origin)
        )
    body = f"{origin}\n{size}\n{_base64(root)}\n"
    signature = key_id(origin, public_key) + sign(body.encode("utf-8"))
    text = f"{body}\n{_DASH}{origin} {_base64(signature)}\n"
    verify_checkpoint(text, origin, public_key)
    return text


def key_id(name: str, public_key: bytes) -> bytes:
    """SHA-256(name ‖ 0x0A ‖ 0x01 ‖ 32-byte public key)[:4], signed-note «Ed25519 signatures»."""
    return sha256(name.encode("utf-8") + b"\n" + _ED25519 + public_key).digest()[:4]


def parse_checkpoint(text: str) -> Checkpoint:
    """The parts of a checkpoint, not yet trusted. Raises CheckpointError unless it is exactly of the form."""
    if len(text) > MAX_CHARACTERS:
        raise CheckpointError(
            "the checkpoint has {length} characters, more than {limit}", length=len(text), limit=MAX_CHARACTERS
        )
    if any(c < " " and c != "\n" for c in text):
        raise CheckpointError("the checkpoint contains control characters")
    head, blank, tail = text.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise CheckpointError("expected a text, an empty line and signature lines, each ended by a newline")
    lines = head.split("\n")
    if len(lines) != 3 or not all(lines):
        raise CheckpointError("expected three lines: origin, number of leaves, root; found {count}", count=len(lines))
    origin, size, root = lines
    if not (size.isascii() and size.isdigit() and len(size) < 20 and str(int(size)) == size):
        raise CheckpointError("the number of leaves is not a decimal number: {size}", size=repr(size))
    return Checkpoint(
        origin, int(size), _bytes(root, 32), head + "\n", tuple(_signature(line) for line in tail[:-1].split("\n"))
    )


def verify_checkpoint(text: str, origin: str, public_key: bytes) -> Checkpoint:
    """The checkpoint, when `public_key` signed it for the log `origin`. Raises CheckpointError otherwise.

    Signatures by other keys are ignored; one of ours that is wrong refuses the whole note (signed-note «Signatures»).
    """
    checkpoint = parse_checkpoint(text)
    if checkpoint.origin != origin:
        raise CheckpointError(
            "expected the log {expected}, the checkpoint is of {found}", expected=origin, found=checkpoint.origin
        )
    ours = [raw[4:] for name, raw in checkpoint.signatures if name == origin and raw[:4] == key_id(origin, public_key)]
    if not ours:
        raise CheckpointError("no signature by the log key of {origin}", origin=origin)
    for signature in ours:
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, checkpoint.body.encode("utf-8"))
        except InvalidSignature as error:
            raise CheckpointError("the signature by the log key of {origin} is wrong", origin=origin) from error
    return checkpoint


def _signature(line: str) -> tuple[str, bytes]:
    dash, name, encoded = line[:2], *line[2:].partition(" ")[::2]
    if dash != _DASH or not name:
        raise CheckpointError(
            "expected a signature line, an em dash, a key name and base64; found {line}", line=repr(line[:80])
        )
    raw = _bytes(encoded, None)
    if len(raw) < 5:
        raise CheckpointError("the signature of {name} is too short", name=repr(name))
    return name, raw


def _bytes(encoded: str, length: int | None) -> bytes:
    """Strict base64 (RFC 4648 §4): one spelling only."""
    try:
        raw = b64decode(encoded, validate=True)
    except (Base64Error, ValueError) as error:
        raise CheckpointError("not base64: {text}", text=repr(encoded[:80])) from error
    if _base64(raw) != encoded or (length is not None and len(raw) != length):
        raise CheckpointError(
            "not the base64 of {length} bytes: {text}", length=length or "some", text=repr(encoded[:80])
        )
    return raw


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")
