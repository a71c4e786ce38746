"""A server on this machine behind whose door espeak speaks; what it says of itself is its handler's."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from tts_sounds import mp3_of

from tts.delivery import plain
from tts.speech import Speech
from tts.voices.espeak import EspeakVoice


class SpeakingServer(ThreadingHTTPServer):
    """``closing`` ends handlers that answer for as long as anybody listens."""

    daemon_threads = False

    def __init__(self, mouth: EspeakVoice, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.mouth = mouth
        self.closing = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def said(self, words: str) -> bytes:
        """The words as MP3, with silence around them."""
        pause = Speech.silence(timedelta(milliseconds=250), 22_050)
        return mp3_of(Speech.joined([pause, self.mouth.speak(plain(words)), pause]))

    @contextmanager
    def running(self) -> Iterator[Self]:
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.closing.set()
            self.shutdown()
            thread.join()
            self.server_close()
