"""Who may speak, and how: the station's settings and a bulletin's wishes → voices by role, and a delivery."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from playlists.bulletin import Bulletin
from scheduler.config import Config
from scheduler.station import Station
from scheduler.usecases.voice_settings import voice_settings
from tts.delivery import Delivery
from tts.settings import Pauses
from tts.voices import voices_named
from tts.voices.recorded import RecordedVoice
from tts.voices.voice import Voice, VoiceIdentity

_MILLISECOND = timedelta(milliseconds=1)


def voices_of(station: Station, first: str | None = None) -> dict[str, Sequence[Voice]]:
    """The voices of each role in config's order; `first` before all others of the station's own."""
    speech = station.config.speech
    names = [*([first] if first else []), *(name for name in speech.voices if name != first)]
    settings = voice_settings(station)
    return {
        "": voices_named(names, settings),
        "male": voices_named(speech.male, settings),
        "female": voices_named(speech.female, settings),
    }


def every_voice(station: Station) -> list[Voice]:
    """Each voice that is set up for some role, once."""
    voices = [voice for voices in voices_of(station).values() for voice in voices]
    return list({voice.identity: voice for voice in voices}.values())


def voices_for(station: Station, bulletin: Bulletin) -> Mapping[str, Sequence[Voice]]:
    """A recording speaks alone; a voice named in the header is tried before the others."""
    if bulletin.recording is not None:
        return {"": [RecordedVoice(Path(station.recordings / bulletin.recording))]}
    return voices_of(station, bulletin.voice)


def delivery_of(config: Config) -> Delivery:
    """How the station reads what asks for nothing else."""
    speech = config.speech
    pauses = speech.pauses
    return Delivery(
        pauses=Pauses(
            clause=pauses.clause_ms * _MILLISECOND,
            sentence=pauses.sentence_ms * _MILLISECOND,
            line=pauses.line_ms * _MILLISECOND,
            item=pauses.item_ms * _MILLISECOND,
            heading=pauses.heading_ms * _MILLISECOND,
        ),
        pace=speech.pace,
        numbers=speech.number_pace,
        telephones=speech.telephone_pace,
        telephones_twice=speech.telephones_twice,
    )


def delivery_for(config: Config, bulletin: Bulletin) -> Delivery:
    """As `delivery_of`, with what the bulletin's header asks for."""
    usual, manner = delivery_of(config), bulletin.manner
    return Delivery(
        pauses=usual.pauses,
        pace=usual.pace if manner.pace is None else manner.pace,
        numbers=usual.numbers,
        telephones=usual.telephones,
        telephones_twice=usual.telephones_twice if manner.telephones_twice is None else manner.telephones_twice,
        readings=manner.readings,
    )


def voice_label(voice: VoiceIdentity) -> str:
    """How a voice is shown and stored; of a recording the beginning of its digest."""
    version = voice.version[:12] if voice.recorded else voice.version
    return " ".join(part for part in (voice.name, version, voice.accent) if part)
