"""What only the embedded broker has to show: kill -9, hostile bytes, other clients, its port, forty at once."""

from __future__ import annotations

import logging
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from devices_broker_cast import Ear, EmbeddedStage, cast, password, said_by, to

from devices.broker.accounts import Accounts
from devices.broker.embedded import BrokerStartError, EmbeddedBroker
from devices.broker.link import PACKET_LIMIT, Link
from devices.broker.mqtt import MqttLink, MqttSettings

FORTY = [f"r{number}" for number in range(1, 41)]
ACCOUNTS = cast(*FORTY)

A_BROKER = """
import sys, threading
from pathlib import Path
from devices.broker.accounts import Account, Accounts
from devices.broker.embedded import EmbeddedBroker
folder, port, *accounts = sys.argv[1:]
known = tuple(Account(*account.split(" ")) for account in accounts)
broker = EmbeddedBroker(Path(folder), "127.0.0.1", int(port), lambda: Accounts("c1", known))
broker.start()
print(broker.port, flush=True)
threading.Event().wait()
"""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[EmbeddedStage]:
    stage = EmbeddedStage(tmp_path / "broker", ACCOUNTS)
    yield stage
    stage.kill()


@pytest.fixture
def links() -> Iterator[list[Link]]:
    """Links to close at the end."""
    opened: list[Link] = []
    yield opened
    for link in opened:
        link.close()


def broker_process(folder: Path, port: int) -> tuple[subprocess.Popen[str], int]:
    accounts = [f"{account.username} {account.password_hash} {account.role}" for account in ACCOUNTS.accounts[:2]]
    process = subprocess.Popen(
        [sys.executable, "-c", A_BROKER, str(folder), str(port), *accounts], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_a1_everything_acknowledged_survives_kill_9(tmp_path: Path, links: list[Link]) -> None:
    def link(username: str, port: int) -> Link:
        links.append(MqttLink(MqttSettings("127.0.0.1", port, username, username, password(username))))
        return links[-1]

    process, port = broker_process(tmp_path, 0)
    try:
        receiver = Ear(link("r1", port), to("r1", "+")).until_up()
        receiver.link.close()
        station = Ear(link("station", port)).until_up()
        station.say(to("r1"), b"manifest", retain=True)
        for number in range(50):
            station.say(to("r1", "receipt"), b"%d" % number)
        station.until_acknowledged()
    finally:
        kill(process)
    process, _ = broker_process(tmp_path, port)
    try:
        back = Ear(link("r1", port), to("r1", "+"))
        back.until_heard(*[b"%d" % number for number in range(50)])
        assert [up.session_present for up in back.ups()] == [True]
        assert back.payloads()[:51] == [b"manifest", *[b"%d" % number for number in range(50)]]
        station.until_up(times=2)
    finally:
        kill(process)


def test_a14_forty_receivers_come_at_once_and_again_after_a_restart(stage: EmbeddedStage, links: list[Link]) -> None:
    station = Ear(stage.link("station"), "loa/1/c1/from/+/+").until_up()
    ears = {name: Ear(stage.link(name), to(name, "+"), "loa/1/c1/trust") for name in FORTY}
    links += [station.link, *(ear.link for ear in ears.values())]
    station.say("loa/1/c1/trust", b"trust", retain=True)
    for name in FORTY:
        station.say(to(name), name.encode() * 1000, retain=True)
    for name, ear in ears.items():
        ear.until_heard(b"trust", name.encode() * 1000)
    stage.kill()
    for ear in ears.values():
        ear.until_down()
    stage.start()
    for name, ear in ears.items():
        ear.until_up(times=2)
        ear.say(said_by(name), name.encode())
    station.until_heard(*[name.encode() for name in FORTY])
    for name, ear in ears.items():
        assert {arrived.topic for arrived in ear.arrivals()} == {to(name), "loa/1/c1/trust"}


@pytest.mark.parametrize(
    "hostile",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nAccept-Language: vi\r\nConnection: close\r\n\r\n",
        b"\x10\xff\xff\xff\x7f",  # a CONNECT of 256 MB
        b"\x10\xff\xff\xff\xff\xff",  # a length of more than four bytes
        b"\x30\x05\x00\x01ahi",  # a PUBLISH before any CONNECT
        bytes.fromhex("100f 0004 4d515454 05 02 003c 00 0002 ffff"),  # a client id that is not UTF-8
    ],
)
def test_f11_hostile_bytes_end_their_own_connection_and_no_other(
    stage: EmbeddedStage, links: list[Link], hostile: bytes
) -> None:
    station = Ear(stage.link("station"), "loa/1/c1/from/+/+").until_up()
    receiver = Ear(stage.link("r1")).until_up()
    links += [station.link, receiver.link]
    with socket.create_connection(("127.0.0.1", stage.port), timeout=30) as raw:
        raw.sendall(hostile)
        while raw.recv(4096):
            pass
    receiver.say(said_by("r1"), b"undisturbed")
    station.until_heard(b"undisturbed")
    assert len(station.ups()) == len(receiver.ups()) == 1


def test_f11_a_packet_over_the_limit_ends_the_connection_of_its_sender(stage: EmbeddedStage) -> None:
    name, secret = b"r1", password("r1").encode()
    body = (
        bytes.fromhex("0004 4d515454 05 c2 0000 00 0002") + name
        + len(name).to_bytes(2) + name + len(secret).to_bytes(2) + secret
    )  # fmt: skip
    with socket.create_connection(("127.0.0.1", stage.port), timeout=30) as raw:
        raw.sendall(bytes([0x10, len(body)]) + body)
        assert raw.recv(4)[3] == 0  # CONNACK, success
        raw.sendall(bytes([0x32, 0x80 | PACKET_LIMIT & 0x7F | 1, 0x80 | PACKET_LIMIT >> 7 & 0x7F, PACKET_LIMIT >> 14]))
        said = b""
        while more := raw.recv(4096):
            said += more
    assert said.endswith(bytes([0xE0, 1, 0x81]))  # DISCONNECT, malformed packet


def test_an_mqtt_3_1_1_client_is_told_in_its_own_words(stage: EmbeddedStage) -> None:
    with socket.create_connection(("127.0.0.1", stage.port), timeout=30) as raw:
        raw.sendall(bytes.fromhex("100e 0004 4d515454 04 02 003c 0002 7231"))
        assert raw.recv(64) == bytes.fromhex("20020001")
        assert raw.recv(64) == b""


@pytest.mark.needs_program("mosquitto_pub", "mosquitto-clients")
def test_the_clients_of_mosquitto_understand_it(stage: EmbeddedStage, links: list[Link]) -> None:
    station = Ear(stage.link("station"), "loa/1/c1/from/+/+").until_up()
    links.append(station.link)
    common = [
        "-V",
        "5",
        "-h",
        "127.0.0.1",
        "-p",
        str(stage.port),
        "-q",
        "1",
        "-i",
        "r1",
        "-u",
        "r1",
        "-P",
        password("r1"),
    ]
    subprocess.run(["mosquitto_pub", *common, "-t", said_by("r1"), "-m", "from C"], check=True, timeout=60)
    station.until_heard(b"from C")
    station.say(to("r1"), b"for C", retain=True)
    station.until_acknowledged()
    heard = subprocess.run(
        ["mosquitto_sub", *common, "-t", to("r1", "#"), "-C", "1"], check=True, timeout=60, capture_output=True
    )
    assert heard.stdout == b"for C\n"


def test_a_port_in_use_is_said_and_can_be_tried_again(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        broker = EmbeddedBroker(tmp_path, "127.0.0.1", port, lambda: ACCOUNTS)
        with pytest.raises(BrokerStartError, match=f"127.0.0.1:{port}.*set another"):
            broker.start()
        assert not broker.alive
    broker.start()
    assert (broker.alive, broker.port) == (True, port)
    broker.stop()
    assert not broker.alive
    broker.stop()


def test_d9_an_unreadable_file_is_put_aside_and_said(
    tmp_path: Path, links: list[Link], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "broker.sqlite").write_bytes(b"not a database at all" * 100)
    with caplog.at_level(logging.ERROR):
        stage = EmbeddedStage(tmp_path, ACCOUNTS)
    assert "put aside" in caplog.text
    assert (tmp_path / "broker.unreadable").read_bytes().startswith(b"not a database")
    links.append(stage.link("r1"))
    Ear(links[-1]).until_up()
    stage.kill()


def test_f16_the_session_of_a_removed_account_is_gone_after_a_restart(tmp_path: Path, links: list[Link]) -> None:
    known = [cast("r1", "r2")]

    def accounts() -> Accounts:
        return known[0]

    broker = EmbeddedBroker(tmp_path, "127.0.0.1", 0, accounts)
    broker.start()

    def link(name: str) -> Link:
        links.append(MqttLink(MqttSettings("127.0.0.1", broker.port, name, name, password(name))))
        return links[-1]

    Ear(link("r1"), to("r1", "+")).until_up()
    Ear(link("r2"), to("r2", "+")).until_up()
    links.pop().close()
    links.pop().close()
    broker.stop()
    known[0] = cast("r2")
    broker.start()
    refused, still = Ear(link("r1")), Ear(link("r2")).until_up()
    refused.until_down()
    assert still.ups()[0].session_present
    broker.stop()
    with sqlite3.connect(tmp_path / "broker.sqlite") as database:
        assert database.execute("SELECT client FROM session").fetchall() == [("r2",)]
    database.close()
