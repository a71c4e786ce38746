"""The exchange where its bounds are: full queues, clients that come and go, rights that shrink."""

from __future__ import annotations

import pytest

from devices.broker.accounts import Rights
from devices.broker.exchange import QUEUE_LIMIT, QUEUE_LIMIT_BYTES, Exchange
from devices.broker.link import Will
from devices.broker.shelf import Message, Shelf

ALL = Rights(read=("#",), write=("#",))


class Hand:
    """An outlet that keeps what it was given."""

    def __init__(self) -> None:
        self.given: list[Message] = []
        self.taken = False

    def deliver(self, packet_id: int, message: Message) -> None:
        self.given.append(message)

    def taken_over(self) -> None:
        self.taken = True


def enter(exchange: Exchange, client: str, rights: Rights = ALL, *, will: Will | None = None) -> Hand:
    hand = Hand()
    exchange.connect(client, rights, hand, clean_start=False, receive_maximum=20, will=will)
    exchange.resume(client)
    return hand


def test_i12_a_queue_takes_so_many_messages_and_drops_the_newest(caplog: pytest.LogCaptureFixture) -> None:
    shelf = Shelf(None)
    exchange = Exchange(shelf, ())
    enter(exchange, "s")
    hand = enter(exchange, "r")
    exchange.subscribe("r", "#")
    exchange.disconnect("r", hand, orderly=True)
    for number in range(QUEUE_LIMIT):
        assert exchange.publish("s", "t", b"%d" % number, retain=False)
    assert caplog.text == ""
    assert exchange.publish("s", "t", b"one too many", retain=False)
    assert "the queue of r is full" in caplog.text
    queued = shelf.sessions()["r"].queued
    assert len(queued) == QUEUE_LIMIT
    assert Message("t", b"one too many") not in queued.values()


def test_i12_a_queue_takes_so_many_bytes() -> None:
    shelf = Shelf(None)
    exchange = Exchange(shelf, ())
    enter(exchange, "s")
    enter(exchange, "r")
    exchange.subscribe("r", "#")
    large = bytes(QUEUE_LIMIT_BYTES // 4)
    for _ in range(6):
        exchange.publish("s", "t", large, retain=False)
    assert len(shelf.sessions()["r"].queued) == 4
    exchange.acknowledge("r", 1)
    exchange.publish("s", "t", large, retain=False)
    assert len(shelf.sessions()["r"].queued) == 4
    restored = Exchange(shelf, ("r", "s"))
    enter(restored, "s")
    restored.publish("s", "t", b"x", retain=False)
    assert len(shelf.sessions()["r"].queued) == 4


def test_a13_a_client_that_comes_and_goes_is_not_queued_the_same_retained_message_again_and_again() -> None:
    shelf = Shelf(None)
    exchange = Exchange(shelf, ())
    enter(exchange, "s")
    exchange.publish("s", "t", b"manifest 1", retain=True)
    for _ in range(5):
        hand = enter(exchange, "r")
        exchange.subscribe("r", "t")
        exchange.disconnect("r", hand, orderly=False)
    assert list(shelf.sessions()["r"].queued.values()) == [Message("t", b"manifest 1", retained=True)]


def test_a15_overlapping_subscriptions_deliver_once() -> None:
    exchange = Exchange(Shelf(None), ())
    enter(exchange, "s")
    hand = enter(exchange, "r")
    for topic_filter in ("#", "t", "+"):
        exchange.subscribe("r", topic_filter)
    exchange.publish("s", "t", b"one", retain=False)
    assert hand.given == [Message("t", b"one")]


def test_a_subscription_ends_with_the_right_to_it() -> None:
    exchange = Exchange(Shelf(None), ())
    enter(exchange, "s")
    enter(exchange, "r")
    exchange.subscribe("r", "t")
    exchange.subscribe("r", "u")
    hand = enter(exchange, "r", Rights(read=("u",), write=()))
    exchange.publish("s", "t", b"foreign", retain=False)
    exchange.publish("s", "u", b"own", retain=False)
    assert hand.given == [Message("u", b"own")]


def test_b17_a_second_connection_of_the_same_client_takes_over_and_the_will_is_spoken() -> None:
    exchange = Exchange(Shelf(None), ())
    listener = enter(exchange, "s")
    exchange.subscribe("s", "status")
    first = enter(exchange, "r", will=Will("status", b"gone", retain=False))
    second = enter(exchange, "r")
    assert (first.taken, second.taken) == (True, False)
    assert listener.given == [Message("status", b"gone")]
    exchange.disconnect("r", first, orderly=False)
    exchange.publish("s", "t", b"x", retain=False)
    exchange.subscribe("r", "t")
    exchange.publish("s", "t", b"y", retain=False)
    assert second.given == [Message("t", b"y")]


def test_a9_a_session_expires_only_while_its_client_is_away() -> None:
    exchange = Exchange(Shelf(None), ())
    hand = enter(exchange, "r")
    exchange.forget("r")
    assert exchange.connect("r", ALL, hand, clean_start=False, receive_maximum=20, will=None)
    exchange.disconnect("r", hand, orderly=True)
    exchange.forget("r")
    assert not exchange.connect("r", ALL, hand, clean_start=False, receive_maximum=20, will=None)
    exchange.disconnect("r", hand, orderly=True)
    assert not exchange.connect("r", ALL, hand, clean_start=True, receive_maximum=20, will=None)
