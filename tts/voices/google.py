"""The online voice: Google Translate's, asked with the requests that gTTS makes.

gTTS is used for what it knows (the form of the request), not for sending: it sends without verifying the other side, so
that anybody on the way could speak, sets no time limit, and takes a captcha page for an empty answer.
"""

import base64
import binascii
import http.client
import json
import re
import tempfile
import time
import unicodedata
import urllib.error
import urllib.request
from datetime import timedelta
from importlib.metadata import version

from gtts import gTTS

from tts.decode import DecodeRefused, decode_open
from tts.phrases import BySentence, pronounced, syllables
from tts.plausible import Implausible, check_words, trimmed
from tts.script import Turn
from tts.settings import GoogleSettings
from tts.speech import SECOND, Speech
from tts.voices.voice import VoiceFailed, VoiceIdentity

ADDRESS = "https://translate.google.com"
_PATH = "/_/TranslateWebserverUi/data/batchexecute"

_LONGEST_PIECE = 99
"""Characters: gTTS cuts what is longer than 100 into many tiny requests."""
_SLOW_BELOW = 0.85
_ANSWER_LIMIT = 4 << 20
_PIECE_LIMIT = timedelta(minutes=2)
_TOTAL_LIMIT = timedelta(minutes=5)

_SOUND = re.compile(r'"jQ1olc","((?:[^"\\]|\\.)*)"')
"""In the answer: the name of the call, then a JSON text of a list whose one element is MP3 in base64."""


class _Refused(VoiceFailed):
    """An answer that will be the same the next time."""


class _Failed(VoiceFailed):
    """An answer, or none, that may be better the next time."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirection leads to a consent or captcha page, never to sound."""

    def redirect_request(self, *_: object) -> None:
        return None


class GoogleVoice:
    """Speaks sentence by sentence. Needs the Internet, and the words leave the house. ``address``: the server."""

    def __init__(self, settings: GoogleSettings | None = None, *, address: str = ADDRESS) -> None:
        self._settings = settings or GoogleSettings()
        self._url = address + _PATH
        self._opener = urllib.request.build_opener(_NoRedirect)
        self.identity = VoiceIdentity(
            name="google",
            version=f"gTTS {version('gTTS')}",
            language="vi",
            accent="northern",
            online=True,
        )

    def speak(self, turn: Turn) -> Speech:
        if not syllables(turn.words):
            raise VoiceFailed("words were expected, but there is nothing to say")
        until = time.monotonic() + _TOTAL_LIMIT / SECOND
        return pronounced(turn, BySentence(_LONGEST_PIECE), lambda piece, pace: self._say(piece, pace, until))

    def _say(self, piece: str, pace: float, until: float) -> Speech:
        if time.monotonic() > until:
            raise VoiceFailed(
                "all words within {limit_s:.0f} s were expected from the online voice, it is too slow; "
                "use the voice in the house",
                limit_s=_TOTAL_LIMIT / SECOND,
            )
        for number in range(self._settings.attempts - 1):
            try:
                return _speech(self._answer(piece, pace), piece)
            except _Failed:
                time.sleep(self._settings.backoff / SECOND * 2**number)
        return _speech(self._answer(piece, pace), piece)

    def _answer(self, piece: str, pace: float) -> str:
        """The text that the server answered. Raises _Refused and _Failed."""
        words = unicodedata.normalize("NFC", piece)
        slow = pace < _SLOW_BELOW  # the service knows two paces only
        (body,) = gTTS(words, lang="vi", slow=slow, lang_check=False, pre_processor_funcs=[]).get_bodies()
        request = urllib.request.Request(self._url, body.encode(), gTTS.GOOGLE_TTS_HEADERS)
        timeout_s = self._settings.timeout / SECOND
        until = time.monotonic() + timeout_s
        payload = b""
        try:
            with self._opener.open(request, timeout=timeout_s) as answer:
                kind = answer.headers.get_content_type()
                while part := answer.read1(1 << 16):
                    payload += part
                    if len(payload) > _ANSWER_LIMIT or time.monotonic() > until:
                        raise _Failed(
                            "an answer of at most {limit_mb} MB within {limit_s} s was expected from the online voice, "
                            "this one does not end; use the voice in the house",
                            limit_mb=_ANSWER_LIMIT >> 20,
                            limit_s=timeout_s,
                        )
                declared = int(answer.headers.get("Content-Length", len(payload)))
                if len(payload) < declared:
                    raise http.client.IncompleteRead(payload, declared - len(payload))
        except urllib.error.HTTPError as error:
            with error:
                failure = _Failed if error.code == 429 or error.code >= 500 else _Refused
                raise failure(
                    "speech was expected, but the online voice answered {status} {reason}; use the voice in the house",
                    status=error.code,
                    reason=error.reason,
                ) from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise _Failed(
                "an answer was expected from the online voice, but {error} came; look whether the Internet is there",
                error=repr(error),
            ) from error
        if kind == "text/html" or payload.lstrip()[:1] == b"<":
            raise _Refused(
                "speech was expected, but the online voice answered with a web page (it asks who is there, or the "
                "office's own network does); wait some hours or use the voice in the house"
            )
        return payload.decode(errors="replace")


def _speech(answer: str, piece: str) -> Speech:
    """The sound in an answer, without the silence around it. Raises _Failed where it is none, or not this piece."""
    try:
        with tempfile.TemporaryFile() as file:
            file.write(_mp3(answer))
            file.flush()
            speech = trimmed(decode_open(file, "the answer", max_duration=_PIECE_LIMIT))
        check_words(speech, piece)
    except (DecodeRefused, Implausible) as error:
        raise _Failed(
            "{piece!r} was expected from the online voice, but what it sent is not that: {error}",
            piece=piece,
            error=error,
        ) from error
    return speech


def _mp3(answer: str) -> bytes:
    found = _SOUND.search(answer)
    if found is None:
        raise _Failed(
            "speech was expected, but there is none in the answer of the online voice; use the voice in the house"
        )
    try:
        (sound,) = json.loads(json.loads(f'"{found[1]}"'))
        return base64.b64decode(sound, validate=True)
    except (ValueError, TypeError, binascii.Error) as error:
        raise _Failed(
            "sound as base64 was expected in the answer of the online voice, but it is damaged: {error}", error=error
        ) from error
