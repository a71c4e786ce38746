"""Topics say who speaks to whom, and ids cannot say anything else."""

from __future__ import annotations

import pytest

from devices.broker.accounts import checked_id
from devices.errors import DeviceError
from devices.protocol import topics
from devices.protocol.topics import Address, NotOurTopic


def test_topics_by_their_text() -> None:
    assert topics.trust("dien-chau") == "loa/1/dien-chau/trust"
    assert topics.manifest("dien-chau", "dc-07-1") == "loa/1/dien-chau/to/dc-07-1/manifest"
    assert topics.station_filter("dien-chau") == "loa/1/dien-chau/from/+/+"
    assert topics.receiver_filters("dien-chau", "dc-07-1") == ("loa/1/dien-chau/trust", "loa/1/dien-chau/to/dc-07-1/+")


@pytest.mark.parametrize(
    "make",
    [topics.manifest, topics.receipt, topics.missed_trust, topics.hello, topics.status, topics.record, topics.report],
)
def test_every_topic_parses_to_what_it_was_made_of(make: object) -> None:
    topic = make("c", "r.1")  # type: ignore[operator]
    address = topics.parse(topic)
    assert (address.commune, address.receiver) == ("c", "r.1")
    assert topic == f"loa/1/c/{address.direction}/r.1/{address.kind}"


def test_the_communes_own_topic_has_no_receiver() -> None:
    assert topics.parse("loa/1/c/trust") == Address("c", None, "to", "trust")


@pytest.mark.parametrize(
    "topic",
    ["", "loa", "loa/2/c/trust", "loa/1//trust", "loa/1/c/from/r/trust", "loa/1/c/to/r/record", "loa/1/c/to/r",
     "loa/1/c/from/r/record/", "/loa/1/c/from/r/record", "loa/1/c/from/+/record", "loa/1/c/from/#",
     "$SYS/broker/uptime", "loa/1/c/from/r\n/record", "loa/1/c/FROM/r/record"],
)  # fmt: skip
def test_other_topics_are_not_ours(topic: str) -> None:
    with pytest.raises(NotOurTopic):
        topics.parse(topic)


@pytest.mark.parametrize("id_", ["#", "+", "a/b", "$SYS", "", "a b", "a\n", "a\0", "-a", ".", "xóm", "a" * 65])
def test_b18_such_ids_are_refused_here_and_at_the_broker(id_: str) -> None:
    with pytest.raises(NotOurTopic):
        topics.trust(id_)
    with pytest.raises(NotOurTopic):
        topics.manifest("c", id_)
    with pytest.raises(DeviceError):
        checked_id(id_)


@pytest.mark.parametrize("id_", ["a", "DC-07.1", "0_9", "a" * 64])
def test_b18_ids_that_both_take(id_: str) -> None:
    assert topics.parse(topics.manifest(id_, checked_id(id_))).receiver == id_
