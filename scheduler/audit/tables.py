"""The evidence tables: the columns a row has in the store and in the log, one TypedDict for each table.

Written forms, the same in both places: an instant is `entry.instant_text` (UTC, microseconds, Z); a date YYYY-MM-DD; a
week 2026-W48; a duration an integer with its unit in the name; a public key base64 of its 32 bytes (RFC 4648 §4); a
signed message its envelope's JSON text exactly as it arrived; a list or an object JSON. A row in the log is always
whole: it replaces the row of the same key. Nothing is deleted; what ends gets an instant (revoked_at, cancelled_at,
closed_at, removed_at).
"""

from typing import Literal, TypedDict

Span = TypedDict("Span", {"from": str, "to": str})
"""Two local times HH:MM, or two instants."""
Window = TypedDict("Window", {"days": list[int], "from": str, "to": str})
"""Days 1..7, local times; an end before the start crosses midnight."""
Blackout = TypedDict("Blackout", {"from": str, "to": str, "why": str})


class Station(TypedDict):
    """Key: id. The rules by which everything is counted stand here, so that a report needs nothing but the log."""

    id: str  # the commune's id in topics
    name: str
    commune: str
    province: str
    simulated: bool  # the records of null sinks count, and every page says MÔ PHỎNG
    required: int  # campaign slots per xóm and week
    record_deadline_s: int  # a slot without a record this long after its end is unknown
    evidence_days: int  # how long after its week a record may still arrive
    make_goods_per_week: int  # per xóm
    log_origin: str
    log_public: str  # the key that signs checkpoints
    trust: str | None  # the trust message in force (its envelope)
    updated_at: str


class Xom(TypedDict):
    """Key: id."""

    id: str
    name: str
    tags: list[str]
    windows: list[Window]
    daily_cap_s: int
    blackouts: list[Blackout]
    removed_at: str | None


class Posting(TypedDict):
    """Where a receiver stood before: from `since` until `until` in `xom` (case B15)."""

    xom: str
    since: str
    until: str


class Receiver(TypedDict):
    """Key: id."""

    id: str
    name: str
    xom: str  # where it stands now
    since: str  # in that xóm since
    earlier: list[Posting]  # the xóm it stood in before, oldest first
    added_at: str  # the operator added it
    enrolled_at: str | None  # its first verified hello
    public: str | None  # the key it made, from that hello
    keyid: str | None
    revoked_at: str | None
    why: str | None  # of the revocation


class Targets(TypedDict):
    everyone: bool
    xom: list[str]
    tags: list[str]


class Manner(TypedDict):
    """How it asks to be read; None where the station's usual way holds."""

    pace: float | None
    readings: int
    telephones_twice: bool | None
    music: str | None


class Bulletin(TypedDict):
    """Key: id."""

    id: str
    title: str
    field: str
    unit: str
    campaign: str | None
    priority: Literal["normal", "priority", "emergency"]
    targets: Targets
    valid_from: str  # dates, both included
    valid_to: str
    plays_wanted: int
    plays_min: int
    voice: str | None
    recording: str | None
    text: str
    manner: Manner
    digest: str  # of header and words (playlists.bulletin)
    state: Literal["draft", "approved", "withdrawn"]
    clip: str | None  # the rendered audio
    updated_at: str


class Clip(TypedDict):
    """Key: digest. `spoken_by` names the voice that really spoke, None for a chime."""

    digest: str
    kind: Literal["bulletin", "ident", "sign_off"]
    size: int
    samples: int
    rate: int
    codec: Literal["mp3", "opus"]
    duration_ms: int
    spoken_by: str | None
    made_at: str


class Approval(TypedDict):
    """Key: envelope_digest (SHA-256 hex of the envelope's bytes)."""

    envelope_digest: str
    bulletin: str
    kind: Literal["bulletin", "ident", "sign_off"]
    clip: str
    words_digest: str
    approver: str
    keyid: str
    approved_at: str
    valid_from: str
    valid_to: str
    withdrawn_at: str | None
    envelope: str


class XomReason(TypedDict):
    """Why a xóm cannot have what it was to get (playlists.planning.reasons.Reason)."""

    xom: str
    campaign: bool  # it lacks campaign slots, not only a play of some bulletin
    template: str
    values: dict[str, str | int]


class Lexicon(TypedDict):
    """Key: written, before, after. One reading of the commune's own: what shapes the words that are approved."""

    written: str  # as it stands in bulletins
    before: str  # holds only behind this word; "" behind any
    after: str  # holds only before this word; "" before any
    spoken: str
    changed_at: str
    removed_at: str | None


class Phrase(TypedDict):
    """Key: name. A phrase that a person recorded: as the lexicon it shapes the sound that is approved, so an inspector
    can see which file stood under which name when a bulletin was signed."""

    name: str  # as a text calls for it: [câu: name]
    recording: str  # the file in the recordings folder, named by its SHA-256
    words: str  # what is said in it
    changed_at: str
    removed_at: str | None


class Plan(TypedDict):
    """Key: week, revision."""

    week: str
    revision: int
    at: str
    kind: Literal["plan", "make_good", "by_hand"]
    feasible: bool | None  # None: not concluded in the time given
    reasons: list[XomReason]


class Slot(TypedDict):
    """Key: id. One programme on one xóm at one instant; `receivers` are those whose manifest is to name it."""

    id: str
    xom: str
    week: str  # the week its start lies in (case C8)
    start: str
    end: str
    kind: Literal["planned", "pinned", "play_now", "make_good"]
    makes_good: str | None  # the slot it stands in for: of a make-good the lost one, of a planned one that which moved
    campaign: bool  # counts towards the guarantee
    bulletins: list[str]
    items: list[str]  # clip digests in playing order, ident and sign-off included
    receivers: list[str]
    plan_revision: int
    authority: str | None  # who let it sound outside the windows
    cancelled_at: str | None
    why: str | None  # of the cancellation


class Manifest(TypedDict):
    """Key: receiver, version."""

    receiver: str
    version: int
    epoch: int
    issued: str
    not_before: str
    expires: str
    slots: list[str]
    envelope: str


class Adoption(TypedDict):
    """Key: receiver, version. The receiver's own signed report that it uses this manifest."""

    receiver: str
    version: int
    at: str  # by the receiver's clock
    received_at: str
    envelope: str


class PlayRecord(TypedDict):
    """Key: receiver, boot, seq. The fields of the receiver's signed record, and the envelope they were read from."""

    receiver: str
    boot: str
    seq: int
    slot: str
    manifest_version: int
    planned_start: str
    start: str | None  # None: nothing sounded
    end: str | None
    played_ms: int  # monotonic
    samples_played: int
    samples_expected: int
    result: Literal["completed", "interrupted", "failed", "missed", "preempted"]
    reason: str
    load: Literal["ok", "none", "unmeasured"]
    sink: str
    simulated: bool
    clock: Literal["synchronised", "unverified", "unknown"]
    clips: list[str]
    received_at: str
    envelope: str


class Incident(TypedDict):
    """Key: id. Something the operator was shown: a refusal, a forged message, a silent receiver, a fault."""

    id: str
    kind: str
    subject: str  # a receiver's, slot's or bulletin's id
    opened_at: str
    closed_at: str | None
    template: str
    values: dict[str, str | int]
    envelope: str | None  # the signed report, if one said so


class Waiver(TypedDict):
    """Key: id. A named authority accepts fewer slots (case C10)."""

    id: str
    xom: str | None  # None: every xóm
    week: str
    authority: str
    why: str
    at: str
    lifted_at: str | None  # it holds no longer
    lifted_why: str | None
