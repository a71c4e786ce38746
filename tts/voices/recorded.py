"""The voice of a person: a sound file that the operator brought."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from io import BufferedReader
from pathlib import Path

from tts.decode import DecodeRefused, decode_open, opened
from tts.script import Told, Turn, untold
from tts.speech import Mark, Speech
from tts.voices.voice import VoiceFailed, VoiceIdentity

LONGEST = timedelta(minutes=60)


class RecordedVoice:
    """Gives the sound of one WAV, MP3 or M4A file, whatever the turn; its identity is the file's SHA-256.

    Raises DecodeRefused where the file is not there to be read when the voice is made.
    """

    def __init__(self, path: Path, *, language: str = "vi", max_duration: timedelta = LONGEST) -> None:
        self._path = path
        self._max_duration = max_duration
        with opened(path) as file:
            digest = _digest(file)
        self.identity = VoiceIdentity(
            name="recorded", version=digest, language=language, accent="", online=False, recorded=True
        )

    def speak(self, turn: Turn, _told: Told = untold) -> Speech:
        try:
            with opened(self._path) as file:
                if _digest(file) != self.identity.version:
                    raise VoiceFailed(
                        "the recording {name} as it was chosen was expected, but the file has changed; choose it again",
                        name=self._path.name,
                    )
                speech = decode_open(file, self._path.name, max_duration=self._max_duration)
        except DecodeRefused as error:
            raise VoiceFailed("{error}", error=error) from error
        if len(turn.sentences) > 1:
            return speech  # nobody knows where in it they begin
        return replace(speech, marks=(Mark(timedelta(0), speech.duration, turn.words),))


def _digest(file: BufferedReader) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()
