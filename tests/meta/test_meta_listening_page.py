"""The page on writing for the ear says what Loa says: its examples are read, its messages are in the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scheduler.catalogue import in_vietnamese
from tts.normalise import Entry, Lexicon, read

PAGE = (Path(__file__).resolve().parents[2] / "docs/vi/viet-cho-tai-nghe.md").read_text(encoding="utf-8")
TABLE = PAGE.split("| viết | Loa đọc |\n|---|---|\n")[1].split("\n\n")[0]
EXAMPLES = [tuple(line.strip("| ").split(" | ")) for line in TABLE.splitlines()]


@pytest.mark.parametrize(("written", "spoken"), EXAMPLES)
def test_each_example_is_read_as_the_page_says(written: str, spoken: str) -> None:
    reading = read(written)
    assert reading.words == spoken
    assert reading.warnings == ()


def test_the_bulletin_to_be_checked_has_just_the_doubts_of_the_page() -> None:
    text = PAGE.split("Với một tin có câu\n\n")[1].split("\n\nLoa cho xem")[0]
    reading = read(" ".join(line.strip() for line in text.splitlines()))
    said = {
        f"dòng {one.line}: XEM LẠI: {one.written}: {in_vietnamese(one.template).format(**one.values)}"
        for one in reading.warnings
    }
    assert said == {line.strip() for line in PAGE.splitlines() if line.startswith("    dòng 1: XEM LẠI")}


def test_its_readings_can_be_given_and_its_scope_holds() -> None:
    given = re.findall(r'loa lexicon add (\S+) "([^"]+)"(?: --before (\S+))?', PAGE)
    lexicon = Lexicon(Entry(form, spoken, frozenset(filter(None, [word]))) for form, spoken, word in given)
    assert read("Hội ND và ND", lexicon).words == "hội nông dân và người dân"
    assert read("NSNT, Zenvi", lexicon).words == "nước sạch nông thôn, den vi"
