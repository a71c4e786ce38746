"""A bulletin's preview as one self-contained HTML page: to listen, follow the words, jump, and then approve or not."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from playlists.audio.settings import SoundSettings
from playlists.audio.trace import Trace
from playlists.bulletin import Bulletin
from playlists.clip import Clip
from scheduler.catalogue import in_vietnamese
from scheduler.rendering import Rendering
from scheduler.reports.picture import clock
from scheduler.reports.template import template
from scheduler.sentence import Sentence
from tts.normalise import Reading
from tts.speech import SECOND, Mark


@dataclass(frozen=True)
class Previewed:
    """What is shown of a rendered bulletin: `trace` is measured on the finished file, `sound` is what it was to be."""

    bulletin: Bulletin
    reading: Reading
    rendering: Rendering
    clip: Clip
    trace: Trace
    sound: SoundSettings


@dataclass(frozen=True)
class _Line:
    """One sentence of the transcript; `voice` where another begins to speak."""

    number: int
    mark: Mark
    voice: str

    @property
    def start_s(self) -> str:
        return f"{self.mark.start / SECOND:.3f}"


def preview_page(previewed: Previewed, audio: str, drawn: str, translate: Callable[[str], str] = in_vietnamese) -> str:
    """The page beside a copy of the clip, named `audio`, with the picture `drawn`. Outside text is escaped (E14)."""
    return template("preview.html", clock=clock).render(
        previewed=previewed,
        audio=audio,
        picture=drawn,
        lines=list(_lines(previewed.rendering)),
        number=_number,
        said=lambda template, values: _said(template, values, translate),
        _=translate,
    )


def transcript(previewed: Previewed) -> str:
    """The title, then one line for each sentence: where it starts in the clip (m:ss), and its words."""
    lines = [f"{clock(mark.start)}  {mark.text}" for mark in previewed.rendering.marks]
    return "\n".join([previewed.bulletin.title, "", *(lines or previewed.reading.words.split("\n"))]) + "\n"


def _lines(rendering: Rendering) -> Iterator[_Line]:
    number, several = 0, len(rendering.voices) > 1
    for turn in rendering.turns:
        for place, mark in enumerate(turn.marks):
            number += 1
            yield _Line(number, mark, turn.voice if several and place == 0 else "")


def _number(value: float, digits: int = 1) -> str:
    """As it is written in Vietnamese: −16,0."""
    return f"{value:.{digits}f}".replace("-", "−").replace(".", ",")


def _said(template: str, values: Mapping[str, str | int], translate: Callable[[str], str]) -> str:
    return Sentence(template, **values).text(translate)
