"""A small station's evidence with real signatures: what the audit's tests tamper with."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from devices.protocol.envelope import open_envelope
from devices.protocol.messages import Approval, Clip, Manifest, PlayRecord, Report, Slot, Trust, TrustedKey
from devices.signing import SigningKey, seal
from scheduler.audit.checkpoint import make_checkpoint
from scheduler.audit.entry import Entry, instant_text
from scheduler.audit.fold import fold
from scheduler.audit.merkle import leaf_hash, root
from scheduler.audit.verify import verify_log

MONDAY = datetime(2026, 11, 22, 17, tzinfo=UTC)
"""Monday 00:00 of 2026-W48 in Vietnam."""
ORIGIN = "loa/dien-chau"
ROOT_KEY, SCHEDULE, APPROVER, LOG, R1, R2, THIEF = (SigningKey.from_seed(bytes([n]) * 32) for n in range(1, 8))
DIGEST = sha256(b"clip").hexdigest()
CLIP = Clip(DIGEST, 480_000, 2_400_000, 24_000, timedelta(seconds=100))


def log_sign(body: bytes) -> bytes:
    return LOG._private.sign(body)


@dataclass
class Evidence:
    """What an inspector is handed. `checkpoints` and `witness` hold one after each of `signed_at`."""

    leaves: list[bytes] = field(default_factory=list)
    checkpoints: list[str] = field(default_factory=list)

    def append(self, kind, at, **rows):
        self.leaves.append(Entry(len(self.leaves), at, kind, rows).encode())

    def sign(self, key=log_sign, public=LOG.public.raw):
        size = len(self.leaves)
        self.checkpoints.append(make_checkpoint(ORIGIN, size, root([leaf_hash(x) for x in self.leaves]), key, public))

    def rows(self):
        return {table: [dict(row) for row in rows.values()] for table, rows in fold(self.leaves).items()}

    def findings(self, *, leaves=None, checkpoints=None, rows=None, witness=None, hashes=None):
        return verify_log(
            self.leaves if leaves is None else leaves,
            self.checkpoints if checkpoints is None else checkpoints,
            ORIGIN,
            LOG.public.raw,
            self.rows() if rows is None else rows,
            self.checkpoints if witness is None else witness,
            hashes,
        )


def trust():
    keys = (("root", ROOT_KEY), ("schedule", SCHEDULE), ("approver", APPROVER), ("log", LOG))
    return Trust(
        commune="dien-chau",
        version=1,
        epoch=1,
        issued=MONDAY - timedelta(days=3),
        threshold=1,
        keys=tuple(TrustedKey(role, role, key.public) for role, key in keys),
    )


def station_row(**changes):
    return {
        "id": "dien-chau",
        "name": "Đài xã Diễn Châu",
        "commune": "Diễn Châu",
        "province": "Nghệ An",
        "simulated": False,
        "required": 2,
        "record_deadline_s": 1800,
        "evidence_days": 14,
        "make_goods_per_week": 3,
        "log_origin": ORIGIN,
        "log_public": LOG.public.text,
        "trust": seal(trust(), ROOT_KEY).decode(),
        "updated_at": instant_text(MONDAY),
        **changes,
    }


def receiver_row(name, key, **changes):
    return {
        "id": name,
        "name": name.upper(),
        "xom": "x01",
        "since": instant_text(MONDAY - timedelta(days=2)),
        "earlier": [],
        "added_at": instant_text(MONDAY - timedelta(days=2)),
        "enrolled_at": instant_text(MONDAY - timedelta(days=2)),
        "public": key.public.text,
        "keyid": key.keyid,
        "revoked_at": None,
        "why": None,
        **changes,
    }


def approval_row():
    approval = Approval(
        commune="dien-chau",
        bulletin="b1",
        title="Định danh điện tử",
        kind="bulletin",
        words_digest=sha256(b"words").hexdigest(),
        clip=CLIP,
        approver="Chủ tịch",
        approved_at=MONDAY - timedelta(days=1),
        valid_from=MONDAY,
        valid_to=MONDAY + timedelta(days=7),
    )
    envelope = seal(approval, APPROVER)
    return {
        "envelope_digest": sha256(envelope).hexdigest(),
        "bulletin": "b1",
        "kind": "bulletin",
        "clip": DIGEST,
        "words_digest": approval.words_digest,
        "approver": "Chủ tịch",
        "keyid": APPROVER.keyid,
        "approved_at": instant_text(approval.approved_at),
        "valid_from": instant_text(MONDAY),
        "valid_to": instant_text(MONDAY + timedelta(days=7)),
        "withdrawn_at": None,
        "envelope": envelope.decode(),
    }


def slot_row(name, hours, **changes):
    start = MONDAY + timedelta(hours=hours)
    return {
        "id": name,
        "xom": "x01",
        "week": "2026-W48",
        "start": instant_text(start),
        "end": instant_text(start + timedelta(seconds=100)),
        "kind": "planned",
        "makes_good": None,
        "campaign": True,
        "bulletins": ["b1"],
        "items": [DIGEST],
        "receivers": ["r1", "r2"],
        "plan_revision": 1,
        "authority": None,
        "cancelled_at": None,
        "why": None,
        **changes,
    }


def manifest_row(receiver, slots, approval, key=SCHEDULE):
    manifest = Manifest(
        commune="dien-chau",
        receiver=receiver,
        xom="x01",
        epoch=1,
        version=1,
        issued=MONDAY - timedelta(hours=5),
        not_before=MONDAY - timedelta(hours=5),
        expires=MONDAY + timedelta(days=7),
        audio_base="http://127.0.0.1:8080/audio",
        gap=timedelta(seconds=2),
        slots=tuple(
            Slot(row["id"], row["week"], datetime.fromisoformat(row["start"]), row["kind"], tuple(row["items"]))
            for row in slots
        ),
        approvals=(open_envelope(approval["envelope"].encode()),),
    )
    return {
        "receiver": receiver,
        "version": 1,
        "epoch": 1,
        "issued": instant_text(manifest.issued),
        "not_before": instant_text(manifest.not_before),
        "expires": instant_text(manifest.expires),
        "slots": [row["id"] for row in slots],
        "envelope": seal(manifest, key).decode(),
    }


def adoption_row(receiver, key, version=1):
    report = Report(
        commune="dien-chau",
        receiver=receiver,
        boot="boot-1",
        seq=1,
        at=MONDAY - timedelta(hours=4),
        kind="adopted",
        subject=f"manifest {version}",
        reason="adopted",
        details={},
    )
    return {
        "receiver": receiver,
        "version": 1,
        "at": instant_text(report.at),
        "received_at": instant_text(report.at + timedelta(seconds=1)),
        "envelope": seal(report, key).decode(),
    }


def record_row(receiver, key, seq, slot, result="completed", **signed):
    start = datetime.fromisoformat(slot["start"])
    record = PlayRecord(
        **{
            "commune": "dien-chau",
            "receiver": receiver,
            "boot": "boot-1",
            "seq": seq,
            "slot": slot["id"],
            "manifest_version": 1,
            "planned_start": start,
            "start": start,
            "end": start + timedelta(seconds=100),
            "played": timedelta(seconds=100),
            "samples_played": 2_400_000,
            "samples_expected": 2_400_000,
            "result": result,
            "reason": "",
            "load": "ok",
            "sink": "alsa",
            "simulated": False,
            "clock": "synchronised",
            "clips": (DIGEST,),
            **signed,
        }
    )
    return {
        "receiver": receiver,
        "boot": "boot-1",
        "seq": seq,
        "slot": slot["id"],
        "manifest_version": 1,
        "planned_start": instant_text(record.planned_start),
        "start": None if record.start is None else instant_text(record.start),
        "end": None if record.end is None else instant_text(record.end),
        "played_ms": round(record.played.total_seconds() * 1000),
        "samples_played": record.samples_played,
        "samples_expected": record.samples_expected,
        "result": record.result,
        "reason": record.reason,
        "load": record.load,
        "sink": record.sink,
        "simulated": record.simulated,
        "clock": record.clock,
        "clips": list(record.clips),
        "received_at": instant_text(start + timedelta(seconds=102)),
        "envelope": seal(record, key).decode(),
    }


def station() -> Evidence:
    """A week of one xóm with two receivers: 12 leaves, checkpoints after 3, 8 and 12."""
    evidence = Evidence()
    evidence.append("station", MONDAY - timedelta(days=3), station=[station_row()])
    evidence.append(
        "xom",
        MONDAY - timedelta(days=3),
        xom=[
            {
                "id": "x01",
                "name": "Xóm 1",
                "tags": ["ven-bien"],
                "windows": [],
                "daily_cap_s": 3600,
                "blackouts": [],
                "removed_at": None,
            },
        ],
    )
    evidence.append("enrolled", MONDAY - timedelta(days=2), receiver=[receiver_row("r1", R1), receiver_row("r2", R2)])
    evidence.sign()
    approval = approval_row()
    evidence.append("approved", MONDAY - timedelta(days=1), approval=[approval])
    slots = [slot_row("s1", 5.5), slot_row("s2", 53.5)]
    evidence.append(
        "planned",
        MONDAY - timedelta(hours=6),
        slot=slots,
        plan=[
            {
                "week": "2026-W48",
                "revision": 1,
                "at": instant_text(MONDAY),
                "kind": "plan",
                "feasible": True,
                "reasons": [],
            },
        ],
    )
    evidence.append(
        "published", MONDAY - timedelta(hours=5), manifest=[manifest_row(r, slots, approval) for r in ("r1", "r2")]
    )
    for receiver, key in (("r1", R1), ("r2", R2)):
        evidence.append("adopted", MONDAY - timedelta(hours=4), adoption=[adoption_row(receiver, key)])
    evidence.sign()
    for seq, slot in enumerate(slots, start=2):
        for receiver, key in (("r1", R1), ("r2", R2)):
            evidence.append(
                "played", datetime.fromisoformat(slot["end"]), play_record=[record_row(receiver, key, seq, slot)]
            )
    evidence.sign()
    return evidence
