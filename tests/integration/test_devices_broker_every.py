"""One suite over every broker: in memory, embedded, Mosquitto."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from devices_broker_cast import BOUND_S, Ear, EmbeddedStage, MemoryStage, MosquittoStage, Stage, cast, said_by, to

from devices.broker.accounts import Accounts
from devices.broker.inbox import RECEIVE_MAXIMUM
from devices.broker.link import PAYLOAD_LIMIT, Arrived, Link, LinkUp, PayloadTooLongError, Will

ACCOUNTS = cast("r1", "r2")
FROM_ALL = "loa/1/c1/from/+/+"


@pytest.fixture(params=["memory", "embedded", pytest.param("mosquitto", marks=pytest.mark.needs_mosquitto)])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    if request.param == "memory":
        yield MemoryStage(ACCOUNTS)
    elif request.param == "embedded":
        embedded = EmbeddedStage(tmp_path / "broker", ACCOUNTS)
        yield embedded
        embedded.kill()
    else:
        start: Callable[[Accounts], MosquittoStage] = request.getfixturevalue("mosquitto")
        yield MosquittoStage(start(ACCOUNTS))


@pytest.fixture
def ear(stage: Stage) -> Iterator[Callable[..., Ear]]:
    """An ear on a link of this user: `ear(username, *filters, acknowledging=True)`; closed at the end."""
    links: list[Link] = []

    def listen(username: str, *filters: str, acknowledging: bool = True, **link: Any) -> Ear:
        links.append(stage.link(username, **link))
        return Ear(links[-1], *filters, acknowledging=acknowledging)

    yield listen
    for link in links:
        link.close()


Listen = Callable[..., Ear]


def test_a_message_goes_each_way(ear: Listen) -> None:
    station, receiver = ear("station", FROM_ALL).until_up(), ear("r1", to("r1", "+")).until_up()
    station.say(to("r1"), b"manifest", retain=True)
    receiver.until_heard(b"manifest")
    receiver.say(said_by("r1"), b"record")
    station.until_heard(b"record")
    assert [(arrived.topic, arrived.retained) for arrived in station.arrivals()] == [(said_by("r1"), False)]
    station.until_acknowledged()


def test_what_waits_for_an_absent_client_comes_once_it_is_back(ear: Listen) -> None:
    station, receiver = ear("station").until_up(), ear("r1", to("r1", "+")).until_up()
    assert receiver.ups() == [LinkUp(session_present=False)]
    receiver.link.close()
    for number in range(5):
        station.say(to("r1", "receipt"), b"%d" % number)
    back = ear("r1", to("r1", "+"))
    back.until_heard(b"0", b"1", b"2", b"3", b"4")
    assert back.ups() == [LinkUp(session_present=True)]
    assert back.payloads() == [b"0", b"1", b"2", b"3", b"4"]


def test_a4_what_was_not_acknowledged_comes_again_and_what_was_does_not(ear: Listen) -> None:
    receiver = ear("r1").until_up()
    first = ear("station", FROM_ALL, acknowledging=False).until_up()
    receiver.say(said_by("r1"), b"lost in a crash")
    receiver.say(said_by("r1"), b"made durable")
    first.until_heard(b"lost in a crash", b"made durable")
    first.link.acknowledge(first.arrivals()[1])
    first.link.close()
    second = ear("station", FROM_ALL)
    receiver.say(said_by("r1"), b"later")
    second.until_heard(b"lost in a crash", b"later")
    assert second.payloads() == [b"lost in a crash", b"later"]


def test_an_acknowledgement_of_an_older_delivery_counts_for_none(stage: Stage, ear: Listen) -> None:
    receiver = ear("r1").until_up()
    station = ear("station", FROM_ALL, acknowledging=False).until_up()
    receiver.say(said_by("r1"), b"one")
    station.until_heard(b"one")
    stage.stop()
    station.until_down()
    stage.start()
    station.until(lambda: station.payloads().count(b"one") == 2)
    station.link.acknowledge(station.arrivals()[0])
    station.link.close()
    again = ear("station", FROM_ALL)
    again.until_heard(b"one")


def test_i12_the_broker_sends_no_more_than_the_receive_maximum_before_it_is_acknowledged(ear: Listen) -> None:
    station = ear("station").until_up()
    slow, other = ear("r1", to("r1", "+"), acknowledging=False).until_up(), ear("r2", to("r2", "+")).until_up()
    for number in range(RECEIVE_MAXIMUM + 10):
        station.say(to("r1", "receipt"), b"%d" % number)
    station.say(to("r2", "receipt"), b"the broker is through")
    other.until_heard(b"the broker is through")
    slow.until(lambda: len(slow.arrivals()) >= RECEIVE_MAXIMUM)
    assert len(slow.arrivals()) == RECEIVE_MAXIMUM
    for arrived in slow.arrivals():
        slow.link.acknowledge(arrived)
    slow.until(lambda: len(slow.arrivals()) == RECEIVE_MAXIMUM + 10)
    assert slow.payloads() == [b"%d" % number for number in range(RECEIVE_MAXIMUM + 10)]


def test_a_retained_message_is_there_for_who_comes_later_and_an_empty_one_removes_it(ear: Listen) -> None:
    station = ear("station").until_up()
    station.say(to("r1"), b"version 1", retain=True)
    station.say(to("r1"), b"version 2", retain=True)
    station.until_acknowledged()
    receiver = ear("r1", to("r1", "+"))
    receiver.until_heard(b"version 2")
    assert [(arrived.payload, arrived.retained) for arrived in receiver.arrivals()] == [(b"version 2", True)]
    receiver.link.close()
    station.say(to("r1"), b"", retain=True)
    station.say(to("r1", "receipt"), b"end")
    station.until_acknowledged()
    again = ear("r1", to("r1", "+"))
    again.until_heard(b"end")
    assert b"version 2" not in again.payloads()


def test_a_wrong_password_is_refused_with_a_reason_and_disturbs_nobody(ear: Listen) -> None:
    station, receiver = ear("station").until_up(), ear("r1", to("r1", "+")).until_up()
    intruder = ear("r1", with_password="guessed")
    assert "authori" in intruder.until_down().reason.lower()
    assert not intruder.link.connected
    assert not intruder.link.publish(said_by("r1"), b"forged")
    station.say(to("r1"), b"still here")
    receiver.until_heard(b"still here")
    assert len(receiver.ups()) == 1


def test_b17_nobody_takes_over_the_session_of_another(stage: Stage, ear: Listen) -> None:
    station, receiver = ear("station").until_up(), ear("r1", to("r1", "+")).until_up()
    intruder = ear("r2", to("r1", "+"), as_client="r1")
    if stage.replaces_client_ids:
        intruder.until_up()
    else:
        intruder.until_down()
    station.say(to("r1"), b"for r1")
    receiver.until_heard(b"for r1")
    assert len(receiver.ups()) == 1
    assert intruder.arrivals() == []


@pytest.mark.parametrize("greedy", ["#", "loa/1/c1/#", "loa/1/c1/to/+/+", "loa/1/c1/from/#", to("r1")])
def test_b18_a_foreign_topic_is_never_delivered(ear: Listen, greedy: str) -> None:
    station, receiver = ear("station").until_up(), ear("r1").until_up()
    station.say(to("r1"), b"retained before", retain=True)
    station.until_acknowledged()
    spy = ear("r2", to("r2", "+"), greedy).until_up()
    station.say(to("r1", "receipt"), b"live")
    receiver.say(said_by("r1"), b"record")
    receiver.until_acknowledged()
    station.say(to("r2"), b"own", retain=True)
    spy.until_heard(b"own")
    spy.link.close()
    again = ear("r2", to("r2", "+"), greedy)
    again.until_heard(b"own")
    station.say(to("r2", "receipt"), b"end")
    again.until_heard(b"end")
    assert {arrived.topic for arrived in spy.arrivals() + again.arrivals()} <= {to("r2"), to("r2", "receipt")}


@pytest.mark.parametrize("topic", [said_by("r1"), to("r1"), "loa/1/c1/trust", said_by("r2", "anything"), "elsewhere"])
def test_b16_a_receiver_cannot_speak_for_another_or_for_the_station(ear: Listen, topic: str) -> None:
    station, receiver = ear("station", FROM_ALL).until_up(), ear("r1", to("r1", "+"), "loa/1/c1/trust").until_up()
    thief = ear("r2").until_up()
    thief.say(topic, b"forged", retain=True)
    thief.say(said_by("r2"), b"end")
    station.until_heard(b"end")
    station.say(to("r1"), b"end")
    receiver.until_heard(b"end")
    assert b"forged" not in station.payloads() + receiver.payloads()
    assert thief.link.connected


def test_a1_a2_retained_messages_survive_a_kill_of_the_broker_but_not_the_loss_of_its_database(
    stage: Stage, ear: Listen
) -> None:
    station = ear("station").until_up()
    station.say(to("r1"), b"manifest", retain=True)
    station.until_acknowledged()
    station.say(to("r2"), b"", retain=True)  # Mosquitto has saved the first once it answers the second
    station.until_acknowledged()
    stage.kill()
    station.until_down()
    assert not station.link.publish(to("r1"), b"lost")
    stage.start()
    receiver = ear("r1", to("r1", "+"))
    receiver.until_heard(b"manifest")
    station.until_up(times=2)
    assert station.ups()[1].session_present
    stage.kill()
    stage.forget_everything()
    stage.start()
    station.until_up(times=3)
    receiver.until_up(times=2)
    assert [up.session_present for up in (station.ups()[2], receiver.ups()[1])] == [False, False]
    station.say(to("r1"), b"manifest, again", retain=True)
    receiver.until_heard(b"manifest, again")
    assert receiver.payloads().count(b"manifest") == 1


def test_the_last_will_of_a_killed_client_is_published_and_that_of_a_closed_one_is_not(
    stage: Stage, ear: Listen
) -> None:
    station = ear("station", FROM_ALL).until_up()
    kill = stage.doomed("r1", Will(said_by("r1", "status"), b"r1 is gone", retain=False))
    kill()
    station.until_heard(b"r1 is gone")
    calm = ear("r2", will=Will(said_by("r2", "status"), b"r2 is gone", retain=False)).until_up()
    calm.say(said_by("r2"), b"goodbye")
    calm.until_acknowledged()
    calm.link.close()
    assert not calm.link.alive
    back = ear("r2").until_up()
    back.say(said_by("r2"), b"back again")
    station.until_heard(b"back again")
    assert station.payloads() == [b"r1 is gone", b"goodbye", b"back again"]


def test_nothing_is_published_while_there_is_no_connection(stage: Stage, ear: Listen) -> None:
    link = stage.link("r1")
    assert (link.connected, link.alive, link.publish(said_by("r1"), b"too early")) == (False, False, False)
    receiver = ear("r1").until_up()
    assert (receiver.link.connected, receiver.link.alive) == (True, True)
    receiver.link.close()
    assert not receiver.link.publish(said_by("r1"), b"too late")


def test_f11_a_payload_over_the_limit_is_refused_and_one_at_the_limit_arrives(ear: Listen) -> None:
    station, receiver = ear("station", FROM_ALL).until_up(), ear("r1").until_up()
    with pytest.raises(PayloadTooLongError, match="send less at once"):
        receiver.link.publish(said_by("r1"), bytes(PAYLOAD_LIMIT + 1))
    receiver.say(said_by("r1"), bytes(PAYLOAD_LIMIT))
    station.until_heard(bytes(PAYLOAD_LIMIT))


def test_a6_a7_an_exception_in_the_taker_kills_no_thread(stage: Stage, ear: Listen) -> None:
    station = ear("station").until_up()
    link = stage.link("r1")
    woken = threading.Event()

    def fail() -> None:
        woken.set()
        raise ValueError("the taker is broken")

    link.subscribe(to("r1", "+"))
    link.open(fail)
    taken: list[bytes] = []

    def take_until(count: int) -> None:
        while len(taken) < count:
            assert woken.wait(BOUND_S)
            woken.clear()
            while (event := link.take()) is not None:
                taken.append(event.payload if isinstance(event, Arrived) else b"up")
                if isinstance(event, Arrived):
                    link.acknowledge(event)

    take_until(1)
    station.say(to("r1"), b"one")
    station.say(to("r1"), b"two")
    take_until(3)
    assert taken == [b"up", b"one", b"two"]
    assert link.alive
    link.close()
