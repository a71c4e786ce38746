"""What config.toml says of voices → what the voices are made from. Paths count from the station's folder."""

from datetime import timedelta

from scheduler.station import Station
from tts.settings import GoogleSettings, VoiceSettings


def voice_settings(station: Station) -> VoiceSettings:
    """Of every voice, built in or described."""
    speech, folder = station.config.speech, station.folder
    pause = timedelta(seconds=speech.online_pause_s)
    return VoiceSettings(
        google=GoogleSettings(pause=pause),
        piper=tuple(one.settings(folder) for one in speech.piper),
        services=tuple(one.settings(folder, pause) for one in speech.service),
    )
