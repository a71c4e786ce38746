import logging
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tts.cache import SpeechCache
from tts.delivery import plain
from tts.speech import Mark, Speech
from tts.voices.voice import VoiceIdentity

VOICE = VoiceIdentity("test", "1", "vi", "northern", online=False, settings="rate 128")
MS = timedelta(milliseconds=1)
SPEECH = Speech(b"\1\2" * 500, 8000, (Mark(MS * 0, MS * 50, "một."), Mark(MS * 62.5, MS * 125, "hai.")))


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_what_was_kept_comes_back_with_its_marks(tmp_path: Path) -> None:
    SpeechCache(tmp_path, 10_000).put(plain("một. hai."), VOICE, SPEECH)
    kept = SpeechCache(tmp_path, 10_000).get(plain("một. hai."), VOICE)
    assert kept == SPEECH
    assert kept.marks == SPEECH.marks


@pytest.mark.parametrize(
    "other",
    [
        replace(VOICE, version="2"),
        replace(VOICE, settings="rate 200"),
        replace(VOICE, accent="southern"),
        replace(VOICE, name="x"),
    ],
)
def test_another_voice_version_or_setting_is_another_entry(tmp_path: Path, other: VoiceIdentity) -> None:
    cache = SpeechCache(tmp_path, 10_000)
    cache.put(plain("một."), VOICE, SPEECH)
    assert cache.get(plain("một."), other) is None
    assert cache.get(plain("hai."), VOICE) is None


def test_a_damaged_entry_is_found_at_any_byte_and_made_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cache = SpeechCache(tmp_path, 10_000)
    cache.put(plain("một."), VOICE, SPEECH)
    (path,) = entries(tmp_path)
    whole = path.read_bytes()
    damaged = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), 37)]
    for entry in [*damaged, whole[:-2], whole + b"\0\0", b"", b"\n"]:
        path.write_bytes(entry)
        with caplog.at_level(logging.WARNING):
            assert cache.get(plain("một."), VOICE) is None
        assert "damaged" in caplog.messages[-1]
        assert entries(tmp_path) == []
    cache.put(plain("một."), VOICE, SPEECH)
    assert cache.get(plain("một."), VOICE) == SPEECH


def test_the_folder_stays_below_its_limit_and_the_longest_unused_goes_first(tmp_path: Path) -> None:
    cache = SpeechCache(tmp_path, 4000)
    for age, words in enumerate(["một", "hai", "ba"]):
        cache.put(plain(words), VOICE, SPEECH)
        for path in entries(tmp_path):
            if path.stat().st_mtime > 10:
                os.utime(path, (age + 1, age + 1))
    assert cache.get(plain("một"), VOICE) == SPEECH  # so "hai" is now the longest unused
    cache.put(plain("bốn"), VOICE, SPEECH)
    assert sum(path.stat().st_size for path in entries(tmp_path)) <= 4000
    assert cache.get(plain("hai"), VOICE) is None
    assert [cache.get(plain(words), VOICE) for words in ("một", "ba", "bốn")] == [SPEECH] * 3


def test_what_a_crash_left_half_written_is_given_up_too(tmp_path: Path) -> None:
    left = tmp_path / "x.part"
    left.write_bytes(bytes(3500))
    os.utime(left, (1, 1))
    SpeechCache(tmp_path, 4000).put(plain("một"), VOICE, SPEECH)
    assert not left.exists()
    assert len(entries(tmp_path)) == 1


def test_an_entry_above_the_limit_is_not_kept(tmp_path: Path) -> None:
    cache = SpeechCache(tmp_path, 500)
    cache.put(plain("một"), VOICE, SPEECH)
    assert entries(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_logged_and_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = SpeechCache(tmp_path / "cache", 10_000)
    (tmp_path / "cache").rmdir()
    cache.put(plain("một"), VOICE, SPEECH)
    assert "nothing kept" in caplog.text
    assert cache.get(plain("một"), VOICE) is None
