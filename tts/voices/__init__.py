"""The voices by the names that the operator gives them."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import partial

from tts.errors import ReadableError
from tts.settings import PiperSettings, VoiceSettings
from tts.template import ServiceSettings
from tts.voices.espeak import EspeakVoice
from tts.voices.google import GoogleVoice
from tts.voices.piper import PiperVoice
from tts.voices.service import ServiceVoice
from tts.voices.voice import Voice

_MAKERS: dict[str, Callable[[VoiceSettings], Voice]] = {
    "espeak": lambda settings: EspeakVoice("northern", settings.espeak),
    "espeak-central": lambda settings: EspeakVoice("central", settings.espeak),
    "espeak-south": lambda settings: EspeakVoice("southern", settings.espeak),
    "espeak-female": lambda settings: EspeakVoice("northern", settings.espeak, gender="female"),
    "espeak-central-female": lambda settings: EspeakVoice("central", settings.espeak, gender="female"),
    "espeak-south-female": lambda settings: EspeakVoice("southern", settings.espeak, gender="female"),
    "google": lambda settings: GoogleVoice(settings.google),
}

VOICE_NAMES = tuple(_MAKERS)


class UnknownVoice(ReadableError):
    """A name that no voice has."""


def voices_named(names: Sequence[str], settings: VoiceSettings) -> list[Voice]:
    """The voices in the order of their names; none speaks or connects yet. Raises UnknownVoice."""
    makers = {**_MAKERS, **_defined(settings)}
    for name in names:
        if name not in makers:
            raise UnknownVoice(
                "one of the voices {known} was expected, {name!r} came{hint}",
                known=", ".join(makers),
                name=name,
                hint="".join(f"; did you mean {close}?" for close in get_close_matches(name, makers, 1)),
            )
    return [makers[name](settings) for name in names]


def _defined(settings: VoiceSettings) -> dict[str, Callable[[VoiceSettings], Voice]]:
    """The voices that the operator described."""
    piper = {one.name: partial(_piper, one) for one in settings.piper}
    return {**piper, **{one.name: partial(_service, one) for one in settings.services}}


def _piper(one: PiperSettings, _: VoiceSettings) -> Voice:
    return PiperVoice(one)


def _service(one: ServiceSettings, _: VoiceSettings) -> Voice:
    return ServiceVoice(one)
