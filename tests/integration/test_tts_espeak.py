"""The real espeak-ng in its real process."""

import contextlib
import os
import select
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import espeakng_loader
import pytest
from tts_processes import workers

from tts.delivery import plain
from tts.phrases import syllables
from tts.plausible import check_words
from tts.script import Clause, Sentence, Turn
from tts.settings import EspeakSettings, Pauses
from tts.speech import SECOND, Speech
from tts.voices.espeak import ACCENTS, EspeakVoice
from tts.voices.voice import VoiceFailed

WORDS = "ủy ban nhân dân xã diễn châu thông báo.\nđúng bảy giờ ngày mai, mời bà con đến trạm y tế. xin cảm ơn."


@pytest.fixture
def voice() -> Iterator[EspeakVoice]:
    with EspeakVoice() as voice:
        yield voice


def open_pipes() -> set[str]:
    """Whatever else this process holds: files of other tests come and go when they are collected."""
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the handle of this very listing
            found.add(str(entry.readlink()))
    return {target for target in found if target.startswith("pipe:")}


@pytest.mark.parametrize("accent", ACCENTS)
def test_every_accent_says_the_words(accent: str) -> None:
    with EspeakVoice(accent) as voice:
        speech = voice.speak(plain(WORDS))
    check_words(speech, WORDS)
    assert speech.rate == 22_050


def test_the_accents_differ() -> None:
    digests = set()
    for accent in ACCENTS:
        with EspeakVoice(accent) as voice:
            digests.add(voice.speak(plain(WORDS)).digest)
    assert len(digests) == 3


def test_the_same_words_give_the_same_bytes_whatever_was_said_before(voice: EspeakVoice) -> None:
    first = voice.speak(plain(WORDS))
    voice.speak(plain("chương trình phát thanh đến đây là hết."))
    assert voice.speak(plain(WORDS)) == first
    code = "from tts.delivery import plain; from tts.voices.espeak import EspeakVoice; "
    code += f"print(EspeakVoice().speak(plain({WORDS!r})).digest)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60, text=True)
    assert told.stdout.strip() == first.digest


def test_a_clause_sounds_alike_in_any_company(voice: EspeakVoice) -> None:
    alone = voice.speak(plain("xin cảm ơn."))
    together = voice.speak(plain(WORDS))
    assert together.pcm.endswith(alone.pcm)


def test_e9_decomposed_letters_are_spoken_like_composed_ones(voice: EspeakVoice) -> None:
    assert voice.speak(plain(unicodedata.normalize("NFD", WORDS))) == voice.speak(plain(WORDS))


def test_pauses_are_ours_to_the_sample(voice: EspeakVoice) -> None:
    none = Pauses(*[timedelta(0)] * 5)
    difference = voice.speak(plain(WORDS)).samples - voice.speak(plain(WORDS, none)).samples
    assert difference == round((0.3 + 0.7 + 1.0) * 22_050)


def test_sentence_starts_are_marked_where_the_sound_starts(voice: EspeakVoice) -> None:
    speech = voice.speak(plain(WORDS))
    assert [mark.text for mark in speech.marks] == [
        "ủy ban nhân dân xã diễn châu thông báo.",
        "đúng bảy giờ ngày mai, mời bà con đến trạm y tế.",
        "xin cảm ơn.",
    ]
    last = round(speech.marks[-1].start / SECOND * speech.rate)
    assert speech.pcm[2 * last :] == voice.speak(plain("xin cảm ơn.")).pcm


def test_the_pace_is_for_horns_and_nothing_clips(voice: EspeakVoice) -> None:
    text = "\n".join([WORDS] * 5)
    speech = voice.speak(plain(text))
    assert 140 <= syllables(text) / (speech.duration / timedelta(minutes=1)) <= 190
    samples = memoryview(speech.pcm).cast("h")
    assert 16_000 < max(samples) < 32_767
    assert min(samples) > -32_768


def test_a_slower_rate_is_slower(voice: EspeakVoice) -> None:
    with EspeakVoice(settings=EspeakSettings(rate=90)) as slow:
        assert slow.speak(plain(WORDS)).duration > 1.2 * voice.speak(plain(WORDS)).duration


def test_a_clause_is_said_at_its_own_pace(voice: EspeakVoice) -> None:
    usual, slow = (Turn("", (Sentence((Clause("không hai ba tám,", pace=pace),)),)) for pace in (1.0, 0.8))
    assert 1.15 < voice.speak(slow).duration / voice.speak(usual).duration < 1.35


def test_a_womans_voice_is_higher_than_a_mans(voice: EspeakVoice) -> None:
    with EspeakVoice(gender="female") as woman:
        assert pitch_hz(woman.speak(plain(WORDS))) > 1.4 * pitch_hz(voice.speak(plain(WORDS)))


def pitch_hz(speech: Speech) -> float:
    """The median of the best autocorrelation lags of voiced 40 ms frames."""
    samples = memoryview(speech.pcm).cast("h")
    size, found = speech.rate // 25, []
    for at in range(0, len(samples) - 2 * size, speech.rate // 2):
        frame = samples[at : at + 2 * size].tolist()
        energy = sum(value * value for value in frame[:size])
        if energy < size * 1_000_000:
            continue
        lags = range(speech.rate // 350, speech.rate // 70)
        best = max(lags, key=lambda lag: sum(frame[i] * frame[i + lag] for i in range(0, size, 3)))
        found.append(speech.rate / best)
    return statistics.median(found)


@pytest.mark.parametrize(
    "words", ["họp lúc 7 giờ.", "năm m²", "chào bà con 🙂", "một $", "chữ \u202e ngược", "một\x00hai", "một \u200b hai"]
)
def test_digits_symbols_and_hidden_characters_are_refused(voice: EspeakVoice, words: str) -> None:
    with pytest.raises(VoiceFailed, match="let the normaliser read the text first"):
        voice.speak(plain(words))
    assert workers("espeak") == set()


@pytest.mark.parametrize("words", ["", "\n", " . , "])
def test_nothing_to_say_is_refused(voice: EspeakVoice, words: str) -> None:
    with pytest.raises(VoiceFailed, match="nothing to say"):
        voice.speak(plain(words))


def test_a_long_clause_without_any_pause_is_said(voice: EspeakVoice) -> None:
    words = "một hai ba bốn năm sáu bảy tám chín mười " * 100
    check_words(voice.speak(plain(words)), words)


def test_data_in_a_very_deep_folder_is_found(tmp_path: Path, voice: EspeakVoice) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100) / "espeak-ng-data"
    source = Path(espeakng_loader.get_data_path())
    shutil.copytree(source, deep, ignore=shutil.ignore_patterns("*_dict", "mbrola*"))
    shutil.copy(source / "vi_dict", deep)
    with EspeakVoice(data=deep) as far:
        assert far.speak(plain(WORDS)) == voice.speak(plain(WORDS))


def test_missing_data_is_a_failed_voice(tmp_path: Path) -> None:
    with EspeakVoice(data=tmp_path / "none" / "espeak-ng-data") as voice, pytest.raises(VoiceFailed, match="cannot be"):
        voice.speak(plain(WORDS))
    with EspeakVoice(data=tmp_path / "espeak-ng-data") as voice, pytest.raises(VoiceFailed, match="ended with code 3"):
        voice.speak(plain(WORDS))
    assert workers("espeak") == set()


def test_a_killed_worker_is_started_again(voice: EspeakVoice) -> None:
    first = voice.speak(plain(WORDS))
    (worker,) = workers("espeak")
    os.kill(worker, signal.SIGKILL)
    assert voice.speak(plain(WORDS)) == first
    assert len(workers("espeak") - {worker}) == 1


def test_a_hanging_worker_is_ended_in_bounded_time_and_started_again() -> None:
    with EspeakVoice(limit=timedelta(seconds=3)) as voice:
        first = voice.speak(plain(WORDS))
        (worker,) = workers("espeak")
        os.kill(worker, signal.SIGSTOP)
        assert voice.speak(plain(WORDS)) == first
        assert worker not in workers("espeak")


def test_a_worker_that_cannot_live_is_a_failed_voice(voice: EspeakVoice) -> None:
    stop = threading.Event()

    def kill_them_all() -> None:
        while not stop.is_set():
            for worker in workers("espeak"):
                os.kill(worker, signal.SIGKILL)

    killer = threading.Thread(target=kill_them_all)
    killer.start()
    try:
        with pytest.raises(VoiceFailed, match="espeak failed twice"):
            voice.speak(plain("\n".join([WORDS] * 500)))
    finally:
        stop.set()
        killer.join()


def test_several_threads_may_use_one_voice(voice: EspeakVoice) -> None:
    texts = [f"{word} {WORDS}" for word in ("một", "hai", "ba", "bốn")]
    alone = [voice.speak(plain(text)) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together: list[Speech] = list(pool.map(voice.speak, map(plain, texts * 3)))
    assert together == alone * 3
    assert len(workers("espeak")) == 1


def test_nothing_is_left_behind_by_closing_or_forgetting() -> None:
    pipes, others = open_pipes(), workers("espeak")
    with EspeakVoice() as voice:
        voice.speak(plain(WORDS))
        assert len(workers("espeak") - others) == 1
    assert workers("espeak") <= others
    forgotten = EspeakVoice()
    forgotten.speak(plain(WORDS))
    del forgotten
    assert workers("espeak") <= others
    assert open_pipes() <= pipes


def test_a_closed_voice_may_speak_again(voice: EspeakVoice) -> None:
    first = voice.speak(plain(WORDS))
    voice.close()
    voice.close()
    assert voice.speak(plain(WORDS)) == first


def test_the_worker_ends_with_a_station_that_is_killed() -> None:
    code = (
        "import sys, time; from tts.delivery import plain; from tts.voices.espeak import EspeakVoice; "
        "voice = EspeakVoice(); "
        "voice.speak(plain('xin chào')); print(voice._worker.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as station:
        assert station.stdout is not None
        worker = int(station.stdout.readline())
        watch = os.pidfd_open(worker)
        try:
            station.kill()
            assert select.select([watch], [], [], 30)[0]  # readable as soon as the worker has ended
        finally:
            os.close(watch)


@pytest.mark.timeout(400)
def test_ten_thousand_sentences_leave_nothing_behind() -> None:
    thousand = plain("dạ. vâng. thưa bà con. " * 333 + "hết.")
    assert len(thousand.sentences) == 1000
    others = workers("espeak")
    with EspeakVoice() as voice:
        first = voice.speak(thousand)
        (worker,) = workers("espeak") - others
        before = (open_files(worker), open_files(os.getpid()), resident_kb(worker))
        for _ in range(9):
            assert voice.speak(thousand) == first
        assert workers("espeak") - others == {worker}
        after = (open_files(worker), open_files(os.getpid()), resident_kb(worker))
    assert after[:2] == before[:2]
    assert after[2] - before[2] < 1024


def open_files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def resident_kb(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
