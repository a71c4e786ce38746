"""A clip to look at: its wave with the sentences numbered, and its loudness over time, as SVG. Pure.

It stands alone as a file and inside the preview's page; there `#wave` is the room of the time axis, and `#now` the line
that follows the sound.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from math import ceil

from markupsafe import escape

from playlists.audio.trace import SHORT_TERM, SHORT_TERM_STEP, Trace
from scheduler.catalogue import in_vietnamese
from scheduler.sentence import Sentence
from tts.speech import SECOND, Mark

WIDTH, HEIGHT = 1200, 400
_LEFT, _RIGHT = 64.0, 1172.0
_WAVE_TOP, _WAVE_BOTTOM = 40.0, 190.0
_LOUD_TOP, _LOUD_BOTTOM = 230.0, 350.0
_ABOVE_LU, _BELOW_LU = 6, 12
"""How far around the target the loudness is drawn; what lies further off stands at the edge."""
_GRID_LU = 6
_APART = 26.0
"""Numbers that would stand closer than this to the one before are left out; their line stays."""
_TICKS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900)
_MOST_TICKS = 14

_STYLE = (
    "text{font:20px 'Noto Sans','Segoe UI',Roboto,Arial,sans-serif;fill:#444}"
    ".said{fill:#dfe7f3}.wave{fill:#3b5b92}.start{stroke:#7a8aa5;stroke-width:1}.number{text-anchor:middle;fill:#1c1c1c}"
    ".grid{stroke:#d8d8d8}.target{stroke:#146c2e;stroke-width:2;stroke-dasharray:10 6}.target-name{fill:#146c2e}"
    ".loud{fill:none;stroke:#b04a00;stroke-width:2.5;stroke-linejoin:round}.axis{stroke:#767676}"
    ".time{text-anchor:middle}.level{text-anchor:end}#now{stroke:#b3261e;stroke-width:3;visibility:hidden}"
)


def picture(
    trace: Trace, marks: Sequence[Mark], target_lufs: float, translate: Callable[[str], str] = in_vietnamese
) -> str:
    """One SVG document: wave, sentences with their numbers, short-term loudness around its target, a time axis."""
    length = trace.duration
    name = Sentence("The sound's wave, its {count} sentences and its loudness", count=len(marks)).text(translate)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(name)}"'
        f' data-left="{_LEFT:g}" data-right="{_RIGHT:g}" data-seconds="{length / SECOND:.3f}">',
        f"<style>{_STYLE}</style>",
        f'<rect id="wave" x="{_LEFT:g}" y="0" width="{_RIGHT - _LEFT:g}" height="{_LOUD_BOTTOM:g}" fill="none"/>',
        *_sentences(marks, length),
        f'<path class="wave" d="{_wave(trace.outline)}"/>',
        *_levels(target_lufs, translate),
        *_loudness(trace.short_term, target_lufs, length),
        *_times(length),
        f'<line id="now" x1="{_LEFT:g}" x2="{_LEFT:g}" y1="{_WAVE_TOP:g}" y2="{_LOUD_BOTTOM:g}"/>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def clock(at: timedelta) -> str:
    """Minutes and seconds, as players show them: 1:05."""
    seconds = int(at / SECOND)
    return f"{seconds // 60}:{seconds % 60:02d}"


def _x(at: timedelta, length: timedelta) -> float:
    return _LEFT + (_RIGHT - _LEFT) * min(1.0, at / length)


def _sentences(marks: Sequence[Mark], length: timedelta) -> Iterator[str]:
    last = -_APART
    for number, mark in enumerate(marks, 1):
        start, end = _x(mark.start, length), _x(mark.end, length)
        yield (
            f'<rect class="said" x="{start:.1f}" y="{_WAVE_TOP:g}" width="{end - start:.1f}" '
            f'height="{_WAVE_BOTTOM - _WAVE_TOP:g}"><title>{number}. {escape(mark.text)}</title></rect>'
        )
        yield f'<line class="start" x1="{start:.1f}" x2="{start:.1f}" y1="{_WAVE_TOP - 8:g}" y2="{_WAVE_BOTTOM:g}"/>'
        if start - last >= _APART:
            yield f'<text class="number" x="{start:.1f}" y="{_WAVE_TOP - 14:g}">{number}</text>'
            last = start


def _wave(outline: Sequence[tuple[float, float]]) -> str:
    middle, half = (_WAVE_TOP + _WAVE_BOTTOM) / 2, (_WAVE_BOTTOM - _WAVE_TOP) / 2
    step = (_RIGHT - _LEFT) / len(outline)
    above = [f"{_LEFT + (n + 0.5) * step:.1f} {middle - half * high - 0.5:.1f}" for n, (_, high) in enumerate(outline)]
    below = [f"{_LEFT + (n + 0.5) * step:.1f} {middle - half * low + 0.5:.1f}" for n, (low, _) in enumerate(outline)]
    return f"M{'L'.join(above)}L{'L'.join(reversed(below))}Z"


def _y(level: float, target: float) -> float:
    share = (target + _ABOVE_LU - level) / (_ABOVE_LU + _BELOW_LU)
    return _LOUD_TOP + (_LOUD_BOTTOM - _LOUD_TOP) * min(1.0, max(0.0, share))


def _levels(target: float, translate: Callable[[str], str]) -> Iterator[str]:
    for offset in range(-_BELOW_LU, _ABOVE_LU + 1, _GRID_LU):
        y = _y(target + offset, target)
        kind = "grid" if offset else "target"
        yield f'<line class="{kind}" x1="{_LEFT:g}" x2="{_RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="level" x="{_LEFT - 8:g}" y="{y + 7:.1f}">{_level(target + offset)}</text>'
    said = Sentence("Loudness over 3 seconds, in LUFS; dashed: the target").text(translate)
    yield f'<text x="{_LEFT:g}" y="{_LOUD_TOP - 12:g}">{escape(said)}</text>'


def _level(lufs: float) -> str:
    return f"{lufs:g}".replace("-", "−").replace(".", ",")


def _loudness(values: Sequence[float], target: float, length: timedelta) -> Iterator[str]:
    every = ceil(len(values) / (_RIGHT - _LEFT) * 2) or 1
    points = [
        f"{_x(SHORT_TERM + n * SHORT_TERM_STEP, length):.1f},{_y(values[n], target):.1f}"
        for n in range(0, len(values), every)
    ]
    if points:
        yield f'<polyline class="loud" points="{" ".join(points)}"/>'


def _times(length: timedelta) -> Iterator[str]:
    yield f'<line class="axis" x1="{_LEFT:g}" x2="{_RIGHT:g}" y1="{_LOUD_BOTTOM:g}" y2="{_LOUD_BOTTOM:g}"/>'
    every = next((s for s in _TICKS_S if length / SECOND / s <= _MOST_TICKS), 1800) * SECOND
    for number in range(int(length / every) + 1):
        x = _x(number * every, length)
        yield f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{_LOUD_BOTTOM:g}" y2="{_LOUD_BOTTOM + 8:g}"/>'
        yield f'<text class="time" x="{x:.1f}" y="{_LOUD_BOTTOM + 30:g}">{clock(number * every)}</text>'
