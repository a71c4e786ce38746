"""One spelling of every character, and the way back to the source."""

from __future__ import annotations

import unicodedata

import pytest

from tts.normalise import read
from tts.normalise.cleaning import clean
from tts.normalise.syllables import is_syllable, usual_tone_place


@pytest.mark.parametrize(
    "written", ["Ủy ban nhân dân xã Diễn Châu, 17h30 ngày 15/5/2026", "đồng bằng, ngưỡng, khuỷu, Ở Đâu"]
)
def test_composed_and_decomposed_letters_are_read_alike(written: str) -> None:
    assert read(unicodedata.normalize("NFD", written)).lines == read(written).lines


def test_a_tone_set_on_a_composed_vowel_is_composed() -> None:
    assert clean("bê\u0301").text == "bế"


TWO_PLACES = "hoá hóa, khoẻ khỏe, uỷ ủy, thuỷ thủy, loè lòe, toà tòa"
ONE_PLACE = "quý quỷ hoàn khuỷu hóa xoáy"


def test_both_places_of_a_tone_mark_are_one_spelling() -> None:
    for pair in TWO_PLACES.split(", "):
        written, usual = pair.split()
        assert usual_tone_place(written) == usual
    for word in ONE_PLACE.split():
        assert usual_tone_place(word) == word


VIETNAMESE = "nghiêng giếng gì gìn quốc quyển khuya huỳnh oằn ấy yêu uýnh thuở giữ nghệ ghế kỹ boong"
OTHER = "facebook zoom cent ghat ngi cat hóá strong infographic wifi xyz đđ b"


def test_vietnamese_syllables_are_known_and_other_strings_are_not() -> None:
    assert [word for word in VIETNAMESE.split() if not is_syllable(word)] == []
    assert [word for word in OTHER.split() if is_syllable(word)] == []


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("xã\u200b Diễn\u00ad Châu", "xã diễn châu"),
        ("\u202aUBND\u202c xã", "ủy ban nhân dân xã"),
        ("５０ hộ", "năm mươi hộ"),
        ("٥ hộ", "năm hộ"),
        ("Ðảng ủy", "đảng ủy"),
        ("Chương Ⅲ", "chương ba"),
        ("5\u00a0km", "năm ki lô mét"),
        ("1\u20133 phút", "một đến ba phút"),
        ("$\\leq 5\\%$ hộ", "nhỏ hơn hoặc bằng năm phần trăm hộ"),
        ("giá $20", "giá hai mươi đô la"),
        ("30 $m^2$", "ba mươi mét vuông"),
        ("a\u0301\u0301\u0301\u0301\u0301\u0301\u0301 nhé", "á nhé"),
    ],
)
def test_look_alikes_and_invisible_signs_are_brought_to_one_form(written: str, spoken: str) -> None:
    assert read(written).words == spoken


def test_offsets_lead_back_to_the_source() -> None:
    source = "a\u200bb\u0300c 5\u00a0ha"
    cleaned = clean(source)
    at = cleaned.text.index("5")
    start, end = cleaned.source(at, at + 4)
    assert source[start:end] == "5\u00a0ha"
