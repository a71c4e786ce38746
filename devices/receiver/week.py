"""What the receiver may play: its trust and its manifests, on the disk before they are in use, judged at each boot.

trust.json             the newest trust, as it came
week/<digest>.json     the manifests the journal names, as they came
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from devices.errors import DeviceError
from devices.protocol.codec import MANIFEST_LIMIT, decode
from devices.protocol.envelope import open_envelope, verified
from devices.protocol.keys import PublicKey
from devices.protocol.messages import Clip, Manifest, Trust
from devices.protocol.reasons import Refused
from devices.receiver.facts import Adopted
from devices.receiver.files import replace_file
from devices.receiver.journal import Journal
from devices.trust import NO_FLOOR, Accepted, Floor, accept_manifest, adopt_trust, first_trust

TIMELESS = datetime.min.replace(tzinfo=UTC)
"""As `now`: judge everything but the time. A stored manifest is never thrown away because of a clock (C5)."""

_MAY_COME_RIGHT = frozenset({"expired", "unknown-epoch", "unknown-signer"})
"""Refusals of a manifest that the next trust, or the right time, may end."""


class Week:
    """The trust in force and up to two manifests: `current`, and `upcoming` whose time is still to come (B7).

    `notices` are refusals that are still to be reported; whoever reports them clears them.
    """

    def __init__(self, folder: Path, journal: Journal, commune: str, receiver: str, roots: Iterable[PublicKey]) -> None:
        self._folder = folder
        self._journal = journal
        self._commune = commune
        self._receiver = receiver
        self._roots = tuple(roots)
        self._refused: bytes | None = None
        self.notices: list[Refused] = []
        self.current: Accepted | None = None
        self.upcoming: Accepted | None = None
        (folder / "week").mkdir(parents=True, exist_ok=True)
        self.trust = _stored_trust(folder / "trust.json", commune)
        self._load()

    @property
    def newest(self) -> Manifest | None:
        accepted = self.upcoming or self.current
        return None if accepted is None else accepted.manifest

    def clips(self, after: datetime) -> dict[str, tuple[Clip, tuple[str, ...]]]:
        """Every clip that has to sound after an instant, in the order of need, with the manifests' addresses."""
        found: dict[str, tuple[Clip, tuple[str, ...]]] = {}
        for accepted in (self.current, self.upcoming):
            if accepted is None:
                continue
            for clip in (clip for each in accepted.slots if each.end > after for clip in each.clips):
                urls = found[clip.digest][1] if clip.digest in found else ()
                found[clip.digest] = (clip, tuple(dict.fromkeys((*urls, accepted.manifest.clip_url(clip)))))
        return found

    def receive_trust(self, raw: bytes) -> Trust | None:
        """Take a trust into use; None if it is refused or nothing new. The manifests are judged again (B10)."""
        trust = self.trust
        offered = first_trust(raw, self._commune, self._roots) if trust is None else adopt_trust(trust, raw)
        if isinstance(offered, Refused):
            self.notices.append(offered)
            return None
        if offered is self.trust:
            return None
        replace_file(self._folder / "trust.json", raw)
        self.trust = offered
        self._load()
        for accepted in (self.current, self.upcoming):
            self.notices += [] if accepted is None else accepted.refused
        return offered

    def receive_manifest(self, raw: bytes, now: datetime) -> Accepted | None:
        """Take a manifest into use, or hold it until its time; None if it is refused or here already."""
        if self.trust is None:
            self._refused = raw
            return None
        accepted = accept_manifest(raw, self.trust, self._floor(), self._commune, self._receiver, now)
        if isinstance(accepted, Refused):
            self._refused = raw if accepted.reason in _MAY_COME_RIGHT else self._refused
            self.notices.append(accepted)
            return None
        if accepted.repeated and self.newest is not None:
            return None
        floor = accepted.floor
        replace_file(self._path(floor.digest), raw)
        self._journal.append(Adopted(floor.epoch, floor.version, floor.digest, accepted.held))
        self._forget_others()
        if accepted.held:
            self.upcoming = accepted
        else:
            self.current, self.upcoming = accepted, None
        self.notices += accepted.refused
        return accepted

    def retry(self, now: datetime) -> Accepted | None:
        """Judge the manifest that was refused last once more: a trust or the clock may have come right since."""
        raw, self._refused = self._refused, None
        return None if raw is None else self.receive_manifest(raw, now)

    def advance(self, now: datetime) -> bool:
        """Take the upcoming manifest into use when its time has come; says whether it has."""
        adopted = self._journal.facts.upcoming
        if self.upcoming is None or adopted is None or now < self.upcoming.manifest.not_before:
            return False
        self._journal.append(Adopted(adopted.epoch, adopted.version, adopted.digest, held=False))
        self.current, self.upcoming = self.upcoming, None
        self._forget_others()
        return True

    def _load(self) -> None:
        """Judge the stored manifests by the trust in force. One that does not hold is not in use, but kept."""
        facts = self._journal.facts
        self.current, self.upcoming = self._judged(facts.current), self._judged(facts.upcoming)

    def _judged(self, adopted: Adopted | None) -> Accepted | None:
        if adopted is None or self.trust is None:
            return None
        try:
            raw = self._path(adopted.digest).read_bytes()
        except OSError:
            return None  # the station sends its retained manifest again
        floor = Floor(adopted.epoch, adopted.version, adopted.digest)
        accepted = accept_manifest(raw, self.trust, floor, self._commune, self._receiver, TIMELESS)
        if isinstance(accepted, Refused):
            self.notices.append(accepted)
            return None
        return accepted

    def _floor(self) -> Floor:
        floor = self._journal.facts.floor
        return NO_FLOOR if floor is None else Floor(floor.epoch, floor.version, floor.digest)

    def _path(self, digest: str) -> Path:
        return self._folder / "week" / f"{digest}.json"

    def _forget_others(self) -> None:
        facts = self._journal.facts
        kept = {self._path(adopted.digest) for adopted in (facts.current, facts.upcoming) if adopted is not None}
        for path in (self._folder / "week").iterdir():
            if path not in kept:
                path.unlink()


def _stored_trust(path: Path, commune: str) -> Trust | None:
    """The trust on the disk, unless a bad card has changed it (D4): then the station's retained one begins anew."""
    try:
        envelope = open_envelope(path.read_bytes())
        trust = Trust.from_json(decode(envelope.payload, limit=MANIFEST_LIMIT))
        verified(envelope, Trust.KIND, trust.holders("root"))
    except (OSError, DeviceError):
        return None
    return trust if trust.commune == commune else None
