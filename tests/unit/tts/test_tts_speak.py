import unicodedata
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tts.cache import SpeechCache
from tts.delivery import plain
from tts.plausible import Implausible
from tts.script import Script, Told, Turn, untold
from tts.speak import LONGEST, Spoken, WordsRefused, speak
from tts.speech import Mark, Speech
from tts.voices.chain import NoVoice
from tts.voices.voice import Voice, VoiceFailed, VoiceIdentity

WORDS = "mời bà con đến họp."
GOOD = Speech(b"\0\x20\0\xe0" * 6000, 8000, (Mark(timedelta(0), timedelta(seconds=1.5), WORDS),))
MUTE = Speech(bytes(2 * 12_000), 8000, GOOD.marks)
SILENT = Speech.silence(timedelta(seconds=3), 8000)


class ToldVoice:
    """A voice that gives what it was told to, and remembers what it was asked."""

    def __init__(self, name: str, answer: Speech | VoiceFailed, *, recorded: bool = False) -> None:
        self.identity = VoiceIdentity(name, "1", "vi", "", online=False, recorded=recorded)
        self.answer = answer
        self.asked: list[str] = []

    def speak(self, turn: Turn, told: Told = untold) -> Speech:
        self.asked.append(turn.words)
        if isinstance(self.answer, VoiceFailed):
            raise self.answer
        for number in range(1, len(turn.sentences) + 1):
            told(number)
        return self.answer


def said(words: str, voices: list[Voice], cache: SpeechCache) -> Spoken:
    return speak(Script((plain(words),)), {"": voices}, cache)


@pytest.fixture
def cache(tmp_path: Path) -> SpeechCache:
    return SpeechCache(tmp_path / "cache", 1_000_000)


def test_the_first_voice_speaks_and_no_other_is_asked(cache: SpeechCache) -> None:
    first, second = ToldVoice("first", GOOD), ToldVoice("second", GOOD)
    spoken = said(WORDS, [first, second], cache)
    assert spoken.turns[0].speech == GOOD
    assert (spoken.voices, spoken.refusals, spoken.cached) == ((first.identity,), (), False)
    assert spoken.turns[0].speech.marks == GOOD.marks
    assert second.asked == []


def test_the_second_time_comes_from_the_cache(cache: SpeechCache) -> None:
    voice = ToldVoice("first", GOOD)
    said(WORDS, [voice], cache)
    again = said(WORDS, [voice], cache)
    assert again.cached
    assert again.turns[0].speech == GOOD
    assert again.turns[0].speech.marks == GOOD.marks
    assert voice.asked == [WORDS]


def test_e6_a_failed_and_a_silent_voice_are_passed_over_and_named(cache: SpeechCache) -> None:
    down = ToldVoice("down", VoiceFailed("429 came"))
    silent = ToldVoice("silent", SILENT)
    spoken = said(WORDS, [down, silent, ToldVoice("third", GOOD)], cache)
    assert spoken.voices[0].name == "third"
    assert [(refusal.voice.name, type(refusal.error)) for refusal in spoken.refusals] == [
        ("down", VoiceFailed),
        ("silent", Implausible),
    ]
    assert said(WORDS, [silent, ToldVoice("third", GOOD)], cache).refusals[0].voice == silent.identity


def test_e6_no_voice_names_each_reason(cache: SpeechCache) -> None:
    with pytest.raises(NoVoice) as raised:
        said(WORDS, [ToldVoice("down", VoiceFailed("429 {x}", x="came")), ToldVoice("silent", MUTE)], cache)
    assert [refusal.voice.name for refusal in raised.value.refusals] == ["down", "silent"]
    assert "down: 429 came; silent: “mời bà con đến họp.”: at least" in str(raised.value)


def test_no_voices_at_all_is_said(cache: SpeechCache) -> None:
    with pytest.raises(NoVoice, match="none is set up"):
        said(WORDS, [], cache)


def test_a_recording_is_not_measured_against_the_words(cache: SpeechCache) -> None:
    person = ToldVoice("recorded", GOOD, recorded=True)
    assert said("a " * 200, [person], cache).turns[0].speech == GOOD
    with pytest.raises(NoVoice):
        said(WORDS, [ToldVoice("mute", SILENT, recorded=True)], cache)


def test_e9_decomposed_words_are_the_same_words(cache: SpeechCache) -> None:
    voice = ToldVoice("first", GOOD)
    said(unicodedata.normalize("NFD", WORDS), [voice], cache)
    assert said(WORDS, [voice], cache).cached
    assert voice.asked == [WORDS]


@pytest.mark.parametrize("words", ["", " \n", "., !", "a " * (LONGEST + 1)])
def test_e7_nothing_and_far_too_much_are_refused(cache: SpeechCache, words: str) -> None:
    voice = ToldVoice("first", GOOD)
    with pytest.raises(WordsRefused):
        said(words, [voice], cache)
    assert voice.asked == []


def two_turns(cache: SpeechCache, men: list[Voice], women: list[Voice]) -> Spoken:
    turns = [replace(plain(WORDS), role=role) for role in ("male", "female", "male")]
    return speak(Script(tuple(turns)), {"": [], "male": men, "female": women}, cache)


def test_each_role_has_its_voice_and_the_pauses_stand_between(cache: SpeechCache) -> None:
    man, woman = ToldVoice("man", GOOD), ToldVoice("woman", GOOD)
    spoken = two_turns(cache, [man], [woman])
    assert [turn.voice.name for turn in spoken.turns] == ["man", "woman", "man"]
    assert spoken.voices == (man.identity, woman.identity)
    assert spoken.sequence == (GOOD, timedelta(seconds=1), GOOD, timedelta(seconds=1), GOOD)


def test_a_voice_that_fails_in_its_second_turn_speaks_none_of_them(cache: SpeechCache) -> None:
    class Tiring(ToldVoice):
        def speak(self, turn: Turn, told: Told = untold) -> Speech:
            if self.asked:
                raise VoiceFailed("hoarse")
            return super().speak(turn, told)

    turns = [replace(plain(words), role="male") for words in (WORDS, "mời bà con.")]
    other = ToldVoice("other", Speech(GOOD.pcm, GOOD.rate, (Mark(timedelta(0), timedelta(seconds=1), ""),)))
    spoken = speak(Script(tuple(turns)), {"male": [Tiring("first", GOOD), other]}, cache)
    assert [turn.voice.name for turn in spoken.turns] == ["other", "other"]
    assert [refusal.voice.name for refusal in spoken.refusals] == ["first"]


def test_it_is_told_how_many_sentences_are_said_whoever_says_them_and_where_they_were_kept(cache: SpeechCache) -> None:
    script = Script(tuple(replace(plain(WORDS), role=role) for role in ("male", "female", "male")))
    voices = {"male": [ToldVoice("man", GOOD)], "female": [ToldVoice("woman", VoiceFailed("no")), ToldVoice("w", GOOD)]}
    heard: list[int] = []
    speak(script, voices, cache, heard.append)
    total = sum(len(turn.sentences) for turn in script.turns)
    assert heard[-1] == total
    assert heard == sorted(heard)
    again: list[int] = []
    speak(script, voices, cache, again.append)
    assert again[-1] == total


def test_a_role_without_a_voice_is_said(cache: SpeechCache) -> None:
    with pytest.raises(WordsRefused, match="'female'"):
        speak(Script((replace(plain(WORDS), role="female"),)), {"": [ToldVoice("a", GOOD)]}, cache)


def test_e6_sound_in_a_pause_and_a_missing_sentence_are_refused(cache: SpeechCache) -> None:
    half = timedelta(seconds=0.7)
    through = replace(GOOD, marks=(Mark(half * 0, half, "mời bà con."), Mark(half * 1.5, half * 2, "đến họp.")))
    with pytest.raises(NoVoice, match="sound in the pause"):
        said("mời bà con. đến họp.", [ToldVoice("humming", through)], cache)
    with pytest.raises(NoVoice, match="2 sentences were expected, but 1 came"):
        said("mời bà con. đến họp.", [ToldVoice("short", GOOD)], cache)


def test_clipped_speech_is_refused(cache: SpeechCache) -> None:
    square = Speech((b"\xff\x7f" * 40 + b"\x00\x80" * 40) * 150, 8000, GOOD.marks)
    with pytest.raises(NoVoice, match=r"100\.0 % of it is cut off at full scale"):
        said(WORDS, [ToldVoice("loud", square)], cache)
