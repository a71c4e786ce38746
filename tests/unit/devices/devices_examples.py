"""One commune's keys and messages, the same every time: what vectors, documents and tests show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from devices.protocol.envelope import Envelope, open_envelope
from devices.protocol.messages import (
    Approval,
    Clip,
    Hello,
    Manifest,
    Message,
    Offline,
    PlayRecord,
    Quiet,
    Receipt,
    Report,
    Role,
    Slot,
    Status,
    Trust,
    TrustedKey,
)
from devices.signing import SigningKey, enrolment_proof, seal

NAMES = (
    "root-1",
    "root-2",
    "root-3",
    "schedule",
    "schedule-2",
    "approver",
    "approver-2",
    "receiver",
    "receiver-2",
    "stranger",
)
KEYS = {name: SigningKey.from_seed(bytes([number]) * 32) for number, name in enumerate(NAMES, start=1)}
SECRET = b"a secret of the enrolment, 32 B."
COMMUNE, RECEIVER = "dien-chau", "dc-07-1"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
"""Monday 23 November 2026, 00:00 in Diễn Châu."""


def trusted(role: Role, name: str) -> TrustedKey:
    return TrustedKey(role, name, KEYS[name].public)


TRUST = Trust(
    commune=COMMUNE,
    version=3,
    epoch=1,
    issued=NOW - timedelta(days=30),
    threshold=2,
    keys=(
        *(trusted("root", name) for name in ("root-1", "root-2", "root-3")),
        trusted("schedule", "schedule"),
        trusted("approver", "approver"),
    ),
    quiet=(Quiet(time(21, 0), time(5, 0)), Quiet(time(11, 30), time(13, 30))),
    revoked=frozenset({KEYS["approver-2"].keyid}),
)

NEXT_EPOCH = replace(
    TRUST,
    version=4,
    epoch=2,
    keys=(*(key for key in TRUST.keys if key.role != "schedule"), trusted("schedule", "schedule-2")),
    revoked=TRUST.revoked | {KEYS["schedule"].keyid},
)
"""After the schedule key was stolen: revoked, and another in a new epoch."""


def clip(letter: str, seconds: int) -> Clip:
    return Clip(letter * 64, seconds * 6000, seconds * 24000, 24000, timedelta(seconds=seconds))


IDENT, BULLETIN, FLOOD = clip("1", 5), clip("b", 60), clip("f", 90)


def approval(sound: Clip, title: str, **changes: object) -> Approval:
    made = Approval(
        commune=COMMUNE,
        bulletin=f"b-{sound.digest[0]}",
        title=title,
        kind="ident" if sound is IDENT else "bulletin",
        words_digest=sound.digest[::-1],
        clip=sound,
        approver="Nguyễn Thị Hoa",
        approved_at=NOW - timedelta(days=1),
        valid_from=MONDAY,
        valid_to=MONDAY + timedelta(days=7),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


IDENT_APPROVAL = approval(IDENT, "Nhạc hiệu đài xã Diễn Châu", valid_to=MONDAY + timedelta(days=365))
BULLETIN_APPROVAL = approval(BULLETIN, "Cảnh giác cuộc gọi giả danh công an")
FLOOD_APPROVAL = approval(FLOOD, "Chủ động phòng chống mưa lũ")


def sealed(message: Message, name: str) -> Envelope:
    return open_envelope(seal(message, KEYS[name]))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Local time of week 2026-W48, day 0 the Monday."""
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


MORNING = Slot("2026-W48/xom-07/1", "2026-W48", at(0, 5, 30), "planned", (IDENT.digest, BULLETIN.digest))
EVENING = Slot("2026-W48/xom-07/2", "2026-W48", at(2, 17), "planned", (IDENT.digest, BULLETIN.digest, FLOOD.digest))
MANIFEST = Manifest(
    commune=COMMUNE,
    receiver=RECEIVER,
    xom="xom-07",
    epoch=1,
    version=12,
    issued=NOW - timedelta(hours=1),
    not_before=NOW - timedelta(hours=1),
    expires=MONDAY + timedelta(days=7),
    audio_base="http://127.0.0.1:8080/audio",
    gap=timedelta(milliseconds=1500),
    slots=(MORNING, EVENING),
    approvals=(
        sealed(IDENT_APPROVAL, "approver"),
        sealed(BULLETIN_APPROVAL, "approver"),
        sealed(FLOOD_APPROVAL, "approver"),
    ),
)
RECEIPT = Receipt(COMMUNE, RECEIVER, KEYS["receiver"].keyid, 41, at(0, 5, 32), None)
HELLO = Hello(
    COMMUNE,
    RECEIVER,
    KEYS["receiver"].public,
    "7f3a",
    "loa 0.1.0",
    "alsa",
    0,
    0,
    enrolment_proof(SECRET, KEYS["receiver"].public),
)
RECORD = PlayRecord(
    commune=COMMUNE,
    receiver=RECEIVER,
    boot="7f3a",
    seq=42,
    slot=MORNING.id,
    manifest_version=12,
    planned_start=MORNING.start,
    start=MORNING.start + timedelta(milliseconds=12),
    end=MORNING.start + timedelta(seconds=66, milliseconds=512),
    played=timedelta(seconds=66, milliseconds=500),
    samples_played=1_596_000,
    samples_expected=1_596_000,
    result="completed",
    reason="",
    load="ok",
    sink="alsa",
    simulated=False,
    clock="synchronised",
    clips=MORNING.items,
)
REPORT = Report(
    COMMUNE, RECEIVER, "7f3a", 43, at(0, 6), "security", "manifest 11", "manifest-rollback", {"current": 12, "came": 11}
)
STATUS = Status(
    COMMUNE, RECEIVER, "7f3a", at(0, 6), 12, 3, EVENING.start, 0, 6_442_450_944, "synchronised", "alsa", "ok"
)
OFFLINE = Offline(COMMUNE, RECEIVER, "7f3a")

EXAMPLES: dict[str, Message] = {
    "Trust": TRUST,
    "Approval": BULLETIN_APPROVAL,
    "Manifest": replace(MANIFEST, slots=(MORNING,), approvals=MANIFEST.approvals[:2]),
    "Receipt": RECEIPT,
    "Hello": HELLO,
    "Record": RECORD,
    "Report": REPORT,
    "Status": STATUS,
    "Offline": OFFLINE,
}
"""What asyncapi.yaml and docs/protocol.md show, by the schema's name."""
