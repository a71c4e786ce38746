"""One xóm's week on the grid: the free blocks left by the rules, and what is asked to be placed in them.

Everything here counts in grid steps from the week's Monday 00:00, so that the search is plain integer work. Xóm with
equal lanes are planned once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from playlists.planning.problem import (
    Problem,
    SlotKey,
)
from playlists.planning.sessions import Sessions

UNBOUNDED = 1 << 40  # more steps, plays or sessions than any week holds

Span = tuple[int, int]


@dataclass(frozen=True)
class Block:
    """A free stretch inside one window of one day; it hosts at most one programme, ident and sign-off included.

    `slot` indexes `Lane.slots`; `half` is 0 before noon and 1 after. A play whole inside one of `before`, openings of
    windows listed before, belongs to that one and not here.
    """

    slot: int
    day: int
    half: int
    start: int
    end: int
    before: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Demand:
    """What one bulletin asks of the xóm beyond its committed plays.

    `bulletin` indexes `Problem.bulletins`. `bounds` gives for each block the first and the last start the rules leave
    a play on its own, None where it may not go at all. `taken` are day and half of its committed plays.
    """

    bulletin: int
    size: int
    need: int
    want: int
    gap: int
    campaign: bool
    priority: bool
    topic: str
    bounds: tuple[Span | None, ...]
    taken: tuple[Span, ...]


@dataclass(frozen=True)
class Lane:
    """The xóm's week. `sounding` is what committed programmes take up, `covered` are the slots they give the campaign.

    Two stretches may be one session when no more than `session_gap` apart, and surely are when no more than
    `session_join`: the room of idents and sign-offs is rounded up to the grid. `exact` is False where the lane does not
    say the rules to the letter: a narrow one leaves out places (windows that overlap each other, sessions that could be
    stretched, follow each other in one window, or take in what was sent), so that a search that finds nothing proves
    nothing; a whole one bounds sessions by `sessions`, or not at all.
    """

    blocks: tuple[Block, ...]
    slots: tuple[SlotKey, ...]
    sounding: tuple[Span, ...]
    demands: tuple[Demand, ...]
    day_room: tuple[int, ...]
    day_sessions: tuple[int, ...]
    session_room: int
    session_gap: int
    session_join: int
    lead_in: int
    lead_out: int
    campaign_need: int
    covered: frozenset[SlotKey]
    covered_days: frozenset[int]
    exact: bool
    sessions: Sessions | None = None

    @property
    def leads(self) -> int:
        return self.lead_in + self.lead_out

    @cached_property
    def free(self) -> tuple[tuple[bool, ...], ...]:
        """For each demand and block, whether a play may start anywhere in the block that its length allows."""
        inside = [(block.start + self.lead_in, block.end - self.lead_out) for block in self.blocks]
        return tuple(
            tuple(
                bounds is not None and bounds[0] == first and bounds[1] == end - demand.size
                for bounds, (first, end) in zip(demand.bounds, inside, strict=True)
            )
            for demand in self.demands
        )

    @property
    def contiguous(self) -> bool:
        """Whether the plays of a block must follow each other without a break."""
        return self.leads > 0 or min(self.session_room, *self.day_sessions) < UNBOUNDED


def instant(problem: Problem, step: int) -> datetime:
    """The instant of a grid step, in Vietnamese time."""
    return problem.week.start + step * problem.rules.grid


def merged(spans: Iterable[Span], gap: int = 0) -> list[Span]:
    """The spans in order, those joined that touch or lie no more than `gap` apart."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + gap:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def remaining(span: Span, closed: Iterable[Span]) -> Iterator[Span]:
    """What is left of a span when the closed ones, in order and apart, are cut out."""
    start, end = span
    for shut, opened in closed:
        if opened <= start:
            continue
        if shut >= end:
            break
        if shut > start:
            yield start, shut
        start = opened
    if start < end:
        yield start, end
