from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts.delivery import SECOND_READING, Delivery, plain, scripted
from tts.normalise import read
from tts.script import Script
from tts.settings import Pauses, SettingsRefused

MS = timedelta(milliseconds=1)
PHONE = "Xin gọi số 0238.386.7123 để biết thêm. Xin cảm ơn."


def script(text: str, **wishes: object) -> Script:
    return scripted(read(text), Delivery(**wishes))  # type: ignore[arg-type]


def sentences(found: Script) -> list[str]:
    return [sentence.text for turn in found.turns for sentence in turn.sentences]


def test_pauses_follow_what_stands_on_the_line() -> None:
    text = "THÔNG BÁO VỀ VIỆC TIÊM\nMời bà con, cô bác. Mang theo:\n- căn cước;\n- sổ.\nXin hết."
    found = script(text, pauses=Pauses(1 * MS, 2 * MS, 3 * MS, 4 * MS, 5 * MS))
    (turn,) = found.turns
    assert [[clause.silence / MS for clause in sentence.clauses] for sentence in turn.sentences] == [
        [5],  # a heading
        [1, 2],
        [3],
        [4],
        [4],
        [3],
    ]


def test_a_number_slows_its_clause_and_a_telephone_itself() -> None:
    (turn,) = script("Ngày 24/11, mời bà con đến. " + PHONE).turns
    assert [(clause.words, clause.pace) for sentence in turn.sentences for clause in sentence.clauses] == [
        ("ngày hai mươi tư tháng mười một,", 0.9),
        ("mời bà con đến.", 1.0),
        ("xin gọi số", 1.0),
        ("không hai ba tám,", 0.8),
        ("ba tám sáu,", 0.8),
        ("bảy một hai ba", 0.8),
        ("để biết thêm.", 1.0),
        ("xin cảm ơn.", 1.0),
    ]


def test_a_bulletins_pace_moves_everything() -> None:
    (turn,) = script(PHONE, pace=0.5).turns
    first, phone = turn.sentences[0].clauses[:2]
    assert (first.pace, phone.pace) == (0.5, 0.4)
    assert first.silence == 600 * MS


def test_a_telephone_number_is_said_twice_when_asked() -> None:
    assert sentences(script(PHONE)) == [
        "xin gọi số không hai ba tám, ba tám sáu, bảy một hai ba để biết thêm.",
        "xin cảm ơn.",
    ]
    assert sentences(script(PHONE, telephones_twice=True)) == [
        "xin gọi số không hai ba tám, ba tám sáu, bảy một hai ba để biết thêm.",
        "xin nhắc lại, không hai ba tám, ba tám sáu, bảy một hai ba.",
        "xin cảm ơn.",
    ]


def test_two_telephone_numbers_are_both_said_twice() -> None:
    text = "Gọi 0238 386 7123 hoặc 0912 345 678."
    said = sentences(script(text, telephones_twice=True))
    first, second = "không hai ba tám, ba tám sáu, bảy một hai ba", "không chín một hai, ba bốn năm, sáu bảy tám"
    assert said[1] == f"xin nhắc lại, {first}, {second}."


def test_a_bulletin_is_read_twice_when_asked() -> None:
    text = "Mời bà con họp. Xin hết."
    once, twice = sentences(script(text)), sentences(script(text, readings=2))
    assert twice == [*once, SECOND_READING, *once]


def test_marks_at_the_start_of_a_line_give_the_word_to_another_voice() -> None:
    text = "Mở đầu.\n[nam] Một.\nVẫn là nam.\n[Nữ] Hai.\n[đài] Ba. Giữa câu [nam] không tính."
    found = script(text)
    assert [(turn.role, turn.words) for turn in found.turns] == [
        ("", "mở đầu."),
        ("male", "một. vẫn là nam."),
        ("female", "hai."),
        ("", "ba. giữa câu, nam, không tính."),
    ]


def test_marks_leave_every_offset_where_it_was() -> None:
    text = "[nữ] Họp ngày 24/11."
    (rewrite,) = [one for one in read(text).rewrites if one.written == "ngày 24/11" or "24/11" in one.written]
    assert text[rewrite.start : rewrite.end] == rewrite.written


def test_a_recorded_phrase_is_a_turn_of_its_own() -> None:
    found = script("[câu: chào sáng]\n[câu: chào sáng]\n[nữ] Hết.\n[câu: Nhạc hiệu]", readings=2)
    assert [turn.role for turn in found.turns] == [
        *["phrase:chào sáng", "phrase:chào sáng", "female", "phrase:Nhạc hiệu"],
        "",  # nobody else can say that it comes again
        *["phrase:chào sáng", "phrase:chào sáng", "female", "phrase:Nhạc hiệu"],
    ]
    assert found.turns[0].words == "[câu: chào sáng]"


@given(st.text(max_size=200), st.booleans())
def test_every_word_that_is_read_is_said_and_none_is_slower_than_asked(text: str, twice: bool) -> None:
    reading = read(text)
    found = scripted(reading, Delivery(telephones_twice=twice))
    if not twice and "[" not in text:
        assert list(filter(str.isalpha, found.words)) == list(filter(str.isalpha, reading.words))
    assert all(0.8 <= c.pace <= 1.0 for turn in found.turns for s in turn.sentences for c in s.clauses)
    assert all(turn.sentences for turn in found.turns)


def test_nothing_to_read_is_no_turn() -> None:
    assert script("***\n\n").turns == ()
    assert plain("").sentences == ()


@pytest.mark.parametrize("wish", [{"pace": 0.4}, {"numbers": 2.0}, {"telephones": 0.0}, {"readings": 3}])
def test_a_manner_is_held_to_what_can_be_understood(wish: dict[str, float]) -> None:
    with pytest.raises(SettingsRefused, match=f"not {next(iter(wish.values()))}"):
        Delivery(**wish)  # type: ignore[arg-type]
