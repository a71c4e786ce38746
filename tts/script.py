"""What is to be said, cut where a speaker breathes: turns of one voice, their sentences, their clauses. Pure values."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

PHRASE = "phrase:"
"""A role that begins so is a recorded phrase of that name."""

_MILLISECOND = timedelta(milliseconds=1)

Told = Callable[[int], None]
"""Is told how many sentences are said, whenever one more is."""


def untold(_sentences: int) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class Clause:
    """Words said in one breath, with their closing mark ("kính mời bà con,"), and the silence after them.

    ``pace`` is how fast they are said: 1 as the voice usually speaks, 0.8 slower.
    """

    words: str
    silence: timedelta = timedelta(0)
    pace: float = 1.0


@dataclass(frozen=True)
class Sentence:
    """One clause or more."""

    clauses: tuple[Clause, ...]

    @property
    def text(self) -> str:
        return " ".join(clause.words for clause in self.clauses)

    @property
    def silence(self) -> timedelta:
        """After its last word."""
        return self.clauses[-1].silence


@dataclass(frozen=True)
class Turn:
    """What one voice says before another takes over.

    ``role``: "" the station's voice, "male" and "female" one of two voices in turn, "phrase:NAME" a phrase that a
    person recorded (then its one sentence is "[câu: NAME]").
    """

    role: str
    sentences: tuple[Sentence, ...]

    @property
    def words(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def silence(self) -> timedelta:
        """After its last word."""
        return self.sentences[-1].silence

    @property
    def recipe(self) -> str:
        """All that shapes its sound but the voice, as JSON."""
        clauses = [
            [[clause.words, clause.silence // _MILLISECOND, clause.pace] for clause in sentence.clauses]
            for sentence in self.sentences
        ]
        return json.dumps([self.role, clauses], ensure_ascii=False)


@dataclass(frozen=True)
class Script:
    """A whole bulletin as it is spoken."""

    turns: tuple[Turn, ...]

    @property
    def words(self) -> str:
        """One sentence on a line."""
        return "\n".join(sentence.text for turn in self.turns for sentence in turn.sentences)
