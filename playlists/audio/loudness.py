"""Loudness as the ear and the standard hear it: ITU-R BS.1770 through ffmpeg's ebur128."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playlists.audio import ffmpeg
from playlists.errors import SoundError
from tts.speech import Speech

_INTEGRATED = re.compile(r"^\s*I:\s+(-?[\d.]+|-?inf|nan) LUFS", re.MULTILINE)
_PEAK = re.compile(r"^\s*Peak:\s+(-?[\d.]+|-?inf|nan) dBFS", re.MULTILINE)
_SILENCE_LUFS = -69.0  # ebur128 answers -70 where its gate lets nothing through


@dataclass(frozen=True)
class Loudness:
    """Integrated loudness in LUFS and true peak in dBTP, to a tenth."""

    integrated: float
    true_peak: float


@dataclass(frozen=True)
class Measured:
    """What a finished file holds: its loudness, and its samples as the bundled ffmpeg decodes them."""

    loudness: Loudness
    samples: int


def of_speech(speech: Speech, filters: Sequence[str] = ()) -> float:
    """The integrated loudness in LUFS of what `filters` make of the sound. Raises SoundError for silence."""
    chain = ",".join([*filters, "apad=whole_dur=1", "ebur128=framelog=quiet"])  # one word is shorter than its 0.4 s
    done = ffmpeg.run([*ffmpeg.pcm_input(speech.rate), "-af", chain, "-f", "null", "-"], speech.pcm)
    integrated = _last_number(_INTEGRATED, done.log)
    if not integrated > _SILENCE_LUFS:
        raise SoundError("sound was expected, and only silence came")
    return integrated


def of_file(path: Path, rate: int) -> Measured:
    """Decode an MP3 file and measure it. Raises SoundError where it cannot be decoded."""
    done = ffmpeg.run([*ffmpeg.mp3_input(path), "-af", "ebur128=framelog=quiet:peak=true", *ffmpeg.pcm_output(rate)])
    return Measured(in_log(done.log), len(done.output) // 2)


def in_log(log: str) -> Loudness:
    """What ebur128 with peak=true said in the log of a run. Raises SoundError where it said nothing."""
    return Loudness(_last_number(_INTEGRATED, log), _last_number(_PEAK, log))


def _last_number(pattern: re.Pattern[str], log: str) -> float:
    found = pattern.findall(log)
    if not found:
        raise SoundError("ffmpeg should have measured a loudness, and its log names none")
    return float(found[-1])
