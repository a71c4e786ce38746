"""What a finished file looks like: the outline of its wave and its loudness over time, measured on the file itself."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playlists.audio import ffmpeg, loudness
from playlists.audio.loudness import Loudness
from playlists.clip import Codec
from tts.speech import Speech

SHORT_TERM = timedelta(seconds=3)
"""The window of short-term loudness (EBU Tech 3341, 2.2)."""
SHORT_TERM_STEP = timedelta(milliseconds=100)

COLUMNS = 600
"""Of the outline: enough for a page's width."""

_S = re.compile(r"lavfi\.r128\.S=(-?[\d.]+|-?inf|nan)")
_FULL_SCALE = 32768


@dataclass(frozen=True)
class Trace:
    """A finished sound measured.

    `outline` is the lowest and the highest sample of each of at most `COLUMNS` equal stretches, full scale being 1.
    `short_term` is the loudness in LUFS of the three seconds before each tenth of a second, the first after 3 s; a
    shorter sound has none.
    """

    sound: Speech
    outline: tuple[tuple[float, float], ...]
    short_term: tuple[float, ...]
    loudness: Loudness

    @property
    def duration(self) -> timedelta:
        return self.sound.duration


def of_file(path: Path, rate: int, codec: Codec = "mp3") -> Trace:
    """Decode a finished clip and measure it. Raises SoundError where it cannot be decoded."""
    # The frames' values go to the log by way of ametadata: ebur128's own lines differ between versions of ffmpeg, and
    # with metadata it keeps them to itself.
    measures = f"aresample={rate},ebur128=metadata=1:peak=true,ametadata=mode=print:key=lavfi.r128.S"
    done = ffmpeg.run([*ffmpeg.clip_input(path, codec), "-af", measures, *ffmpeg.pcm_output(rate)])
    sound = Speech(done.output, rate)
    values = [float(value) for value in _S.findall(done.log)]
    full = SHORT_TERM // SHORT_TERM_STEP
    return Trace(sound, outline(sound), tuple(values[full - 1 :]), loudness.in_log(done.log))


def outline(sound: Speech, columns: int = COLUMNS) -> tuple[tuple[float, float], ...]:
    """The lowest and the highest sample of each stretch; a sound of fewer samples than columns has one for each."""
    samples = array("h", sound.pcm)
    width = max(1, -(-len(samples) // columns))
    stretches: Sequence[array[int]] = [samples[at : at + width] for at in range(0, len(samples), width)]
    return tuple((min(part) / _FULL_SCALE, max(part) / _FULL_SCALE) for part in stretches)
