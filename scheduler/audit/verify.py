"""Everything an inspector can check with the log, its checkpoints, the tables and the witness file in hand (case F12).

Needs no database and no clock: bytes, texts and rows in, findings out. An empty list of findings means that the
evidence is what it was when each checkpoint was signed, that the tables are what the log says, and that every
receiver signed what is claimed of it. What that does and does not prove is in docs/adr/0002-evidence-log.md.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from scheduler.audit.checkpoint import Checkpoint, CheckpointError, verify_checkpoint
from scheduler.audit.entry import Entry, EntryError, JsonValue, Row, canonical
from scheduler.audit.evidence import evidence_faults
from scheduler.audit.fold import TABLES, FoldError, Key, Tables, apply, empty_tables, key_of
from scheduler.audit.merkle import Frontier, leaf_hash
from scheduler.sentence import Sentence
from tts.errors import ReadableError


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: `where` names the leaf, the checkpoint or the row, `problem` says what it is."""

    kind: Literal["leaf", "checkpoint", "row", "evidence"]
    where: str
    problem: Sentence

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


def verify_log(
    leaves: Sequence[bytes],
    checkpoints: Sequence[str],
    origin: str,
    log_key: bytes,
    rows: Mapping[str, Sequence[Row]],
    witness: Sequence[str],
    hashes: Sequence[bytes] | None = None,
) -> list[Finding]:
    """All that is wrong with a log, in reading order; empty when it is intact.

    checkpoints: those stored beside the leaves. witness: those kept outside (log/checkpoints.txt, printouts, receivers'
    receipts). log_key: the 32-byte Ed25519 key of the log `origin`. rows: every evidence table as it stands.
    hashes: the leaf hashes stored when the leaves were written; with them a changed leaf is named alone, without them
    only the span of leaves between two checkpoints is.
    """
    replay = _replay(leaves)
    return [
        *replay.findings,
        *_hash_findings(leaves, hashes),
        *_checkpoint_findings(leaves, checkpoints, witness, origin, log_key),
        *_key_findings(replay.tables, origin, log_key),
        *_row_findings(replay, rows),
    ]


def log_named_in(leaves: Sequence[bytes]) -> tuple[str, bytes] | None:
    """(origin, 32-byte key) as the log's first station row names them, None if no leaf does.

    For an inspector who was given no key: the log is then only shown to be whole by its own word.
    """
    for leaf in leaves:
        try:
            stations = Entry.decode(leaf).rows.get("station", ())
            for row in stations:
                return str(row["log_origin"]), b64decode(str(row["log_public"]), validate=True)
        except (EntryError, KeyError, ValueError):
            continue
    return None


@dataclass
class _Replay:
    """The log read from the first leaf to the last: the tables it leaves, and which leaf wrote each row last."""

    tables: Tables = field(default_factory=empty_tables)
    written: dict[tuple[str, Key], int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def _replay(leaves: Sequence[bytes]) -> _Replay:
    replay = _Replay()
    for index, leaf in enumerate(leaves):
        try:
            entry = Entry.decode(leaf)
            written = apply(replay.tables, entry)
        except (EntryError, FoldError) as error:
            replay.findings.append(Finding("leaf", f"leaf {index}", _sentence(error)))
            continue
        if entry.index != index:
            problem = Sentence("it says it is leaf {number}: leaves were taken out or moved", number=entry.index)
            replay.findings.append(Finding("leaf", f"leaf {index}", problem))
        for row in written:
            replay.written[row.table, row.key] = index
            for problem in evidence_faults(row, replay.tables):
                replay.findings.append(Finding("evidence", f"leaf {index}, {_name(row.table, row.key)}", problem))
    return replay


def _hash_findings(leaves: Sequence[bytes], hashes: Sequence[bytes] | None) -> Iterator[Finding]:
    if hashes is None:
        return
    if len(hashes) != len(leaves):
        problem = Sentence("{leaves} leaves, but {hashes} leaf hashes", leaves=len(leaves), hashes=len(hashes))
        yield Finding("leaf", "log", problem)
    for index, (leaf, stored) in enumerate(zip(leaves, hashes, strict=False)):
        if leaf_hash(leaf) != stored:
            problem = Sentence("its bytes do not have the hash stored with it: one of the two was changed")
            yield Finding("leaf", f"leaf {index}", problem)


def _checkpoint_findings(
    leaves: Sequence[bytes], checkpoints: Sequence[str], witness: Sequence[str], origin: str, log_key: bytes
) -> Iterator[Finding]:
    """Each checkpoint's signature, its root over its prefix, and the two collections against each other."""
    read: dict[str, list[Checkpoint]] = {"checkpoint": [], "witnessed checkpoint": []}
    for (name, kept), texts in zip(read.items(), (checkpoints, witness), strict=True):
        for number, text in enumerate(texts, start=1):
            try:
                kept.append(verify_checkpoint(text, origin, log_key))
            except CheckpointError as error:
                yield Finding("checkpoint", f"{name} number {number}", _sentence(error))
    named = [(c, f"{name} of {c.size} leaves") for name, kept in read.items() for c in kept]
    roots = _roots(leaves, {c.size for c, _ in named})
    sound = sorted({c.size for c, _ in named if roots.get(c.size) == c.root})
    for checkpoint, name in sorted(named, key=lambda pair: pair[0].size):
        if checkpoint.size > len(leaves):
            missing = checkpoint.size - len(leaves)
            problem = Sentence(
                "the log has only {count} leaves: the last {missing} were dropped", count=len(leaves), missing=missing
            )
            yield Finding("checkpoint", name, problem)
        elif roots[checkpoint.size] != checkpoint.root:
            yield Finding("checkpoint", name, _broken(sound, checkpoint.size))
    sizes = {name: {c.size for c in kept} for name, kept in read.items()}
    for name, other in (("checkpoint", "witnessed checkpoint"), ("witnessed checkpoint", "checkpoint")):
        for size in sorted(sizes[other] - sizes[name]):
            if size < max(sizes[name], default=0):
                yield Finding(
                    "checkpoint", f"{name} of {size} leaves", Sentence("it is missing, the other copy has it")
                )
    if leaves and not sound:
        yield Finding(
            "checkpoint", "log", Sentence("no checkpoint holds: nothing shows when these leaves were written")
        )


def _broken(sound: Sequence[int], size: int) -> Sentence:
    """`sound` are the sizes whose signed root the log has: what lies below one of them was not changed since."""
    if sound and sound[-1] >= size:
        return Sentence("it was signed over other leaves than a later one: the log was forked")
    return Sentence(
        "the log does not have the root that was signed: a leaf of {first} to {last} was changed, put in or taken out",
        first=sound[-1] if sound else 0,
        last=size - 1,
    )


def _roots(leaves: Sequence[bytes], sizes: set[int]) -> dict[int, bytes]:
    """The Merkle root over the first `size` leaves for each size the log reaches."""
    frontier = Frontier()
    roots = {0: frontier.root}
    for leaf in leaves:
        frontier = frontier.append(leaf_hash(leaf))
        if frontier.size in sizes:
            roots[frontier.size] = frontier.root
    return roots


def _key_findings(tables: Tables, origin: str, log_key: bytes) -> Iterator[Finding]:
    """The log names its own key in the station's row; one given from elsewhere must be the same."""
    for key, station in tables["station"].items():
        if station.get("log_origin") != origin:
            problem = Sentence(
                "it names the log {found}, not {given}", found=repr(station.get("log_origin")), given=origin
            )
            yield Finding("evidence", _name("station", key), problem)
        if station.get("log_public") != b64encode(log_key).decode():
            yield Finding("evidence", _name("station", key), Sentence("it names another log key than the one given"))


def _row_findings(replay: _Replay, rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    for table in sorted(rows.keys() - TABLES.keys()):
        yield Finding("row", table, Sentence("it is no evidence table"))
    for table, logged in replay.tables.items():
        found: dict[Key, Row] = {}
        for row in rows.get(table, ()):
            try:
                key = key_of(table, row)
            except FoldError as error:
                yield Finding("row", table, _sentence(error))
                continue
            if key in found:
                yield Finding("row", _name(table, key), Sentence("it is there twice"))
            found[key] = row
        for key in sorted(logged.keys() - found.keys(), key=str):
            problem = Sentence("the log has it (leaf {leaf}), the table does not", leaf=replay.written[table, key])
            yield Finding("row", _name(table, key), problem)
        for key in sorted(found.keys() - logged.keys(), key=str):
            yield Finding("row", _name(table, key), Sentence("the table has it, the log never had"))
        for key in sorted(logged.keys() & found.keys(), key=str):
            for problem in _column_problems(found[key], logged[key], replay.written[table, key]):
                yield Finding("row", _name(table, key), problem)


def _column_problems(row: Row, logged: Row, leaf: int) -> Iterator[Sentence]:
    """Columns whose values differ, compared in their canonical spelling; a column that one side lacks is null there."""
    for column in sorted(row.keys() | logged.keys()):
        found, written = _spelling(row.get(column)), _spelling(logged.get(column))
        if found != written:
            found, written = _cut(found, written)
            yield Sentence(
                "{column} is {found}, the log says {written} (leaf {leaf})",
                column=column,
                found=found,
                written=written,
                leaf=leaf,
            )


def _spelling(value: JsonValue) -> str:
    """Canonical JSON, so that true is not 1 and 1 is not 1.0; a value no leaf can hold shows as what it is."""
    try:
        return canonical(value).decode()
    except EntryError:
        return repr(value)


def _cut(a: str, b: str, width: int = 60) -> tuple[str, str]:
    """Two long texts around the first character in which they differ."""
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    first = max(0, at - width // 2)
    return _window(a, first, width), _window(b, first, width)


def _window(text: str, first: int, width: int) -> str:
    if len(text) <= 2 * width:
        return text
    return ("…" if first else "") + text[first : first + width] + ("…" if first + width < len(text) else "")


def _name(table: str, key: Key) -> str:
    return f"{table} {'/'.join(map(str, key))}"


def _sentence(error: ReadableError) -> Sentence:
    return Sentence(error.template, **{name: str(value) for name, value in error.values.items()})
