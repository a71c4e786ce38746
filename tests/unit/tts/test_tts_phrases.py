from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts.delivery import plain
from tts.phrases import BySentence, by_clause, cut, packed, pronounced, syllables
from tts.script import Clause, Sentence, Turn
from tts.settings import Pauses
from tts.speech import Speech

WORDS = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáạảã ,.?!\n", max_size=300)
CLAUSES = st.lists(st.text(alphabet="abcđ ", min_size=1, max_size=60).map(lambda text: f"x{text}x,"), max_size=8)
S = timedelta(seconds=1)


def texts(line: str, edges: tuple[int, ...] = ()) -> list[list[str]]:
    return [[line[start:end].strip() for start, end in sentence] for sentence in cut(line, edges)]


def test_sentences_and_clauses_are_told_apart() -> None:
    assert texts("mời bà con, cô bác. đến đúng giờ!") == [["mời bà con,", "cô bác."], ["đến đúng giờ!"]]


def test_a_clause_ends_at_an_edge_too() -> None:
    assert texts("xin gọi số một hai, ba bốn để biết.", (11, 26)) == [["xin gọi số", "một hai,", "ba bốn", "để biết."]]
    assert texts("gọi một hai.", (4, 11)) == [["gọi", "một hai."]]


def test_marks_alone_are_no_sentences() -> None:
    assert cut(". , ?!...") == []
    assert texts("một ... . hai") == [["một ..."], ["hai"]]


def test_syllables_are_counted_without_lone_marks() -> None:
    assert syllables("ủy ban nhân dân , xã\ndiễn châu .") == 7
    assert syllables(" .,\n") == 0


@given(WORDS, st.sets(st.integers(0, 300), max_size=5))
def test_no_word_is_lost_or_added(words: str, edges: set[int]) -> None:
    line = words.replace("\n", " ")
    kept = "".join(line[start:end] for sentence in cut(line, edges) for start, end in sentence)
    assert "".join(filter(str.isalpha, kept)) == "".join(filter(str.isalpha, line))


@given(CLAUSES, st.integers(1, 120))
def test_packing_keeps_the_words_in_order_within_the_limit(clauses: list[str], limit: int) -> None:
    pieces = packed(clauses, limit)
    assert all(0 < len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join("".join(clauses).split())


def test_packing_joins_clauses_and_cuts_a_long_one_between_words() -> None:
    assert packed(["mời bà con,", "cô bác."], 99) == ["mời bà con, cô bác."]
    assert packed(["mời bà con,", "cô bác."], 12) == ["mời bà con,", "cô bác."]
    assert packed(["một hai ba bốn năm,"], 10) == ["một hai ba", "bốn năm,"]


def test_pauses_stand_between_and_not_at_the_end() -> None:
    said: list[str] = []

    def say(piece: str, _pace: float) -> Speech:
        said.append(piece)
        return Speech(b"\1\0" * 10, 10)

    speech = pronounced(plain("a, b. c\nd", Pauses(S, 2 * S, 4 * S)), by_clause, say)
    assert said == ["a,", "b.", "c", "d"]
    one = b"\1\0" * 10
    assert speech.pcm == one + bytes(20) + one + bytes(40) + one + bytes(80) + one
    marks = [(mark.start / S, mark.end / S, mark.text) for mark in speech.marks]
    assert marks == [(0, 3, "a, b."), (5, 6, "c"), (10, 11, "d")]


def test_a_sentence_is_said_whole_but_for_what_is_slow() -> None:
    said: list[tuple[str, float]] = []

    def say(piece: str, pace: float) -> Speech:
        said.append((piece, pace))
        return Speech(b"\1\0" * 10, 10)

    clauses = (Clause("mời bà con,", S), Clause("gọi số", S), Clause("một hai,", S, 0.8), Clause("ba bốn.", 2 * S, 0.8))
    speech = pronounced(Turn("", (Sentence(clauses),)), BySentence(99), say)
    assert said == [("mời bà con, gọi số", 1.0), ("một hai, ba bốn.", 0.8)]
    assert speech.duration == 3 * S


def test_nothing_to_say_is_an_error() -> None:
    with pytest.raises(ValueError, match="one rate"):
        pronounced(plain(" . "), by_clause, lambda *_: Speech(b"", 8000))
