"""What every voice is: an identity, and words in, speech out."""

from dataclasses import dataclass
from typing import Protocol

from tts.errors import ReadableError
from tts.script import Told, Turn, untold
from tts.speech import Speech


@dataclass(frozen=True)
class VoiceIdentity:
    """Who spoke, to the point where the same identity given the same words says the same.

    ``version`` of the engine (of a recording: the SHA-256 of its file), ``settings`` as it was set up to speak,
    ``accent`` northern, central or southern, "" where unknown; ``recorded`` where a person read it, so that the words
    say nothing about the length.
    """

    name: str
    version: str
    language: str
    accent: str
    online: bool
    settings: str = ""
    recorded: bool = False


class VoiceFailed(ReadableError):
    """This voice could not say these words. Another may."""


class Voice(Protocol):
    """Speaks normalised words: lower-case NFC, with commas and full stops for pauses, without digits."""

    @property
    def identity(self) -> VoiceIdentity: ...

    def speak(self, turn: Turn, told: Told = untold) -> Speech:
        """The turn with its pauses and a mark for each sentence, no silence after the last word; `told` as it goes on.

        Raises VoiceFailed with the reason, within bounded time.
        """
        ...
