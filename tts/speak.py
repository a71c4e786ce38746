"""A script in, speech out: the one verb of this package."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tts.cache import SpeechCache
from tts.errors import ReadableError
from tts.phrases import syllables
from tts.plausible import check_audible, check_turn
from tts.script import Script, Turn
from tts.speech import Speech
from tts.voices.chain import Refusal, first_to_speak
from tts.voices.voice import Voice, VoiceIdentity

LONGEST = 12_000
"""Syllables: more than an hour of speech (E7)."""


class WordsRefused(ReadableError):
    """There is nothing to say, or far too much, or nobody to say it (E7)."""


@dataclass(frozen=True)
class SpokenTurn:
    """What was said, by whom, and why each voice asked before could not; ``cached`` where it was kept from earlier.

    ``silence`` is what stands between this turn and the next.
    """

    speech: Speech
    silence: timedelta
    voice: VoiceIdentity
    refusals: tuple[Refusal, ...]
    cached: bool


@dataclass(frozen=True)
class Spoken:
    """A script as it was spoken, turn by turn."""

    turns: tuple[SpokenTurn, ...]

    @property
    def voices(self) -> tuple[VoiceIdentity, ...]:
        """Everybody who spoke, once, in order."""
        return tuple(dict.fromkeys(turn.voice for turn in self.turns))

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Why each voice that was preferred did not speak, once."""
        return tuple(
            {(refusal.voice, str(refusal.error)): refusal for turn in self.turns for refusal in turn.refusals}.values()
        )

    @property
    def cached(self) -> bool:
        return all(turn.cached for turn in self.turns)

    @property
    def sequence(self) -> tuple[Speech | timedelta, ...]:
        """The speeches with the silences between them."""
        said: list[Speech | timedelta] = []
        for turn in self.turns:
            said += [turn.speech, turn.silence]
        return tuple(said[:-1])


def speak(script: Script, voices: Mapping[str, Sequence[Voice]], cache: SpeechCache) -> Spoken:
    """Each role's turns said by the first of its voices that can say all of them, or has said them before.

    ``voices``: who may speak for each role, in order. One voice keeps a role throughout, so that nobody hears a
    stranger in the middle. Nothing silent, empty, clipped or of an impossible length is returned or kept (E6). Raises
    WordsRefused, and NoVoice with every voice's reason.
    """
    _check(script)
    spoken: dict[int, SpokenTurn] = {}
    for role in dict.fromkeys(turn.role for turn in script.turns):
        numbered = [(number, turn) for number, turn in enumerate(script.turns) if turn.role == role]

        def attempt(voice: Voice, turns: Sequence[tuple[int, Turn]] = numbered) -> list[tuple[Speech, bool]]:
            return [_said(turn, voice, cache) for _, turn in turns]

        if role not in voices:
            raise WordsRefused(
                "the text asks for {role!r}, which no voice is set up for; name one or take it out", role=role
            )
        chosen = first_to_speak(voices[role], attempt)
        for (number, turn), (speech, cached) in zip(numbered, chosen.said, strict=True):
            spoken[number] = SpokenTurn(speech, turn.silence, chosen.voice, chosen.refusals, cached)
    return Spoken(tuple(turn for _, turn in sorted(spoken.items())))


def _said(turn: Turn, voice: Voice, cache: SpeechCache) -> tuple[Speech, bool]:
    kept = cache.get(turn, voice.identity)
    if kept is not None:
        return kept, True
    speech = voice.speak(turn)
    if voice.identity.recorded:
        check_audible(speech)
    else:
        check_turn(speech, turn)
    cache.put(turn, voice.identity, speech)
    return speech, False


def _check(script: Script) -> None:
    count = sum(syllables(turn.words) for turn in script.turns)
    if count == 0:
        raise WordsRefused("words to say were expected, but there are none; write the text of the bulletin")
    if count > LONGEST:
        raise WordsRefused(
            "at most {most} syllables were expected, but {came} came; cut the text into several bulletins",
            most=LONGEST,
            came=count,
        )
