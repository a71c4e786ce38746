"""Sign the log's head, and keep every signed head outside the database too, as the witness of later days."""

import os

from sqlmodel import Session

from scheduler.audit.checkpoint import CheckpointError, make_checkpoint, verify_checkpoint
from scheduler.audit.merkle import Frontier, grow, leaf_hash
from scheduler.errors import NotAllowedError
from scheduler.station import Station
from scheduler.store.log import read_frontier, read_leaves
from scheduler.store.queries import latest_checkpoint
from scheduler.store.tables import CheckpointRow

_END = "\n---\n"


def seal_log(station: Station) -> str | None:
    """A checkpoint over all leaves, None when nothing was added since the last one.

    Raises NotAllowedError when the log is shorter than, or not a continuation of, what was signed before: a database
    that was restored from an old copy must not fork the log (case D10, promise I5).
    """
    with station.store.writing() as session:
        witnessed = witnessed_checkpoints(station)
        last, frontier = latest_checkpoint(session), read_frontier(session)
        if witnessed and (last is None or last.text != witnessed[-1]):
            signed = _check_continues(session, station, witnessed[-1], frontier.size)
            session.merge(CheckpointRow(size=signed, text=witnessed[-1]))
            last = latest_checkpoint(session)
        if last is not None and last.size == frontier.size:
            return None
        key = station.keys.log
        text = make_checkpoint(station.log_origin, frontier.size, frontier.root, key.sign_note, key.public.raw)
        _witness(station, text)
        session.add(CheckpointRow(size=frontier.size, text=text))
    return text


def is_unsealed(session: Session) -> bool:
    """Whether leaves were written after the newest checkpoint."""
    last = latest_checkpoint(session)
    return last is None or last.size != read_frontier(session).size


def witnessed_checkpoints(station: Station) -> list[str]:
    """The checkpoints in log/checkpoints.txt, oldest first; a last one that was cut off in writing does not count."""
    if not station.witness.is_file():
        return []
    return [text + "\n" for text in station.witness.read_text(encoding="utf-8", errors="replace").split(_END)[:-1]]


def _check_continues(session: Session, station: Station, text: str, size: int) -> int:
    """The size that was signed; raises NotAllowedError unless the log is a continuation of it."""
    try:
        signed = verify_checkpoint(text, station.log_origin, station.keys.log.public.raw)
    except CheckpointError as error:
        raise NotAllowedError(
            "the last line of {file} is no checkpoint of this station: {error}", file=station.witness, error=error
        ) from error
    hashes = [leaf_hash(row.entry) for row in read_leaves(session)[: signed.size]]
    if size < signed.size or grow(Frontier(), hashes).root != signed.root:
        raise NotAllowedError(
            "the log has {size} entries, but {signed} were signed before and they were others: the database was "
            "put back to an older copy or changed. Nothing is signed. Put the newest copy back, see `loa audit verify`",
            size=size,
            signed=signed.size,
        )
    return signed.size


def _witness(station: Station, text: str) -> None:
    station.witness.touch()
    with station.witness.open("r+b") as file:
        written = file.read()
        file.seek(written.rfind(_END.encode()) + len(_END) if _END.encode() in written else 0)
        file.truncate()
        file.write((text.removesuffix("\n") + _END).encode())
        file.flush()
        os.fsync(file.fileno())
