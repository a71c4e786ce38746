"""The station a command works on, the time it is there, and the words it reads with."""

import os
from datetime import datetime
from pathlib import Path

import click

from scheduler.clock import system_now
from scheduler.station import DATABASE, Station, open_station
from scheduler.store.pulse import last_beat
from scheduler.usecases.vocabulary import Vocabulary, vocabulary
from tts.normalise import Lexicon


def opened(station_folder: Path | None) -> Station:
    """The station that --station, the group's --station, LOA_STATION or the current folder names."""
    root = click.get_current_context().find_root()
    return open_station((_named(station_folder) or Path()).resolve(), root.params.get("config_file"))


def opened_if_any(station_folder: Path | None) -> Station | None:
    """As `opened`; None where no station is named and the current folder is none."""
    return opened(station_folder) if _named(station_folder) or Path(DATABASE).is_file() else None


def _named(station_folder: Path | None) -> Path | None:
    named = station_folder or click.get_current_context().find_root().params.get("station_folder")
    return named or (Path(os.environ["LOA_STATION"]) if os.environ.get("LOA_STATION") else None)


def vocabulary_of(station: Station | None) -> Vocabulary:
    """The lexicon and the phrases to read with; without a station there are none."""
    if station is None:
        return Vocabulary(Lexicon(()), ())
    with station.store.reading() as session:
        return vocabulary(session)


def clock_of(station: Station) -> datetime:
    """Now; of a rehearsed station the instant its rehearsal came to, so that its week stays as it was."""
    if station.config.station.simulated:
        with station.store.reading() as session:
            beat = last_beat(session)
        if beat is not None:
            return beat
    return system_now()
