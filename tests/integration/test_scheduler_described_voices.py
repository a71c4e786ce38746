"""Voices that the operator described, from config.toml to a bulletin's clip, and what the operator is told of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scheduler_cast import MANUSCRIPT, published
from tts_piper_model import piper_model
from tts_services import KEY, Services

from scheduler.cli import main
from tts.voices.espeak import EspeakVoice

SAID = Callable[..., tuple[int, str]]


@pytest.fixture
def server() -> Iterator[Services]:
    with EspeakVoice() as mouth, Services(mouth).running() as server:
        yield server
        assert server.faults == []


@pytest.fixture
def folder(tmp_path: Path, server: Services) -> Path:
    """A station with a model of Piper's and an account at Zalo's, which live beside its config."""
    station = published(tmp_path / "station")
    station.store.close()
    (station.folder / "models").mkdir()
    piper_model(station.folder / "models")
    (station.keys.folder / "zalo.key").write_text(KEY)
    config = station.folder / "config.toml"
    described = f"""
[speech]
voices = ["zalo-north", "piper-hum", "espeak"]
online_pause_s = 0

[[speech.piper]]
name = "piper-hum"
model = "models/hum.onnx"

[[speech.service]]
name = "zalo-north"
url = "{server.address}/v1/tts/synthesize"
headers = {{ apikey = "{{secret.zalo}}" }}
form = {{ input = "{{words}}", speaker_id = "2", speed = "{{pace}}", encode_type = "0" }}
secrets = {{ zalo = "keys/zalo.key" }}
pace = {{ slow = [0.8, 0.8], fast = [1.2, 1.2] }}
answer = "url"
audio_path = "data.url"
code_path = "error_code"
ok = [0]
message_path = "error_message"
"""
    config.write_text(config.read_text().replace("[sound]", f"{described}\n[sound]"))
    return station.folder


@pytest.fixture
def loa(folder: Path, capsys: pytest.CaptureFixture[str]) -> SAID:
    def run(*words: str, lang: str = "en") -> tuple[int, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--lang", lang, "--station", str(folder), *words])
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out + " ".join(said.err.split())

    return run


def test_a_described_service_reads_a_bulletin_and_the_operator_is_told_that_its_text_leaves(
    loa: SAID, server: Services
) -> None:
    code, said = loa("bulletin", "preview", "b001", "--no-play")
    assert code == 0, said
    assert "The text leaves this house when one of these voices is asked: zalo-north" in said
    assert "Voice: zalo-north template " in said
    assert server.asked == ["xin chào bà con."]
    code, said = loa("bulletin", "render", "b001", lang="vi")
    assert said.count("Nội dung tin được gửi ra ngoài") == 1


def test_the_next_voice_reads_it_when_the_service_cannot(loa: SAID, server: Services) -> None:
    server.always["ask"] = "zalo_quota"
    code, said = loa("bulletin", "preview", "b001", "--no-play")
    assert code == 0, said
    assert "Voice zalo-north" in said
    assert "could not speak: speech was expected, but zalo-north answered 155" in said
    assert "Voice: piper-hum piper-tts " in said


def test_a_bulletin_may_name_a_described_voice(loa: SAID, tmp_path: Path) -> None:
    file = tmp_path / "tin.md"
    file.write_text(MANUSCRIPT.replace("plays = 2", 'plays = 2\nvoice = "piper-hum"').replace("Thử loa", "Tin khác"))
    code, said = loa("bulletin", "add", str(file))
    assert code == 0, said
    code, said = loa("bulletin", "preview", "b002", "--no-play")
    assert code == 0, said
    assert "Voice: piper-hum piper-tts " in said


def test_a_voice_that_nobody_described_is_answered_with_the_nearest(loa: SAID, tmp_path: Path) -> None:
    file = tmp_path / "tin.txt"
    file.write_text("Xin chào bà con.")
    code, said = loa("speech", "audio", str(file), "--voice", "piper-hun", "-o", str(tmp_path / "thu.mp3"))
    assert code == 2
    assert "did you mean piper-hum?" in said


def test_a_described_voice_can_be_tried(loa: SAID, tmp_path: Path) -> None:
    file = tmp_path / "tin.txt"
    file.write_text("Xin chào bà con.")
    for voice, leaves in (("piper-hum", False), ("zalo-north", True)):
        code, said = loa("speech", "audio", str(file), "--voice", voice, "-o", str(tmp_path / f"{voice}.mp3"))
        assert code == 0, said
        assert (tmp_path / f"{voice}.mp3").stat().st_size > 1000
        assert ("The text leaves this house" in said) is leaves


def test_the_doctor_tries_what_stays_in_the_house_and_names_what_does_not(loa: SAID, server: Services) -> None:
    _, said = loa("doctor", "--json")
    found = {item["name"]: (item["verdict"], item["text"]) for item in json.loads(said[: said.rindex("]") + 1])}
    assert found["voice piper-hum"][0] == "ok"
    assert found["voice zalo-north"] == ("warning", "not tried: it sends the text to an outside service")
    assert server.asked == []
