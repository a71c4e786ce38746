"""Every plan of a tiny week, by the referee's reading of the rules: is there one, and how good is the best?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from planning_referee import DAY, Referee, Sound, clashes

Aims = tuple[int, int, int]
Whole = tuple[Aims, list[Sound]]
TOO_MANY = 60_000  # plans of one xóm; such a week is left out


def best_aims(problem: dict[str, Any]) -> Aims | str | None:
    """The best first two levels of any plan, None where there is no plan, "too many" where they are not counted."""
    referee = Referee(problem)
    every: list[list[Whole]] = []
    for xom in referee.xom:
        plans: list[Whole] = []
        for sounds in _plans(referee, xom):
            plans.append((referee.aims({xom: sounds}), sounds))
            if len(plans) > TOO_MANY:
                return "too many"
        plans.sort(key=lambda plan: plan[0], reverse=True)
        every.append(plans)
    if any(not plans for plans in every):
        return None
    if len(every) == 1:
        return every[0][0][0]
    return _together(*every)


def best_levels(problem: dict[str, Any]) -> tuple[int, ...] | None:
    """Of a week with one xóm, the best figures: the first two levels, then plays sharing a day, bulletins in one half
    of the day, programmes. None where there is no plan, or too many."""
    referee = Referee(problem)
    (xom,) = referee.xom
    best: tuple[int, ...] | None = None
    for count, sounds in enumerate(_plans(referee, xom)):
        if count >= TOO_MANY:
            return None
        two, urgent, others = referee.aims({xom: sounds})
        found = -two, -urgent, -others, *_lower(sounds)
        best = found if best is None else min(best, found)
    return best and (*(-level for level in best[:3]), *best[3:])


def _lower(sounds: list[Sound]) -> tuple[int, int, int]:
    same_day = one_half = 0
    for name in {sound.bulletin for sound in sounds}:
        plays = [sound for sound in sounds if sound.bulletin == name]
        same_day += len(plays) - len({sound.day for sound in plays})
        one_half += len(plays) > 1 and len({sound.start % DAY >= DAY / 2 for sound in plays}) == 1
    rows = sum(
        before is None or sound.start - before.end > 60 or sound.slots[0] != before.slots[0]
        for before, sound in zip([None, *sounds], sounds, strict=False)
    )
    return same_day, one_half, rows


def _together(left: list[Whole], right: list[Whole]) -> Aims | None:
    best: Aims | None = None
    for one in left:
        if best is not None and _sum(one[0], right[0][0]) <= best:
            break
        for other in right:
            total = _sum(one[0], other[0])
            if best is not None and total <= best:
                break
            if not clashes(one[1], other[1]):
                best = total
                break
    return best


def _sum(one: Aims, other: Aims) -> Aims:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _plans(referee: Referee, xom: str) -> Iterator[list[Sound]]:
    choices: list[list[tuple[Sound, ...]]] = []
    sent = sorted((referee.sound(*play, False) for play in referee.sent() if play[0] == xom), key=lambda s: s.start)
    for name, bulletin in referee.bulletins.items():
        if not referee.targeted(xom, name):
            continue
        starts = {
            start
            for _, _, opens, shuts in referee.openings(xom)
            for start in range(-int(-opens // referee.grid * referee.grid), int(shuts), int(referee.grid))
        }
        sounds = [
            sound
            for start in sorted(starts)
            if not referee.may(sound := referee.sound(xom, name, start, True)) and _keeps(referee, xom, [*sent, sound])
        ]
        held = sum(sound.bulletin == name for sound in sent)
        least, most = (max(0, bulletin[key] - held) for key in ("min_per_week", "want_per_week"))
        choices.append(
            [
                chosen
                for count in range(least, most + 1)
                for chosen in combinations(sounds, count)
                if _keeps(referee, xom, list(chosen))
            ]
        )

    def grow(number: int, sounds: list[Sound]) -> Iterator[list[Sound]]:
        if number == len(choices):
            if not referee.in_xom(xom, sounds) and not referee.promises(xom, sounds):
                yield sounds
            return
        for chosen in choices[number]:
            if all(one.end <= other.start or other.end <= one.start for one in chosen for other in sounds):
                yield from grow(number + 1, sorted([*sounds, *chosen], key=lambda sound: sound.start))

    yield from grow(0, sent)


def _keeps(referee: Referee, xom: str, chosen: list[Sound]) -> bool:
    """Whether plays may stand beside each other, two by two; caps and sessions come when all are there."""
    broken = referee.in_xom(xom, sorted(chosen, key=lambda sound: sound.start))
    return not any("at once" in fault or "close" in fault or "one window" in fault for fault in broken)
