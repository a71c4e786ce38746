"""The tables. Evidence tables hold exactly the columns of scheduler.audit.tables; each of their rows is in a leaf too.

Written forms are those of the log (instants as text, lists as JSON), so that row and leaf compare byte for byte.
"""

from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

Json = list[Any] | dict[str, Any]


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


class StationRow(SQLModel, table=True):
    __tablename__ = "station"
    id: str = Field(primary_key=True)
    name: str
    commune: str
    province: str
    simulated: bool
    required: int
    record_deadline_s: int
    evidence_days: int
    make_goods_per_week: int
    log_origin: str
    log_public: str
    trust: str | None
    updated_at: str


class XomRow(SQLModel, table=True):
    __tablename__ = "xom"
    id: str = Field(primary_key=True)
    name: str
    tags: list[Any] = _json()
    windows: list[Any] = _json()
    daily_cap_s: int
    blackouts: list[Any] = _json()
    removed_at: str | None


class ReceiverRow(SQLModel, table=True):
    __tablename__ = "receiver"
    id: str = Field(primary_key=True)
    name: str
    xom: str
    since: str
    earlier: list[Any] = _json()
    added_at: str
    enrolled_at: str | None
    public: str | None
    keyid: str | None
    revoked_at: str | None
    why: str | None


class BulletinRow(SQLModel, table=True):
    __tablename__ = "bulletin"
    id: str = Field(primary_key=True)
    title: str
    field: str
    unit: str
    campaign: str | None
    priority: str
    targets: dict[str, Any] = _json()
    valid_from: str
    valid_to: str
    plays_wanted: int
    plays_min: int
    voice: str | None
    recording: str | None
    text: str
    manner: dict[str, Any] = _json()
    digest: str
    state: str
    clip: str | None
    updated_at: str


class ClipRow(SQLModel, table=True):
    __tablename__ = "clip"
    digest: str = Field(primary_key=True)
    kind: str
    size: int
    samples: int
    rate: int
    codec: str
    duration_ms: int
    spoken_by: str | None
    made_at: str


class ApprovalRow(SQLModel, table=True):
    __tablename__ = "approval"
    envelope_digest: str = Field(primary_key=True)
    bulletin: str
    kind: str
    clip: str
    words_digest: str
    approver: str
    keyid: str
    approved_at: str
    valid_from: str
    valid_to: str
    withdrawn_at: str | None
    envelope: str


class LexiconRow(SQLModel, table=True):
    __tablename__ = "lexicon"
    written: str = Field(primary_key=True)
    before: str = Field(primary_key=True)
    after: str = Field(primary_key=True)
    spoken: str
    changed_at: str
    removed_at: str | None


class PhraseRow(SQLModel, table=True):
    __tablename__ = "phrase"
    name: str = Field(primary_key=True)
    recording: str
    words: str
    changed_at: str
    removed_at: str | None


class PlanRow(SQLModel, table=True):
    __tablename__ = "plan"
    week: str = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    at: str
    kind: str
    feasible: bool | None
    reasons: list[Any] = _json()


class SlotRow(SQLModel, table=True):
    __tablename__ = "slot"
    id: str = Field(primary_key=True)
    xom: str
    week: str = Field(index=True)
    start: str
    end: str
    kind: str
    makes_good: str | None
    campaign: bool
    bulletins: list[Any] = _json()
    items: list[Any] = _json()
    receivers: list[Any] = _json()
    plan_revision: int
    authority: str | None
    cancelled_at: str | None
    why: str | None

    @property
    def mends(self) -> str | None:
        """The lost slot, of a make-good only; the record's `makes_good` is also what another stands in for."""
        return self.makes_good if self.kind == "make_good" else None


class ManifestRow(SQLModel, table=True):
    __tablename__ = "manifest"
    receiver: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    epoch: int
    issued: str
    not_before: str
    expires: str
    slots: list[Any] = _json()
    envelope: str


class AdoptionRow(SQLModel, table=True):
    __tablename__ = "adoption"
    receiver: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    at: str
    received_at: str
    envelope: str


class PlayRecordRow(SQLModel, table=True):
    __tablename__ = "play_record"
    receiver: str = Field(primary_key=True)
    boot: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    slot: str = Field(index=True)
    manifest_version: int
    planned_start: str
    start: str | None
    end: str | None
    played_ms: int
    samples_played: int
    samples_expected: int
    result: str
    reason: str
    load: str
    sink: str
    simulated: bool
    clock: str
    clips: list[Any] = _json()
    received_at: str
    envelope: str


class IncidentRow(SQLModel, table=True):
    __tablename__ = "incident"
    id: str = Field(primary_key=True)
    kind: str
    subject: str
    opened_at: str
    closed_at: str | None
    template: str
    values: dict[str, Any] = _json()
    envelope: str | None


class WaiverRow(SQLModel, table=True):
    __tablename__ = "waiver"
    id: str = Field(primary_key=True)
    xom: str | None
    week: str
    authority: str
    why: str
    at: str
    lifted_at: str | None
    lifted_why: str | None


class LeafRow(SQLModel, table=True):
    """One log leaf, its bytes exactly as hashed, and their RFC 6962 hash, so that a changed leaf is named alone."""

    __tablename__ = "leaf"
    n: int = Field(primary_key=True)
    entry: bytes
    hash: bytes


class FrontierRow(SQLModel, table=True):
    """The roots of the perfect subtrees (hex), so that appending and the root cost O(log n); one row, id 0."""

    __tablename__ = "frontier"
    id: int = Field(primary_key=True)
    size: int
    nodes: list[Any] = _json()


class CheckpointRow(SQLModel, table=True):
    """A signed head; nothing stands beside the signed text but the size it names, so that no byte goes unchecked."""

    __tablename__ = "checkpoint"
    size: int = Field(primary_key=True)
    text: str


class OutboxRow(SQLModel, table=True):
    """A message that is sent again until the receiver's own signed answer is here (faults.md, rule 1).

    Written in the same transaction as what it tells; a newer message of the same topic replaces it.
    """

    __tablename__ = "outbox"
    topic: str = Field(primary_key=True)
    receiver: str | None
    kind: str
    version: int
    payload: bytes
    retain: bool
    attempts: int
    next_at: str | None = Field(index=True)
    answered_at: str | None


class ContactRow(SQLModel, table=True):
    """What a receiver last said of itself; operational, not evidence."""

    __tablename__ = "contact"
    receiver: str = Field(primary_key=True)
    last_seen: str
    online: bool
    through: int
    status: dict[str, Any] = _json()


class InboxRow(SQLModel, table=True):
    """Journal entries that arrived: the highest contiguous one is receipted, a second form of one shows a copy (B3)."""

    __tablename__ = "inbox"
    receiver: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    digest: str


class RenderingRow(SQLModel, table=True):
    """How a clip came to its sound (scheduler.rendering), by the recipe of all that shaped it; operational, made again
    when it is lost.
    """

    __tablename__ = "rendering"
    recipe: str = Field(primary_key=True)
    clip: str = Field(index=True)
    turns: list[Any] = _json()
    at: str


class QuarantineRow(SQLModel, table=True):
    """A message that could not be verified, kept (bounded) for whoever looks into it."""

    __tablename__ = "quarantine"
    id: int | None = Field(default=None, primary_key=True)
    at: str
    topic: str
    payload: bytes
    template: str
    values: dict[str, Any] = _json()


class AccountRow(SQLModel, table=True):
    """A broker log-in. `secret` (hex) proves a receiver's first hello and is forgotten once it is enrolled."""

    __tablename__ = "account"
    username: str = Field(primary_key=True)
    role: str
    password_hash: str
    secret: str | None


class PulseRow(SQLModel, table=True):
    """When the service last committed; one row, id 0."""

    __tablename__ = "pulse"
    id: int = Field(primary_key=True)
    at: str
