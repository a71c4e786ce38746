"""Voices made fit for horns: what a horn cannot radiate is cut, quiet and loud syllables brought together, all as loud.

All speeches of a bulletin go through one ffmpeg run for each step, a little silence between them, and are cut out of
what comes back.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from playlists.audio import ffmpeg, loudness, segment
from playlists.audio.settings import SoundSettings
from tts.speech import SAMPLE_BYTES, Speech

LEVEL_LUFS = -20.0
"""The loudness at which the compressor works and at which a voice is joined with chimes and put over music."""

_BETWEEN_STEPS_LUFS = -26.0  # peaks stand up to 20 dB above the loudness before the compressor has seen them
HORN = ("highpass=f=300", "highpass=f=300", "equalizer=f=2500:t=q:w=0.8:g=4", "lowpass=f=6500")
"""A horn radiates from about 300 Hz to 6 kHz; what lies outside only takes room from the limiter. Measured on espeak at
equal loudness: the presence gives 1.5 dB more from 1 to 4 kHz, where consonants are told apart, the low-pass takes 3 dB
above 6 kHz, and the peaks stay where they were."""

_RUMBLE = ("highpass=f=50",)
_HEADROOM = "volume=-6dB"  # a filter may raise the peaks of a sound that is at full scale
# A voice's pulses pile up on one side; all-passes spread them in time. Unheard, it took 3.5 dB from espeak's peaks, and
# without it the limiter has to do that audibly.
PHASE_ROTATOR = ("allpass=f=500:t=q:w=0.7",) * 3


def for_horns(speeches: Sequence[Speech], settings: SoundSettings) -> list[Speech]:
    """The speeches at the settings' rate, filtered, compressed and each at `LEVEL_LUFS`, however loud it came.

    Filters delay what they let through by a millisecond or two: what is cut off of it at the end is faded away. Raises
    SoundError for silence.
    """
    tone = [*(HORN if settings.horn_filter else _RUMBLE), *PHASE_ROTATOR]
    toned = _levelled(speeches, tone, settings.rate, _BETWEEN_STEPS_LUFS)
    raised = f"volume={LEVEL_LUFS - _BETWEEN_STEPS_LUFS:g}dB"
    return [segment.faded(each) for each in _levelled(toned, [raised, compressor(settings)], settings.rate, LEVEL_LUFS)]


def compressor(settings: SoundSettings) -> str:
    """The filter that brings quiet and loud syllables together, for a voice at `LEVEL_LUFS`.

    -16 LUFS needs it: on espeak a limiter alone gave -17.8, with 3:1 before it -16.3, with 6:1 -16.0. With an attack of
    0.2 ms the peaks stand 12 dB above the loudness, with 1 ms 15 dB, which no limiter brought to the target.
    """
    return f"acompressor=threshold={LEVEL_LUFS:.0f}dB:ratio={settings.compression:g}:attack=0.2:release=30:knee=4"


def _levelled(speeches: Sequence[Speech], filters: Sequence[str], rate: int, lufs: float) -> list[Speech]:
    """What the filters make of each, at this rate and loudness. Those of one rate go in together."""
    done: dict[int, Speech] = {}
    for came in sorted({speech.rate for speech in speeches}):
        places = [place for place, speech in enumerate(speeches) if speech.rate == came]
        done |= zip(places, _filtered([speeches[place] for place in places], filters, rate, lufs), strict=True)
    return [done[place] for place in range(len(speeches))]


def _filtered(speeches: Sequence[Speech], filters: Sequence[str], rate: int, lufs: float) -> Iterator[Speech]:
    came = speeches[0].rate
    step = came // math.gcd(came, rate)  # so many samples become a whole number of samples at the other rate
    laid, starts = bytearray(), []
    for speech in speeches:
        starts.append(len(laid) // SAMPLE_BYTES)
        laid += speech.pcm
        silence = math.ceil(loudness.BLOCK_S * came) + -speech.samples % step
        laid += bytes(SAMPLE_BYTES * (silence + -silence % step))
    chain = [f"aresample={rate}", "aformat=sample_fmts=dbl", *filters, _HEADROOM, *loudness.EACH_BLOCK]
    done = ffmpeg.run([*ffmpeg.pcm_input(came), "-af", ",".join(chain), *ffmpeg.pcm_output(rate)], laid)
    blocks = loudness.blocks(done.log)
    for speech, start in zip(speeches, starts, strict=True):
        begin, end = (round(sample * rate / came) for sample in (start, start + speech.samples))
        cut = Speech(done.output[SAMPLE_BYTES * begin : SAMPLE_BYTES * end], rate, speech.marks)
        yield segment.amplified(cut, lufs - loudness.integrated(blocks, begin / rate, end / rate))
