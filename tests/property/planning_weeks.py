"""Random weeks as JSON problems: any rules; planted ones that have a plan for certain; tiny ones for brute force."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import Any

Json = dict[str, Any]
VIETNAM = timezone(timedelta(hours=7))
WEEKS = ("2026-W48", "2026-W53", "2027-W01", "2027-W05")
TOPICS = ("nghi-quyet-57", "an-ninh", "y-te")


def at(week: str, second: float) -> str:
    year, number = week.split("-W")
    monday = date.fromisocalendar(int(year), int(number), 1)
    return (datetime(monday.year, monday.month, monday.day, tzinfo=VIETNAM) + timedelta(seconds=second)).isoformat()


def day(week: str, number: int) -> str:
    return at(week, number * 86_400)[:10]


def hhmm(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def any_week(seed: int) -> Json:
    """Some xóm and bulletins under any of the rules, a few of them already sent."""
    chance = Random(seed)
    week = chance.choice(WEEKS)
    xom = [_xom(chance, week, number) for number in range(chance.choice((1, 2, 3, 5, 8)))]
    names = [item["id"] for item in xom]
    bulletins = [_bulletin(chance, week, number, names) for number in range(chance.randint(1, 10))]
    pairs = [[one, other] for one in names for other in names if one < other]
    return {
        "week": week,
        "timezone": "Asia/Ho_Chi_Minh",
        "now": at(week, chance.choice((-86_400, 0, 0, 0, 190_000, chance.randint(0, 400_000)))),
        "rules": {
            "campaign_min_per_xom": chance.choice((0, 1, 2, 2, 3)),
            "pause_s": chance.choice((0, 2, 5)),
            "grid_s": chance.choice((5, 5, 7, 60, 0.5)),
            "quiet": [{"from": "21:00", "to": "05:00"}] if chance.random() < 0.5 else [],
            "max_sessions_per_day": chance.choice((None, None, None, None, 1, 2)),
            "max_session_s": chance.choice((None, None, None, None, 600, 900)),
        },
        "xom": xom,
        "relays": [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "05:00", "to": "05:30", "xom": None, "name": "VOV1"}]
        if chance.random() < 0.4
        else [],
        "overlaps": chance.sample(pairs, min(len(pairs), chance.choice((0, 0, 1, 3, 6)))),
        "bulletins": bulletins,
        "committed": [],
    }


def _xom(chance: Random, week: str, number: int) -> Json:
    windows = []
    for hour in chance.sample(
        (4, 5, 6, 11, 16, 17, 19, 23), chance.choice((1, 2, 2, 3)) if chance.random() > 0.02 else 0
    ):
        begin = hour * 60 + chance.randint(0, 59)
        days = sorted(chance.sample(range(1, 8), chance.choice((2, 5, 7, 7))))
        windows.append({"days": days, "from": hhmm(begin), "to": hhmm(begin + chance.randint(3, 59))})
    blackouts = []
    for why in chance.sample(("tang lễ", "thi"), chance.choice((0, 0, 0, 0, 0, 1, 2))):
        begin = chance.randint(0, 600_000)
        blackouts.append({"from": at(week, begin), "to": at(week, begin + chance.randint(600, 180_000)), "why": why})
    return {
        "id": f"x{number}",
        "name": f"Xóm {number}",
        "tags": chance.sample(("ven-bien", "nui"), chance.randint(0, 2)),
        "daily_cap_s": chance.choice((None, 900, 1800, 3600)),
        "windows": windows,
        "blackouts": blackouts,
    }


def _bulletin(chance: Random, week: str, number: int, names: list[str]) -> Json:
    least = chance.choice((0, 0, 1, 1, 2))
    first, last = (0, 6) if chance.random() < 0.8 else (chance.randint(0, 2), chance.randint(3, 6))
    some = chance.sample(names, chance.randint(1, len(names)))
    return {
        "id": f"b{number}",
        "duration_s": chance.choice((chance.randint(10, 400), chance.randint(100, 4000) / 10)),
        "priority": chance.choice(("normal", "normal", "priority")),
        "campaign": number == 0 or chance.random() < 0.3,
        "topic": chance.choice(TOPICS),
        "targets": chance.choice(({"all": True}, {"all": True}, {"xom": some}, {"tags": ["nui"]})),
        "valid": {"from": day(week, first), "to": day(week, last)},
        "min_per_week": least,
        "want_per_week": least + chance.randint(0, 3),
        "min_gap_h": chance.choice((0, 0, 0, 6, 12, 36)),
    }


def planted_week(seed: int) -> Json:
    """A week built around a plan that fills its windows to 95 to 100 %, so that there is one for certain.

    All xóm of a pair in overlaps share the planted instants; each window's length is that of its plays, plus a little.
    """
    chance = Random(seed)
    week = chance.choice(WEEKS)
    grid = chance.choice((1, 5, 5, 10))
    kinds = chance.randint(2, 9)
    lengths = [chance.randint(3, 40) * grid for _ in range(kinds)]
    days = sorted(chance.sample(range(1, 8), chance.randint(2, 7)))
    starts = chance.sample((5 * 60, 11 * 60 + 30, 17 * 60, 23 * 60 + 50), chance.choice((1, 2, 2)))
    together = chance.random() < 0.5
    shared = _fillings(chance, kinds, lengths, days, len(starts))
    slack = chance.choice((1.0, 1.0, 1.0, 1.02, 1.05))
    caps = chance.random() < 0.3
    xom, least = [], [[0] * kinds for _ in range(chance.choice((1, 2, 3)) if together else chance.choice((1, 2)))]
    for number, counts in enumerate(least):
        filled = shared if together else _fillings(chance, kinds, lengths, days, len(starts))
        windows = []
        for index, begin in enumerate(starts):
            for weekday in days:
                plays = filled[weekday, index]
                heard = [kind for kind in plays if not together or chance.random() < 0.8]
                for kind in heard:
                    counts[kind] += 1
                length = sum(lengths[kind] for kind in plays) * (slack if index else 1)
                minutes = -(-int(length) // 60)
                windows.append({"days": [weekday], "from": hhmm(begin), "to": hhmm(begin + minutes)})
        cap = max(sum(lengths[k] for i in range(len(starts)) for k in filled[d, i]) for d in days) if caps else None
        xom.append({"id": f"x{number}", "name": f"Xóm {number}", "daily_cap_s": cap, "windows": windows})
    bulletins = [
        {
            "id": f"b{kind}" + ("" if together else f"-{group[0]}"),
            "duration_s": lengths[kind],
            "campaign": chance.random() < 0.3,
            "targets": {"xom": [f"x{number}" for number in group]},
            "min_per_week": min(least[number][kind] for number in group),
            "want_per_week": min(least[number][kind] for number in group) + chance.choice((0, 0, 2)),
        }
        for kind in range(kinds)
        for group in _groups([number for number, counts in enumerate(least) if counts[kind]], together)
    ]
    bounded = chance.random() < 0.3 and not together
    return {
        "week": week,
        "timezone": "Asia/Ho_Chi_Minh",
        "now": at(week, 0),
        "rules": {
            "campaign_min_per_xom": 0,
            "pause_s": 0,
            "grid_s": grid,
            "max_sessions_per_day": len(starts) if bounded else None,
        },
        "xom": xom,
        "overlaps": [[f"x{n}", f"x{n + 1}"] for n in range(len(xom) - 1)] if together else [],
        "bulletins": bulletins,
    }


def _groups(hearing: list[int], together: bool) -> list[list[int]]:
    """Xóm that hear each other share a bulletin, others have their own."""
    return [hearing] if together and hearing else [[number] for number in hearing]


def _fillings(
    chance: Random, kinds: int, lengths: list[int], days: list[int], windows: int
) -> dict[tuple[int, int], list[int]]:
    """Which kinds play in which window of which day."""
    return {
        (weekday, index): chance.sample(range(kinds), chance.randint(1, min(kinds, 6)))
        for weekday in days
        for index in range(windows)
    }


def tiny_week(seed: int) -> Json:
    """One or two xóm with windows of a few minutes on a grid of one, small enough for every plan to be looked at."""
    chance = Random(seed)
    week = chance.choice(WEEKS)
    hears = chance.random() < 0.5
    days = sorted(chance.sample(range(1, 8), 2))
    xom = []
    for number in range(2 if hears else 1):
        first = {"days": days[: chance.choice((1, 2))], "from": "05:00", "to": hhmm(300 + chance.randint(2, 5))}
        second = {"days": days[:1], "from": chance.choice(("11:00", "17:00", "17:00", "23:58")), "to": ""}
        hours, minutes = second["from"].split(":")
        second["to"] = hhmm(int(hours) * 60 + int(minutes) + chance.randint(2, 5))
        windows = [first, second] if chance.random() < 0.7 else [first]
        cap = chance.choice((None, None, 180, 240, 360))
        xom.append({"id": f"x{number}", "name": f"Xóm {number}", "daily_cap_s": cap, "windows": windows})
    bulletins = []
    for number in range(chance.randint(1, 3)):
        least = chance.choice((0, 0, 1, 1, 2))
        bulletins.append(
            {
                "id": f"b{number}",
                "duration_s": chance.randint(1, 3) * 60,
                "priority": chance.choice(("normal", "priority")),
                "campaign": chance.random() < 0.6,
                "targets": chance.choice(({"all": True}, {"all": True}, {"xom": ["x0"]})),
                "min_per_week": least,
                "want_per_week": max(1, least, chance.choice((1, 2, 2))),
                "min_gap_h": chance.choice((0, 0, 12, 24)),
            }
        )
    return {
        "week": week,
        "timezone": "Asia/Ho_Chi_Minh",
        "now": at(week, 0),
        "rules": {
            "campaign_min_per_xom": chance.choice((0, 1, 2)),
            "pause_s": 0,
            "grid_s": 60,
            "max_sessions_per_day": chance.choice((None, None, None, 1, 2)),
            "max_session_s": chance.choice((None, None, None, 120, 180)),
        },
        "xom": xom,
        "overlaps": [["x0", "x1"]] if hears else [],
        "bulletins": bulletins,
    }


def odd_week(seed: int) -> Json:
    """As tiny: windows that overlap, silences inside them, sessions bounded beside what was sent, off the grid too."""
    chance = Random(seed)
    week = chance.choice(WEEKS)
    hears = chance.random() < 0.25
    days = sorted(chance.sample(range(1, 8), chance.choice((1, 1, 2))))
    bulletins = []
    for number in range(chance.choice((1, 2, 2, 3))):
        least = chance.choice((0, 1, 1, 2))
        bulletins.append(
            {
                "id": f"b{number}",
                "duration_s": chance.choice((60, 60, 120, 90, 180)),
                "priority": chance.choice(("normal", "priority")),
                "campaign": chance.random() < 0.6,
                "targets": chance.choice(({"all": True}, {"all": True}, {"xom": ["x0"]})),
                "min_per_week": least,
                "want_per_week": max(1, least, chance.choice((1, 2, 2))),
                "min_gap_h": chance.choice((0, 0, 0, 0.05, 12)),
            }
        )
    xom, committed = [], []
    for number in range(2 if hears else 1):
        windows = [_odd_window(chance, days) for _ in range(chance.choice((1, 2, 2, 3)))]
        silences = []
        for _ in range(chance.choice((0, 1, 1, 2))):
            begin = _odd_second(chance, days)
            silences.append({"from": at(week, begin), "to": at(week, begin + chance.choice((30, 60, 90))), "why": "lễ"})
        sent: list[tuple[int, str]] = []
        for _ in range(chance.choice((0, 1, 1, 2, 3))):
            begin, which = _odd_second(chance, days), chance.choice(bulletins)
            if all(begin >= other + 240 or begin + 240 <= other for other, _ in sent) or chance.random() < 0.05:
                sent.append((begin, str(which["id"])))
        sent = list(dict.fromkeys(sent))
        states = "planned", "played", "unknown", "missed"
        committed += [
            {"xom": f"x{number}", "bulletin": which, "start": at(week, begin), "state": chance.choice(states)}
            for begin, which in sent
        ]
        xom.append(
            {
                "id": f"x{number}",
                "name": f"Xóm {number}",
                "daily_cap_s": chance.choice((None, None, 330, 420)),
                "windows": windows,
                "blackouts": silences,
            }
        )
    return {
        "week": week,
        "timezone": "Asia/Ho_Chi_Minh",
        "now": at(week, 0 if chance.random() < 0.8 else _odd_second(chance, days)),
        "rules": {
            "campaign_min_per_xom": chance.choice((0, 1, 2)),
            "pause_s": 0,
            "grid_s": chance.choice((60, 60, 60, 50, 30)),
            "max_sessions_per_day": chance.choice((None, 1, 1, 2, 2, 3)),
            "max_session_s": chance.choice((None, None, 120, 180, 200, 300)),
        },
        "xom": xom,
        "overlaps": [["x0", "x1"]] if hears else [],
        "bulletins": bulletins,
        "committed": committed,
    }


def _odd_window(chance: Random, days: list[int]) -> Json:
    begin = 300 + chance.choice((0, 0, 1, 2, 3, 4, 6))
    on = chance.sample(days, chance.randint(1, len(days)))
    return {"days": sorted(on), "from": hhmm(begin), "to": hhmm(begin + chance.choice((1, 3, 4, 5, 7)))}


def _odd_second(chance: Random, days: list[int]) -> int:
    return (chance.choice(days) - 1) * 86_400 + 300 * 60 + chance.randint(-2, 20) * 30


def later_week(problem: Json, plays: list[Json], seed: int) -> Json:
    """The same week some days on: what was planned has been sent, and of some it is known how it went."""
    chance = Random(seed)
    now = max(problem["now"], at(problem["week"], chance.randint(0, 600_000)))
    committed = [
        {
            **play,
            "state": chance.choice(("played", "played", "missed", "unknown")) if play["start"] < now else "planned",
        }
        for play in plays
        if play["start"] < now or chance.random() < 0.5
    ]
    return {**problem, "now": now, "committed": committed}
