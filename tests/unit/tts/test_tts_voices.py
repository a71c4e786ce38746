from datetime import timedelta

import pytest

from tts.settings import EspeakSettings, GoogleSettings, Pauses, SettingsRefused, VoiceSettings
from tts.voices import VOICE_NAMES, UnknownVoice, voices_named


def test_every_name_gives_its_voice() -> None:
    identities = [voice.identity for voice in voices_named(VOICE_NAMES, VoiceSettings())]
    assert [(identity.name, identity.accent, identity.online) for identity in identities] == [
        ("espeak", "northern", False),
        ("espeak", "central", False),
        ("espeak", "southern", False),
        ("espeak-female", "northern", False),
        ("espeak-female", "central", False),
        ("espeak-female", "southern", False),
        ("google", "northern", True),
    ]


def test_the_identity_tells_the_settings_apart() -> None:
    slow = VoiceSettings(espeak=EspeakSettings(rate=100))
    (usual,), (other,) = voices_named(["espeak"], VoiceSettings()), voices_named(["espeak"], slow)
    assert usual.identity.settings == "rate 128, amplitude 60, pitch 50"
    assert other.identity.settings == "rate 100, amplitude 60, pitch 50"


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownVoice, match=r"'espeek' came; did you mean espeak\?"):
        voices_named(["google", "espeek"], VoiceSettings())
    with pytest.raises(UnknownVoice, match=r"'xyz' came$"):
        voices_named(["xyz"], VoiceSettings())


@pytest.mark.parametrize(
    "values", [{"rate": 79}, {"rate": 451}, {"amplitude": 0}, {"amplitude": 101}, {"pitch": -1}, {"pitch": 100}]
)
def test_espeak_settings_are_held_to_what_it_can(values: dict[str, int]) -> None:
    with pytest.raises(SettingsRefused, match=f"not {next(iter(values.values()))}"):
        EspeakSettings(**values)


def test_pauses_and_online_limits_are_held() -> None:
    with pytest.raises(SettingsRefused, match="after a sentence"):
        Pauses(sentence=timedelta(seconds=11))
    with pytest.raises(SettingsRefused, match="after a clause"):
        Pauses(clause=timedelta(seconds=-1))
    with pytest.raises(SettingsRefused):
        GoogleSettings(timeout=timedelta(0))
    with pytest.raises(SettingsRefused):
        GoogleSettings(attempts=0)
