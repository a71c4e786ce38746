"""Is the log, and every row beside it, what was signed? Reads the station folder; needs no key but the public ones."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scheduler.audit.checkpoint import CheckpointError, parse_checkpoint
from scheduler.audit.entry import JsonValue
from scheduler.audit.merkle import Frontier, grow, leaf_hash
from scheduler.audit.verify import Finding, log_named_in, verify_log
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import read_evidence, read_frontier, read_leaves
from scheduler.store.queries import checkpoint_rows
from scheduler.store.tables import CheckpointRow, LeafRow
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
    """Check everything. `log_key`: the 32 bytes an inspector was given, else the key the log names itself."""
    with station.store.reading() as session:
        leaves = read_leaves(session)
        rows = read_evidence(session)
        checkpoints = checkpoint_rows(session)
        frontier = read_frontier(session)
    entries = [leaf.entry for leaf in leaves]
    origin, named_key = log_named_in(entries) or (station.log_origin, b"")
    findings = verify_log(
        entries,
        [row.text for row in checkpoints],
        origin,
        log_key or named_key,
        rows,
        witnessed_checkpoints(station),
        [leaf.hash for leaf in leaves],
    )
    findings += [*_misplaced(leaves), *_mislabelled(checkpoints), *_frontier(entries, frontier)]
    findings += _audio(station, rows["clip"])
    sealed = max((row.size for row in checkpoints), default=0)
    return Verification(len(leaves), len(checkpoints), len(leaves) - sealed, frontier.root.hex(), tuple(findings))


def _misplaced(leaves: Sequence[LeafRow]) -> Iterator[Finding]:
    for place, leaf in enumerate(leaves):
        if leaf.n != place:
            yield Finding("leaf", f"leaf {leaf.n}", Sentence("it stands at place {place}", place=place))
            return


def _mislabelled(checkpoints: Sequence[CheckpointRow]) -> Iterator[Finding]:
    for row in checkpoints:
        try:
            signed = parse_checkpoint(row.text).size
        except CheckpointError:
            continue  # verify_log has named it
        if signed != row.size:
            problem = Sentence("it is kept as one of {size} leaves", size=row.size)
            yield Finding("checkpoint", f"checkpoint of {signed} leaves", problem)


def _frontier(entries: Sequence[bytes], frontier: Frontier) -> Iterator[Finding]:
    if grow(Frontier(), map(leaf_hash, entries)) != frontier:
        yield Finding("leaf", "frontier", Sentence("the stored roots of subtrees are not those of the leaves"))


def _audio(station: Station, clips: Sequence[Mapping[str, JsonValue]]) -> Iterator[Finding]:
    """Clips that are there must be what was approved; one that is gone proves nothing wrong."""
    for row in clips:
        path = station.audio / f"{row['digest']}.mp3"
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != row["digest"]:
            yield Finding("evidence", f"audio/{path.name}", Sentence("its bytes are not those of its name"))
