"""Mosquitto's files as text; that Mosquitto understands them is shown in tests/integration."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.broker.accounts import Account, Accounts, password_hash
from devices.broker.provisioning import ConfigTextError, Tls, acl, mosquitto_conf, passwords

FOLDER = Path("/var/lib/loa/broker")


def test_the_configuration_holds_what_was_measured() -> None:
    lines = mosquitto_conf(FOLDER, "127.0.0.1", 1883).splitlines()
    for line in (
        "listener 1883 127.0.0.1",
        "allow_anonymous false",
        "use_username_as_clientid true",
        "persistence true",
        "autosave_on_changes true",
        "autosave_interval 1",
        "max_packet_size 262144",
        "message_size_limit 256000",
        "max_inflight_messages 20",
        "password_file /var/lib/loa/broker/passwords",
        "acl_file /var/lib/loa/broker/acl",
    ):
        assert lines.count(line) == 1
    assert not any(line.startswith(("cafile", "certfile", "keyfile")) for line in lines)


def test_the_tls_listener() -> None:
    text = mosquitto_conf(FOLDER, "0.0.0.0", 8883, tls=Tls(Path("/ca.pem"), Path("/broker.pem"), Path("/broker.key")))
    for line in ("cafile /ca.pem", "certfile /broker.pem", "keyfile /broker.key", "tls_version tlsv1.2"):
        assert f"\n{line}\n" in text


@pytest.mark.parametrize("folder", ["/a\nallow_anonymous true", "/a\r", "/a\0"])
def test_a_path_cannot_add_a_line(folder: str) -> None:
    with pytest.raises(ConfigTextError, match="without line breaks"):
        mosquitto_conf(Path(folder), "127.0.0.1", 1883)
    with pytest.raises(ConfigTextError):
        mosquitto_conf(FOLDER, "127.0.0.1\nallow_anonymous true", 1883)


def test_the_access_list_names_each_right_and_nothing_for_everybody() -> None:
    some = password_hash("p")
    text = acl(Accounts("c1", (Account("station", some, "station"), Account("r1", some, "receiver"))))
    assert text == (
        "# Written by loa; changes here are lost.\n"
        "\n"
        "user station\n"
        "topic read loa/1/c1/from/#\n"
        "topic write loa/1/c1/to/#\n"
        "topic write loa/1/c1/trust\n"
        "topic write loa/1/c1/checkpoint\n"
        "\n"
        "user r1\n"
        "topic read loa/1/c1/to/r1/#\n"
        "topic read loa/1/c1/trust\n"
        "topic read loa/1/c1/checkpoint\n"
        "topic write loa/1/c1/from/r1/hello\n"
        "topic write loa/1/c1/from/r1/status\n"
        "topic write loa/1/c1/from/r1/record\n"
        "topic write loa/1/c1/from/r1/report\n"
    )


def test_the_password_file_has_one_line_an_account() -> None:
    one, two = password_hash("1"), password_hash("2")
    accounts = Accounts("c1", (Account("station", one, "station"), Account("r1", two, "receiver")))
    assert passwords(accounts) == f"station:{one}\nr1:{two}\n"
