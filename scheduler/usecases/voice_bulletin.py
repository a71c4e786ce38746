"""Give a bulletin its voice: written words → spoken words → speech → clip. What an approver then listens to."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from playlists.bulletin import Bulletin
from playlists.clip import Clip
from playlists.render import remove_unfinished, render_bulletin, render_ident, render_sign_off
from scheduler.audit.entry import instant_text
from scheduler.errors import ConflictError, StationError
from scheduler.rendering import Rendering
from scheduler.sentence import Sentence
from scheduler.station import Station, making_clips
from scheduler.store.log import append
from scheduler.store.queries import bulletin_row
from scheduler.store.tables import BulletinRow
from scheduler.usecases.dispatch import dispatch
from scheduler.usecases.music import bed_of
from scheduler.usecases.renderings import keep_rendering, known_rendering, rendering_of
from scheduler.usecases.values import clip_row, sound_settings
from scheduler.usecases.vocabulary import Vocabulary, vocabulary
from scheduler.usecases.voices import delivery_of, voice_label, voices_of
from scheduler.usecases.wanted_sound import WantedSound, wanted_sound
from scheduler.usecases.withdraw_bulletin import off_the_air
from tts.cache import SpeechCache
from tts.delivery import scripted
from tts.normalise import Reading
from tts.script import Script, Told, untold
from tts.speak import Spoken, speak
from tts.voices.voice import Voice

Progress = Callable[[str, int, int], None]
"""Is told which step begins (reading, speaking, levelling, encoding), how much of it is done, and of how much."""


def unseen(_step: str, _done: int, _whole: int) -> None:
    """Nobody looks on."""


@dataclass(frozen=True)
class Voiced:
    """A bulletin's words as read, how they came to their sound, and the clip; `kept` where it was rendered earlier."""

    bulletin: Bulletin
    reading: Reading
    rendering: Rendering
    clip: Clip
    kept: bool


@dataclass(frozen=True)
class StationSound:
    """The chime with the ident, or the sign-off: a clip that surrounds every programme."""

    kind: str
    text: str
    digest: str  # sound_digest
    spoken: Spoken
    clip: Clip


def voice_bulletin(station: Station, bulletin_id: str, now: datetime, progress: Progress = unseen) -> Voiced:
    """Render a bulletin and keep the clip with it. A clip that differs from the approved one ends the approval (E15).

    What the same recipe gave before is taken as it is, unless a voice had refused then: it is asked again. Raises
    NotFoundError, NoVoice when no voice could speak it (the last good clip stays).
    """
    progress("reading", 0, 1)
    with station.store.reading() as session:
        before = bulletin_row(session, bulletin_id)
        wanted = wanted_sound(station, session, before)
        known = known_rendering(session, station, wanted.recipe)
    kept = known is not None and not known[0].refused
    made, clip = known if known is not None and kept else _rendered(station, wanted, progress)
    with station.store.writing() as session:
        row = bulletin_row(session, bulletin_id)
        if row.digest != before.digest or vocabulary(session) != wanted.words:
            raise ConflictError("bulletin {id} was changed while it was rendered; render it again", id=bulletin_id)
        if not kept:
            keep_rendering(session, wanted.recipe, made, clip, now)
        if row.clip != clip.digest:
            state = "draft" if row.state == "approved" else row.state
            voiced = {"state": state, "clip": clip.digest, "updated_at": instant_text(now)}
            taken = off_the_air(session, station, row, Sentence("bulletin {id} has a new sound", id=bulletin_id), now)
            rows = [
                BulletinRow(**{**row.model_dump(), **voiced}),
                clip_row(clip, spoken_by=" + ".join(made.voices), at=now),
                *taken.rows,
            ]
            append(session, "bulletin_voiced", now, rows)
            if taken.cancelled:
                dispatch(session, station, now)
    return Voiced(wanted.bulletin, wanted.reading, made, clip, kept)


def _rendered(station: Station, wanted: WantedSound, progress: Progress) -> tuple[Rendering, Clip]:
    sentences = sum(len(turn.sentences) for turn in wanted.script.turns)
    progress("speaking", 0, sentences)
    with making_clips(station, remove_unfinished):
        spoken = say(station, wanted.script, wanted.voices, lambda said: progress("speaking", said, sentences))
        bed = bed_of(wanted.music, wanted.music_under_db) if wanted.music else None
        made = render_bulletin(
            spoken.sequence, wanted.sound, station.audio, bed=bed, told=lambda step: progress(step, 0, 1)
        )
    return rendering_of(spoken, made.marks), made.clip


def station_sound(station: Station, kind: str, text: str, words: Vocabulary) -> StationSound:
    """The ident (after the chime) or the sign-off (before it), rendered."""
    reading = words.read(text)
    script = scripted(reading, delivery_of(station.config))
    render = render_ident if kind == "ident" else render_sign_off
    with making_clips(station, remove_unfinished):
        spoken = say(station, script, {**voices_of(station), **words.voices(station, reading)})
        clip = render(spoken.sequence, sound_settings(station.config), station.audio).clip
    return StationSound(kind, text, sound_digest(station, text, words), spoken, clip)


def sound_digest(station: Station, text: str, words: Vocabulary) -> str:
    """What an ident's or a sign-off's approval is bound to: its words, and all else that shapes its sound."""
    reading = words.read(text)
    recordings = [phrase.recording for phrase in words.called(reading).values()]
    script = scripted(reading, delivery_of(station.config))
    voices = voices_of(station)
    spoken = {turn.role: [voice.identity for voice in voices.get(turn.role, ())] for turn in script.turns}
    recipe = f"{text}\n{script}\n{recordings}\n{spoken}\n{sound_settings(station.config)}"
    return hashlib.sha256(recipe.encode()).hexdigest()


def say(station: Station, script: Script, voices: Mapping[str, Sequence[Voice]], told: Told = untold) -> Spoken:
    """A script → speech, through the station's cache."""
    if not script.turns:
        raise StationError("nothing is left to read aloud: expected words, but only marks and blank lines came")
    return speak(script, voices, SpeechCache(station.speech_cache, station.config.speech.cache_mb * 1_000_000), told)


def spoken_by(spoken: Spoken) -> str:
    """Everybody who spoke, as it is shown and stored."""
    return " + ".join(voice_label(voice) for voice in spoken.voices)
