"""No text makes the reader slow (promise I12): 60,000 characters that look like markup or a header all through.

With patterns that look again and again for a missing half, some of these run into the suite's time limit.
"""

from datetime import date

import pytest

from playlists.errors import ManuscriptError
from playlists.manuscript import read_manuscript

SIZE = 60_000


UNITS = [
    "*a ", "_a_ ", "**", "**a ", "`a ", "[", "![", "![a](", "# ", "#", "<!--", "| ", "-|", "- ", "-", ">", "a: b\n",
    "---\n", "+++\n", "\u200b", "a\u0301", "Số", " ", "\t", "1. a\n", "\\*", "(^", "ngày ", "A\u0430 ",
]  # fmt: skip
STARTS = ["# ", "Số ", "Số: 1", "---\ntitle: a\nvalid: ", "---\na", "+++\na", "| ", "* "]


@pytest.mark.parametrize(("start", "unit"), [("", unit) for unit in UNITS] + [(s, u) for s in STARTS for u in " -#a"])
def test_i12_no_text_is_slow(start: str, unit: str) -> None:
    for end in ("", "\n---\nhết", "\n+++\nhết"):
        text = (start + unit * (SIZE // len(unit)))[: SIZE - len(end)] + end
        try:
            taken = read_manuscript("tin.md", text.encode(), today=date(2026, 11, 22))
        except ManuscriptError:
            continue
        assert taken.bulletin.title
