"""Letters however they were written: cases E7 to E10."""

import re
import unicodedata
from datetime import date

import pytest

from playlists.errors import ManuscriptError
from playlists.manuscript import Manuscript, read_manuscript
from playlists.manuscript.read import SIZE_LIMIT

TODAY = date(2026, 11, 22)
TEXT = (
    "Thông báo của Ủy ban nhân dân xã Diễn Châu.\n"
    "Kính mời bà con đưa trẻ em đến Trạm Y tế để được tiêm chủng; mỗi xóm cử một người hướng dẫn, "
    "ưu tiên người cao tuổi."
)
# The same words as the programs of that time stored them, typed in by hand from their font tables.
TCVN3 = (
    "Th«ng b¸o cña ñy ban nh©n d©n x· DiÔn Ch©u.\n"
    "KÝnh mêi bµ con ®\u00ada trÎ em ®Õn Tr¹m Y tÕ ®Ó ®\u00adîc tiªm chñng; mçi xãm cö mét ng\u00adêi h\u00adíng dÉn, "
    "\u00adu tiªn ng\u00adêi cao tuæi."
)
VNI = (
    "Thoâng baùo cuûa UÛy ban nhaân daân xaõ Dieãn Chaâu.\n"
    "Kính môøi baø con ñöa treû em ñeán Traïm Y teá ñeå ñöôïc tieâm chuûng; moãi xoùm cöû moät ngöôøi höôùng daãn, "
    "öu tieân ngöôøi cao tuoåi."
)
VIQR = (
    "Tho^ng ba'o cu?a U?y ban nha^n da^n xa~ Die^~n Cha^u.\n"
    "Ki'nh mo+`i ba` con ddu+a tre? em dde^'n Tra.m Y te^' dde^? ddu+o+.c tie^m chu?ng; mo^~i xo'm cu+? mo^.t "
    "ngu+o+`i hu+o+'ng da^~n, u+u tie^n ngu+o+`i cao tuo^?i."
)


def in_cp1258(text: str) -> bytes:
    """The code page has letters with their shape, and tones behind them."""
    apart = re.sub("([\u0300\u0301\u0303\u0309\u0323])([\u0302\u0306])", r"\2\1", unicodedata.normalize("NFD", text))
    shaped = re.sub("[a-zA-Z][\u0302\u0306\u031b]", lambda found: unicodedata.normalize("NFC", found[0]), apart)
    return shaped.encode("cp1258")


def read(raw: bytes) -> Manuscript:
    return read_manuscript("tin.txt", raw, today=TODAY)


def refusal(raw: bytes, name: str = "tin.txt") -> str:
    with pytest.raises(ManuscriptError) as caught:
        read_manuscript(name, raw, today=TODAY)
    return str(caught.value)


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (TEXT.encode(), "UTF-8"),
        (unicodedata.normalize("NFD", TEXT).encode(), "UTF-8"),
        (TEXT.replace("\n", "\r\n").encode(), "UTF-8"),
        (TEXT.replace("\n", "\r").encode(), "UTF-8"),
        (TEXT.encode("utf-8-sig"), "UTF-8 with BOM"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.encode("utf-16-be"), "UTF-16"),
    ],
)
def test_e9_unicode_in_every_dress_is_the_same_text(raw: bytes, encoding: str) -> None:
    taken = read(raw)
    assert taken.bulletin.text == TEXT
    assert (taken.encoding, taken.converted) == (encoding, False)
    assert taken.bulletin.digest == read(TEXT.encode()).bulletin.digest


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (TCVN3.encode("cp1252"), "TCVN3 (ABC)"),
        (TCVN3.encode("utf-8"), "TCVN3 (ABC)"),
        (TCVN3.encode("utf-16"), "TCVN3 (ABC)"),
        (VNI.encode("cp1252"), "VNI-Windows"),
        (VNI.encode("utf-8"), "VNI-Windows"),
        (VIQR.encode("ascii"), "VIQR"),
        (TEXT.encode().decode("latin-1").encode(), "UTF-8 read as Windows-1252"),
        (in_cp1258(TEXT), "Windows-1258"),
    ],
)
def test_e10_older_encodings_are_converted_and_say_so(raw: bytes, encoding: str) -> None:
    taken = read(raw)
    assert (taken.encoding, taken.converted) == (encoding, True)
    assert taken.bulletin.text.lower() == TEXT.lower()


def test_e10_utf8_read_as_cp1258() -> None:
    taken = read("ThĂ´ng bĂ¡o cá»§a xĂ£ Diá»…n ChĂ¢u, ngĂ\u00a0y mai nghá»‰.".encode())
    assert taken.bulletin.text == "Thông báo của xã Diễn Châu, ngày mai nghỉ."
    assert taken.converted


def test_e10_a_document_with_old_and_new_fonts_comes_out_whole() -> None:
    old, new = TCVN3.split("\n")[1], TEXT.split("\n")[0]
    taken = read(f"{new}\n{old}\nHết.".encode())
    assert taken.bulletin.text == f"{TEXT}\nHết."
    assert taken.converted


def test_e10_capitals_of_a_tcvn3_font_are_made_whole() -> None:
    assert read("TH¤NG B¸O\nVÒ viÖc tiªm chñng".encode("cp1252")).bulletin.text == "THÔNG BÁO\nVề việc tiêm chủng"


@pytest.mark.parametrize(
    "text",
    [
        "Mua cà phê Café de Paris giá 5 €, 20 °C.",
        "Thong bao khong dau: bà con chú ý.",
        "It's a test, isn't it? Yes (no).",
        "Gọi 113; e-mail: a+b@xa.gov.vn; 2+2=4; a^2.",
    ],
)
def test_e10_unicode_is_not_converted(text: str) -> None:
    taken = read(text.encode())
    assert taken.bulletin.text == text
    assert not taken.converted


def test_e10_bytes_of_no_encoding_are_refused_with_their_line() -> None:
    with pytest.raises(ManuscriptError) as caught:
        read(b"Mot dong\nhai \xff\xfe\x81\x8d ba")
    assert [fault.line for fault in caught.value.faults] == [2]
    assert "UTF-8" in str(caught.value)


def test_e8_what_cannot_be_seen_is_left_out_and_told() -> None:
    taken = read("Thông\u200b báo\u202e của\u00ad xã\x07.\nHai\u00a0ba\ufeff".encode())
    assert taken.bulletin.text == "Thông báo của xã.\nHai ba"
    told = {note.line: str(note) for note in taken.notes}
    assert "RIGHT-TO-LEFT OVERRIDE" in told[1]
    assert "ZERO WIDTH SPACE" in told[1]
    assert "U+0007" in told[1]
    assert "4 characters" in told[1]
    assert "1 characters" in told[2]


def test_e8_letters_of_two_alphabets_in_one_word_are_refused() -> None:
    told = refusal("Công an xã.\nC\u043eng an".encode())
    assert "line 2" in told
    assert "two alphabets" in told


def test_e8_the_icelandic_letter_that_fonts_give_for_d_becomes_it() -> None:
    taken = read("Ðề nghị bà con".encode())
    assert taken.bulletin.text == "Đề nghị bà con"
    assert len(taken.notes) == 2  # the title's and this one


def test_letters_that_were_lost_before_are_refused() -> None:
    assert "type them anew" in refusal("Th\ufffdng báo".encode())


@pytest.mark.parametrize("raw", [b"", b"  \n\n", "😀 !!! …".encode(), b"---\ntitle: A\n---\n...", b"\xef\xbb\xbf"])
def test_e7_no_words_are_refused(raw: bytes) -> None:
    assert "words to speak were expected" in refusal(raw)


def test_e7_a_script_of_a_megabyte_is_refused() -> None:
    assert str(SIZE_LIMIT) in refusal(b"a " * (SIZE_LIMIT // 2 + 1))
    assert "50000 characters" in refusal(b"a " * (SIZE_LIMIT // 4))


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"{\\rtf1 ...}", "an RTF document"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "an old .doc"),
        (b"\x7fELF\0\0\0\0\1\2\3", "zero bytes"),
        (b"\xff\xfe\x41", "damaged"),
    ],
)
def test_other_files_are_refused_by_what_they_are(raw: bytes, told: str) -> None:
    assert told in refusal(raw)


def test_a_manuscripts_name_never_leads_anywhere() -> None:
    """E12: the name is only shown, and says nothing about where anything is stored."""
    taken = read_manuscript("../../etc/passwd\0.md", b"Xin ch\xc3\xa0o.", today=TODAY)
    assert taken.bulletin.id == ""
