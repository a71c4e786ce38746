"""Words in, speech out: the one verb of this package."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from tts.cache import SpeechCache
from tts.errors import ReadableError
from tts.phrases import syllables
from tts.plausible import check_audible, check_words
from tts.speech import Mark, Speech
from tts.voices.chain import Refusal, first_to_speak
from tts.voices.voice import Voice, VoiceIdentity

LONGEST = 12_000
"""Syllables: more than an hour of speech (E7)."""


class WordsRefused(ReadableError):
    """There is nothing to say, or far too much (E7)."""


@dataclass(frozen=True)
class Spoken:
    """What was said, by whom, and why each voice asked before could not; ``cached`` where it was kept from earlier."""

    speech: Speech
    voice: VoiceIdentity
    refusals: tuple[Refusal, ...]
    cached: bool

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Where each sentence starts; empty for a recording."""
        return self.speech.marks


def speak(words: str, voices: Sequence[Voice], cache: SpeechCache) -> Spoken:
    """The first of the voices that can say these (normalised) words says them, or has said them before.

    Nothing silent, empty or of an impossible length is returned or kept (E6). Raises WordsRefused, and NoVoice with
    every voice's reason.
    """
    words = unicodedata.normalize("NFC", words)  # one key for one text (E9)
    _check(words)

    def attempt(voice: Voice) -> tuple[Speech, bool]:
        kept = cache.get(words, voice.identity)
        if kept is not None:
            return kept, True
        speech = voice.speak(words)
        if voice.identity.recorded:
            check_audible(speech)
        else:
            check_words(speech, words)
        cache.put(words, voice.identity, speech)
        return speech, False

    chosen = first_to_speak(voices, attempt)
    speech, cached = chosen.said
    return Spoken(speech, chosen.voice, chosen.refusals, cached)


def _check(words: str) -> None:
    count = syllables(words)
    if count == 0:
        raise WordsRefused("words to say were expected, but there are none; write the text of the bulletin")
    if count > LONGEST:
        raise WordsRefused(
            "at most {most} syllables were expected, but {came} came; cut the text into several bulletins",
            most=LONGEST,
            came=count,
        )
