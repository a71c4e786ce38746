"""The chain of voices: the first that can, speaks; why each one before it could not is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tts.errors import ReadableError
from tts.plausible import Implausible
from tts.voices.voice import Voice, VoiceFailed, VoiceIdentity

Said = TypeVar("Said")


@dataclass(frozen=True)
class Refusal:
    """A voice that was asked and did not speak, and why."""

    voice: VoiceIdentity
    error: ReadableError


class NoVoice(ReadableError):
    """Every voice of the chain failed; ``refusals`` has each one's reason."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(
            "a voice that can speak was expected, but all {count} failed; put right the cause of one: {reasons}",
            count=len(refusals),
            reasons="; ".join(f"{refusal.voice.name}: {refusal.error}" for refusal in refusals) or "none is set up",
        )
        self.refusals = tuple(refusals)


@dataclass(frozen=True)
class Chosen(Generic[Said]):
    """What the first able voice said, and who was asked before it."""

    said: Said
    voice: VoiceIdentity
    refusals: tuple[Refusal, ...]


def first_to_speak(voices: Sequence[Voice], attempt: Callable[[Voice], Said]) -> Chosen[Said]:
    """Try the voices in order. Raises NoVoice where each one failed or gave what cannot be these words."""
    refusals: list[Refusal] = []
    for voice in voices:
        try:
            return Chosen(attempt(voice), voice.identity, tuple(refusals))
        except (VoiceFailed, Implausible) as error:
            refusals.append(Refusal(voice.identity, error))
    raise NoVoice(refusals)
