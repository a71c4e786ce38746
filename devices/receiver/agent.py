"""The receiver's agent: everything due is done in `step`, and nothing in it waits.

`Week` judges what arrives, `Supply` brings the clips, `Playout` plays, `Outbox` tells; the agent holds them
together. Work that takes time (network, downloads, decoding) is in threads behind Link, Fetcher and Player.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from devices.broker.link import Arrived, Link, LinkDown, LinkEvent, LinkUp
from devices.clock import ClockState, Reading
from devices.protocol import topics
from devices.protocol.keys import enrolment_proof
from devices.protocol.messages import Hello, Status
from devices.protocol.reasons import Refused
from devices.receiver.backoff import Backoff
from devices.receiver.cache import Cache
from devices.receiver.enrolment import Enrolment
from devices.receiver.facts import Boot
from devices.receiver.fetch import Fetcher
from devices.receiver.journal import Journal
from devices.receiver.outbox import Outbox
from devices.receiver.player import Player
from devices.receiver.playout import LONG_AGO, Playout, until
from devices.receiver.state import GRACE, Turn, turns
from devices.receiver.supply import Supply
from devices.receiver.timekeeping import BUILD, LONGEST_JUMP, Timekeeper
from devices.receiver.week import TIMELESS, Week
from devices.signing import SigningKey, seal
from devices.trust import Accepted, accept_receipt

EVENTS_AT_ONCE = 32
LONGEST_STALE = timedelta(days=14)
"""How long after the end of its newest manifest a receiver believes its clock without a newer one (C5)."""
FOR_EVER = datetime.max.replace(tzinfo=LONG_AGO.tzinfo)
LONG_AGO_S = float("-inf")


class Agent:
    """One receiver: `open`, then `step` whenever it is due or woken; `stop` to end in order, and `release`."""

    def __init__(
        self, enrolment: Enrolment, folder: Path, link: Link, player: Player, fetcher: Fetcher, software: str
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        commune, receiver = enrolment.commune, enrolment.receiver
        chance = random.Random(receiver)
        self._enrolment = enrolment
        self._link = link
        self._player = player
        self._fetcher = fetcher
        self._software = software
        self._journal = Journal(folder / "journal")
        self._key = _own_key(folder / "device.key")
        self._cache = Cache(folder / "clips")
        self._outbox = Outbox(self._journal, self._key, link, commune, receiver, chance)
        self._week = Week(folder, self._journal, commune, receiver, enrolment.roots)
        self._supply = Supply(self._cache, fetcher, enrolment.audio_base, chance)
        self._playout = Playout(commune, receiver, self._journal, self._outbox, player, self._supply, self._cache.path)
        self._timekeeper = Timekeeper()
        self._backoff = Backoff(chance)
        self._booted = False
        self._woken = True
        self._connected = False
        self._parked_receipt: bytes | None = None
        self._answered = self._journal.facts.through > 0
        self._hello_at_s: float | None = None
        self._status_at_s = LONG_AGO_S
        self._judged: tuple[Accepted | None, Accepted | None] = (None, None)
        self._turns: tuple[Turn, ...] = ()
        self._digest = ""
        self._held_since_s = LONG_AGO_S
        self._known_since: datetime | None = None

    @property
    def busy(self) -> bool:
        """Whether something is in flight that only real time resolves; a simulated clock stands still meanwhile."""
        link = self._link
        return (
            self.working
            or link.connected != self._connected
            or (link.connected and (link.unacknowledged > 0 or self._outbox.awaiting or self._hello_at_s is not None))
        )

    @property
    def working(self) -> bool:
        """Whether events wait to be taken, or a download or decoder is at work."""
        return self._woken or self._fetcher.busy or self._player.busy

    @property
    def sounding_since(self) -> Reading | None:
        """Since when a programme has been sounding."""
        return self._playout.sounding_since

    def open(self, on_event: Callable[[], None]) -> None:
        """Connect. `on_event` is called from any thread when `step` has something to do before it is due."""

        def wake() -> None:
            self._woken = True
            on_event()

        self._fetcher.open(self._cache, wake)
        for topic_filter in topics.receiver_filters(self._enrolment.commune, self._enrolment.receiver):
            self._link.subscribe(topic_filter)
        self._link.open(wake)

    def step(self, now: Reading) -> datetime | None:
        """Do all that is due; returns when to call again, if nothing wakes before. Raises JournalFailed: then end."""
        self._woken = False
        if not self._booted:
            self._boot(now)
        state = self._state(now)
        for _ in range(EVENTS_AT_ONCE):
            event = self._link.take()
            if event is None:
                break
            self._take(event, now, state)
        else:
            self._woken = True
        now = replace(now, state=self._state(now))
        if now.state != "unknown":
            self._week.advance(now.wall)
            if state == "unknown":
                self._adopt(self._week.retry(now.wall), now)
        self._refresh(now)
        for failure in self._supply.step(now.monotonic_s):
            details: dict[str, str | int] = {"problem": failure.problem[:500]}
            self._outbox.report("fault", f"clip {failure.digest}", failure.reason, details, now)
        due = self._play(now)
        for notice in self._week.notices:
            self._outbox.report(notice.kind, notice.subject, notice.reason, notice.details, now)
        self._week.notices.clear()
        self._greet(now)
        self._beat(now)
        self._outbox.send(now.monotonic_s)
        return self._next(due, now)

    def stop(self, now: Reading) -> None:
        """End the sound in order and send what is left; the journal keeps what does not arrive."""
        self._playout.stop(now)
        self._outbox.send(now.monotonic_s)

    def release(self) -> None:
        """Give back threads, processes, files and the folder, as the end of a process does. Writes nothing."""
        self._player.stop()
        self._fetcher.close()
        self._link.close()
        self._journal.close()

    def _boot(self, now: Reading) -> None:
        journal = self._journal
        self._booted = True
        self._held_since_s = now.monotonic_s
        self._digest = "" if journal.facts.current is None else journal.facts.current.digest
        journal.append(Boot(journal.facts.boot + 1, now.wall.isoformat()))
        self._outbox.fill_gaps(now.wall)
        self._playout.recover(self._state(now))
        if journal.torn:
            self._outbox.report("fault", "journal", "entry-torn", {"bytes": journal.torn}, now)
        if journal.damaged:
            self._outbox.report("fault", "journal", "entries-damaged", {"lines": journal.damaged}, now)

    def _state(self, now: Reading) -> ClockState:
        """The clock's state, as far as journal and signatures let it be (C4, C5)."""
        signed = [accepted.manifest for accepted in (self._week.current, self._week.upcoming) if accepted is not None]
        earliest = max((manifest.issued for manifest in signed), default=BUILD)
        if self._week.trust is not None:
            earliest = max(earliest, self._week.trust.issued)
        if latest_start := self._journal.facts.latest:
            earliest = max(earliest, datetime.fromisoformat(latest_start))
        latest = max((manifest.expires + LONGEST_STALE for manifest in signed), default=FOR_EVER)
        return self._timekeeper.judge(now, earliest - LONGEST_JUMP, latest)

    def _take(self, event: LinkEvent, now: Reading, state: ClockState) -> None:
        match event:
            case LinkUp():
                self._connected = True
                self._outbox.connected()
                self._backoff.reset()
                self._hello_at_s = now.monotonic_s
                self._status_at_s = now.monotonic_s
            case LinkDown():
                self._connected = False
            case Arrived():
                if event.payload:
                    self._receive(event, now, state)
                self._link.acknowledge(event)

    def _receive(self, arrived: Arrived, now: Reading, state: ClockState) -> None:
        wall = TIMELESS if state == "unknown" else now.wall
        match topics.parse(arrived.topic).kind:
            case "trust":
                trust = self._week.receive_trust(arrived.payload)
                if trust is None:
                    return
                self._outbox.report("adopted", f"trust {trust.version}", "adopted", {"version": trust.version}, now)
                self._adopt(self._week.retry(wall), now)
                parked, self._parked_receipt = self._parked_receipt, None
                if parked is not None:
                    self._receipt(parked, now)
            case "manifest":
                self._adopt(self._week.receive_manifest(arrived.payload, wall), now)
            case "receipt":
                self._receipt(arrived.payload, now)

    def _adopt(self, accepted: Accepted | None, now: Reading) -> None:
        if accepted is None:
            return
        floor = accepted.floor
        details: dict[str, str | int] = {"epoch": floor.epoch, "version": floor.version, "digest": floor.digest}
        self._outbox.report("adopted", f"manifest {floor.version}", "adopted", details, now)
        self._timekeeper.confirm(now, accepted.manifest.issued)

    def _receipt(self, raw: bytes, now: Reading) -> None:
        if self._week.trust is None:
            self._parked_receipt = raw
            return
        receipt = accept_receipt(raw, self._week.trust, self._enrolment.receiver, self._key.keyid)
        if isinstance(receipt, Refused):
            self._week.notices.append(receipt)
            return
        self._answered, self._hello_at_s = True, None
        self._timekeeper.confirm(now, receipt.at)
        self._outbox.receipt(receipt.through)

    def _refresh(self, now: Reading) -> None:
        """After a change of the week: which slots it has, which clips it needs, since when it is known."""
        week = self._week
        if self._judged == (week.current, week.upcoming):
            return
        self._judged = (week.current, week.upcoming)
        self._supply.need(week.clips(LONG_AGO if now.state == "unknown" else now.wall - GRACE))
        self._turns = () if week.current is None else turns(week.current)
        digest = "" if week.current is None else week.current.floor.digest
        if digest != self._digest:
            self._digest, self._held_since_s, self._known_since = digest, now.monotonic_s, None

    def _play(self, now: Reading) -> datetime | None:
        """Play what is due, while the clock is known and the manifest in force."""
        accepted, trust = self._week.current, self._week.trust
        if accepted is None or trust is None or now.state == "unknown":
            self._known_since = None
            return self._playout.follow(now)
        manifest = accepted.manifest
        if not manifest.not_before <= now.wall < manifest.expires:
            due = self._playout.follow(now)
            return due if now.wall >= manifest.not_before else min(due or FOR_EVER, manifest.not_before)
        if self._known_since is None:
            self._known_since = now.wall
        held = timedelta(seconds=now.monotonic_s - self._held_since_s)
        present = min(self._known_since, now.wall - held)
        return self._playout.play(manifest, self._turns, trust.quiet, present, now)

    def _greet(self, now: Reading) -> None:
        """Say hello, after every connection until the station answers with a receipt."""
        if not self._connected or self._hello_at_s is None or now.monotonic_s < self._hello_at_s:
            return
        enrolment, newest, trust = self._enrolment, self._week.newest, self._week.trust
        hello = Hello(
            commune=enrolment.commune,
            receiver=enrolment.receiver,
            public=self._key.public,
            boot=self._outbox.boot,
            software=self._software,
            sink=self._player.sink,
            manifest_version=0 if newest is None else newest.version,
            trust_version=0 if trust is None else trust.version,
            proof=None if self._answered else enrolment_proof(enrolment.secret, self._key.public),
        )
        if self._link.publish(topics.hello(enrolment.commune, enrolment.receiver), seal(hello, self._key)):
            self._hello_at_s = now.monotonic_s + self._backoff.next_s()

    def _beat(self, now: Reading) -> None:
        """The heartbeat: how this receiver is."""
        if not self._connected or now.monotonic_s < self._status_at_s:
            return
        enrolment, newest, trust = self._enrolment, self._week.newest, self._week.trust
        self._status_at_s = now.monotonic_s + enrolment.heartbeat_s
        settled = self._journal.facts.settled
        ahead = (turn.slot.start for turn in self._turns if turn.slot.start > now.wall and turn.slot.id not in settled)
        status = Status(
            commune=enrolment.commune,
            receiver=enrolment.receiver,
            boot=self._outbox.boot,
            at=now.wall,
            manifest_version=0 if newest is None else newest.version,
            trust_version=0 if trust is None else trust.version,
            next_slot=next(ahead, None),
            clips_missing=self._supply.missing,
            disk_free=self._cache.free(),
            clock=now.state,
            sink=self._player.sink,
            load=self._playout.load,
        )
        self._link.publish(topics.status(enrolment.commune, enrolment.receiver), seal(status, self._key))

    def _next(self, due: datetime | None, now: Reading) -> datetime | None:
        """The earliest of what waits."""
        if self._woken:
            return now.wall
        waits = [self._supply.due_s(), self._outbox.due_s()]
        if self._connected:
            waits += [self._hello_at_s, self._status_at_s]
        walls = [now.wall + until(at_s, now) for at_s in waits if at_s is not None]
        upcoming = self._week.upcoming
        if upcoming is not None and now.state != "unknown":
            walls.append(upcoming.manifest.not_before)
        return min([*walls, *([] if due is None else [due])], default=None)


def _own_key(path: Path) -> SigningKey:
    """The key made on this device at its first start; it never leaves it."""
    return SigningKey.load(path) if path.exists() else SigningKey.create(path)
