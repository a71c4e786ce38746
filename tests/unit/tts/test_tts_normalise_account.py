"""The account of a reading: every rewrite with its span, every doubt, everything left out."""

from __future__ import annotations

import pytest

from tts.normalise import Entry, Lexicon, read


@pytest.mark.parametrize(
    ("written", "kind", "span"),
    [
        ("Họp thứ 4 ngày 24/11/2026.", "weekday-mismatch", "24/11/2026"),
        ("Chủ nhật (23/11/2026)", "weekday-mismatch", "23/11/2026"),
        ("ngày 24/11/2026 (thứ Tư)", "weekday-mismatch", "24/11/2026"),
        ("ngày 31/4/2026", "impossible-date", "31/4/2026"),
        ("ngày 29/2/2026", "impossible-date", "29/2/2026"),
        ("ngày 31 tháng 6", "impossible-date", "31 tháng 6"),
        ("ngày 32/5", "impossible-date", "32/5"),
        ("khai giảng 5/9", "ambiguous", "5/9"),
        ("còn lại: 1/2", "ambiguous", "1/2"),
        ("công tác XYZT", "unknown-abbreviation", "XYZT"),
        ("máy bay Boeing", "foreign-word", "Boeing"),
        ("Quyết định số 9/QĐ-XYZ", "unknown-issuer", "XYZ"),
        ("truy cập abcxyz.com.vn", "foreign-word", "abcxyz"),
    ],
)
def test_what_no_rule_is_sure_of_is_warned_about(written: str, kind: str, span: str) -> None:
    warnings = read(written).warnings
    assert [(one.kind, one.written, written[one.start : one.end]) for one in warnings] == [(kind, span, span)]
    assert str(warnings[0])


@pytest.mark.parametrize(
    "written",
    [
        "Họp thứ 3 ngày 24/11/2026.",
        "Chủ nhật, ngày 22/11/2026",
        "ngày 29/2/2028",
        "ngày 30/2 âm lịch",
        "uống 1/2 viên",
        "chiếm 1/2 diện tích",
        "lễ 30/4 và 1/5",
        "Ủy ban, ý kiến, ở xã, Á Châu, y tế, ô tô",
        "Văn hoá, khoẻ mạnh, quý vị, thuở, giữ gìn, quốc gia, nghiêng, khuya, huýt, quýnh",
        "BẢN TIN: Thời tiết",
    ],
)
def test_what_is_plain_is_not_warned_about(written: str) -> None:
    assert read(written).warnings == ()


def test_rewrites_name_their_rule_and_their_span_in_the_source() -> None:
    written = "UBND xã họp lúc 7h30 ngày 15/5/2026, mức 1.263.600đ."
    found = [(one.written, one.spoken, one.rule) for one in read(written).rewrites]
    assert found == [
        ("UBND", "ủy ban nhân dân", "abbreviation"),
        ("7h30", "bảy giờ ba mươi phút", "time"),
        ("15/5/2026", "mười lăm tháng năm năm hai nghìn không trăm hai mươi sáu", "date"),
        ("1.263.600đ", "một triệu hai trăm sáu mươi ba nghìn sáu trăm đồng", "money"),
    ]
    for one in read(written).rewrites:
        assert written[one.start : one.end] == one.written


def test_spans_point_into_the_source_through_every_clean_up() -> None:
    written = "Tiền \u200bđiện $\\geq 90\\%$ va\u0300 \ufeffUBND"
    for one in read(written).rewrites:
        assert written[one.start : one.end] == one.written
    assert [one.written.strip() for one in read(written).rewrites if one.rule == "abbreviation"] == ["UBND"]


def test_lines_are_counted_from_one() -> None:
    assert [one.line for one in read("năm hộ\n\n7 hộ").rewrites] == [3]


@pytest.mark.parametrize("sign", ["😀", "漢", "Москва", "€€", "∑"])
def test_a_sign_without_reading_is_left_out_and_said_so(sign: str) -> None:
    reading = read(f"chào {sign} bà con")
    assert reading.words == "chào bà con"
    assert reading.left_out or reading.warnings


def test_the_lexicon_comes_before_every_rule() -> None:
    lexicon = Lexicon([Entry("15/5", "rằm tháng năm"), Entry("QL7B", "đường bảy bê"), Entry("UBND", "ủy ban")])
    assert read("ngày 15/5, QL7B, UBND xã", lexicon).words == "ngày rằm tháng năm, đường bảy bê, ủy ban xã"
    assert {one.rule for one in read("QL7B", lexicon).rewrites} == {"lexicon"}
