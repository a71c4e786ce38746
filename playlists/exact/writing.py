"""What every part of the model writes into: CP-SAT's model, sounds, and the promises that a core may name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from playlists.planning.question import Question

Bool = cp_model.BoolVarT
Expr = cp_model.LinearExpr | cp_model.IntVar | int
Constraint = cp_model.BoundedLinearExpression | bool


@dataclass(frozen=True, eq=False)
class Sound:
    """Something that may be heard: a play (`demand` numbers it in its lane) or, with None, an ident or a sign-off.

    It starts at `start`, within `earliest` and `latest`.
    """

    kind: int
    demand: int | None
    block: int
    present: Bool
    start: Expr
    size: int
    earliest: int
    latest: int

    @property
    def end(self) -> Expr:
        return self.start + self.size

    def meets(self, other: Sound) -> bool:
        """Whether the two could sound at once."""
        return self.earliest < other.latest + other.size and other.earliest < self.latest + self.size


class Writing:
    """The model while it is written."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.cp = cp_model.CpModel()
        self.promises: dict[tuple[int, int], Bool] = {}  # literals that hold a promise, for a core

    def either(self, condition: Sequence[Bool], ways: Iterable[Sequence[Constraint]]) -> None:
        """Where all of `condition` is so, all of at least one way holds."""
        taken = []
        for way in ways:
            literal = self.cp.new_bool_var("")
            for constraint in way:
                self.cp.add(constraint).only_enforce_if(literal)
            taken.append(literal)
        self.cp.add_bool_or(*taken, *(~literal for literal in condition))

    def ordered(self, one: Sound, other: Sound, *, may_join: bool) -> None:
        ways = [[one.end <= other.start], [other.end <= one.start]]
        if may_join and one.size == other.size:
            ways.append([one.start == other.start])
        self.either([one.present, other.present], ways)
