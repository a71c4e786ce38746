"""Rules of the broker that hold whatever happens."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.broker import wire
from devices.broker.accounts import Rights, covers, is_filter, is_topic
from devices.broker.exchange import Exchange
from devices.broker.inbox import RECEIVE_MAXIMUM, Inbox
from devices.broker.link import Arrived, LinkDown, LinkUp
from devices.broker.shelf import Message, Shelf

TOPICS = ["/".join(levels) for count in (1, 2, 3) for levels in product("ab", repeat=count)]
FILTERS = st.lists(st.sampled_from(["a", "b", "+", "#"]), min_size=1, max_size=3).map("/".join)
EVERYTHING = Rights(read=("#",), write=("#",))


def matches(topic_filter: str, topic: str) -> bool:
    """MQTT 5, section 4.7, written the slow way round: by recursion on the levels."""

    def rest(wanted: list[str], levels: list[str]) -> bool:
        if wanted == ["#"]:
            return True
        if not wanted or not levels:
            return wanted == levels
        return wanted[0] in ("+", levels[0]) and rest(wanted[1:], levels[1:])

    wanted, levels = topic_filter.split("/"), topic.split("/")
    return rest(wanted, levels) or (wanted[-1] == "#" and rest(wanted[:-1], levels))


@given(FILTERS.filter(is_filter), FILTERS.filter(is_filter))
def test_b18_a_filter_that_is_covered_asks_for_no_topic_beyond(allowed: str, asked: str) -> None:
    if covers(allowed, asked):
        assert all(matches(allowed, topic) for topic in TOPICS if matches(asked, topic))


@given(FILTERS.filter(is_filter), st.sampled_from(TOPICS))
def test_a_topic_is_covered_exactly_when_it_matches(topic_filter: str, topic: str) -> None:
    assert is_topic(topic)
    assert covers(topic_filter, topic) == matches(topic_filter, topic)


@given(st.integers(0, 15), st.binary(max_size=60))
def test_b13_any_bytes_are_a_packet_or_a_wire_error(flags: int, body: bytes) -> None:
    for read in (
        lambda: wire.read_connect(body),
        lambda: wire.read_connect(b"\0\x04MQTT\x05" + body),
        lambda: wire.read_publish(flags, body),
        lambda: wire.read_puback(body),
        lambda: wire.read_filters(body, options=True),
        lambda: wire.read_filters(body, options=False),
        lambda: wire.read_disconnect(body),
    ):
        try:
            read()
        except wire.WireError:
            continue


@given(st.text(min_size=1, max_size=40).filter(is_topic), st.binary(max_size=300), st.integers(1, 65535), st.booleans())
def test_what_is_written_is_read_back(topic: str, payload: bytes, packet_id: int, retained: bool) -> None:
    packet = wire.publish(packet_id, Message(topic, payload, retained=retained))
    body = packet[2 if packet[1] < 0x80 else 3 :]
    assert wire.read_publish(packet[0] & 0x0F, body) == wire.Publish(topic, payload, retained, packet_id)


@given(st.lists(st.sampled_from(["up", "up again", "down", "arrived", "take"]), max_size=200))
def test_i12_an_inbox_stays_bounded_and_never_hides_that_a_session_was_lost(happenings: list[str]) -> None:
    inbox, unacknowledged, lost, connected = Inbox(), 0, False, False
    held = 0
    for happening in happenings:
        if happening in ("up", "up again") and not connected:
            inbox.up(session_present=happening == "up again")
            lost |= happening == "up"
            connected, held = True, held + 1
        elif happening == "down":
            inbox.down("cut")
            connected, unacknowledged, held = False, 0, 1
        elif happening == "arrived" and connected and unacknowledged < RECEIVE_MAXIMUM:
            inbox.arrived(Arrived("t", b"", False, None))
            unacknowledged, held = unacknowledged + 1, held + 1
        elif happening == "take":
            event = inbox.take()
            assert (event is None) == (held == 0)
            held -= event is not None
            if isinstance(event, LinkUp):
                assert event.session_present == (not lost)
                lost = False
        assert held <= RECEIVE_MAXIMUM + 2
    rest = list(iter(inbox.take, None))
    assert len(rest) == held
    assert sum(isinstance(event, LinkDown) for event in rest) <= 1


class _Hand:
    """An outlet that keeps what it was given until a test acknowledges it."""

    def __init__(self) -> None:
        self.given: dict[int, Message] = {}
        self.log: list[bytes] = []

    def deliver(self, packet_id: int, message: Message) -> None:
        assert packet_id not in self.given
        self.given[packet_id] = message
        self.log.append(message.payload)

    def taken_over(self) -> None:
        self.given = {}


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(["publish", "acknowledge", "reconnect", "leave", "restart"]), max_size=60),
    st.integers(1, 4),
)
def test_a4_each_message_is_delivered_in_order_until_it_is_acknowledged(steps: list[str], receive_maximum: int) -> None:
    """Through reconnects and restarts of the broker over its shelf, as long as the shelf is not lost."""
    shelf, hand, published, acknowledged = Shelf(None), _Hand(), 0, []
    exchange = Exchange(shelf, ("r", "s"))

    def connect() -> None:
        nonlocal hand
        hand = _Hand()
        exchange.connect("r", EVERYTHING, hand, clean_start=False, receive_maximum=receive_maximum, will=None)
        exchange.resume("r")

    def connect_sender() -> None:
        exchange.connect("s", EVERYTHING, _Hand(), clean_start=False, receive_maximum=20, will=None)

    connect_sender()
    connect()
    exchange.subscribe("r", "#")
    present = True
    for step in [*steps, "reconnect"]:
        if step == "publish":
            assert exchange.publish("s", "t", b"%d" % published, retain=False)
            published += 1
        elif step == "acknowledge" and present and hand.given:
            packet_id = next(iter(hand.given))
            acknowledged.append(hand.given[packet_id].payload)
            exchange.acknowledge("r", packet_id)
            del hand.given[packet_id]
        elif step == "leave":
            exchange.disconnect("r", hand, orderly=True)
            present = False
        elif step == "restart":
            exchange = Exchange(shelf, ("r", "s"))
            connect_sender()
            present = False
        elif step == "reconnect":
            connect()
            present = True
        if present:
            assert len(hand.given) <= receive_maximum
            assert hand.log == sorted(hand.log, key=int)
    while hand.given:
        packet_id = next(iter(hand.given))
        acknowledged.append(hand.given.pop(packet_id).payload)
        exchange.acknowledge("r", packet_id)
    assert acknowledged == [b"%d" % number for number in range(published)]
    assert all(not kept.queued for kept in shelf.sessions().values())
