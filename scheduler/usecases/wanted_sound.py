"""What a bulletin is to sound like: its script, who may speak it, and the recipe that stands for all of it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from sqlmodel import Session

from playlists.audio.settings import SoundSettings
from playlists.bulletin import Bulletin
from scheduler.station import Station
from scheduler.store.tables import BulletinRow
from scheduler.usecases.music import music_digest, music_of
from scheduler.usecases.values import bulletin_value, sound_settings
from scheduler.usecases.vocabulary import Vocabulary, vocabulary
from scheduler.usecases.voices import delivery_for, voices_for
from tts.delivery import Delivery, scripted
from tts.normalise import Reading
from tts.script import Script, Turn
from tts.voices.voice import Voice


@dataclass(frozen=True)
class WantedSound:
    """A bulletin read, and everything else that shapes its sound."""

    bulletin: Bulletin
    words: Vocabulary
    reading: Reading
    script: Script
    voices: Mapping[str, Sequence[Voice]]
    sound: SoundSettings
    music: Path | None
    music_under_db: float

    @property
    def recipe(self) -> str:
        """SHA-256 over what is said, who may say it in which order, how it is to sound, and what makes it."""
        roles = dict.fromkeys(turn.role for turn in self.script.turns)
        content = {
            "made by": [f"{name} {version(name)}" for name in ("loa", "imageio-ffmpeg")],
            "script": [turn.recipe for turn in self.script.turns],
            "voices": {role: [asdict(voice.identity) for voice in self.voices.get(role, ())] for role in roles},
            "sound": repr(self.sound),
            "music": [music_digest(self.music), self.music_under_db] if self.music else None,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def wanted_sound(station: Station, session: Session, row: BulletinRow) -> WantedSound:
    """Raises NotFoundError for a phrase that is not recorded, DecodeRefused for a recording or music that is lost."""
    bulletin, words = bulletin_value(row), vocabulary(session)
    reading = words.read(bulletin.text)
    script = scripted(reading, delivery_for(station.config, bulletin))
    if bulletin.recording is not None:
        script = _recorded(reading if reading.words else words.read(bulletin.title))
    voices = {**voices_for(station, bulletin), **words.voices(station, reading)}
    sound, music = sound_settings(station.config), music_of(station, bulletin)
    return WantedSound(bulletin, words, reading, script, voices, sound, music, station.config.sound.music_under_db)


def _recorded(reading: Reading) -> Script:
    """The words of a bulletin that a person has recorded as a whole: one turn, whoever was to read it."""
    sentences = tuple(sentence for turn in scripted(reading, Delivery()).turns for sentence in turn.sentences)
    return Script((Turn("", sentences),) if sentences else ())
