"""Approve a bulletin: a named person signs its words and its sound, with the approver's own key (promise I1)."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from devices.protocol import messages
from devices.signing import SigningKey, seal
from playlists.clip import Clip
from playlists.week import midnight
from scheduler.audit.entry import instant_text
from scheduler.errors import ConflictError, NotAllowedError
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import bulletin_row, clip_rows, station_row, valid_approvals
from scheduler.store.tables import ApprovalRow, BulletinRow
from scheduler.usecases.renew_trust import current_trust
from scheduler.usecases.values import bulletin_value, clip_row, clip_value
from scheduler.usecases.vocabulary import vocabulary
from scheduler.usecases.voice_bulletin import StationSound, sound_digest, spoken_by, station_sound

SOUNDS_VALID = timedelta(days=366)
"""How long the approval of ident and sign-off holds."""
RENEW_BEFORE = timedelta(days=60)


@dataclass(frozen=True)
class Approved:
    """What was signed: the bulletin, and the ident and sign-off where they had no approval that holds."""

    bulletin: BulletinRow
    approver: str
    keyid: str
    sounds: tuple[StationSound, ...]


def approve_bulletin(
    station: Station,
    bulletin_id: str,
    approver: str,
    key: SigningKey,
    now: datetime,
    *,
    seen_clip: str | None = None,
    dry_run: bool = False,
) -> Approved:
    """Sign words and sound of a rendered draft. `seen_clip` is the clip that the approver heard.

    Raises NotFoundError; NotAllowedError for a key that is no approver's; ConflictError when it has no sound yet, when
    it changed since it was heard, or is withdrawn.
    """
    sounds = _unapproved_sounds(station, now)
    with station.store.writing(dry_run=dry_run) as session:
        _check_key(session, key)
        row = bulletin_row(session, bulletin_id)
        if row.state != "draft":
            raise ConflictError("bulletin {id} is {state}: expected a draft", id=row.id, state=Sentence(row.state))
        clip = None if row.clip is None else clip_value(clip_rows(session, [row.clip])[row.clip])
        if clip is None or not clip.path(station.audio).is_file():
            raise ConflictError(
                "bulletin {id} has no sound yet: render and hear it first, with `loa bulletin preview {id}`", id=row.id
            )
        _check_size(clip, row.id)
        if seen_clip is not None and seen_clip != row.clip:
            raise ConflictError("bulletin {id} changed after it was heard; hear it again", id=row.id)
        bulletin = bulletin_value(row)
        approved = BulletinRow(**{**row.model_dump(), "state": "approved", "updated_at": instant_text(now)})
        message = _message(
            station, clip, "bulletin", bulletin.id, bulletin.title, bulletin.digest, approver, now,
            midnight(bulletin.valid_from), midnight(bulletin.valid_to + timedelta(days=1)),
        )  # fmt: skip
        append(session, "bulletin_approved", now, [approved, _row(message, key)])
        for sound in sounds:
            message = _message(
                station, sound.clip, sound.kind, sound.kind, sound.text[:200], sound.digest, approver, now,
                now, now + SOUNDS_VALID,
            )  # fmt: skip
            rows = [clip_row(sound.clip, spoken_by=spoken_by(sound.spoken), at=now), _row(message, key)]
            append(session, "sound_approved", now, rows)
    return Approved(approved, approver, key.keyid, sounds)


def _check_size(clip: Clip, bulletin: str) -> None:
    """What no receiver takes is not signed (case E3)."""
    if clip.size > messages.MAX_CLIP_BYTES or clip.duration > messages.MAX_CLIP_DURATION:
        raise ConflictError(
            "bulletin {id} has {minutes:.0f} minutes and {mb:.1f} MB of sound, but receivers take at most "
            "{most_minutes:.0f} minutes and {most_mb:.1f} MB; cut it into several bulletins",
            id=bulletin,
            minutes=clip.duration / timedelta(minutes=1),
            mb=clip.size / 1_000_000,
            most_minutes=messages.MAX_CLIP_DURATION / timedelta(minutes=1),
            most_mb=messages.MAX_CLIP_BYTES / 1_000_000,
        )


def _check_key(session: Session, key: SigningKey) -> None:
    trust = current_trust(station_row(session))
    if trust is None or key.public not in trust.holders("approver"):
        raise NotAllowedError(
            "the key {keyid} is not an approver's key of this station: expected the leader's key", keyid=key.keyid[:16]
        )


def _unapproved_sounds(station: Station, now: datetime) -> tuple[StationSound, ...]:
    """The ident and the sign-off of config.toml, rendered, unless an approval of just these holds for long enough."""
    until = instant_text(now + RENEW_BEFORE)
    with station.store.reading() as session:
        holding = {(row.kind, row.words_digest) for row in valid_approvals(session) if row.valid_to > until}
        words = vocabulary(session)
    wanted = [("ident", station.config.sound.ident), ("sign_off", station.config.sound.sign_off)]
    return tuple(
        station_sound(station, kind, text, words)
        for kind, text in wanted
        if (kind, sound_digest(station, text, words)) not in holding
    )


def _message(
    station: Station,
    clip: Clip,
    kind: str,
    bulletin: str,
    title: str,
    words_digest: str,
    approver: str,
    now: datetime,
    valid_from: datetime,
    valid_to: datetime,
) -> messages.Approval:
    return messages.Approval(
        commune=station.id,
        bulletin=bulletin,
        title=title,
        kind="ident" if kind == "ident" else "sign_off" if kind == "sign_off" else "bulletin",
        words_digest=words_digest,
        clip=messages.Clip(clip.digest, clip.size, clip.samples, clip.rate, clip.duration, clip.codec),
        approver=approver,
        approved_at=now,
        valid_from=valid_from.astimezone(UTC),
        valid_to=valid_to.astimezone(UTC),
    )


def _row(message: messages.Approval, key: SigningKey) -> ApprovalRow:
    envelope = seal(message, key)
    return ApprovalRow(
        envelope_digest=hashlib.sha256(envelope).hexdigest(),
        bulletin=message.bulletin,
        kind=message.kind,
        clip=message.clip.digest,
        words_digest=message.words_digest,
        approver=message.approver,
        keyid=key.keyid,
        approved_at=instant_text(message.approved_at),
        valid_from=instant_text(message.valid_from),
        valid_to=instant_text(message.valid_to),
        withdrawn_at=None,
        envelope=envelope.decode(),
    )
