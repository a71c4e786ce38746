"""The trust message, signed by the root key: which keys may sign what. Renewed when the settings say otherwise."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from devices.protocol import topics
from devices.protocol.codec import decode
from devices.protocol.messages import Quiet, Trust, TrustedKey
from devices.signing import open_envelope, seal
from scheduler.audit.entry import Entry, instant_text
from scheduler.errors import NotFoundError
from scheduler.station import Station
from scheduler.store.log import append, leaves_naming
from scheduler.store.outbox import put
from scheduler.store.tables import StationRow


def renew_trust(session: Session, station: Station, now: datetime) -> Trust:
    """The trust in force; a new version, for everyone, when config.toml's quiet hours or the keys differ from it.

    Raises NotAllowedError when a new version is needed and the root key is not in the station folder.
    """
    row = session.get(StationRow, station.id)
    if row is None:
        raise NotFoundError(
            "the database is not that of station {id}: station.id in config.toml changed", id=station.id
        )
    quiet = tuple(Quiet(span.start, span.end) for span in station.config.rules.quiet)
    current = current_trust(row)
    if current is not None and current.quiet == quiet:
        return current
    if current is None:
        keys = station.keys
        trusted = (
            TrustedKey("root", station.config.station.name, keys.root.public),
            TrustedKey("schedule", station.config.station.name, keys.schedule.public),
            TrustedKey("log", station.config.station.name, keys.log.public),
            TrustedKey("approver", station.config.station.leader, keys.approver().public),
        )
        trust = Trust(station.id, version=1, epoch=1, issued=now, threshold=1, keys=trusted, quiet=quiet)
    else:
        trust = replace(current, version=current.version + 1, issued=now, quiet=quiet)
    raw = seal(trust, station.keys.root)
    renewed = row.model_copy(update={"trust": raw.decode(), "updated_at": instant_text(now)})
    append(session, "trust_renewed", now, [StationRow(**renewed.model_dump())])
    put(session, topics.trust(station.id), raw, kind="trust", version=trust.version, retain=True, now=now)
    return trust


def current_trust(row: StationRow) -> Trust | None:
    """The trust in force, from the station's own database."""
    if row.trust is None:
        return None
    payload = open_envelope(row.trust.encode()).payload
    return Trust.from_json(decode(payload, limit=len(payload)))


def trust_history(session: Session, after: int) -> list[bytes]:
    """Every trust message from version `after` + 1 on, in order, as a receiver that was away needs them (case B11)."""
    found: dict[int, bytes] = {}
    for leaf in leaves_naming(session, '"trust"'):
        for row in Entry.decode(leaf).rows.get("station", ()):
            raw = row["trust"]
            if isinstance(raw, str):
                payload = open_envelope(raw.encode()).payload
                found[Trust.from_json(decode(payload, limit=len(payload))).version] = raw.encode()
    return [found[version] for version in sorted(found) if version > after]
