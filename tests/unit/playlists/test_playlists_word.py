"""Word documents as operators write them: letterhead, bold titles, numbered lists, tables, signatures."""

import io
import zipfile
from datetime import date
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from playlists.errors import ManuscriptError
from playlists.manuscript import Manuscript, read_manuscript

TODAY = date(2026, 11, 22)


def saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def read(document: Any) -> Manuscript:
    return read_manuscript("thong-bao.docx", saved(document), today=TODAY)


def refusal(raw: bytes) -> str:
    with pytest.raises(ManuscriptError) as caught:
        read_manuscript("thong-bao.docx", raw, today=TODAY)
    return str(caught.value)


def official_letter() -> Any:
    document = docx.Document()
    head = document.add_table(2, 2)
    head.cell(0, 0).text = "ỦY BAN NHÂN DÂN\nXÃ DIỄN CHÂU"
    head.cell(0, 1).text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    head.cell(0, 1).add_paragraph("Độc lập - Tự do - Hạnh phúc")
    head.cell(1, 0).text = "Số:   /TB-UBND"
    head.cell(1, 1).text = "Diễn Châu, ngày     tháng 11 năm 2026"
    document.add_paragraph().add_run("THÔNG BÁO").bold = True
    document.add_paragraph().add_run("Về việc tiêm chủng mở rộng tháng 11 năm 2026").bold = True
    document.add_paragraph("Thực hiện Kế hoạch số 295/KH-UBND, Trạm Y tế xã thông báo:")
    document.add_heading("Thời gian, địa điểm", 1)
    document.add_paragraph("Sáng thứ tư, 25/11/2026", style="List Number")
    document.add_paragraph("Tại Trạm Y tế xã", style="List Number")
    document.add_paragraph("Mang theo sổ tiêm", style="List Bullet")
    table = document.add_table(3, 3)
    for row, cells in enumerate([("Xóm", "Ngày", "Giờ"), ("Xóm 1", "25/11", "7h30"), ("Xóm 2", "26/11", "8h")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    document.add_paragraph("Đề nghị bà con đến đúng giờ./.")
    foot = document.add_table(1, 2)
    foot.cell(0, 0).text = "Nơi nhận:\n- Như trên;\n- Lưu: VT."
    foot.cell(0, 1).text = "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\n\n\nNguyễn Văn A"
    return document


def test_an_official_letter() -> None:
    taken = read(official_letter())
    assert taken.bulletin.title == "Thông báo về việc tiêm chủng mở rộng tháng 11 năm 2026"
    assert taken.bulletin.text.split("\n") == [
        "THÔNG BÁO",
        "Về việc tiêm chủng mở rộng tháng 11 năm 2026",
        "Thực hiện Kế hoạch số 295/KH-UBND, Trạm Y tế xã thông báo:",
        "Thời gian, địa điểm",
        "1. Sáng thứ tư, 25/11/2026",
        "2. Tại Trạm Y tế xã",
        "- Mang theo sổ tiêm",
        "Xóm\tNgày\tGiờ",
        "Xóm 1\t25/11\t7h30",
        "Xóm 2\t26/11\t8h",
        "Đề nghị bà con đến đúng giờ./.",
        "Nơi nhận:",
        "- Như trên;",
        "- Lưu: VT.",
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
        "Nguyễn Văn A",
    ]
    assert (taken.encoding, taken.converted) == ("Word", False)
    left_out = [note.values["written"] for note in taken.notes if "letterhead" in note.template]
    assert left_out == [
        "ỦY BAN NHÂN DÂN",
        "XÃ DIỄN CHÂU",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số:   /TB-UBND",
        "Diễn Châu, ngày     tháng 11 năm 2026",
    ]


def test_a_document_may_begin_with_a_header() -> None:
    document = docx.Document()
    for line in ("Tiêu đề: Tiêm chủng", "Đơn vị: Trạm Y tế", "Đến ngày: 30/11/2026", "", "Kính thưa bà con."):
        document.add_paragraph(line)
    bulletin = read(document).bulletin
    assert (bulletin.title, bulletin.unit, bulletin.valid_to) == ("Tiêm chủng", "Trạm Y tế", date(2026, 11, 30))
    assert bulletin.text == "Kính thưa bà con."


def test_e10_the_fonts_of_old_documents_are_recognised() -> None:
    document = docx.Document()
    document.add_paragraph("Th«ng b¸o vÒ viÖc tiªm chñng")
    taken = read(document)
    assert taken.bulletin.title == "Thông báo về việc tiêm chủng"
    assert (taken.encoding, taken.converted) == ("TCVN3 (ABC)", True)


def test_what_a_reader_does_not_see_is_not_spoken() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Bà con ")
    paragraph.add_run("nộp tiền cho tôi ").font.hidden = True
    paragraph.add_run("chú ý")
    inserted, deleted = OxmlElement("w:ins"), OxmlElement("w:del")
    inserted.append(paragraph.add_run(" lũ về")._r)
    gone = paragraph.add_run(" bão tan")._r
    gone.find(qn("w:t")).tag = qn("w:delText")
    deleted.append(gone)
    paragraph._p.append(inserted)
    paragraph._p.append(deleted)
    taken = read(document)
    assert taken.bulletin.text == "Bà con chú ý lũ về"
    told = " ".join(map(str, taken.notes))
    assert "hidden" in told
    assert "tracked changes" in told


def test_lists_count_by_level_and_start_again() -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), "77")
    for level, (form, text) in enumerate([("upperRoman", "%1."), ("decimal", "%1.%2."), ("lowerLetter", "%3)")]):
        element = OxmlElement("w:lvl")
        element.set(qn("w:ilvl"), str(level))
        for tag, value in (("w:start", "1"), ("w:numFmt", form), ("w:lvlText", text)):
            child = OxmlElement(tag)
            child.set(qn("w:val"), value)
            element.append(child)
        abstract.append(element)
    numbering.insert(0, abstract)
    number = numbering.add_num(77).numId
    for level, text in [(0, "Một"), (1, "Hai"), (2, "Ba"), (2, "Bốn"), (1, "Năm"), (2, "Sáu"), (0, "Bảy"), (1, "Tám")]:
        properties = document.add_paragraph(text)._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = level
        properties.get_or_add_numId().val = number
    assert read(document).bulletin.text.split("\n") == [
        "I. Một", "I.1. Hai", "a) Ba", "b) Bốn", "I.2. Năm", "a) Sáu", "II. Bảy", "II.1. Tám",
    ]  # fmt: skip


def packed(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file.getvalue()


def test_e4_zip_bombs_are_refused_before_they_are_unpacked() -> None:
    bomb = packed({"word/document.xml": b"<a>" + b" " * (17 << 20) + b"</a>"})
    assert len(bomb) < 100_000
    assert "no ordinary document" in refusal(bomb)
    crowd = packed({f"word/media/{number}": b"" for number in range(1_100)} | {"word/document.xml": b""})
    assert "no ordinary document" in refusal(crowd)


def test_other_packages_and_damaged_ones_are_refused() -> None:
    good = saved(official_letter())
    assert "something else" in refusal(packed({"mimetype": b"application/vnd.oasis.opendocument.text"}))
    assert "damaged" in refusal(good[: len(good) // 2])
    assert "damaged" in refusal(packed({"word/document.xml": b"<not-xml"}))
    assert "8 MB" in refusal(good + bytes(9 << 20))


def test_entities_are_not_resolved() -> None:
    good = zipfile.ZipFile(io.BytesIO(saved(official_letter())))
    parts = {name: good.read(name) for name in good.namelist()}
    xml = parts["word/document.xml"].decode()
    head, body = xml.split("<w:document", 1)
    evil = head + '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><w:document' + body.replace("đúng giờ", "&f;")
    parts["word/document.xml"] = evil.encode()
    try:
        text = read_manuscript("x.docx", packed(parts), today=TODAY).bulletin.text
    except ManuscriptError:
        return
    assert "root:" not in text


def test_an_empty_document_has_no_words() -> None:
    assert "words to speak" in refusal(saved(docx.Document()))
