"""The cache over a power cut, as near as a process can come to one."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from tts.cache import SpeechCache
from tts.delivery import plain
from tts.speech import Speech
from tts.voices.voice import VoiceIdentity

VOICE = VoiceIdentity("test", "1", "vi", "northern", online=False)
WRITER = """
import sys
from pathlib import Path
from tts.cache import SpeechCache
from tts.delivery import plain
from tts.speech import Speech
from tts.voices.voice import VoiceIdentity
cache = SpeechCache(Path(sys.argv[1]), 3_000_000)
voice = VoiceIdentity("test", "1", "vi", "northern", online=False)
for number in range(1_000_000):
    cache.put(plain(f"word {number % 20}"), voice, Speech(bytes([number % 20]) * 400_000, 8000))
    print(number, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_whole_entries_or_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for writes in (1, 4, 9):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for _ in range(writes):
                writer.stdout.readline()
            writer.kill()
        cache = SpeechCache(tmp_path, 3_000_000)
        with caplog.at_level(logging.WARNING):
            kept = {number: cache.get(plain(f"word {number}"), VOICE) for number in range(20)}
        found = {number: speech for number, speech in kept.items() if speech is not None}
        assert found == {number: Speech(bytes([number]) * 400_000, 8000) for number in found}
        assert found
        assert caplog.messages == []


def test_what_killed_writers_left_stays_within_the_limit(tmp_path: Path) -> None:
    cache = SpeechCache(tmp_path, 3_000_000)
    for number in range(10):
        (tmp_path / f"{number}.part").write_bytes(bytes(1_000_000))
    cache.put(plain("word"), VOICE, Speech(bytes(400_000), 8000))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 3_000_000
    assert cache.get(plain("word"), VOICE) is not None
