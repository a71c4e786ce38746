"""Which voices may send a bulletin's words out of the house: the operator is told before they are asked."""

from collections.abc import Iterable
from contextlib import suppress

from scheduler.station import Station
from scheduler.store.queries import bulletin_row
from scheduler.usecases.wanted_sound import wanted_sound
from tts.errors import ReadableError
from tts.voices.voice import Voice


def outside_voices(station: Station, bulletins: Iterable[str]) -> tuple[str, ...]:
    """The names of the online voices among those that may speak in these bulletins (their ids), each once."""
    names: dict[str, None] = {}
    with station.store.reading() as session:
        for bulletin in bulletins:
            with suppress(ReadableError):  # rendering it will say what is wrong with it
                wanted = wanted_sound(station, session, bulletin_row(session, bulletin))
                for role in dict.fromkeys(turn.role for turn in wanted.script.turns):
                    names |= dict.fromkeys(online(wanted.voices.get(role, ())))
    return tuple(names)


def online(voices: Iterable[Voice]) -> tuple[str, ...]:
    """The names of those that need the net."""
    return tuple(voice.identity.name for voice in voices if voice.identity.online)
