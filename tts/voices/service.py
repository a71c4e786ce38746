"""The voice of a commercial service, asked as the operator's template describes it. The words leave the house."""

import json
import time
import unicodedata
import urllib.parse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from tts.phrases import BySentence, pronounced, syllables
from tts.script import Told, Turn, untold
from tts.speech import SECOND, Speech
from tts.template import ServiceSettings, as_text, filled, is_address, picked, same_place, status_url
from tts.voices.exchange import Answer, Failed, Question, Refused, ask, attempted, refusal, sound
from tts.voices.voice import VoiceFailed, VoiceIdentity

_ANSWER_LIMIT = 32 << 20
"""Bytes: two and a half minutes of 48 kHz stereo as WAV."""
_TOTAL_LIMIT_S = 900.0
_SECRET_LIMIT = 8192
_JSON_LIMIT = 1 << 20
_TOLD = 200
_NOT_YET = (202, 204, 403, 404, 425)
"""What stores of files answer for one that is still being made; some hide behind 403 that it is not there."""


Said = TypeVar("Said")


class ServiceVoice:
    """Speaks sentence by sentence, in pieces the service takes. Needs the Internet."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self.identity = VoiceIdentity(
            name=settings.name,
            version=f"template {settings.digest[:16]}",
            language="vi",
            accent=settings.accent,
            online=True,
        )

    def speak(self, turn: Turn, told: Told = untold) -> Speech:
        if not syllables(turn.words):
            raise VoiceFailed("words were expected, but there is nothing to say")
        secrets = {name: _secret(name, path) for name, path in self._settings.secrets.items()}
        conversation = _Conversation(self._settings, secrets)
        return pronounced(turn, BySentence(self._settings.longest), conversation.say, told)


class _Conversation:
    """One turn's requests, with the secrets as they are now. Its errors show none of them."""

    def __init__(self, settings: ServiceSettings, secrets: Mapping[str, str]) -> None:
        self._settings = settings
        self._secrets = secrets
        self._until = time.monotonic() + _TOTAL_LIMIT_S

    def say(self, piece: str, pace: float) -> Speech:
        if time.monotonic() > self._until:
            raise VoiceFailed(
                "all words within {limit_s:.0f} s were expected from the online voice, it is too slow; "
                "use the voice in the house",
                limit_s=_TOTAL_LIMIT_S,
            )
        request = filled(self._settings, unicodedata.normalize("NFC", piece), pace, self._secrets)
        question = Question(request.url, self._settings.method, request.headers, request.body)
        if self._settings.answer == "audio":
            return self._attempted(lambda: self._heard(self._asked(question), piece))
        document = self._attempted(lambda: self._document(question))
        if self._settings.answer == "poll":
            document = self._awaited(document, request.headers)
        return self._fetched(document, piece)

    def _awaited(self, document: object, headers: Mapping[str, str]) -> object:
        """The service's last word on the job that it took on. The headers go to where the operator sent them first."""
        settings = self._settings
        job = picked(document, settings.job_path)
        if not isinstance(job, str | int) or job == "":
            raise self._lacking("job_path", settings.job_path)
        url = status_url(settings, str(job))
        if not is_address(url) or not (settings.status_url or same_place(url, settings.url)):
            raise self._elsewhere()
        question = Question(url, headers={name: text for name, text in headers.items() if name != "Content-Type"})
        until = time.monotonic() + settings.deadline / SECOND
        while True:
            document = self._attempted(lambda: self._document(question))
            state = as_text(picked(document, settings.status_path))
            if state in settings.ready:
                return document
            if state in settings.failed:
                raise Refused(
                    "speech was expected, but {voice} could not make it: {message}; use another voice",
                    voice=settings.name,
                    message=self._message(document),
                )
            self._wait(until)

    def _fetched(self, document: object, piece: str) -> Speech:
        """The sound at the address in an answer, as soon as it is there. No secret is sent there."""
        url = picked(document, self._settings.audio_path)
        if not isinstance(url, str) or not url:
            raise self._lacking("audio_path", self._settings.audio_path)
        if not is_address(url) or not (url.startswith("https:") or same_place(url, self._settings.url)):
            raise self._elsewhere()
        until = time.monotonic() + self._settings.deadline / SECOND
        while (speech := self._attempted(lambda: self._heard_if_there(Question(url), piece))) is None:
            self._wait(until)
        return speech

    def _heard_if_there(self, question: Question, piece: str) -> Speech | None:
        answer = self._ask(question)
        return None if answer.status in _NOT_YET else self._heard(self._good(answer), piece)

    def _heard(self, answer: Answer, piece: str) -> Speech:
        if answer.kind == "application/json" or answer.payload.lstrip()[:1] == b"{":
            document = self._read(answer)
            raise refusal(
                self._code(document),
                template="sound was expected, but {voice} sent a text: {message}; look at its settings, or use another "
                "voice",
                voice=self._settings.name,
                message=self._message(document),
            )
        return sound(answer.payload, piece)

    def _document(self, question: Question) -> object:
        document = self._read(self._asked(question))
        code = self._code(document)
        if code and code not in self._settings.ok:
            raise self._refusal(code, self._message(document))
        return document

    def _asked(self, question: Question) -> Answer:
        return self._good(self._ask(question))

    def _ask(self, question: Question) -> Answer:
        return ask(question, limit=_ANSWER_LIMIT, timeout=self._settings.timeout, pause=self._settings.pause)

    def _good(self, answer: Answer) -> Answer:
        """The answer, where its status is good and it is no web page."""
        if not 200 <= answer.status <= 299:
            document = _json(answer.payload)
            raise self._refusal(str(answer.status), answer.reason if document is None else self._message(document))
        if answer.is_page:
            raise Refused(
                "speech was expected, but {voice} answered with a web page; look at its url, and whether the "
                "office's own network asks who is there",
                voice=self._settings.name,
            )
        return answer

    def _read(self, answer: Answer) -> object:
        document = _json(answer.payload)
        if document is None:
            raise Failed("JSON was expected from {voice}, but something else came", voice=self._settings.name)
        return document

    def _code(self, document: object) -> str:
        code = picked(document, self._settings.code_path) if self._settings.code_path else None
        return "" if code is None else as_text(code)

    def _message(self, document: object) -> str:
        """What the service says of itself, or all it sent; on one line, and without our secrets."""
        told = picked(document, self._settings.message_path) if self._settings.message_path else None
        text = as_text(document if told is None else told)
        for secret in self._secrets.values():
            text = text.replace(secret, "***").replace(urllib.parse.quote(secret, safe=""), "***")
        return "".join(character if character.isprintable() else " " for character in text)[:_TOLD]

    def _refusal(self, code: str, message: str) -> VoiceFailed:
        """Services write HTTP's numbers inside of good answers as well."""
        return refusal(
            code,
            template="speech was expected, but {voice} answered {code}: {message}; look at its key and its quota, or "
            "use another voice",
            voice=self._settings.name,
            code=code[:40],
            message=message,
        )

    def _lacking(self, key: str, path: str) -> VoiceFailed:
        return Refused(
            "{path} was expected in the answer of {voice}, but it is not there; look at {key} in its settings",
            voice=self._settings.name,
            key=key,
            path=path,
        )

    def _elsewhere(self) -> VoiceFailed:
        return Refused(
            "{voice} points to an address that is neither https nor on its own host; it is not asked there",
            voice=self._settings.name,
        )

    def _attempted(self, attempt: Callable[[], Said]) -> Said:
        settings = self._settings
        return attempted(attempt, attempts=settings.attempts, backoff=settings.backoff, until=self._until)

    def _wait(self, until: float) -> None:
        left = min(until, self._until) - time.monotonic()
        if left <= 0:
            raise VoiceFailed(
                "the sound within {limit_s:g} s was expected from {voice}, but it is not ready; try again later, or "
                "use another voice",
                limit_s=self._settings.deadline / SECOND,
                voice=self._settings.name,
            )
        time.sleep(min(self._settings.interval / SECOND, left))


def _json(payload: bytes) -> object | None:
    """None where it is no JSON, or far more of it than any service sends."""
    if len(payload) > _JSON_LIMIT:
        return None
    try:
        document: object = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return document


def _secret(name: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(_SECRET_LIMIT).decode("ascii", errors="replace").strip()
    except OSError as error:
        raise VoiceFailed(
            "the secret {name} was expected in the file {path}, but it cannot be read: {error}",
            name=name,
            path=path,
            error=error.strerror,
        ) from error
    if not text or not text.isascii() or not text.isprintable():
        raise VoiceFailed(
            "the secret {name} was expected in the file {path}, one line and nothing else; write it there",
            name=name,
            path=path,
        )
    return text
