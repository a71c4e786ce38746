"""Carries out what `state.next_step` decides: prepare, arm, start, follow, and one play record for every slot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from devices.clock import ClockState, Reading
from devices.errors import DeviceError
from devices.protocol.messages import Load, Manifest, PlayRecord, Quiet, Result
from devices.receiver.facts import Progress, Started
from devices.receiver.journal import Journal
from devices.receiver.outbox import Outbox
from devices.receiver.player import Finished, Player, Programme, ProgrammeClip
from devices.receiver.state import Arm, Prepare, Settle, Stage, Start, Turn, Wait, next_step
from devices.receiver.supply import Supply

PROGRESS_EVERY_S = 15.0
POLL_EVERY = timedelta(milliseconds=50)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass
class _Sounding:
    turn: Turn
    programme: Programme
    manifest_version: int
    since: Reading
    progress_at_s: float


class Playout:
    """The playing side of one receiver. `load` is what the amplifier measured last."""

    def __init__(
        self,
        commune: str,
        receiver: str,
        journal: Journal,
        outbox: Outbox,
        player: Player,
        supply: Supply,
        path_of: Callable[[str], Path],
    ) -> None:
        self._commune = commune
        self._receiver = receiver
        self._journal = journal
        self._outbox = outbox
        self._player = player
        self._supply = supply
        self._path_of = path_of
        self._sounding: _Sounding | None = None
        self._prepared: Programme | None = None
        self._armed = ""
        self._free = LONG_AGO
        self.load: Load = "unmeasured"

    @property
    def sounding_since(self) -> Reading | None:
        """Since when a programme has been sounding."""
        return None if self._sounding is None else self._sounding.since

    def recover(self, clock: ClockState) -> None:
        """After a boot: a slot with a start and no record was cut off. It is recorded as that, and not taken up again
        (D1)."""
        facts = self._journal.facts
        if facts.playing is None:
            return
        started, samples = facts.playing, facts.progress
        planned = datetime.fromisoformat(started.planned_start)
        record = self._record(started.slot, started.manifest_version, planned, started.samples_expected, clock)
        self._outbox.record(
            replace(
                record,
                start=max(datetime.fromisoformat(started.at), planned),
                played=timedelta(seconds=samples / started.rate),
                samples_played=samples,
                result="interrupted",
                reason="power",
                clips=started.clips,
            )
        )

    def play(
        self, manifest: Manifest, week: Sequence[Turn], quiet: Sequence[Quiet], present: datetime, now: Reading
    ) -> datetime | None:
        """Do all that is due; returns when to come again. `present`: since when this week and the time are known."""
        due = self.follow(now)
        ready = {turn.slot.id: turn for turn in week}
        if self._prepared is not None and self._prepared.slot not in ready:
            self._prepared = None
        while True:
            step = next_step(week, self._journal.facts.settled, self._stage(present), quiet, self._is_ready, now.wall)
            match step:
                case Wait(until=wake):
                    return min((instant for instant in (due, wake) if instant is not None), default=None)
                case Prepare(turn=turn):
                    self._prepare(turn, manifest, now)
                case Arm(turn=turn):
                    self._arm(turn, manifest, now)
                case Start(turn=turn):
                    due = self._start(turn, manifest, now)
                case Settle(turn=turn, result=result, reason=reason):
                    self._settle(turn, manifest, now, result, reason)

    def follow(self, now: Reading) -> datetime | None:
        """Look after what is sounding, whatever the clock or the week say meanwhile (C2)."""
        sounding = self._sounding
        if sounding is None:
            return None
        finished = self._player.poll(now)
        if finished is not None:
            self._sounding = None
            self._finish(sounding, finished)
            return None
        if now.monotonic_s >= sounding.progress_at_s:
            self._journal.append(Progress(self._player.played(now)))
            sounding.progress_at_s = now.monotonic_s + PROGRESS_EVERY_S
        passed = timedelta(seconds=now.monotonic_s - sounding.since.monotonic_s)
        ahead = max(sounding.programme.length - passed, POLL_EVERY)
        return now.wall + min(ahead, until(sounding.progress_at_s, now))

    def stop(self, now: Reading) -> None:
        """End the sound in order, with its record."""
        self._player.stop()
        self.follow(now)

    def _stage(self, present: datetime) -> Stage:
        return Stage(
            present=present,
            free=self._free,
            sounding="" if self._sounding is None else self._sounding.turn.slot.id,
            prepared="" if self._prepared is None else self._prepared.slot,
            armed=self._armed,
        )

    def _is_ready(self, turn: Turn) -> bool:
        return self._supply.ready(turn.clips)

    def _prepare(self, turn: Turn, manifest: Manifest, now: Reading) -> None:
        for clip in self._supply.damaged(turn.clips):
            details: dict[str, str | int] = {"slot": turn.slot.id, "size": clip.size}
            self._outbox.report("fault", f"clip {clip.digest}", "clip-damaged", details, now)
        if not self._is_ready(turn):
            return
        clips = tuple(
            ProgrammeClip(self._path_of(clip.digest), clip.samples, clip.rate, clip.codec) for clip in turn.clips
        )
        try:
            gap_ms = round(manifest.gap / timedelta(milliseconds=1))
            programme = Programme(turn.slot.id, clips, gap_ms, turn.slot.volume)
            self._player.prepare(programme)
        except DeviceError as error:
            self._settle(turn, manifest, now, "failed", str(error))
            return
        self._prepared = programme

    def _arm(self, turn: Turn, manifest: Manifest, now: Reading) -> None:
        assert self._prepared is not None
        self._armed = turn.slot.id
        self._journal.append(
            Started(
                slot=turn.slot.id,
                manifest_version=manifest.version,
                planned_start=turn.slot.start.isoformat(),
                at=now.wall.isoformat(),
                clips=turn.slot.items,
                samples_expected=self._prepared.samples,
                rate=self._prepared.rate,
            )
        )

    def _start(self, turn: Turn, manifest: Manifest, now: Reading) -> datetime:
        programme, self._prepared, self._armed = self._prepared, None, ""
        assert programme is not None
        self._player.start(programme, now)
        self._sounding = _Sounding(turn, programme, manifest.version, now, now.monotonic_s + PROGRESS_EVERY_S)
        return now.wall + min(programme.length, timedelta(seconds=PROGRESS_EVERY_S))

    def _settle(self, turn: Turn, manifest: Manifest, now: Reading, result: Result, reason: str) -> None:
        expected = sum(clip.samples for clip in turn.clips)
        record = self._record(turn.slot.id, manifest.version, turn.slot.start, expected, now.state)
        self._outbox.record(replace(record, result=result, reason=reason))

    def _finish(self, sounding: _Sounding, finished: Finished) -> None:
        turn, programme = sounding.turn, sounding.programme
        self._free, self.load = finished.end, finished.load
        record = self._record(
            turn.slot.id, sounding.manifest_version, turn.slot.start, programme.samples, sounding.since.state
        )
        self._outbox.record(
            replace(
                record,
                start=finished.start,
                end=finished.end,
                played=timedelta(milliseconds=finished.played_ms),
                samples_played=finished.samples_played,
                result=finished.result,
                reason=finished.reason,
                load=finished.load,
                clips=turn.slot.items[: programme.begun(finished.samples_played)],
            )
        )

    def _record(self, slot: str, version: int, planned: datetime, expected: int, clock: ClockState) -> PlayRecord:
        """The record of a slot of which nothing has sounded."""
        return PlayRecord(
            commune=self._commune,
            receiver=self._receiver,
            boot="",
            seq=0,
            slot=slot,
            manifest_version=version,
            planned_start=planned,
            start=None,
            end=None,
            played=timedelta(),
            samples_played=0,
            samples_expected=expected,
            result="missed",
            reason="",
            load="unmeasured",
            sink=self._player.sink,
            simulated=self._player.simulated,
            clock=clock,
            clips=(),
        )


def until(at_s: float, now: Reading) -> timedelta:
    """How long until the monotonic clock shows `at_s`; rounded up, for a step that came too early would do nothing."""
    return timedelta(seconds=max(0.0, at_s - now.monotonic_s), microseconds=1)
