"""A station's weeks under everything that happens to them, in any order: the promises hold after each step.

I3: what counts was really played. I7: two campaign slots, or the reason before the week. I8: nothing in quiet hours.
I13: bounded make-goods, unknown is not missed. What was dispatched neither moves nor vanishes without a reason, and the
log verifies. Run it for longer with LOA_MACHINE_STEPS=100 LOA_MACHINE_EXAMPLES=200.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from scheduler_air import TEXTS, WEEKS, Air, written_text
from scheduler_cast import WEEK
from sqlmodel import select

from playlists.planning.settling import Choice
from playlists.week import TIMEZONE, Week
from scheduler.audit.entry import instant_text
from scheduler.catalogue import in_vietnamese
from scheduler.errors import NotAllowedError, NotFoundError
from scheduler.sentence import Sentence
from scheduler.store.queries import active_receivers, latest_manifests
from scheduler.store.tables import BulletinRow, IncidentRow, PlanRow, PlayRecordRow
from scheduler.usecases.add_bulletin import add_bulletin
from scheduler.usecases.day_template import copy_day
from scheduler.usecases.enrol_receiver import add_receiver, revoke_receiver
from scheduler.usecases.pin_bulletin import pin_bulletin, unpin_bulletin
from scheduler.usecases.play_now import play_now
from scheduler.usecases.publish_week import publish_week
from scheduler.usecases.verify_log import verify_station
from scheduler.usecases.week_facts import week_status
from scheduler.usecases.withdraw_bulletin import withdraw_bulletin

QUIET_FROM, QUIET_TO = time(21), time(5)
OPEN, CLOSE = (time(5, 30), time(17)), (time(6), time(17, 30))
DEADLINE = timedelta(minutes=30)
receivers = st.sampled_from(["r1", "r2", "r3", "r4", "r5"])
bulletins = st.sampled_from(["b001", "b002", "b003"])
choices = st.sampled_from([None, *Choice])
xoms = st.sampled_from(["x1", "x2"])
VERIFY_EVERY = 8


class StationWeek(RuleBasedStateMachine):
    """Two weeks of a station of two xóm, one of which has hardly room for what it wants."""

    def __init__(self) -> None:
        super().__init__()
        self.air = Air()
        self.air.settle()
        self.known: dict[str, dict[str, object]] = {}
        self.steps = 0

    def teardown(self) -> None:
        self.log_verifies()
        self.air.close()

    # What people do

    @rule(week=st.sampled_from(WEEKS))
    def publish(self, week: Week) -> None:
        if self.air.now < week.end:
            publish_week(self.air.station, week, self.air.now)
        self.air.settle()

    @rule(bulletin=bulletins, text=st.sampled_from(TEXTS))
    def edit(self, bulletin: str, text: str) -> None:
        add_bulletin(self.air.station, written_text(bulletin, text), self.air.now, replaces=bulletin)
        self.air.settle()

    @rule(bulletin=bulletins)
    def approve(self, bulletin: str) -> None:
        if self._bulletin(bulletin).state == "draft":
            self.air.approve(bulletin)
        self.air.settle()

    @rule(bulletin=bulletins)
    def withdraw(self, bulletin: str) -> None:
        if self._bulletin(bulletin).state != "withdrawn":
            withdraw_bulletin(self.air.station, bulletin, self.air.now)
        self.air.settle()

    @rule(receiver=receivers)
    def revoke(self, receiver: str) -> None:
        if receiver in self._standing():
            revoke_receiver(self.air.station, receiver, "mất", self.air.now)
        self.air.settle()

    @rule(receiver=st.sampled_from(["r4", "r5"]), xom=xoms)
    def add(self, receiver: str, xom: str) -> None:
        if receiver not in self.air.posts:
            add_receiver(self.air.station, receiver, xom, self.air.now)
            self.air.install(receiver)
        self.air.settle()

    @rule(
        bulletin=bulletins,
        day=st.integers(0, 13),
        hour=st.sampled_from([(5, 30), (5, 40), (17, 0), (21, 30)]),
        choice=choices,
    )
    def pin(self, bulletin: str, day: int, hour: tuple[int, int], choice: Choice | None) -> None:
        at = WEEK.start + timedelta(days=day, hours=hour[0], minutes=hour[1])
        if at > self.air.now:
            self._by_hand(lambda: pin_bulletin(self.air.station, bulletin, at, [], self.air.now, choice=choice))

    @rule(bulletin=bulletins)
    def unpin(self, bulletin: str) -> None:
        self._by_hand(lambda: unpin_bulletin(self.air.station, bulletin, None, [], self.air.now))

    @rule(bulletin=bulletins, choice=choices, authority=st.sampled_from([None, "Chủ tịch"]))
    def play(self, bulletin: str, choice: Choice | None, authority: str | None) -> None:
        self._by_hand(
            lambda: play_now(self.air.station, bulletin, [], None, self.air.now, choice=choice, authority=authority)
        )

    @rule(week=st.sampled_from(WEEKS), days=st.permutations(range(7)), choice=choices)
    def copy(self, week: Week, days: list[int], choice: Choice | None) -> None:
        source, target, *_ = (week.days[day] for day in days)
        if self.air.now < week.end:
            self._by_hand(lambda: copy_day(self.air.station, week, source, target, self.air.now, choice=choice))

    def _by_hand(self, place: Callable[[], object]) -> None:
        """What the station refuses, it refuses with a reason."""
        with suppress(NotAllowedError, NotFoundError):
            place()
        self.air.settle()

    @rule(xom=xoms, days=st.lists(st.integers(0, 13), max_size=6, unique=True))
    def mourn(self, xom: str, days: list[int]) -> None:
        """The silences of config.toml are just these from now on."""
        starts = [WEEK.start + timedelta(days=day) for day in sorted(days)]
        self.air.forbid([(start, start + timedelta(days=1)) for start in starts], xom)
        self.air.settle()

    # What befalls the receivers and the lines

    @rule(receiver=receivers, mode=st.sampled_from(["plays", "plays", "fails", "dead"]))
    def fare(self, receiver: str, mode: str) -> None:
        if receiver in self.air.posts:
            self.air.posts[receiver].mode = mode

    @rule(receiver=receivers, minutes=st.sampled_from([-120, -10, 0, 10, 120]))
    def receiver_clock(self, receiver: str, minutes: int) -> None:
        if receiver in self.air.posts:
            self.air.posts[receiver].offset = timedelta(minutes=minutes)

    @rule(receiver=receivers, order=st.sampled_from(["in order", "backwards", "newest", "twice"]))
    def arrive(self, receiver: str, order: str) -> None:
        post = self.air.posts.get(receiver)
        if post is None:
            return
        chosen = post.unsent[-1:] if order == "newest" else list(post.unsent)
        for payload in reversed(chosen) if order == "backwards" else chosen:
            post.send(payload)
            if order == "twice":
                post.send(payload)
        post.sent += chosen
        post.unsent = [payload for payload in post.unsent if payload not in chosen]
        self.air.settle()

    @rule(receiver=receivers)
    def arrive_again(self, receiver: str) -> None:
        if post := self.air.posts.get(receiver):
            for payload in post.sent:
                post.send(payload)
        self.air.settle()

    @rule(receiver=receivers)
    def lose(self, receiver: str) -> None:
        if post := self.air.posts.get(receiver):
            post.unsent = post.unsent[1:]

    @rule(receiver=receivers)
    def line(self, receiver: str) -> None:
        if receiver in self.air.posts:
            self.air.broker.cut(receiver)
            self.air.settle()
            self.air.broker.mend(receiver)
        self.air.settle()

    # What befalls the station

    @rule()
    def restart(self) -> None:
        self.air.restart()
        self.air.settle()

    @rule()
    def broker_forgets(self) -> None:
        self.air.broker.stop()
        self.air.broker.forget_everything()
        self.air.broker.start()
        self.air.settle()

    @rule(hours=st.sampled_from([-26, -3, 3, 26]))
    def station_clock(self, hours: int) -> None:
        self.air.now += timedelta(hours=hours)
        self.air.latest = max(self.air.latest, self.air.now)
        self.air.settle()

    @rule(hours=st.sampled_from([1, 6, 12, 24]))
    def time_passes(self, hours: int) -> None:
        self.air.let_pass(timedelta(hours=hours))

    @precondition(lambda self: self.air.now < WEEKS[0].start)
    @rule()
    def the_week_begins(self) -> None:
        self.air.let_pass(WEEKS[0].start - self.air.now + timedelta(hours=6))

    # What always holds

    @invariant()
    def the_promises_hold(self) -> None:
        self.steps += 1
        self.i3_what_counts_was_played()
        self.i7_two_slots_or_the_reason_before_the_week()
        self.i7_what_is_lost_is_told_at_once_with_its_reason()
        self.i8_nothing_outside_the_windows()
        self.i13_make_goods_are_bounded_and_for_what_was_lost()
        self.i13_missed_is_never_said_of_what_may_yet_be_proven()
        self.nothing_dispatched_moves_or_vanishes_without_a_reason()
        self.receivers_are_told_just_what_stands()
        if self.steps % VERIFY_EVERY == 0:
            self.log_verifies()

    def i3_what_counts_was_played(self) -> None:
        for week in WEEKS:
            for xom in week_status(self.air.station, week, self.air.now):
                for receiver in xom.receivers:
                    for play in receiver.plays:
                        assert play.state != "played" or (receiver.id, play.slot.id) in self.air.truth

    def i7_two_slots_or_the_reason_before_the_week(self) -> None:
        with self.air.station.store.reading() as session:
            sent = {row.week for row in session.exec(select(PlanRow)) if row.kind == "plan"}
            published = [week for week in WEEKS if str(week) in sent]
            told = {row.id for row in session.exec(select(IncidentRow)) if row.closed_at is None}
        for week in published:
            if self.air.latest < week.start:
                for xom in week_status(self.air.station, week, self.air.now):
                    if xom.planned + xom.make_good < 2:
                        assert xom.state == "impossible", (week, xom.id, xom.reason)
                        assert f"guarantee-{week}-{xom.id}" in told
                    assert xom.reason or xom.state == "met"

    def i7_what_is_lost_is_told_at_once_with_its_reason(self) -> None:
        with self.air.station.store.reading() as session:
            told = {row.id: row for row in session.exec(select(IncidentRow)) if row.kind == "guarantee"}
        for week in WEEKS:
            if week.start <= self.air.now < week.end:
                for xom in week_status(self.air.station, week, self.air.now):
                    row = told.get(f"guarantee-{week}-{xom.id}")
                    is_told = row is not None and row.closed_at is None
                    assert is_told == (xom.state in ("missed", "impossible")) or not self._sent(week), xom
                    assert row is None or row.values["reason"]

    def i8_nothing_outside_the_windows(self) -> None:
        for slot in self.air.slots():
            start, end = (datetime.fromisoformat(text).astimezone(TIMEZONE) for text in (slot.start, slot.end))
            assert start.time() < QUIET_FROM, slot
            assert end.time() > QUIET_TO, slot
            assert slot.authority or any(
                opens <= start.time() and end.time() <= closes for opens, closes in zip(OPEN, CLOSE, strict=True)
            ), slot
            assert start.date() == end.date()

    def i13_make_goods_are_bounded_and_for_what_was_lost(self) -> None:
        rows = {slot.id: slot for slot in self.air.slots()}
        standing = [slot for slot in rows.values() if slot.kind == "make_good" and slot.cancelled_at is None]
        roots = Counter(slot.makes_good for slot in standing)
        assert max(roots.values(), default=0) <= 1, "one make-good for a slot"
        counted = Counter((s.week, s.xom) for s in standing if rows[str(s.makes_good)].cancelled_at is None)
        assert max(counted.values(), default=0) <= self.air.station.config.guarantee.make_goods_per_week
        with self.air.station.store.reading() as session:
            heard = list(session.exec(select(PlayRecordRow)))
        failed = {row.slot for row in heard if row.result != "completed"}
        proven = {row.slot for row in heard if row.result == "completed"}
        for slot in (slot for slot in rows.values() if slot.kind == "make_good" and slot.cancelled_at is not None):
            late = Sentence("late proof of {slot}", slot=slot.makes_good or "").text(in_vietnamese)
            assert slot.why != late or slot.makes_good in proven, "late proof is proof"
        for slot in standing:
            lost = rows[str(slot.makes_good)]
            assert lost.kind != "make_good"
            overdue = datetime.fromisoformat(lost.end) + DEADLINE <= self.air.latest
            assert lost.cancelled_at is not None or lost.id in failed or overdue, "unknown is not missed"

    def i13_missed_is_never_said_of_what_may_yet_be_proven(self) -> None:
        for week in WEEKS:
            for xom in week_status(self.air.station, week, self.air.now):
                worst = xom.receivers[:1]
                if xom.state == "missed" and worst and self.air.now < week.end:
                    assert worst[0].count("played", "unknown", "awaited", "upcoming") < 2

    def nothing_dispatched_moves_or_vanishes_without_a_reason(self) -> None:
        rows = {slot.id: slot for slot in self.air.slots()}
        for id_, before in self.known.items():
            after = rows[id_].model_dump()
            changed = {key for key in after if after[key] != before[key]}
            assert changed <= {"cancelled_at", "why", "receivers"}, (id_, changed)
            if "cancelled_at" in changed:
                assert before["cancelled_at"] is None
                assert after["why"]
                assert after["cancelled_at"] <= after["start"], "what has begun is left alone"
            if "receivers" in changed:
                assert str(after["start"]) > instant_text(self.air.now - timedelta(hours=30))
        self.known = {id_: row.model_dump() for id_, row in rows.items()}

    def receivers_are_told_just_what_stands(self) -> None:
        with self.air.station.store.reading() as session:
            newest = latest_manifests(session)
            active = [row.id for rows in active_receivers(session).values() for row in rows]
        slots = [slot for slot in self.air.slots() if slot.start > instant_text(self.air.latest)]
        for receiver in active:
            named = set(newest[receiver].slots) if receiver in newest else set()
            stands = {slot.id for slot in slots if slot.cancelled_at is None and receiver in slot.receivers}
            assert stands <= named
            assert not named & {slot.id for slot in slots if slot.cancelled_at is not None}

    def log_verifies(self) -> None:
        assert verify_station(self.air.station).findings == ()

    def _bulletin(self, bulletin: str) -> BulletinRow:
        with self.air.station.store.reading() as session:
            return session.get_one(BulletinRow, bulletin)

    def _standing(self) -> set[str]:
        with self.air.station.store.reading() as session:
            return {row.id for rows in active_receivers(session).values() for row in rows}

    def _sent(self, week: Week) -> bool:
        return any(slot.week == str(week) for slot in self.air.slots())


def _text(instant: datetime) -> str:
    return instant_text(instant)

    return instant.astimezone(TIMEZONE).isoformat()


TestStationWeek = StationWeek.TestCase
LONG = "LOA_MACHINE_EXAMPLES" in os.environ
TestStationWeek.settings = settings(
    max_examples=int(os.environ.get("LOA_MACHINE_EXAMPLES", "8")),
    stateful_step_count=int(os.environ.get("LOA_MACHINE_STEPS", "25")),
    derandomize=not LONG,
    phases=[Phase.generate] if LONG else list(Phase),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
