"""Loudness as the ear and the standard hear it: ITU-R BS.1770 through ffmpeg's ebur128."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playlists.audio import ffmpeg
from playlists.clip import Codec
from playlists.errors import SoundError
from tts.speech import Speech

BLOCK_S = 0.4
"""The standard's gating blocks last 400 ms, and one ends with every tenth of a second."""

EACH_BLOCK = ("ebur128=framelog=quiet:metadata=1", "ametadata=mode=print:key=lavfi.r128.M")
"""The filters that write each block's loudness into ffmpeg's log."""

_STEP_S = 0.1

_INTEGRATED = re.compile(r"^\s*I:\s+(-?[\d.]+|-?inf|nan) LUFS", re.MULTILINE)
_PEAK = re.compile(r"^\s*Peak:\s+(-?[\d.]+|-?inf|nan) dBFS", re.MULTILINE)
_MOMENTARY = re.compile(r"lavfi\.r128\.M=(-?[\d.]+|-?inf|nan)")
_SILENCE_LUFS = -69.0  # ebur128 answers -70 where its gate lets nothing through
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_OFFSET_LU = -0.691  # a block's loudness is this and ten times the logarithm of its power


@dataclass(frozen=True)
class Loudness:
    """Integrated loudness in LUFS and true peak in dBTP, to a tenth."""

    integrated: float
    true_peak: float


@dataclass(frozen=True)
class Measured:
    """What a finished file holds: its loudness, and its sound as the bundled ffmpeg decodes it."""

    loudness: Loudness
    sound: Speech


@dataclass(frozen=True)
class Block:
    """A gating block that ends `end_s` after the first sample, and its loudness in LUFS."""

    end_s: float
    lufs: float


def of_speech(speech: Speech) -> float:
    """The integrated loudness in LUFS. Raises SoundError for silence."""
    chain = "apad=whole_dur=1,ebur128=framelog=quiet"  # one word is shorter than a block
    done = ffmpeg.run([*ffmpeg.pcm_input(speech.rate), "-af", chain, "-f", "null", "-"], speech.pcm)
    integrated = _last_number(_INTEGRATED, done.log)
    if not integrated > _SILENCE_LUFS:
        raise SoundError("sound was expected, and only silence came")
    return integrated


def of_file(path: Path, rate: int, codec: Codec = "mp3") -> Measured:
    """Decode a finished file and measure it. Raises SoundError where it cannot be decoded."""
    measure = f"aresample={rate},ebur128=framelog=quiet:peak=true"
    done = ffmpeg.run([*ffmpeg.clip_input(path, codec), "-af", measure, *ffmpeg.pcm_output(rate)])
    return Measured(in_log(done.log), Speech(done.output, rate))


def in_log(log: str) -> Loudness:
    """What ebur128 with peak=true summed up in ffmpeg's log. Raises SoundError where it did not."""
    return Loudness(_last_number(_INTEGRATED, log), _last_number(_PEAK, log))


def blocks(log: str) -> list[Block]:
    """The gating blocks out of the log of a run with the filters `EACH_BLOCK`."""
    return [Block((place + 1) * _STEP_S, float(lufs)) for place, lufs in enumerate(_MOMENTARY.findall(log))]


def integrated(among: Sequence[Block], start_s: float, end_s: float) -> float:
    """The integrated loudness of a stretch, gated as the standard has it; of the loudest block where all is shorter.

    Raises SoundError for silence.
    """
    within = [block.lufs for block in among if block.end_s - BLOCK_S >= start_s - 0.001 and block.end_s <= end_s]
    touching = [block.lufs for block in among if start_s < block.end_s < end_s + BLOCK_S]
    heard = [lufs for lufs in within or [max(touching, default=-math.inf)] if lufs > _ABSOLUTE_GATE_LUFS]
    if not heard:
        raise SoundError("sound was expected, and only silence came")
    gate = _mean(heard) + _RELATIVE_GATE_LU
    return _mean([lufs for lufs in heard if lufs > gate])


def _mean(lufs: Sequence[float]) -> float:
    """Of powers, not of their logarithms."""
    power = sum(10 ** ((each - _OFFSET_LU) / 10) for each in lufs) / len(lufs)
    return _OFFSET_LU + 10 * math.log10(power)


def _last_number(pattern: re.Pattern[str], log: str) -> float:
    found = pattern.findall(log)
    if not found:
        raise SoundError("ffmpeg should have measured a loudness, and its log names none")
    return float(found[-1])
