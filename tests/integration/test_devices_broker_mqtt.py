"""The link over real sockets where no broker answers well; and Mosquitto over TLS and kill -9."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from devices_broker_cast import BOUND_S, Ear, MosquittoBroker, cast, password, said_by, to

from devices.broker.link import OUTBOX_LIMIT, Link
from devices.broker.mqtt import MqttLink, MqttSettings
from devices.broker.provisioning import Tls

ACCOUNTS = cast("r1")
Key = ec.EllipticCurvePrivateKey


@pytest.fixture
def links() -> Iterator[list[Link]]:
    """Links to close at the end."""
    opened: list[Link] = []
    yield opened
    for link in opened:
        link.close()


def link_to(port: int, username: str, tls_ca: Path | None = None) -> MqttLink:
    return MqttLink(MqttSettings("127.0.0.1", port, username, username, password(username), tls_ca=tls_ca))


def test_a_broker_that_is_not_there_is_an_event_and_the_link_lives_on(links: list[Link]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        links.append(link_to(nobody.getsockname()[1], "r1"))
        ear = Ear(links[-1])
        assert "refused" in ear.until_down().reason
        assert (ear.link.alive, ear.link.connected) == (True, False)


def test_a_server_that_talks_no_mqtt_is_an_event_and_the_link_tries_again(links: list[Link]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        links.append(link_to(server.getsockname()[1], "r1"))
        ear = Ear(links[-1])
        for _ in range(2):
            line, _ = server.accept()
            line.recv(4096)
            line.sendall(b"SSH-2.0-OpenSSH_9.2\r\n" * 10)
            line.close()
        ear.until_down()
        assert ear.link.alive


def test_a7_a_closed_link_says_that_its_thread_is_gone(links: list[Link]) -> None:
    told = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = link_to(server.getsockname()[1], "r1")
        link.open(told.set)
        assert link.alive
        line, _ = server.accept()
        link.close()
        assert not link.alive
        assert told.wait(BOUND_S)
        line.close()


def test_i12_no_more_publishes_wait_than_the_outbox_holds(links: list[Link]) -> None:
    """Toward a broker that accepts the log-in and then says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        links.append(link_to(server.getsockname()[1], "r1"))
        ear = Ear(links[-1])
        line, _ = server.accept()
        line.recv(4096)
        line.sendall(bytes.fromhex("2003000000"))
        ear.until_up()
        assert all(ear.link.publish(said_by("r1"), b"record") for _ in range(OUTBOX_LIMIT))
        assert ear.link.unacknowledged == OUTBOX_LIMIT
        assert not ear.link.publish(said_by("r1"), b"one too many")
        line.close()


@pytest.mark.needs_mosquitto
def test_a1_fifty_messages_acknowledged_by_mosquitto_survive_its_kill_9(
    mosquitto: Callable[..., MosquittoBroker], links: list[Link]
) -> None:
    broker = mosquitto(ACCOUNTS)
    receiver = Ear(link_to(broker.port, "r1"), to("r1", "+")).until_up()
    receiver.link.close()
    links.append(link_to(broker.port, "station"))
    station = Ear(links[-1]).until_up()
    for number in range(50):
        station.say(to("r1", "receipt"), b"%d" % number)
    station.until_acknowledged()
    station.say(to("r1"), b"", retain=True)  # its answer says that the others are saved
    station.until_acknowledged()
    broker.kill()
    broker.start()
    links.append(link_to(broker.port, "r1"))
    back = Ear(links[-1], to("r1", "+"))
    back.until_heard(*[b"%d" % number for number in range(50)])
    assert [up.session_present for up in back.ups()] == [True]


@pytest.mark.needs_mosquitto
def test_mosquitto_over_tls_is_believed_only_with_its_own_authority(
    mosquitto: Callable[..., MosquittoBroker], tmp_path: Path, links: list[Link]
) -> None:
    tls, other = certificates(tmp_path / "ours"), certificates(tmp_path / "theirs")
    broker = mosquitto(ACCOUNTS, tls)
    links.append(link_to(broker.port, "station", tls_ca=tls.ca))
    station = Ear(links[-1], "loa/1/c1/from/+/+").until_up()
    links.append(link_to(broker.port, "r1", tls_ca=tls.ca))
    receiver = Ear(links[-1]).until_up()
    receiver.say(said_by("r1"), bytes(100_000))
    station.until_heard(bytes(100_000))
    links.append(link_to(broker.port, "r1", tls_ca=other.ca))
    assert "certificate" in Ear(links[-1]).until_down().reason.lower()
    links.append(link_to(broker.port, "r1"))
    Ear(links[-1]).until_down()
    assert not links[-1].connected


def certificates(folder: Path) -> Tls:
    """An authority and a broker's certificate for 127.0.0.1."""
    folder.mkdir()
    now = datetime.datetime.now(datetime.UTC)

    def certificate(
        name: str, key: ec.EllipticCurvePrivateKey, issuer: str, signer: ec.EllipticCurvePrivateKey
    ) -> bytes:
        built = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
            .sign(signer, hashes.SHA256())
        )
        return built.public_bytes(serialization.Encoding.PEM)

    authority, broker = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    tls = Tls(folder / "ca.pem", folder / "broker.pem", folder / "broker.key")
    tls.ca.write_bytes(certificate("authority", authority, "authority", authority))
    tls.certificate.write_bytes(certificate("broker", broker, "authority", authority))
    tls.key.write_bytes(
        broker.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return tls
