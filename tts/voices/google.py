"""The online voice: Google Translate's, asked with the requests that gTTS makes.

gTTS is used for what it knows (the form of the request), not for sending: it sends without verifying the other side, so
that anybody on the way could speak, sets no time limit, and takes a captcha page for an empty answer.
"""

import base64
import binascii
import json
import re
import time
import unicodedata
from datetime import timedelta
from importlib.metadata import version

from gtts import gTTS

from tts.phrases import BySentence, pronounced, syllables
from tts.script import Told, Turn, untold
from tts.settings import GoogleSettings
from tts.speech import SECOND, Speech
from tts.voices.exchange import Failed, Question, Refused, ask, attempted, refusal, sound
from tts.voices.voice import VoiceFailed, VoiceIdentity

ADDRESS = "https://translate.google.com"
_PATH = "/_/TranslateWebserverUi/data/batchexecute"

_LONGEST_PIECE = 99
"""Characters: gTTS cuts what is longer than 100 into many tiny requests."""
_SLOW_BELOW = 0.85
_ANSWER_LIMIT = 4 << 20
_TOTAL_LIMIT = timedelta(minutes=5)

_SOUND = re.compile(r'"jQ1olc","((?:[^"\\]|\\.)*)"')
"""In the answer: the name of the call, then a JSON text of a list whose one element is MP3 in base64."""


class GoogleVoice:
    """Speaks sentence by sentence. Needs the Internet, and the words leave the house. ``address``: the server."""

    def __init__(self, settings: GoogleSettings | None = None, *, address: str = ADDRESS) -> None:
        self._settings = settings or GoogleSettings()
        self._url = address + _PATH
        self.identity = VoiceIdentity(
            name="google",
            version=f"gTTS {version('gTTS')}",
            language="vi",
            accent="northern",
            online=True,
        )

    def speak(self, turn: Turn, told: Told = untold) -> Speech:
        if not syllables(turn.words):
            raise VoiceFailed("words were expected, but there is nothing to say")
        until = time.monotonic() + _TOTAL_LIMIT / SECOND
        return pronounced(turn, BySentence(_LONGEST_PIECE), lambda piece, pace: self._say(piece, pace, until), told)

    def _say(self, piece: str, pace: float, until: float) -> Speech:
        if time.monotonic() > until:
            raise VoiceFailed(
                "all words within {limit_s:.0f} s were expected from the online voice, it is too slow; "
                "use the voice in the house",
                limit_s=_TOTAL_LIMIT / SECOND,
            )
        return attempted(
            lambda: sound(_mp3(self._answer(piece, pace)), piece),
            attempts=self._settings.attempts,
            backoff=self._settings.backoff,
            until=until,
        )

    def _answer(self, piece: str, pace: float) -> str:
        """The text that the server answered. Raises Refused and Failed."""
        words = unicodedata.normalize("NFC", piece)
        slow = pace < _SLOW_BELOW  # the service knows two paces only
        (body,) = gTTS(words, lang="vi", slow=slow, lang_check=False, pre_processor_funcs=[]).get_bodies()
        question = Question(self._url, "POST", gTTS.GOOGLE_TTS_HEADERS, body.encode())
        answer = ask(question, limit=_ANSWER_LIMIT, timeout=self._settings.timeout, pause=self._settings.pause)
        if answer.status != 200:
            raise refusal(
                str(answer.status),
                template="speech was expected, but the online voice answered {status} {reason}; "
                "use the voice in the house",
                status=answer.status,
                reason=answer.reason,
            )
        if answer.is_page:
            raise Refused(
                "speech was expected, but the online voice answered with a web page (it asks who is there, or the "
                "office's own network does); wait some hours or use the voice in the house"
            )
        return answer.payload.decode(errors="replace")


def _mp3(answer: str) -> bytes:
    found = _SOUND.search(answer)
    if found is None:
        raise Failed(
            "speech was expected, but there is none in the answer of the online voice; use the voice in the house"
        )
    try:
        (encoded,) = json.loads(json.loads(f'"{found[1]}"'))
        return base64.b64decode(encoded, validate=True)
    except (ValueError, TypeError, binascii.Error) as error:
        raise Failed(
            "sound as base64 was expected in the answer of the online voice, but it is damaged: {error}", error=error
        ) from error
