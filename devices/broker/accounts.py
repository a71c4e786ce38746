"""Who may log in to the broker, and which topics each may read and write. Pure.

One password form serves every broker: Mosquitto's `$7$` line (PBKDF2-HMAC-SHA512). The passwords are random tokens of
256 bits, so its 101 rounds, Mosquitto's own default, are as good as a million, and forty log-ins cost milliseconds.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Literal

from devices.errors import DeviceError
from devices.protocol import topics

ROUNDS = 101
SALT_BYTES = 12
HASH_BYTES = 64


class IdError(DeviceError):
    """An id that a topic, a password file or an access list would read as something else (B18)."""


class PasswordHashError(DeviceError):
    """A stored password that is not a complete `$7$` hash; an empty one would let anybody in (B18)."""


def checked_id(value: str) -> str:
    """`value`, or IdError: `#`, `+`, `/`, `$`, `:` and blanks have a meaning to the broker (B18)."""
    if not topics.is_id(value):
        raise IdError(
            "an id must be 1 to 64 of the letters a-z A-Z 0-9 _ . - and begin with a letter or digit, but {value!r} "
            "came: choose another",
            value=value,
        )
    return value


def new_password() -> str:
    """A random token of 256 bits."""
    return secrets.token_urlsafe(32)


def password_hash(password: str, *, salt: bytes | None = None) -> str:
    """`$7$rounds$salt$hash`, as mosquitto_passwd of Mosquitto 2 writes it; a fresh salt unless one is given."""
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    derived = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS, HASH_BYTES)
    return f"$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(derived).decode()}"


def password_matches(stored: str, password: str) -> bool:
    """Whether `password` is the one `stored` was made of; compared in constant time."""
    rounds, salt, expected = _parts(stored)
    return hmac.compare_digest(hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds, HASH_BYTES), expected)


def _parts(stored: str) -> tuple[int, bytes, bytes]:
    try:
        empty, kind, rounds, salt, derived = stored.split("$")
        parts = int(rounds), base64.b64decode(salt, validate=True), base64.b64decode(derived, validate=True)
    except (ValueError, binascii.Error):
        empty, kind, parts = "", "", (0, b"", b"")
    if (empty, kind) != ("", "7") or parts[0] < 1 or len(parts[1]) < SALT_BYTES or len(parts[2]) != HASH_BYTES:
        raise PasswordHashError(
            "a password hash must be $7$rounds$salt$hash, but something else came: make a new password"
        )
    return parts


@dataclass(frozen=True)
class Account:
    """One log-in. The client id has to equal `username`, so that nobody can take another's session over (B17)."""

    username: str
    password_hash: str
    role: Literal["station", "receiver"]

    def __post_init__(self) -> None:
        checked_id(self.username)
        _parts(self.password_hash)


@dataclass(frozen=True)
class Accounts:
    """All log-ins of one commune's broker."""

    commune: str
    accounts: tuple[Account, ...]

    def __post_init__(self) -> None:
        checked_id(self.commune)
        names = [account.username for account in self.accounts]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise IdError("user names must differ, but {names} came twice: choose others", names=", ".join(twice))

    def admitted(self, client_id: str, username: str, password: str) -> Account | None:
        """The account this log-in opens, or None."""
        account = next((account for account in self.accounts if account.username == username), None)
        if account is None or client_id != username or not password_matches(account.password_hash, password):
            return None
        return account


@dataclass(frozen=True)
class Rights:
    """The topic filters one account may subscribe to and the ones it may publish to."""

    read: tuple[str, ...]
    write: tuple[str, ...]

    def may_read(self, topic_filter: str) -> bool:
        return any(covers(allowed, topic_filter) for allowed in self.read)

    def may_write(self, topic: str) -> bool:
        return is_topic(topic) and any(covers(allowed, topic) for allowed in self.write)


def rights(commune: str, account: Account) -> Rights:
    """The station reads what receivers say and writes the rest; a receiver has its own topics and two to read.

    A receiver's topics to write are a closed list, so that what it lets the broker retain stays bounded (I12).
    """
    root = f"{topics.ROOT}/{checked_id(commune)}"
    common = (f"{root}/trust", f"{root}/checkpoint")
    if account.role == "station":
        return Rights(read=(f"{root}/from/#",), write=(f"{root}/to/#", *common))
    own = tuple(f"{root}/from/{account.username}/{kind}" for kind in topics.FROM_RECEIVER)
    return Rights(read=(f"{root}/to/{account.username}/#", *common), write=own)


def is_topic(topic: str) -> bool:
    """Whether something may be published to `topic` (MQTT 5, section 4.7)."""
    return 0 < len(topic.encode()) <= 65535 and not any(mark in topic for mark in "#+\0")


def is_filter(topic_filter: str) -> bool:
    """Whether `topic_filter` is a well-formed subscription (MQTT 5, section 4.7.1)."""
    levels = topic_filter.split("/")
    return (
        0 < len(topic_filter.encode()) <= 65535
        and "\0" not in topic_filter
        and all(level in ("#", "+") or not set(level) & {"#", "+"} for level in levels)
        and "#" not in levels[:-1]
    )


def covers(allowed: str, asked: str) -> bool:
    """Whether every topic that the topic or filter `asked` stands for matches the filter `allowed`."""
    if not is_filter(asked) or (asked.startswith("$") and allowed[:1] in ("#", "+")):
        return False
    allowed_levels, asked_levels = allowed.split("/"), asked.split("/")
    for at, level in enumerate(allowed_levels):
        if level == "#":
            return True
        if at >= len(asked_levels) or asked_levels[at] == "#" or level not in ("+", asked_levels[at]):
            return False
    return len(allowed_levels) == len(asked_levels)
