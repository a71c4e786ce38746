"""Plan a week: the store's bulletins and xóm as a planning problem, and the planner's answer to it. Writes nothing."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from playlists.bulletin import Priority
from playlists.clip import Clip
from playlists.exact.prover import CpSat
from playlists.planning.plan import Missing, WeekPlan
from playlists.planning.problem import Committed, PlannedBulletin, PlanningRules, PlayState, Problem
from playlists.planning.reasons import Reason
from playlists.planning.solve import Infeasible, Undecided, solve
from playlists.render import GRIDS_PER_S
from playlists.week import Week
from scheduler.audit.entry import read_instant
from scheduler.catalogue import in_vietnamese
from scheduler.compliance import plays
from scheduler.errors import ConflictError, NotAllowedError
from scheduler.facts import WaiverFact
from scheduler.sentence import Sentence
from scheduler.station import Station
from scheduler.store.queries import bulletin_rows, clip_rows, slots_of_week, valid_approvals, xom_rows
from scheduler.store.tables import BulletinRow, SlotRow
from scheduler.usecases.lift_slots import lift_slots
from scheduler.usecases.values import bulletin_value, clip_value, quiet_hours, relays, xom_value
from scheduler.usecases.week_facts import counting_rules, week_facts
from scheduler.verdict import Play

EFFORT, BUDGET = 1.0, 4.0
"""Of the exact search, for one group of xóm and for all: while it runs, nobody else writes to the store."""
GRID = timedelta(seconds=1) / GRIDS_PER_S
"""The same as that of the clips' lengths, so a programme's clips follow each other exactly as planned."""


@dataclass(frozen=True)
class Material:
    """What may be played: approved clips by bulletin, and what surrounds a programme."""

    clips: dict[str, Clip]
    campaign: frozenset[str]
    ident: Clip
    sign_off: Clip
    pause: timedelta

    def items(self, bulletins: Sequence[str]) -> list[str]:
        """The clips of a programme in playing order."""
        return [self.ident.digest, *(self.clips[b].digest for b in bulletins), self.sign_off.digest]

    def length(self, bulletins: Sequence[str]) -> timedelta:
        """From the first sample to the last."""
        sound = sum((self.clips[b].duration for b in bulletins), self.ident.duration + self.sign_off.duration)
        return sound + (len(bulletins) + 1) * self.pause

    def starts(self, programme_start: datetime, bulletins: Sequence[str]) -> Iterable[tuple[str, datetime]]:
        """When each bulletin of a programme starts."""
        at = programme_start + self.ident.duration + self.pause
        for bulletin in bulletins:
            yield bulletin, at
            at += self.clips[bulletin].duration + self.pause


@dataclass(frozen=True)
class Planned:
    """The problem and its answer; `reasons` are empty unless the week is infeasible.

    `missing` is what the plan lacks, `waivers` what authorities accept in this week. `lifted` are slots that were sent,
    which the rules of today take back.
    """

    week: Week
    problem: Problem
    material: Material
    plan: WeekPlan
    feasible: bool | None
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...] = ()
    waivers: tuple[WaiverFact, ...] = ()
    lifted: tuple[SlotRow, ...] = ()

    @property
    def waived(self) -> dict[str, WaiverFact]:
        """The xóm that lack something an authority accepts, each with its waiver."""
        lacking = dict.fromkeys(item.xom for item in self.missing)
        return {xom: waiver for waiver in self.waivers for xom in lacking if waiver.concerns(xom)}

    @property
    def holds(self) -> bool | None:
        """Whether the plan keeps all that is still asked; None where that was not concluded."""
        return True if self.waived.keys() >= {item.xom for item in self.missing} else self.feasible

    @property
    def open_reasons(self) -> tuple[Reason, ...]:
        """The reasons that nobody has accepted."""
        return open_reasons(self.reasons, self.missing, self.waived)


def open_reasons(reasons: Iterable[Reason], lacking: Iterable[Missing], waived: Collection[str]) -> tuple[Reason, ...]:
    """Those that speak of a xóm which lacks something and is not waived."""
    short = {item.xom for item in lacking}.difference(waived)
    return tuple(reason for reason in reasons if not short.isdisjoint({reason.xom, *reason.neighbours}))


def plan_week(station: Station, week: Week, now: datetime) -> Planned:
    """The plan as it would be published now.

    Raises NotAllowedError when nothing is approved, ConflictError for a week that is over.
    """
    with station.store.writing(dry_run=True) as session:
        lifted = tuple(slot for slot in lift_slots(session, station, now) if slot.week == str(week))
        return replace(planned(session, station, week, now), lifted=lifted)


def planned(session: Session, station: Station, week: Week, now: datetime) -> Planned:
    """As plan_week, inside the caller's transaction, which takes back first what today's rules forbid."""
    if now >= week.end:
        raise ConflictError("week {week} is over: expected this week or a coming one", week=week)
    material = find_material(session, station, week)
    problem = pose(session, station, week, material, now)
    answer = answered(problem)
    if isinstance(answer, WeekPlan):
        return Planned(week, problem, material, answer, True, ())
    waivers = week_facts(session, week, now).waivers
    if isinstance(answer, Infeasible):
        return Planned(week, problem, material, answer.plan, False, answer.reasons, answer.missing, waivers)
    assert isinstance(answer, Undecided)
    return Planned(week, problem, material, answer.plan, None, (), answer.missing, waivers)


def answered(problem: Problem) -> WeekPlan | Infeasible | Undecided:
    """The plan as publishing makes it, for whoever publishes or foresees it."""
    with CpSat(EFFORT, BUDGET) as prover:
        return solve(problem, prover)


def pose(session: Session, station: Station, week: Week, material: Material, now: datetime) -> Problem:
    """The week as a problem: what was dispatched stays, and nothing new starts before receivers can have fetched it."""
    config = station.config
    known = {row.id: row for row in bulletin_rows(session)}
    longest = config.rules.max_session_min
    return Problem(
        week=week,
        now=max(now + timedelta(seconds=config.rules.lead_s), week.start),
        xom=tuple(xom_value(row, config, week) for row in xom_rows(session)),
        bulletins=tuple(
            _planned_bulletin(known[key], clip.duration, timedelta(hours=config.rules.min_gap_h))
            for key, clip in sorted(material.clips.items())
        ),
        rules=PlanningRules(
            campaign_min_per_xom=config.guarantee.campaign_slots_per_week,
            pause=material.pause,
            grid=GRID,
            quiet=quiet_hours(config.rules),
            max_sessions_per_day=config.rules.max_sessions_per_day,
            max_session=None if longest is None else timedelta(minutes=longest),
        ),
        relays=relays(config.rules),
        overlaps=config.rules.overlaps,
        committed=tuple(_committed(session, station, week, material, now)),
        lead_in=material.ident.duration + material.pause,
        lead_out=material.sign_off.duration,
    )


def find_material(session: Session, station: Station, week: Week) -> Material:
    """What is approved and valid in the week: clips of bulletins whose approval is for just these words and this sound.

    A bulletin whose days are over, or still to come, asks for nothing in this week.
    """
    approvals = valid_approvals(session)
    clips = {key: clip_value(row) for key, row in clip_rows(session, [row.clip for row in approvals]).items()}
    by_kind = {row.kind: clips[row.clip] for row in reversed(approvals)}
    if "ident" not in by_kind or "sign_off" not in by_kind:
        raise NotAllowedError("nothing is approved yet: expected an approved bulletin; see `loa bulletin approve`")
    approved = {(row.bulletin, row.words_digest, row.clip) for row in approvals if row.kind == "bulletin"}
    first, last = week.days[0].isoformat(), week.days[-1].isoformat()
    usable = [
        row
        for row in bulletin_rows(session)
        if row.state == "approved"
        and (row.id, row.digest, row.clip) in approved
        and row.clip is not None
        and row.valid_from <= last
        and row.valid_to >= first
    ]
    return Material(
        clips={row.id: clips[row.clip] for row in usable if row.clip is not None},
        campaign=frozenset(row.id for row in usable if row.campaign),
        ident=by_kind["ident"],
        sign_off=by_kind["sign_off"],
        pause=timedelta(seconds=station.config.rules.pause_s),
    )


def said(reason: Reason, translate: Callable[[str], str] = in_vietnamese) -> str:
    """A planner's reason, with what would help; in Vietnamese where it is kept."""
    remedies = "; ".join(phrase.said(translate) for phrase in reason.would_help)
    if not remedies:
        return Sentence("{reason}.", reason=reason.said(translate)).text(translate)
    sentence = Sentence("{reason}. Possible: {remedies}.", reason=reason.said(translate), remedies=remedies)
    return sentence.text(translate)


def said_together(reasons: Iterable[Reason], translate: Callable[[str], str] = in_vietnamese) -> list[str]:
    """As `said`, but what holds in several xóm is said once, with all of them named."""
    alike: dict[str, list[Reason]] = {}
    for reason in reasons:
        alike.setdefault(said(_of_xom(reason, "…"), translate), []).append(reason)
    return [
        said(_of_xom(group[0], ", ".join(str(reason.values["xom"]) for reason in group)), translate)
        for group in alike.values()
    ]


def _of_xom(reason: Reason, name: str) -> Reason:
    return replace(reason, values={**reason.values, "xom": name})


def _planned_bulletin(row: BulletinRow, duration: timedelta, min_gap: timedelta) -> PlannedBulletin:
    """An emergency that is planned all the same comes first, as a priority bulletin does."""
    bulletin = bulletin_value(row)
    if bulletin.priority is Priority.EMERGENCY:
        bulletin = replace(bulletin, priority=Priority.PRIORITY)
    return PlannedBulletin.of(bulletin, duration, min_gap)


def _committed(
    session: Session, station: Station, week: Week, material: Material, now: datetime
) -> Iterable[Committed]:
    by_slot: dict[str, list[Play]] = {}
    for play in plays(week_facts(session, week, now), counting_rules(session, station.config), now):
        by_slot.setdefault(play.slot.id, []).append(play)
    here = {row.id for row in xom_rows(session)}
    for slot in slots_of_week(session, str(week)):
        if slot.cancelled_at is not None or slot.xom not in here:
            continue
        state = _state(by_slot.get(slot.id, []))
        for bulletin, start in _starts(slot, material):
            yield Committed(slot.xom, bulletin, start, state)


def _starts(slot: SlotRow, material: Material) -> Iterable[tuple[str, datetime]]:
    """Bulletins that are still approved; one that was withdrawn since leaves its room empty."""
    if all(bulletin in material.clips for bulletin in slot.bulletins):
        yield from material.starts(read_instant(slot.start), slot.bulletins)


def _state(slot_plays: Sequence[Play]) -> PlayState:
    """A slot is played when every receiver played it, missed when one certainly did not."""
    states = {play.state for play in slot_plays}
    if "failed" in states:
        return PlayState.MISSED
    if "unknown" in states:
        return PlayState.UNKNOWN
    return PlayState.PLAYED if states == {"played"} else PlayState.PLANNED
