"""A xóm's week in words: why it is not met, or what it took. Receivers and times are named."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from playlists.week import TIMEZONE
from scheduler.facts import Rules, WeekFacts
from scheduler.sentence import Sentence
from scheduler.verdict import Play, ReceiverWeek, XomWeek


def explain(week: XomWeek, facts: WeekFacts, rules: Rules, now: datetime) -> tuple[Sentence, ...]:
    """The reasons for `week.state`, the weightiest first; when it is met, only what was made good."""
    return tuple(_met(week)) if week.state == "met" else tuple(_not_met(week, facts, rules, now))


def _met(week: XomWeek) -> Iterator[Sentence]:
    again = (p for r in week.receivers for p in r.plays if p.slot.kind == "make_good")
    made_good = {play.slot.id: play for play in again if play.state == "played"}
    if made_good:
        yield Sentence("Made good at {times}.", times=_times(made_good.values()))


def _not_met(week: XomWeek, facts: WeekFacts, rules: Rules, now: datetime) -> Iterator[Sentence]:
    for waiver in facts.waivers:
        if waiver.concerns(week.id):
            yield Sentence("Waived by {authority}: {why}.", authority=waiver.authority, why=waiver.why)
    planned = week.planned + week.make_good
    lost = sorted(slot.id for slot in facts.slots if slot.xom == week.id and slot.id in facts.given_up)
    yield from {str(why): why for why in map(facts.given_up.__getitem__, lost)}.values()
    if week.id in facts.infeasible:
        yield facts.infeasible[week.id]
    elif planned < rules.required:
        yield Sentence("{planned} of {required} campaign slots are planned.", planned=planned, required=rules.required)
    if not week.receivers:
        yield Sentence("No receiver of this xóm has made contact, so nothing can prove a broadcast.")
    for receiver in week.receivers:
        if receiver.count("played") < rules.required:
            yield from _receiver(receiver, facts, rules, now)


def _receiver(receiver: ReceiverWeek, facts: WeekFacts, rules: Rules, now: datetime) -> Iterator[Sentence]:
    yield Sentence(
        "{receiver}: {played} of {required} broadcasts proven.",
        receiver=receiver.id, played=receiver.count("played"), required=rules.required,
    )  # fmt: skip
    for play in receiver.plays:
        if play.state == "failed" and play.why is not None:
            yield Sentence("Not played at {time} ({why}).", time=_time(play.slot.start), why=play.why)
    until = facts.week.end + rules.evidence
    if unknown := [play for play in receiver.plays if play.state == "unknown"]:
        if now < until:
            yield Sentence(
                "No proof yet for {times}; it may arrive until {until}.", times=_times(unknown), until=_time(until)
            )
        else:
            yield Sentence("Proof for {times} never arrived.", times=_times(unknown))
    if coming := [play for play in receiver.plays if play.state in ("awaited", "upcoming")]:
        yield Sentence("Still to come: {times}.", times=_times(coming))
    if receiver.silent and now < until:
        if receiver.last_seen is None:
            yield Sentence("It has not been heard of.")
        else:
            yield Sentence("It has been silent since {time}.", time=_time(receiver.last_seen))


def _times(plays: Iterable[Play]) -> str:
    return ", ".join(_time(start) for start in sorted({play.slot.start for play in plays}))


def _time(instant: datetime) -> str:
    """As Vietnamese write it, in Vietnamese time."""
    return instant.astimezone(TIMEZONE).strftime("%H:%M %d/%m")
