"""The real Piper in its real process, with a model of a few hundred bytes that runs through the real onnxruntime."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tts_piper_model import RATE, piper_model
from tts_processes import workers

from tts.cache import SpeechCache
from tts.delivery import plain
from tts.plausible import check_words
from tts.script import Script
from tts.settings import PiperSettings, VoiceSettings
from tts.speak import speak
from tts.speech import SECOND
from tts.voices import voices_named
from tts.voices.piper import VIETNAMESE_MODELS, PiperVoice
from tts.voices.voice import VoiceFailed

WORDS = "ủy ban nhân dân xã diễn châu thông báo.\nđúng bảy giờ ngày mai, mời bà con đến trạm y tế. xin cảm ơn."


@pytest.fixture
def settings(tmp_path: Path) -> PiperSettings:
    return PiperSettings("piper-hum", piper_model(tmp_path), accent="northern")


@pytest.fixture
def voice(settings: PiperSettings) -> Iterator[PiperVoice]:
    with PiperVoice(settings) as voice:
        yield voice


def test_the_words_are_said_at_the_rate_of_the_model(voice: PiperVoice) -> None:
    speech = voice.speak(plain(WORDS))
    check_words(speech, WORDS)
    assert speech.rate == RATE
    assert [mark.text for mark in speech.marks] == [
        "ủy ban nhân dân xã diễn châu thông báo.",
        "đúng bảy giờ ngày mai, mời bà con đến trạm y tế.",
        "xin cảm ơn.",
    ]


def test_the_rate_is_read_from_the_description_of_the_model(tmp_path: Path) -> None:
    with PiperVoice(PiperSettings("low", piper_model(tmp_path, rate=16_000))) as voice:
        assert voice.speak(plain(WORDS)).rate == 16_000


def test_the_same_words_give_the_same_bytes_whatever_was_said_before_and_in_another_process(
    voice: PiperVoice, settings: PiperSettings
) -> None:
    """The model adds the noise it is asked for, as a real one does, so that this fails where it is asked for any."""
    first = voice.speak(plain(WORDS))
    voice.speak(plain("chương trình phát thanh đến đây là hết."))
    assert voice.speak(plain(WORDS)) == first
    code = (
        "from pathlib import Path; from tts.delivery import plain; from tts.settings import PiperSettings; "
        "from tts.voices.piper import PiperVoice; "
        f"print(PiperVoice(PiperSettings('piper-hum', Path({str(settings.model)!r}))).speak(plain({WORDS!r})).digest)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60, text=True)
    assert told.stdout.strip() == first.digest


def test_a_slower_pace_is_slower_by_its_factor(voice: PiperVoice) -> None:
    (sentence,) = plain("mời bà con đến trạm y tế.").sentences
    turn = replace(plain("một."), sentences=(sentence,))
    slow = replace(turn, sentences=(replace(sentence, clauses=(replace(sentence.clauses[0], pace=0.5),)),))
    assert voice.speak(slow).duration / voice.speak(turn).duration == pytest.approx(2, rel=0.05)


def test_pauses_are_ours_to_the_sample(voice: PiperVoice) -> None:
    clauses = [clause for sentence in plain(WORDS).sentences for clause in sentence.clauses]
    alone = sum(voice.speak(plain(clause.words)).samples for clause in clauses)
    pauses = sum(round(clause.silence / SECOND * RATE) for clause in clauses[:-1])
    assert voice.speak(plain(WORDS)).samples == alone + pauses


def test_a_speaker_goes_by_name_or_by_number(tmp_path: Path) -> None:
    model = piper_model(tmp_path, speakers=2)
    spoken = {}
    for who in ("", "0", "an", "1", "bình"):
        with PiperVoice(PiperSettings("two", model, speaker=who)) as voice:
            spoken[who] = voice.speak(plain("mời bà con.")).digest
    assert spoken[""] == spoken["0"] == spoken["an"]
    assert spoken["1"] == spoken["bình"] != spoken["0"]


@pytest.mark.parametrize("speaker", ["chi", "2", "-1"])
def test_a_speaker_that_the_model_lacks_is_told_with_those_it_has(tmp_path: Path, speaker: str) -> None:
    with (
        PiperVoice(PiperSettings("two", piper_model(tmp_path, speakers=2), speaker=speaker)) as voice,
        pytest.raises(VoiceFailed, match=rf"2 speakers \(an, bình\), and '{speaker}' is none of them"),
    ):
        voice.speak(plain(WORDS))
    assert workers("piper") == set()


def test_the_identity_has_the_digests_of_both_files_and_the_speaker(settings: PiperSettings) -> None:
    identity = PiperVoice(settings).identity
    assert (identity.name, identity.accent, identity.online) == ("piper-hum", "northern", False)
    assert re.fullmatch(r"piper-tts \d+\.\d+\.\d+", identity.version)
    assert re.fullmatch(r"model [0-9a-f]{64}, config [0-9a-f]{64}, speaker first", identity.settings)
    settings.model.with_name("hum.onnx.json").write_text("{}")
    assert PiperVoice(settings).identity != identity
    assert PiperVoice(replace(settings, speaker="1")).identity.settings.endswith("speaker 1")


def test_a_missing_model_tells_how_to_get_a_vietnamese_one_and_the_next_voice_speaks(
    settings: PiperSettings, voice: PiperVoice, tmp_path: Path
) -> None:
    absent = PiperVoice(PiperSettings("piper-vais1000", tmp_path / "models" / "vi_VN-vais1000-medium.onnx"))
    with pytest.raises(VoiceFailed) as caught:
        absent.speak(plain(WORDS))
    for named in (*VIETNAMESE_MODELS, "piper-voices collection", ".onnx.json", str(tmp_path / "models")):
        assert named in str(caught.value)
    spoken = speak_with([absent, voice], tmp_path)
    assert spoken == (voice.identity.name, ["piper-vais1000"])


def speak_with(voices: list[PiperVoice], folder: Path) -> tuple[str, list[str]]:
    (turn,) = speak(Script((plain(WORDS),)), {"": voices}, SpeechCache(folder / "cache", 10_000_000)).turns
    return turn.voice.name, [refusal.voice.name for refusal in turn.refusals]


def test_a_missing_description_is_told(settings: PiperSettings) -> None:
    settings.model.with_name("hum.onnx.json").unlink()
    with pytest.raises(VoiceFailed, match=r"hum\.onnx\.json, which is not there"):
        PiperVoice(settings).speak(plain(WORDS))


def test_a_missing_package_tells_how_to_install_it(settings: PiperSettings) -> None:
    code = (
        "import sys; sys.modules['piper'] = None\n"
        "from pathlib import Path\nfrom tts.delivery import plain\nfrom tts.settings import PiperSettings\n"
        "from tts.voices.piper import PiperVoice\nvoice = PiperVoice(PiperSettings('p', Path(sys.argv[1])))\n"
        "try:\n    voice.speak(plain('một.'))\nexcept Exception as error:\n    print(type(error).__name__, error)"
    )
    command = [sys.executable, "-c", code, str(settings.model)]
    told = subprocess.run(command, capture_output=True, check=True, timeout=60, text=True)
    assert told.stdout.startswith("VoiceFailed the voice p needs the package piper-tts, which is not installed")
    assert "pip install 'loa[piper]'" in told.stdout


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda model: model.write_bytes(b"no model"), "cannot be used: "),
        (lambda model: model.write_bytes(b""), "cannot be used: "),
        (lambda model: model.write_bytes(model.read_bytes()[:-200]), "cannot be used: "),
        (lambda model: model.with_name("hum.onnx.json").write_text("{"), "cannot be used: JSONDecodeError"),
        (lambda model: model.with_name("hum.onnx.json").write_text("{}"), "cannot be used: KeyError"),
        (lambda model: described(model, audio={"sample_rate": 0}), "8000 to 48000 samples per second"),
        (lambda model: described(model, phoneme_type="tiếng"), "cannot be used: ValueError"),
        (lambda model: described(model, num_speakers=2), "could not say"),
    ],
)
def test_a_damaged_model_is_a_failed_voice(settings: PiperSettings, spoil: object, told: str) -> None:
    assert callable(spoil)
    spoil(settings.model)
    with PiperVoice(settings) as voice, pytest.raises(VoiceFailed, match=told):
        voice.speak(plain(WORDS))


def described(model: Path, **changed: object) -> None:
    path = model.with_name(f"{model.name}.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | changed))


def test_a_model_that_was_changed_between_two_looks_is_refused(settings: PiperSettings) -> None:
    with PiperVoice(settings) as voice:
        assert voice.identity
        described(settings.model, num_speakers=3)
        with pytest.raises(VoiceFailed, match="its files have changed"):
            voice.speak(plain(WORDS))
    assert workers("piper") == set()


@pytest.mark.parametrize("words", ["", "\n", " . , "])
def test_nothing_to_say_is_refused(voice: PiperVoice, words: str) -> None:
    with pytest.raises(VoiceFailed, match="nothing to say"):
        voice.speak(plain(words))


@pytest.mark.parametrize("words", ["họp lúc 7 giờ.", "năm m²", "một $", "một \u200b hai", "[[ˈaɪ]] hai"])
def test_what_piper_would_misread_is_refused(voice: PiperVoice, words: str) -> None:
    with pytest.raises(VoiceFailed, match="let the normaliser read the text first"):
        voice.speak(plain(words))
    assert workers("piper") == set()


def test_a_killed_worker_is_started_again(voice: PiperVoice) -> None:
    first = voice.speak(plain(WORDS))
    (worker,) = workers("piper")
    os.kill(worker, signal.SIGKILL)
    assert voice.speak(plain(WORDS)) == first
    assert len(workers("piper") - {worker}) == 1


def test_a_hanging_worker_is_ended_in_bounded_time_and_started_again(settings: PiperSettings) -> None:
    with PiperVoice(settings, limit=timedelta(seconds=3)) as voice:
        first = voice.speak(plain(WORDS))
        (worker,) = workers("piper")
        os.kill(worker, signal.SIGSTOP)
        assert voice.speak(plain(WORDS)) == first
        assert worker not in workers("piper")


def test_a_worker_that_cannot_load_in_time_is_a_failed_voice(settings: PiperSettings) -> None:
    with (
        PiperVoice(settings, limit=timedelta(milliseconds=1)) as voice,
        pytest.raises(VoiceFailed, match="failed twice"),
    ):
        voice.speak(plain(WORDS))
    assert workers("piper") == set()


def test_nothing_is_left_behind_by_closing_or_forgetting(settings: PiperSettings) -> None:
    others = workers("piper")
    with PiperVoice(settings) as voice:
        voice.speak(plain(WORDS))
        assert len(workers("piper") - others) == 1
    forgotten = PiperVoice(settings)
    forgotten.speak(plain(WORDS))
    del forgotten
    assert workers("piper") <= others


def test_it_is_found_by_the_name_that_the_operator_gave(settings: PiperSettings) -> None:
    voice, _ = voices_named(["piper-hum", "espeak"], VoiceSettings(piper=(settings,)))
    assert voice.identity == PiperVoice(settings).identity
