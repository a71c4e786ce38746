"""Times of day and hours of duration: 17h30, 17:30, 17 giờ 30, 5 giờ 00, 24h, 24/7."""

from __future__ import annotations

import re

from .line import Form, Line
from .numbers import cardinal
from .tables import contexts

_CONTEXT = contexts("times")

_HOURS = re.compile(
    r"(?<![\w/.,:])(?P<hour>\d{1,3}) ?(?P<unit>[hHg]|giờ)(?: ?(?P<minute>\d{1,2})(?!\d)(?: ?(?P<word>phút|ph|p|'))?)?"
    r"(?: ?(?P<second>\d{1,2})(?: ?giây|s|''|\"))?(?![\w]|[.,]\d)"
)
_COLON = re.compile(r"(?<![\w/.,:])(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\w:]|[.,]\d)")
_BARE_START = re.compile(r"(?<![\w/.,:-])\d{1,2}(?= ?[-–—] ?\d{1,2} ?(?:h|g\d|giờ)(?!\w{2}))")
_ROUND_THE_CLOCK = re.compile(r"(?<![\w/.,])24/(?P<of>7|24)(?P<hours> ?h(?!\w)| giờ)?(?![\w/]|[.,]\d)")
_COUNTED = _CONTEXT["counted"]


def _time(hour: str, minute: str | None, second: str | None) -> str:
    words = f"{cardinal(int(hour))} giờ"
    if minute and (int(minute) or second):
        words += f" {cardinal(int(minute))} phút"
    return f"{words} {cardinal(int(second))} giây" if second else words


def _read_hours(match: re.Match[str], line: Line) -> str | None:
    hour, minute = match["hour"], match["minute"]
    if match["unit"] == "g" and (not minute or int(hour) > 24):
        return None  # grams
    if minute and (int(minute) > 59 or (len(minute) == 1 and not match["word"]) or int(hour) > 24):
        return None
    if minute and match["unit"] == "giờ" and not match["word"] and line.after(match.end()) in _COUNTED:
        return None  # mỗi giờ 30 người
    return _time(hour, minute, match["second"]) if not (hour.startswith("0") and len(hour) == 3) else None


def _read_colon(match: re.Match[str], line: Line) -> str | None:
    if int(match["hour"]) > 24 or not {"tỷ", "tỉ", "lệ"}.isdisjoint(line.before(match.start(), 2)):
        return None
    return _time(match["hour"], match["minute"], match["second"])


def _read_bare_start(match: re.Match[str], _line: Line) -> str | None:
    """The 8 of 8-11h."""
    return cardinal(int(match.group())) if int(match.group()) <= 24 else None


def _read_round_the_clock(match: re.Match[str], line: Line) -> str | None:
    if match["of"] == "7" and line.word_before(match.start()) == "ngày":
        return None
    return f"{cardinal(24)} trên {cardinal(int(match['of']))}{' giờ' if match['hours'] else ''}"


ROUND_THE_CLOCK = (
    Form("round the clock", _ROUND_THE_CLOCK, _read_round_the_clock, needs=frozenset("/"), at_numbers=True),
)
FORMS = (
    Form("time", _BARE_START, _read_bare_start, needs=frozenset("-–—"), at_numbers=True),
    Form("time", _HOURS, _read_hours, needs=frozenset("hHg"), at_numbers=True),
    Form("time", _COLON, _read_colon, needs=frozenset(":"), at_numbers=True),
)
