"""Receivers: added with an enrolment file for the installer, enrolled by their first hello, revoked in one command."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from devices.broker.accounts import new_password
from devices.protocol.keys import PublicKey
from devices.protocol.messages import Hello
from devices.receiver.enrolment import Broker, Enrolment
from scheduler.audit.entry import instant_text, read_instant
from scheduler.config import RESERVED
from scheduler.errors import ConflictError, NotFoundError, StationError
from scheduler.sections import ID_PATTERN
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import station_row
from scheduler.store.tables import AccountRow, ReceiverRow, XomRow
from scheduler.usecases.accounts import add_account, remove_account, write_broker_files
from scheduler.usecases.renew_trust import current_trust


def add_receiver(
    station: Station, receiver: str, xom: str, now: datetime, *, name: str = "", dry_run: bool = False
) -> Path:
    """One more receiver in a xóm; returns its enrolment file. Raises StationError, NotFoundError, ConflictError."""
    if re.fullmatch(ID_PATTERN, receiver) is None or receiver == RESERVED:
        raise StationError(
            "a receiver's id has 1 to 32 small letters, digits and hyphens and is not {reserved}, but {id} came",
            reserved=RESERVED,
            id=receiver,
        )
    with station.store.writing(dry_run=dry_run) as session:
        place = session.get(XomRow, xom)
        if place is None or place.removed_at is not None:
            raise NotFoundError("there is no xóm {id}; `loa xom list` shows them", id=xom)
        if session.get(ReceiverRow, receiver) is not None:
            raise ConflictError("receiver {id} exists already; choose another id", id=receiver)
        rows = add_receiver_rows(session, station, {receiver: xom}, now, name=name, dry_run=dry_run)
        append(session, "receiver_added", now, rows)
    if not dry_run:
        write_broker_files(station)
    return enrolment_path(station, receiver)


def add_receiver_rows(
    session: Session, station: Station, xom_of: Mapping[str, str], now: datetime, *, name: str = "", dry_run: bool
) -> list[ReceiverRow]:
    """The rows of new receivers, for the caller to append; accounts and enrolment files are made here."""
    trust = current_trust(station_row(session))
    roots = trust.holders("root") if trust else ()
    rows = []
    for receiver, xom in xom_of.items():
        password, secret = new_password(), secrets.token_bytes(32)
        add_account(session, receiver, "receiver", password, secret.hex())
        if not dry_run:
            _enrolment(station, receiver, xom, password, secret, roots).save(enrolment_path(station, receiver))
        at = instant_text(now)
        rows.append(
            ReceiverRow(
                id=receiver,
                name=name or receiver,
                xom=xom,
                since=at,
                earlier=[],
                added_at=at,
                enrolled_at=None,
                public=None,
                keyid=None,
                revoked_at=None,
                why=None,
            )
        )
    return rows


def revoke_receiver(station: Station, receiver: str, why: str, now: datetime, *, dry_run: bool = False) -> None:
    """The receiver's key and log-in count no longer (case F16); what it proved before stays proved."""
    with station.store.writing(dry_run=dry_run) as session:
        row = session.get(ReceiverRow, receiver)
        if row is None:
            raise NotFoundError("there is no receiver {id}; `loa receiver list` shows them", id=receiver)
        if row.revoked_at is not None:
            at = read_instant(row.revoked_at)
            raise ConflictError("receiver {id} was revoked already on {at}", id=receiver, at=at)
        remove_account(session, receiver)
        revoked = ReceiverRow(**{**row.model_dump(), "revoked_at": instant_text(now), "why": why})
        append(session, "receiver_revoked", now, [revoked])
    if not dry_run:
        enrolment_path(station, receiver).unlink(missing_ok=True)
        write_broker_files(station)


def enrol(session: Session, receiver: ReceiverRow, hello: Hello, now: datetime) -> ReceiverRow:
    """Bind the key of a proved first hello to the receiver, for good; the secret that proved it is forgotten."""
    enrolled = ReceiverRow(
        **{
            **receiver.model_dump(),
            "enrolled_at": instant_text(now),
            "public": hello.public.text,
            "keyid": hello.public.keyid,
        }
    )
    append(session, "receiver_enrolled", now, [enrolled])
    account = session.get(AccountRow, receiver.id)
    if account is not None:
        account.secret = None
        session.add(account)
    return enrolled


def enrolment_path(station: Station, receiver: str) -> Path:
    return station.enrolments / f"{receiver}.json"


def audio_base(station: Station) -> str:
    """Where receivers fetch clips."""
    audio = station.config.audio
    return audio.base_url.rstrip("/") + "/audio" if audio.base_url else f"http://{audio.host}:{audio.port}/audio"


def _enrolment(
    station: Station, receiver: str, xom: str, password: str, secret: bytes, roots: tuple[PublicKey, ...]
) -> Enrolment:
    broker = station.config.broker
    return Enrolment(
        commune=station.id,
        receiver=receiver,
        xom=xom,
        broker=Broker(broker.host, broker.port, receiver, password, broker.tls_ca),
        roots=roots,
        secret=secret,
        audio_base=audio_base(station),
        heartbeat_s=station.config.receivers.heartbeat_s,
    )
