"""The station on duty: takes what arrives, sends what is due, keeps the week. One step at a time; `now` is an argument.

The loop calls `step` each second and whenever something arrives; the rehearsal of a week calls it with a simulated now.
What is due is read from the store, so a restart at any point loses nothing.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from devices.broker.link import Arrived, Link, LinkDown, LinkUp
from devices.protocol import topics
from playlists.week import Week
from scheduler.config import load_config
from scheduler.errors import ConfigError, NotAllowedError, StationError
from scheduler.station import Station
from scheduler.store import outbox
from scheduler.store.log import read_frontier
from scheduler.store.pulse import beat
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.hopeless import Hopeless
from scheduler.usecases.ingest import quarantine, receive
from scheduler.usecases.keep_week import keep_week
from scheduler.usecases.lift_slots import lift_slots
from scheduler.usecases.renew_trust import renew_trust
from scheduler.usecases.seal_log import is_unsealed, seal_log
from scheduler.usecases.tell_guarantee import past_weeks, tell_guarantee
from scheduler.usecases.watch_receivers import watch_receivers

SEAL_EVERY = timedelta(minutes=1)
RENEW_EVERY = timedelta(hours=1)
SET_BACK = timedelta(minutes=1)
"""A clock that is only drawn along goes back by less."""
TAKEN_AT_ONCE = 200
"""Messages between two looks at the clock, so that a flood of them cannot keep the week waiting (I12)."""

log = logging.getLogger(__name__)


class StationService:
    """Everything the station does by itself. Not thread-safe: one thread steps it."""

    def __init__(self, station: Station, link: Link, now: datetime) -> None:
        self._station = station
        self._link = link
        self._listening_since = now
        self._review_at = now
        self._reviewed = -1
        self._hopeless = Hopeless()
        self._stepped_at = now
        self._seal_at: datetime | None = now
        self._renew_at = now
        self._silence_at: datetime | None = now
        self._config_stamp = self._stamp()

    def step(self, now: datetime) -> datetime:
        """Do everything that is due; returns when to step again, at the latest."""
        self._mind_the_clock(now)
        self._reread_config(now)
        arrived = self._take(now)
        self._keep(now)
        if now >= self._renew_at:
            with self._station.store.writing() as session:
                renew_trust(session, self._station, now)
                dispatch(session, self._station, now)
                tell_guarantee(session, self._station, past_weeks(session, self._station, now), now)
            self._renew_at = min(now + RENEW_EVERY, Week.of(now).end)
        self._watch(now, arrived)
        self._send(now)
        self._seal(now)
        return self._next(now)

    @property
    def busy(self) -> bool:
        """Whether the broker still owes an answer to something sent."""
        return self._link.unacknowledged > 0

    def prove_alive(self, now: datetime) -> None:
        """Commit a sign of life: raises what the disk or the database has to say (cases D6, D7)."""
        with self._station.store.writing() as session:
            beat(session, now)

    def waiting_for(self) -> set[str]:
        """Receivers that have not yet answered what was sent to them."""
        with self._station.store.reading() as session:
            return {row.receiver for row in outbox.waiting(session) if row.receiver is not None}

    def _mind_the_clock(self, now: datetime) -> None:
        """When the clock was set back, what was due later is due now, or it would wait for as long as the step."""
        if now < self._stepped_at - SET_BACK:
            self._listening_since = now
            self._review_at = self._renew_at = self._seal_at = self._silence_at = now
            with self._station.store.writing() as session:
                outbox.again(session, now)
        self._stepped_at = now

    def _keep(self, now: datetime) -> None:
        """Look at the week when it is due, and whenever the log grew: a record came in, or a command was given."""
        with self._station.store.reading() as session:
            grown = read_frontier(session).size != self._reviewed
        if grown or now >= self._review_at:
            with self._station.store.writing() as session:
                self._review_at = keep_week(session, self._station, now, self._hopeless)
                self._reviewed = read_frontier(session).size

    def _stamp(self) -> int:
        return (self._station.folder / "config.toml").stat().st_mtime_ns

    def _reread_config(self, now: datetime) -> None:
        """A changed config.toml holds at once: what it no longer allows is taken back, and make-goods keep to it."""
        stamp = self._stamp()
        if stamp == self._config_stamp:
            return
        self._config_stamp = stamp
        try:
            changed = replace(self._station, config=load_config(self._station.folder, self._station.extra_config))
            with changed.store.writing() as session:
                renew_trust(session, changed, now)
                lift_slots(session, changed, now)
                dispatch(session, changed, now)
        except (ConfigError, NotAllowedError) as error:
            log.error("config.toml was changed and cannot be used, the one before stays in force: %s", error)
            return
        self._station = changed

    def _take(self, now: datetime) -> bool:
        arrived = False
        for _ in range(TAKEN_AT_ONCE):
            event = self._link.take()
            if event is None:
                break
            if isinstance(event, LinkUp):
                self._listening_since = now
                with self._station.store.writing() as session:
                    outbox.again(session, now)
            elif isinstance(event, LinkDown):
                log.warning("the broker is out of reach: %s", event.reason)
            else:
                self._receive(event, now)
                arrived = True
        return arrived

    def _receive(self, message: Arrived, now: datetime) -> None:
        """One message: committed, then acknowledged, then answered. A poison message stops nothing (case A6)."""
        try:
            replies = receive(self._station, message.topic, message.payload, now)
        except StationError:
            raise  # the database is locked, full or damaged: the message is good, and comes again (cases D6, D8)
        except Exception as error:
            log.exception("a message on %s could not be taken in", message.topic)
            with self._station.store.writing() as session:
                template = "taking it in failed: {error}"
                quarantine(session, message.topic, message.payload, template, {"error": repr(error)}, now)
            replies = []
        self._link.acknowledge(message)
        for reply in replies:
            self._link.publish(reply.topic, reply.payload)

    def _send(self, now: datetime) -> None:
        if not self._link.connected:
            return
        with self._station.store.reading() as session:
            if not outbox.due(session, now):
                return
        with self._station.store.writing() as session:
            for row in outbox.due(session, now):
                if not self._link.publish(row.topic, row.payload, retain=row.retain):
                    return
                outbox.published(session, row, now)

    def _watch(self, now: datetime, arrived: bool) -> None:
        if not self._link.connected:
            self._listening_since = now
        elif arrived or (self._silence_at is not None and now >= self._silence_at):
            silent_after = timedelta(seconds=self._station.config.receivers.silent_after_s)
            with self._station.store.writing() as session:
                self._silence_at = watch_receivers(session, silent_after, self._listening_since, now)

    def _seal(self, now: datetime) -> None:
        """Sign the log's head a while after it grew, so that many entries share one signature."""
        if self._seal_at is None:
            with self._station.store.reading() as session:
                grown = is_unsealed(session)
            self._seal_at = now + SEAL_EVERY if grown else None
        elif now >= self._seal_at:
            self._seal_at = None
            text = seal_log(self._station)
            if text is not None:
                self._link.publish(topics.checkpoint(self._station.id), text.encode(), retain=True)

    def _next(self, now: datetime) -> datetime:
        times = [self._review_at, self._renew_at]
        if self._seal_at is not None:
            times.append(self._seal_at)
        if self._silence_at is not None and self._link.connected:
            times.append(self._silence_at)
        if self._link.connected:
            with self._station.store.reading() as session:
                waiting = outbox.next_due(session)
            if waiting is not None:
                times.append(waiting)
        return max(now, min(times))
