"""Markdown without its signs, letterheads left out, titles found."""

from datetime import date
from pathlib import Path

import pytest

from playlists.errors import InvalidValueError
from playlists.fields import Fields, standard_fields
from playlists.manuscript import markdown, read_manuscript
from playlists.manuscript.letterhead import read_head

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("# Phòng, chống lũ\n\nBà con **chú ý** mực nước\nsông [Bùng](http://x.y/z).",
         "Phòng, chống lũ\n\nBà con chú ý mực nước sông Bùng."),
        ("- Một\n- Hai\n  tiếp\n1. Ba\na) Bốn", "- Một\n- Hai tiếp\n1. Ba\na) Bốn"),
        ("Dòng một  \nDòng hai\\\nDòng ba", "Dòng một\nDòng hai\nDòng ba"),
        ("> Trích *dẫn*\n\n---\n\n`mã` \\*sao\\*", "Trích dẫn\n\nmã *sao*"),
        ("| Xóm | Giờ |\n|---|:-:|\n| 1 | 7h30 |", "Xóm\tGiờ\n1\t7h30"),
        ("5 * 3 * 2 = 30, VNeID_2 và a_b_c", "5 * 3 * 2 = 30, VNeID_2 và a_b_c"),
        ("Tăng 5%\n+ 84 máy\n• Chấm", "Tăng 5%\n+ 84 máy\n• Chấm"),
        ("```\nmã\n```", "mã"),
        ("Một\n[nam] Hai\nba\n[nữ] Bốn", "Một\n[nam] Hai ba\n[nữ] Bốn"),
        ("Một\n[câu: Chào đầu]\nHai\nba", "Một\n[câu: Chào đầu]\nHai ba"),
    ],
)  # fmt: skip
def test_markdown_is_read_without_its_signs(written: str, read: str) -> None:
    assert markdown.plain(written, 1) == (read, [])


def test_comments_and_pictures_are_left_out_and_told() -> None:
    text, notes = markdown.plain("Một\n<!-- đừng\nđọc -->\n![ảnh](a.png) Hai", 10)
    assert text == "Một\n\nHai"
    assert [(note.line, "comment" in str(note)) for note in notes] == [(11, True), (13, False)]


def test_plain_text_keeps_its_signs() -> None:
    text = "Bà con **chú ý**.\n# Hết"
    assert read_manuscript("tin.txt", text.encode(), today=TODAY).bulletin.text == text


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (["THÔNG BÁO", "V/v tiêm chủng"], "Thông báo v/v tiêm chủng"),
        (["KẾ HOẠCH", "Đẩy mạnh truyền thông"], "Kế hoạch đẩy mạnh truyền thông"),
        (["THƯ NGỎ", "GỬI BÀ CON TRONG XÃ"], "Thư ngỏ gửi bà con trong xã"),
        (["CẢNH BÁO LỪA ĐẢO QUA MẠNG", "Gần đây…"], "Cảnh báo lừa đảo qua mạng"),
        (["Lịch cắt điện.", "Ngày mai"], "Lịch cắt điện"),
        (["Công an xã cảnh báo", "Gần đây"], "Công an xã cảnh báo"),
        (["[câu: chao-dau]", "[nữ] Lịch cắt điện.", "Ngày mai"], "Lịch cắt điện"),
        (["Câu một là câu dài " + "rất " * 40 + "dài. Câu hai."], None),
        ([], ""),
    ],
)
def test_a_text_names_itself(lines: list[str], title: str | None) -> None:
    found = read_head(lines).title
    assert found == title if title is not None else (found.endswith("…") and len(found) <= 161)


def test_the_head_of_the_plan_from_the_field_is_no_title() -> None:
    lines = ["Số: /KH-UBND", "", "Diễn Châu, ngày tháng 4 năm 2026", "", "KẾ HOẠCH", "", "Đẩy mạnh truyền thông"]
    head = read_head(lines)
    assert head.left_out == (0, 2)
    assert head.title == "Kế hoạch đẩy mạnh truyền thông"


@pytest.mark.parametrize(
    "lines",
    [
        ["CÔNG AN XÃ DIỄN CHÂU THÔNG BÁO", "Bà con chú ý."],
        ["Ngày 20 tháng 11 năm 2026, xã tổ chức lễ.", "Mời bà con."],
        ["Số 113 là số của công an.", "Bà con nhớ gọi."],
        ["HỘI NÔNG DÂN", "Kính thưa bà con."],
    ],
)
def test_words_that_only_resemble_a_letterhead_are_read(lines: list[str]) -> None:
    assert read_head(lines).left_out == ()


def test_fields_have_codes_and_names_that_a_province_can_change(tmp_path: Path) -> None:
    assert sorted(standard_fields().names) == [1, 2, 3, 4, 5, 6]
    assert standard_fields().code("Đường lối, chủ trương, chính sách, pháp luật") == 3
    assert standard_fields().code("guong nguoi tot, viec tot") == 6
    assert standard_fields().code("thể thao") is None
    table = tmp_path / "fields.toml"
    table.write_text('[[field]]\ncode = 21\nname = "thể thao"\n', "utf-8")
    taken = read_manuscript("a.md", "---\nlĩnh vực: Thể thao\n---\nA".encode(), today=TODAY, fields=Fields.load(table))
    assert taken.bulletin.field == 21
    table.write_text('[[field]]\ncode = 1\nname = "a"\n[[field]]\ncode = 2\nname = "A"\n', "utf-8")
    with pytest.raises(InvalidValueError, match="two fields"):
        Fields.load(table)
