"""The online voice against a server that answers as the real one does, and as it does on bad days."""

import base64
import json
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from tts_sounds import mp3_of
from tts_speaking_server import SpeakingServer

from tts.cache import SpeechCache
from tts.delivery import plain
from tts.plausible import check_words
from tts.script import Script
from tts.settings import GoogleSettings, Pauses
from tts.speak import speak
from tts.speech import Speech
from tts.voices.espeak import EspeakVoice
from tts.voices.google import GoogleVoice
from tts.voices.voice import VoiceFailed

WORDS = (
    "ủy ban nhân dân xã diễn châu thông báo.\nđúng bảy giờ ngày mai, mời toàn thể bà con trong xóm mang theo giấy tờ, "
    "đến trạm y tế xã để được khám sức khỏe, được tư vấn và được cấp thuốc. xin cảm ơn."
)
CAPTCHA = b"<!doctype html><html><body>Our systems have detected unusual traffic</body></html>"
QUICK = GoogleSettings(timeout=timedelta(seconds=5), attempts=3, backoff=timedelta(milliseconds=1))


class Server(SpeakingServer):
    """Google's door. ``moods`` are its next answers, then it is well again."""

    def __init__(self, mouth: EspeakVoice) -> None:
        super().__init__(mouth, Handler)
        self.moods: list[str] = []
        self.always = "well"
        self.asked: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        return

    def do_POST(self) -> None:
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        ((call, arguments, _, _),) = json.loads(form["f.req"][0])[0]
        words, language, *_ = json.loads(arguments)
        assert (self.path, call, language) == ("/_/TranslateWebserverUi/data/batchexecute", "jQ1olc", "vi")
        assert len(words) < 100
        self.server.asked.append(words)
        mood = self.server.moods.pop(0) if self.server.moods else self.server.always
        getattr(self, mood)(words)

    def well(self, words: str) -> None:
        self.rows(json.dumps([base64.b64encode(self.server.said(words)).decode()]))

    def half_of_the_sound(self, words: str) -> None:
        sound = self.server.said(words)
        self.rows(json.dumps([base64.b64encode(sound[: len(sound) // 3]).decode()]))

    def silence(self, words: str) -> None:
        sound = mp3_of(Speech.silence(timedelta(seconds=3), 24_000))
        self.rows(json.dumps([base64.b64encode(sound).decode()]))

    def empty_sound(self, words: str) -> None:
        self.rows(json.dumps([""]))

    def no_sound(self, words: str) -> None:
        self.rows(None)

    def broken_base64(self, words: str) -> None:
        self.rows(json.dumps(["//NExAAA*"]))

    def other_shape(self, words: str) -> None:
        self.rows(json.dumps([1, 2]))

    def rows(self, sound: str | None) -> None:
        first = json.dumps([["wrb.fr", "jQ1olc", sound, None, None, None, "generic"]], separators=(",", ":"))
        body = f')]}}\'\n\n{first[:-1]}\n,["di",56]\n,["af.httprm",56,"-1",7]\n]'.replace("=", "\\\\u003d")
        self.answer(200, "application/json; charset=utf-8", body.encode())

    def captcha(self, words: str) -> None:
        self.answer(200, "text/html; charset=utf-8", CAPTCHA)

    def captcha_in_disguise(self, words: str) -> None:
        self.answer(200, "application/json", b"\n" + CAPTCHA)

    def nothing(self, words: str) -> None:
        self.answer(200, "application/json", b"")

    def too_many(self, words: str) -> None:
        self.answer(429, "text/html", CAPTCHA)

    def unavailable(self, words: str) -> None:
        self.answer(503, "text/html", b"")

    def forbidden(self, words: str) -> None:
        self.answer(403, "text/html", b"")

    def elsewhere(self, words: str) -> None:
        self.send_response(302)
        self.send_header("Location", self.server.address + "/sorry")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def hung_up(self, words: str) -> None:
        self.close_connection = True

    def cut_off(self, words: str) -> None:
        self.answer(200, "application/json", b")]}'\n\n", length=1000)
        self.close_connection = True

    def too_much(self, words: str) -> None:
        self.answer(200, "application/json", bytes(5 << 20))

    def drips(self, words: str) -> None:
        """A byte now and then, for as long as anybody listens."""
        self.answer(200, "application/json", b"", length=1_000_000)
        while not self.server.closing.wait(0.05):
            try:
                self.wfile.write(b" ")
            except OSError:
                break
        self.close_connection = True

    def answer(self, status: int, kind: str, body: bytes, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


@pytest.fixture(scope="module")
def mouth() -> Iterator[EspeakVoice]:
    with EspeakVoice() as mouth:
        yield mouth


@pytest.fixture
def server(mouth: EspeakVoice) -> Iterator[Server]:
    with Server(mouth).running() as server:
        yield server


def test_the_words_are_asked_in_few_pieces_and_joined_with_our_pauses(server: Server) -> None:
    speech = GoogleVoice(QUICK, address=server.address).speak(plain(WORDS))
    check_words(speech, WORDS)
    assert speech.rate == 24_000
    assert server.asked == [
        "ủy ban nhân dân xã diễn châu thông báo.",
        "đúng bảy giờ ngày mai, mời toàn thể bà con trong xóm mang theo giấy tờ,",
        "đến trạm y tế xã để được khám sức khỏe, được tư vấn và được cấp thuốc.",
        "xin cảm ơn.",
    ]
    assert [mark.text for mark in speech.marks] == [
        server.asked[0],
        f"{server.asked[1]} {server.asked[2]}",
        server.asked[3],
    ]


def test_the_silence_around_each_piece_is_replaced_by_ours(server: Server) -> None:
    none = Pauses(*[timedelta(0)] * 5)
    usual = GoogleVoice(QUICK, address=server.address).speak(plain("một hai. ba bốn."))
    tight = GoogleVoice(QUICK, address=server.address).speak(plain("một hai. ba bốn.", none))
    assert usual.samples - tight.samples == round(0.7 * 24_000)


def test_the_letters_of_google_are_padded_as_it_escapes_them(server: Server) -> None:
    lengths = {len(server.said(words)) % 3 for words in ("một", "một hai", "một hai ba", "bốn năm sáu", "bảy tám")}
    assert lengths - {0}, "none of these needs padding, so this test shows nothing"
    for words in ("một", "một hai", "một hai ba", "bốn năm sáu", "bảy tám"):
        check_words(GoogleVoice(QUICK, address=server.address).speak(plain(words)), words)


RETRIED = [
    "too_many",
    "unavailable",
    "hung_up",
    "cut_off",
    "nothing",
    "no_sound",
    "empty_sound",
    "half_of_the_sound",
    "silence",
    "broken_base64",
    "other_shape",
    "too_much",
]


@pytest.mark.parametrize("mood", RETRIED)
def test_e6_what_may_pass_is_tried_again(server: Server, mood: str) -> None:
    server.moods = [mood, mood]
    check_words(GoogleVoice(QUICK, address=server.address).speak(plain("mời bà con đến họp.")), "mời bà con đến họp.")
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("mood", "told", "times"),
    [
        ("too_many", "answered 429 Too Many Requests", 3),
        ("unavailable", "answered 503", 3),
        ("hung_up", "look whether the Internet is there", 3),
        ("cut_off", "IncompleteRead", 3),
        ("nothing", "there is none in the answer", 3),
        ("no_sound", "there is none in the answer", 3),
        ("empty_sound", "not that: a WAV, MP3 or M4A file was expected", 3),
        ("half_of_the_sound", "not that: ", 3),
        ("silence", "not that: there|not that: speech was|not that: 5 syllables", 3),
        ("broken_base64", "it is damaged", 3),
        ("other_shape", "it is damaged", 3),
        ("too_much", "does not end", 3),
        ("captcha", "answered with a web page", 1),
        ("captcha_in_disguise", "answered with a web page", 1),
        ("forbidden", "answered 403", 1),
        ("elsewhere", "answered 302", 1),
    ],
)
def test_e6_what_does_not_pass_is_a_failed_voice_with_its_reason(
    server: Server, mood: str, told: str, times: int
) -> None:
    server.always = mood
    with pytest.raises(VoiceFailed, match=told):
        GoogleVoice(QUICK, address=server.address).speak(plain("mời bà con đến họp."))
    assert len(server.asked) == times


def test_e2_an_answer_that_drips_is_given_up(server: Server) -> None:
    server.always = "drips"
    settings = GoogleSettings(timeout=timedelta(seconds=0.5), attempts=1)
    with pytest.raises(VoiceFailed, match=r"within 0\.5 s"):
        GoogleVoice(settings, address=server.address).speak(plain("mời bà con đến họp."))


def test_nobody_there_is_a_failed_voice(server: Server) -> None:
    voice = GoogleVoice(QUICK, address="http://127.0.0.1:1")
    with pytest.raises(VoiceFailed, match="Connection refused"):
        voice.speak(plain("một."))


def test_nothing_to_say_asks_nobody(server: Server) -> None:
    with pytest.raises(VoiceFailed, match="nothing to say"):
        GoogleVoice(QUICK, address=server.address).speak(plain(" . "))
    assert server.asked == []


def test_e6_the_voice_in_the_house_speaks_when_the_online_one_is_down(
    server: Server, mouth: EspeakVoice, tmp_path: Path
) -> None:
    server.always = "captcha"
    google = GoogleVoice(QUICK, address=server.address)
    spoken = speak(Script((plain(WORDS),)), {"": [google, mouth]}, SpeechCache(tmp_path, 10_000_000))
    assert spoken.voices[0] == mouth.identity
    assert spoken.turns[0].speech == mouth.speak(plain(WORDS))
    assert [refusal.voice for refusal in spoken.refusals] == [google.identity]
    assert "web page" in str(spoken.refusals[0].error)


def test_requests_keep_the_pause_between_them(server: Server) -> None:
    patient = replace(QUICK, pause=timedelta(seconds=0.2))
    started = time.monotonic()
    GoogleVoice(patient, address=server.address).speak(plain("một hai. ba bốn. năm sáu."))
    assert len(server.asked) == 3
    assert time.monotonic() - started >= 0.4
