"""The signed messages inside the evidence: each row that quotes one must say what was signed, by a key that may.

A row is checked against the tables as they stood when its leaf was written, so a key that was replaced later still
proves what it signed before.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256

from devices.errors import DeviceError
from devices.protocol.codec import MANIFEST_LIMIT, decode
from devices.protocol.envelope import open_envelope, verified
from devices.protocol.keys import PublicKey
from devices.protocol.messages import Approval, Manifest, PlayRecord, Report, Role, Trust
from devices.protocol.reasons import Refused
from devices.trust import adopt_trust
from scheduler.audit.entry import JsonValue, Row, instant_text
from scheduler.audit.fold import Tables, Written
from scheduler.sentence import Sentence


def evidence_faults(written: Written, tables: Tables) -> list[Sentence]:
    """What is wrong with the signed message that a row quotes; nothing for a row that quotes none."""
    try:
        if written.table == "station":
            return list(_trust(written.row, written.before))
        check = _CHECKS.get(written.table)
        return list(check(written.row, tables)) if check is not None else []
    except DeviceError as error:
        return [Sentence("the signed message does not hold: {problem}", problem=str(error))]


def _trust(row: Row, before: Row | None) -> Iterator[Sentence]:
    """A trust message is signed by its own root keys, and those of the one before it (case B11)."""
    raw, old = row.get("trust"), None if before is None else before.get("trust")
    if raw is None and old is None:
        return
    if old is None:
        offered = _trust_in(raw)
        signers = verified(open_envelope(str(raw).encode()), Trust.KIND, offered.holders("root")).keyids
        if len(signers) < offered.threshold:
            yield Sentence(
                "its trust message needs {threshold} root signatures and has {count}",
                threshold=offered.threshold,
                count=len(signers),
            )
        return
    refused = adopt_trust(_trust_in(old), str(raw).encode())
    if isinstance(refused, Refused):
        yield Sentence("its trust message cannot follow the one before: {problem}", problem=str(refused))


def _play_record(row: Row, tables: Tables) -> Iterator[Sentence]:
    record = PlayRecord.from_json(decode(_payload(row, "record", _receiver_keys(row, tables))))
    yield from _differences(
        row,
        {
            "receiver": record.receiver,
            "boot": record.boot,
            "seq": record.seq,
            "slot": record.slot,
            "manifest_version": record.manifest_version,
            "planned_start": instant_text(record.planned_start),
            "start": _text(record.start),
            "end": _text(record.end),
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
        },
    )


def _adoption(row: Row, tables: Tables) -> Iterator[Sentence]:
    report = Report.from_json(decode(_payload(row, "report", _receiver_keys(row, tables))))
    yield from _differences(row, {"receiver": report.receiver, "at": instant_text(report.at)})
    if report.kind != "adopted" or report.subject != f"manifest {row.get('version')}":
        yield Sentence(
            "the receiver reported {kind} of {subject}, not that it adopted manifest {version}",
            kind=report.kind,
            subject=report.subject,
            version=str(row.get("version")),
        )


def _manifest(row: Row, tables: Tables) -> Iterator[Sentence]:
    payload = _payload(row, "manifest", _trusted("schedule", tables))
    manifest = Manifest.from_json(decode(payload, limit=MANIFEST_LIMIT))
    yield from _differences(
        row,
        {
            "receiver": manifest.receiver,
            "version": manifest.version,
            "epoch": manifest.epoch,
            "issued": instant_text(manifest.issued),
            "not_before": instant_text(manifest.not_before),
            "expires": instant_text(manifest.expires),
            "slots": [slot.id for slot in manifest.slots],
        },
    )


def _approval(row: Row, tables: Tables) -> Iterator[Sentence]:
    approval = Approval.from_json(decode(_payload(row, "approval", _trusted("approver", tables))))
    yield from _differences(
        row,
        {
            "envelope_digest": sha256(_envelope(row)).hexdigest(),
            "bulletin": approval.bulletin,
            "kind": approval.kind,
            "clip": approval.clip.digest,
            "words_digest": approval.words_digest,
            "approver": approval.approver,
            "approved_at": instant_text(approval.approved_at),
            "valid_from": instant_text(approval.valid_from),
            "valid_to": instant_text(approval.valid_to),
        },
    )


_CHECKS: Mapping[str, Callable[[Row, Tables], Iterator[Sentence]]] = {
    "play_record": _play_record,
    "adoption": _adoption,
    "manifest": _manifest,
    "approval": _approval,
}


def _payload(row: Row, kind: str, keys: tuple[PublicKey, ...]) -> bytes:
    """The verified bytes of the row's envelope; raises DeviceError."""
    return verified(open_envelope(_envelope(row)), kind, keys).payload


def _envelope(row: Row) -> bytes:
    return str(row.get("envelope")).encode("utf-8", "surrogatepass")


def _receiver_keys(row: Row, tables: Tables) -> tuple[PublicKey, ...]:
    receiver = tables["receiver"].get((str(row.get("receiver")),), {})
    public = receiver.get("public")
    return (PublicKey.from_text(public),) if isinstance(public, str) else ()


def _trusted(role: Role, tables: Tables) -> tuple[PublicKey, ...]:
    """The keys that may act in `role` by the trust message in force."""
    for station in tables["station"].values():
        if station.get("trust") is not None:
            return _trust_in(station["trust"]).holders(role)
    return ()


def _trust_in(text: JsonValue) -> Trust:
    return Trust.from_json(decode(open_envelope(str(text).encode()).payload, limit=MANIFEST_LIMIT))


def _differences(row: Row, signed: Mapping[str, JsonValue]) -> Iterator[Sentence]:
    for column, value in signed.items():
        if row.get(column) != value or type(row.get(column)) is not type(value):
            yield Sentence(
                "{column} is {found}, but {signed} was signed",
                column=column,
                found=repr(row.get(column)),
                signed=repr(value),
            )


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant_text(instant)
