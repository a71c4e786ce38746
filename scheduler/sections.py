"""The sections of config.toml as frozen settings, each with its bounds and defaults."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from playlists.bulletin import is_safe_file_name
from playlists.days import HolidayRule
from scheduler.policy import OWN, policy, presets
from scheduler.sentence import Sentence
from tts.settings import BUILT_IN_VOICES, PiperSettings
from tts.template import PaceScale, ServiceRefused, ServiceSettings, TemplateRefused, as_text

ID_PATTERN = r"^[a-z0-9][a-z0-9-]{0,31}$"
"""Ids travel in topics, file names and client ids: lower case, digits and hyphens only (case B18)."""


class Faults(ValueError):
    """Faults of ours among those that pydantic finds."""

    def __init__(self, *faults: Sentence) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise Faults(Sentence("needs a UTC offset, such as 2026-11-24T12:00:00+07:00"))
    return value


AwareDatetime = Annotated[datetime, AfterValidator(_aware)]
Weekday = Annotated[int, Field(ge=1, le=7)]
VoiceNames = Annotated[tuple[str, ...], Field(min_length=1)]
Accent = Literal["northern", "central", "southern", ""]
Pace = Annotated[float, Field(ge=0.5, le=1.6)]
PauseMs = Annotated[int, Field(ge=0, le=10_000)]
EVERY_DAY: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class StationSettings(Section):
    id: str = Field(pattern=ID_PATTERN)
    name: str
    commune: str
    province: str
    leader: str
    simulated: bool = False


class GuaranteeSettings(Section):
    campaign_slots_per_week: Annotated[int, Field(ge=1, le=14)] = 2
    record_deadline_min: Annotated[int, Field(ge=1, le=1440)] = 30
    evidence_days: Annotated[int, Field(ge=0, le=60)] = 14
    make_goods_per_week: Annotated[int, Field(ge=0, le=14)] = 3
    make_good_lead_min: Annotated[int, Field(ge=1, le=1440)] = 15


class SpanSettings(Section):
    start: time = Field(alias="from")
    end: time = Field(alias="to")


class WindowSettings(SpanSettings):
    days: tuple[Weekday, ...] = EVERY_DAY


class VolumeSettings(SpanSettings):
    percent: Annotated[int, Field(ge=10, le=100)]


class RelaySettings(WindowSettings):
    name: str
    xom: tuple[str, ...] | None = None


class BlackoutSettings(Section):
    start: AwareDatetime = Field(alias="from")
    end: AwareDatetime = Field(alias="to")
    why: str
    xom: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _forwards(self) -> "BlackoutSettings":
        if self.end <= self.start:
            raise Faults(Sentence("must end after it starts"))
        return self


class SpecialDaySettings(Section):
    day: date
    why: str = Field(min_length=1)


def _known_preset(name: str) -> str:
    if name not in presets():
        raise Faults(
            Sentence("one of these was expected: {expected}, but {came} came", expected=", ".join(presets()), came=name)
        )
    return name


def _of_preset(key: str, otherwise: Any) -> Any:
    """A key that the preset decides where config.toml does not."""
    return Field(default_factory=lambda given: policy(given["preset"]).value(key, otherwise), validate_default=True)


class RulesSettings(Section):
    """What the commune writes wins over its preset, key by key; `model_fields_set` are the keys it wrote."""

    preset: Annotated[str, AfterValidator(_known_preset)] = OWN
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = _of_preset("days", EVERY_DAY)
    holidays: HolidayRule = _of_preset("holidays", "as_usual")
    special_days: tuple[SpecialDaySettings, ...] = ()
    max_sessions_per_day: Annotated[int, Field(ge=1, le=14)] | None = _of_preset("max_sessions_per_day", None)
    max_session_min: Annotated[int, Field(ge=1, le=1440)] | None = _of_preset("max_session_min", None)
    quiet: tuple[SpanSettings, ...]
    windows: tuple[WindowSettings, ...]
    relays: tuple[RelaySettings, ...] = ()
    blackouts: tuple[BlackoutSettings, ...] = ()
    overlaps: tuple[tuple[str, str], ...] = ()
    daily_cap_min: Annotated[int, Field(ge=1, le=1440)] = 60
    pause_s: Annotated[int, Field(ge=0, le=30)] = 2
    min_gap_h: Annotated[int, Field(ge=0, le=168)] = 4
    lead_s: Annotated[int, Field(ge=5, le=86_400)] = 120
    volume: tuple[VolumeSettings, ...] = ()


class PauseSettings(Section):
    clause_ms: PauseMs = 300
    sentence_ms: PauseMs = 700
    line_ms: PauseMs = 1000
    item_ms: PauseMs = 850
    heading_ms: PauseMs = 1300


class PiperVoiceSettings(Section):
    name: str = Field(pattern=ID_PATTERN)
    model: Path
    speaker: str | int = ""
    accent: Accent = ""

    def settings(self, folder: Path) -> PiperSettings:
        """`model` counts from `folder`."""
        return PiperSettings(self.name, folder / self.model, str(self.speaker), self.accent)


class PaceScaleSettings(Section):
    slow: tuple[float, float]
    fast: tuple[float, float]
    decimals: int = 1

    @model_validator(mode="after")
    def _can_work(self) -> "PaceScaleSettings":
        self.scale()
        return self

    def scale(self) -> PaceScale:
        try:
            return PaceScale(self.slow, self.fast, self.decimals)
        except TemplateRefused as error:
            raise Faults(_sentence(error)) from error


class ServiceVoiceSettings(Section):
    name: str = Field(pattern=ID_PATTERN)
    accent: Accent = ""
    method: str = "POST"
    url: str
    headers: dict[str, str] = {}
    form: dict[str, str] | None = None
    json_body: dict[str, Any] | None = Field(default=None, alias="json")
    text: str | None = None
    secrets: dict[str, Path] = {}
    pace: PaceScaleSettings | None = None
    longest_chars: int = 500
    answer: Literal["audio", "url", "poll"] = "audio"
    audio_path: str = ""
    job_path: str = ""
    status_url: str = ""
    status_path: str = ""
    ready: tuple[str | int | bool, ...] = ()
    failed: tuple[str | int | bool, ...] = ()
    interval_s: Annotated[float, Field(ge=0.1, le=60)] = 2
    deadline_s: Annotated[float, Field(ge=1, le=600)] = 120
    code_path: str = ""
    ok: tuple[str | int | bool, ...] = ()
    message_path: str = ""

    @model_validator(mode="after")
    def _can_work(self) -> "ServiceVoiceSettings":
        try:
            self.settings(Path(), timedelta(0))
        except ServiceRefused as error:
            raise Faults(*map(_sentence, error.problems)) from error
        return self

    def settings(self, folder: Path, pause: timedelta) -> ServiceSettings:
        """The files of `secrets` count from `folder`."""
        return ServiceSettings(
            name=self.name,
            accent=self.accent,
            method=self.method,
            url=self.url,
            headers=self.headers,
            form=self.form,
            json_body=self.json_body,
            text=self.text,
            secrets={name: folder / path for name, path in self.secrets.items()},
            pace=self.pace.scale() if self.pace else None,
            longest=self.longest_chars,
            answer=self.answer,
            audio_path=self.audio_path,
            job_path=self.job_path,
            status_url=self.status_url,
            status_path=self.status_path,
            ready=tuple(map(as_text, self.ready)),
            failed=tuple(map(as_text, self.failed)),
            interval=timedelta(seconds=self.interval_s),
            deadline=timedelta(seconds=self.deadline_s),
            code_path=self.code_path,
            ok=tuple(map(as_text, self.ok)),
            message_path=self.message_path,
            pause=pause,
        )


class SpeechSettings(Section):
    voices: VoiceNames = ("espeak",)
    male: VoiceNames = ("espeak",)
    female: VoiceNames = ("espeak-female",)
    pace: Pace = 1.0
    number_pace: Pace = 0.9
    telephone_pace: Pace = 0.8
    telephones_twice: bool = False
    pauses: PauseSettings = PauseSettings()
    cache_mb: Annotated[int, Field(ge=10, le=20_000)] = 500
    online_pause_s: Annotated[float, Field(ge=0, le=60)] = 0.5
    piper: tuple[PiperVoiceSettings, ...] = ()
    service: tuple[ServiceVoiceSettings, ...] = ()

    @property
    def voice_names(self) -> tuple[str, ...]:
        """Every voice that can be named: those that are built in, and those described here."""
        return (*BUILT_IN_VOICES, *(one.name for one in self.piper), *(one.name for one in self.service))

    @model_validator(mode="after")
    def _known_voices(self) -> "SpeechSettings":
        known = self.voice_names
        twice = sorted({name for name in known if known.count(name) > 1})
        faults = [Sentence("there are two voices named {name}; give one another name", name=name) for name in twice]
        for key in ("voices", "male", "female"):
            faults += [_unknown_voice(key, name, known) for name in getattr(self, key) if name not in known]
        if faults:
            raise Faults(*faults)
        return self


def _unknown_voice(key: str, name: str, known: Sequence[str]) -> Sentence:
    near = get_close_matches(name, known, 1)
    if near:
        return Sentence("{key}: there is no voice {name}; did you mean {near}?", key=key, name=name, near=near[0])
    return Sentence("{key}: there is no voice {name}; there are {known}", key=key, name=name, known=", ".join(known))


def _sentence(error: TemplateRefused) -> Sentence:
    return Sentence(error.template, **{name: str(value) for name, value in error.values.items()})


class SoundSettings(Section):
    loudness_lufs: Annotated[float, Field(ge=-30, le=-12)] = -16.0
    peak_dbtp: Annotated[float, Field(ge=-9, le=-0.5)] = -1.5
    codec: Literal["mp3", "opus"] = "mp3"
    bitrate_kbps: Literal[16, 24, 32, 48, 64, 96] | None = None
    horn_filter: bool = True
    music: str = ""
    music_under_db: Annotated[float, Field(ge=6, le=40)] = 18
    ident: str
    sign_off: str

    @model_validator(mode="after")
    def _plain_music(self) -> "SoundSettings":
        if self.music and not is_safe_file_name(self.music):
            raise Faults(Sentence("music is the plain name of a file in the folder music, not {name}", name=self.music))
        return self


class BrokerSettings(Section):
    kind: Literal["embedded", "mosquitto"] = "embedded"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 1883
    tls_ca: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None

    @model_validator(mode="after")
    def _whole_tls(self) -> "BrokerSettings":
        if (self.tls_certificate or self.tls_key) and not (self.tls_ca and self.tls_certificate and self.tls_key):
            raise Faults(Sentence("tls_certificate and tls_key go together, and need tls_ca beside them"))
        if self.kind == "embedded" and self.tls_ca:
            raise Faults(Sentence('the embedded broker speaks no TLS; use kind = "mosquitto"'))
        return self


class AudioSettings(Section):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    base_url: str = ""


class ReceiverSettings(Section):
    heartbeat_s: Annotated[int, Field(ge=1, le=86_400)] = 60
    silent_after_s: Annotated[int, Field(ge=2, le=172_800)] = 100


class XomSettings(Section):
    id: str = Field(pattern=ID_PATTERN)
    name: str = Field(min_length=1)
    tags: tuple[str, ...] = ()
    receivers: Annotated[tuple[Annotated[str, Field(pattern=ID_PATTERN)], ...], Field(max_length=3)] = ()
    windows: tuple[WindowSettings, ...] | None = None
    daily_cap_min: Annotated[int, Field(ge=1, le=1440)] | None = None
