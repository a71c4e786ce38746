"""How good a recording is: its levels, measured, and what is wrong with it in words a speaker can act upon. Pure."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import groupby
from operator import mul

from tts.errors import ReadableError
from tts.phrases import syllables
from tts.plausible import Implausible, check_audible
from tts.speech import SECOND, Speech

FULL_SCALE = 32768
FLOOR_DB = -96.0
"""What 16 bits can tell from nothing."""
AIM_DB = -16.0
"""Where the voice of a finished clip stands; LUFS and the mean level of speech differ by less than this needs."""

_FRAME = timedelta(milliseconds=20)
_SILENT_DB = -60.0
_BELOW_VOICE_DB = 20.0
"""Frames this far below the mean are pauses."""
_CLIPPED = 32440
"""99 % of full scale: after a change of rate clipped tops ripple a little below it."""
_CLIPPED_RUN = 3
_CLIPPED_IN_SECOND = 10
_MOSTLY_CLIPPED = 0.1
_SPEAKING_PER_SYLLABLE = timedelta(milliseconds=70)
"""Ten syllables a second, pauses and closures taken off: nobody reads that fast."""
_QUIET_DB = -36.0
_NOISY_DB = 20.0
_OFFSET = 0.05
_HISS_HZ = range(5000, 9001, 250)
_HISS_FRAMES = 120
_NO_HISS_DB = -50.0


class Unusable(ReadableError):
    """The recording cannot be these words, or is spoilt."""


class Flaw(ReadableError):
    """What will be heard in a recording that can be used all the same."""


@dataclass(frozen=True)
class Levels:
    """Levels in dB below full scale (0 the loudest there is, `FLOOR_DB` silence).

    ``speech_db`` and ``speaking``: mean level and length of the parts that are no pause. ``noise_db``: the quietest
    tenth. ``clipped``: share of the samples in the parts that speak which lie in runs at full scale; ``clipped_at``:
    seconds with more than a stray one. ``offset``: mean of all samples, as a share of full scale. ``narrow``: nothing
    above 5 kHz, as through a telephone.
    """

    duration: timedelta
    speaking: timedelta
    peak_db: float
    speech_db: float
    noise_db: float
    clipped: float
    clipped_at: tuple[timedelta, ...]
    offset: float
    narrow: bool


@dataclass(frozen=True)
class Verdict:
    """``refusal`` where it cannot be used; ``flaws`` of one that can."""

    levels: Levels
    refusal: Unusable | None
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True)
class _Frame:
    start: int
    power: float
    """Mean square, without the offset."""
    peak: int
    total: int
    clipped: int


def examined(speech: Speech, words: str = "") -> Verdict:
    """What a recording is like that is to be these (spoken) words; without words its length is not looked at."""
    levels = measured(speech)
    try:
        check_audible(speech)
    except Implausible:
        return Verdict(levels, _silent(levels), ())
    return Verdict(levels, _refusal(levels, syllables(words)), tuple(_flaws(levels)))


def measured(speech: Speech) -> Levels:
    """The levels of a recording, in time and memory proportional to its length."""
    samples = memoryview(speech.pcm).cast("h")
    frames = list(_frames(samples, max(1, round(_FRAME / SECOND * speech.rate))))
    speaking = _speaking(frames)
    voice = _mean([frame.power for frame in speaking])
    quietest = sorted(frame.power for frame in frames)[: max(1, len(frames) // 10)]
    by_second = groupby(frames, key=lambda frame: frame.start // speech.rate)
    clipped_at = [second for second, group in by_second if sum(f.clipped for f in group) >= _CLIPPED_IN_SECOND]
    heard = len(speaking) * _FRAME
    return Levels(
        duration=speech.duration,
        speaking=heard,
        peak_db=_db(max((frame.peak for frame in frames), default=0) ** 2),
        speech_db=_db(voice),
        noise_db=_db(_mean(quietest)),
        clipped=sum(frame.clipped for frame in speaking) / max(1.0, heard / SECOND * speech.rate),
        clipped_at=tuple(second * SECOND for second in clipped_at),
        offset=sum(frame.total for frame in frames) / max(1, len(samples)) / FULL_SCALE,
        narrow=bool(speaking) and _narrow(samples, speech.rate, speaking, voice),
    )


def block_db(pcm: bytes) -> tuple[float, float]:
    """Mean and peak level of a few whole samples, for a meter."""
    (frame,) = _frames(memoryview(pcm).cast("h"), len(pcm) // 2)
    return _db(frame.power), _db(frame.peak**2)


def _silent(levels: Levels) -> Unusable:
    return Unusable(
        "nothing can be heard in the recording, its loudest point is at {peak_db:.0f} dB; see that the microphone is "
        "plugged in, chosen and not muted",
        peak_db=levels.peak_db,
    )


def _refusal(levels: Levels, count: int) -> Unusable | None:
    least = count * _SPEAKING_PER_SYLLABLE
    if levels.speaking < least:
        return Unusable(
            "{syllables} syllables take at least {least_s:.0f} s to say, but the recording has {heard_s:.0f} s of "
            "speech in {length_s:.0f} s; it is cut off or something else, record the whole text",
            syllables=count,
            least_s=math.ceil(least / SECOND),
            heard_s=levels.speaking / SECOND,
            length_s=levels.duration / SECOND,
        )
    if levels.clipped > _MOSTLY_CLIPPED:
        return Unusable(
            "{percent:.0f} % of the speech is at full scale and only rattles; set the microphone lower or hold it "
            "farther away, and record again",
            percent=levels.clipped * 100,
        )
    return None


def _flaws(levels: Levels) -> Iterator[Flaw]:
    if levels.clipped_at:
        yield Flaw(
            "too loud in places, it rattles at {places}; hold the microphone a little farther away or set it lower",
            places=", ".join(f"{at // SECOND // 60}:{at // SECOND % 60:02d}" for at in levels.clipped_at[:5])
            + (", …" if len(levels.clipped_at) > 5 else ""),
        )
    if levels.speech_db < _QUIET_DB:
        yield Flaw(
            "too quiet: the voice is at {speech_db:.0f} dB and will be raised by {gain_db:.0f} dB, the noise with it; "
            "hold the microphone nearer, a hand's breadth from the mouth, or set it higher",
            speech_db=levels.speech_db,
            gain_db=AIM_DB - levels.speech_db,
        )
    if levels.speech_db - levels.noise_db < _NOISY_DB:
        yield Flaw(
            "noisy: the surroundings are only {apart_db:.0f} dB below the voice; close the window, switch the fan off, "
            "hold the microphone nearer",
            apart_db=levels.speech_db - levels.noise_db,
        )
    if levels.narrow:
        yield Flaw(
            "it sounds as through a telephone, without the high sounds that tell s from x; record with the recorder of "
            "the phone, not a call"
        )
    if abs(levels.offset) > _OFFSET:
        yield Flaw(
            "the sound is shifted by {percent:.0f} % of full scale; the microphone or its socket is faulty, try "
            "another",
            percent=levels.offset * 100,
        )


def _frames(samples: memoryview, length: int) -> Iterator[_Frame]:
    for start in range(0, len(samples), length):
        part = samples[start : start + length].tolist()
        total, peak = sum(part), max(max(part), -min(part))
        power = sum(map(mul, part, part)) / len(part) - (total / len(part)) ** 2
        yield _Frame(start, power, peak, total, _in_clipped_runs(part) if peak >= _CLIPPED else 0)


def _in_clipped_runs(part: Sequence[int]) -> int:
    runs = (len(list(run)) for full, run in groupby(part, key=lambda sample: abs(sample) >= _CLIPPED) if full)
    return sum(run for run in runs if run >= _CLIPPED_RUN)


def _speaking(frames: Sequence[_Frame]) -> list[_Frame]:
    """The frames that are no pause: two gates, one absolute, one below the mean of what passed it (as BS.1770 does)."""
    sounding = [frame for frame in frames if _db(frame.power) > _SILENT_DB]
    gate = _mean([frame.power for frame in sounding]) * 10 ** (-_BELOW_VOICE_DB / 10)
    return [frame for frame in sounding if frame.power > gate]


def _narrow(samples: memoryview, rate: int, speaking: Sequence[_Frame], voice: float) -> bool:
    """Whether even the sharpest sounds have nothing above 5 kHz."""
    if rate < 2 * _HISS_HZ[-1]:
        return True
    length = round(_FRAME / SECOND * rate)
    tables = _hiss_tables(length, rate)
    loudest = 0.0
    for frame in speaking[:: max(1, len(speaking) // _HISS_FRAMES)]:
        part = samples[frame.start : frame.start + length].tolist()
        loudest = max(loudest, sum(sum(map(mul, part, table)) ** 2 for table in tables))
    return 10 * math.log10(max(loudest / voice, 1e-12)) < _NO_HISS_DB


@cache
def _hiss_tables(length: int, rate: int) -> list[list[float]]:
    """Windowed cosines and sines, so that a sum of products is the amplitude at one frequency of 5 to 9 kHz."""
    window = [(1 - math.cos(2 * math.pi * (n + 0.5) / length)) / length for n in range(length)]
    return [
        [weight * wave(2 * math.pi * hertz * n / rate) for n, weight in enumerate(window)]
        for hertz in _HISS_HZ
        for wave in (math.cos, math.sin)
    ]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _db(power: float) -> float:
    """Of a mean square (or a squared peak) of 16-bit samples."""
    return max(FLOOR_DB, 10 * math.log10(max(power, 1e-9) / FULL_SCALE**2))
