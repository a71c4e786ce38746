"""Whatever Vietnamese text was written in an older encoding comes back letter by letter (case E10)."""

import tomllib
import unicodedata
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import LineError
from playlists.manuscript import legacy
from playlists.manuscript.clean import cleaned
from playlists.manuscript.encoding import decoded, recognised

TABLES = tomllib.loads(Path(legacy.__file__).with_name("legacy.toml").read_text("utf-8"))
WORDS = """
ủy ban nhân dân xã thông báo lịch tiêm chủng mở rộng tháng này kính mời bà con đưa trẻ em đến trạm y tế được hướng
dẫn ưu tiên người cao tuổi mỗi xóm cử một người phòng chống lũ lụt nghị quyết chuyển đổi số khuya quẫn quỹ ngoằn
nghĩa địa kỳ lạ đỡ ốm ổi ửng ẩm ẵm ặc ằng bẫy lợn giữ gìn rẻ ẻo ẽ ý kiến xử lý hủy hoại rượu bưởi đã
"""
texts = st.lists(st.sampled_from(WORDS.split()), min_size=8, max_size=40).map(" ".join)


def in_tcvn3(text: str) -> str:
    codes = (chr(int(code, 16)) for code in TABLES["tcvn3"]["codes"].split())
    return text.translate(str.maketrans(dict(zip(TABLES["tcvn3"]["letters"].split(), codes, strict=True))))


def in_vni(text: str) -> str:
    letters = dict(zip(TABLES["vni"]["letters"].split(), TABLES["vni"]["codes"].split(), strict=True))
    marks = {combining: mark for mark, combining in TABLES["vni"]["marks"].items()}
    written = ""
    for letter in text:
        if letter in letters or letter.isascii():
            written += letters.get(letter, letter)
            continue
        base, *combining = unicodedata.normalize("NFD", letter)
        if "\u031b" in combining:
            combining.remove("\u031b")
            base = letters[unicodedata.normalize("NFC", base + "\u031b")]
        shape_first = sorted(combining, key=lambda mark: mark not in "\u0302\u0306")
        written += base + marks["".join(shape_first)]
    return written


@given(texts)
def test_e10_tcvn3_comes_back(text: str) -> None:
    found = decoded(in_tcvn3(text).encode("cp1252"))
    assert (found.text, found.encoding) == (text, "TCVN3 (ABC)")


@given(texts)
def test_e10_vni_comes_back(text: str) -> None:
    found = decoded(in_vni(text).encode("cp1252"))
    assert (found.text, found.encoding) == (text, "VNI-Windows")


@given(texts)
def test_e10_misread_utf8_comes_back(text: str) -> None:
    found = decoded(text.encode().decode("latin-1").encode())
    assert found.text == text
    assert found.converted


@given(texts, st.sampled_from(["NFC", "NFD"]), st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-8-sig"]))
def test_e9_unicode_is_never_converted(text: str, form: str, codec: str) -> None:
    found = decoded(unicodedata.normalize(form, text).encode(codec))  # type: ignore[arg-type]
    assert not found.converted
    assert cleaned(found.text)[0] == text


@given(st.text(max_size=200))
def test_e8_clean_text_holds_nothing_unseen_and_stays_clean(text: str) -> None:
    once, _, _ = cleaned(recognised(text, "UTF-8").text)
    assert cleaned(once)[0] == once
    assert all(c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn", "Cs") for c in once)
    assert unicodedata.is_normalized("NFC", once)


@given(st.binary(max_size=300))
def test_any_bytes_end_in_text_or_a_refusal(raw: bytes) -> None:
    try:
        found = decoded(raw)
    except LineError:
        return
    assert isinstance(found.text, str)
