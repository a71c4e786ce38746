"""The voice that is always there: espeak-ng, from a package, in a process of its own."""

import json
import sys
import threading
import unicodedata
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Self

import espeakng_loader

from tts.framed import FramedProcess, KeptProcess, ProcessEnded
from tts.phrases import by_clause, pronounced, syllables
from tts.script import Told, Turn, untold
from tts.settings import EspeakSettings
from tts.speech import Speech
from tts.voices.voice import VoiceFailed, VoiceIdentity

ACCENTS = {"northern": "vi", "central": "vi-vn-x-central", "southern": "vi-vn-x-south"}
"""Accent → espeak's voice."""
_VARIANTS = {"male": "", "female": "+belinda"}
"""Of an accent's voice, which itself is a man's (114 Hz in the median); of the women's this one (208 Hz) keeps pace."""
_SLOWEST, _FASTEST = 80, 450

_WORKER = Path(__file__).with_name("espeak_worker.py")
_UNSPEAKABLE = "CNS"
"""Unicode categories: control and hidden characters, digits, symbols. espeak names symbols, and misreads numbers."""

_LIMIT = timedelta(seconds=30)
"""For one clause: longer than the worker's own limit, so that its copy ends first."""


class EspeakVoice:
    """Speaks clause by clause, each from the same state: the same words give the same bytes in any process.

    ``data`` is the folder ``espeak-ng-data``, of any path length. The process starts at the first words and stays until
    `close` (or the end of this object or of our process). Where it dies or hangs it is started again, once a clause.
    May be used from several threads, which then wait for each other.
    """

    def __init__(
        self,
        accent: str = "northern",
        settings: EspeakSettings | None = None,
        *,
        gender: str = "male",
        data: Path | None = None,
        limit: timedelta = _LIMIT,
    ) -> None:
        settings = settings or EspeakSettings()
        self._words_a_minute = settings.rate
        self._data = (data or Path(espeakng_loader.get_data_path())).absolute()
        self._limit = limit
        library = str(Path(espeakng_loader.get_library_path()).absolute())
        voice = ACCENTS[accent] + _VARIANTS[gender]
        arguments = [library, voice, str(settings.amplitude), str(settings.pitch)]
        self._command = [sys.executable, "-I", "-S", str(_WORKER), *arguments]
        self._worker = KeptProcess()
        self._rate = 0
        self._lock = threading.Lock()
        self.identity = VoiceIdentity(
            name="espeak" if gender == "male" else "espeak-female",
            version=f"espeakng-loader {version('espeakng-loader')}",
            language="vi",
            accent=accent,
            online=False,
            settings=f"rate {settings.rate}, amplitude {settings.amplitude}, pitch {settings.pitch}",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def speak(self, turn: Turn, told: Told = untold) -> Speech:
        _check(turn.words)
        with self._lock:
            return pronounced(turn, by_clause, self._say, told)

    def close(self) -> None:
        with self._lock:
            self._worker.close()

    def _say(self, clause: str, pace: float) -> Speech:
        rate = min(max(round(self._words_a_minute * pace), _SLOWEST), _FASTEST)
        request = f"{rate}\n{unicodedata.normalize('NFC', clause)}"  # decomposed letters are mispronounced
        try:
            pcm = self._worker.ask(request.encode(), self._start)
        except ProcessEnded as error:
            raise VoiceFailed(
                "espeak failed twice at {clause!r}: {error}; reword it or use another voice", clause=clause, error=error
            ) from error
        return Speech(pcm, self._rate)

    def _start(self) -> FramedProcess:
        try:
            process = FramedProcess(self._command, self._data.parent, self._limit)
        except OSError as error:
            raise VoiceFailed(
                "espeak and its data were expected at {data}, but it cannot be started: {error}; "
                "install espeakng-loader again",
                data=self._data,
                error=error,
            ) from error
        self._rate = json.loads(process.hear())["rate"]
        return process


def _check(words: str) -> None:
    if not syllables(words):
        raise VoiceFailed("words were expected, but there is nothing to say")
    for character in words:
        if unicodedata.category(character)[0] in _UNSPEAKABLE and character != "\n":
            raise VoiceFailed(
                "words as they are spoken were expected, but {character!r} came, which espeak reads wrongly; "
                "let the normaliser read the text first",
                character=character,
            )
