"""One question to a server and its answer, within bounds: of time from the first byte to the last, of size, of place.

No redirection is followed (it leads to a consent page, or off to another host), the other side's certificate is
verified, and requests to one host keep the pause between them that the operator set.
"""

import functools
import http.client
import socket
import ssl
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from tts.decode import DecodeRefused, decode_open
from tts.plausible import Implausible, check_words, trimmed
from tts.speech import SECOND, Speech
from tts.voices.voice import VoiceFailed

_PIECE_LIMIT = timedelta(minutes=10)
_LATEST: dict[str, float] = {}
_GATE = threading.Lock()

Said = TypeVar("Said")


class Refused(VoiceFailed):
    """An answer that will be the same the next time."""


class Failed(VoiceFailed):
    """An answer, or none, that may be better the next time."""


@dataclass(frozen=True)
class Question:
    """``url`` http or https; neither it nor the headers nor the body is ever shown, for they may hold secrets."""

    url: str = field(repr=False)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        return host(self.url)


@dataclass(frozen=True)
class Answer:
    """Of whatever status. ``kind`` is the content type without its parameters, in small letters."""

    status: int
    reason: str
    kind: str
    payload: bytes = field(repr=False)

    @property
    def is_page(self) -> bool:
        """A web page: of a captcha, of a consent, of the office's own network."""
        return self.kind == "text/html" or self.payload.lstrip()[:1] == b"<"


def host(url: str) -> str:
    """With the port, where one is named."""
    return urllib.parse.urlsplit(url).netloc.rpartition("@")[2]


def refusal(status: str, /, *, template: str, **values: object) -> VoiceFailed:
    """Failed where another attempt may fare better (too many requests, the server's own trouble), else Refused."""
    passing = status.isdecimal() and len(status) == 3 and (status == "429" or status.startswith("5"))
    return (Failed if passing else Refused)(template, **values)


def ask(question: Question, *, limit: int, timeout: timedelta, pause: timedelta = timedelta(0)) -> Answer:
    """The whole answer, whatever its status. ``pause``: the least time since the last question to the same host.

    Raises Failed where none of at most ``limit`` bytes comes within ``timeout``, Refused where it sends us elsewhere.
    """
    _wait(question.host, pause)
    request = urllib.request.Request(question.url, question.body, dict(question.headers), method=question.method)
    watch = _Watch(timeout)
    opener = urllib.request.build_opener(_NoRedirect, _Http(watch), _Https(watch))
    try:
        with watch.running():
            try:
                with opener.open(request, timeout=timeout / SECOND) as answer:
                    return _read(answer, limit)
            except urllib.error.HTTPError as error:
                with error:
                    return _read(error, limit)
    except (OSError, ValueError, http.client.HTTPException) as error:
        if watch.late:
            raise Failed(
                "an answer within {limit_s:g} s was expected from {host}, it is too slow; use another voice",
                limit_s=timeout / SECOND,
                host=question.host,
            ) from error
        raise Failed(
            "an answer was expected from {host}, but {error} came; look whether the Internet is there",
            host=question.host,
            error=_told(error),
        ) from error


def attempted(attempt: Callable[[], Said], *, attempts: int, backoff: timedelta, until: float) -> Said:
    """What ``attempt`` gives, tried again with doubling waits where it raises Failed. ``until`` on time.monotonic()."""
    for number in range(attempts - 1):
        try:
            return attempt()
        except Failed:
            if time.monotonic() >= until:
                raise
            time.sleep(max(0.0, min(backoff / SECOND * 2**number, until - time.monotonic())))
    return attempt()


def sound(payload: bytes, piece: str) -> Speech:
    """The speech in a sound file that came, without the silence around it. Raises Failed where it is not this piece."""
    try:
        with tempfile.TemporaryFile() as file:
            file.write(payload)
            file.flush()
            speech = trimmed(decode_open(file, "the answer", max_duration=_PIECE_LIMIT))
        check_words(speech, piece)
    except (DecodeRefused, Implausible) as error:
        raise Failed(
            "{piece!r} was expected from the online voice, but what it sent is not that: {error}",
            piece=piece,
            error=error,
        ) from error
    return speech


def _wait(host: str, pause: timedelta) -> None:
    """Until ``pause`` after the last question of this process to the host; each that waits takes a turn of its own."""
    with _GATE:
        now = time.monotonic()
        turn = max(now, _LATEST.get(host, now - pause / SECOND) + pause / SECOND)
        _LATEST[host] = turn
    time.sleep(turn - now)


def _read(answer: http.client.HTTPResponse | urllib.error.HTTPError, limit: int) -> Answer:
    status = answer.status or 0
    if 300 <= status <= 399:
        raise Refused(
            "speech was expected, but the online voice answered {status} {reason} and points elsewhere; "
            "use the voice in the house",
            status=status,
            reason=_plain(answer.reason),
        )
    declared = int(answer.headers.get("Content-Length", 0))
    payload = bytearray()
    while declared <= limit and len(payload) <= limit and (part := answer.read1(1 << 16)):
        payload += part
    if max(declared, len(payload)) > limit:
        raise Failed(
            "an answer of at most {limit_mb} MB was expected from the online voice, this one does not end; "
            "use the voice in the house",
            limit_mb=limit >> 20,
        )
    if len(payload) < declared:
        raise http.client.IncompleteRead(bytes(payload), declared - len(payload))
    return Answer(status, _plain(answer.reason), answer.headers.get_content_type(), bytes(payload))


def _plain(text: object) -> str:
    return "".join(character if character.isprintable() else "?" for character in str(text)[:200])


def _told(error: BaseException) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return _plain(repr(reason))


class _Watch:
    """Ends the connections opened under it when the time is over: a limit on each read holds no drip (case E2)."""

    def __init__(self, timeout: timedelta) -> None:
        self._timeout = timeout
        self._sockets: list[socket.socket] = []
        self.late = False

    def hold(self, connection: socket.socket) -> None:
        self._sockets.append(connection)

    @contextmanager
    def running(self) -> Iterator[None]:
        timer = threading.Timer(self._timeout / SECOND, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
        if self.late:
            raise TimeoutError

    def _end(self) -> None:
        self.late = True
        for connection in self._sockets:
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)  # a TLS socket's own would pull the ground away


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class _HttpConnection(http.client.HTTPConnection):
    def __init__(self, watch: _Watch, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._watch = watch

    def connect(self) -> None:
        super().connect()
        self._watch.hold(self.sock)


class _HttpsConnection(http.client.HTTPSConnection):
    def __init__(self, watch: _Watch, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._watch = watch

    def connect(self) -> None:
        super().connect()
        self._watch.hold(self.sock)


class _Http(urllib.request.HTTPHandler):
    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self._watch = watch

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(functools.partial(_HttpConnection, self._watch), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self._watch = watch

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        connection = functools.partial(_HttpsConnection, self._watch)
        return self.do_open(connection, req, context=ssl.create_default_context())
