"""How a reading becomes a script: where to pause, what to say slowly, what to say twice, who speaks. Pure."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby

from tts.normalise.reading import Reading, Slow, SpokenLine
from tts.phrases import cut
from tts.script import PHRASE, Clause, Script, Sentence, Turn
from tts.settings import Pauses, SettingsRefused

PACES = (0.5, 1.6)
AGAIN = "xin nhắc lại,"
"""Before a telephone number that is said a second time."""
SECOND_READING = "sau đây, mời bà con nghe lại lần nữa."
"""Before a bulletin that is read a second time."""


@dataclass(frozen=True)
class Delivery:
    """The manner of a bulletin. Paces are factors: 1 as the voice usually speaks, 0.8 slower; pauses follow ``pace``.

    ``numbers`` and ``telephones`` are the further factors for clauses with a number and for telephone numbers.
    ``readings``: how often the whole is read, 1 or 2.
    """

    pauses: Pauses = field(default_factory=Pauses)
    pace: float = 1.0
    numbers: float = 0.9
    telephones: float = 0.8
    telephones_twice: bool = False
    readings: int = 1

    def __post_init__(self) -> None:
        for name in ("pace", "numbers", "telephones"):
            if not PACES[0] <= getattr(self, name) <= PACES[1]:
                raise SettingsRefused(
                    "the {name} of speech should be a factor from {low} to {high}, not {value}",
                    name=name,
                    low=PACES[0],
                    high=PACES[1],
                    value=getattr(self, name),
                )
        if self.readings not in (1, 2):
            raise SettingsRefused("the whole can be read 1 or 2 times, not {count}", count=self.readings)


def scripted(reading: Reading, delivery: Delivery) -> Script:
    """The script of a reading; what has no letter is dropped, so that a reading without words gives no turns."""
    lines = [line for line in reading.spoken if line.role.startswith(PHRASE) or any(map(str.isalpha, line.words))]
    turns: list[Turn] = []
    for _, block in groupby(enumerate(lines), key=lambda numbered: _turn_key(*numbered)):
        numbered = list(block)
        sentences = tuple(sentence for _, line in numbered for sentence in _sentences(line, delivery))
        turns.append(Turn(numbered[0][1].role, sentences))
    if delivery.readings == 2 and turns:
        turns = [*turns, *_again(turns, delivery)]
    return Script(tuple(turns))


def plain(words: str, pauses: Pauses | None = None) -> Turn:
    """Normalised words as one turn of the station's voice, at its usual pace. Decomposed letters are composed (E9)."""
    lines = [SpokenLine(line) for line in unicodedata.normalize("NFC", words).split("\n")]
    delivery = Delivery(pauses or Pauses())
    return Turn("", tuple(sentence for line in lines for sentence in _sentences(line, delivery)))


def _turn_key(number: int, line: SpokenLine) -> tuple[str, int]:
    """Lines of one role that follow one another are one turn; a recorded phrase is a turn of its own."""
    return line.role, number if line.role.startswith(PHRASE) else -1


def _again(turns: Sequence[Turn], delivery: Delivery) -> list[Turn]:
    pause = delivery.pauses.heading / delivery.pace
    opening = Sentence((Clause(SECOND_READING, pause, delivery.pace),))
    role = "" if turns[0].role.startswith(PHRASE) else turns[0].role
    if role == turns[0].role:
        return [replace(turns[0], sentences=(opening, *turns[0].sentences)), *turns[1:]]
    return [Turn(role, (opening,)), *turns]


def _sentences(line: SpokenLine, delivery: Delivery) -> Iterator[Sentence]:
    pauses = delivery.pauses
    if line.role.startswith(PHRASE):
        words = line.words or f"[câu: {line.role.removeprefix(PHRASE)}]"
        yield Sentence((Clause(words, pauses.line / delivery.pace),))
        return
    after_line = {"heading": pauses.heading, "item": pauses.item}.get(line.kind, pauses.line) / delivery.pace
    edges = [edge for slow in line.slow if slow.kind == "telephone" for edge in (slow.start, slow.end)]
    sentences = cut(line.words, edges)
    for number, spans in enumerate(sentences, 1):
        after = after_line if number == len(sentences) else pauses.sentence / delivery.pace
        clauses = [_clause(line, start, end, pauses.clause / delivery.pace, delivery) for start, end in spans]
        twice = _telephones(line, spans) if delivery.telephones_twice else []
        if not twice:
            yield Sentence((*clauses[:-1], replace(clauses[-1], silence=after)))
            continue
        yield Sentence((*clauses[:-1], replace(clauses[-1], silence=pauses.sentence / delivery.pace)))
        repeated = [replace(clauses[index], words=clauses[index].words.rstrip(",.!?") + ",") for index in twice]
        last = replace(repeated[-1], words=repeated[-1].words.rstrip(",") + ".", silence=after)
        yield Sentence((Clause(AGAIN, pauses.clause / delivery.pace, delivery.pace), *repeated[:-1], last))


def _clause(line: SpokenLine, start: int, end: int, silence: timedelta, delivery: Delivery) -> Clause:
    kinds = {slow.kind for slow in _within(line.slow, start, end)}
    factor = delivery.telephones if "telephone" in kinds else delivery.numbers if kinds else 1.0
    return Clause(" ".join(line.words[start:end].split()), silence, round(delivery.pace * factor, 3))


def _telephones(line: SpokenLine, spans: Sequence[tuple[int, int]]) -> list[int]:
    """The clauses that are (part of) a telephone number."""
    return [
        index
        for index, (start, end) in enumerate(spans)
        if any(slow.kind == "telephone" for slow in _within(line.slow, start, end))
    ]


def _within(slow: Iterable[Slow], start: int, end: int) -> Iterator[Slow]:
    return (one for one in slow if one.start < end and start < one.end)
