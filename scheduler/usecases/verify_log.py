"""Is the log, and every row beside it, what was signed? Reads the station folder; needs no key but the public ones."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from scheduler.audit.checkpoint import Checkpoint, CheckpointError, parse_checkpoint
from scheduler.audit.entry import JsonValue
from scheduler.audit.merkle import Frontier, grow, leaf_hash
from scheduler.audit.verify import Finding, log_named_in, verify_log
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import StoredLog, read_as_stored
from scheduler.usecases.seal_log import witnessed_checkpoints


@dataclass(frozen=True)
class Verification:
    """`unsealed`: leaves written after the newest checkpoint. `findings` is empty when all is intact."""

    leaves: int
    checkpoints: int
    unsealed: int
    root: str
    findings: tuple[Finding, ...]


def verify_station(station: Station, log_key: bytes | None = None) -> Verification:
    """Check everything. `log_key`: the 32 bytes an inspector was given, else the key the log names itself.

    Raises StationError when the database file itself is damaged.
    """
    with station.store.reading() as session:
        stored = read_as_stored(session)
    witnessed = witnessed_checkpoints(station)
    entries = [entry for _, entry, _ in stored.leaves]
    texts = [text for _, text in stored.checkpoints]
    origin, named_key = log_named_in(entries) or (station.log_origin, b"")
    findings = verify_log(
        entries,
        texts,
        origin,
        log_key or named_key,
        stored.evidence,
        witnessed,
        [hashed for _, _, hashed in stored.leaves],
    )
    frontier = grow(Frontier(), map(leaf_hash, entries))
    if stored.frontier != frontier:
        problem = Sentence("the stored roots of subtrees are not those of the leaves")
        findings.append(Finding("leaf", "frontier", problem))
    findings += [*_misplaced(stored), *_mislabelled(stored), *_unwitnessed(texts, witnessed)]
    findings += _audio(station, stored.evidence["clip"])
    sealed = max((checkpoint.size for checkpoint in _parsed(texts)), default=0)
    return Verification(len(entries), len(texts), len(entries) - sealed, frontier.root.hex(), tuple(findings))


def _misplaced(stored: StoredLog) -> Iterator[Finding]:
    for place, (n, _, _) in enumerate(stored.leaves):
        if n != place:
            yield Finding("leaf", f"leaf {n}", Sentence("it stands at place {place}", place=place))
            return


def _mislabelled(stored: StoredLog) -> Iterator[Finding]:
    for size, text in stored.checkpoints:
        for checkpoint in _parsed([text]):
            if checkpoint.size != size:
                problem = Sentence("it is kept as one of {size} leaves", size=str(size))
                yield Finding("checkpoint", f"checkpoint of {checkpoint.size} leaves", problem)


def _unwitnessed(texts: Sequence[str], witnessed: Sequence[str]) -> Iterator[Finding]:
    """The file is written right before the database, so only the database may lack the newest one of all.

    Of those that lie below a newer one, verify_log has told.
    """
    newest = max((checkpoint.size for checkpoint in _parsed(texts)), default=0)
    for checkpoint in _parsed(witnessed[:-1]):
        if checkpoint.size > newest:
            where = f"checkpoint of {checkpoint.size} leaves"
            yield Finding("checkpoint", where, Sentence("the database does not have it, log/checkpoints.txt has"))
    for checkpoint in _parsed(texts[-1:]):
        if texts[-1] not in witnessed:
            where = f"witnessed checkpoint of {checkpoint.size} leaves"
            yield Finding("checkpoint", where, Sentence("log/checkpoints.txt does not have it as the database has"))


def _parsed(texts: Iterable[str]) -> Iterator[Checkpoint]:
    """Those that can be read; of the others verify_log tells."""
    for text in texts:
        with suppress(CheckpointError):
            yield parse_checkpoint(text)


def _audio(station: Station, clips: Sequence[Mapping[str, JsonValue]]) -> Iterator[Finding]:
    """Clips that are there must be what was approved; one that is gone proves nothing wrong."""
    for row in clips:
        path = station.audio / f"{row['digest']}.{row['codec']}"
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != row["digest"]:
            yield Finding("evidence", f"audio/{path.name}", Sentence("its bytes are not those of its name"))
