"""The worked examples of docs/voices.md, as they stand there, each against a server shaped after its documentation."""

import logging
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tts_services import APP, KEY, Services

from scheduler.sections import ServiceVoiceSettings
from tts.cache import SpeechCache
from tts.delivery import plain
from tts.plausible import check_words
from tts.script import Clause, Script, Sentence, Turn
from tts.settings import VoiceSettings
from tts.speak import speak
from tts.template import ServiceSettings
from tts.voices import voices_named
from tts.voices.espeak import EspeakVoice
from tts.voices.service import ServiceVoice
from tts.voices.voice import VoiceFailed

PAGE = (Path(__file__).parents[2] / "docs" / "voices.md").read_text(encoding="utf-8")
EXAMPLES = {
    table["name"]: (block, table)
    for block in re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    for table in tomllib.loads(block).get("speech", {}).get("service", [])
}
NAMES = ["fpt-banmai", "viettel-quynhanh", "zalo-north", "vbee-ngochuyen"]
FETCHING = ["fpt-banmai", "zalo-north", "vbee-ngochuyen"]
WORDS = (
    "ủy ban nhân dân xã diễn châu thông báo.\nđúng bảy giờ ngày mai, mời toàn thể bà con đến trạm y tế xã. xin cảm ơn."
)
ONE = "mời bà con đến họp."


@pytest.fixture(scope="module")
def mouth() -> Iterator[EspeakVoice]:
    with EspeakVoice() as mouth:
        yield mouth


@pytest.fixture
def server(mouth: EspeakVoice) -> Iterator[Services]:
    with Services(mouth).running() as server:
        yield server
        assert server.faults == []


def settings(name: str, server: Services, folder: Path, key: str = KEY) -> ServiceSettings:
    """The example word for word, but for the host; impatient, so that a test is short."""
    block, _ = EXAMPLES[name]
    host = re.search(r'^url = "(https://[^/]+)', block, re.MULTILINE)
    assert host
    (table,) = tomllib.loads(block.replace(host[1] + "/", server.address + "/"))["speech"]["service"]
    (folder / "keys").mkdir(exist_ok=True)
    for secret, path in table["secrets"].items():
        (folder / path).write_text((APP if secret == "vbee-app" else key) + "\n")
    read = ServiceVoiceSettings.model_validate(table).settings(folder, timedelta(0))
    return replace(
        read,
        interval=timedelta(milliseconds=1),
        backoff=timedelta(milliseconds=1),
        deadline=timedelta(seconds=20),
        timeout=timedelta(seconds=10),
    )


def test_the_page_has_the_examples_it_names() -> None:
    assert list(EXAMPLES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_example_speaks(server: Services, tmp_path: Path, name: str) -> None:
    speech = ServiceVoice(settings(name, server, tmp_path)).speak(plain(WORDS))
    check_words(speech, WORDS)
    assert server.asked == [
        "ủy ban nhân dân xã diễn châu thông báo.",
        "đúng bảy giờ ngày mai, mời toàn thể bà con đến trạm y tế xã.",
        "xin cảm ơn.",
    ]
    assert [mark.text for mark in speech.marks] == server.asked


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("fpt-banmai", ["-2", "0", "3"]),
        ("viettel-quynhanh", [0.8, 1.0, 1.3]),
        ("zalo-north", ["0.8", "1.0", "1.2"]),
        ("vbee-ngochuyen", [0.8, 1.0, 1.4]),
    ],
)
def test_the_pace_is_written_as_the_service_writes_it(
    server: Services, tmp_path: Path, name: str, written: list[object]
) -> None:
    clauses = [Clause(ONE, timedelta(0), pace) for pace in (0.8, 1.0, 1.4)]
    ServiceVoice(settings(name, server, tmp_path)).speak(Turn("", tuple(Sentence((one,)) for one in clauses)))
    assert server.paces == written


@pytest.mark.parametrize("name", NAMES)
def test_a_long_sentence_is_cut_at_its_clauses(server: Services, tmp_path: Path, name: str) -> None:
    long = ", ".join(["mời toàn thể bà con trong xóm mang theo giấy tờ"] * 3) + "."
    ServiceVoice(replace(settings(name, server, tmp_path), longest=100)).speak(plain(long))
    assert [len(words) <= 100 for words in server.asked] == [True, True]
    assert " ".join(server.asked) == long


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mood", ["too_many", "unavailable", "hung_up"])
def test_e6_what_may_pass_is_tried_again(server: Services, tmp_path: Path, name: str, mood: str) -> None:
    server.moods["ask"] = [mood, mood]
    check_words(ServiceVoice(settings(name, server, tmp_path)).speak(plain(ONE)), ONE)
    assert server.stages.count("ask") == 3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("mood", "told", "times"),
    [
        ("too_many", "answered 429: ", 3),
        ("unavailable", "answered 503: ", 3),
        ("hung_up", "look whether the Internet is there", 3),
        ("page", "answered with a web page", 1),
        ("elsewhere", "answered 302 Found and points elsewhere", 1),
        ("nonsense", "JSON was expected", 3),
    ],
)
def test_e6_what_does_not_pass_is_a_failed_voice_with_its_reason(
    server: Services, tmp_path: Path, name: str, mood: str, told: str, times: int
) -> None:
    server.always["ask"] = mood
    with pytest.raises(VoiceFailed, match=told):
        ServiceVoice(settings(name, server, tmp_path)).speak(plain(ONE))
    assert server.stages.count("ask") == times


@pytest.mark.parametrize(
    ("name", "mood", "told"),
    [
        ("fpt-banmai", "fpt_quota", "answered 5: Hết hạn mức ký tự"),
        ("viettel-quynhanh", "viettel_quota", 'sent a text: {"code": 40, "message": "Hết hạn mức ký tự"}'),
        ("zalo-north", "zalo_quota", "answered 155: Your input exceeds the allowed limit"),
        ("vbee-ngochuyen", "vbee_quota", "answered 0: Không đủ ký tự trong gói"),
    ],
)
def test_a_quota_is_told_at_once_in_the_service_s_own_words(
    server: Services, tmp_path: Path, name: str, mood: str, told: str
) -> None:
    server.always["ask"] = mood
    with pytest.raises(VoiceFailed, match=re.escape(told)):
        ServiceVoice(settings(name, server, tmp_path)).speak(plain(ONE))
    assert server.stages == ["ask"]


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_key_is_told_at_once_and_shown_to_nobody(
    server: Services, tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where the service repeats it in its answer."""
    caplog.set_level(logging.DEBUG)
    voice = ServiceVoice(settings(name, server, tmp_path, key="sai-khoa/98+76="))
    with pytest.raises(VoiceFailed, match="answered 401: ") as caught:
        voice.speak(plain(ONE))
    assert server.stages == ["ask"]
    shown = [str(caught.value), repr(caught.value), repr(caught.value.values), repr(voice.identity), repr(vars(voice))]
    assert not [text for text in [*shown, caplog.text] if "sai-khoa" in text]


def test_e1_an_error_inside_a_good_answer_is_tried_again(server: Services, tmp_path: Path) -> None:
    server.moods["ask"] = ["zalo_trouble", "zalo_trouble"]
    check_words(ServiceVoice(settings("zalo-north", server, tmp_path)).speak(plain(ONE)), ONE)


@pytest.mark.parametrize("name", FETCHING)
@pytest.mark.parametrize("mood", ["missing", "hidden"])
def test_e1_a_sound_that_is_not_ready_is_waited_for(server: Services, tmp_path: Path, name: str, mood: str) -> None:
    server.moods["audio"] = [mood] * 5
    check_words(ServiceVoice(settings(name, server, tmp_path)).speak(plain(ONE)), ONE)
    assert server.stages.count("audio") == 6
    assert server.stages.count("ask") == 1


@pytest.mark.parametrize("name", FETCHING)
def test_e1_a_sound_that_never_comes_is_given_up(server: Services, tmp_path: Path, name: str) -> None:
    server.always["audio"] = "missing"
    impatient = replace(settings(name, server, tmp_path), deadline=timedelta(seconds=0.2))
    with pytest.raises(VoiceFailed, match=r"within 0\.2 s was expected from .*, but it is not ready"):
        ServiceVoice(impatient).speak(plain(ONE))


@pytest.mark.parametrize("name", FETCHING)
def test_no_key_is_sent_to_where_the_sound_is(server: Services, tmp_path: Path, name: str) -> None:
    ServiceVoice(settings(name, server, tmp_path)).speak(plain(ONE))
    assert not [value for value in server.headers_of["audio"].values() if KEY in value]


@pytest.mark.parametrize(
    ("mood", "told"),
    [
        ("half", "not that: "),
        ("cut_off", "IncompleteRead"),
        ("silence", "not that: "),
        ("playlist", "not that: a WAV, MP3 or M4A file was expected"),
        ("too_much", "does not end"),
        ("endless", "does not end"),
        ("page", "answered with a web page"),
        ("note", "sent a text: .*Không có giọng này"),
        ("elsewhere", "answered 302 Found and points elsewhere"),
        ("unavailable", "answered 503"),
    ],
)
@pytest.mark.parametrize("name", ["fpt-banmai", "viettel-quynhanh"])
def test_e2_e5_e6_what_is_not_these_words_is_never_taken_for_them(
    server: Services, tmp_path: Path, name: str, mood: str, told: str
) -> None:
    server.always["audio" if name == "fpt-banmai" else "ask"] = mood
    if name != "fpt-banmai":
        server.asked.append(ONE)  # what the bad days say a part of
    with pytest.raises(VoiceFailed, match=told):
        ServiceVoice(settings(name, server, tmp_path)).speak(plain(ONE))


@pytest.mark.parametrize("mood", ["drips", "drips_in_the_head"])
@pytest.mark.parametrize("stage", ["ask", "audio"])
def test_e2_an_answer_that_drips_is_given_up(server: Services, tmp_path: Path, mood: str, stage: str) -> None:
    server.always[stage] = mood
    hasty = replace(settings("fpt-banmai", server, tmp_path), timeout=timedelta(seconds=0.4), attempts=1)
    with pytest.raises(VoiceFailed, match=r"an answer within 0\.4 s was expected from 127\.0\.0\.1:\d+"):
        ServiceVoice(hasty).speak(plain(ONE))


def test_a_job_is_asked_for_until_it_is_done(server: Services, tmp_path: Path) -> None:
    server.moods["job"] = ["working", "too_many", "working", "unavailable", "working"]
    check_words(ServiceVoice(settings("vbee-ngochuyen", server, tmp_path)).speak(plain(ONE)), ONE)
    assert server.stages == ["ask", *["job"] * 6, "audio"]


def test_a_job_that_failed_is_told(server: Services, tmp_path: Path) -> None:
    server.moods["job"] = ["working", "job_failed"]
    with pytest.raises(VoiceFailed, match="vbee-ngochuyen could not make it: Giọng đang bảo trì"):
        ServiceVoice(settings("vbee-ngochuyen", server, tmp_path)).speak(plain(ONE))


def test_a_job_that_is_never_ready_is_given_up(server: Services, tmp_path: Path) -> None:
    server.always["job"] = "working"
    impatient = replace(settings("vbee-ngochuyen", server, tmp_path), deadline=timedelta(seconds=0.2))
    with pytest.raises(VoiceFailed, match="it is not ready"):
        ServiceVoice(impatient).speak(plain(ONE))


@pytest.mark.parametrize(("name", "path"), [("fpt-banmai", "async"), ("vbee-ngochuyen", "result.request_id")])
def test_what_is_missing_in_an_answer_is_named(server: Services, tmp_path: Path, name: str, path: str) -> None:
    server.always["ask"] = "bare"
    with pytest.raises(VoiceFailed, match=f"{re.escape(path)} was expected in the answer of {name}"):
        ServiceVoice(settings(name, server, tmp_path)).speak(plain(ONE))


def test_nothing_to_say_asks_nobody(server: Services, tmp_path: Path) -> None:
    with pytest.raises(VoiceFailed, match="nothing to say"):
        ServiceVoice(settings("fpt-banmai", server, tmp_path)).speak(plain(" . "))
    assert server.stages == []


@pytest.mark.parametrize("content", [None, "", "hai\ndòng", "hai\nlines", "\x07"])
def test_a_key_that_is_missing_or_no_key_is_told_by_its_file(
    server: Services, tmp_path: Path, content: str | None
) -> None:
    voice = ServiceVoice(settings("fpt-banmai", server, tmp_path))
    path = tmp_path / "keys" / "fpt.key"
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(VoiceFailed, match=r"the secret fpt was expected in the file .*fpt\.key") as caught:
        voice.speak(plain(ONE))
    assert "lines" not in str(caught.value)
    assert server.stages == []


def test_requests_to_one_host_keep_their_pause(server: Services, tmp_path: Path) -> None:
    slow = replace(settings("zalo-north", server, tmp_path), pause=timedelta(seconds=0.2))
    ServiceVoice(slow).speak(plain(WORDS))
    gaps = [later - earlier for earlier, later in zip(server.times, server.times[1:], strict=False)]
    assert len(gaps) == 5
    assert min(gaps) > 0.15


def test_e6_the_voice_in_the_house_speaks_when_the_service_cannot(
    server: Services, mouth: EspeakVoice, tmp_path: Path
) -> None:
    server.always["ask"] = "zalo_quota"
    (service,) = voices_named(["zalo-north"], VoiceSettings(services=(settings("zalo-north", server, tmp_path),)))
    (turn,) = speak(Script((plain(WORDS),)), {"": [service, mouth]}, SpeechCache(tmp_path / "cache", 10_000_000)).turns
    assert turn.voice == mouth.identity
    assert [refusal.voice for refusal in turn.refusals] == [service.identity]


def test_the_identity_is_of_what_shapes_the_sound_and_not_of_the_key(server: Services, tmp_path: Path) -> None:
    usual = settings("vbee-ngochuyen", server, tmp_path)
    one = ServiceVoice(usual).identity
    assert (one.name, one.accent, one.online) == ("vbee-ngochuyen", "northern", True)
    assert ServiceVoice(replace(usual, secrets={}, json_body={"t": "{words}"}, headers={})).identity != one
    assert ServiceVoice(replace(usual, pace=None, json_body={"t": "{words}"})).identity != one
    moved = dict.fromkeys(usual.secrets, tmp_path / "other")
    assert ServiceVoice(replace(usual, secrets=moved, timeout=timedelta(seconds=1))).identity == one
