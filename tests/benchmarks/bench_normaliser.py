"""Speed, growth and score of the normaliser, beside sea-g2p when it is installed (pip install sea-g2p, bench only).

Run: make bench, or python tests/benchmarks/bench_normaliser.py. It prints figures and ratios and never fails on them:
at least 200,000 characters of the plan a second, and a growth near 1 for every kind of text, are what we ask for.
"""

from __future__ import annotations

import importlib.util
import re
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

from tts.normalise import read

GOLDEN = Path(__file__).parents[1] / "golden"
TARGET = 200_000  # characters a second, one core
LARGEST = 1_000_000
STEP = 4
HOSTILE = (
    "1",
    "1.",
    "1/",
    "1-",
    "1:",
    "1%",
    "(",
    "ABC ",
    "- ",
    "$\\geq 1$ ",
    "a\u0301",
    "số ",
    "ngày 1,",
    "a.",
    "\t",
    "\u200b",
)


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """The best of a few rounds, in processor time."""
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def peer() -> Callable[[str], str] | None:
    """sea-g2p's normaliser, or None where it is not installed."""
    if importlib.util.find_spec("sea_g2p") is None:
        return None
    normalise: Callable[[str], str] = importlib.import_module("sea_g2p").Normalizer().normalize
    return normalise


def only_words(spoken: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", unicodedata.normalize("NFC", spoken).lower()).split())


def score(reader: Callable[[str], str]) -> str:
    rows = [line.split("\t") for line in (GOLDEN / "readings.tsv").read_text("utf-8").splitlines()[1:]]
    right = sum(
        only_words(reader(written)) in {only_words(way) for way in spoken.split("|")} for _, written, spoken in rows
    )
    return f"{right}/{len(rows)} ({right / len(rows):.0%})"


def lines_read_by(reader: Callable[[str], str], text: str) -> Callable[[], object]:
    return lambda: [reader(line) for line in text.splitlines() if line.strip()]


def read_by_loa(sample: str) -> Callable[[], object]:
    return lambda: read(sample)


def main() -> None:
    plan = (GOLDEN / "ke-hoach-dien-chau.txt").read_text("utf-8")
    text = plan * (LARGEST // len(plan))
    short = "\n".join(line.split("\t")[1] for line in (GOLDEN / "normaliser.tsv").read_text("utf-8").splitlines()[1:])
    print(f"{'reader':<10} {'plan':>12} {'short lines':>12}   characters/s; {'golden sample':>16}")
    speeds = [len(sample) / seconds(read_by_loa(sample)) for sample in (text, short)]
    print(f"{'Loa':<10} {speeds[0]:>12,.0f} {speeds[1]:>12,.0f} {score(lambda line: read(line).words):>31}")
    other = peer()
    if other is None:
        print("sea-g2p    not installed; pip install sea-g2p to compare")
    else:
        theirs = [len(sample) / seconds(lines_read_by(other, sample)) for sample in (plan * 5, short)]
        print(f"{'sea-g2p':<10} {theirs[0]:>12,.0f} {theirs[1]:>12,.0f} {score(other):>31}")
    print(f"the plan at {speeds[0] / TARGET:.1f} times the {TARGET:,} characters a second we ask for")

    print(f"\n{'growth':<14} {LARGEST // STEP:>10,} {LARGEST:>10,}   cost of a character, largest to smallest")
    for name, pattern in [("the plan", plan), *((repr(pattern), pattern) for pattern in HOSTILE)]:
        costs = []
        for size in (LARGEST // STEP, LARGEST):
            sample = (pattern * (size // len(pattern) + 1))[:size]
            costs.append(seconds(read_by_loa(sample), rounds=2) / size)
        print(f"{name[:14]:<14} {costs[0] * 1e9:>7.0f} ns {costs[1] * 1e9:>7.0f} ns   {costs[1] / costs[0]:.2f}")


if __name__ == "__main__":
    main()
