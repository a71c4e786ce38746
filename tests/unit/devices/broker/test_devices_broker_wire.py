"""MQTT 5 packets by their bytes (OASIS MQTT 5.0, chapter 3)."""

from __future__ import annotations

import pytest

from devices.broker import wire
from devices.broker.link import Will
from devices.broker.shelf import Message

CONNECT = bytes.fromhex(
    "0004 4d515454 05"  # MQTT, version 5
    "f6 001e"  # username, password, will retained at QoS 2, clean start; keep alive 30 s
    "08 11 00127500 21 0014"  # session expiry 14 days, receive maximum 20
    "0002 7231"  # client id r1
    "00 0001 74 0003 796573"  # will: no properties, topic t, payload yes
    "0002 7231 0001 70"  # username r1, password p
)


def test_a_connect_is_read_field_by_field() -> None:
    assert wire.read_connect(CONNECT) == wire.Connect(
        version=5,
        client_id="r1",
        username="r1",
        password="p",
        clean_start=True,
        keep_alive_s=30,
        receive_maximum=20,
        will=Will("t", b"yes", retain=True),
    )


def test_a_client_of_mqtt_3_1_1_is_recognised_by_its_version() -> None:
    assert wire.read_connect(bytes.fromhex("0004 4d515454 04 02 003c 0002 7231")).version == 4
    assert wire.read_connect(bytes.fromhex("0006 4d5149736470 03 02 003c")).version == 0


@pytest.mark.parametrize(
    "body",
    [
        CONNECT[:-1],
        CONNECT + b"x",
        CONNECT.replace(bytes.fromhex("f6001e"), bytes.fromhex("f7001e")),
        CONNECT.replace(bytes.fromhex("210014"), bytes.fromhex("210000")),
        CONNECT.replace(bytes.fromhex("210014"), bytes.fromhex("7f0014")),
        CONNECT.replace(b"\x00\x02r1", b"\x00\x02\xff\xfe", 1),
        CONNECT.replace(b"\x00\x02r1", b"\x00\x02r\x00", 1),
        b"",
    ],
)
def test_b13_a_malformed_connect_is_refused(body: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.read_connect(body)


def test_a_publish_of_qos_0_and_1() -> None:
    body = bytes.fromhex("0001 74 0007 00") + b"hi"
    assert wire.read_publish(0b0011, body) == wire.Publish("t", b"hi", retain=True, packet_id=7)
    assert wire.read_publish(0b0000, bytes.fromhex("0001 74 00")) == wire.Publish(
        "t", b"", retain=False, packet_id=None
    )


@pytest.mark.parametrize(
    ("flags", "body"),
    [
        (0b0100, "0001 74 0007 00"),
        (0b0110, "0001 74 0007 00"),
        (0b0010, "0000 0007 03 23 0001"),
        (0b0010, "0001 74 00"),
    ],
)
def test_qos_2_an_alias_or_a_short_publish_is_refused(flags: int, body: str) -> None:
    with pytest.raises(wire.WireError):
        wire.read_publish(flags, bytes.fromhex(body))


def test_subscribe_and_unsubscribe() -> None:
    subscribe = bytes.fromhex("0009 00 0003 612f23 01 0001 62 02")
    assert wire.read_filters(subscribe, options=True) == wire.Filters(9, ("a/#", "b"))
    assert wire.read_filters(bytes.fromhex("0009 00 0001 62"), options=False) == wire.Filters(9, ("b",))
    with pytest.raises(wire.WireError, match="at least one"):
        wire.read_filters(bytes.fromhex("0009 00"), options=True)


def test_a_disconnect_may_leave_its_reason_out() -> None:
    assert wire.read_disconnect(b"") == wire.SUCCESS
    assert wire.read_disconnect(b"\x04\x00") == wire.DISCONNECT_WITH_WILL


def test_what_the_broker_says_by_its_bytes() -> None:
    accepted = "200e" + "0100" + "0b" + "2401" + "2700040000" + "2900" + "2a00"
    assert wire.connack(0, session_present=True).hex() == accepted
    assert wire.connack(wire.NOT_AUTHORIZED)[2:4].hex() == "0087"
    assert wire.puback(258, 0).hex() == "4003" + "0102" + "00"
    assert wire.suback(1, [1, wire.NOT_AUTHORIZED]).hex() == "9005" + "0001" + "00" + "0187"
    assert wire.unsuback(1, [0]).hex() == "b004" + "0001" + "00" + "00"
    assert wire.pingresp().hex() == "d000"
    assert wire.disconnect(wire.TAKEN_OVER).hex() == "e0018e"


def test_a_delivery_by_its_bytes() -> None:
    assert wire.publish(7, Message("t", b"hi")).hex() == "3208" + "000174" + "0007" + "00" + "6869"
    assert wire.publish(7, Message("t", b"hi", retained=True, again=True))[0] == 0x3B
    long = wire.publish(7, Message("t", bytes(200)))
    assert long[1:3].hex() == "ce01"
    assert len(long) == 3 + 206
