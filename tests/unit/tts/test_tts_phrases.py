from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts.phrases import Sentence, packed, pronounced, sentences, syllables
from tts.settings import Pauses
from tts.speech import Speech

WORDS = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáạảã ,.?!\n", max_size=300)
CLAUSES = st.lists(st.text(alphabet="abcđ ", min_size=1, max_size=60).map(lambda text: f"x{text}x,"), max_size=8)


def test_lines_sentences_and_clauses_are_told_apart() -> None:
    assert sentences("thông báo\nmời bà con, cô bác. đến đúng giờ!\n") == (
        Sentence(("thông báo",), ends_line=True),
        Sentence(("mời bà con,", "cô bác."), ends_line=False),
        Sentence(("đến đúng giờ!",), ends_line=True),
    )


def test_marks_alone_are_no_sentences() -> None:
    assert sentences(". , ?!\n\n...\n") == ()
    assert sentences("một ... . hai") == (Sentence(("một ...",), False), Sentence(("hai",), True))


def test_syllables_are_counted_without_lone_marks() -> None:
    assert syllables("ủy ban nhân dân , xã\ndiễn châu .") == 7
    assert syllables(" .,\n") == 0


@given(WORDS)
def test_no_word_is_lost_or_added(words: str) -> None:
    kept = " ".join(sentence.text for sentence in sentences(words))
    assert "".join(filter(str.isalpha, kept)) == "".join(filter(str.isalpha, words))


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
    pauses = Pauses(timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=4))
    said: list[str] = []

    def say(piece: str) -> Speech:
        said.append(piece)
        return Speech(b"\1\0" * 10, 10)

    speech = pronounced("a, b. c\nd", lambda sentence: sentence.clauses, say, pauses)
    assert said == ["a,", "b.", "c", "d"]
    one = b"\1\0" * 10
    assert speech.pcm == one + bytes(20) + one + bytes(40) + one + bytes(80) + one
    assert [(mark.start.total_seconds(), mark.text) for mark in speech.marks] == [(0, "a, b."), (5, "c"), (10, "d")]


def test_nothing_to_say_is_an_error() -> None:
    with pytest.raises(ValueError, match="one rate"):
        pronounced(" . ", lambda sentence: sentence.clauses, lambda _: Speech(b"", 8000), Pauses())
