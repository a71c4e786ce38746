"""Spoken words cut where a speaker breathes, and said piece by piece with our own pauses between. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby, pairwise

from tts.script import Clause, Sentence, Told, Turn, untold
from tts.speech import Mark, Speech

_SENTENCE = re.compile(r"[^.?!…]*[.?!…]*")
_CLAUSE = re.compile(r"[^,;:]*[,;:]*")


def syllables(words: str) -> int:
    """The written syllables, which in Vietnamese are the words between spaces. Lone marks do not count."""
    return sum(_is_spoken(word) for word in words.split())


def cut(line: str, edges: Iterable[int] = ()) -> list[list[tuple[int, int]]]:
    """The sentences of a line, each as the spans of its clauses; clauses end at marks and at ``edges`` (offsets).

    What has no letter is dropped.
    """
    found: list[list[tuple[int, int]]] = []
    at = sorted(edges)
    for sentence in _SENTENCE.finditer(line):
        clauses: list[tuple[int, int]] = []
        for clause in _CLAUSE.finditer(line, *sentence.span()):
            ends = [clause.start(), *(edge for edge in at if clause.start() < edge < clause.end()), clause.end()]
            for start, end in pairwise(ends):
                if _is_spoken(line[start:end]):
                    clauses.append((start, end))
                elif clauses and line[start:end].strip() and start == clauses[-1][1]:
                    clauses[-1] = (clauses[-1][0], end)  # a mark alone belongs to what it closes
        if clauses:
            found.append(clauses)
    return found


def packed(clauses: Sequence[str], limit: int) -> list[str]:
    """The clauses joined into as few pieces of at most ``limit`` characters as keep their order.

    A clause longer than that is cut between words; a single word longer than that is cut anywhere.
    """
    pieces = [""]
    for clause in clauses:
        for part in [clause] if len(clause) <= limit else _cut_long(clause, limit):
            together = f"{pieces[-1]} {part}".strip()
            if len(together) <= limit:
                pieces[-1] = together
            else:
                pieces.append(part)
    return [piece for piece in pieces if piece]


def by_clause(sentence: Sentence) -> tuple[Clause, ...]:
    """For a voice without a melody of its own: every clause for itself."""
    return sentence.clauses


@dataclass(frozen=True)
class BySentence:
    """For a voice that knows how a sentence goes: clauses of one pace together, up to ``limit`` characters."""

    limit: int

    def __call__(self, sentence: Sentence) -> tuple[Clause, ...]:
        return tuple(self._pieces(sentence))

    def _pieces(self, sentence: Sentence) -> Iterator[Clause]:
        for pace, group in groupby(sentence.clauses, key=lambda clause: clause.pace):
            clauses = list(group)
            pieces = packed([clause.words for clause in clauses], self.limit)
            for piece in pieces[:-1]:
                yield Clause(piece, clauses[0].silence if len(clauses) > 1 else timedelta(0), pace)
            yield Clause(pieces[-1], clauses[-1].silence, pace)


def pronounced(
    turn: Turn,
    pieces: Callable[[Sentence], Sequence[Clause]],
    say: Callable[[str, float], Speech],
    told: Told = untold,
) -> Speech:
    """The turn said piece by piece by ``say(words, pace)``, our own pauses between, so that all voices phrase alike.

    Each sentence is marked; nothing is put after the last word. Raises ValueError where there is nothing to say, and
    whatever ``say`` raises.
    """
    parts: list[Speech] = []
    silence = timedelta(0)
    for number, sentence in enumerate(turn.sentences, 1):
        said: list[Speech] = []
        for piece in pieces(sentence):
            speech = replace(say(piece.words, piece.pace), marks=())
            said.append(Speech.silence(silence, speech.rate))
            said.append(speech)
            silence = piece.silence
        before, whole = said[0], Speech.joined(said[1:])
        parts += [before, replace(whole, marks=(Mark(timedelta(0), whole.duration, sentence.text),))]
        told(number)
    return Speech.joined(parts)


def _is_spoken(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _cut_long(clause: str, limit: int) -> list[str]:
    words = [word[at : at + limit] for word in clause.split() for at in range(0, len(word), limit)]
    return packed(words, limit)
