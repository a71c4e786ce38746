"""Log-ins and rights."""

from __future__ import annotations

import pytest

from devices.broker.accounts import (
    Account,
    Accounts,
    IdError,
    PasswordHashError,
    checked_id,
    covers,
    new_password,
    password_hash,
    password_matches,
    rights,
)

HASH = password_hash("right")
STATION = Account("station", HASH, "station")
RECEIVER = Account("r1", HASH, "receiver")


@pytest.mark.parametrize(
    "name", ["#", "+", "a/b", "$SYS", "", "a:b", "a b", "a\n", "-a", ".a", "xóm-1", "a" * 65, "a\0"]
)
def test_b18_an_id_that_means_something_to_the_broker_is_refused(name: str) -> None:
    with pytest.raises(IdError, match="choose another"):
        checked_id(name)
    with pytest.raises(IdError):
        Account(name, HASH, "receiver")
    with pytest.raises(IdError):
        Accounts(name, ())
    with pytest.raises(IdError):
        rights(name, RECEIVER)


@pytest.mark.parametrize("name", ["a", "dien-chau", "R_1.b", "0", "a" * 64])
def test_an_ordinary_id_is_taken(name: str) -> None:
    assert checked_id(name) == name


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "plain",
        "$7$101$$",
        "$7$0$c2FsdHNhbHRzYWx0$" + "A" * 88,
        "$6$x$y",
        "$7$many$a$b",
        "$7$101$c2FsdA==$" + "A" * 88,
    ],
)
def test_b18_an_incomplete_password_is_refused(stored: str) -> None:
    with pytest.raises(PasswordHashError, match="make a new password"):
        Account("r1", stored, "receiver")


def test_a_password_matches_its_own_hash_alone() -> None:
    assert password_matches(HASH, "right")
    assert not password_matches(HASH, "wrong")
    assert not password_matches(HASH, "")
    assert password_hash("right") != HASH
    assert password_matches(password_hash("mật khẩu"), "mật khẩu")


def test_a_line_of_mosquitto_passwd_is_understood() -> None:
    """Written by mosquitto_passwd 2.0.11 for the password "secret"."""
    written = (
        "$7$101$lypESKtYz9KHQbOL$"
        "hNl7Mm4Q7Hu2Dkz7ZfYtU3SqrIhfSLnraMk3b0ip22YO2V8OTXLis4m+Ss1aq5jLIEnAF/SODJtu+wTYLUVSyg=="
    )
    assert password_matches(written, "secret")
    assert not password_matches(written, "Secret")


def test_a_new_password_has_256_bits() -> None:
    assert len(new_password()) == 43
    assert new_password() != new_password()


def test_b17_who_is_admitted() -> None:
    accounts = Accounts("c1", (STATION, RECEIVER))
    assert accounts.admitted("r1", "r1", "right") is RECEIVER
    assert accounts.admitted("r1", "r1", "wrong") is None
    assert accounts.admitted("r1", "r1", "") is None
    assert accounts.admitted("station", "r1", "right") is None
    assert accounts.admitted("r2", "r2", "right") is None
    assert accounts.admitted("", "", "") is None


def test_two_accounts_of_one_name_are_refused() -> None:
    with pytest.raises(IdError, match="r1 came twice"):
        Accounts("c1", (RECEIVER, STATION, RECEIVER))


def test_what_a_receiver_may_read_and_write() -> None:
    granted = rights("c1", RECEIVER)
    assert granted.may_read("loa/1/c1/to/r1/+")
    assert granted.may_read("loa/1/c1/to/r1/manifest")
    assert granted.may_read("loa/1/c1/trust")
    assert granted.may_read("loa/1/c1/checkpoint")
    for foreign in ("#", "+/#", "loa/1/c1/to/+/manifest", "loa/1/c1/to/r2/+", "loa/1/c1/from/r1/record", "$SYS/#"):
        assert not granted.may_read(foreign)
    for kind in ("hello", "status", "record", "report"):
        assert granted.may_write(f"loa/1/c1/from/r1/{kind}")
    for foreign in ("loa/1/c1/from/r2/record", "loa/1/c1/from/r1/x", "loa/1/c1/to/r1/manifest", "loa/1/c1/trust", ""):
        assert not granted.may_write(foreign)


def test_what_the_station_may_read_and_write() -> None:
    granted = rights("c1", STATION)
    assert granted.may_read("loa/1/c1/from/+/+")
    assert not granted.may_read("loa/1/c2/from/+/+")
    assert not granted.may_read("#")
    for topic in ("loa/1/c1/to/r1/manifest", "loa/1/c1/trust", "loa/1/c1/checkpoint"):
        assert granted.may_write(topic)
    for topic in ("loa/1/c1/from/r1/record", "loa/1/c1/to/+/manifest", "loa/1/c1/to/#", "loa/1/c2/trust"):
        assert not granted.may_write(topic)


@pytest.mark.parametrize(
    ("allowed", "asked", "expected"),
    [
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/#", "a/+/#", True),
        ("a/+", "a/#", False),
        ("a/+", "a/+", True),
        ("a/b", "a/+", False),
        ("a/+", "a", False),
        ("a/+", "a/b/c", False),
        ("#", "$SYS/x", False),
        ("+/x", "$SYS/x", False),
        ("#", "a", True),
        ("a/#", "a/#/b", False),
        ("a/#", "a/b+", False),
        ("a/#", "", False),
    ],
)
def test_which_filter_covers_which(allowed: str, asked: str, expected: bool) -> None:
    assert covers(allowed, asked) is expected
