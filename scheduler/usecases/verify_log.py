"""Is the log, and every row beside it, what was signed? Reads the station folder; needs no key but the public ones."""

import hashlib
from dataclasses import dataclass

from devices.protocol.keys import PublicKey
from scheduler.audit.checkpoint import parse_checkpoint
from scheduler.audit.verify import Finding, verify_log
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import read_evidence, read_frontier, read_leaves
from scheduler.store.queries import checkpoint_texts, station_row
from scheduler.usecases.seal_log import witnessed_checkpoints


@dataclass(frozen=True)
class Verification:
    """`unsealed`: leaves written after the newest checkpoint. `findings` is empty when all is intact."""

    leaves: int
    checkpoints: int
    unsealed: int
    root: str
    findings: tuple[Finding, ...]


def verify_station(station: Station, log_key: PublicKey | None = None) -> Verification:
    """Check everything. `log_key`: the key an inspector was given, else the one the station names itself."""
    with station.store.reading() as session:
        leaves = read_leaves(session)
        rows = read_evidence(session)
        texts = checkpoint_texts(session)
        frontier = read_frontier(session)
        row = station_row(session)
    key = log_key or PublicKey.from_text(row.log_public)
    findings = verify_log(
        [leaf.entry for leaf in leaves],
        texts,
        row.log_origin,
        key.raw,
        rows,
        witnessed_checkpoints(station),
        [leaf.hash for leaf in leaves],
    )
    findings += [
        Finding("leaf", f"leaf {leaf.n}", Sentence("its number is not its place {place}", place=place))
        for place, leaf in enumerate(leaves)
        if leaf.n != place
    ]
    findings += _audio_findings(station, rows["clip"])
    sealed = max((parse_checkpoint(text).size for text in texts), default=0) if not findings else 0
    return Verification(len(leaves), len(texts), len(leaves) - sealed, frontier.root.hex(), tuple(findings))


def _audio_findings(station: Station, clips: list[dict[str, object]]) -> list[Finding]:
    """Clips that are there must be what was approved; one that is gone proves nothing wrong."""
    found = []
    for row in clips:
        path = station.audio / f"{row['digest']}.mp3"
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != row["digest"]:
            found.append(Finding("evidence", f"audio/{path.name}", Sentence("its bytes are not those of its name")))
    return found
