"""How a finished clip is to sound."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from playlists.clip import Codec
from playlists.errors import InvalidValueError

RATES: dict[Codec, tuple[int, ...]] = {
    "mp3": (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000),
    "opus": (8_000, 12_000, 16_000, 24_000, 48_000),
}
BITRATES = (16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128)
_USUAL_KBPS: dict[Codec, int] = {"mp3": 48, "opus": 24}  # alike to the ear: PESQ-WB 3.84 and 3.81


@dataclass(frozen=True)
class SoundSettings:
    """Targets and tastes for every clip of a station; the defaults are those measured for horn loudspeakers.

    Loudness is integrated over the whole clip, peak is the true peak (ITU-R BS.1770), both of the encoded file. `rate`
    in Hz, mono, both of what is encoded and of what the file is decoded to, so that clips of both codecs stand in one
    programme. `bitrate_kbps` None: what is usual for the codec. `horn_filter` shapes the sound for what horns radiate.
    `compression` is the compressor's ratio. `lead` and `tail` are the silence before and after what is said. Raises
    InvalidValueError.
    """

    loudness_lufs: float = -16.0
    peak_dbtp: float = -1.5
    codec: Codec = "mp3"
    bitrate_kbps: int | None = None
    rate: int = 24_000
    horn_filter: bool = True
    compression: float = 6.0
    lead: timedelta = timedelta(milliseconds=150)
    tail: timedelta = timedelta(milliseconds=350)

    def __post_init__(self) -> None:
        _within("loudness_lufs", self.loudness_lufs, -30.0, -12.0)
        _within("peak_dbtp", self.peak_dbtp, -12.0, -0.5)
        _within("compression", self.compression, 1.0, 20.0)
        _within("lead (seconds)", self.lead.total_seconds(), 0.0, 10.0)
        _within("tail (seconds)", self.tail.total_seconds(), 0.0, 10.0)
        _among("codec", self.codec, tuple(RATES))
        _among("rate", self.rate, RATES[self.codec])
        _among("bitrate_kbps", self.kbps, BITRATES)

    @property
    def kbps(self) -> int:
        """Kilobits a second of the finished file."""
        return _USUAL_KBPS[self.codec] if self.bitrate_kbps is None else self.bitrate_kbps


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise InvalidValueError(
            "the sound setting {name} must lie between {low} and {high}, not {value}",
            name=name,
            low=low,
            high=high,
            value=value,
        )


def _among(name: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        raise InvalidValueError(
            "the sound setting {name} must be one of {choices}, not {value}",
            name=name,
            choices=", ".join(map(str, choices)),
            value=value,
        )
