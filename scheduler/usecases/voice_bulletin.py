"""Give a bulletin its voice: written words → spoken words → speech → clip. What an approver then listens to."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from playlists.bulletin import Bulletin
from playlists.clip import Clip
from playlists.render import render_bulletin, render_ident, render_sign_off
from scheduler.audit.entry import instant_text
from scheduler.errors import ConflictError, StationError
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.log import append
from scheduler.store.queries import bulletin_row
from scheduler.store.tables import BulletinRow
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.values import bulletin_value, clip_row, sound_settings
from scheduler.usecases.vocabulary import Vocabulary, vocabulary
from scheduler.usecases.voices import delivery_for, delivery_of, voice_label, voices_for, voices_of
from scheduler.usecases.withdraw_bulletin import off_the_air
from tts.cache import SpeechCache
from tts.delivery import Delivery, scripted
from tts.normalise import Reading
from tts.script import Script, Turn
from tts.speak import Spoken, speak
from tts.speech import Mark
from tts.voices.voice import Voice


@dataclass(frozen=True)
class Voiced:
    """A bulletin's words as read, who spoke them, and the clip that came of it."""

    bulletin: Bulletin
    reading: Reading
    spoken: Spoken
    clip: Clip
    marks: tuple[Mark, ...]
    """Where the sentences stand in the clip; none for a recording."""


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
        words = vocabulary(session)
    bulletin = bulletin_value(before)
    reading = words.read(bulletin.text)
    script = scripted(reading, delivery_for(station.config, bulletin))
    if bulletin.recording is not None:
        script = recorded(reading if reading.words else words.read(bulletin.title))
    spoken = say(station, script, {**voices_for(station, bulletin), **words.voices(station, reading)})
    rendered = render_bulletin(spoken.sequence, sound_settings(station.config), station.audio)
    clip = rendered.clip
    with station.store.writing() as session:
        row = bulletin_row(session, bulletin_id)
        if row.digest != before.digest or vocabulary(session) != words:
            raise ConflictError("bulletin {id} was changed while it was rendered; render it again", id=bulletin_id)
        if row.clip != clip.digest:
            state = "draft" if row.state == "approved" else row.state
            voiced = {"state": state, "clip": clip.digest, "updated_at": instant_text(now)}
            taken = off_the_air(session, station, row, Sentence("bulletin {id} has a new sound", id=bulletin_id), now)
            rows = [
                BulletinRow(**{**row.model_dump(), **voiced}),
                clip_row(clip, spoken_by=spoken_by(spoken), at=now),
                *taken.rows,
            ]
            append(session, "bulletin_voiced", now, rows)
            if taken.cancelled:
                dispatch(session, station, now)
    return Voiced(bulletin, reading, spoken, clip, rendered.marks)


def station_sound(station: Station, kind: str, text: str, words: Vocabulary) -> StationSound:
    """The ident (after the chime) or the sign-off (before it), rendered."""
    reading = words.read(text)
    script = scripted(reading, delivery_of(station.config))
    spoken = say(station, script, {**voices_of(station), **words.voices(station, reading)})
    render = render_ident if kind == "ident" else render_sign_off
    clip = render(spoken.sequence, sound_settings(station.config), station.audio).clip
    return StationSound(kind, text, sound_digest(station, text, words), spoken, clip)


def sound_digest(station: Station, text: str, words: Vocabulary) -> str:
    """What an ident's or a sign-off's approval is bound to: its words, and all else that shapes its sound."""
    reading = words.read(text)
    recordings = [phrase.recording for phrase in words.called(reading).values()]
    recipe = f"{text}\n{reading.words}\n{recordings}\n{sound_settings(station.config)}\n{station.config.speech}"
    return hashlib.sha256(recipe.encode()).hexdigest()


def say(station: Station, script: Script, voices: Mapping[str, Sequence[Voice]]) -> Spoken:
    """A script → speech, through the station's cache."""
    if not script.turns:
        raise StationError("nothing is left to read aloud: expected words, but only marks and blank lines came")
    return speak(script, voices, SpeechCache(station.speech_cache, station.config.speech.cache_mb * 1_000_000))


def recorded(reading: Reading) -> Script:
    """The words of a bulletin that a person has recorded as a whole: one turn, whoever was to read it."""
    sentences = tuple(sentence for turn in scripted(reading, Delivery()).turns for sentence in turn.sentences)
    return Script((Turn("", sentences),) if sentences else ())


def spoken_by(spoken: Spoken) -> str:
    """Everybody who spoke, as it is shown and stored."""
    return " + ".join(voice_label(voice) for voice in spoken.voices)
