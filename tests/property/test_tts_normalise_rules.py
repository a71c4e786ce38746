"""Rules that hold for every number, day, time and text."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, timedelta

import num2words
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tts.normalise import read
from tts.normalise.numbers import cardinal

# --- an independent reader of number words, which knows nothing of how they were made

_WORDS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_DIGIT = {word: value for value, word in enumerate(_WORDS)} | {"mốt": 1, "tư": 4, "lăm": 5}


def _below_thousand(words: list[str]) -> int:
    total = 0
    while words:
        word = words.pop(0)
        if word == "mười":
            total += 10
        elif word == "linh":
            continue
        elif words and words[0] == "trăm":
            words.pop(0)
            total += _DIGIT[word] * 100
        elif words and words[0] == "mươi":
            words.pop(0)
            total += _DIGIT[word] * 10
        else:
            total += _DIGIT[word]
    return total


def parsed(spoken: str) -> int:
    """The number that words name: each scale multiplies what stands before it since the last larger one."""
    for scale, worth in (("tỷ", 10**9), ("triệu", 10**6), ("nghìn", 10**3)):
        head, found, tail = spoken.rpartition(scale) if scale == "tỷ" else spoken.partition(scale)
        if found:
            return parsed(head.strip()) * worth + (parsed(tail.strip()) if tail.strip() else 0)
    return _below_thousand(spoken.split())


@given(st.one_of(st.integers(0, 10**15), st.integers(0, 15).flatmap(lambda power: st.integers(0, 10**power))))
@example(10**15)
@example(1_000_005)
@example(1_000_000_000_000)
def test_every_integer_is_read_and_understood_again(number: int) -> None:
    assert parsed(read(str(number)).words) == number
    assert parsed(read(f"{number:,}".replace(",", ".")).words) == number


def test_every_number_below_ten_thousand_is_read_and_understood_again() -> None:
    assert [parsed(cardinal(number)) for number in range(10_000)] == list(range(10_000))


def _in_our_words(theirs: str) -> str:
    theirs = re.sub(r"\b(lẻ|linh)\b", "linh", theirs)
    return re.sub(r"(?<=mươi) bốn\b", " tư", theirs)


@given(st.integers(0, 999_999))
def test_numbers_agree_with_num2words_where_it_is_right(number: int) -> None:
    # num2words joins the groups of a number with empty hundreds in another way; inside one group it is right
    for group in (number % 1000, number // 1000):
        theirs = _in_our_words(num2words.num2words(group, lang="vi"))
        assert cardinal(group) == theirs


@given(st.integers(0, 999), st.text("0123456789", min_size=1, max_size=2))
def test_a_decimal_is_its_two_parts(whole: int, rest: str) -> None:
    spoken = read(f"đạt {whole},{rest} điểm").words
    assert spoken.startswith(f"đạt {cardinal(whole)} phẩy ")
    assert spoken.endswith(" điểm")
    after = spoken.removesuffix(" điểm").split(" phẩy ")[1].split()
    zeros = len(rest) - len(rest.lstrip("0"))
    assert after[:zeros] == ["không"] * zeros
    assert not rest.strip("0") or parsed(" ".join(after[zeros:])) == int(rest)


# --- days and times

_MONTHS = ["một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai"]


def test_every_day_of_the_century_is_read_in_every_written_form() -> None:
    day = date(2000, 1, 1)
    while day < date(2101, 1, 1):
        expected = f"ngày {cardinal(day.day)} tháng {_MONTHS[day.month - 1]} năm {cardinal(day.year)}"
        d, m, y = day.day, day.month, day.year
        forms = [
            f"{d}/{m}/{y}",
            f"ngày {d:02}-{m:02}-{y}",
            f"ngày {d}.{m}.{y}",
            f"{y}-{m:02}-{d:02}",
            f"ngày {d} tháng {m} năm {y}",
        ]
        form = forms[day.toordinal() % len(forms)]
        reading = read(form)
        assert (reading.words, reading.warnings) == (expected, ()), form
        day += timedelta(days=1)


@given(st.integers(1, 31), st.integers(1, 12), st.integers(2000, 2100))
def test_a_day_that_does_not_exist_is_warned_about_and_only_such_a_day(day: int, month: int, year: int) -> None:
    kinds = [one.kind for one in read(f"ngày {day}/{month}/{year}").warnings]
    assert kinds == ([] if day <= calendar.monthrange(year, month)[1] else ["impossible-date"])


_WEEKDAYS = ["thứ 2", "thứ ba", "Thứ 4", "thứ Năm", "thứ 6", "thứ bảy", "Chủ nhật"]


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(0, 6))
def test_a_weekday_is_doubted_when_it_is_wrong_and_only_then(day: date, weekday: int) -> None:
    reading = read(f"{_WEEKDAYS[weekday]} ngày {day.day}/{day.month}/{day.year}")
    assert [one.kind for one in reading.warnings] == ([] if weekday == day.weekday() else ["weekday-mismatch"])


@pytest.mark.parametrize(
    "form", ["{h}h{m:02}", "{h:02}:{m:02}", "{h} giờ {m:02}", "{h}g{m:02}", "{h:02}h{m:02}'", "{h} giờ {m:02} phút"]
)
def test_every_time_of_the_day_is_read(form: str) -> None:
    for hour in range(24):
        for minute in range(60):
            expected = f"{cardinal(hour)} giờ" + (f" {cardinal(minute)} phút" if minute else "")
            assert read("lúc " + form.format(h=hour, m=minute)).words == f"lúc {expected}"


# --- any text at all

_PIECES = st.one_of(
    st.sampled_from(list("0123456789")),
    st.sampled_from(list(" .,/-–:%()+=&°'\"\t\n$\\_@…")),
    st.sampled_from(list("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạIVXLCĐUBNDQK")),
    st.sampled_from(
        [
            "ngày ",
            "tháng ",
            "thứ ",
            "số ",
            "Nghị quyết ",
            "km",
            "đồng",
            " UBND ",
            "$\\geq ",
            "www.",
            ".vn",
            "\u0301",
            "½",
        ]
    ),
    st.characters(),
)
_WRITTEN = st.lists(_PIECES, max_size=60).map("".join)
_SPOKEN = re.compile(
    r"(?:[a-zăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]+(?:[,.!?]? |[,.!?]?$))*"
)


@given(_WRITTEN)
@example("1/2/3/4 12:30:40-5 1.2.3,4,5%")
@example("²½x³")
def test_whatever_is_written_becomes_words_and_pauses_only(written: str) -> None:
    for line in read(written).lines:
        assert _SPOKEN.fullmatch(line), line
        assert unicodedata.is_normalized("NFC", line)


@given(_WRITTEN)
def test_every_span_lies_in_its_line_and_quotes_it(written: str) -> None:
    reading = read(written)
    lines = re.split(r"\r\n|\r|\n", written)
    for one in (*reading.rewrites, *reading.warnings):
        assert 0 <= one.start < one.end <= len(lines[one.line - 1])
        assert lines[one.line - 1][one.start : one.end] == one.written


@given(_WRITTEN)
def test_rewrites_of_a_line_never_overlap(written: str) -> None:
    reached = (0, 0)
    for one in read(written).rewrites:
        assert (one.line, one.start) >= reached
        reached = (one.line, one.end)


@given(st.lists(_WRITTEN.map(lambda text: re.sub(r"[\r\n\t]", " ", text)), min_size=1, max_size=4))
def test_a_line_never_changes_the_reading_of_another(lines: list[str]) -> None:
    lines = [line + " nhé" for line in lines]
    assert read("\n".join(lines)).lines == tuple(read(line).lines[0] for line in lines)


@given(st.text(st.sampled_from("aàbcđêiouưnhg "), max_size=60))
def test_words_are_read_twice_alike(text: str) -> None:
    once = read(text).words
    assert read(once).words == once
