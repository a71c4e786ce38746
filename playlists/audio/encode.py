"""A finished clip that meets its targets: levelled, encoded, decoded again, measured, corrected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playlists.audio import ffmpeg, loudness
from playlists.audio.loudness import Measured
from playlists.audio.settings import SoundSettings
from playlists.clip import Codec
from playlists.errors import SoundError
from tts.speech import Speech

TOLERANCE_LU = 0.5
"""How far a finished clip may lie from the target loudness."""

_TOLERANCES_LU = (0.3, 0.3, TOLERANCE_LU, TOLERANCE_LU, TOLERANCE_LU, TOLERANCE_LU)  # round by round
_ROUNDING_LU = 0.01  # ebur128 tells tenths
_OVERSHOOT_DB: dict[Codec, float] = {"mp3": 1.3, "opus": 1.7}  # what the codec usually adds to the peaks
_LOSS_DB: dict[Codec, float] = {"mp3": 0.45, "opus": 0.45}  # what limiter and codec usually take from the loudness
_TRUE_PEAK_RATE = 96_000  # limited at 24 kHz, the wave between the samples stood 2 dB above the limit
_SAFETY_DB = 0.4


@dataclass(frozen=True)
class _Level:
    gain_db: float
    ceiling_db: float


def encode(speech: Speech, settings: SoundSettings, path: Path) -> Measured:
    """Write `speech` to `path` at the settings' loudness and at most their true peak, measured on the file.

    The loudness and the peak of the decoded file decide the gain and the limiter of the next round; six rounds at most,
    and usually one. The same speech and settings give the same bytes. Raises SoundError where the targets cannot both
    be met.
    """
    level = _Level(
        gain_db=settings.loudness_lufs - loudness.of_speech(speech) + _LOSS_DB[settings.codec],
        ceiling_db=settings.peak_dbtp - _OVERSHOOT_DB[settings.codec],
    )
    for tolerance in _TOLERANCES_LU:
        _write(speech, settings, level, path)
        measured = loudness.of_file(path, settings.rate, settings.codec)
        if _met(measured, settings, tolerance):
            return measured
        level = _corrected(level, measured, settings)
    raise SoundError(
        "a clip of {want:.1f} LUFS and at most {peak:.1f} dBTP was expected, and this sound gives no more than "
        "{got:.1f} LUFS at {got_peak:.1f} dBTP; its loudest moments stand out too far: record it anew",
        want=settings.loudness_lufs,
        peak=settings.peak_dbtp,
        got=measured.loudness.integrated,
        got_peak=measured.loudness.true_peak,
    )


def _met(measured: Measured, settings: SoundSettings, tolerance: float) -> bool:
    off = abs(measured.loudness.integrated - settings.loudness_lufs)
    return off <= tolerance + _ROUNDING_LU and measured.loudness.true_peak <= settings.peak_dbtp


def _corrected(level: _Level, measured: Measured, settings: SoundSettings) -> _Level:
    missing = settings.loudness_lufs - measured.loudness.integrated
    room = settings.peak_dbtp - measured.loudness.true_peak
    if room < 0:
        ceiling_db = level.ceiling_db + room - _SAFETY_DB
    else:  # a ceiling lower than it need be costs loudness
        ceiling_db = level.ceiling_db + max(0.0, room - _SAFETY_DB) * (missing > 0)
    return _Level(level.gain_db + missing, ceiling_db)


def _write(speech: Speech, settings: SoundSettings, level: _Level, path: Path) -> None:
    filters = [
        f"volume={level.gain_db:.2f}dB",
        f"aresample={_TRUE_PEAK_RATE}",
        f"alimiter=limit={level.ceiling_db:.2f}dB:attack=2:release=60:level=false:latency=true",
        f"aresample={settings.rate}",
    ]
    encoder: dict[Codec, list[str]] = {
        "mp3": ["-c:a", "libmp3lame", "-id3v2_version", "0", "-f", "mp3"],
        "opus": ["-c:a", "libopus", "-f", "ogg"],
    }
    ffmpeg.run(
        [
            *ffmpeg.pcm_input(speech.rate),
            *("-af", ",".join(filters), "-ac", "1", "-b:a", f"{settings.kbps}k", "-threads", "1"),
            # Nothing but sound in the file: no date, no tags, no name of the encoder's version.
            *("-bitexact", "-map_metadata", "-1", *encoder[settings.codec], "-y", f"file:{path.absolute()}"),
        ],
        speech.pcm,
    )
