"""Why a xóm cannot have what it is promised, in the words of the rules that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from playlists.planning.compiled import lane_of, rule_names
from playlists.planning.contradiction import CAMPAIGN as CAMPAIGN
from playlists.planning.contradiction import Contradiction, contradictions, is_goal
from playlists.planning.cut import overload, overload_together
from playlists.planning.phrases import Phrase, Translate
from playlists.planning.problem import Problem
from playlists.planning.question import Prover, no_prover, overlap_name
from playlists.xom import Xom


@dataclass(frozen=True)
class Reason:
    """One contradiction in one xóm.

    `rules` name the rules that together leave no plan, as in shared documents ("blackout:tang lễ", "relay:VOV1",
    "min_per_week:b3"); beside the xóm's windows and what is committed they need nothing else. `minimal` says it was
    shown that without any one of them there is a plan. `would_help` lists what resolves this contradiction. Where
    it takes xóm that hear each other to contradict, `neighbours` are the others, and each rule is meant for all.
    """

    xom: str
    bulletins: tuple[str, ...]
    rules: tuple[str, ...]
    template: str
    values: Mapping[str, object] = field(hash=False)
    would_help: tuple[Phrase, ...] = field(hash=False)
    minimal: bool = True
    neighbours: tuple[str, ...] = ()

    def said(self, translate: Translate = str) -> str:
        """The reason as a sentence."""
        return Phrase(self.template, self.values).said(translate)

    def __str__(self) -> str:
        return self.said()


def explain(problem: Problem, *xom: Xom, prover: Prover = no_prover) -> tuple[Reason, ...]:
    """The contradictions among the rules of one xóm, or of some that hear each other, until what is left has a plan.

    Rules are taken away one by one; what cannot go without a plan appearing stays. Empty when the rules were not shown
    to contradict each other.
    """
    return tuple(_reason(problem, found) for found in contradictions(problem, xom, prover))


def _reason(problem: Problem, found: Contradiction) -> Reason:
    xom, core = found.xom[0], found.rules
    goals = tuple(_worded(problem, xom, name) for name in core if is_goal(name))
    rules = tuple(_worded(problem, xom, name) for name in core if not is_goal(name))
    values: dict[str, object] = {"xom": ", ".join(item.name for item in found.xom), "goals": goals, "rules": rules}
    campaign = [bulletin for bulletin in problem.bulletins if bulletin.campaign and bulletin.targets.includes(xom)]
    help_: list[Phrase] = []
    if not xom.windows and len(found.xom) == 1:
        template = "{xom} has no window in which it may be spoken to"
        help_.append(Phrase("give it a window, or a longer one"))
    elif tuple(core) == (CAMPAIGN,) and not campaign:
        template = "{xom}: no campaign bulletin is meant for it, but {goals} are asked"
        help_.append(Phrase("approve a campaign bulletin for it"))
    else:
        template = (
            "{xom}: with {rules}, its windows have no room for {goals}"
            if rules
            else "{xom}: its windows have no room for {goals}"
        )
        short = _short(problem, found) * problem.rules.grid
        if short:
            help_.append(Phrase("find {minutes} min more in its windows", {"minutes": _minutes(short)}))
        help_ += [_remedy(problem, xom, name) for name in core]
        help_.append(Phrase("give it a window, or a longer one"))
    named = [name.split(":", 1)[1] for name in core if name.startswith(("min_", "want_", "valid:"))]
    return Reason(
        xom=xom.id,
        bulletins=tuple(dict.fromkeys(named)),
        rules=core,
        template=template,
        values=values,
        would_help=tuple(help_),
        minimal=found.minimal,
        neighbours=tuple(item.id for item in found.xom[1:]),
    )


def _short(problem: Problem, found: Contradiction) -> int:
    """The steps of sound for which there is no room, as far as a flow shows it."""
    others = frozenset(name for item in found.xom for name in rule_names(problem, item)) - set(found.rules)
    if len(found.xom) == 1:
        return overload(lane_of(problem, found.xom[0], others))
    return overload_together([lane_of(problem, item, others, whole=True) for item in found.xom])


def _worded(problem: Problem, xom: Xom, name: str) -> Phrase:
    return Phrase(_WORDS[name.split(":", 1)[0]][0], dict(_values(problem, xom, name)))


def _remedy(problem: Problem, xom: Xom, name: str) -> Phrase:
    return Phrase(_WORDS[name.split(":", 1)[0]][1], dict(_values(problem, xom, name)))


# each kind of rule: how it is named in a reason, and what would help against it
_WORDS = {
    "overlap": (
        "{left} and {right} hearing each other",
        "take {left} and {right} out of the pairs if they do not hear each other",
    ),
    "blackout": ("the silence for {why}", "give it a window outside the silence for {why}"),
    "relay": ("the relay of {name}", "shorten or move the relay of {name}"),
    "quiet": ("the quiet hours {hours}", "give it a window outside the quiet hours {hours}"),
    "daily_cap": ("the cap of {minutes} min a day", "raise the cap of {minutes} min a day"),
    "max_sessions_per_day": ("at most {count} sessions a day", "allow more than {count} sessions a day"),
    "max_session": ("at most {minutes} min a session", "allow sessions of more than {minutes} min"),
    "min_gap": (
        "{hours} h between two plays of “{bulletin}”",
        "allow less than {hours} h between two plays of “{bulletin}”",
    ),
    "valid": (
        "“{bulletin}” being valid from {first} to {last} only",
        "let “{bulletin}” be valid on more days",
    ),
    "want_per_week": (
        "at most {count} plays of “{bulletin}” a week",
        "allow more than {count} plays of “{bulletin}”",
    ),
    "now": ("the week having come to {now}", "plan it earlier in the week next time"),
    "min_per_week": ("{count} × “{bulletin}”", "ask for fewer plays of “{bulletin}”, or shorten it"),
    CAMPAIGN: (
        "{count} campaign slots on different occasions",
        "let a named authority waive the campaign slots",
    ),
}


def _values(problem: Problem, xom: Xom, name: str) -> Iterator[tuple[str, object]]:
    """What the words of a rule are filled with."""
    kind, _, which = name.partition(":")
    rules = problem.rules
    counts = {CAMPAIGN: rules.campaign_min_per_xom, "max_sessions_per_day": rules.max_sessions_per_day}
    lengths = {"daily_cap": xom.daily_cap, "max_session": rules.max_session}
    if kind in counts:
        yield "count", counts[kind]
    if (length := lengths.get(kind)) is not None:
        yield "minutes", _minutes(length)
    if kind in ("min_gap", "valid", "want_per_week", "min_per_week"):
        bulletin = problem.bulletin(which)
        yield "bulletin", bulletin.label
        yield "hours", bulletin.min_gap.total_seconds() / 3600
        yield "first", bulletin.valid_from
        yield "last", bulletin.valid_to
        yield "count", bulletin.plays_min if kind == "min_per_week" else bulletin.plays_wanted
    if kind == "overlap":
        yield from zip(("left", "right"), _pair(problem, name), strict=True)
    yield {"blackout": "why", "relay": "name", "quiet": "hours"}.get(kind, "rule"), which
    yield "now", problem.now


def _pair(problem: Problem, name: str) -> tuple[str, str]:
    names = {xom.id: xom.name for xom in problem.xom}
    return next((names[pair[0]], names[pair[1]]) for pair in problem.overlaps if overlap_name(*pair) == name)


def _minutes(length: timedelta) -> float:
    """In tenths, rounded up: advice must not ask for too little."""
    return -(-length // timedelta(seconds=6)) / 10
