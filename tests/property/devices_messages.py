"""Any message of the protocol, as Hypothesis strategies."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st

from devices.protocol.codec import MAX_INTEGER
from devices.protocol.envelope import open_envelope
from devices.protocol.messages import (
    Approval,
    Clip,
    Hello,
    Manifest,
    Offline,
    PlayRecord,
    Quiet,
    Receipt,
    Report,
    Slot,
    Status,
    Trust,
    TrustedKey,
)
from devices.signing import SigningKey

KEYS = [SigningKey.from_seed(bytes([number]) * 32) for number in range(1, 9)]

characters = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))


def texts(limit: int, least: int = 1) -> st.SearchStrategy[str]:
    return st.text(characters, min_size=least, max_size=limit)


ids = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z", fullmatch=True)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
FIRST, LAST = datetime(1971, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
instants = st.timedeltas(timedelta(), LAST - FIRST).map(lambda since: FIRST + since)
counts = st.integers(0, MAX_INTEGER)
ordinals = st.integers(1, MAX_INTEGER)
clocks = st.sampled_from(("synchronised", "unverified", "unknown"))
loads = st.sampled_from(("ok", "none", "unmeasured"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts(20, 0),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts(10, 0), inner, max_size=4),
    max_leaves=10,
)
extras = st.dictionaries(texts(10).map(lambda name: f"x_{name}"), json_values, max_size=3)


@st.composite
def clips(draw: st.DrawFn) -> Clip:
    rate = draw(st.integers(8000, 48000))
    milliseconds = draw(st.integers(1, 3_600_000))
    samples = max(1, milliseconds * rate // 1000)
    length = timedelta(milliseconds=milliseconds)
    return Clip(
        draw(digests), draw(st.integers(1, 20_971_520)), samples, rate, length, draw(st.sampled_from(["mp3", "opus"]))
    )


@st.composite
def trusts(draw: st.DrawFn) -> Trust:
    roots = draw(st.integers(1, 3))
    others = draw(st.lists(st.sampled_from(("schedule", "approver", "log")), max_size=4))
    keys = [
        TrustedKey(role, draw(texts(200)), key.public)
        for role, key in zip(["root"] * roots + others, KEYS, strict=False)
    ]
    times = st.integers(0, 1439).map(lambda minute: time(minute // 60, minute % 60))
    pairs = draw(st.lists(st.tuples(times, times).filter(lambda pair: pair[0] != pair[1]), max_size=4))
    return Trust(
        commune=draw(ids),
        version=draw(ordinals),
        epoch=draw(ordinals),
        issued=draw(instants),
        threshold=draw(st.integers(1, roots)),
        keys=tuple(keys),
        quiet=tuple(Quiet(*pair) for pair in pairs),
        revoked=draw(st.frozensets(digests, max_size=3)),
        extra=draw(extras),
    )


@st.composite
def approvals(draw: st.DrawFn) -> Approval:
    start, end = sorted(draw(st.lists(instants, min_size=2, max_size=2, unique=True)))
    return Approval(
        commune=draw(ids),
        bulletin=draw(texts(128)),
        title=draw(texts(300)),
        kind=draw(st.sampled_from(("bulletin", "ident", "sign_off"))),
        words_digest=draw(digests),
        clip=draw(clips()),
        approver=draw(texts(200)),
        approved_at=draw(instants),
        valid_from=start,
        valid_to=end,
        extra=draw(extras),
    )


slots = st.builds(
    Slot,
    id=texts(128),
    week=st.tuples(st.integers(1971, 2200), st.integers(1, 53)).map(lambda week: f"{week[0]:04d}-W{week[1]:02d}"),
    start=instants,
    kind=st.sampled_from(("planned", "make_good")),
    items=st.lists(digests, min_size=1, max_size=4).map(tuple),
    extra=extras,
)
envelopes = st.builds(
    lambda payload, key: open_envelope(key.sign("approval", payload)),
    st.binary(min_size=1, max_size=200),
    st.sampled_from(KEYS),
)


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    issued = draw(instants)
    validity = draw(st.timedeltas(timedelta(seconds=2), timedelta(days=14)))
    return Manifest(
        commune=draw(ids),
        receiver=draw(ids),
        xom=draw(texts(64)),
        epoch=draw(ordinals),
        version=draw(ordinals),
        issued=issued,
        not_before=issued + draw(st.timedeltas(timedelta(days=-9), validity - timedelta(microseconds=1))),
        expires=issued + validity,
        audio_base=draw(
            st.sampled_from(("http://127.0.0.1:8080/audio", "https://[::1]/a~b/", "http://dai.example.vn"))
        ),
        gap=timedelta(milliseconds=draw(st.integers(0, 60_000))),
        slots=tuple(draw(st.lists(slots, max_size=4, unique_by=lambda slot: slot.id))),
        approvals=tuple(draw(st.lists(envelopes, max_size=3))),
        extra=draw(extras),
    )


hellos = st.builds(
    Hello,
    commune=ids,
    receiver=ids,
    public=st.sampled_from(KEYS).map(lambda key: key.public),
    boot=texts(64),
    software=texts(200),
    sink=texts(200),
    manifest_version=counts,
    trust_version=counts,
    proof=st.none() | digests,
    extra=extras,
)


@st.composite
def records(draw: st.DrawFn) -> PlayRecord:
    result = draw(st.sampled_from(("completed", "interrupted", "failed", "missed", "preempted")))
    silent = result == "missed"
    maybe = instants if result == "completed" else st.none() | instants
    return PlayRecord(
        commune=draw(ids),
        receiver=draw(ids),
        boot=draw(texts(64)),
        seq=draw(ordinals),
        slot=draw(texts(128)),
        manifest_version=draw(ordinals),
        planned_start=draw(instants),
        start=None if silent else draw(maybe),
        end=draw(maybe),
        played=timedelta(milliseconds=draw(st.integers(0, 10**10))),
        samples_played=0 if silent else draw(counts),
        samples_expected=draw(counts),
        result=result,
        reason=draw(texts(500, 0)),
        load=draw(loads),
        sink=draw(texts(200)),
        simulated=draw(st.booleans()),
        clock=draw(clocks),
        clips=tuple(draw(st.lists(digests, max_size=3))),
        extra=draw(extras),
    )


reports = st.builds(
    Report,
    commune=ids,
    receiver=ids,
    boot=texts(64),
    seq=ordinals,
    at=instants,
    kind=st.sampled_from(("adopted", "refused", "fault", "security")),
    subject=texts(200),
    reason=texts(200),
    details=st.dictionaries(texts(64), texts(500, 0) | st.integers(-MAX_INTEGER, MAX_INTEGER), max_size=3),
    extra=extras,
)
statuses = st.builds(
    Status,
    commune=ids,
    receiver=ids,
    boot=texts(64),
    at=instants,
    manifest_version=counts,
    trust_version=counts,
    next_slot=st.none() | instants,
    clips_missing=counts,
    disk_free=counts,
    clock=clocks,
    sink=texts(200),
    load=loads,
    extra=extras,
)
receipts = st.builds(
    Receipt,
    commune=ids,
    receiver=ids,
    keyid=digests,
    through=counts,
    at=instants,
    checkpoint=st.none() | st.text(characters | st.just("\n"), min_size=1, max_size=300),
    extra=extras,
)
wills = st.builds(Offline, commune=ids, receiver=ids, boot=texts(64), extra=extras)

MESSAGES = {
    "Trust": trusts(),
    "Approval": approvals(),
    "Manifest": manifests(),
    "Hello": hellos,
    "Record": records(),
    "Report": reports,
    "Status": statuses,
    "Receipt": receipts,
    "Offline": wills,
}
"""By the name of the schema in asyncapi.yaml."""
