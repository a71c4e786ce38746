"""Voices that the operator describes in config.toml."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.config import Config, parse_config
from scheduler.errors import ConfigError
from tts.settings import BUILT_IN_VOICES
from tts.voices import VOICE_NAMES

SAMPLE = (Path(__file__).parents[3] / "scheduler" / "sample" / "config.toml").read_text(encoding="utf-8")
PIPER = {"name": "piper-one", "model": "models/one.onnx"}
SERVICE = {"name": "one", "url": "https://example.com/tts", "text": "{words}"}


def config(**speech: Any) -> Config:
    document = tomllib.loads(SAMPLE)
    document["speech"] |= speech
    return parse_config(document)


def faults(**speech: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        config(**speech)
    return str(caught.value)


def test_the_commented_voices_of_the_sample_are_sound() -> None:
    lines = SAMPLE.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("# [[speech.piper]]"))
    end = next(number for number, line in enumerate(lines) if line.startswith("[sound]"))
    block = "\n".join(
        line.removeprefix("# ") for line in lines[start:end] if line.startswith(("# [[", "# ")) and is_toml(line)
    )
    speech = tomllib.loads(block)["speech"]
    found = config(**speech, voices=["piper-vais1000", "fpt-banmai", "espeak"]).speech
    assert [one.name for one in (*found.piper, *found.service)] == ["piper-vais1000", "fpt-banmai"]


def is_toml(line: str) -> bool:
    try:
        tomllib.loads(line.removeprefix("# "))
    except tomllib.TOMLDecodeError:
        return False
    return True


def test_the_names_that_are_built_in_are_those_that_can_be_made() -> None:
    assert VOICE_NAMES == BUILT_IN_VOICES


def test_a_described_voice_is_named_like_any_other_and_its_files_count_from_the_station(tmp_path: Path) -> None:
    found = config(
        piper=[{**PIPER, "speaker": 3}],
        service=[{**SERVICE, "secrets": {"key": "keys/one.key"}, "ok": [0, True, "0"], "code_path": "code"}],
        voices=["one", "piper-one"],
    )
    (piper,) = (one.settings(tmp_path) for one in found.speech.piper)
    assert (piper.model, piper.speaker) == (tmp_path / "models/one.onnx", "3")
    (service,) = (one.settings(tmp_path, timedelta(seconds=1)) for one in found.speech.service)
    assert service.secrets == {"key": tmp_path / "keys/one.key"}
    assert (service.ok, service.pause) == (("0", "true", "0"), timedelta(seconds=1))


@pytest.mark.parametrize(
    ("speech", "told"),
    [
        ({"voices": ["espaek"]}, "speech: voices: there is no voice espaek; did you mean espeak?"),
        ({"male": ["piper-two"], "piper": [PIPER]}, "male: there is no voice piper-two; did you mean piper-one?"),
        ({"female": ["xyz"]}, "female: there is no voice xyz; there are espeak, espeak-central"),
        ({"voices": []}, "speech.voices: at least 1"),
        ({"piper": [{**PIPER, "name": "google"}]}, "there are two voices named google"),
        ({"piper": [PIPER, PIPER]}, "there are two voices named piper-one"),
        ({"piper": [{**PIPER, "name": "Giọng"}]}, "speech.piper.0.name: small letters"),
        ({"piper": [{"name": "a"}]}, "speech.piper.0.model: it is missing"),
        ({"piper": [{**PIPER, "accent": "bắc"}]}, "speech.piper.0.accent: one of these was expected"),
        ({"service": [{**SERVICE, "heders": {}}]}, "speech.service.0.heders: unknown key; did you mean headers?"),
        ({"service": [{**SERVICE, "url": "http://example.com"}]}, "speech.service.0: url should be an https address"),
        ({"service": [{**SERVICE, "json": {"a": "{words}"}}]}, "speech.service.0: only one of form, json and text"),
        ({"service": [{**SERVICE, "answer": "poll"}]}, 'speech.service.0: answer = "poll" needs status_path'),
        (
            {"service": [{**SERVICE, "pace": {"slow": [1.0, 1], "fast": [0.5, 2]}}]},
            "speech.service.0.pace: a scale from a slow pace",
        ),
    ],
)
def test_a_fault_is_told_where_it_is(speech: dict[str, Any], told: str) -> None:
    assert told in faults(**speech)


def test_every_fault_of_a_service_is_told_at_once() -> None:
    text = faults(service=[{**SERVICE, "url": "x", "text": "y", "method": "z"}])
    assert text.count("speech.service.0: ") == 3
