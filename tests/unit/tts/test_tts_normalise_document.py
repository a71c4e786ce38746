"""A document as clerks write it: what is read, what is left out; a line alone is never taken for a block."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tts.normalise import read

GOLDEN = Path(__file__).parents[2] / "golden"
PLAN = (GOLDEN / "ke-hoach-dien-chau.txt").read_text("utf-8")


def test_the_plan_is_read_as_it_was_approved() -> None:
    assert read(PLAN).words + "\n" == (GOLDEN / "ke-hoach-dien-chau.spoken.txt").read_text("utf-8")


def test_the_plan_leaves_no_digit_no_sign_and_no_doubt() -> None:
    reading = read(PLAN)
    assert len(reading.lines) == len(PLAN.split("\n"))
    assert not re.search(r"[^a-zđăâêôơưà-ỹ ,.\n]", reading.words)
    assert reading.warnings == ()


def test_every_written_line_of_the_plan_is_either_read_or_accounted_for() -> None:
    reading = read(PLAN)
    silent = {left.line for left in reading.left_out}
    for number, (written, spoken) in enumerate(zip(PLAN.split("\n"), reading.lines, strict=True), start=1):
        assert spoken or not written.strip() or number in silent, written


def test_recipients_signature_tables_and_blanks_of_the_plan_are_left_out() -> None:
    left = {(one.line, one.why) for one in read(PLAN).left_out}
    assert (3, "a blank field is not read") in left
    assert (264, "the end mark is not read") in left
    assert (61, "LaTeX marks are not read, what they mean is") in left
    assert {line for line, why in left if "recipients" in why} == {266, *range(268, 275)}
    assert {line for line, why in left if "signature" in why} == {276, 277, 278, 280}
    assert {line for line, why in left if "table" in why} >= {288, 297, 306, 328}


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("TM. ỦY BAN NHÂN DÂN", "thay mặt ủy ban nhân dân"),
        ("KT. CHỦ TỊCH", "ký thay chủ tịch"),
        ("Nơi nhận:", "nơi nhận"),
        ("Đào Hồng Thanh", "đào hồng thanh"),
        ("STT\tNội dung", "số thứ tự, nội dung"),
    ],
)
def test_a_line_alone_is_never_a_block(written: str, spoken: str) -> None:
    assert read(written).lines == (spoken,)


def test_a_signature_needs_a_second_line() -> None:
    block = "Xin cảm ơn bà con.\n\nTM. BAN CHỈ ĐẠO\nTRƯỞNG BAN\n\nNguyễn Văn An\n"
    reading = read(block)
    assert reading.lines == ("xin cảm ơn bà con.", "", "", "", "", "")
    assert [left.line for left in reading.left_out] == [3, 4, 6]


def test_line_ends_of_every_kind_make_the_same_lines() -> None:
    assert read("một\r\nhai\rba\n").lines == ("một", "hai", "ba")
    assert read("").lines == ("",)
    assert read("một\n\nhai").lines == ("một", "", "hai")


def test_words_are_the_lines_that_are_read() -> None:
    assert read("5 hộ\n\n-----\n7 hộ").words == "năm hộ\nbảy hộ"


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("I. MỤC ĐÍCH, YÊU CẦU", "một, mục đích, yêu cầu"),
        ("1. Mục đích", "một, mục đích"),
        ("2.1. Năm 2026", "hai chấm một, năm hai nghìn không trăm hai mươi sáu"),
        ("1. Rửa tay bằng xà phòng;", "rửa tay bằng xà phòng"),
        ("- + Treo pano", "treo pa nô"),
        ("a) Nộp hồ sơ", "nộp hồ sơ"),
        ("A. Mục đích", "a, mục đích"),
        ("## Tin địa phương", "tin địa phương"),
    ],
)
def test_bullets_are_silent_and_headings_keep_their_number(written: str, spoken: str) -> None:
    assert read(written).words == spoken
