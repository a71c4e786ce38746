"""Whole lines as they are read: the station's golden sample, our own sheet, and the plan of the commune."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from tts.normalise import read

GOLDEN = Path(__file__).parents[2] / "golden"


def rows(name: str) -> list[tuple[str, str, str]]:
    lines = (GOLDEN / name).read_text("utf-8").splitlines()[1:]
    return [(category, written, spoken) for category, written, spoken in (line.split("\t") for line in lines)]


def only_words(spoken: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", unicodedata.normalize("NFC", spoken).lower()).split())


@pytest.mark.parametrize(("category", "written", "spoken"), rows("readings.tsv"))
def test_a_line_of_the_sample_is_read_in_one_of_its_ways(category: str, written: str, spoken: str) -> None:
    assert only_words(read(written).lines[0]) in [only_words(way) for way in spoken.split("|")], category


def test_every_line_of_our_sheet_is_read_as_it_was_approved() -> None:
    wrong = [
        (written, read(written).words, spoken)
        for _, written, spoken in rows("normaliser.tsv")
        if read(written).words != spoken
    ]
    assert not wrong


def test_lines_read_together_are_read_as_they_are_alone() -> None:
    written = [row[1] for row in (*rows("readings.tsv"), *rows("normaliser.tsv"))]
    together = read("\n".join(written)).lines
    assert len(together) == len(written)
    assert [line for line, alone in zip(together, written, strict=True) if line != read(alone).lines[0]] == []


def test_nothing_but_words_and_pauses_is_left_of_the_sheets() -> None:
    for _, written, _ in (*rows("readings.tsv"), *rows("normaliser.tsv")):
        spoken = read(written).words
        assert re.fullmatch(r"[^\W\d_]+(?:[,.!?]? [^\W\d_]+)*[,.!?]?", spoken), (written, spoken)
        assert spoken == spoken.lower() == unicodedata.normalize("NFC", spoken)
