"""The inbox of a link, and its pauses between connections."""

from __future__ import annotations

import pytest

from devices.broker.inbox import Inbox
from devices.broker.link import Arrived, LinkDown, LinkUp
from devices.broker.mqtt import LONGEST_PAUSE_S, pause_s


def arrived(name: str) -> Arrived:
    return Arrived(name, b"", False, None)


def test_events_come_in_the_order_they_happened() -> None:
    inbox = Inbox()
    inbox.up(session_present=True)
    inbox.arrived(arrived("a"))
    inbox.arrived(arrived("b"))
    assert [inbox.take() for _ in range(4)] == [LinkUp(True), arrived("a"), arrived("b"), None]


def test_i12_arrivals_nobody_took_go_with_their_connection_since_they_come_again() -> None:
    inbox = Inbox()
    for _ in range(3):
        inbox.up(session_present=True)
        inbox.arrived(arrived("a"))
        inbox.down("cut")
    assert [inbox.take(), inbox.take()] == [LinkDown("cut"), None]


def test_a9_a_lost_session_is_told_even_when_the_event_that_said_so_was_never_taken() -> None:
    inbox = Inbox()
    inbox.up(session_present=False)
    inbox.down("cut")
    inbox.up(session_present=True)
    assert [inbox.take(), inbox.take()] == [LinkDown("cut"), LinkUp(session_present=False)]
    inbox.down("cut again")
    inbox.up(session_present=True)
    assert [inbox.take(), inbox.take()] == [LinkDown("cut again"), LinkUp(session_present=True)]


def test_a13_a14_the_pauses_grow_to_a_bound_and_are_spread() -> None:
    assert [pause_s(failures, 0.0) for failures in range(4)] == [0.25, 0.5, 1.0, 2.0]
    assert pause_s(3, 0.0) < pause_s(3, 0.5) < pause_s(3, 0.999) < pause_s(4, 0.0) + pause_s(3, 0.0)
    assert pause_s(10_000, 1.0) == pytest.approx(LONGEST_PAUSE_S)
