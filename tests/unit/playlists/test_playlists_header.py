"""Headers as operators write them, and everything that can be wrong with them at once."""

import re
from datetime import date

import pytest

from playlists.bulletin import Manner, Priority, Targets
from playlists.errors import ManuscriptError
from playlists.manuscript import Manuscript, read_manuscript

TODAY = date(2026, 11, 22)

VIETNAMESE = """---
Tiêu đề: Phòng, chống lũ: những điều cần biết
Lĩnh vực: Chỉ đạo, điều hành
đơn vị: Trạm Y tế
chuyên mục: Nghị quyết 57
ưu tiên: ưu tiên
xóm: Xóm 1, Xóm 2, #ven-bien
từ ngày: 24/11/2026
đến ngày: ngày 30 tháng 11 năm 2026
số lượt: 4 lượt/tuần
số lượt tối thiểu: 2
giọng: espeak
---
Kính thưa bà con.
"""

TOML = """+++
title = "Phòng, chống lũ: những điều cần biết"
field = 4
unit = "Trạm Y tế"
campaign = "Nghị quyết 57"
priority = "priority"
targets = { xom = ["Xóm 1", "Xóm 2"], tags = ["ven-bien"] }
valid_from = 2026-11-24
valid_to = "2026-11-30"
plays_wanted = 4
plays_min = 2
voice = "espeak"
+++
Kính thưa bà con.
"""

YAML = """---
title: "Phòng, chống lũ: những điều cần biết"
field: 4
unit: Trạm Y tế
campaign: Nghị quyết 57
priority: priority
xom:
  - Xóm 1
  - Xóm 2
tags: [ven-bien]
valid: 24/11/2026 - 30/11/2026
plays_wanted: 4
plays_min: 2
voice: espeak
---
Kính thưa bà con.
"""

TOML_IN_VIETNAMESE = """+++
tiêu đề = "Phòng, chống lũ: những điều cần biết"
lĩnh vực = "chỉ đạo điều hành"
Đơn vị = "Trạm Y tế"
chuyên_mục = "Nghị quyết 57"
mức độ ưu tiên = 2
hiệu lực = ["24/11/2026", "30/11/2026"]
số lượt = "04"
ít nhất = 2
giọng đọc = "espeak"

[nơi phát]
xóm = ["Xóm 1", "Xóm 2"]
nhãn = ["ven-bien"]
+++
Kính thưa bà con.
"""

WITHOUT_FENCES = """Tiêu đề: Phòng, chống lũ: những điều cần biết
Lĩnh vực: 4
Đơn vị: Trạm Y tế
Chuyên mục: Nghị quyết 57
Ưu tiên: có
Nơi phát: Xóm 1; Xóm 2; #ven-bien
Từ ngày: 24.11.2026
Đến ngày: 30-11-2026
Số lượt phát: 4 lần
Tối thiểu: 2
Giọng: espeak

Kính thưa bà con.
"""


def read(text: str, name: str = "tin.md") -> Manuscript:
    return read_manuscript(name, text.encode(), today=TODAY)


def faults(text: str, name: str = "tin.md") -> list[tuple[int, str]]:
    with pytest.raises(ManuscriptError) as caught:
        read(text, name)
    return [(fault.line, str(fault)) for fault in caught.value.faults]


@pytest.mark.parametrize("text", [VIETNAMESE, TOML, YAML, TOML_IN_VIETNAMESE, WITHOUT_FENCES])
def test_every_form_of_header_gives_the_same_bulletin(text: str) -> None:
    bulletin = read(text).bulletin
    assert bulletin.title == "Phòng, chống lũ: những điều cần biết"
    assert (bulletin.field, bulletin.unit, bulletin.campaign) == (4, "Trạm Y tế", "Nghị quyết 57")
    assert bulletin.priority is Priority.PRIORITY
    assert bulletin.targets == Targets(False, frozenset({"Xóm 1", "Xóm 2"}), frozenset({"ven-bien"}))
    assert (bulletin.valid_from, bulletin.valid_to) == (date(2026, 11, 24), date(2026, 11, 30))
    assert (bulletin.plays_wanted, bulletin.plays_min, bulletin.voice) == (4, 2, "espeak")
    assert (bulletin.id, bulletin.text) == ("", "Kính thưa bà con.")


def test_the_same_bulletin_has_the_same_digest_in_every_form() -> None:
    assert len({read(text).bulletin.digest for text in (VIETNAMESE, TOML, YAML, TOML_IN_VIETNAMESE)}) == 1


def test_defaults_without_a_header() -> None:
    taken = read("Lịch tiêm chủng.\n\nSáng thứ tư.", "tin.txt")
    bulletin = taken.bulletin
    assert bulletin.title == "Lịch tiêm chủng"
    assert bulletin.text == "Lịch tiêm chủng.\n\nSáng thứ tư."
    assert (bulletin.valid_from, bulletin.valid_to) == (TODAY, date(2026, 11, 28))
    assert (bulletin.plays_wanted, bulletin.plays_min, bulletin.field) == (2, 1, 1)
    assert bulletin.targets == Targets()
    assert bulletin.priority is Priority.NORMAL
    assert (bulletin.campaign, bulletin.voice, bulletin.recording, bulletin.unit) == (None, None, None, "")
    assert any("no title was given" in str(note) for note in taken.notes)


def test_every_fault_is_named_at_once_with_its_line() -> None:
    told = faults(
        """+++
tiêu đề = "Lũ"
từ ngày = 2026-11-24
đến ngày = "23/11/2026"
uu tiên = "gấp"
số lược = 3
số lượt = 99
lĩnh vực = "thể thao"
bản ghi = "../../etc/passwd"
+++
...
"""
    )
    assert [line for line, _ in told] == [0, 4, 5, 6, 7, 8, 9]
    texts = dict(told)
    assert "words to speak" in texts[0]
    assert "2026-11-23" in texts[4]
    assert "2026-11-24" in texts[4]
    assert "khẩn cấp" in texts[5]
    assert "did you mean 'số lượt'" in texts[6]
    assert "1 to 28" in texts[7]
    assert "gương người tốt, việc tốt" in texts[8]
    assert "passwd" in texts[9]


@pytest.mark.parametrize(
    ("header", "line", "told"),
    [
        ("---\ntiu đề: Lũ\n---\nA", 2, "did you mean 'tiêu đề'"),
        ("---\ntitel: Lũ\n---\nA", 2, "did you mean 'title'"),
        ("---\nmàu sắc: đỏ\n---\nA", 2, "tiêu đề"),
        ("---\ntitle: Lũ\ntiêu đề: Lụt\n---\nA", 3, "on line 2"),
        ("---\ntừ ngày: 24/11/26\n---\nA", 2, "24/11/2026"),
        ("---\ntừ ngày: 31/2/2026\n---\nA", 2, "31/2/2026"),
        ("---\nxóm: tất cả, Xóm 1\n---\nA", 2, "tất cả"),
        ("---\nsố lượt: hai\n---\nA", 2, "hai"),
        ("---\nplays_min: 5\n---\nA", 2, "2 wanted"),
        ("---\ntitle:\n---\nA", 2, "title"),
        ("---\n'title: Lũ'\n---\nA", 2, "lines such as"),
        ("---\ntitle: a\n- b: [\n---\nA", 3, "YAML"),
        ('+++\ntitle = "Lũ\n+++\nA', 2, "TOML"),
        ("+++\ntitle = 'Lũ'\nA", 1, "closed"),
        ("---\ntitle: Lũ\nA", 1, "closed"),
    ],
)
def test_a_fault_names_its_line_and_what_to_do(header: str, line: int, told: str) -> None:
    found = faults(header)
    assert [at for at, _ in found] == [line], found
    assert told in found[0][1]


@pytest.mark.parametrize(
    "header",
    [
        "---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\nA",
        "---\ntitle: " + "[" * 5_000 + "]" * 5_000 + "\n---\nA",
        "+++\ntitle = " + "[" * 5_000 + "]" * 5_000 + "\n+++\nA",
        "---\ntitle: " + "x" * 20_000 + "\n---\nA",
    ],
)
def test_headers_that_blow_up_are_refused(header: str) -> None:
    assert faults(header)[0][0] in (2, 3)


def test_a_last_day_gone_by_is_told_not_refused() -> None:
    taken = read("---\ntitle: Cũ\nđến ngày: 01/11/2026\n---\nA")
    assert taken.bulletin.valid_to == date(2026, 11, 1)
    assert [str(note) for note in taken.notes if note.line == 3] == [
        "its last day 2026-11-01 has passed; it will not be played"
    ]


def test_a_horizontal_rule_is_no_header() -> None:
    assert read("---\n\nKính thưa bà con.\n\n---\n\nHết.").bulletin.text == "Kính thưa bà con.\n\nHết."


def test_a_text_that_begins_with_a_colon_is_no_header() -> None:
    text = "Kính gửi: bà con trong xã\nĐơn vị: Trạm Y tế mời bà con đi tiêm."
    assert read(text, "tin.txt").bulletin.text == text


def manner(header: str) -> Manner:
    return read(f"+++\ntiêu đề = Lịch tiêm\n{header}\n+++\nKính thưa bà con.\n").bulletin.manner


@pytest.mark.parametrize(
    ("header", "wished"),
    [
        ("", Manner()),
        ("tốc độ = chậm\nđọc = 2\nnhắc số điện thoại = có", Manner(pace=0.85, readings=2, telephones_twice=True)),
        ('tốc độ = "90 %"\nđọc = hai lần\nnhắc số điện thoại = false', Manner(0.9, 2, telephones_twice=False)),
        ("tốc độ = 1.1\nnhạc nền = không", Manner(pace=1.1, music="")),
        ("nhạc nền = khuc-dao.mp3", Manner(music="khuc-dao.mp3")),
    ],
)
def test_how_a_bulletin_wants_to_be_read(header: str, wished: Manner) -> None:
    assert manner(header) == wished


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("tốc độ = rất nhanh", "chậm, vừa, nhanh or a factor from 0.5 to 1.6, not 'rất nhanh'"),
        ("tốc độ = 3", "not '3'"),
        ("đọc = 5", "1 or 2 times, not '5'"),
        ("nhắc số điện thoại = thỉnh thoảng", "có or không, not 'thỉnh thoảng'"),
        ('nhạc nền = "../nhac.mp3"', "plain name of a file"),
    ],
)
def test_an_impossible_wish_is_told_with_its_line(header: str, told: str) -> None:
    with pytest.raises(ManuscriptError, match=re.escape(told)) as raised:
        manner(header)
    assert [fault.line for fault in raised.value.faults] == [3]
