"""A question of the planner as a CP-SAT model. Pure: the same question gives the same model."""

from __future__ import annotations

from playlists.exact.party import Party
from playlists.exact.writing import Bool, Expr, Sound, Writing
from playlists.planning.question import Encoding, Fixed, Goal, Question


class Model:
    """The model, and what is to be made great, in this order."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.writing = Writing(question)
        self.cp = self.writing.cp
        self.parties = [Party(self.writing, number) for number in range(len(question.lanes))]
        for left, right in question.pairs:
            self._apart(self.parties[left], self.parties[right])
        for fixed in question.fixed:
            for pair in question.pairs:
                if fixed.party in pair:
                    self._beside(fixed, self.parties[sum(pair) - fixed.party])
        if question.goal is Goal.CORE:
            self.cp.add_assumptions(list(self.writing.promises.values()))

    def aims(self) -> list[Expr]:
        """Xóm with the campaign on two days, plays of priority bulletins, plays of the others."""
        weighed = list(zip(self.question.sizes, self.parties, strict=True))
        return [
            sum(size * party.two_days for size, party in weighed),
            *(
                sum(size * sum(party.plays(priority=priority)) for size, party in weighed)
                for priority in (True, False)
            ),
        ]  # fmt: skip

    def niceties(self) -> list[Expr]:
        """Bulletins on different days, then in both halves of the day; few blocks with sound; early in the week."""
        weighed = list(zip(self.question.sizes, self.parties, strict=True))
        spread = [
            sum(size * party.different(where) for size, party in weighed)
            for where in (lambda block: block.day, lambda block: block.half)
        ]
        return [
            *spread,
            -sum(size * party.busy() for size, party in weighed),
            -sum(size * party.lateness() for size, party in weighed),
        ]  # fmt: skip

    def hint(self) -> None:
        for party, placed in zip(self.parties, self.question.hint, strict=False):
            party.hint(placed)

    def _apart(self, left: Party, right: Party) -> None:
        """Two lanes that hear each other: the same at the same instant, or not at the same time."""
        if self.question.encoding is Encoding.ORDER:
            for one in left.sounds:
                for other in right.sounds:
                    if one.meets(other):
                        self.writing.ordered(one, other, may_join=one.kind == other.kind)
            return
        joined: dict[Sound, list[Bool]] = {}
        for one in left.sounds:
            for other in right.sounds:
                if one.kind == other.kind and one.size == other.size and one.meets(other):
                    together = self.cp.new_bool_var("")
                    self.cp.add_implication(together, one.present)
                    self.cp.add_implication(together, other.present)
                    self.cp.add(one.start == other.start).only_enforce_if(together)
                    joined.setdefault(other, []).append(together)
        intervals = [left.interval(sound) for sound in left.sounds]
        for sound in right.sounds:
            if not any(sound.meets(other) for other in left.sounds):
                continue
            if sound not in joined:
                intervals.append(right.interval(sound))
                continue
            alone = self.cp.new_bool_var("")
            self.cp.add_bool_or(alone, ~sound.present, *joined[sound])
            intervals.append(self.cp.new_optional_fixed_size_interval_var(sound.start, sound.size, alone, ""))
        self.cp.add_no_overlap(intervals)

    def _beside(self, fixed: Fixed, party: Party) -> None:
        """What a neighbour has already been sent."""
        start, end = fixed.span
        for sound in party.sounds:
            if sound.earliest < end and start < sound.latest + sound.size:
                ways = [[sound.end <= start], [sound.start >= end]]
                if fixed.shared and sound.kind == fixed.bulletin and sound.size == end - start:
                    ways.append([sound.start == start])
                self.writing.either([sound.present], ways)
