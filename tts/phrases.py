"""Spoken words cut where a speaker breathes: lines, sentences, clauses. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from tts.settings import Pauses
from tts.speech import Mark, Speech

_SENTENCE = re.compile(r"[^.?!…]*[.?!…]*")
_CLAUSE = re.compile(r"[^,;:]*[,;:]*")


@dataclass(frozen=True)
class Sentence:
    """``clauses`` keep their closing mark ("kính mời bà con,"); ``ends_line`` where the written line ends with it."""

    clauses: tuple[str, ...]
    ends_line: bool

    @property
    def text(self) -> str:
        return " ".join(self.clauses)


def syllables(words: str) -> int:
    """The written syllables, which in Vietnamese are the words between spaces. Lone marks do not count."""
    return sum(_is_spoken(word) for word in words.split())


def sentences(words: str) -> tuple[Sentence, ...]:
    """The sentences of normalised words, in order; what has no letter is dropped. No words, no sentences."""
    found: list[Sentence] = []
    for line in words.split("\n"):
        in_line = [_pieces(_CLAUSE, sentence) for sentence in _pieces(_SENTENCE, line)]
        found += [Sentence(clauses, ends_line=False) for clauses in in_line[:-1]]
        found += [Sentence(clauses, ends_line=True) for clauses in in_line[-1:]]
    return tuple(found)


def packed(clauses: Sequence[str], limit: int) -> list[str]:
    """The clauses joined into as few pieces of at most ``limit`` characters as keep their order.

    A clause longer than that is cut between words; a single word longer than that is cut anywhere.
    """
    pieces = [""]
    for clause in clauses:
        for part in [clause] if len(clause) <= limit else _cut(clause, limit):
            together = f"{pieces[-1]} {part}".strip()
            if len(together) <= limit:
                pieces[-1] = together
            else:
                pieces.append(part)
    return [piece for piece in pieces if piece]


def pronounced(
    words: str, pieces: Callable[[Sentence], Sequence[str]], say: Callable[[str], Speech], pauses: Pauses
) -> Speech:
    """The words said piece by piece with our own pauses between, so that every voice phrases alike.

    Each sentence start is marked. Raises ValueError where there is nothing to say, and whatever ``say`` raises.
    """
    parts: list[Speech] = []
    silence = timedelta(0)
    for sentence in sentences(words):
        mark = Mark(timedelta(0), sentence.text)
        for number, piece in enumerate(pieces(sentence)):
            speech = say(piece)
            parts.append(Speech.silence(silence, speech.rate))
            parts.append(replace(speech, marks=(mark,) if number == 0 else ()))
            silence = pauses.clause
        silence = pauses.line if sentence.ends_line else pauses.sentence
    return Speech.joined(parts)


def _pieces(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(" ".join(piece.split()) for piece in pattern.findall(text) if _is_spoken(piece))


def _is_spoken(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _cut(clause: str, limit: int) -> list[str]:
    words = [word[at : at + limit] for word in clause.split() for at in range(0, len(word), limit)]
    return packed(words, limit)
