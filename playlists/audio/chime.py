"""The station's chime, made here so that it belongs to nobody else: three soft bells, the same samples every time."""

from __future__ import annotations

import math
import struct
from functools import cache

from tts.speech import Speech

_OPENING = (523.25, 659.26, 783.99)  # C5 E5 G5, rising: listen
_CLOSING = (783.99, 659.26, 523.25)  # the same falling: that was all
_SPACING_S = 0.42  # from one bell to the next
_RING_S = 1.6  # how long the last one rings
_ATTACK_S = 0.008
_RELEASE_S = 0.25
_PEAK = 0.3  # of full scale: 2 LU softer than the voice beside it
# A struck bar's partials: multiple of the note, strength, seconds to fall to 1/e. None lies below what a horn radiates.
_PARTIALS = ((1.0, 1.0, 0.60), (2.0, 0.32, 0.35), (3.01, 0.12, 0.20), (4.2, 0.05, 0.10))


@cache
def opening(rate: int) -> Speech:
    """Three rising bells, about 2.4 s."""
    return _bells(_OPENING, rate)


@cache
def closing(rate: int) -> Speech:
    """Three falling bells, about 2.4 s."""
    return _bells(_CLOSING, rate)


def _bells(notes: tuple[float, ...], rate: int) -> Speech:
    starts = [round(index * _SPACING_S * rate) for index in range(len(notes))]
    length = starts[-1] + round(_RING_S * rate)
    mix = [0.0] * length
    for start, note in zip(starts, notes, strict=True):
        for index in range(length - start):
            mix[start + index] += _bell(note, index / rate)
    release = round(_RELEASE_S * rate)
    for index in range(release):
        mix[length - 1 - index] *= 0.5 - 0.5 * math.cos(math.pi * index / release)
    scale = _PEAK * 32767 / max(abs(value) for value in mix)
    return Speech(struct.pack(f"<{length}h", *(round(value * scale) for value in mix)), rate)


def _bell(note: float, after_s: float) -> float:
    attack = 0.5 - 0.5 * math.cos(math.pi * min(after_s / _ATTACK_S, 1.0))
    return attack * sum(
        strength * math.exp(-after_s / decay_s) * math.sin(2 * math.pi * note * multiple * after_s)
        for multiple, strength, decay_s in _PARTIALS
    )
