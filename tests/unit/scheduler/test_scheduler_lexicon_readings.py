"""A reading of the commune's lexicon: what it may be, and its CSV."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scheduler.errors import StationError
from scheduler.usecases.lexicon_readings import COLUMNS, place, read_readings, reading, written_readings
from scheduler.usecases.values import lexicon_value
from tts.normalise import LexiconError, read

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)


def test_a_reading_is_kept_in_one_spelling() -> None:
    row = reading(" Đu\u0309  ", " Đu\u0309 ,  Quốc  Lộ ", NOW, before=" HỘI ", after="xã")
    assert (place(row), row.spoken) == (("Đủ", "hội", "xã"), "đủ , quốc lộ")
    assert (row.changed_at, row.removed_at) == ("2026-11-22T11:00:00.000000Z", None)


@pytest.mark.parametrize(
    ("written", "spoken", "said"),
    [
        ("", "không", "begins with a letter"),
        ("  ", "không", "begins with a letter"),
        ("%", "phần trăm", "begins with a letter"),
        ("QL7B", "", "must be words"),
        ("QL7B", ",", "syllables"),
        ("QL7B", "quốc lộ 7", "must be words"),
        ("QL7B", "quốc lộ bảy/bê", "must be words"),
        ("QL7B", "quốc lộ\tbảy…", "must be words"),
        ("UBND", "UBND", "“ubnd” is none"),
        ("Facebook", "facebook zalo", "“facebook zalo” is none"),
        ("x", "漢", "must be words"),
        ("x" * 101, "không", "at most 100 characters"),
        ("x", "ô " * 151, "at most 300 characters"),
    ],
)
def test_what_no_voice_can_speak_is_refused(written: str, spoken: str, said: str) -> None:
    with pytest.raises(LexiconError, match=said):
        reading(written, spoken, NOW)


@pytest.mark.parametrize("word", ["hội đồng", "-", "hội,", "a_b"])
def test_beside_it_stands_one_word(word: str) -> None:
    with pytest.raises(LexiconError, match="one word"):
        reading("ND", "nông dân", NOW, before=word)
    with pytest.raises(LexiconError, match="one word"):
        reading("ND", "nông dân", NOW, after=word)


def test_the_reading_that_asks_for_more_comes_first() -> None:
    rows = [
        reading("ND", "người dân", NOW),
        reading("ND", "nhân dân", NOW, after="xã"),
        reading("ND", "nông dân", NOW, before="hội"),
        reading("ND", "nam định", NOW, before="hội", after="xã"),
    ]
    for order in (rows, rows[::-1]):
        lexicon = lexicon_value(order)
        assert read("ND họp", lexicon).words == "người dân họp"
        assert read("ND xã", lexicon).words == "nhân dân xã"
        assert read("Hội ND", lexicon).words == "hội nông dân"
        assert read("Hội ND xã", lexicon).words == "hội nam định xã"


def test_a_csv_reads_back() -> None:
    rows = [reading("QL7B", "quốc lộ bảy bê", NOW), reading("ND", "nông dân", NOW, before="hội")]
    raw = written_readings(rows)
    assert raw.decode("utf-8-sig").splitlines()[0] == ",".join(COLUMNS)
    assert [row.model_dump() for row in read_readings(raw, NOW)] == [row.model_dump() for row in rows]


def test_every_wrong_line_of_a_csv_is_named_at_once() -> None:
    lines = ["QL7B,quốc lộ 7,", "ND,nông dân,hội", "", "ND,người dân,", "%,phần trăm,", "ND,nhân dân,Hội", "X,xê,a b"]
    raw = "\n".join(["written,spoken,before", *lines, ""])
    with pytest.raises(StationError) as caught:
        read_readings(raw.encode(), NOW)
    said = str(caught.value)
    for part in ("line 2: The reading of “QL7B”", "line 6: A written form", "line 7: “ND” has its reading in line 3"):
        assert part in said
    assert "line 8: Beside “X”" in said
    assert "line 3:" not in said
    assert "line 5:" not in said


@pytest.mark.parametrize("raw", [b"", b"written,spoken\n", b"viet,doc\nQL7B,x\n", b"\xff\xfe\x00"])
def test_what_holds_no_readings_is_refused(raw: bytes) -> None:
    with pytest.raises(StationError):
        read_readings(raw, NOW)
