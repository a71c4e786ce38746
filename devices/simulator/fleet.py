"""Many real receiver agents under one clock, over real links, with faults at their instants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from devices.broker.link import Link
from devices.clock import Reading
from devices.receiver.agent import Agent
from devices.receiver.crew import Crew
from devices.receiver.download import Download
from devices.receiver.enrolment import Enrolment
from devices.receiver.fetch import ClipFetcher
from devices.receiver.sinks.null import NullPlayer, decoding_crew
from devices.simulator.faults import DeadAmplifier, Fault, Offline, PowerCut
from devices.simulator.parts import Amplified, Line

DOWNLOADS = 4
SOFTWARE = "loa simulator"


class Fleet:
    """One agent for each enrolment, in `folder/<receiver>`, playing to the null sink.

    `link_of` makes a receiver's link to the broker. `on_event` is called from any thread when `step` has something to
    do. The clock may go on when `busy` is false, at most to the instant that `step` returned.
    """

    def __init__(
        self,
        folder: Path,
        enrolments: Iterable[Enrolment],
        link_of: Callable[[Enrolment], Link],
        download: Download,
        ffmpeg: Path,
        faults: Sequence[Fault],
        on_event: Callable[[], None],
    ) -> None:
        self._decoders = decoding_crew()
        self._downloads = Crew(DOWNLOADS, "download")
        self._ffmpeg = ffmpeg
        self._members = [
            _Member(self, folder / each.receiver, each, link_of, download, faults, on_event) for each in enrolments
        ]

    @property
    def busy(self) -> bool:
        """Whether something is in flight that only real time resolves."""
        return any(member.busy for member in self._members)

    @property
    def connected(self) -> set[str]:
        """The receivers that the broker has on the line now."""
        return {member.receiver for member in self._members if member.line.connected}

    @property
    def alive(self) -> bool:
        """Whether every receiver's network thread lives."""
        return all(member.line.alive for member in self._members)

    def step(self, now: Reading) -> datetime | None:
        """Let faults happen and do all that is due; returns when to call again, if nothing wakes before."""
        return min((due for member in self._members if (due := member.step(now)) is not None), default=None)

    def close(self) -> None:
        """End every receiver as the end of the process would."""
        for member in self._members:
            member.switch_off()
        self._decoders.dismiss()
        self._downloads.dismiss()

    def player(self) -> Amplified:
        return Amplified(NullPlayer(self._ffmpeg, self._decoders))

    def fetcher(self, download: Download) -> ClipFetcher:
        return ClipFetcher(self._downloads, download)


class _Member:
    """One receiver: its folder outlives its agent, as a card outlives a power cut."""

    def __init__(
        self,
        fleet: Fleet,
        folder: Path,
        enrolment: Enrolment,
        link_of: Callable[[Enrolment], Link],
        download: Download,
        faults: Sequence[Fault],
        on_event: Callable[[], None],
    ) -> None:
        self.line = Line(lambda: link_of(enrolment), download)
        self._fleet = fleet
        self._folder = folder
        self._enrolment = enrolment
        self._on_event = on_event
        self._faults = [fault for fault in faults if fault.receiver == enrolment.receiver]
        self._agent: Agent | None = None
        self._amplifier: Amplified | None = None
        self._off_until: datetime | None = None
        self._due: datetime | None = None
        self._woken = True

    @property
    def receiver(self) -> str:
        return self._enrolment.receiver

    @property
    def busy(self) -> bool:
        if self._agent is None:
            return False
        return self._agent.busy or (self.line.whole and not self.line.connected)

    def step(self, now: Reading) -> datetime | None:
        waits = [self._suffer(fault, now) for fault in self._faults]
        if self._off_until is not None and now.wall >= self._off_until:
            self._off_until = None
        if self._off_until is not None:
            return min(due for due in (self._off_until, *waits) if due is not None)
        if self._agent is None:
            self._switch_on()
        assert self._agent is not None
        if self._woken or (self._due is not None and self._due <= now.wall):
            self._woken = False
            self._due = self._agent.step(now)
            waits = [self._suffer(fault, now) for fault in self._faults]
        return min((due for due in (self._due, *waits) if due is not None), default=None)

    def switch_off(self) -> None:
        """As a power cut does: the agent writes nothing any more."""
        if self._agent is not None:
            self._agent.release()
            self._agent = self._amplifier = None

    def _switch_on(self) -> None:
        self._amplifier = self._fleet.player()
        self._agent = Agent(
            self._enrolment,
            self._folder,
            self.line,
            self._amplifier,
            self._fleet.fetcher(self.line.download),
            SOFTWARE,
        )
        self._woken = True
        self._agent.open(self._wake)

    def _wake(self) -> None:
        self._woken = True
        self._on_event()

    def _suffer(self, fault: Fault, now: Reading) -> datetime | None:
        """Let `fault` be as it is at `now`; returns when it changes next."""
        match fault:
            case Offline(start=start, end=end):
                away = start <= now.wall < end
                if away == self.line.whole:
                    self.line.cut() if away else self.line.mend()
                return start if now.wall < start else end if now.wall < end else None
            case DeadAmplifier(start=start):
                if self._amplifier is not None:
                    self._amplifier.dead = now.wall >= start
                return start if now.wall < start else None
            case PowerCut(after=after, into=into, off=off):
                since = None if self._agent is None else self._agent.sounding_since
                if since is None or since.wall < after:
                    return None
                if now.wall < since.wall + into:
                    return since.wall + into
                self.switch_off()
                self._faults = [each for each in self._faults if each is not fault]
                self._off_until = now.wall + off
                return self._off_until
