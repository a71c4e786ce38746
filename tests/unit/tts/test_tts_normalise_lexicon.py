"""The commune's lexicon: its scopes, its text, what it refuses."""

from __future__ import annotations

import re
import tomllib

import pytest

from tts.normalise import Entry, Lexicon, LexiconError, read
from tts.normalise.known import ABBREVIATIONS, FIXED, FOREIGN
from tts.normalise.syllables import is_syllable
from tts.normalise.tables import text

LOCAL = Lexicon(
    [
        Entry("QL7B", "quốc lộ bảy bê"),
        Entry("ND", "nhân dân"),
        Entry("ND", "nông dân", before=frozenset(["hội"])),
        Entry("ND", "nguyễn du", after=frozenset(["street"])),
        Entry("krông nô", "cờ rông nô"),
        Entry("HTX Thành Công", "hợp tác xã thành công"),
    ]
)


def test_a_scoped_reading_wins_beside_its_word_only() -> None:
    assert read("Hội ND họp với ND", LOCAL).words == "hội nông dân họp với nhân dân"


def test_a_form_in_small_letters_is_found_in_any_case_and_one_with_capitals_as_written() -> None:
    assert read("KRÔNG NÔ, Krông Nô", LOCAL).words == "cờ rông nô, cờ rông nô"
    assert "quốc lộ bảy bê" not in read("ql7b", LOCAL).words


def test_a_longer_form_wins_and_a_form_is_never_part_of_a_word() -> None:
    assert read("HTX Thành Công", LOCAL).words == "hợp tác xã thành công"
    assert read("QL7BX", LOCAL).words == "quốc lộ bảy bê ích xì"


@pytest.mark.parametrize(
    ("written", "spoken"),
    [("", "không"), ("%", "phần trăm"), ("QL7B", ""), ("QL7B", "quốc lộ 7"), ("QL7B", "a/b"), ("x", "漢")],
)
def test_an_entry_that_cannot_be_said_is_refused(written: str, spoken: str) -> None:
    with pytest.raises(LexiconError):
        Entry(written, spoken)


@pytest.mark.parametrize(
    "toml",
    [
        "words = 1",
        "[word]\na = 'b'",
        "[words]\nQL = 7",
        "[[scoped]]\nwritten = 'a'",
        "[[scoped]]\nwritten='a'\nspoken='b'\nbefore='c'",
        "[",
    ],
)
def test_a_table_of_another_shape_is_refused_in_words(toml: str) -> None:
    with pytest.raises(LexiconError, match=r"lexicon|scoped|text|lists"):
        Lexicon.from_toml(toml)


def test_both_ways_to_compose_letters_are_one_entry() -> None:
    assert Entry("Đu\u0309", "đủ") == Entry("Đủ", "đủ")


@pytest.mark.parametrize("table", [ABBREVIATIONS, FOREIGN, FIXED], ids=["abbreviations", "foreign", "fixed"])
def test_our_own_readings_are_made_of_vietnamese_syllables(table: Lexicon) -> None:
    loose = {"video", "ok", "pro"}  # kept as listeners write and say them
    strange = {
        word
        for entry in table.entries
        for word in re.findall(r"[^\W\d_]+", entry.spoken)
        if not is_syllable(word) and word not in loose
    }
    assert not strange


@pytest.mark.parametrize("name", ["units", "documents", "web", "codes", "letters"])
def test_the_other_tables_are_made_of_vietnamese_syllables(name: str) -> None:
    def spoken(value: object) -> list[str]:
        if isinstance(value, dict):
            return [word for one in value.values() for word in spoken(one)]
        return value.split() if isinstance(value, str) else []

    assert {word for word in spoken(tomllib.loads(text(name))) if not is_syllable(word)} == set()
