"""How the voices speak. The defaults are for horns outdoors: slow, with pauses that outlast the echo."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tts.errors import ReadableError
from tts.template import ServiceSettings

BUILT_IN_VOICES = (
    "espeak",
    "espeak-central",
    "espeak-south",
    "espeak-female",
    "espeak-central-female",
    "espeak-south-female",
    "google",
)
"""The names that need no description of the operator's."""


class SettingsRefused(ReadableError):
    """A setting is outside what the voices can do."""


@dataclass(frozen=True)
class Pauses:
    """The silence after a clause, a sentence, a line, an item of a list and a heading. None after the last word."""

    clause: timedelta = timedelta(milliseconds=300)
    sentence: timedelta = timedelta(milliseconds=700)
    line: timedelta = timedelta(milliseconds=1000)
    item: timedelta = timedelta(milliseconds=850)
    heading: timedelta = timedelta(milliseconds=1300)

    def __post_init__(self) -> None:
        for name, pause in vars(self).items():
            if not timedelta(0) <= pause <= timedelta(seconds=10):
                raise SettingsRefused(
                    "the pause after a {name} should be 0 to 10 seconds, not {seconds}",
                    name=name,
                    seconds=pause.total_seconds(),
                )


@dataclass(frozen=True)
class EspeakSettings:
    """``rate`` in espeak's words per minute: 128 gives 175 Vietnamese syllables a minute, its default of 175 gives 242.

    ``amplitude`` in its percent: 100 clips, 60 does not. ``pitch`` from 0 to 99, 50 as the voice was made: no
    other puts more of it into a horn's band of 300 Hz to 6 kHz (−2.1 to −2.3 dB for the man's voice from 30 to 80).
    """

    rate: int = 128
    amplitude: int = 60
    pitch: int = 50

    def __post_init__(self) -> None:
        if not 80 <= self.rate <= 450:
            raise SettingsRefused("the rate of espeak should be 80 to 450 words per minute, not {rate}", rate=self.rate)
        if not 1 <= self.amplitude <= 100:
            raise SettingsRefused(
                "the amplitude of espeak should be 1 to 100, not {amplitude}", amplitude=self.amplitude
            )
        if not 0 <= self.pitch <= 99:
            raise SettingsRefused("the pitch of espeak should be 0 to 99, not {pitch}", pitch=self.pitch)


@dataclass(frozen=True)
class GoogleSettings:
    """``timeout`` bounds one answer, ``backoff`` is the wait before the second attempt and doubles from there.

    ``pause``: the least time between two requests.
    """

    timeout: timedelta = timedelta(seconds=15)
    attempts: int = 3
    backoff: timedelta = timedelta(seconds=1)
    pause: timedelta = timedelta(0)

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
class PiperSettings:
    """A voice of Piper's: ``model`` the .onnx file, with its description beside it under the same name and ``.json``.

    ``speaker``: a name or a number of a model with several, "" for its first. ``accent`` as in VoiceIdentity.
    """

    name: str
    model: Path
    speaker: str = ""
    accent: str = ""


@dataclass(frozen=True)
class VoiceSettings:
    """Everything that `tts.voices.voices_named` needs to build a voice."""

    espeak: EspeakSettings = field(default_factory=EspeakSettings)
    google: GoogleSettings = field(default_factory=GoogleSettings)
    piper: tuple[PiperSettings, ...] = ()
    services: tuple[ServiceSettings, ...] = ()
