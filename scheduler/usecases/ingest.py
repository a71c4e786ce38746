"""What receivers say: verify, write row and leaf in one transaction, then answer. What is not believed is kept apart.

The caller acknowledges a message to the broker only after `receive` returned, so a crash at any moment brings the
message again, and what was written before is recognised (cases A4, A5, A10).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Formatter

from sqlmodel import Session, SQLModel, col, select

from devices.protocol import topics
from devices.protocol.keys import PublicKey
from devices.protocol.messages import Offline, PlayRecord, Receipt, Report
from devices.protocol.reasons import REASONS, Refused
from devices.signing import seal
from devices.trust import accept_hello, accept_record, accept_report, accept_status
from playlists.week import TIMEZONE
from scheduler.audit.entry import instant_text
from scheduler.station import Station
from scheduler.store import outbox
from scheduler.store.log import append
from scheduler.store.queries import latest_checkpoint, latest_manifests, station_row
from scheduler.store.tables import (
    AccountRow,
    AdoptionRow,
    ContactRow,
    InboxRow,
    IncidentRow,
    PlayRecordRow,
    QuarantineRow,
    ReceiverRow,
)
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.enrol_receiver import enrol
from scheduler.usecases.renew_trust import current_trust, trust_history

QUARANTINE_LIMIT = 1000
"""Messages kept apart at most, the newest (I12)."""
PAYLOAD_KEPT = 4096
REPORTED = "reported by receiver {receiver}: {subject}: {reason} {details}"


@dataclass(frozen=True)
class Reply:
    """A message for the broker, after the transaction that caused it."""

    topic: str
    payload: bytes


def receive(station: Station, topic: str, payload: bytes, now: datetime) -> list[Reply]:
    """Take in one message of a receiver; committed when this returns. Bad messages go to quarantine, never an error."""
    with station.store.writing() as session:
        try:
            address = topics.parse(topic)
        except topics.NotOurTopic as error:
            return quarantine(session, topic, payload, error.template, error.values, now)
        receiver = session.get(ReceiverRow, address.receiver or "")
        if address.commune != station.id or address.direction != "from" or receiver is None:
            return quarantine(session, topic, payload, "no receiver of this station has this topic", {}, now)
        if receiver.revoked_at is not None:
            return quarantine(
                session, topic, payload, "the receiver was revoked on {at}", {"at": receiver.revoked_at}, now
            )
        refusal = _TAKERS[address.kind](_Message(session, station, receiver, payload, now))
        if isinstance(refusal, Refused):
            values: dict[str, str | int] = {"receiver": receiver.id, **refusal.details}
            if refusal.kind == "security":
                cause = f"{refusal.reason}-{now.astimezone(TIMEZONE):%Y-%m-%d}"
                _incident(session, "forged", receiver.id, refusal.template, values, now, cause, None)
            return quarantine(session, topic, payload, refusal.template, values, now)
        return refusal


def quarantine(
    session: Session, topic: str, payload: bytes, template: str, values: Mapping[str, object], now: datetime
) -> list[Reply]:
    """Keep a message that could not be believed, for whoever looks into it; the newest QUARANTINE_LIMIT are kept."""
    session.add(
        QuarantineRow(
            at=instant_text(now),
            topic=topic[:500],
            payload=payload[:PAYLOAD_KEPT],
            template=template,
            values={key: value if isinstance(value, int) else str(value) for key, value in values.items()},
        )
    )
    session.flush()
    newest = session.exec(select(QuarantineRow.id).order_by(col(QuarantineRow.id).desc()).limit(1)).one()
    for row in session.exec(select(QuarantineRow).where(col(QuarantineRow.id) <= (newest or 0) - QUARANTINE_LIMIT)):
        session.delete(row)
    return []


@dataclass(frozen=True)
class _Message:
    session: Session
    station: Station
    receiver: ReceiverRow
    payload: bytes
    now: datetime

    @property
    def public(self) -> PublicKey | None:
        return PublicKey.from_text(self.receiver.public) if self.receiver.public else None

    @property
    def envelope(self) -> str:
        return self.payload.decode()


_Taken = list[Reply] | Refused


def _hello(message: _Message) -> _Taken:
    session, station, receiver, now = message.session, message.station, message.receiver, message.now
    account = session.get(AccountRow, receiver.id)
    secret = bytes.fromhex(account.secret) if account and account.secret else b""
    hello = accept_hello(message.payload, station.id, receiver.id, secret=secret, known=message.public)
    if isinstance(hello, Refused):
        return hello
    if receiver.public is None:
        receiver = enrol(session, receiver, hello, now)
    contact = _seen(session, receiver.id, now)
    contact.online = True
    contact.status = {
        **contact.status,
        "manifest_version": hello.manifest_version,
        "sink": hello.sink,
        "boot": hello.boot,
    }
    outbox.again(session, now, receiver.id)
    last = latest_manifests(session).get(receiver.id)
    if last is not None and hello.manifest_version == last.version:
        outbox.answered(session, receiver.id, "manifest", last.version, now)
    if hello.manifest_version > (last.version if last else 0):
        dispatch(session, station, now)  # this database is older than what the receiver has (case D10)
    replies = [_receipt(message, receiver, contact.through)]
    trust = current_trust(station_row(session))
    if trust is not None and 0 < hello.trust_version < trust.version:
        topic = topics.missed_trust(station.id, receiver.id)
        replies = [*(Reply(topic, raw) for raw in trust_history(session, after=hello.trust_version)), *replies]
    return replies


def _status(message: _Message) -> _Taken:
    if message.public is None:
        return Refused("refused", "status", "no-proof", {})
    status = accept_status(message.payload, message.station.id, message.receiver.id, message.public)
    if isinstance(status, Refused):
        return status
    if isinstance(status, Offline):
        contact = message.session.get(ContactRow, message.receiver.id)
        if contact is not None and status.boot in ("", contact.status.get("boot")):
            contact.online = False
            message.session.add(contact)
        return []
    contact = _seen(message.session, message.receiver.id, message.now)
    contact.online = True
    offset_ms = round((status.at - message.now).total_seconds() * 1000)
    contact.status = {**status.to_json(), "clock_offset_ms": offset_ms}
    return []


def _record(message: _Message) -> _Taken:
    if message.public is None:
        return Refused("refused", "record", "no-proof", {})
    record = accept_record(message.payload, message.station.id, message.receiver.id, message.public)
    if isinstance(record, Refused):
        return record
    return _journalled(message, record.boot, record.seq, "play_record", _record_row(record, message))


def _report(message: _Message) -> _Taken:
    if message.public is None:
        return Refused("refused", "report", "no-proof", {})
    report = accept_report(message.payload, message.station.id, message.receiver.id, message.public)
    if isinstance(report, Refused):
        return report
    adopted = _MANIFEST.fullmatch(report.subject)
    if report.kind == "adopted" and adopted is None:
        return _journalled(message, report.boot, report.seq, "adoption", None)
    if report.kind == "adopted" and adopted is not None:
        version = int(adopted[1])
        outbox.answered(message.session, report.receiver, "manifest", version, message.now)
        row: SQLModel = AdoptionRow(
            receiver=report.receiver,
            version=version,
            at=instant_text(report.at),
            received_at=instant_text(message.now),
            envelope=message.envelope,
        )
        return _journalled(message, report.boot, report.seq, "adoption", row)
    return _journalled(message, report.boot, report.seq, "incident", _reported(report, message))


_MANIFEST = re.compile(r"manifest ([1-9][0-9]{0,15})", re.ASCII)
_TAKERS = {"hello": _hello, "status": _status, "record": _record, "report": _report}


def _journalled(message: _Message, boot: str, seq: int, kind: str, row: SQLModel | None) -> _Taken:
    """One entry of a receiver's journal: written once, however often it comes, and receipted up to the first gap.

    `row` is its evidence, None for an entry that proves nothing.
    """
    session, receiver = message.session, message.receiver
    contact = _seen(session, receiver.id, message.now)
    before = session.get(InboxRow, (receiver.id, seq))
    digest = _digest(message.payload)
    if before is not None and before.digest != digest:
        values: dict[str, str | int] = {"receiver": receiver.id, "seq": seq, "boot": boot}
        template = "receiver {receiver} sent entry {seq} of its journal in two forms: it may have been copied"
        _incident(session, "clone-suspected", receiver.id, template, values, message.now, digest[:16], message.envelope)
        return []
    if before is None:
        session.add(InboxRow(receiver=receiver.id, seq=seq, digest=digest))
        if row is not None:
            append(session, kind, message.now, [row])
        while session.get(InboxRow, (receiver.id, contact.through + 1)) is not None:
            contact.through += 1
    return [_receipt(message, receiver, contact.through)]


def _receipt(message: _Message, receiver: ReceiverRow, through: int) -> Reply:
    checkpoint = latest_checkpoint(message.session)
    receipt = Receipt(
        commune=message.station.id,
        receiver=receiver.id,
        keyid=receiver.keyid or "",
        through=through,
        at=message.now,
        checkpoint=checkpoint.text if checkpoint else None,
    )
    return Reply(topics.receipt(message.station.id, receiver.id), seal(receipt, message.station.keys.schedule))


def _seen(session: Session, receiver: str, now: datetime) -> ContactRow:
    contact = session.get(ContactRow, receiver)
    if contact is None:
        contact = ContactRow(receiver=receiver, last_seen="", online=True, through=0, status={})
        session.add(contact)
    contact.last_seen = instant_text(now)
    return contact


def _record_row(record: PlayRecord, message: _Message) -> PlayRecordRow:
    return PlayRecordRow(
        receiver=record.receiver,
        boot=record.boot,
        seq=record.seq,
        slot=record.slot,
        manifest_version=record.manifest_version,
        planned_start=instant_text(record.planned_start),
        start=instant_text(record.start) if record.start else None,
        end=instant_text(record.end) if record.end else None,
        played_ms=round(record.played.total_seconds() * 1000),
        samples_played=record.samples_played,
        samples_expected=record.samples_expected,
        result=record.result,
        reason=record.reason,
        load=record.load,
        sink=record.sink,
        simulated=record.simulated,
        clock=record.clock,
        clips=[*record.clips],
        received_at=instant_text(message.now),
        envelope=message.envelope,
    )


def _reported(report: Report, message: _Message) -> IncidentRow:
    who: dict[str, str | int] = {"receiver": report.receiver, "subject": report.subject}
    values = {**report.details, **who}
    template = "receiver {receiver}: {subject}: " + REASONS[report.reason][1] if report.reason in REASONS else REPORTED
    if not _fields(template) <= values.keys():
        template = REPORTED
    if template == REPORTED:
        details = ", ".join(f"{key} {value}" for key, value in sorted(report.details.items()))
        values = {**who, "reason": report.reason, "details": details}
    return IncidentRow(
        id=f"{report.receiver}-{report.seq}",
        kind=report.kind,
        subject=report.receiver,
        opened_at=instant_text(report.at),
        closed_at=None,
        template=template,
        values=values,
        envelope=message.envelope,
    )


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def _incident(
    session: Session,
    kind: str,
    subject: str,
    template: str,
    values: Mapping[str, str | int],
    now: datetime,
    cause: str,
    envelope: str | None,
) -> None:
    """One incident per cause: the same again says nothing new, and a flood of it does not fill the log (I12)."""
    identity = f"{kind}-{subject}-{cause}"
    if session.get(IncidentRow, identity) is None:
        row = IncidentRow(
            id=identity,
            kind=kind,
            subject=subject,
            opened_at=instant_text(now),
            closed_at=None,
            template=template,
            values=dict(values),
            envelope=envelope,
        )
        append(session, "incident", now, [row])


def _digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()
