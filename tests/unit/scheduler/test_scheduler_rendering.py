"""How a bulletin came to its sound is kept as JSON and read back the same, reasons in reasons included."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from scheduler.rendering import Refused, RenderedTurn, Rendering, read_rendering, sentence_of
from scheduler.sentence import Sentence
from tts.errors import ReadableError
from tts.speech import Mark

texts = st.text(max_size=20)
sentences = st.recursive(
    st.builds(lambda text: Sentence(text), texts),
    lambda inner: st.builds(
        lambda text, values: Sentence(text, **values),
        texts,
        st.dictionaries(st.sampled_from("abc"), st.one_of(texts, st.integers(), st.floats(allow_nan=False), inner)),
    ),
    max_leaves=4,
)
instants = st.timedeltas(timedelta(0), timedelta(hours=2))
turns = st.builds(
    RenderedTurn,
    texts,
    st.lists(st.builds(Refused, texts, sentences), max_size=3).map(tuple),
    st.lists(st.builds(Mark, instants, instants, texts), max_size=4).map(tuple),
)


@given(st.lists(turns, max_size=4).map(lambda some: Rendering(tuple(some))))
def test_a_rendering_is_read_back_as_it_was_written(rendering: Rendering) -> None:
    assert read_rendering(json.loads(json.dumps(rendering.written()))) == rendering


def test_a_reason_keeps_its_template_and_the_reasons_in_it() -> None:
    inner = ReadableError("an answer within {limit_s:.1f} s was expected", limit_s=15.0)
    error = ReadableError("{voice} failed at {path}: {error}", voice="google", path=Path("/tmp/x"), error=inner)
    kept = sentence_of(error)
    assert str(kept) == str(error) == "google failed at /tmp/x: an answer within 15.0 s was expected"
    vi = {"{voice} failed at {path}: {error}": "{voice} hỏng ở {path}: {error}"}
    assert kept.text(lambda text: vi.get(text, text)).startswith("google hỏng ở /tmp/x: an answer")


def test_voices_and_refusals_are_each_named_once() -> None:
    def turn(voice: str, *refused: str) -> RenderedTurn:
        mark = Mark(timedelta(0), timedelta(seconds=1), voice)
        return RenderedTurn(voice, tuple(Refused(name, Sentence(name + voice)) for name in refused), (mark,))

    rendering = Rendering((turn("nam", "google"), turn("nữ", "piper"), turn("nam", "google")))
    assert rendering.voices == ("nam", "nữ")
    assert [(item.voice, str(item.why)) for item in rendering.refused] == [
        ("google", "googlenam"),
        ("piper", "pipernữ"),
    ]
    assert [mark.text for mark in rendering.marks] == ["nam", "nữ", "nam"]
