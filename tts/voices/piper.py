"""Neural voices without the net: Piper, an optional package, in a process of its own, with the operator's model."""

import hashlib
import json
import sys
import threading
import unicodedata
from datetime import timedelta
from functools import cached_property, lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from tts.framed import FramedProcess, KeptProcess, ProcessEnded
from tts.phrases import by_clause, pronounced, syllables
from tts.plausible import trimmed
from tts.script import Told, Turn, untold
from tts.settings import PiperSettings
from tts.speech import Speech
from tts.voices.voice import VoiceFailed, VoiceIdentity

VIETNAMESE_MODELS = ("vi_VN-vais1000-medium", "vi_VN-25hours_single-low", "vi_VN-vivos-x_low")
"""Of the piper-voices collection."""

_WORKER = Path(__file__).with_name("piper_worker.py")
_UNSPEAKABLE = "CNS"
"""Unicode categories, as for espeak, which Piper asks how words are pronounced."""
_MISSING = "missing"

_LIMIT = timedelta(seconds=120)
"""For loading the model, and for one clause: longer than the worker's own limit."""


class PiperVoice:
    """Speaks clause by clause; the same words and files give the same bytes in any process on this kind of machine.

    The process starts at the first words and stays until `close` (or the end of this object or of our process). Where
    it dies or hangs it is started again, once a clause. May be used from several threads, which then wait for each
    other.
    """

    def __init__(self, settings: PiperSettings, *, limit: timedelta = _LIMIT) -> None:
        self._settings = settings
        self._model = settings.model.absolute()
        self._config = self._model.with_name(f"{self._model.name}.json")
        self._limit = limit
        self._worker = KeptProcess()
        self._rate = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def identity(self) -> VoiceIdentity:
        """With the SHA-256 of the model and its description, or "missing"; read when first asked for."""
        return VoiceIdentity(
            name=self._settings.name,
            version=f"piper-tts {_installed()}",
            language="vi",
            accent=self._settings.accent,
            online=False,
            settings=f"model {_digest(self._model)}, {self._said(_digest(self._config))}",
        )

    def speak(self, turn: Turn, told: Told = untold) -> Speech:
        _check(turn.words)
        with self._lock:
            return pronounced(turn, by_clause, self._say, told)

    def close(self) -> None:
        with self._lock:
            self._worker.close()

    def _said(self, config: str) -> str:
        return f"config {config}, speaker {self._settings.speaker or 'first'}"

    def _say(self, clause: str, pace: float) -> Speech:
        request = json.dumps({"words": unicodedata.normalize("NFC", clause), "pace": pace}).encode()
        try:
            answer = self._worker.ask(request, self._start)
        except ProcessEnded as error:
            raise VoiceFailed(
                "piper failed twice at {clause!r}: {error}; reword it or use another voice", clause=clause, error=error
            ) from error
        if answer[:1] != b"\0":
            raise VoiceFailed(
                "the model {model} could not say {clause!r}: {error}; use another voice",
                model=self._model.name,
                clause=clause,
                error=answer[1:].decode(errors="replace"),
            )
        return trimmed(Speech(answer[1:], self._rate))

    def _start(self) -> FramedProcess:
        if find_spec("piper") is None:
            raise VoiceFailed(
                "the voice {name} needs the package piper-tts, which is not installed; install Loa with it: "
                "pip install 'loa[piper]'",
                name=self._settings.name,
            )
        for path in (self._model, self._config):
            if not path.is_file():
                raise VoiceFailed(
                    "the voice {name} needs the file {path}, which is not there; get a Vietnamese model ({models}) "
                    "from the piper-voices collection and put its .onnx and .onnx.json files there",
                    name=self._settings.name,
                    path=path,
                    models=", ".join(VIETNAMESE_MODELS),
                )
        arguments = [str(self._model), str(self._config), self._settings.speaker]
        try:
            process = FramedProcess([sys.executable, "-I", str(_WORKER), *arguments], self._model.parent, self._limit)
        except OSError as error:
            raise VoiceFailed("piper cannot be started: {error}", error=error) from error
        hello = json.loads(process.hear())
        if "error" in hello:
            process.close()
            raise VoiceFailed(
                "the model {model} cannot be used: {error}; get it again, or look at `model` and `speaker` of {name}",
                model=self._model.name,
                name=self._settings.name,
                error=hello["error"],
            )
        if f"model {hello['model']}, {self._said(hello['config'])}" != self.identity.settings:
            process.close()
            raise VoiceFailed(
                "the model {model} as it was a moment ago was expected, but its files have changed; try again",
                model=self._model.name,
            )
        self._rate = hello["rate"]
        return process


def _installed() -> str:
    try:
        return version("piper-tts")
    except PackageNotFoundError:
        return _MISSING


def _digest(path: Path) -> str:
    try:
        status = path.stat()
        return _digest_once(path, status.st_mtime_ns, status.st_size)
    except OSError:
        return _MISSING


@lru_cache(maxsize=64)
def _digest_once(path: Path, _changed: int, _size: int) -> str:
    """A model has tens of megabytes, and many bulletins ask who may speak them; the worker looks at what it loads."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(words: str) -> None:
    if not syllables(words):
        raise VoiceFailed("words were expected, but there is nothing to say")
    for character in words:
        if unicodedata.category(character)[0] in _UNSPEAKABLE or character in "[]":  # [[…]] would be phonemes
            raise VoiceFailed(
                "words as they are spoken were expected, but {character!r} came, which piper reads wrongly; "
                "let the normaliser read the text first",
                character=character,
            )
