"""How the voices speak. The defaults are for horns outdoors: slow, with pauses that outlast the echo."""

from dataclasses import dataclass, field
from datetime import timedelta

from tts.errors import ReadableError


class SettingsRefused(ReadableError):
    """A setting is outside what the voices can do."""


@dataclass(frozen=True)
class Pauses:
    """The silence after a clause, after a sentence and after a line. None is put after the last word."""

    clause: timedelta = timedelta(milliseconds=300)
    sentence: timedelta = timedelta(milliseconds=700)
    line: timedelta = timedelta(milliseconds=1000)

    def __post_init__(self) -> None:
        for name, pause in vars(self).items():
            if not timedelta(0) <= pause <= timedelta(seconds=10):
                raise SettingsRefused(
                    "the pause after a {name} should be 0 to 10 seconds, not {seconds}",
                    name=name,
                    seconds=pause.total_seconds(),
                )

    @property
    def text(self) -> str:
        """As it stands in the identity of a voice."""
        return "pauses " + "/".join(f"{pause // timedelta(milliseconds=1)}" for pause in vars(self).values()) + " ms"


@dataclass(frozen=True)
class EspeakSettings:
    """``rate`` in espeak's words per minute: 128 gives 175 Vietnamese syllables a minute, its default of 175 gives 242.

    ``amplitude`` in its percent: 100 clips, 60 does not.
    """

    rate: int = 128
    amplitude: int = 60

    def __post_init__(self) -> None:
        if not 80 <= self.rate <= 450:
            raise SettingsRefused("the rate of espeak should be 80 to 450 words per minute, not {rate}", rate=self.rate)
        if not 1 <= self.amplitude <= 100:
            raise SettingsRefused(
                "the amplitude of espeak should be 1 to 100, not {amplitude}", amplitude=self.amplitude
            )


@dataclass(frozen=True)
class GoogleSettings:
    """``timeout`` bounds one answer, ``backoff`` is the wait before the second attempt and doubles from there."""

    timeout: timedelta = timedelta(seconds=15)
    attempts: int = 3
    backoff: timedelta = timedelta(seconds=1)

    def __post_init__(self) -> None:
        if self.timeout <= timedelta(0) or self.backoff < timedelta(0) or self.attempts < 1:
            raise SettingsRefused(
                "the online voice needs a time limit above 0, a wait of 0 or more and at least 1 attempt, "
                "not {timeout} s, {backoff} s and {attempts}",
                timeout=self.timeout.total_seconds(),
                backoff=self.backoff.total_seconds(),
                attempts=self.attempts,
            )


@dataclass(frozen=True)
class VoiceSettings:
    """Everything that `tts.voices.voices_named` needs to build a voice."""

    pauses: Pauses = field(default_factory=Pauses)
    espeak: EspeakSettings = field(default_factory=EspeakSettings)
    google: GoogleSettings = field(default_factory=GoogleSettings)
