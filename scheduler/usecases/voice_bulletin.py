"""Give a bulletin its voice: written words → spoken words → speech → clip. What an approver then listens to."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playlists.bulletin import Bulletin
from playlists.clip import Clip
from playlists.render import render_bulletin, render_ident, render_sign_off
from scheduler.audit.entry import instant_text
from scheduler.errors import ConflictError, StationError
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import bulletin_row, lexicon_rows
from scheduler.store.tables import BulletinRow
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.values import bulletin_value, clip_row, lexicon_value, sound_settings
from scheduler.usecases.withdraw_bulletin import off_the_air
from tts.cache import SpeechCache
from tts.normalise import Lexicon, Reading, read
from tts.settings import EspeakSettings, VoiceSettings
from tts.speak import Spoken, speak
from tts.voices import voices_named
from tts.voices.recorded import RecordedVoice
from tts.voices.voice import Voice, VoiceIdentity


@dataclass(frozen=True)
class Voiced:
    """A bulletin's words as read, who spoke them, and the clip that came of it."""

    bulletin: Bulletin
    reading: Reading
    spoken: Spoken
    clip: Clip


@dataclass(frozen=True)
class StationSound:
    """The chime with the ident, or the sign-off: a clip that surrounds every programme."""

    kind: str
    text: str
    digest: str  # sound_digest
    spoken: Spoken
    clip: Clip


def voice_bulletin(station: Station, bulletin_id: str, now: datetime) -> Voiced:
    """Render a bulletin and keep the clip with it. A clip that differs from the approved one ends the approval (E15).

    Raises NotFoundError, NoVoice when no voice could speak it (the last good clip stays).
    """
    with station.store.reading() as session:
        before = bulletin_row(session, bulletin_id)
        lexicon = lexicon_value(lexicon_rows(session))
    bulletin = bulletin_value(before)
    reading = read(bulletin.text, lexicon)
    words = reading.words if bulletin.recording is None else reading.words or read(bulletin.title, lexicon).words
    spoken = say(station, words, voices_for(station, bulletin))
    clip = render_bulletin([spoken.speech], sound_settings(station.config), station.audio).clip
    with station.store.writing() as session:
        row = bulletin_row(session, bulletin_id)
        if row.digest != before.digest or lexicon_value(lexicon_rows(session)) != lexicon:
            raise ConflictError("bulletin {id} was changed while it was rendered; render it again", id=bulletin_id)
        if row.clip != clip.digest:
            state = "draft" if row.state == "approved" else row.state
            voiced = {"state": state, "clip": clip.digest, "updated_at": instant_text(now)}
            taken = off_the_air(session, station, row, Sentence("bulletin {id} has a new sound", id=bulletin_id), now)
            rows = [
                BulletinRow(**{**row.model_dump(), **voiced}),
                clip_row(clip, spoken_by=voice_label(spoken.voice), at=now),
                *taken.rows,
            ]
            append(session, "bulletin_voiced", now, rows)
            if taken.cancelled:
                dispatch(session, station, now)
    return Voiced(bulletin, reading, spoken, clip)


def station_sound(station: Station, kind: str, text: str, lexicon: Lexicon) -> StationSound:
    """The ident (after the chime) or the sign-off (before it), rendered."""
    spoken = say(station, read(text, lexicon).words, chain(station))
    render = render_ident if kind == "ident" else render_sign_off
    clip = render([spoken.speech], sound_settings(station.config), station.audio).clip
    return StationSound(kind, text, sound_digest(station, text, lexicon), spoken, clip)


def sound_digest(station: Station, text: str, lexicon: Lexicon) -> str:
    """What an ident's or a sign-off's approval is bound to: its words, and the settings that shape its sound."""
    recipe = f"{text}\n{read(text, lexicon).words}\n{sound_settings(station.config)}\n{station.config.speech}"
    return hashlib.sha256(recipe.encode()).hexdigest()


def say(station: Station, words: str, voices: Sequence[Voice]) -> Spoken:
    """Spoken words → speech, through the station's cache."""
    if not words.strip():
        raise StationError("nothing is left to read aloud: expected words, but only marks and blank lines came")
    return speak(words, voices, SpeechCache(station.speech_cache, station.config.speech.cache_mb * 1_000_000))


def chain(station: Station, first: str | None = None) -> list[Voice]:
    """The voices in config's order; `first` before all others."""
    names = [*([first] if first else []), *(name for name in station.config.speech.voices if name != first)]
    return voices_named(names, VoiceSettings(espeak=EspeakSettings(rate=station.config.speech.rate)))


def voices_for(station: Station, bulletin: Bulletin) -> list[Voice]:
    """A recording speaks alone; a voice named in the header is tried before the others."""
    if bulletin.recording is not None:
        return [RecordedVoice(Path(station.recordings / bulletin.recording))]
    return chain(station, bulletin.voice)


def voice_label(voice: VoiceIdentity) -> str:
    """How a voice is shown and stored."""
    return " ".join(part for part in (voice.name, voice.version, voice.accent) if part)
