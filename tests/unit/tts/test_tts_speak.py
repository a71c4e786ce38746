import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest

from tts.cache import SpeechCache
from tts.plausible import Implausible
from tts.speak import LONGEST, WordsRefused, speak
from tts.speech import Mark, Speech
from tts.voices.chain import NoVoice
from tts.voices.voice import VoiceFailed, VoiceIdentity

WORDS = "mời bà con đến họp."
GOOD = Speech(b"\0\x20\0\xe0" * 6000, 8000, (Mark(timedelta(0), WORDS),))
SILENT = Speech.silence(timedelta(seconds=3), 8000)


class ToldVoice:
    """A voice that gives what it was told to, and remembers what it was asked."""

    def __init__(self, name: str, answer: Speech | VoiceFailed, *, recorded: bool = False) -> None:
        self.identity = VoiceIdentity(name, "1", "vi", "", online=False, recorded=recorded)
        self.answer = answer
        self.asked: list[str] = []

    def speak(self, words: str) -> Speech:
        self.asked.append(words)
        if isinstance(self.answer, VoiceFailed):
            raise self.answer
        return self.answer


@pytest.fixture
def cache(tmp_path: Path) -> SpeechCache:
    return SpeechCache(tmp_path / "cache", 1_000_000)


def test_the_first_voice_speaks_and_no_other_is_asked(cache: SpeechCache) -> None:
    first, second = ToldVoice("first", GOOD), ToldVoice("second", GOOD)
    spoken = speak(WORDS, [first, second], cache)
    assert spoken.speech == GOOD
    assert (spoken.voice, spoken.refusals, spoken.cached) == (first.identity, (), False)
    assert spoken.marks == GOOD.marks
    assert second.asked == []


def test_the_second_time_comes_from_the_cache(cache: SpeechCache) -> None:
    voice = ToldVoice("first", GOOD)
    speak(WORDS, [voice], cache)
    again = speak(WORDS, [voice], cache)
    assert again.cached
    assert again.speech == GOOD
    assert again.marks == GOOD.marks
    assert voice.asked == [WORDS]


def test_e6_a_failed_and_a_silent_voice_are_passed_over_and_named(cache: SpeechCache) -> None:
    down = ToldVoice("down", VoiceFailed("429 came"))
    silent = ToldVoice("silent", SILENT)
    spoken = speak(WORDS, [down, silent, ToldVoice("third", GOOD)], cache)
    assert spoken.voice.name == "third"
    assert [(refusal.voice.name, type(refusal.error)) for refusal in spoken.refusals] == [
        ("down", VoiceFailed),
        ("silent", Implausible),
    ]
    assert speak(WORDS, [silent, ToldVoice("third", GOOD)], cache).refusals[0].voice == silent.identity


def test_e6_no_voice_names_each_reason(cache: SpeechCache) -> None:
    with pytest.raises(NoVoice) as raised:
        speak(WORDS, [ToldVoice("down", VoiceFailed("429 {x}", x="came")), ToldVoice("silent", SILENT)], cache)
    assert [refusal.voice.name for refusal in raised.value.refusals] == ["down", "silent"]
    assert "down: 429 came; silent: at least" in str(raised.value)


def test_no_voices_at_all_is_said(cache: SpeechCache) -> None:
    with pytest.raises(NoVoice, match="none is set up"):
        speak(WORDS, [], cache)


def test_a_recording_is_not_measured_against_the_words(cache: SpeechCache) -> None:
    person = ToldVoice("recorded", GOOD, recorded=True)
    assert speak("a " * 200, [person], cache).speech == GOOD
    with pytest.raises(NoVoice):
        speak(WORDS, [ToldVoice("mute", SILENT, recorded=True)], cache)


def test_e9_decomposed_words_are_the_same_words(cache: SpeechCache) -> None:
    voice = ToldVoice("first", GOOD)
    speak(unicodedata.normalize("NFD", WORDS), [voice], cache)
    assert speak(WORDS, [voice], cache).cached
    assert voice.asked == [WORDS]


@pytest.mark.parametrize("words", ["", " \n", "., !", "a " * (LONGEST + 1)])
def test_e7_nothing_and_far_too_much_are_refused(cache: SpeechCache, words: str) -> None:
    voice = ToldVoice("first", GOOD)
    with pytest.raises(WordsRefused):
        speak(words, [voice], cache)
    assert voice.asked == []
