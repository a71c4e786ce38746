"""What the receiver has to tell: signed into the journal first, sent in order, again and again until its receipt.

Rule 4 of shared/faults.md: the journal is the queue, so nothing depends on the broker surviving (A1, A8).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from devices.broker.link import Link
from devices.clock import Reading
from devices.protocol import topics
from devices.protocol.codec import decode
from devices.protocol.envelope import open_envelope
from devices.protocol.messages import PlayRecord, Report
from devices.protocol.messages.report import ReportKind
from devices.receiver.backoff import Backoff
from devices.receiver.facts import Filed, Through
from devices.receiver.journal import Journal
from devices.signing import SigningKey, seal

WINDOW = 50
"""How many entries may wait for a receipt on one connection before more are sent."""
REPORTS_AT_ONCE = 30
REPORT_EVERY_S = 120.0
REPORTS_KEPT = 1000
"""Reports that wait in the journal beyond which no more are made: records come first (I12)."""


class Outbox:
    """Files records and reports of one boot, and sends what is pending. Times are monotonic seconds."""

    def __init__(
        self, journal: Journal, key: SigningKey, link: Link, commune: str, receiver: str, chance: random.Random
    ) -> None:
        self._journal = journal
        self._key = key
        self._link = link
        self._commune = commune
        self._receiver = receiver
        self._backoff = Backoff(chance)
        self._sent = 0
        self._resend_at: float | None = None
        self._budget = float(REPORTS_AT_ONCE)
        self._budget_at: float | None = None
        self._suppressed = 0
        self._told: dict[tuple[str, str, str], None] = {}

    @property
    def awaiting(self) -> bool:
        """Whether something was filed that the station has not signed for."""
        return bool(self._journal.facts.pending)

    @property
    def boot(self) -> str:
        return str(self._journal.facts.boot)

    def record(self, record: PlayRecord) -> None:
        """File a play record; its `boot` and `seq` are given here."""
        self._file(replace(record, boot=self.boot, seq=self._journal.facts.seq + 1), record.slot)

    def report(
        self, kind: ReportKind, subject: str, reason: str, details: Mapping[str, str | int], now: Reading
    ) -> None:
        """File a report, unless this boot has told the same before or too much of late; the count of those not made
        goes with the next one (B16, F11)."""
        same = (subject, reason, repr(sorted(details.items())))
        if kind != "adopted":
            if same in self._told:
                return
            if not self._may_report(now.monotonic_s):
                self._suppressed += 1
                return
        self._told[same] = None
        if len(self._told) > 256:
            del self._told[next(iter(self._told))]
        more: dict[str, str | int] = {"suppressed": self._suppressed} if self._suppressed else {}
        self._suppressed = 0
        self._file(self._made(kind, subject, reason, {**details, **more}, now.wall, self._journal.facts.seq + 1), "")

    def fill_gaps(self, at: datetime) -> None:
        """File a report for every number whose entry a bad disk has lost: the station waits for each of them (D4)."""
        for seq in self._journal.facts.missing:
            self._file(self._made("fault", "journal", "entry-lost", {"seq": seq}, at, seq), "")

    def send(self, now_s: float) -> None:
        """Send what is pending and was not sent on this connection, in order, as far as the window reaches."""
        if not self._link.connected:
            return
        facts = self._journal.facts
        if self._resend_at is not None and now_s >= self._resend_at:
            self._sent, self._resend_at = facts.through, None
        for seq in sorted(facts.pending):
            if seq <= self._sent:
                continue
            filed = facts.pending[seq]
            topic = topics.record if filed.kind == "record" else topics.report
            if seq > facts.through + WINDOW or not self._link.publish(
                topic(self._commune, self._receiver), filed.envelope.encode()
            ):
                break
            self._sent = seq
        if facts.pending and self._resend_at is None:
            self._resend_at = now_s + self._backoff.next_s()

    def connected(self) -> None:
        """A new connection: everything pending is to be sent again."""
        self._sent, self._resend_at = 0, None
        self._backoff.reset()

    def receipt(self, through: int) -> None:
        """The station has signed for everything up to `through`.

        If that is more than this journal ever gave, its card has lost it: go on above, and give what is pending anew.
        """
        facts = self._journal.facts
        if through <= facts.through:
            return
        if through > facts.seq:
            for seq, filed in enumerate(list(facts.pending.values()), start=through + 1):
                self._file(_renumbered(filed, seq), filed.slot)
        self._journal.append(Through(through))
        self._backoff.reset()
        self._resend_at = None

    def due_s(self) -> float | None:
        """When `send` is to be called next, if nothing happens before."""
        return self._resend_at if self.awaiting and self._link.connected else None

    def _may_report(self, now_s: float) -> bool:
        if self._budget_at is not None:
            passed = max(0.0, now_s - self._budget_at)
            self._budget = min(REPORTS_AT_ONCE, self._budget + passed / REPORT_EVERY_S)
        self._budget_at = now_s
        if self._budget < 1 or len(self._journal.facts.pending) >= REPORTS_KEPT:
            return False
        self._budget -= 1
        return True

    def _made(
        self, kind: ReportKind, subject: str, reason: str, details: Mapping[str, str | int], at: datetime, seq: int
    ) -> Report:
        return Report(self._commune, self._receiver, self.boot, seq, at, kind, subject, reason, details)

    def _file(self, message: PlayRecord | Report, slot: str) -> None:
        envelope = seal(message, self._key).decode()
        self._journal.append(Filed(message.seq, message.KIND, slot, envelope))


def _renumbered(filed: Filed, seq: int) -> PlayRecord | Report:
    value = decode(open_envelope(filed.envelope.encode()).payload)
    message = PlayRecord.from_json(value) if filed.kind == PlayRecord.KIND else Report.from_json(value)
    return replace(message, seq=seq)
