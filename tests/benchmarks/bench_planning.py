"""Speed of the planner: a commune, a province and, with `country`, the country by classes of equal problems.

Run: make bench, or python tests/benchmarks/bench_planning.py [country]. It prints seconds of processor time (what other
programs do on the machine counts less in them than in the clock's), peak memory, and the share that reading and
writing alone take. Targets, for two cores: docs/planning.md.
"""

from __future__ import annotations

import gc
import hashlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from playlists.exact.prover import CpSat
from playlists.planning.answered import answer_document
from playlists.planning.compiled import lane_of
from playlists.planning.document import read_problem
from playlists.planning.lane import instant
from playlists.planning.makegood import Lost, make_good
from playlists.planning.plan import WeekPlan
from playlists.planning.problem import Committed, Play, PlayState, Problem
from playlists.planning.solve import solve
from playlists.rules import Blackout
from playlists.slot import Programme
from playlists.xom import Xom

COMMUNES = 40
PROVINCE, PROVINCE_XOM = 130, 3_800
COUNTRY, COUNTRY_XOM, CLASSES = 3_321, 90_000, 400
WHOLE_WEEK = [1, 2, 3, 4, 5, 6, 7]
MORNINGS = (("05:00", "06:00"), ("05:30", "06:15"), ("05:30", "06:00"))
EVENINGS = (("16:45", "17:45"), ("17:00", "17:45"), ("17:00", "18:00"), ("16:30", "17:15"))


def commune(seed: int, xom: int = 30, bulletins: int = 25, neighbours: float = 0.0) -> bytes:
    """A usual commune's week as a document: two windows a day, a relay, mournings, topics, a campaign of four."""
    chance = Random(seed)
    kinds = [(chance.choice(MORNINGS), chance.choice(EVENINGS)) for _ in range(4)]
    listed = [_xom(chance, number, kinds) for number in range(xom)]
    names = [item["id"] for item in listed]
    relay = {"days": WHOLE_WEEK, "from": "05:00", "to": "05:30", "name": "VOV1"}
    document = {
        "week": "2026-W48",
        "timezone": "Asia/Ho_Chi_Minh",
        "now": "2026-11-23T00:00:00+07:00",
        "rules": {
            "campaign_min_per_xom": 2,
            "pause_s": 2,
            "grid_s": 5,
            "quiet": [{"from": "21:00", "to": "05:00"}],
        },
        "xom": listed,
        "relays": [relay] if chance.random() < 0.5 else [],
        "overlaps": [[one, other] for one, other in pairwise(names) if chance.random() < neighbours],
        "bulletins": [_bulletin(chance, number, names) for number in range(bulletins)],
    }
    return json.dumps(document, ensure_ascii=False).encode()


def _xom(chance: Random, number: int, kinds: Sequence[tuple[tuple[str, str], tuple[str, str]]]) -> dict[str, Any]:
    days = WHOLE_WEEK if chance.random() < 0.8 else WHOLE_WEEK[:5]
    day = chance.randint(23, 28)
    mourning = {
        "from": f"2026-11-{day}T12:00:00+07:00",
        "to": f"2026-11-{day + 1}T12:00:00+07:00",
        "why": "tang lễ",
    }
    return {
        "id": f"x{number:02d}",
        "name": f"Xóm {number}",
        "tags": ["ven-bien"] if chance.random() < 0.3 else [],
        "daily_cap_s": chance.choice((3600, 5400)),
        "windows": [{"days": days, "from": begin, "to": end} for begin, end in chance.choice(kinds)],
        "blackouts": [mourning] if chance.random() < 0.1 else [],
    }


def _bulletin(chance: Random, number: int, names: Sequence[str]) -> dict[str, Any]:
    where = chance.random()
    some = chance.sample(names, chance.randint(1, min(8, len(names))))
    least = 2 if number < 2 else chance.choice((0, 1, 1, 2))
    return {
        "id": f"b{number}",
        "duration_s": chance.randint(45, 240),
        "priority": "priority" if chance.random() < 0.15 else "normal",
        "campaign": number < 4,
        "topic": chance.choice(("nghi-quyet-57", "an-ninh", "y-te")),
        "targets": {"tags": ["ven-bien"]} if where < 0.15 else {"xom": some} if where < 0.3 else {"all": True},
        "min_per_week": least,
        "want_per_week": max(2, least) + chance.choice((0, 1, 2)),
        "min_gap_h": chance.choice((0, 0, 10)),
    }


def answered(document: bytes) -> bytes:
    """A document's answer as bytes: read, solved, checked, written."""
    problem = read_problem(document)
    with CpSat() as prover:
        answer = solve(problem, prover)
    return json.dumps(answer_document(problem, answer, 0.0), ensure_ascii=False).encode()


def all_answered(documents: Sequence[bytes], known: dict[bytes, bytes], pool: ProcessPoolExecutor) -> list[bytes]:
    """Equal problems are solved once, and those that are known not at all."""
    digests = [hashlib.sha256(document).digest() for document in documents]
    fresh = {digest: document for digest, document in zip(digests, documents, strict=True) if digest not in known}
    known.update(zip(fresh, pool.map(answered, fresh.values()), strict=True))
    return [known[digest] for digest in digests]


def used() -> float:
    """Seconds of processor time of this process and of its children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def of_commune(neighbours: float) -> None:
    inside, whole, plain, proved = [], [], [], 0
    for seed in range(COMMUNES):
        document = commune(seed, neighbours=neighbours)
        began = time.process_time()
        problem = read_problem(document)
        read = time.process_time()
        with CpSat() as prover:
            answer = solve(problem, prover)
        solved = time.process_time()
        written = answer_document(problem, answer, 0.0)
        text = json.dumps(written)
        ended = time.process_time()
        json.dumps(json.loads(document)), json.dumps(json.loads(text))
        plain.append(time.process_time() - ended)
        inside.append(solved - read)
        whole.append(ended - began)
        proved += bool(written["feasible"] and written["solver"]["proved"])
    share = sum(plain) / sum(whole)
    print(
        f"commune 30 x 25, neighbours {neighbours:.0%}: inside median {_at(inside, 0.5):.3f} s, p95 "
        f"{_at(inside, 0.95):.3f} s (target 0.2); with reading and writing {_at(whole, 0.95):.3f} s; JSON alone "
        f"{share:.0%}; planned and proved best by the first two levels {proved} of {COMMUNES}"
    )


def of_make_goods(neighbours: float, *, full: bool) -> None:
    """Five slots lost by Wednesday noon, in a week as it is; or three of one xóm, where nobody has any room left."""
    seconds, made, asked = [], 0, 0
    for seed in range(COMMUNES):
        posed = read_problem(commune(seed, neighbours=neighbours))
        answer = solve(posed)
        plan = answer if isinstance(answer, WeekPlan) else answer.plan
        campaign = {bulletin.id for bulletin in posed.bulletins if bulletin.campaign}
        held = [programme for programme in plan.programmes if not campaign.isdisjoint(programme.bulletins)]
        noon = posed.week.start + timedelta(days=2, hours=12)
        past = [programme for programme in held if programme.end <= noon]
        lost = [one for one in past if one.xom == past[0].xom][:3] if full else Random(seed).sample(past, 5)
        committed = tuple(
            Committed(*play, PlayState.MISSED if any(_holds(one, play) for one in lost) else PlayState.PLANNED)
            for play in plan.plays
        )
        posed = replace(posed, now=noon, committed=committed)
        posed = replace(posed, xom=tuple(_closed(posed, xom) for xom in posed.xom)) if full else posed
        began = time.process_time()
        found = make_good(
            posed,
            [Lost(f"{number}", programme) for number, programme in enumerate(lost)],
            movable=[programme for programme in plan.programmes if programme.start > noon],
        )
        seconds.append(time.process_time() - began)
        made, asked = made + len(found.made), asked + len(lost)
    what, goal = ("no room left", 20.0) if full else ("5 lost", 0.1)
    print(
        f"make-goods of a commune, neighbours {neighbours:.0%}, {what}: median {_at(seconds, 0.5):.3f} s, p95 "
        f"{_at(seconds, 0.95):.3f} s (target {goal}); {made} of {asked} made good"
    )


def _holds(programme: Programme, play: Play) -> bool:
    return programme.xom == play.xom and programme.interval.contains(play.start)


def _closed(posed: Problem, xom: Xom) -> Xom:
    """The xóm with silence wherever it has room left."""
    free = (Blackout(instant(posed, b.start), instant(posed, b.end), "kín") for b in lane_of(posed, xom).blocks)
    return replace(xom, blackouts=(*xom.blackouts, *free))


def of_command() -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "week.json"
        file.write_bytes(commune(0))
        for words in (["--version"], ["week", "solve", str(file), "--json"]):
            before = used()
            subprocess.run([sys.executable, "-m", "scheduler", *words], stdout=subprocess.DEVNULL, check=True)
            print(f"loa {' '.join(words[:2])}: {used() - before:.2f} s (target of the command: 0.5)")


def of_many(name: str, documents: Sequence[bytes], xom: int, target: float) -> None:
    """Cold, then with one commune in ten changed."""
    known: dict[bytes, bytes] = {}
    for what, asked, goal in (("cold", documents, target), ("10 % changed", [*_changed(documents)], 1.0)):
        before, clock = used(), time.perf_counter()
        with ProcessPoolExecutor(2, initializer=gc.freeze) as pool:  # what is imported is not looked through again
            answers = all_answered(asked, known, pool)
        taken = time.perf_counter() - clock
        plays = sum(answer.count(b'"bulletin": "') for answer in answers)
        print(
            f"{name}, {len(asked)} communes, {xom} xom, {what}: {used() - before:.1f} s of processor, {taken:.1f} s by "
            f"the clock of two cores (target {goal:.0f}), {plays} plays, {len(set(answers))} different answers"
        )


def _changed(documents: Sequence[bytes]) -> Iterable[bytes]:
    for number, document in enumerate(documents):
        yield document if number % 10 else document.replace(b'"duration_s": ', b'"duration_s": 1', 1)


def _at(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


def _sizes(xom: int, communes: int) -> list[int]:
    return [xom // communes + (number < xom % communes) for number in range(communes)]


def main() -> None:
    of_commune(0.0)
    of_commune(0.5)
    for neighbours in (0.0, 0.5):
        of_make_goods(neighbours, full=False)
        of_make_goods(neighbours, full=True)
    of_command()
    province = [commune(seed, xom=size) for seed, size in enumerate(_sizes(PROVINCE_XOM, PROVINCE))]
    of_many("province", province, PROVINCE_XOM, 5.0)
    if "country" in sys.argv[1:]:
        sizes = _sizes(COUNTRY_XOM, COUNTRY)
        country = [commune(number % CLASSES, xom=sizes[number % CLASSES]) for number in range(COUNTRY)]
        of_many(f"country in {CLASSES} classes", country, COUNTRY_XOM, 60.0)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"largest process: {peak / 1024:.0f} MB (target for a province: 300)")


if __name__ == "__main__":
    main()
