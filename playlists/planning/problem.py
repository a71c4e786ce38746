"""One commune's week as a planning problem, in the terms of docs/planning.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from playlists.bulletin import Bulletin, Priority, Targets
from playlists.errors import InvalidValueError
from playlists.interval import Interval
from playlists.rules import QuietHours, Relay, Window
from playlists.week import TIMEZONE, Week
from playlists.xom import Xom

NOTHING = timedelta()
ONE_DAY = timedelta(days=1)
SESSION_GAP = timedelta(seconds=60)  # sound that pauses no longer than this is one session


class PlayState(StrEnum):
    """What is known of a play that was already dispatched. Unknown is not missed (I13)."""

    PLANNED = "planned"
    PLAYED = "played"
    MISSED = "missed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PlanningRules:
    """The commune's rules of planning. Raises InvalidValueError.

    `pause` follows every bulletin; starts lie on the `grid`, counted from the week's Monday 00:00. A session is sound
    in one xóm that pauses for at most a minute; `max_sessions_per_day` and `max_session` bound it, None does not.
    """

    campaign_min_per_xom: int = 2
    pause: timedelta = timedelta(seconds=2)
    grid: timedelta = timedelta(seconds=5)
    quiet: tuple[QuietHours, ...] = ()
    max_sessions_per_day: int | None = None
    max_session: timedelta | None = None

    def __post_init__(self) -> None:
        if self.campaign_min_per_xom < 0:
            raise InvalidValueError(
                "the campaign plays asked per xóm must not be negative, not {count}", count=self.campaign_min_per_xom
            )
        if self.pause < NOTHING:
            raise InvalidValueError("the pause after a bulletin must not be negative, not {pause}", pause=self.pause)
        if self.grid < timedelta(milliseconds=100):
            raise InvalidValueError("the grid must be at least a tenth of a second, not {grid}", grid=self.grid)
        if self.max_sessions_per_day is not None and self.max_sessions_per_day < 0:
            raise InvalidValueError(
                "the sessions allowed a day must not be negative, not {count}", count=self.max_sessions_per_day
            )
        if self.max_session is not None and self.max_session < NOTHING:
            raise InvalidValueError(
                "a session's greatest length must not be negative, not {length}", length=self.max_session
            )


@dataclass(frozen=True)
class PlannedBulletin:
    """A bulletin as the planner sees it: a length, wishes and limits. Raises InvalidValueError.

    `plays_min` and `plays_wanted` count plays per xóm and week; two plays in a xóm start at least `min_gap` apart;
    `valid_to` is the last day it may be played on.
    """

    id: str
    duration: timedelta
    campaign: bool
    targets: Targets
    valid_from: date
    valid_to: date
    plays_min: int
    plays_wanted: int
    priority: Priority = Priority.NORMAL
    topic: str = ""
    min_gap: timedelta = NOTHING
    title: str = ""

    def __post_init__(self) -> None:
        if not self.id:
            raise InvalidValueError("a bulletin to be planned needs an id; let the station give it one")
        if self.duration <= NOTHING:
            raise InvalidValueError(
                "bulletin {id} must last some time, not {duration}", id=self.id, duration=self.duration
            )
        if not 0 <= self.plays_min <= self.plays_wanted:
            raise InvalidValueError(
                "bulletin {id} must ask for 0 to {wanted} plays at least, not {fewest}",
                id=self.id,
                wanted=self.plays_wanted,
                fewest=self.plays_min,
            )
        if self.min_gap < NOTHING:
            raise InvalidValueError(
                "the gap of bulletin {id} must not be negative, not {gap}", id=self.id, gap=self.min_gap
            )
        if self.priority is Priority.EMERGENCY:
            raise InvalidValueError("bulletin {id} is an emergency: it is sent at once, not planned", id=self.id)

    @classmethod
    def of(cls, bulletin: Bulletin, duration: timedelta, min_gap: timedelta = NOTHING) -> PlannedBulletin:
        """The planner's view of an approved bulletin whose clip lasts `duration`."""
        return cls(
            id=bulletin.id,
            duration=duration,
            campaign=bulletin.campaign is not None,
            targets=bulletin.targets,
            valid_from=bulletin.valid_from,
            valid_to=bulletin.valid_to,
            plays_min=bulletin.plays_min,
            plays_wanted=bulletin.plays_wanted,
            priority=bulletin.priority,
            topic=bulletin.campaign or str(bulletin.field),
            min_gap=min_gap,
            title=bulletin.title,
        )

    @property
    def label(self) -> str:
        return self.title or self.id


class Play(NamedTuple):
    """A bulletin that starts in a xóm at an instant."""

    xom: str
    bulletin: str
    start: datetime


@dataclass(frozen=True)
class Committed:
    """A play that was dispatched before and stays as it is, with what is known of it."""

    xom: str
    bulletin: str
    start: datetime
    state: PlayState = PlayState.PLANNED

    @property
    def counts(self) -> bool:
        """Whether it takes room and counts for minimums; only a missed one does not."""
        return self.state is not PlayState.MISSED

    @property
    def play(self) -> Play:
        return Play(self.xom, self.bulletin, self.start)


@dataclass(frozen=True)
class Problem:
    """Everything the planner knows. Raises InvalidValueError.

    No play that is not in `committed` starts before `now`. `lead_in` and `lead_out` are the room a programme needs
    before its first and after its last bulletin (ident, sign-off). Two plays that sound at once in both xóm of a pair
    in `overlaps` must be the same bulletin at the same start.
    """

    week: Week
    now: datetime
    xom: tuple[Xom, ...]
    bulletins: tuple[PlannedBulletin, ...]
    rules: PlanningRules = field(default_factory=PlanningRules)
    relays: tuple[Relay, ...] = ()
    overlaps: tuple[tuple[str, str], ...] = ()
    committed: tuple[Committed, ...] = ()
    lead_in: timedelta = NOTHING
    lead_out: timedelta = NOTHING

    def __post_init__(self) -> None:
        if self.now.utcoffset() is None:
            raise InvalidValueError("now must be an instant with a time zone, not {now}", now=self.now)
        if min(self.lead_in, self.lead_out) < NOTHING:
            raise InvalidValueError("the room for ident and sign-off must not be negative")
        known_xom = _unique("xóm", [xom.id for xom in self.xom])
        known_bulletins = _unique("bulletin", [bulletin.id for bulletin in self.bulletins])
        for ids in (*self.overlaps, *((play.xom,) for play in self.committed)):
            if not known_xom.issuperset(ids):
                raise InvalidValueError(
                    "{ids} names a xóm that is not in the list of xóm; add it or take it out", ids=", ".join(ids)
                )
        for play in self.committed:
            if play.bulletin not in known_bulletins:
                raise InvalidValueError(
                    "a committed play names the bulletin {id}, which is not in the list; add it", id=play.bulletin
                )
            if play.start.utcoffset() is None:
                raise InvalidValueError(
                    "a committed play of {id} needs a start with a time zone, not {start}",
                    id=play.bulletin,
                    start=play.start,
                )

    def occupied(self, bulletin: PlannedBulletin) -> timedelta:
        """The room a play takes: its length and the pause after it, rounded up to the grid."""
        return -(-(bulletin.duration + self.rules.pause) // self.rules.grid) * self.rules.grid

    def bulletin(self, bulletin_id: str) -> PlannedBulletin:
        return next(bulletin for bulletin in self.bulletins if bulletin.id == bulletin_id)


class SlotKey(NamedTuple):
    """The (day, window) a play belongs to; `window` None for a committed play outside every window."""

    day: date
    window: int | None


def slot_of(problem: Problem, xom: Xom, bulletin: PlannedBulletin, start: datetime) -> SlotKey:
    """The window that holds the play whole, the one listed first where several do.

    A window that crosses midnight belongs to the day it starts on.
    """
    end = start + problem.occupied(bulletin)
    for interval, key in openings(xom.windows, problem.week):
        if interval.start <= start and end <= interval.end:
            return key
    return SlotKey(start.astimezone(TIMEZONE).date(), None)


@lru_cache(maxsize=1024)
def openings(windows: tuple[Window, ...], week: Week) -> tuple[tuple[Interval, SlotKey], ...]:
    """Every window of every day, as they are listed."""
    return tuple(
        (interval, SlotKey(day, number))
        for number, window in enumerate(windows)
        for day in week.days
        if (interval := window.on(day)) is not None
    )


def _unique(what: str, ids: Iterable[str]) -> set[str]:
    counted = Counter(ids)
    twice = sorted(name for name, count in counted.items() if count > 1)
    if twice:
        raise InvalidValueError("{what} {ids} is given twice; give each its own id", what=what, ids=", ".join(twice))
    return set(counted)
