"""Four commercial voice services as their public documentation describes them (docs/voices.md names the pages), on bad
days too. Behind each of them speaks espeak."""

import json
import time
import urllib.parse
from collections import defaultdict
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

from tts_sounds import mp3_of
from tts_speaking_server import SpeakingServer

from tts.speech import Speech
from tts.voices.espeak import EspeakVoice

KEY = "khoa-bi-mat-0123456789"
APP = "ma-ung-dung-77"
PAGE = b"<!doctype html><html><body>Mang cua co quan: xin dang nhap</body></html>"


class Services(SpeakingServer):
    """``moods`` of the next answers of each stage ("ask", "job", "audio"), ``always`` of those after; then well."""

    def __init__(self, mouth: EspeakVoice) -> None:
        super().__init__(mouth, Handler)
        self.moods: dict[str, list[str]] = defaultdict(list)
        self.always: dict[str, str] = {}
        self.asked: list[str] = []
        self.paces: list[object] = []
        self.stages: list[str] = []
        self.times: list[float] = []
        self.headers_of: dict[str, dict[str, str]] = {}
        self.faults: list[str] = []

    def sound(self, number: int) -> bytes:
        return self.said(self.asked[number])

    def mood(self, stage: str) -> str:
        return self.moods[stage].pop(0) if self.moods[stage] else self.always.get(stage, "well")


class Handler(BaseHTTPRequestHandler):
    server: Services
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        if self.path.startswith("/audio/"):
            self.staged("audio", self.audio)
        elif self.path.startswith("/api/v1/tts/"):
            self.staged("job", self.vbee_job)
        else:
            self.answer(404, "text/plain", b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        known = {
            "/hmi/tts/v5": self.fpt,
            "/voice/api/tts/v1/rest/syn": self.viettel,
            "/v1/tts/synthesize": self.zalo,
            "/api/v1/tts": self.vbee,
        }
        self.staged("ask", lambda: known[self.path](body))

    def staged(self, stage: str, well: Any) -> None:
        self.server.stages.append(stage)
        self.server.times.append(time.monotonic())
        self.server.headers_of[stage] = {name.lower(): value for name, value in self.headers.items()}
        mood = self.server.mood(stage)
        try:
            well() if mood == "well" else getattr(self, mood)()
        except (AssertionError, KeyError, ValueError) as error:
            self.server.faults.append(repr(error))
            self.answer(500, "text/plain", b"not as documented")

    # the services

    def fpt(self, body: bytes) -> None:
        """The text as it is; api_key, voice, speed and format as headers."""
        assert self.headers["voice"] == "banmai"
        assert self.headers["format"] == "mp3"
        assert -3 <= int(self.headers["speed"]) <= 3
        assert 3 <= len(body.decode()) <= 5000
        number = self.take(body.decode(), self.headers["speed"])
        if self.headers["api_key"] != KEY:
            return self.json(401, {"message": f"Invalid API key {self.headers['api_key']}"})
        link = f"{self.server.address}/audio/{number}"
        told = "The content will be returned after a few seconds under the async link."
        return self.json(200, {"async": link, "error": 0, "message": told, "request_id": "b5a7"})

    def fpt_quota(self) -> None:
        self.json(200, {"error": 5, "message": "Hết hạn mức ký tự", "request_id": "b5a7"})

    def viettel(self, body: bytes) -> None:
        """JSON; the token as a header; the sound comes in the answer."""
        request = json.loads(body)
        assert self.headers["Content-Type"] == "application/json"
        assert request.keys() == {"text", "voice", "id", "without_filter", "speed", "tts_return_option"}
        assert request["tts_return_option"] == 3
        assert isinstance(request["speed"], float)
        assert 0.7 <= request["speed"] <= 1.3
        number = self.take(request["text"], request["speed"])
        if self.headers["token"] != KEY:
            return self.json(401, {"code": 401, "message": f"token {self.headers['token']} không đúng"})
        return self.answer(200, "audio/mpeg", self.server.sound(number))

    def viettel_quota(self) -> None:
        self.json(200, {"code": 40, "message": "Hết hạn mức ký tự"})

    def zalo(self, body: bytes) -> None:
        """A form; apikey as a header; JSON with the sound's address under data.url."""
        request = dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True))
        assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert request.keys() == {"input", "speaker_id", "speed", "encode_type"}
        assert 0.8 <= float(request["speed"]) <= 1.2
        assert len(request["input"]) <= 2000
        number = self.take(request["input"], request["speed"])
        if self.headers["apikey"] != KEY:
            return self.json(200, {"error_code": 401, "error_message": "Wrong apikey", "data": []})
        link = f"{self.server.address}/audio/{number}"
        return self.json(200, {"error_code": 0, "error_message": "Successful.", "data": {"url": link}})

    def zalo_quota(self) -> None:
        told = "Your input exceeds the allowed limit of 2000 characters"
        self.json(200, {"error_code": 155, "error_message": told, "data": []})

    def zalo_trouble(self) -> None:
        self.json(200, {"error_code": 500, "error_message": "Internal server error", "data": []})

    def vbee(self, body: bytes) -> None:
        """JSON; a bearer token; a job that is IN_PROGRESS."""
        request = json.loads(body)
        assert self.headers["Content-Type"] == "application/json"
        assert request["app_id"] == APP
        assert request["callback_url"].startswith("https://")
        assert isinstance(request["speed_rate"], float)
        assert 0.1 <= request["speed_rate"] <= 1.9
        number = self.take(request["input_text"], request["speed_rate"])
        if self.headers["Authorization"] != f"Bearer {KEY}":
            return self.json(401, {"status": 0, "error_code": 401, "error_message": "Unauthorized"})
        return self.json(200, {"status": 1, "result": {"request_id": f"job-{number}", "status": "IN_PROGRESS"}})

    def vbee_quota(self) -> None:
        self.json(200, {"status": 0, "error_code": 1016, "error_message": "Không đủ ký tự trong gói"})

    def vbee_job(self) -> None:
        assert self.headers["Authorization"] == f"Bearer {KEY}"
        number = self.path.removeprefix("/api/v1/tts/job-")
        link = f"{self.server.address}/audio/{number}"
        self.json(200, {"status": 1, "result": {"status": "SUCCESS", "progress": 100, "audio_link": link}})

    def working(self) -> None:
        self.json(200, {"status": 1, "result": {"status": "IN_PROGRESS", "progress": 10}})

    def job_failed(self) -> None:
        self.json(200, {"status": 1, "error_message": "Giọng đang bảo trì", "result": {"status": "FAILURE"}})

    def audio(self) -> None:
        self.answer(200, "audio/mpeg", self.server.sound(int(self.path.removeprefix("/audio/"))))

    def take(self, words: str, pace: object) -> int:
        self.server.asked.append(words)
        self.server.paces.append(pace)
        return len(self.server.asked) - 1

    # bad days

    def too_many(self) -> None:
        self.json(429, {"message": "Too many requests"})

    def unavailable(self) -> None:
        self.answer(503, "text/html", PAGE)

    def page(self) -> None:
        self.answer(200, "text/html; charset=utf-8", PAGE)

    def missing(self) -> None:
        self.answer(404, "text/plain", b"")

    def hidden(self) -> None:
        self.answer(403, "application/xml", b"<Error><Code>AccessDenied</Code></Error>")

    def note(self) -> None:
        self.json(200, {"message": "Không có giọng này"})

    def nonsense(self) -> None:
        self.answer(200, "application/json", b"{")

    def bare(self) -> None:
        self.json(200, {})

    def half(self) -> None:
        sound = self.server.sound(0)
        self.answer(200, "audio/mpeg", sound[: len(sound) // 3])

    def cut_off(self) -> None:
        sound = self.server.sound(0)
        self.answer(200, "audio/mpeg", sound[:2000], length=len(sound))
        self.close_connection = True

    def silence(self) -> None:
        self.answer(200, "audio/mpeg", mp3_of(Speech.silence(timedelta(seconds=3), 24_000)))

    def playlist(self) -> None:
        self.answer(200, "audio/mpeg", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")

    def too_much(self) -> None:
        self.answer(200, "audio/mpeg", b"", length=33 << 20)
        self.close_connection = True

    def endless(self) -> None:
        """Its length is not said."""
        self.send_response(200)
        self.send_header("Content-Type", "audio/mpeg")
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in range(33):
            try:
                self.wfile.write(bytes(1 << 20))
            except OSError:
                break
        self.close_connection = True

    def hung_up(self) -> None:
        self.close_connection = True

    def elsewhere(self) -> None:
        self.send_response(302)
        self.send_header("Location", "https://example.com/sound.mp3")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def drips(self) -> None:
        self.answer(200, "audio/mpeg", b"", length=1_000_000)
        self.drip(b"\0")

    def drips_in_the_head(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self.drip(b"x")

    def drip(self, byte: bytes) -> None:
        """A byte now and then, for as long as anybody listens."""
        while not self.server.closing.wait(0.05):
            try:
                self.wfile.write(byte)
            except OSError:
                break
        self.close_connection = True

    def json(self, status: int, document: object) -> None:
        self.answer(status, "application/json; charset=utf-8", json.dumps(document, ensure_ascii=False).encode())

    def answer(self, status: int, kind: str, body: bytes, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True
