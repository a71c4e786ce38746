"""Manifests: what each receiver is to play, signed by the schedule key, in the outbox with their cause."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from devices.protocol import messages, topics
from devices.signing import open_envelope, seal
from scheduler.audit.entry import instant_text, read_instant
from scheduler.station import Station
from scheduler.store import outbox
from scheduler.store.log import append
from scheduler.store.queries import (
    active_receivers,
    cancelled_before_start,
    latest_manifests,
    slots_ending_after,
    station_row,
    valid_approvals,
)
from scheduler.store.tables import ContactRow, ManifestRow, ReceiverRow, SlotRow
from scheduler.usecases.enrol_receiver import audio_base
from scheduler.usecases.renew_trust import current_trust
from scheduler.usecases.values import volume_at

VALIDITY = timedelta(days=14)
"""The longest the protocol allows: what a stolen schedule key is worth on a receiver that is cut off (case B10)."""
RENEW_BEFORE = timedelta(days=7)
HIGHEST_BELIEVED = 2**40
"""No station issues as many manifests. Whoever says so has a forged one, and only a new epoch helps it (case B12)."""


def dispatch(session: Session, station: Station, now: datetime) -> tuple[str, ...]:
    """A new manifest for each receiver whose coming slots and their volumes are not those of its last one; their ids.

    Also when the last one nears its end, or the receiver has seen a newer version than the store knows (case D10).
    """
    trust = current_trust(station_row(session))
    assert trust is not None, "a station has its trust from the start"
    coming: dict[str, list[SlotRow]] = defaultdict(list)
    for slot in slots_ending_after(session, instant_text(now)):
        for receiver in slot.receivers:
            coming[receiver].append(slot)
    dropped = cancelled_before_start(session, instant_text(now))
    approvals = {row.clip: row.envelope for row in reversed(valid_approvals(session))}
    newest = latest_manifests(session)
    sent = []
    for receivers in active_receivers(session).values():
        for receiver in receivers:
            slots = coming[receiver.id]
            last = newest.get(receiver.id)
            seen = _seen_version(session, receiver.id)
            volumes = {slot.id: volume_at(station.config.rules, read_instant(slot.start)) for slot in slots}
            if _is_current(last, volumes, dropped, seen, trust.epoch, now):
                continue
            version = max(last.version if last else 0, seen) + 1
            raw, row = _manifest(station, receiver, slots, volumes, approvals, version, trust.epoch, now)
            append(session, "manifest_issued", now, [row])
            outbox.put(
                session,
                topics.manifest(station.id, receiver.id),
                raw,
                kind="manifest",
                version=version,
                retain=True,
                receiver=receiver.id,
                now=now,
            )
            sent.append(receiver.id)
    return tuple(sorted(sent))


def _is_current(
    last: ManifestRow | None, volumes: dict[str, int], dropped: set[str], seen: int, epoch: int, now: datetime
) -> bool:
    """Whether the last manifest names the coming slots, as loud as they are to be, and no cancelled one."""
    if last is None:
        return not volumes
    if seen > last.version or last.epoch != epoch:
        return False
    named = set(last.slots)
    if not volumes.keys() <= named or named & dropped:
        return False
    if not volumes:
        return True
    return read_instant(last.expires) - now > RENEW_BEFORE and volumes.items() <= _volumes(last).items()


def _volumes(sent: ManifestRow) -> dict[str, int]:
    payload = json.loads(open_envelope(sent.envelope.encode()).payload)
    return {slot["id"]: slot.get("volume", 100) for slot in payload["slots"]}


def _seen_version(session: Session, receiver: str) -> int:
    """The version the receiver says it has, as far as that can be true."""
    contact = session.get(ContactRow, receiver)
    seen = int(contact.status.get("manifest_version", 0)) if contact else 0
    return seen if seen < HIGHEST_BELIEVED else 0


def _manifest(
    station: Station,
    receiver: ReceiverRow,
    slots: Sequence[SlotRow],
    volumes: dict[str, int],
    approvals: dict[str, str],
    version: int,
    epoch: int,
    now: datetime,
) -> tuple[bytes, ManifestRow]:
    named = {digest for slot in slots for digest in slot.items}
    manifest = messages.Manifest(
        commune=station.id,
        receiver=receiver.id,
        xom=receiver.xom,
        epoch=epoch,
        version=version,
        issued=now,
        not_before=now,
        expires=now + VALIDITY,
        audio_base=audio_base(station),
        gap=timedelta(seconds=station.config.rules.pause_s),
        slots=tuple(
            messages.Slot(
                id=slot.id,
                week=slot.week,
                start=read_instant(slot.start),
                kind="make_good" if slot.kind == "make_good" else "planned",
                items=tuple(slot.items),
                volume=volumes[slot.id],
            )
            for slot in slots
        ),
        approvals=tuple(open_envelope(approvals[digest].encode()) for digest in sorted(named) if digest in approvals),
    )
    raw = seal(manifest, station.keys.schedule)
    row = ManifestRow(
        receiver=receiver.id,
        version=version,
        epoch=epoch,
        issued=instant_text(manifest.issued),
        not_before=instant_text(manifest.not_before),
        expires=instant_text(manifest.expires),
        slots=[slot.id for slot in slots],
        envelope=raw.decode(),
    )
    return raw, row
