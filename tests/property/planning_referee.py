"""An independent referee of planning: reads the JSON problem and the JSON answer, and nothing of Loa.

Written from the format's description alone (docs/planning.md), with plain seconds from the week's Monday 00:00.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any, NamedTuple

DAY = 86_400
Json = dict[str, Any]


class Sound(NamedTuple):
    """One play: from `start` until its room ends; `slots` is the first listed (day, window) that holds it whole."""

    xom: str
    bulletin: str
    start: float
    end: float
    slots: tuple[tuple[int, int], ...]
    new: bool

    @property
    def day(self) -> int:
        return self.slots[0][0] if self.slots else int(self.start // DAY)


class Referee:
    """One problem, compiled once; `faults` judges an answer."""

    def __init__(self, problem: Json) -> None:
        self.problem = problem
        year, number = problem["week"].split("-W")
        self.monday = date.fromisocalendar(int(year), int(number), 1)
        self.rules = problem["rules"]
        self.grid = self.rules["grid_s"]
        self.now = self.second(problem["now"])
        self.xom = {xom["id"]: xom for xom in problem["xom"]}
        self.bulletins = {bulletin["id"]: bulletin for bulletin in problem["bulletins"]}

    def second(self, written: str) -> float:
        midnight = datetime.fromisoformat(f"{self.monday.isoformat()}T00:00:00+07:00")
        return round((datetime.fromisoformat(written) - midnight).total_seconds(), 3)

    def room(self, bulletin: str) -> float:
        """The occupied time: length and pause, rounded up to the grid."""
        whole = round((self.bulletins[bulletin]["duration_s"] + self.rules["pause_s"]) * 1000)
        step = round(self.grid * 1000)
        return -(-whole // step) * step / 1000

    def openings(self, xom: str) -> list[tuple[int, int, float, float]]:
        """Day, window, from, to."""
        return [
            (day, number, *span)
            for number, window in enumerate(self.xom[xom]["windows"])
            for day in range(7)
            if day + 1 in window["days"]
            for span in [stretch(window, day)]
        ]

    def silences(self, xom: str) -> list[tuple[float, float]]:
        found = [stretch(quiet, day) for quiet in self.rules.get("quiet", []) for day in range(-1, 8)]
        for relay in self.problem.get("relays", []):
            if relay.get("xom") is None or xom in relay["xom"]:
                found += [stretch(relay, day) for day in range(-1, 8) if day % 7 + 1 in relay["days"]]
        for blackout in self.xom[xom].get("blackouts", []):
            found.append((self.second(blackout["from"]), self.second(blackout["to"])))
        return found

    def sound(self, xom: str, bulletin: str, start: float, new: bool) -> Sound:
        end = round(start + self.room(bulletin), 3)
        slots = tuple(
            (day, number) for day, number, opens, shuts in self.openings(xom) if opens <= start and end <= shuts
        )[:1]
        return Sound(xom, bulletin, start, end, slots, new)

    def targeted(self, xom: str, bulletin: str) -> bool:
        targets = self.bulletins[bulletin]["targets"]
        if "all" in targets:
            return True
        if "xom" in targets:
            return xom in targets["xom"]
        return bool(set(targets["tags"]) & set(self.xom[xom].get("tags", [])))

    def valid(self, bulletin: str, day: int) -> bool:
        valid = self.bulletins[bulletin].get("valid")
        on = (self.monday + timedelta(days=day)).isoformat()
        return valid is None or valid["from"] <= on <= valid["to"]

    def may(self, sound: Sound) -> list[str]:
        """What a new play breaks by itself."""
        broken = []
        if not any(self.valid(sound.bulletin, day) for day, _ in sound.slots):
            broken.append("window or validity")
        if round(sound.start * 1000) % round(self.grid * 1000):
            broken.append("grid")
        if sound.start < self.now:
            broken.append("now")
        if not self.targeted(sound.xom, sound.bulletin):
            broken.append("targets")
        if any(sound.start < shut and begun < sound.end for begun, shut in self.silences(sound.xom)):
            broken.append("silence")
        return broken

    def sent(self) -> Counter[tuple[str, str, float]]:
        """The committed plays that stand."""
        return Counter(
            (play["xom"], play["bulletin"], self.second(play["start"]))
            for play in self.problem.get("committed", [])
            if play["state"] != "missed"
        )

    def faults(self, answer: Json) -> list[str]:
        """Every broken rule of an answer that says feasible, promises and figures included."""
        sent = self.sent()
        given = Counter((play["xom"], play["bulletin"], self.second(play["start"])) for play in answer["plays"])
        found = [f"not as committed: {play}" for play in sent if not given[play]]
        found += [f"twice: {play}" for play, count in given.items() if count > max(1, sent[play])]
        sounds = [self.sound(*play, play not in sent) for play in given]
        found += [f"{sound}: {rule}" for sound in sounds if sound.new for rule in self.may(sound)]
        by_xom: dict[str, list[Sound]] = defaultdict(list)
        for sound in sounds:
            by_xom[sound.xom].append(sound)
        for xom in self.xom:
            own = sorted(by_xom[xom], key=lambda sound: sound.start)
            found += self.in_xom(xom, own)
            found += self.promises(xom, own)
        for left, right in self.problem.get("overlaps", []):
            found += [f"{one} against {other}" for one, other in clashes(by_xom[left], by_xom[right]) if left != right]
        return found + self.figures(answer, by_xom)

    def in_xom(self, xom: str, own: list[Sound]) -> list[str]:
        found = []
        for one, other in combinations(own, 2):
            if not (one.new or other.new):
                continue
            if other.start < one.end:
                found.append(f"{one} and {other} at once")
            if one.bulletin == other.bulletin:
                if round(other.start - one.start, 3) < self.bulletins[one.bulletin].get("min_gap_h", 0) * 3600 - 1e-6:
                    found.append(f"{one} and {other} too close")
                if one.slots and one.slots == other.slots:
                    found.append(f"{one} and {other} in one window")
        for day in {sound.day for sound in own if sound.new}:
            today = [sound for sound in own if sound.day == day]
            cap = self.xom[xom].get("daily_cap_s")
            if cap is not None and sum(sound.end - sound.start for sound in today) > cap + 1e-6:
                found.append(f"{xom}: more than the cap on day {day}")
            found += self.sessions(xom, today)
        return found

    def sessions(self, xom: str, today: list[Sound]) -> list[str]:
        sessions: list[list[Sound]] = []
        for sound in today:
            last = sessions[-1][-1] if sessions else None
            if last and sound.start - last.end <= 60 and sound.slots == last.slots:
                sessions[-1].append(sound)
            else:
                sessions.append([sound])
        found = []
        most, longest = self.rules.get("max_sessions_per_day"), self.rules.get("max_session_s")
        if most is not None and len(sessions) > most:
            found.append(f"{xom}: {len(sessions)} sessions")
        for session in sessions:
            length = session[-1].end - session[0].start
            if longest is not None and length > longest + 1e-6 and any(sound.new for sound in session):
                found.append(f"{xom}: a session of {length} s")
        return found

    def promises(self, xom: str, own: list[Sound]) -> list[str]:
        found = []
        week = [sound for sound in own if sound.slots or 0 <= sound.start < 7 * DAY]
        campaign = {sound.slots[:1] or (sound.day,) for sound in week if self.bulletins[sound.bulletin].get("campaign")}
        if len(campaign) < self.rules["campaign_min_per_xom"]:
            found.append(f"{xom}: campaign in {len(campaign)} slots")
        for name, bulletin in self.bulletins.items():
            plays = [sound for sound in week if sound.bulletin == name]
            if self.targeted(xom, name) and len(plays) < bulletin["min_per_week"]:
                found.append(f"{xom}: {len(plays)} of {name}")
            if len(plays) > bulletin["want_per_week"] and any(sound.new for sound in plays):
                found.append(f"{xom}: {len(plays)} of {name}, more than wanted")
        return found

    def aims(self, by_xom: dict[str, list[Sound]]) -> tuple[int, int, int]:
        """The first two levels: xóm with the campaign on two days; plays of priority bulletins, and of the others."""
        two = 0
        for own in by_xom.values():
            two += len({sound.day for sound in own if self.bulletins[sound.bulletin].get("campaign")}) >= 2
        every = [self.bulletins[sound.bulletin].get("priority") for own in by_xom.values() for sound in own]
        return two, every.count("priority"), len(every) - every.count("priority")

    def figures(self, answer: Json, by_xom: dict[str, list[Sound]]) -> list[str]:
        found = []
        said = answer["objective"]
        if self.aims(by_xom) != (said["two_days"], said["priority_plays"], said["normal_plays"]):
            found.append(f"the objective says {said}")
        told = Counter((item["xom"], bulletin) for item in answer["programmes"] for bulletin in item["bulletins"])
        if told != Counter((play["xom"], play["bulletin"]) for play in answer["plays"]):
            found.append("the programmes do not hold the plays")
        return found


def clashes(left: list[Sound], right: list[Sound]) -> list[tuple[Sound, Sound]]:
    """Plays of two xóm that sound at once and are not the same at the same start."""
    return [
        (one, other)
        for one in left
        for other in right
        if one.start < other.end
        and other.start < one.end
        and (one.bulletin, one.start) != (other.bulletin, other.start)
        and (one.new or other.new)
    ]


def stretch(window: Json, day: int) -> tuple[float, float]:
    begin, end = clock(window["from"]), clock(window["to"])
    return day * DAY + begin, day * DAY + end + (DAY if end <= begin else 0)


def clock(written: str) -> int:
    hours, minutes = written.split(":")
    return int(hours) * 3600 + int(minutes) * 60
