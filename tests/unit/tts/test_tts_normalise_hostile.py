"""Texts made to cost time or memory: they end (a quadratic one would not in time); the benchmark shows the growth."""

from __future__ import annotations

import pytest

from tts.normalise import read

SIZE = 120_000
PATTERNS = {
    "digits": "1", "numbers": "1 ", "section": "1.", "commas": "1,", "ranges": "1-", "strokes": "1/",
    "colons": "1:", "percents": "1%", "units": "1kg", "sums": "+1", "sizes": "1x", "scores": "3-0 ",
    "brackets": "((", "quotes": "“", "dashes": "-", "stars": "*", "spaces": " ", "stops": ". ", "blanks": "...",
    "end marks": "./ ", "one word": "a", "one capital word": "A", "capitals": "ABC ", "romans": "XVI ",
    "lone letters": "V ", "documents": "Đề án 06 ", "codes": "1/A-", "years": "1/2020/",
    "calls": "điện thoại   ", "hosts": "a.", "links": "http://a.vn ", "e-mail": "a@", "LaTeX": "$\\geq 1$ ",
    "dollars": "$", "marks": "a\u0301\u0323\u0302\u0300\u0301", "lone marks": "\u0301", "zero width": "\u200b",
    "emoji": "😀", "other scripts": "漢", "lines": "\n", "tables": "a\tb\n",
    "recipients": "N\u01a1i nh\u1eadn:\n", "days": "ngày 1,", "signatures": "TM. ABC\n",
}  # fmt: skip


@pytest.mark.parametrize("name", PATTERNS)
def test_a_long_run_of_anything_is_read_to_its_end(name: str) -> None:
    pattern = PATTERNS[name]
    reading = read("đầu\n" + pattern * (SIZE // len(pattern)) + "\ncuối")
    assert (reading.lines[0], reading.lines[-1]) == ("đầu", "cuối")


def test_a_million_digits_are_read_one_by_one_and_doubted() -> None:
    reading = read("7" * 1_000_000)
    assert reading.words.count("bảy") == 1_000_000
    assert [one.kind for one in reading.warnings] == ["long-number"]
