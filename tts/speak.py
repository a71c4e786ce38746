"""A script in, speech out: the one verb of this package."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from tts.cache import SpeechCache
from tts.errors import ReadableError
from tts.phrases import syllables
from tts.plausible import check_audible, check_turn
from tts.script import Script, Told, Turn, untold
from tts.speech import Speech
from tts.voices.chain import Refusal, first_to_speak
from tts.voices.voice import Voice, VoiceIdentity

LONGEST = 12_000
"""Syllables: more than an hour of speech (E7)."""


class WordsRefused(ReadableError):
    """There is nothing to say, or far too much, or nobody to say it (E7)."""


_Said = tuple[Speech, bool]
"""And whether it was kept from earlier."""


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


def speak(script: Script, voices: Mapping[str, Sequence[Voice]], cache: SpeechCache, told: Told = untold) -> Spoken:
    """Each role's turns said by the first of its voices that can say all of them, or has said them before.

    ``voices``: who may speak for each role, in order. One voice keeps a role throughout, so that nobody hears a
    stranger in the middle; ``told`` counts the sentences said. Nothing silent, empty, clipped or of an impossible
    length is returned or kept (E6). Raises WordsRefused, and NoVoice with every voice's reason.
    """
    _check(script)
    spoken: dict[int, SpokenTurn] = {}
    before = 0
    for role in dict.fromkeys(turn.role for turn in script.turns):
        numbered = [(number, turn) for number, turn in enumerate(script.turns) if turn.role == role]

        if role not in voices:
            raise WordsRefused(
                "the text asks for {role!r}, which no voice is set up for; name one or take it out", role=role
            )
        attempt = partial(_all_said, [turn for _, turn in numbered], cache, told, before)
        chosen = first_to_speak(voices[role], attempt)
        for (number, turn), (speech, cached) in zip(numbered, chosen.said, strict=True):
            before += len(turn.sentences)
            spoken[number] = SpokenTurn(speech, turn.silence, chosen.voice, chosen.refusals, cached)
    return Spoken(tuple(turn for _, turn in sorted(spoken.items())))


def _all_said(turns: Sequence[Turn], cache: SpeechCache, told: Told, before: int, voice: Voice) -> list[_Said]:
    """The turns of one role by one voice; `before` counts the sentences that others have said."""
    said: list[_Said] = []
    for turn in turns:
        said.append(_said(turn, voice, cache, partial(_counted, told, before)))
        before += len(turn.sentences)
        told(before)
    return said


def _counted(told: Told, before: int, sentences: int) -> None:
    told(before + sentences)


def _said(turn: Turn, voice: Voice, cache: SpeechCache, told: Told) -> _Said:
    kept = cache.get(turn, voice.identity)
    if kept is not None:
        return kept, True
    speech = voice.speak(turn, told)
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
